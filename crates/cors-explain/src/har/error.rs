//! What was not understood of a HAR file, and where.

use std::fmt;

use cors_text::escape::escape_cut;
use serde_json::Value;

/// What was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarError {
    /// Where: a path such as `log.entries[2].request.url`, or a line and column of the file.
    pub at: String,
    /// What is wrong there and what was expected.
    pub said: String,
}

impl fmt::Display for HarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.said)
    }
}

impl std::error::Error for HarError {}

impl HarError {
    pub(super) fn within(mut self, place: &str) -> Self {
        let dot = if self.at.is_empty() { "" } else { "." };
        self.at = format!("{place}{dot}{}", self.at);
        self
    }
}

/// A path in the JSON.
pub(super) struct At(pub(super) String);

impl At {
    pub(super) fn member(&self, name: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{name}", self.0))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    pub(super) fn error(&self, said: impl Into<String>) -> HarError {
        let (at, said) = (self.0.clone(), said.into());
        HarError { at, said }
    }

    pub(super) fn expected(&self, what: &str, found: &Value) -> HarError {
        let found = match found {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "a boolean".to_owned(),
            Value::Number(number) => format!("the number {number}"),
            Value::String(text) => format!("the string \"{}\"", escape_cut(text.as_bytes())),
            Value::Array(_) => "an array".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        self.error(format!("expected {what}, found {found}"))
    }
}
