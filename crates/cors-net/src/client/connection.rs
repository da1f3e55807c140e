//! One HTTP/1.1 connection: made, used, and judged when it breaks.

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::io::Io;
use super::seen::{Noted, Seen};
use crate::body::read_body;
use crate::message;
use crate::transport::{Deadlines, Limits, Transport};

/// A request in the types of the HTTP library.
pub(super) type Request = http::Request<Full<Bytes>>;

/// The task that drives a connection, which ends with this.
#[derive(Debug)]
pub(super) struct Driver(AbortHandle);

impl Driver {
    pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(task).abort_handle())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection and the task that drives it.
#[derive(Debug)]
pub(super) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    _driver: Driver,
    seen: Seen,
    /// Bytes of the last exchange.
    answered: u64,
}

/// What a failed exchange says about a connection that was used before.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) transport: Transport,
    /// Not a byte came back, as when the server closed an idle connection.
    pub(super) closed_unanswered: bool,
}

impl From<Transport> for Failure {
    fn from(transport: Transport) -> Self {
        Self {
            transport,
            closed_unanswered: false,
        }
    }
}

/// How heads are written and read.
pub(super) fn builder(limits: Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .title_case_headers(true)
        .max_headers(limits.header_lines)
        .max_buf_size(limits.head.max(8192));
    builder
}

/// Has the interim responses to a request noted.
pub(super) fn count_interim<B>(request: &mut http::Request<B>, seen: &Seen) {
    let seen = seen.clone();
    hyper::ext::on_informational(request, move |_| seen.interim());
}

impl Connection {
    pub(super) async fn open(stream: Box<dyn Io>, limits: Limits) -> Result<Self, Transport> {
        let seen = Seen::default();
        let io = TokioIo::new(Noted {
            stream,
            seen: seen.clone(),
        });
        let (sender, connection) = builder(limits)
            .handshake(io)
            .await
            .map_err(|error| Transport::Closed(error.to_string()))?;
        // An error of the connection also reaches the request that waits for it.
        let driver = Driver::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self {
            sender,
            _driver: driver,
            seen,
            answered: 0,
        })
    }

    /// Whether another request may be sent.
    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Whether bytes came to which no request was sent. They are no response
    /// (<https://www.rfc-editor.org/rfc/rfc9112#section-9.2>), and the HTTP library closes the
    /// connection over them.
    pub(super) fn spoke_unasked(&self) -> bool {
        !self.is_open() && self.seen.bytes() > self.answered
    }

    /// Makes one exchange. Gives the connection back when it can be used again, and says whether the
    /// body was let go.
    pub(super) async fn exchange(
        mut self,
        mut request: Request,
        deadlines: Deadlines,
        limits: Limits,
    ) -> Result<(message::Response, Option<Self>, bool), Failure> {
        self.seen.begin(limits.head);
        count_interim(&mut request, &self.seen);
        let answer = async {
            self.sender.ready().await?;
            self.sender.send_request(request).await
        };
        let response = match timeout(deadlines.head, answer).await {
            Err(_) => {
                return Err(Failure {
                    transport: Transport::HeadTimeout(deadlines.head),
                    closed_unanswered: false,
                });
            }
            Ok(Err(error)) => return Err(self.failure(&error, limits)),
            Ok(Ok(response)) => response,
        };
        self.seen.head_is_there();
        let (head, body) = response.into_parts();
        let read = timeout(deadlines.body, read_body(body, limits.body)).await;
        // One that does not end is let go, with its connection.
        let let_go = read.is_err();
        let (body, whole) = read.unwrap_or(Ok((Vec::new(), false)))?;
        let response = message::Response {
            status: head.status.as_u16(),
            headers: message::lines(&head.headers),
            body,
            raw: None,
        };
        self.answered = self.seen.bytes();
        let reusable = whole && self.is_open();
        Ok((response, reusable.then_some(self), let_go))
    }

    fn failure(&self, error: &hyper::Error, limits: Limits) -> Failure {
        let received = self.seen.bytes();
        let first = self.seen.first();
        let like_http = b"HTTP/1."
            .iter()
            .zip(&first)
            .all(|(wanted, got)| wanted == got);
        let transport = if received == 0 {
            Transport::Closed(error.to_string())
        } else if let Some(flood) = self.seen.flood(limits) {
            flood
        } else if error.is_parse_too_large() {
            Transport::HeadTooLarge {
                bytes: limits.head,
                lines: limits.header_lines,
            }
        } else if error.is_parse() || !like_http {
            let beginning = self.seen.beginning();
            Transport::NotHttp(format!("{error}; it begins with {beginning}"))
        } else {
            Transport::HeadIncomplete(self.seen.beginning())
        };
        Failure {
            transport,
            closed_unanswered: received == 0,
        }
    }
}
