//! Which form a paste has.

use super::pasted::Pasted;
use super::{curl, fetch_call, panel};
use crate::http_text::{self, ReadError};

/// Reads what was pasted, whatever its form; words on a console are no messages and are read by
/// themselves.
pub(crate) fn read(bytes: &[u8]) -> Result<Pasted, ReadError> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !http_text::is_shown_by_curl(bytes)
    {
        if let Some(command) = curl::command(text) {
            return curl::read(command);
        }
        if let Some(arguments) = fetch_call::arguments(text) {
            return fetch_call::read(arguments);
        }
        if panel::is_panel(text) {
            return panel::read(text);
        }
    }
    Ok(Pasted {
        messages: http_text::read(bytes)?,
        credentials: None,
    })
}
