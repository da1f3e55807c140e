//! HTTP/1.1 byte for byte: requests as they arrive, answers as a case scripts them.
//!
//! A library would mend what the cases want broken: the order and case of names, repeated lines,
//! spaces, bytes outside ASCII, statuses that nobody has registered.

use cors_text::blanks::trimmed;
use std::io;

use cors_harness::wire::Line;
use cors_vectors::agent::Answer;
use cors_vectors::text::TextError;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

use crate::world::World;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 1 << 20;
/// The longest body of a request, in bytes: what a page reports of a parcel of cases.
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
            .find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }
}

fn broken(said: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, said)
}

/// Reads the next request; `None` once there is none.
///
/// # Errors
///
/// The connection broke, or what came is not a request.
pub async fn read_request<R: AsyncRead + Unpin>(
    reader: &mut BufReader<R>,
) -> io::Result<Option<Arrived>> {
    let mut left = LONGEST_HEAD;
    let Some(first) = read_line(reader, &mut left).await? else {
        return Ok(None);
    };
    let mut words = first.splitn(3, |&byte| byte == b' ');
    let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next()) else {
        return Err(broken("the first line is not that of a request"));
    };
    let mut arrived = Arrived {
        method: method.to_vec(),
        target: String::from_utf8_lossy(target).into_owned(),
        ..Arrived::default()
    };
    loop {
        let line = read_line(reader, &mut left).await?;
        let line = line.ok_or_else(|| broken("the head ends too early"))?;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = line.split_at(colon.ok_or_else(|| broken("a line without a colon"))?);
        let value = trimmed(value.get(1..).unwrap_or_default());
        arrived.headers.push((name.to_vec(), value.to_vec()));
    }
    arrived.body = read_body(reader, &arrived).await?;
    Ok(Some(arrived))
}

/// A line without its end; `None` at the end of the stream.
async fn read_line<R: AsyncRead + Unpin>(
    reader: &mut BufReader<R>,
    left: &mut usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = u64::try_from(*left).unwrap_or(u64::MAX);
    let read = (&mut *reader)
        .take(limit)
        .read_until(b'\n', &mut line)
        .await?;
    *left = left.saturating_sub(read);
    if read == 0 && *left > 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(broken("a line without end"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line))
}

async fn read_body<R: AsyncRead + Unpin>(
    reader: &mut BufReader<R>,
    arrived: &Arrived,
) -> io::Result<Vec<u8>> {
    let number = |text: &str, radix| {
        usize::from_str_radix(text.trim(), radix)
            .ok()
            .filter(|&length| length <= LONGEST_BODY)
            .ok_or_else(|| broken("a length that is none, or too large"))
    };
    let mut body = Vec::new();
    if let Some(length) = arrived.header("content-length") {
        body.resize(number(&String::from_utf8_lossy(length), 10)?, 0);
        reader.read_exact(&mut body).await?;
    } else if arrived.header("transfer-encoding").is_some() {
        let mut left = LONGEST_HEAD;
        loop {
            let line = read_line(reader, &mut left).await?;
            let line = line.ok_or_else(|| broken("the body ends too early"))?;
            let size = number(&String::from_utf8_lossy(&line), 16)?;
            if size == 0 {
                while read_line(reader, &mut left)
                    .await?
                    .is_some_and(|line| !line.is_empty())
                {}
                break;
            }
            let start = body.len();
            if start + size > LONGEST_BODY {
                return Err(broken("a body that is too large"));
            }
            body.resize(start + size, 0);
            reader
                .read_exact(body.get_mut(start..).unwrap_or_default())
                .await?;
            read_line(reader, &mut left).await?;
        }
    }
    Ok(body)
}

/// What goes back over a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether the connection ends after them.
    pub close: bool,
}

