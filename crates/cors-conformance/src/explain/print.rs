//! Output.

use std::io::{self, Write as _};

use crate::output;
use crate::stop::Stop;

/// Writes to standard output; a reader that has seen enough is no trouble.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    let mut sink = anstream::stdout();
    match sink.write_all(text.as_bytes()).and_then(|()| sink.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(output::unwritable("standard output", &error))
        }
        _ => Ok(()),
    }
}
