//! HAR files, as the developer tools of browsers save them.

use cors_text::blanks::trimmed;
use std::fmt;

use cors_text::escape::escape_cut;
use serde_json::{Map, Value};

use crate::message::{Field, RequestMessage, ResponseMessage, is_token};

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

/// An exchange that a browser noted down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The request.
    pub request: RequestMessage,
    /// The response. `None` when the browser shows none, as it does for what it blocked.
    pub response: Option<ResponseMessage>,
    /// The browser's own word for what went wrong, such as `net::ERR_FAILED`.
    pub error: Option<String>,
}

/// The entries of a HAR file, or of a part of one: a `log`, an array of entries, a single entry.
///
/// # Errors
///
/// The bytes are not JSON, or something that has to be there is missing or of another type.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, HarError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|error| HarError {
        at: format!("line {}, column {}", error.line(), error.column()),
        said: format!("expected a HAR file, which is JSON: {error}"),
    })?;
    let whole = At("the file".to_owned());
    let (at, entries) = match &value {
        Value::Array(entries) => (At(String::new()), entries.as_slice()),
        Value::Object(object) if object.contains_key("request") => {
            let at = At("the entry".to_owned());
            return Ok(vec![entry(&at, &value)?]);
        }
        Value::Object(object) => {
            let (at, log) = match object.get("log") {
                Some(log) => (At("log".to_owned()), at_object(&At("log".to_owned()), log)?),
                None => (At(String::new()), object),
            };
            match log.get("entries") {
                Some(Value::Array(entries)) => (at.member("entries"), entries.as_slice()),
                Some(other) => return Err(at.member("entries").expected("an array", other)),
                None => {
                    return Err(whole.error(
                        "expected a HAR file with `log.entries`, an array of entries, or one entry \
                         with `request` and `response`",
                    ));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(whole.expected("an object or an array", &value));
        }
    };
    if entries.is_empty() {
        return Err(whole.error("there are no entries: nothing was recorded"));
    }
    let read = |(index, value)| entry(&at.index(index), value);
    entries.iter().enumerate().map(read).collect()
}

/// A path in the JSON.
struct At(String);

impl At {
    fn member(&self, name: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{name}", self.0))
    }

    fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn error(&self, said: impl Into<String>) -> HarError {
        let (at, said) = (self.0.clone(), said.into());
        HarError { at, said }
    }

    fn expected(&self, what: &str, found: &Value) -> HarError {
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

fn at_object<'a>(at: &At, value: &'a Value) -> Result<&'a Map<String, Value>, HarError> {
    value
        .as_object()
        .ok_or_else(|| at.expected("an object", value))
}

/// A member that has to be there.
fn member<'a>(at: &At, of: &'a Map<String, Value>, name: &str) -> Result<&'a Value, HarError> {
    of.get(name).ok_or_else(|| {
        at.member(name)
            .error("expected this member, which is missing")
    })
}

fn text<'a>(at: &At, of: &'a Map<String, Value>, name: &str) -> Result<&'a str, HarError> {
    let value = member(at, of, name)?;
    value
        .as_str()
        .ok_or_else(|| at.member(name).expected("a string", value))
}

fn entry(at: &At, value: &Value) -> Result<Entry, HarError> {
    let entry = at_object(at, value)?;
    let request = member(at, entry, "request")?;
    let request_at = at.member("request");
    let request = at_object(&request_at, request)?;
    let method = text(&request_at, request, "method")?.as_bytes().to_vec();
    if !is_token(&method) {
        let said = format!("expected a method, found `{}`", escape_cut(&method));
        return Err(request_at.member("method").error(said));
    }
    let target = text(&request_at, request, "url")?.as_bytes().to_vec();
    let sent = |name: &str| request.get(name).is_some_and(|value| !value.is_null());
    let size = request.get("bodySize").and_then(Value::as_i64);
    let request = RequestMessage {
        method,
        target,
        fields: fields(&request_at, request)?,
        encrypted: false,
        has_body: sent("postData") || size.is_some_and(|size| size > 0),
        place: request_at.0,
    };
    let response_at = at.member("response");
    let (response, error) = match entry.get("response") {
        None | Some(Value::Null) => (None, None),
        Some(value) => response(response_at, value)?,
    };
    Ok(Entry {
        request,
        response,
        error,
    })
}

fn response(at: At, value: &Value) -> Result<(Option<ResponseMessage>, Option<String>), HarError> {
    let response = at_object(&at, value)?;
    let error = response.get("_error").and_then(Value::as_str);
    let error = error.filter(|error| !error.is_empty()).map(str::to_owned);
    let status = member(&at, response, "status")?;
    let status = match status
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
    {
        // What was blocked, cancelled or never answered.
        Some(0) => return Ok((None, error)),
        Some(status @ 100..=999) => status,
        _ => return Err(at.member("status").expected("a status, 100 to 999", status)),
    };
    let fields = fields(&at, response)?;
    let place = at.0;
    Ok((
        Some(ResponseMessage {
            place,
            status,
            fields,
        }),
        error,
    ))
}

fn fields(at: &At, of: &Map<String, Value>) -> Result<Vec<Field>, HarError> {
    let at = at.member("headers");
    let headers = match of.get("headers") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(headers)) => headers,
        Some(other) => return Err(at.expected("an array", other)),
    };
    let mut fields = Vec::new();
    for (index, header) in headers.iter().enumerate() {
        let at = at.index(index);
        let header = at_object(&at, header)?;
        let name = text(&at, header, "name")?;
        let value = text(&at, header, "value")?;
        // The pseudo-headers of HTTP/2 say nothing that is not elsewhere.
        if name.starts_with(':') {
            continue;
        }
        if !is_token(name.as_bytes()) {
            let said = format!("`{}` is not a header name", escape_cut(name.as_bytes()));
            return Err(at.member("name").error(said));
        }
        // Browsers join lines of the same name with line feeds.
        for line in value.split('\n') {
            let value = trimmed(&wire_bytes(line)).to_vec();
            if value.iter().any(|byte| matches!(byte, 0 | b'\r')) {
                let said = "the value holds a control character that no header can";
                return Err(at.member("value").error(said));
            }
            let name = name.as_bytes().to_vec();
            fields.push(Field { name, value });
        }
    }
    Ok(fields)
}

/// The bytes of a header value. Browsers write a character for each byte, or read UTF-8.
fn wire_bytes(text: &str) -> Vec<u8> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    bytes.unwrap_or_else(|_| text.as_bytes().to_vec())
}

#[cfg(test)]
#[path = "har_tests.rs"]
mod tests;
