//! Requests and responses as plain HTTP text: as they stand on the wire, as somebody typed them,
//! or as `curl -v` shows them.

use cors_text::blanks::trimmed;
use std::fmt;

use cors_text::escape::escape_cut;

use crate::encoding::is_utf_16;
use crate::message::{Field, Message, RequestMessage, ResponseMessage, is_token};

/// What was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there and what was expected.
    pub said: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.said)
    }
}

impl std::error::Error for ReadError {}

/// The messages of a text, in order.
///
/// Lines end with CRLF or LF. In the output of `curl -v` only the lines that start with `>` and `<`
/// count. Otherwise messages follow each other as HTTP has it: a body is as long as
/// `Content-Length` says, or ends where the next start line with a version begins. Interim
/// responses are left out. Bodies are not kept, since nothing depends on them.
///
/// # Errors
///
/// A line that is neither a start line nor a header line where one has to be, bytes that no header
/// can hold, or no message at all.
pub fn read(bytes: &[u8]) -> Result<Vec<Message>, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if is_utf_16(bytes) {
        return Err(error(
            1,
            "the text is UTF-16, as PowerShell writes it; expected UTF-8 (`curl -v … --stderr FILE`)",
        ));
    }
    let lines = lines(bytes);
    let messages = if is_transcript(&lines) {
        read_transcript(&lines)?
    } else {
        read_plain(bytes, &lines)?
    };
    if messages.is_empty() {
        return Err(error(
            1,
            "there is no message; expected HTTP text, such as `GET https://api.example/x` or \
             `HTTP/1.1 200 OK` and header lines below, or the output of `curl -v`",
        ));
    }
    Ok(messages)
}

/// A line without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// Counted from 1.
    number: usize,
    /// Where it begins in the whole text.
    start: usize,
    text: &'a [u8],
}

fn lines(bytes: &[u8]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        lines.push(Line {
            number,
            start,
            text,
        });
        start += line.len();
    }
    lines
}

pub(crate) fn error(line: usize, said: impl Into<String>) -> ReadError {
    let said = said.into();
    ReadError { line, said }
}

/// The first line of a message.
pub(crate) enum Start {
    Request { method: Vec<u8>, target: Vec<u8> },
    Response { status: u16 },
}

fn is_version(word: &[u8]) -> bool {
    let digits = word
        .strip_prefix(b"HTTP/")
        .or_else(|| word.strip_prefix(b"http/"));
    digits.is_some_and(|digits| match digits {
        [major] => major.is_ascii_digit(),
        [major, b'.', minor] => major.is_ascii_digit() && minor.is_ascii_digit(),
        _ => false,
    })
}

/// A start line. Of a request the version may be left out where `lenient`.
pub(crate) fn start_line(text: &[u8], lenient: bool) -> Option<Start> {
    let mut words = text
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty());
    let first = words.next()?;
    let second = words.next()?;
    if is_version(first) {
        let status = std::str::from_utf8(second).ok()?;
        let status = status.parse().ok().filter(|_| status.len() == 3)?;
        return (100..=999)
            .contains(&status)
            .then_some(Start::Response { status });
    }
    let third = words.next();
    let versioned = third.is_some_and(is_version) || (lenient && third.is_none());
    let is_target = second.starts_with(b"/")
        || second == b"*"
        || second.windows(3).any(|window| window == b"://");
    (is_token(first) && is_target && versioned && words.next().is_none()).then(|| Start::Request {
        method: first.to_vec(),
        target: second.to_vec(),
    })
}

