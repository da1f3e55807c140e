//! What a report format is.

use std::io::{self, Write};

use cors_harness::event::Event;

/// A format in which a run is reported. Formats that write sums first wait for the last event.
pub trait Format {
    /// Takes in the next event, and writes what can be written of it now.
    ///
    /// Fails when the sink does.
    fn event(&mut self, event: &Event, sink: &mut dyn Write) -> io::Result<()>;
}
