//! HAR files, as the developer tools of browsers save them.

use cors_text::blanks::trimmed;
use std::fmt;

use cors_text::escape::escape_cut;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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

/// A HAR file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Har {
    /// Where its entries stand in it: `log.entries`, or another path; empty for a bare array.
    pub at: String,
    /// How many entries it has.
    pub count: usize,
    /// The entries that can be read, in order.
    pub entries: Vec<Entry>,
    /// Why the others cannot.
    pub skipped: Vec<HarError>,
}

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

/// The entries of a HAR file, or of a part of one: a `log`, an array of entries, a single entry.
/// Bodies are not kept, and entries that cannot be read are left out.
///
/// # Errors
///
/// The bytes are not JSON, not a HAR file, or none of its entries can be read.
pub fn read(bytes: &[u8]) -> Result<Har, HarError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let whole = Place::File.deserialize(&mut deserializer);
    let whole = whole.and_then(|whole| deserializer.end().map(|()| whole));
    let whole = whole.map_err(|error| HarError {
        at: format!("line {}, column {}", error.line(), error.column()),
        said: format!("expected a HAR file, which is JSON: {error}"),
    })?;
    let file = At("the file".to_owned());
    let (at, entries) = match whole {
        Node::Entries(entries) => (At(String::new()), entries),
        Node::Other(value) => return Err(file.expected("an object or an array", &value)),
        Node::Object(object) => {
            let in_log = object.log.is_some();
            let (at, entries) = match (object.log.map(|log| *log), object.entries) {
                (Some(Node::Object(log)), _) => (At("log.entries".to_owned()), log.entries),
                (Some(Node::Other(value)), _) => {
                    return Err(At("log".to_owned()).expected("an object", &value));
                }
                (Some(Node::Entries(_)), _) => (At("log".to_owned()), None),
                (None, entries) => (At("entries".to_owned()), entries),
            };
            match entries.map(|entries| *entries) {
                Some(Node::Entries(entries)) => (at, entries),
                Some(Node::Other(value)) => return Err(at.expected("an array", &value)),
                None if !in_log && object.members.contains_key("request") => {
                    let entry = entry(0, &Value::Object(object.members))
                        .map_err(|error| error.within("the entry"))?;
                    return Ok(Har {
                        at: "the entry".to_owned(),
                        count: 1,
                        entries: vec![entry],
                        skipped: Vec::new(),
                    });
                }
                Some(Node::Object(_)) | None => {
                    return Err(file.error(
                        "expected a HAR file with `log.entries`, an array of entries, or one entry \
                         with `request` and `response`",
                    ));
                }
            }
        }
    };
    if entries.is_empty() {
        return Err(file.error("there are no entries: nothing was recorded"));
    }
    let count = entries.len();
    let mut har = Har {
        at: at.0,
        count,
        ..Har::default()
    };
    for (index, entry) in entries.into_iter().enumerate() {
        match entry {
            Ok(entry) => har.entries.push(entry),
            Err(error) => har.skipped.push(error.within(&har.place(index))),
        }
    }
    match har.skipped.first() {
        Some(first) if har.entries.is_empty() => Err(first.clone()),
        _ => Ok(har),
    }
}

impl Har {
    /// Where the entry with an index stands.
    pub fn place(&self, index: usize) -> String {
        if self.at == "the entry" {
            self.at.clone()
        } else {
            format!("{}[{index}]", self.at)
        }
    }
}

impl HarError {
    fn within(mut self, place: &str) -> Self {
        let dot = if self.at.is_empty() { "" } else { "." };
        self.at = format!("{place}{dot}{}", self.at);
        self
    }
}

/// What a value of the file may be.
#[derive(Clone, Copy)]
enum Place {
    /// All of it.
    File,
    /// `log`.
    Log,
    /// The entries.
    Entries,
}

/// A value of the file, with its entries read as they come: a file may have tens of thousands.
enum Node {
    Entries(Vec<Result<Entry, HarError>>),
    Object(Object),
    /// Something else; of an array or an object without what is in it.
    Other(Value),
}

/// An object that may hold entries.
#[derive(Default)]
struct Object {
    log: Option<Box<Node>>,
    entries: Option<Box<Node>>,
    members: Map<String, Value>,
}

/// The scalars of JSON, for a visitor that makes something of a [`Value`].
macro_rules! scalars {
    ($make:path) => {
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($make(Value::Null))
        }
    };
}

impl<'de> DeserializeSeed<'de> for Place {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars!(Node::Other);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        if matches!(self, Self::Log) {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::Other(Value::Array(Vec::new())));
        }
        let mut entries = Vec::new();
        while let Some(value) = elements.next_element_seed(WithoutBodies)? {
            entries.push(entry(entries.len(), &value));
        }
        Ok(Node::Entries(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object = Object::default();
        while let Some(name) = members.next_key::<String>()? {
            match (self, name.as_str()) {
                (Self::File, "log") => {
                    object.log = Some(Box::new(members.next_value_seed(Self::Log)?));
                }
                (Self::File | Self::Log, "entries") => {
                    object.entries = Some(Box::new(members.next_value_seed(Self::Entries)?));
                }
                (Self::File, _) => {
                    let value = members.next_value_seed(WithoutBodies)?;
                    object.members.insert(name, value);
                }
                (Self::Log | Self::Entries, _) => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(if matches!(self, Self::Entries) {
            Node::Other(Value::Object(Map::new()))
        } else {
            Node::Object(object)
        })
    }
}

/// Members whose content is not looked at; that they are there is.
const BODIES: [&str; 9] = [
    "_initiator",
    "cache",
    "content",
    "cookies",
    "pages",
    "postData",
    "queryString",
    "timings",
    "_webSocketMessages",
];

/// A value without the content of the members that can be long.
struct WithoutBodies;

impl<'de> DeserializeSeed<'de> for WithoutBodies {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for WithoutBodies {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars!(std::convert::identity);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = if BODIES.contains(&name.as_str()) {
                let there: Option<IgnoredAny> = members.next_value()?;
                there.map_or(Value::Null, |_| Value::Bool(true))
            } else {
                members.next_value_seed(Self)?
            };
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
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

fn entry(index: usize, value: &Value) -> Result<Entry, HarError> {
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

#[cfg(test)]
#[path = "har_tests.rs"]
mod tests;
