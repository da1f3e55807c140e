//! Requests and responses as bytes, and in the types of the HTTP libraries.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::Full;

pub use crate::line::Line;
use crate::raw::Raw;
use crate::transport::Transport;
use cors_text::escape::escape;

/// The body of requests that go to an in-process service.
pub type RequestBody = Full<Bytes>;

/// A request as it goes onto the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, as it stands.
    pub method: Vec<u8>,
    /// Scheme, host and port: `http://127.0.0.1:8080`.
    pub base: String,
    /// What follows, as it stands: path and query.
    pub path: Vec<u8>,
    /// The header lines in order, without `Host` (unless the case gives one) and framing.
    pub headers: Vec<Line>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// A complete response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header lines; lines of the same name are in their order.
    pub headers: Vec<Line>,
    /// The body, or its first [`crate::transport::Limits::body`] bytes.
    pub body: Vec<u8>,
    /// The bytes it came in, where they were looked at.
    pub raw: Option<Raw>,
}

impl Response {
    /// A response of which the bytes are known; its body is not taken out of them.
    pub fn from_raw(raw: Raw) -> Self {
        Self {
            status: raw.last.status,
            headers: raw.last.fields(),
            body: Vec::new(),
            raw: Some(raw),
        }
    }

    /// The values of all lines with this name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }

    /// Whether there is a line with this name.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }
}

impl Request {
    /// The absolute URL, for people.
    pub fn url(&self) -> String {
        format!("{}{}", self.base, escape(&self.path))
    }

    /// Whether there is a line with this name.
    pub fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// In the types of the HTTP libraries, with the target in origin form and a `Host` line, as a
    /// server sees it.
    ///
    /// Fails with [`Transport::Unsendable`] when the method is no token, the path holds bytes that
    /// no request target may, or a line holds bytes that no field may.
    pub fn to_http(&self) -> Result<http::Request<RequestBody>, Transport> {
        let unsendable = |what: &str, bytes: &[u8]| {
            Transport::Unsendable(format!("{what} {} is not allowed by HTTP", escape(bytes)))
        };
        let method =
            Method::from_bytes(&self.method).map_err(|_| unsendable("method", &self.method))?;
        let uri = http::Uri::try_from(self.path.as_slice())
            .map_err(|_| unsendable("request target", &self.path))?;
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 2);
        for (name, value) in &self.headers {
            let header = HeaderName::from_bytes(name).map_err(|_| unsendable("name", name))?;
            let value = HeaderValue::from_bytes(value).map_err(|_| unsendable("value", value))?;
            headers.append(header, value);
        }
        if !headers.contains_key(HOST) {
            let host = self
                .base
                .split_once("://")
                .map_or(self.base.as_str(), |(_, host)| host);
            let host =
                HeaderValue::from_str(host).map_err(|_| unsendable("host", host.as_bytes()))?;
            headers.insert(HOST, host);
        }
        if let Some(body) = &self.body
            && !headers.contains_key(CONTENT_LENGTH)
        {
            headers.insert(CONTENT_LENGTH, body.len().into());
        }
        let mut request = http::Request::new(Full::new(Bytes::from(
            self.body.clone().unwrap_or_default(),
        )));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The lines of a header map; lines of the same name stay in their order.
pub fn lines(headers: &HeaderMap) -> Vec<Line> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            method: b"PATCH".to_vec(),
            base: "http://127.0.0.1:8080".into(),
            path: b"/a?b".to_vec(),
            headers: vec![
                (b"Origin".to_vec(), b"https://a.example".to_vec()),
                (b"origin".to_vec(), b"https://b.example\xff".to_vec()),
            ],
            body: Some(b"xyz".to_vec()),
        }
    }

    #[test]
    fn repeated_lines_and_high_bytes_survive() {
        let http = request().to_http().unwrap();
        let origins: Vec<_> = http.headers().get_all("origin").iter().collect();
        assert_eq!(origins[0].as_bytes(), b"https://a.example");
        assert_eq!(origins[1].as_bytes(), b"https://b.example\xff");
        assert_eq!(http.headers()["host"], "127.0.0.1:8080");
        assert_eq!(http.headers()["content-length"], "3");
        assert_eq!(http.uri(), "/a?b");
    }

    #[test]
    fn what_http_cannot_carry_is_said() {
        let mut bad = request();
        bad.method = b"A B".to_vec();
        assert!(
            bad.to_http()
                .unwrap_err()
                .to_string()
                .contains("method A B")
        );
        let mut bad = request();
        bad.headers.push((b"x".to_vec(), b"a\0b".to_vec()));
        assert!(bad.to_http().unwrap_err().to_string().contains(r"a\x00b"));
    }

    #[test]
    fn a_given_host_is_kept() {
        let mut given = request();
        given
            .headers
            .push((b"Host".to_vec(), b"other.example".to_vec()));
        assert_eq!(given.to_http().unwrap().headers()["host"], "other.example");
    }
}
