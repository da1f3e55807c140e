//! Answers as the bytes they came in: heads, what follows them, and whether both agree.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use crate::line::Line;
use cors_text::blanks::trimmed;
use cors_text::escape::escape_cut;

/// An answer as it came over HTTP/1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The interim answers, in order.
    pub interim: Vec<Head>,
    /// The head of the last answer.
    pub last: Head,
    /// What came after that head, or its first [`crate::transport::Limits::body`] bytes.
    pub rest: Vec<u8>,
    /// Whether it answers a request with HEAD.
    pub to_head: bool,
    /// Whether more may have come: the connection was open when it was no longer read.
    pub let_go: bool,
}

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// The lines after the first, each up to its LF, which is not part of it; a CR before it is.
    pub lines: Vec<Vec<u8>>,
}

/// How what follows a head fits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    /// It is what was announced.
    Whole,
    /// It is whole when the connection ends.
    UntilTheEnd,
    /// More was announced.
    Incomplete,
    /// More came than was announced: so many bytes.
    Surplus(usize),
    /// The head contradicts itself, or the chunks are none.
    Broken(String),
}

impl Head {
    /// Reads the head at the beginning of some bytes, and says how many it takes; `None` while it
    /// has not ended.
    pub fn read(bytes: &[u8]) -> Option<Result<(Self, usize), String>> {
        let mut lines = Vec::new();
        let mut at = 0;
        loop {
            let rest = bytes.get(at..)?;
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = rest.get(..end)?;
            at = at.saturating_add(end).saturating_add(1);
            if line.is_empty() || line == b"\r" {
                break;
            }
            lines.push(line.to_vec());
        }
        let first = lines.first().cloned().unwrap_or_default();
        if !lines.is_empty() {
            lines.remove(0);
        }
        let status = first
            .strip_prefix(b"HTTP/1.")
            .and_then(|rest| rest.get(2..5))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok());
        Some(match status {
            Some(status) => Ok((Self { status, lines }, at)),
            None => Err(format!("it begins with {}", escape_cut(&first))),
        })
    }

    /// Whether another answer follows.
    pub const fn is_interim(&self) -> bool {
        matches!(self.status, 100..=199) && self.status != 101
    }

    /// The header lines: a folded one is one with the one before it.
    pub fn fields(&self) -> Vec<Line> {
        let mut fields: Vec<Line> = Vec::new();
        for line in &self.lines {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.first().is_some_and(|byte| is_blank(*byte))
                && let Some((_, value)) = fields.last_mut()
            {
                value.push(b' ');
                value.extend_from_slice(trimmed(line));
                continue;
            }
            let colon = line.iter().position(|byte| *byte == b':');
            let (name, value) = line.split_at(colon.unwrap_or(line.len()));
            let value = value.get(1..).unwrap_or_default();
            fields.push((trimmed(name).to_vec(), trimmed(value).to_vec()));
        }
        fields
    }

    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let of_name =
            |(found, value): Line| found.eq_ignore_ascii_case(name.as_bytes()).then_some(value);
        self.fields().into_iter().filter_map(of_name).collect()
    }

    /// What it announces about its length, as a sentence's end.
    pub fn announces(&self) -> Option<String> {
        ["Content-Length", "Transfer-Encoding"]
            .into_iter()
            .find_map(|name| {
                let values = self.values(name);
                let value = values.first()?;
                Some(format!("{name}: {}", escape_cut(value)))
            })
    }
}