/// The bytes of a scripted answer to a request with this `Origin` header. `None` stands for the
/// default answer: 200 and no headers.
///
/// # Errors
///
/// A text of the answer that cannot be expanded.
pub fn scripted(
    world: &World,
    answer: Option<&Answer>,
    method: &[u8],
    origin: &[u8],
) -> Result<Reply, TextError> {
    let Some(answer) = answer else {
        return Ok(Reply {
            bytes: head(200, &[(b"Content-Length".to_vec(), b"0".to_vec())]),
            close: false,
        });
    };
    if answer.drop {
        return Ok(Reply {
            close: true,
            ..Reply::default()
        });
    }
    let lines = |pairs: &[cors_vectors::text::HeaderPair]| {
        pairs
            .iter()
            .map(|(name, value)| {
                let expand = |text| world.expand(text, Some(origin));
                Ok((expand(name)?, expand(value)?))
            })
            .collect::<Result<Vec<Line>, TextError>>()
    };
    let mut bytes = Vec::new();
    for interim in &answer.interim {
        bytes.extend(head(interim.status, &lines(&interim.headers)?));
    }
    let mut headers = lines(&answer.headers)?;
    let body = match &answer.body {
        Some(text) => world.expand(text, Some(origin))?,
        None => Vec::new(),
    };
    let trailers = lines(&answer.trailers)?;
    let states = |wanted: &[u8]| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let chunked = states(b"transfer-encoding") || !trailers.is_empty();
    // What the case says of the framing need not be true: nothing may follow it.
    let close = states(b"transfer-encoding") || states(b"content-length");
    let bodiless = matches!(answer.status, 204 | 304);
    if !trailers.is_empty() && !states(b"transfer-encoding") {
        headers.push((b"Transfer-Encoding".to_vec(), b"chunked".to_vec()));
    } else if !close && !bodiless {
        let length = body.len().to_string().into_bytes();
        headers.push((b"Content-Length".to_vec(), length));
    }
    if close {
        headers.push((b"Connection".to_vec(), b"close".to_vec()));
    }
    bytes.extend(head(answer.status, &headers));
    if !bodiless && method != b"HEAD" {
        if chunked {
            if !body.is_empty() {
                bytes.extend(format!("{:x}\r\n", body.len()).into_bytes());
                bytes.extend(&body);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n");
            for (name, value) in &trailers {
                line(&mut bytes, name, value);
            }
            bytes.extend(b"\r\n");
        } else {
            bytes.extend(&body);
        }
    }
    Ok(Reply { bytes, close })
}

/// An answer of our own, which no cache keeps.
pub fn own(status: u16, content_type: &str, more: &[(&str, &str)], body: &[u8]) -> Reply {
    let length = body.len().to_string();
    let mut lines: Vec<Line> = [
        ("Content-Type", content_type),
        ("Cache-Control", "no-store"),
        ("Content-Length", &length),
    ]
    .iter()
    .chain(more)
    .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
    .collect();
    if status == 204 {
        lines.retain(|(name, _)| name == b"Cache-Control" || name.starts_with(b"Access"));
    }
    let mut bytes = head(status, &lines);
    bytes.extend(body);
    Reply {
        bytes,
        close: false,
    }
}

fn head(status: u16, lines: &[Line]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Scripted\r\n").into_bytes();
    for (name, value) in lines {
        line(&mut bytes, name, value);
    }
    bytes.extend(b"\r\n");
    bytes
}

fn line(bytes: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    bytes.extend(name);
    bytes.extend(b": ");
    bytes.extend(value);
    bytes.extend(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::case_with_server;

    fn read(bytes: &[u8]) -> io::Result<Vec<Arrived>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut reader = BufReader::new(bytes);
            let mut all = Vec::new();
            while let Some(arrived) = read_request(&mut reader).await? {
                all.push(arrived);
            }
            Ok(all)
        })
    }

    #[test]
    fn requests_are_read_one_after_the_other_with_their_bodies() {
        let all = read(
            b"PUT /a?b HTTP/1.1\r\nX-A:  1 \r\nx-a: \xe9\r\nContent-Length: 2\r\n\r\nhi\
              POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n\
              GET / HTTP/1.1\r\n\r\n",
        )
        .unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(
            (all[0].target.as_str(), all[0].body.as_slice()),
            ("/a?b", &b"hi"[..])
        );
        assert_eq!(all[0].headers[1], (b"x-a".to_vec(), b"\xe9".to_vec()));
        assert_eq!(all[1].body, b"abcd");
        assert_eq!(all[2].method, b"GET");
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
        ] {
            assert!(read(bytes).is_err(), "{}", bytes.escape_ascii());
        }
    }

    fn bytes_of(server: &str, method: &[u8]) -> (String, bool) {
        let case = case_with_server("a/b", server);
        let world = World::of_model(&case);
        let reply = scripted(&world, case.server.first(), method, b"https://o").unwrap();
        (reply.bytes.escape_ascii().to_string(), reply.close)
    }

    #[test]
    fn answers_are_the_scripted_bytes_and_a_length() {
        let server =
            r#"[{ "headers": [["ACAO", " {origin} "], ["acao", {"hex": "e9"}]], "body": "hi" }]"#;
        assert_eq!(
            bytes_of(server, b"GET").0,
            r"HTTP/1.1 200 Scripted\r\nACAO:  https://o \r\nacao: \xe9\r\nContent-Length: 2\r\n\r\nhi"
        );
        assert!(bytes_of(server, b"HEAD").0.ends_with(r"2\r\n\r\n"));
        assert_eq!(
            bytes_of(r#"[{ "status": 204 }]"#, b"OPTIONS"),
            (r"HTTP/1.1 204 Scripted\r\n\r\n".to_owned(), false)
        );
        assert_eq!(
            bytes_of("[]", b"GET").0,
            r"HTTP/1.1 200 Scripted\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn framing_that_the_case_states_ends_the_connection() {
        let server = r#"[{ "headers": [["Content-Length", "5"]], "body": "hi" }]"#;
        let (bytes, close) = bytes_of(server, b"GET");
        assert!(close && bytes.contains("Connection: close") && bytes.ends_with("hi"));
        assert_eq!(
            bytes_of(r#"[{ "drop": true }]"#, b"GET"),
            (String::new(), true)
        );
    }

    #[test]
    fn interim_answers_come_first_and_trailers_last() {
        let server = r#"[{ "interim": [{ "status": 103, "headers": [["Link", "x"]] }],
                           "body": "hi", "trailers": [["X-T", "1"]] }]"#;
        let (bytes, _) = bytes_of(server, b"GET");
        assert!(bytes.starts_with(r"HTTP/1.1 103 Scripted\r\nLink: x\r\n\r\nHTTP/1.1 200"));
        assert!(bytes.ends_with(r"chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n"));
    }
}
