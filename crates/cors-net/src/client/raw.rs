//! One exchange below any HTTP library.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::io::Io;
use crate::message;
use crate::raw::{Framing, Head, Raw};
use crate::transport::{Deadlines, Limits, MOST_INTERIM, Transport};
use crate::write::head;
use cors_text::escape::escape_start;

/// How long a connection that stays open after a whole answer is watched for more.
const LINGER: Duration = Duration::from_millis(250);

/// The bytes of a request, which asks for the connection to be closed after the answer.
fn bytes(request: &message::Request) -> Vec<u8> {
    let first = [&request.method, &b" "[..], &request.path, b" HTTP/1.1"].concat();
    let mut lines = Vec::new();
    let mut line = |name: &[u8], value: &[u8]| lines.push((name.to_vec(), value.to_vec()));
    if !request.has("Host") {
        let host = request.base.split_once("://");
        line(
            b"Host",
            host.map_or(&*request.base, |(_, host)| host).as_bytes(),
        );
    }
    for (name, value) in &request.headers {
        line(name, value);
    }
    if let Some(body) = &request.body
        && !request.has("Content-Length")
    {
        line(b"Content-Length", body.len().to_string().as_bytes());
    }
    if !request.has("Connection") {
        line(b"Connection", b"close");
    }
    let mut bytes = head(&first, &lines);
    bytes.extend(request.body.iter().flatten());
    bytes
}

/// Sends a request and reads all that comes of it.
pub(super) async fn exchange(
    stream: Box<dyn Io>,
    request: &message::Request,
    deadlines: Deadlines,
    limits: Limits,
) -> Result<message::Response, Transport> {
    let mut reader = Reader {
        stream,
        came: Vec::new(),
        taken: 0,
        ended: false,
    };
    let heads = async {
        // A server may answer and close before it has read everything.
        let _ = reader.stream.write_all(&bytes(request)).await;
        let _ = reader.stream.flush().await;
        reader.heads(limits).await
    };
    let (interim, last) = timeout(deadlines.head, heads)
        .await
        .map_err(|_| Transport::HeadTimeout(deadlines.head))??;
    let mut raw = Raw {
        interim,
        last,
        rest: Vec::new(),
        to_head: request.method == b"HEAD",
        let_go: false,
    };
    let rest = timeout(deadlines.body, reader.rest(&mut raw, limits)).await;
    raw.let_go = rest.is_err();
    Ok(message::Response::from_raw(raw))
}

struct Reader {
    stream: Box<dyn Io>,
    came: Vec<u8>,
    /// Bytes of `came` that heads took.
    taken: usize,
    ended: bool,
}

impl Reader {
    /// Reads more, unless the connection has ended.
    async fn more(&mut self) {
        // One that breaks has ended as well: what came is what is judged.
        let read = self.stream.read_buf(&mut self.came).await;
        self.ended |= !matches!(read, Ok(1..));
    }

    fn rest_so_far(&self) -> &[u8] {
        self.came.get(self.taken..).unwrap_or_default()
    }

    /// Reads the heads up to that of the last answer.
    async fn heads(&mut self, limits: Limits) -> Result<(Vec<Head>, Head), Transport> {
        let too_large = || Transport::HeadTooLarge {
            bytes: limits.head,
            lines: limits.header_lines,
        };
        let mut interim = Vec::new();
        loop {
            match Head::read(self.rest_so_far()) {
                Some(Err(said)) => return Err(Transport::NotHttp(said)),
                Some(Ok((head, taken))) => {
                    if head.lines.len() > limits.header_lines {
                        return Err(too_large());
                    }
                    self.taken = self.taken.saturating_add(taken);
                    if !head.is_interim() {
                        return Ok((interim, head));
                    }
                    if interim.len() >= MOST_INTERIM {
                        return Err(Transport::TooManyInterim);
                    }
                    interim.push(head);
                }
                None if self.rest_so_far().len() > limits.head => return Err(too_large()),
                None if self.ended && self.came.is_empty() => {
                    return Err(Transport::Closed("end of the connection".to_owned()));
                }
                None if self.ended => {
                    let first = self.came.get(..64).unwrap_or(&self.came);
                    return Err(Transport::HeadIncomplete(escape_start(
                        first,
                        self.came.len(),
                    )));
                }
                None => self.more().await,
            }
        }
    }

    /// Reads what follows the last head.
    async fn rest(&mut self, raw: &mut Raw, limits: Limits) {
        loop {
            raw.rest.clear();
            raw.rest.extend(self.rest_so_far().iter().take(limits.body));
            if self.ended || self.rest_so_far().len() > limits.body {
                return;
            }
            match raw.framing() {
                Framing::Incomplete | Framing::UntilTheEnd => self.more().await,
                Framing::Whole => {
                    if timeout(LINGER, self.more()).await.is_err() {
                        return;
                    }
                }
                Framing::Surplus(_) | Framing::Broken(_) => return,
            }
        }
    }
}
