//! HTTP/1.1 requests as they arrive, for servers that answer byte for byte.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use std::io;

use cors_text::blanks::trimmed;
use httparse::Status;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::line::Line;

/// Bytes that the head of a request may have.
const LONGEST_HEAD: usize = 4 << 20;
/// Bytes that a body may have: a page that reports on many cases at once sends much.
const LONGEST_BODY: usize = 1 << 26;

/// A request as it arrived.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Its method.
    pub method: Vec<u8>,
    /// What it asks for: path and query.
    pub target: String,
    /// Its header lines, in order, without white space around values.
    pub headers: Vec<Line>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Arrived {
    /// The first line of this name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }
}

/// The requests that come over one connection.
#[derive(Debug)]
pub struct Requests<S> {
    stream: S,
    received: Vec<u8>,
}

impl<S> Requests<S> {
    /// The requests that come over this stream.
    pub const fn new(stream: S) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// The stream, to answer over.
    pub const fn stream(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: AsyncRead + Unpin> Requests<S> {
    /// Reads the next request with its body; `None` once there is none.
    ///
    /// # Errors
    ///
    /// The connection broke, or what came is not a request.
    pub async fn next(&mut self) -> io::Result<Option<Arrived>> {
        let mut arrived = loop {
            if let Some((arrived, taken)) = head(&self.received)? {
                self.received.drain(..taken);
                break arrived;
            }
            if self.received.len() > LONGEST_HEAD {
                return Err(broken("the head is too large"));
            }
            if !self.more().await? {
                return match self.received.as_slice() {
                    [] => Ok(None),
                    [..] => Err(broken("the head ends too early")),
                };
            }
        };
        arrived.body = self.body(&arrived).await?;
        Ok(Some(arrived))
    }

    /// Reads more, and says whether there was more.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.received).await? > 0)
    }

    async fn body(&mut self, arrived: &Arrived) -> io::Result<Vec<u8>> {
        if let Some(length) = arrived.header("content-length") {
            let length = std::str::from_utf8(length).ok();
            let length = length.and_then(|digits| digits.trim().parse().ok());
            return self
                .take(length.ok_or_else(|| broken("the length of the body is no number"))?)
                .await;
        }
        let mut body = Vec::new();
        if arrived.header("transfer-encoding").is_some() {
            while let size @ 1.. = self.chunk_size().await? {
                if body.len().saturating_add(size) > LONGEST_BODY {
                    return Err(broken("the body is too large"));
                }
                body.extend(self.take(size).await?);
                self.line().await?;
            }
            // Trailers end with an empty line.
            while !self.line().await?.is_empty() {}
        }
        Ok(body)
    }

    async fn chunk_size(&mut self) -> io::Result<usize> {
        let line = self.line().await?;
        let size = httparse::parse_chunk_size(&[&line, &b"\r\n"[..]].concat());
        match size {
            Ok(Status::Complete((_, size))) => {
                usize::try_from(size).map_err(|_| broken("a chunk is too large"))
            }
            Ok(Status::Partial) | Err(_) => Err(broken("the size of a chunk is no number")),
        }
    }

    /// Takes a line, without its end.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let end = self.received.iter().position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                return Ok(line.strip_suffix(b"\r").unwrap_or(line).to_vec());
            }
            if self.received.len() > LONGEST_HEAD || !self.more().await? {
                return Err(broken("a line does not end"));
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > LONGEST_BODY {
            return Err(broken("the body is too large"));
        }
        while self.received.len() < length {
            if !self.more().await? {
                return Err(broken("the body ends too early"));
            }
        }
        Ok(self.received.drain(..length).collect())
    }
}

/// The head at the beginning of some bytes, and how many it takes; `None` while it has not ended.
///
/// Not read by a library: browsers send values with control characters, which cases ask about and
/// parsers of requests refuse.
fn head(bytes: &[u8]) -> io::Result<Option<(Arrived, usize)>> {
    let mut taken = 0;
    let mut lines = Vec::new();
    loop {
        let rest = bytes.get(taken..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        taken = taken.saturating_add(end).saturating_add(1);
        let line = rest.get(..end).unwrap_or_default();
        match line.strip_suffix(b"\r").unwrap_or(line) {
            [] => break,
            line => lines.push(line),
        }
    }
    let mut lines = lines.into_iter();
    let mut words = lines
        .next()
        .unwrap_or_default()
        .splitn(3, |byte| *byte == b' ');
    let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next()) else {
        return Err(broken("the first line is not that of a request"));
    };
    let field = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':');
        let colon = colon.ok_or_else(|| broken("a header line has no colon"))?;
        let (name, value) = line.split_at(colon);
        let value = trimmed(value.get(1..).unwrap_or_default());
        Ok((name.to_vec(), value.to_vec()))
    };
    let arrived = Arrived {
        method: method.to_vec(),
        target: String::from_utf8_lossy(target).into_owned(),
        headers: lines.map(field).collect::<io::Result<_>>()?,
        body: Vec::new(),
    };
    Ok(Some((arrived, taken)))
}

fn broken(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<Vec<Arrived>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut requests = Requests::new(bytes);
            let mut all = Vec::new();
            while let Some(arrived) = requests.next().await? {
                all.push(arrived);
            }
            Ok(all)
        })
    }

    #[test]
    fn requests_are_read_one_after_the_other_with_their_bodies() {
        let all = read(
            b"PUT /a?b HTTP/1.1\r\nX-A:  1 \r\nx-a: \xe9\r\nContent-Length: 2\r\n\r\nhi\
              POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;a=b\r\nd\r\n0\r\nT: x\r\n\r\n\
              GET / HTTP/1.1\r\n\r\n",
        )
        .unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(
            (all[0].target.as_str(), all[0].body.as_slice()),
            ("/a?b", &b"hi"[..])
        );
        assert_eq!(all[0].header("x-A"), Some(&b"1"[..]));
        assert_eq!(all[0].headers[1], (b"x-a".to_vec(), b"\xe9".to_vec()));
        assert_eq!(all[1].body, b"abcd");
        assert_eq!(all[2].method, b"GET");
    }

    #[test]
    fn control_characters_of_a_value_are_kept() {
        let all = read(b"GET / HTTP/1.1\r\nAccept: \t\x0ca\x01\x7fb\x0b \r\n\r\n").unwrap();
        assert_eq!(all[0].header("accept"), Some(&b"\x0ca\x01\x7fb\x0b"[..]));
    }

    #[test]
    fn many_lines_are_read() {
        let lines = "X: y\r\n".repeat(4000);
        let all = read(format!("GET / HTTP/1.1\r\n{lines}\r\n").as_bytes()).unwrap();
        assert_eq!(all[0].headers.len(), 4000);
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for bytes in [
            &b"GET /\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\nX: y\r\n",
            b"GET / HTTP/1.1",
            b"PUT / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
            b"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        ] {
            assert!(read(bytes).is_err(), "{}", bytes.escape_ascii());
        }
    }
}
