//! The stream of events of a run: lines of JSON in their order, in which the bytes that were sent and
//! received can be read back, and no secret is.
//!
//! Input: see [`crate::scripted`].

use std::collections::BTreeSet;

use cors_harness::escape::escape;
use cors_harness::event::{Event, ExchangeEvent};
use cors_harness::target::Transport;
use cors_harness::wire::{Line, Request, Response};
use cors_report::ndjson::write;

use crate::scripted::{Seen, seen};
use crate::shown;

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(Seen {
        events,
        exchanges,
        secret,
        ..
    }) = seen(data)
    else {
        return;
    };
    let mut stream = Vec::new();
    for event in &events {
        write(&mut stream, event).expect("a vector takes everything");
    }
    let stream = String::from_utf8(stream).expect("JSON is UTF-8");
    assert!(stream.ends_with('\n'));
    let parsed: Vec<Event> = stream
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert_eq!(parsed, events);
    let is_run = |event: &Event| matches!(event, Event::Run(_));
    let is_end = |event: &Event| matches!(event, Event::End(_));
    assert_eq!(parsed.iter().position(is_run), Some(0));
    assert_eq!(parsed.iter().rposition(is_run), Some(0));
    assert_eq!(parsed.iter().position(is_end), Some(parsed.len() - 1));
    for line in stream.lines() {
        shown::check_secret(line, secret);
        let value = serde_json::from_str(line).expect("an event could be read");
        shown::check_secret_in(&value, secret);
    }
    for event in &parsed {
        if let Event::Case(case) = event {
            for told in case.steps.iter().flat_map(|step| &step.exchanges) {
                let known = exchanges
                    .iter()
                    .any(|(request, answer)| is_of(told, request, answer));
                assert!(known, "{told:#?} is none of {exchanges:#?}");
            }
        }
    }
}

/// The bytes of an escaped text.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match (byte, byte == b'\\') {
            (b' '..=b'~', false) => byte,
            (_, true) => match rest.next()? {
                b'\\' => b'\\',
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                _ => return None,
            },
            _ => return None,
        };
        bytes.push(byte);
    }
    Some(bytes)
}

/// Whether a text is what is left of some bytes without what may be a secret, in whatever form: the
/// rest stands there in its order. What was cut may have lost its end.
fn secret_is_left_out(text: &str, bytes: &[u8]) -> bool {
    let whole = escape(bytes);
    let (text, is_cut) = match text.rsplit_once("… (") {
        Some((start, _)) => (start, true),
        None => (text, false),
    };
    let pieces: Vec<&str> = text.split(REDACTED).collect();
    let last = pieces.len() - 1;
    let mut rest = whole.as_str();
    for (number, piece) in pieces.into_iter().enumerate() {
        if number == last {
            return is_cut || rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece).filter(|at| number > 0 || *at == 0) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// Whether a text is what an event says of some bytes. What is cut only begins like them.
fn tells(text: &str, bytes: &[u8]) -> bool {
    if text.contains(REDACTED) {
        return secret_is_left_out(text, bytes);
    }
    match text.rsplit_once("… (") {
        Some((start, _)) => {
            // An escape may be cut in two.
            let whole = start.rfind('\\').filter(|at| start.len() - at < 4);
            let start = unescaped(start).or_else(|| unescaped(start.get(..whole?)?));
            start.is_some_and(|start| bytes.starts_with(&start))
        }
        None => unescaped(text).as_deref() == Some(bytes),
    }
}

/// Whether the lines of a response are told, of which some are secret whatever they hold.
fn answer_tells(told: &[(String, String)], lines: &[Line]) -> bool {
    let hidden: BTreeSet<&[u8]> = [
        &b"authorization"[..],
        b"cookie",
        b"proxy-authorization",
        b"set-cookie",
        b"x-api-key",
    ]
    .into();
    let is_hidden = |name: &[u8]| hidden.contains(name.to_ascii_lowercase().as_slice());
    lines_tell(told, lines, is_hidden)
}

/// Whether lines are told: up to 128 of them, and 16 KiB.
fn lines_tell(
    told: &[(String, String)],
    lines: &[Line],
    is_hidden: impl Fn(&[u8]) -> bool,
) -> bool {
    let alike = |((name, value), (bytes, sent)): (&(String, String), &Line)| {
        tells(name, bytes)
            && if is_hidden(bytes) {
                value == REDACTED
            } else {
                tells(value, sent)
            }
    };
    let characters = |(name, value): &(String, String)| name.len() + value.len();
    let (shown, cut) = match told.split_last() {
        Some(((name, _), shown)) if name == "…" => (shown, true),
        Some(_) | None => (told, false),
    };
    let is_long = shown.len() == 128 || shown.iter().map(characters).sum::<usize>() > 16 * 1024;
    let all = shown.len() == lines.len();
    (all && !cut || cut && is_long) && shown.iter().zip(lines).all(alike)
}

/// Whether an event tells of an exchange.
fn is_of(told: &ExchangeEvent, request: &Request, answer: &Result<Response, Transport>) -> bool {
    let asked = tells(&told.request.method, &request.method)
        // What a case invents is shown.
        && lines_tell(&told.request.headers, &request.headers, |_| false)
        && told.request.url.starts_with(&request.base);
    asked
        && match (answer, &told.response) {
            (Ok(answer), Some(response)) => {
                response.status == answer.status
                    && told.transport.is_none()
                    && answer_tells(&response.headers, &answer.headers)
            }
            (Err(_), None) => told.transport.is_some(),
            (Ok(_), None) | (Err(_), Some(_)) => false,
        }
}
