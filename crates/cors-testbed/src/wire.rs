//! HTTP/1.1 by hand, for servers that do something with the bytes of a message that no HTTP library
//! would do for them.

use std::fmt::Write as _;

use cors_net::request::{Arrived, Requests};
use http::request::Parts;
use http::{Method, Request, Version};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::behaviour::Received;
use crate::header::text;
use crate::reply::{HungUp, Reply};

/// An answer on its way out.
#[derive(Debug)]
pub struct Message<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The answer.
    pub reply: &'a Reply,
}

/// How messages are read and written, decision by decision. [`Wire::REFERENCE`] does it right.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    /// Whether a header line of a request is known, by the spelling of its name.
    pub knows: fn(&str) -> bool,
    /// The bytes before an answer.
    pub before: fn(&Message<'_>) -> String,
    /// A header line, from its name and value to its end.
    pub line: fn(&str, &str) -> String,
    /// The header lines that say how long the answer is.
    pub framing: fn(&Message<'_>) -> String,
    /// What follows the head.
    pub content: fn(&Message<'_>) -> Vec<u8>,
}

impl Wire {
    /// As an HTTP library would.
    pub const REFERENCE: Self = Self {
        knows: |_| true,
        before: |_| String::new(),
        line: |name, value| format!("{name}: {value}\r\n"),
        framing,
        content,
    };

    fn written(&self, message: &Message<'_>) -> Vec<u8> {
        let Message { method: _, reply } = message;
        let mut head = (self.before)(message);
        let status = reply.status();
        let reason = status.canonical_reason().unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(head, "HTTP/1.1 {} {reason}\r\n", status.as_u16());
        for (name, value) in reply.headers() {
            head += &(self.line)(name.as_str(), &text(value));
        }
        if !reply.headers().contains_key("content-length") {
            head += &(self.framing)(message);
        }
        head += "\r\n";
        // A character is the byte of its number.
        let mut bytes: Vec<u8> = head
            .chars()
            .map(|character| u8::try_from(character).unwrap_or(b'?'))
            .collect();
        bytes.extend((self.content)(message));
        bytes
    }
}

fn framing(message: &Message<'_>) -> String {
    match message.reply.status().as_u16() {
        204 | 304 => String::new(),
        _ => format!("content-length: {}\r\n", message.reply.body().len()),
    }
}

fn content(message: &Message<'_>) -> Vec<u8> {
    if message.method == Method::HEAD || matches!(message.reply.status().as_u16(), 204 | 304) {
        return Vec::new();
    }
    message.reply.body().to_vec()
}

/// Serves a connection until it ends, or a request asks for that.
pub(crate) async fn serve<I, A>(stream: I, wire: Wire, answer: A)
where
    I: AsyncRead + AsyncWrite + Unpin,
    A: Fn(&Parts) -> Result<Reply, HungUp>,
{
    let mut requests = Requests::new(stream);
    while let Ok(Some(arrived)) = requests.next().await {
        let closes = arrived
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
        let Some(parts) = parts(&arrived, wire) else {
            break;
        };
        let Ok(reply) = answer(&parts) else { return };
        let message = Message {
            method: &parts.method,
            reply: &reply,
        };
        let written = requests.stream().write_all(&wire.written(&message)).await;
        if written.is_err() || closes {
            break;
        }
    }
    // The client may have gone first.
    let _ = requests.stream().shutdown().await;
}

/// A request in the types of the HTTP library, as far as its lines are known; `None` when one of
/// them cannot be had.
fn parts(arrived: &Arrived, wire: Wire) -> Option<Parts> {
    let mut request = Request::builder()
        .method(arrived.method.as_slice())
        .uri(&arrived.target)
        .version(Version::HTTP_11);
    for (name, value) in &arrived.headers {
        if (wire.knows)(std::str::from_utf8(name).ok()?) {
            request = request.header(name.as_slice(), value.as_slice());
        }
    }
    let request = request.extension(Received(arrived.body.len()));
    Some(request.body(()).ok()?.into_parts().0)
}
