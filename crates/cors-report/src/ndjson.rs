//! The stream of events as lines of JSON, written and flushed as they come.

use std::io::{self, Write};

use cors_harness::event::Event;
use serde::Serialize;

use crate::format::Format;

/// Writes one event as one line.
///
/// Flushed at once: what was judged before a crash stays readable, and a reader can follow.
pub fn write(sink: &mut dyn Write, event: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    sink.write_all(&line)?;
    sink.flush()
}

/// The stream as it is.
#[derive(Debug)]
pub struct Ndjson;

impl Format for Ndjson {
    fn event(&mut self, event: &Event, sink: &mut dyn Write) -> io::Result<()> {
        write(sink, event)
    }
}
