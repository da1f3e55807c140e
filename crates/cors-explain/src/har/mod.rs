//! HAR files, as the developer tools of browsers save them.

use serde::de::DeserializeSeed as _;
use serde_json::Value;

use self::entry::entry;
use self::error::At;
use self::tree::{Node, Place};
use crate::encoding::is_utf_16;

pub use self::entry::Entry;
pub use self::error::HarError;

mod entry;
mod error;
#[cfg(test)]
mod tests;
mod tree;

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

/// The entries of a HAR file, or of a part of one: a `log`, an array of entries, a single entry.
/// Bodies are not kept, and entries that cannot be read are left out.
///
/// # Errors
///
/// The bytes are not JSON, not a HAR file, or none of its entries can be read.
pub fn read(bytes: &[u8]) -> Result<Har, HarError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if is_utf_16(bytes) {
        return Err(HarError {
            at: "line 1".to_owned(),
            said: "the text is UTF-16, as PowerShell writes it; expected a HAR file in UTF-8"
                .to_owned(),
        });
    }
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
