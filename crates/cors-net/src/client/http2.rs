//! One HTTP/2 connection, on which exchanges are made side by side.

use std::error::Error as _;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::connection::Failure;
use super::io::Io;
use super::seen::{Noted, Seen};
use crate::body::read_body;
use crate::message;
use crate::transport::{Deadlines, Limits, Transport};
use cors_text::escape::escape;

/// Fields that are about an HTTP/1.1 connection, and that no HTTP/2 message may have.
const OF_THE_CONNECTION: [&str; 5] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// The type of the frame with which a server begins.
const SETTINGS: u8 = 4;

/// A connection and the task that drives it, which ends with it.
#[derive(Debug)]
pub(super) struct Connection {
    sender: http2::SendRequest<Full<Bytes>>,
    driver: AbortHandle,
    seen: Seen,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    pub(super) async fn open(stream: Box<dyn Io>, limits: Limits) -> Result<Rc<Self>, Transport> {
        let seen = Seen::default();
        let io = TokioIo::new(Noted {
            stream,
            seen: seen.clone(),
        });
        let head = u32::try_from(limits.head).unwrap_or(u32::MAX);
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(head)
            .handshake(io)
            .await
            .map_err(|error| Transport::Closed(error.to_string()))?;
        // An error of the connection also reaches the requests that wait for it.
        let driver = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Rc::new(Self {
            sender,
            driver: driver.abort_handle(),
            seen,
        }))
    }

    /// Whether another request may be sent.
    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Makes one exchange, and says whether the body was let go.
    pub(super) async fn exchange(
        &self,
        request: http::Request<Full<Bytes>>,
        deadlines: Deadlines,
        limits: Limits,
    ) -> Result<(message::Response, bool), Failure> {
        let mut sender = self.sender.clone();
        let answer = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        let response = match timeout(deadlines.head, answer).await {
            Err(_) => {
                return Err(Failure {
                    transport: Transport::HeadTimeout(deadlines.head),
                    closed_unanswered: false,
                });
            }
            Ok(Err(error)) => return Err(self.failure(&error)),
            Ok(Ok(response)) => response,
        };
        let (head, body) = response.into_parts();
        let headers = message::lines(&head.headers);
        if headers.len() > limits.header_lines {
            return Err(Failure {
                transport: Transport::HeadTooLarge {
                    bytes: limits.head,
                    lines: limits.header_lines,
                },
                closed_unanswered: false,
            });
        }
        let read = timeout(deadlines.body, read_body(body, limits.body)).await;
        // One that does not end is let go, with its stream.
        let let_go = read.is_err();
        let (body, _) = read.unwrap_or(Ok((Vec::new(), false)))?;
        let response = message::Response {
            status: head.status.as_u16(),
            headers,
            body,
            raw: None,
        };
        Ok((response, let_go))
    }

    fn failure(&self, error: &hyper::Error) -> Failure {
        let cause = error
            .source()
            .and_then(|cause| cause.downcast_ref::<h2::Error>());
        let reason = cause.and_then(h2::Error::reason);
        // The server says that it did not look at the request.
        let refused = reason == Some(h2::Reason::REFUSED_STREAM)
            || cause.is_some_and(h2::Error::is_go_away) && reason == Some(h2::Reason::NO_ERROR);
        let closed = error.is_canceled() || error.is_closed();
        // A server's first frame is one of SETTINGS, whose type is the fourth byte.
        let first = self.seen.first();
        let stranger = first.get(3).is_some_and(|kind| *kind != SETTINGS);
        let transport = match cause {
            _ if stranger => {
                let beginning = self.seen.beginning();
                Transport::NotHttp(format!("no HTTP/2: it begins with {beginning}"))
            }
            Some(cause) if cause.is_library() => Transport::NotHttp(format!("{cause}, in HTTP/2")),
            Some(cause) => Transport::Closed(without_debug_data(&cause.to_string())),
            None => Transport::Closed(error.to_string()),
        };
        Failure {
            transport,
            closed_unanswered: refused || closed,
        }
    }
}

/// What an error of HTTP/2 says without the debug data of a GOAWAY frame, which may be long.
fn without_debug_data(said: &str) -> String {
    said.split_once(" (b\"")
        .map_or(said, |(said, _)| said)
        .to_owned()
}

/// A request in the form of HTTP/2: with its whole URL, and without a `Host` line.
pub(super) fn request(request: &message::Request) -> Result<http::Request<Full<Bytes>>, Transport> {
    let mut http = request.to_http()?;
    let unsendable = |said: String| Transport::Unsendable(format!("{said} in HTTP/2"));
    for name in OF_THE_CONNECTION {
        if http.headers().contains_key(name) {
            return Err(unsendable(format!("a line {name} is not allowed")));
        }
    }
    for (name, value) in http.headers() {
        let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
        let bytes = value.as_bytes();
        if blank(bytes.first()) || blank(bytes.last()) {
            return Err(unsendable(format!(
                "a blank around the value of {name} is not allowed"
            )));
        }
    }
    let host = http.headers_mut().remove(http::header::HOST);
    let scheme = request
        .base
        .split_once("://")
        .map_or("http", |(scheme, _)| scheme);
    let uri = host.as_ref().and_then(|host| {
        let uri = http::Uri::builder()
            .scheme(scheme)
            .authority(host.as_bytes());
        uri.path_and_query(request.path.as_slice()).build().ok()
    });
    let Some(uri) = uri else {
        let host = host.as_ref().map_or(&b""[..], |host| host.as_bytes());
        return Err(unsendable(format!(
            "the host {} is not allowed",
            escape(host)
        )));
    };
    *http.uri_mut() = uri;
    *http.version_mut() = http::Version::HTTP_2;
    Ok(http)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(headers: &[(&str, &str)]) -> message::Request {
        let line = |(name, value): &(&str, &str)| (name.as_bytes().into(), value.as_bytes().into());
        message::Request {
            method: b"GET".to_vec(),
            base: "https://127.0.0.1:8443".into(),
            path: b"/a?b".to_vec(),
            headers: headers.iter().map(line).collect(),
            body: None,
        }
    }

    #[test]
    fn the_host_is_part_of_the_url() {
        let plain = request(&with(&[])).unwrap();
        assert_eq!(plain.uri(), "https://127.0.0.1:8443/a?b");
        assert!(!plain.headers().contains_key("host"));
        let given = request(&with(&[("Host", "a.example")])).unwrap();
        assert_eq!(given.uri(), "https://a.example/a?b");
    }

    #[test]
    fn what_http_2_cannot_carry_is_said() {
        for (name, value, said) in [
            (
                "Connection",
                "close",
                "a line connection is not allowed in HTTP/2",
            ),
            ("Host", "a b", "the host a b is not allowed in HTTP/2"),
            (
                "Origin",
                "null ",
                "a blank around the value of origin is not allowed in HTTP/2",
            ),
        ] {
            let error = request(&with(&[(name, value)])).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
