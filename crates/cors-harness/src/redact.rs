//! Secrets kept out of events: what the user gave to be sent, and headers that carry secrets.

pub use cors_text::redact::{REDACTED, Redactor};

use crate::escape::escape;
use crate::event::{RequestEvent, ResponseEvent};
use crate::wire;

/// A request as an event shows it.
pub(crate) fn request(redactor: &Redactor, request: &wire::Request) -> RequestEvent {
    RequestEvent {
        method: redactor.text(&escape(&request.method)),
        url: redactor.text(&request.url()),
        headers: redactor.request_lines(&request.headers),
    }
}

/// A response as an event shows it.
pub(crate) fn response(redactor: &Redactor, response: &wire::Response) -> ResponseEvent {
    ResponseEvent {
        status: response.status,
        headers: redactor.lines(&response.headers),
    }
}
