//! HTTP/1.1 by hand, for servers that do something with the bytes of a message that no HTTP library
//! would do for them.

use std::fmt::Write as _;

use http::request::Parts;
use http::{Method, Request, Version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::behaviour::Reply;
use crate::server::HungUp;

/// Bytes that the head of a request may have.
const MAX_HEAD: usize = 4 << 20;

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
            head += &(self.line)(name.as_str(), &crate::exchange::text(value));
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
pub(crate) async fn serve<I, A>(mut stream: I, wire: Wire, answer: A)
where
    I: AsyncRead + AsyncWrite + Unpin,
    A: Fn(&Parts) -> Result<Reply, HungUp>,
{
    let mut came = Vec::new();
    while let Some((parts, closes)) = read(&mut stream, &mut came, wire).await {
        let Ok(reply) = answer(&parts) else { return };
        let message = Message {
            method: &parts.method,
            reply: &reply,
        };
        let written = stream.write_all(&wire.written(&message)).await;
        if written.is_err() || closes {
            break;
        }
    }
    // The client may have gone first.
    let _ = stream.shutdown().await;
}

/// Reads a request, and past its body; says whether it asks for the end of the connection.
async fn read<I: AsyncRead + Unpin>(
    stream: &mut I,
    came: &mut Vec<u8>,
    wire: Wire,
) -> Option<(Parts, bool)> {
    let end = loop {
        if let Some(at) = came.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if came.len() > MAX_HEAD || stream.read_buf(came).await.ok()? == 0 {
            return None;
        }
    };
    let head: String = came.drain(..end + 4).map(char::from).collect();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut request = Request::builder()
        .method(first.next()?)
        .uri(first.next()?)
        .version(Version::HTTP_11);
    let (mut closes, mut length) = (false, 0);
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        let value = value.trim_matches([' ', '\t']);
        if name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        if (wire.knows)(name) {
            let bytes: Vec<u8> = value.chars().filter_map(|c| u8::try_from(c).ok()).collect();
            request = request.header(name, bytes);
        }
    }
    while came.len() < length {
        if stream.read_buf(came).await.ok()? == 0 {
            return None;
        }
    }
    came.drain(..length);
    Some((request.body(()).ok()?.into_parts().0, closes))
}
