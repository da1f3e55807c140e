//! The stream of events as lines of JSON, written and flushed as they come.

use std::fmt::Write as _;
use std::io::{self, Write};

use cors_harness::event::Event;
use serde::Serialize;

use crate::format::Format;

/// Writes one event as one line.
///
/// Flushed at once: what was judged before a crash stays readable, and a reader can follow.
pub fn write(sink: &mut dyn Write, event: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_string(event)?;
    if !line.bytes().all(|byte| byte <= b'~') {
        line = in_ascii(&line);
    }
    line.push('\n');
    sink.write_all(line.as_bytes())?;
    sink.flush()
}

/// The same JSON with only ASCII characters: the others stand in strings and are written `\uXXXX`. A
/// terminal that shows the line then finds no control characters in it.
fn in_ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, '\0'..='\x7e') {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// The stream as it is.
#[derive(Debug)]
pub struct Ndjson;

impl Format for Ndjson {
    fn event(&mut self, event: &Event, sink: &mut dyn Write) -> io::Result<()> {
        write(sink, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_ascii_alone_and_means_the_same() {
        let text = "§ 7 – \u{202e}\u{9b}31m 😀\n";
        let mut line = Vec::new();
        write(&mut line, &text).unwrap();
        assert!(line.is_ascii());
        assert_eq!(
            line.iter().position(|byte| *byte == b'\n'),
            Some(line.len() - 1)
        );
        assert_eq!(serde_json::from_slice::<String>(&line).unwrap(), text);
    }
}