/// A header line, which is the one with this number.
pub(crate) fn field(number: usize, text: &[u8]) -> Result<Field, ReadError> {
    let Some(colon) = text.iter().skip(1).position(|byte| *byte == b':') else {
        return Err(error(
            number,
            format!(
                "expected a header line such as `Origin: https://app.example`, or an empty line at \
                 the end of the headers, found `{}`",
                escape_cut(text)
            ),
        ));
    };
    // A colon at the very start belongs to the pseudo-headers of HTTP/2.
    let (name, value) = text.split_at_checked(colon + 1).unwrap_or((text, b""));
    let value = value.strip_prefix(b":").unwrap_or(value);
    let value = trimmed(value);
    if !is_token(name.strip_prefix(b":").unwrap_or(name)) {
        let hint = if trimmed(name) == name {
            ""
        } else {
            " (no space may stand around it)"
        };
        let name = escape_cut(name);
        return Err(error(
            number,
            format!("`{name}` is not a header name{hint}"),
        ));
    }
    Ok(Field {
        name: name.to_vec(),
        value: checked(number, value)?.to_vec(),
    })
}

/// A value, if a header can have it.
fn checked(line: usize, value: &[u8]) -> Result<&[u8], ReadError> {
    match value.iter().find(|byte| matches!(byte, 0 | b'\r')) {
        None => Ok(value),
        Some(bad) => {
            let said = format!("the value holds the byte \\x{bad:02x}, which no header can");
            Err(error(line, said))
        }
    }
}

/// A message whose headers are being read.
struct Open {
    start: Start,
    number: usize,
    fields: Vec<Field>,
}

impl Open {
    fn new(start: Start, number: usize) -> Self {
        let fields = Vec::new();
        Self {
            start,
            number,
            fields,
        }
    }

    /// The message; `None` for an interim response.
    fn close(self, encrypted: bool, has_body: bool) -> Option<Message> {
        let place = format!("line {}", self.number);
        let mut fields = self.fields;
        Some(match self.start {
            Start::Response { status: 100..=199 } => return None,
            Start::Response { status } => {
                fields.retain(|field| !field.name.starts_with(b":"));
                Message::Response(ResponseMessage {
                    place,
                    status,
                    fields,
                })
            }
            Start::Request { method, target } => {
                // What HTTP/2 has in place of `Host`.
                for field in &mut fields {
                    if field.name == b":authority" {
                        field.name = b"Host".to_vec();
                    }
                }
                fields.retain(|field| !field.name.starts_with(b":"));
                Message::Request(RequestMessage {
                    place,
                    method,
                    target,
                    fields,
                    encrypted,
                    has_body,
                })
            }
        })
    }

    /// How long `Content-Length` says that the body is.
    fn content_length(&self) -> Option<usize> {
        let value = crate::message::values(&self.fields, "Content-Length").next()?;
        std::str::from_utf8(value).ok()?.parse().ok()
    }

    fn has_body(&self) -> bool {
        self.content_length().is_some_and(|length| length > 0)
            || crate::message::has(&self.fields, "Transfer-Encoding")
    }
}

/// What follows curl's mark for a direction.
fn after_mark(line: Line<'_>) -> Option<(u8, &[u8])> {
    let text = trimmed(line.text);
    match text {
        [mark @ (b'>' | b'<' | b'*'), b' ', rest @ ..] => Some((*mark, rest)),
        [mark @ (b'>' | b'<' | b'*')] => Some((*mark, b"")),
        _ => None,
    }
}

/// Whether a text is what `curl -v` shows.
pub(crate) fn is_shown_by_curl(bytes: &[u8]) -> bool {
    is_transcript(&lines(bytes))
}