impl Raw {
    /// How what follows the last head fits to it.
    pub fn framing(&self) -> Framing {
        let Head { status, .. } = self.last;
        let exactly = |length: usize| match self.rest.len().checked_sub(length) {
            None => Framing::Incomplete,
            Some(0) => Framing::Whole,
            Some(more) => Framing::Surplus(more),
        };
        let lengths = self.last.values("Content-Length");
        let codings = self.last.values("Transfer-Encoding");
        if self.to_head || status == 204 || status == 304 {
            return exactly(0);
        }
        match (lengths.as_slice(), codings.as_slice()) {
            ([_, ..], [_, ..]) => {
                Framing::Broken("there are both Content-Length and Transfer-Encoding".to_owned())
            }
            ([length, others @ ..], []) => {
                let digits = std::str::from_utf8(length).ok();
                let number = digits
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                    .and_then(|digits| digits.parse().ok());
                match number {
                    Some(length_) if others.iter().all(|other| other == length) => exactly(length_),
                    _ => Framing::Broken("Content-Length is not one number".to_owned()),
                }
            }
            ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => match chunks(&self.rest) {
                Ok(Some(length)) => exactly(length),
                Ok(None) => Framing::Incomplete,
                Err(said) => Framing::Broken(said),
            },
            ([], [..]) => Framing::UntilTheEnd,
        }
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// How many bytes chunks take up to the last, with its trailers; `None` while more must come.
fn chunks(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        let line = rest.get(..end).unwrap_or_default();
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(trimmed(digits)).ok();
        let size = size.and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(size) = size else {
            return Err(format!("`{}` is no size of a chunk", escape_cut(line)));
        };
        at = at.saturating_add(end).saturating_add(2);
        if size == 0 {
            break;
        }
        at = at.saturating_add(size);
        match bytes.get(at..).and_then(|rest| rest.get(..2)) {
            None => return Ok(None),
            Some(b"\r\n") => at = at.saturating_add(2),
            Some(_) => return Err("a chunk is longer than its size".to_owned()),
        }
    }
    // Trailers end with an empty line.
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        at = at.saturating_add(end).saturating_add(2);
        if end == 0 {
            return Ok(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(head: &str, rest: &str) -> Raw {
        let head = format!("HTTP/1.1 {head}\r\n\r\n");
        let (last, taken) = Head::read(head.as_bytes()).unwrap().unwrap();
        assert_eq!(taken, head.len());
        Raw {
            interim: Vec::new(),
            last,
            rest: rest.as_bytes().to_vec(),
            to_head: false,
            let_go: false,
        }
    }

    #[test]
    fn heads_are_read_when_they_have_ended() {
        assert_eq!(Head::read(b"HTTP/1.1 200 OK\r\nA: b\r\n"), None);
        let (head, taken) = Head::read(b"HTTP/1.0 404\r\nA: b\r\n\r\nrest")
            .unwrap()
            .unwrap();
        assert_eq!(
            (head.status, head.lines, taken),
            (404, vec![b"A: b\r".to_vec()], 22)
        );
        for bad in [
            &b"220 mail\r\n\r\n"[..],
            b"\r\n",
            b"HTTP/1.1 2x0 OK\r\n\r\n",
        ] {
            assert!(Head::read(bad).unwrap().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_follows_a_head_fits_or_not() {
        for (head, rest, framing) in [
            ("200 OK\r\nContent-Length: 2", "ok", Framing::Whole),
            ("200 OK\r\nContent-Length: 3", "ok", Framing::Incomplete),
            ("200 OK\r\ncontent-length: 1", "ok", Framing::Surplus(1)),
            ("200 OK", "ok", Framing::UntilTheEnd),
            ("204 No", "", Framing::Whole),
            ("204 No", "ok", Framing::Surplus(2)),
            ("304 No\r\nContent-Length: 9", "", Framing::Whole),
            (
                "200 OK\r\nTransfer-Encoding: Chunked",
                "2\r\nok\r\n0\r\n\r\n",
                Framing::Whole,
            ),
            (
                "200 OK\r\nTransfer-Encoding: chunked",
                "2;a=b\r\nok\r\n0\r\nT: x\r\n\r\n",
                Framing::Whole,
            ),
            (
                "200 OK\r\nTransfer-Encoding: chunked",
                "0\r\n\r\nx",
                Framing::Surplus(1),
            ),
            (
                "200 OK\r\nTransfer-Encoding: chunked",
                "2\r\nok\r\n",
                Framing::Incomplete,
            ),
            (
                "200 OK\r\nTransfer-Encoding: chunked",
                "ffffffffffffffff\r\nok\r\n",
                Framing::Incomplete,
            ),
        ] {
            assert_eq!(raw(head, rest).framing(), framing, "{head:?} {rest:?}");
        }
        for (head, rest) in [
            (
                "200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
                "0\r\n\r\n",
            ),
            ("200 OK\r\nContent-Length: 2\r\nContent-Length: 3", "ok"),
            ("200 OK\r\nContent-Length: +2", "ok"),
            ("200 OK\r\nTransfer-Encoding: chunked", "z\r\n"),
            ("200 OK\r\nTransfer-Encoding: chunked", "1\r\nok\r\n"),
        ] {
            assert!(
                matches!(raw(head, rest).framing(), Framing::Broken(_)),
                "{head:?} {rest:?}"
            );
        }
        let head = Raw {
            to_head: true,
            let_go: false,
            ..raw("200 OK\r\nContent-Length: 2", "")
        };
        assert_eq!(head.framing(), Framing::Whole);
    }

    #[test]
    fn lines_become_headers_as_they_are_spelled() {
        let head = raw("200 OK\r\nVARY:  a \r\nvary : b\r\nX: c\r\n\td", "").last;
        let line = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        assert_eq!(
            head.fields(),
            [line("VARY", "a"), line("vary", "b"), line("X", "c d")]
        );
        assert_eq!(head.values("Vary").len(), 2);
    }
}
