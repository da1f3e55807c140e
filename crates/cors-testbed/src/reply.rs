//! Answers on their way out.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};

/// An answer before it goes out. The extension [`Chunked`] asks for a body without known length.
pub type Reply = Response<Bytes>;

/// Marks a [`Reply`] whose length is not to be stated.
#[derive(Debug, Clone, Copy)]
pub struct Chunked;

/// The body of every answer.
pub type Body = BoxBody<Bytes, std::convert::Infallible>;

/// The server ended the exchange without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server ended the exchange without an answer")]
pub struct HungUp;

/// An empty answer; a status that is none becomes 500.
pub(crate) fn with_status(status: u16) -> Reply {
    let mut reply = Reply::new(Bytes::new());
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply
}

/// The answer as it leaves: without a body to HEAD, and without a stated length where none is
/// wanted.
pub(crate) fn send(reply: Reply, method: &Method) -> Response<Body> {
    let (mut parts, content) = reply.into_parts();
    let body = if method == Method::HEAD {
        if !content.is_empty() {
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
        }
        Empty::new().boxed()
    } else if parts.extensions.get::<Chunked>().is_some() {
        Full::new(content).map_frame(|frame| frame).boxed()
    } else {
        Full::new(content).boxed()
    };
    Response::from_parts(parts, body)
}
