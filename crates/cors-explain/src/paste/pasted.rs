//! What a paste comes to.

use cors_model::request::CredentialsMode;

use crate::http_text::{ReadError, error};
use crate::message::{Field, Message, is_token};

/// What was pasted.
#[derive(Debug)]
pub(crate) struct Pasted {
    /// The messages, in order.
    pub(crate) messages: Vec<Message>,
    /// How the page asks, where the text says it.
    pub(crate) credentials: Option<CredentialsMode>,
}

/// What a request has to be made of.
pub(super) fn checked(line: usize, method: &str, fields: &[Field]) -> Result<(), ReadError> {
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