fn is_transcript(lines: &[Line<'_>]) -> bool {
    let first = lines.iter().find(|line| !trimmed(line.text).is_empty());
    if first.is_some_and(|line| start_line(line.text, true).is_some()) {
        return false;
    }
    lines.iter().any(|line| {
        after_mark(*line)
            .is_some_and(|(mark, rest)| mark != b'*' && start_line(rest, false).is_some())
    })
}

fn read_transcript(lines: &[Line<'_>]) -> Result<Vec<Message>, ReadError> {
    let mut messages = Vec::new();
    let mut encrypted = false;
    let mut open: Option<Open> = None;
    let mut close = |open: Option<Open>, encrypted| {
        if let Some(open) = open {
            let has_body = open.has_body();
            messages.extend(open.close(encrypted, has_body));
        }
    };
    for line in lines {
        let Some((mark, rest)) = after_mark(*line) else {
            continue;
        };
        if mark == b'*' {
            let says = |what: &[u8]| rest.windows(what.len()).any(|window| window == what);
            encrypted |= says(b"SSL connection using") || says(b"https://");
            if says(b"Connected to") {
                encrypted = false;
            }
            continue;
        }
        if rest.is_empty() {
            close(open.take(), encrypted);
        } else if let Some(start) = start_line(rest, false) {
            close(open.take(), encrypted);
            open = Some(Open::new(start, line.number));
        } else if let Some(open) = &mut open {
            open.fields.push(field(line.number, rest)?);
        } else {
            return Err(error(
                line.number,
                format!(
                    "expected `{0} METHOD /path HTTP/1.1` or `{0} HTTP/1.1 200 OK` before the first \
                     header line, found `{1}`",
                    char::from(mark),
                    escape_cut(rest)
                ),
            ));
        }
    }
    close(open, encrypted);
    Ok(messages)
}

fn read_plain(bytes: &[u8], lines: &[Line<'_>]) -> Result<Vec<Message>, ReadError> {
    let mut messages = Vec::new();
    let mut rest = lines;
    loop {
        while let [first, after @ ..] = rest {
            if !trimmed(first.text).is_empty() {
                break;
            }
            rest = after;
        }
        let [first, after @ ..] = rest else {
            return Ok(messages);
        };
        rest = after;
        let Some(start) = start_line(first.text, true) else {
            return Err(error(
                first.number,
                format!(
                    "expected the first line of a message, such as `GET https://api.example/x` or \
                     `HTTP/1.1 200 OK`, found `{}`",
                    escape_cut(first.text)
                ),
            ));
        };
        let mut open = Open::new(start, first.number);
        while let [line, after @ ..] = rest {
            if start_line(line.text, false).is_some() {
                break;
            }
            rest = after;
            if trimmed(line.text).is_empty() {
                break;
            }
            match (line.text, open.fields.last_mut()) {
                // A line that continues the one before it.
                ([b' ' | b'\t', ..], Some(last)) => {
                    let more = checked(line.number, trimmed(line.text))?;
                    if !last.value.is_empty() {
                        last.value.push(b' ');
                    }
                    last.value.extend_from_slice(more);
                }
                _ => open.fields.push(field(line.number, line.text)?),
            }
        }
        let body = rest;
        rest = after_body(bytes, body, &open);
        let skipped = body.len() - rest.len();
        let has_body = open.has_body()
            || body
                .iter()
                .take(skipped)
                .any(|line| !trimmed(line.text).is_empty());
        messages.extend(open.close(false, has_body));
    }
}

/// The lines after a body: where `Content-Length` says, if a message begins or the text ends
/// there; else from the next start line on. People leave bodies out, and lengths in.
fn after_body<'a, 'b>(bytes: &[u8], rest: &'a [Line<'b>], open: &Open) -> &'a [Line<'b>] {
    let begins = |lines: &[Line<'_>]| {
        let next = lines.iter().find(|line| !trimmed(line.text).is_empty());
        next.is_none_or(|line| start_line(line.text, false).is_some())
    };
    if let (Some(length), [first, ..]) = (open.content_length(), rest) {
        let end = first.start.saturating_add(length);
        let after = rest.partition_point(|line| line.start < end);
        let last = rest.get(..after).and_then(<[Line<'_>]>::last);
        // A body that ends in the middle of a line is not the one that is here.
        let fits = last.is_some_and(|last| last.start + last.text.len() <= end);
        if let Some(after) = rest.get(after..)
            && fits
            && end <= bytes.len()
            && begins(after)
        {
            return after;
        }
    }
    if begins(rest) {
        return rest;
    }
    let next = rest
        .iter()
        .position(|line| start_line(line.text, false).is_some());
    rest.get(next.unwrap_or(rest.len())..).unwrap_or_default()
}

#[cfg(test)]
#[path = "http_text_tests.rs"]
mod tests;
