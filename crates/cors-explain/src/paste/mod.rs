//! What people paste: HTTP text, what `curl` shows, its command, a request as browsers copy it, their
//! network panels, and the words on their consoles.

mod console_words;
mod curl;
mod fetch_call;
mod panel;
mod shell;

use cors_model::request::CredentialsMode;

use crate::http_text::{self, ReadError, error};
use crate::message::{Field, Message, is_token};

pub(crate) use self::console_words::{ERROR, Told, told};

/// What was pasted.
#[derive(Debug)]
pub(crate) struct Pasted {
    /// The messages, in order.
    pub(crate) messages: Vec<Message>,
    /// How the page asks, where the text says it.
    pub(crate) credentials: Option<CredentialsMode>,
}

/// Reads what was pasted, whatever its form; words on a console are no messages, see [`told`].
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

/// What a request has to be made of.
fn checked(line: usize, method: &str, fields: &[Field]) -> Result<(), ReadError> {
    if !is_token(method.as_bytes()) {
        return Err(error(
            line,
            format!("`{}` is not a method", method.escape_debug()),
        ));
    }
    for Field { name, value } in fields {
        let name = String::from_utf8_lossy(name);
        if !is_token(name.as_bytes()) {
            return Err(error(
                line,
                format!("`{}` is not a header name", name.escape_debug()),
            ));
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            return Err(error(
                line,
                format!("the value of {name} has a byte that no header can hold"),
            ));
        }
    }
    Ok(())
}
