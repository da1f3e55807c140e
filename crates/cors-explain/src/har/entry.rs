//! An entry of a HAR file: an exchange.

use cors_text::blanks::trimmed;
use cors_text::escape::escape_cut;
use serde_json::{Map, Value};

use super::error::{At, HarError};
use crate::message::{Field, RequestMessage, ResponseMessage, is_token};

/// An exchange that a browser noted down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which of the file's entries it is, counted from 0.
    pub index: usize,
    /// The request.
    pub request: RequestMessage,
    /// The response. `None` when the browser shows none, as it does for what it blocked.
    pub response: Option<ResponseMessage>,
    /// The browser's own word for what went wrong, such as `net::ERR_FAILED`.
    pub error: Option<String>,
    /// Whether the response came from the browser's cache.
    pub cached: bool,
    /// Header lines that are left out, and why, as sentences.
    pub left_out: Vec<String>,
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

/// Reads an entry.
pub(super) fn entry(index: usize, value: &Value) -> Result<Entry, HarError> {
    let at = At(String::new());
    let entry = at_object(&at, value)?;
    let request = member(&at, entry, "request")?;
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
    let mut left_out = Vec::new();
    let request = RequestMessage {
        method,
        target,
        fields: fields(&request_at, request, &mut left_out)?,
        encrypted: false,
        has_body: sent("postData") || size.is_some_and(|size| size > 0),
        place: String::new(),
    };
    let (response, error) = match entry.get("response") {
        None | Some(Value::Null) => (None, None),
        Some(value) => response(&at.member("response"), value, &mut left_out)?,
    };
    let from_cache = entry.get("_fromCache");
    Ok(Entry {
        index,
        request,
        response,
        error,
        cached: from_cache.is_some_and(|from| !matches!(from, Value::Null | Value::Bool(false))),
        left_out,
    })
}

fn response(
    at: &At,
    value: &Value,
    left_out: &mut Vec<String>,
) -> Result<(Option<ResponseMessage>, Option<String>), HarError> {
    let response = at_object(at, value)?;
    // Chromium and WebKit, Playwright.
    let error = ["_error", "_failureText"]
        .iter()
        .filter_map(|name| response.get(*name)?.as_str())
        .find(|error| !error.is_empty());
    let error = error.map(str::to_owned);
    let status = member(at, response, "status")?;
    let status = match status.as_i64() {
        // What was blocked, cancelled or never answered; Playwright writes -1, WebPageTest also -2.
        Some(..=0) => return Ok((None, error)),
        Some(known @ 100..=999) => u16::try_from(known).ok(),
        _ => None,
    }
    .ok_or_else(|| at.member("status").expected("a status, 100 to 999", status))?;
    let fields = fields(at, response, left_out)?;
    let message = ResponseMessage {
        place: String::new(),
        status,
        fields,
    };
    Ok((Some(message), error))
}

/// The header lines of a message. Those that no message on the wire has are left out.
fn fields(
    at: &At,
    of: &Map<String, Value>,
    left_out: &mut Vec<String>,
) -> Result<Vec<Field>, HarError> {
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
        let shown = || escape_cut(name.as_bytes());
        if !is_token(name.as_bytes()) {
            left_out.push(format!(
                "`{}` is left out: it is not a header name",
                shown()
            ));
            continue;
        }
        if is_of_developer_tools(name) {
            left_out.push(format!(
                "{} is left out: developer tools add it, and it is never sent",
                shown()
            ));
            continue;
        }
        // Browsers join lines of the same name with line feeds.
        for line in value.split('\n') {
            let value = trimmed(&wire_bytes(line)).to_vec();
            if value.iter().any(|byte| matches!(byte, 0 | b'\r')) {
                left_out.push(format!(
                    "a line of {} is left out: it holds a control character that no header can",
                    shown()
                ));
                continue;
            }
            let name = name.as_bytes().to_vec();
            fields.push(Field { name, value });
        }
    }
    Ok(fields)
}

/// Headers that Chromium's developer tools show and never send.
fn is_of_developer_tools(name: &str) -> bool {
    let start = name.get(.."X-DevTools-".len());
    start.is_some_and(|start| start.eq_ignore_ascii_case("X-DevTools-"))
}

/// The bytes of a header value. Browsers write a character for each byte, or read UTF-8.
fn wire_bytes(text: &str) -> Vec<u8> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    bytes.unwrap_or_else(|_| text.as_bytes().to_vec())
}
