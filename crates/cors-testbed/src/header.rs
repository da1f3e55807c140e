//! Header values as text in which each byte is the character of the same number, so that none is
//! lost.

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// The bytes of a header value, each as the character of the same number.
pub(crate) fn text(value: &HeaderValue) -> String {
    value
        .as_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect()
}

/// The inverse of [`text`]; `None` for what a header line cannot hold.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// Adds a header line; one that cannot be written is left out.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, line: &str) {
    if let (Ok(name), Some(line)) = (HeaderName::try_from(name), value(line)) {
        headers.append(name, line);
    }
}

/// Sets a header to one line; one that cannot be written is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, line: &str) {
    if let (Ok(name), Some(line)) = (HeaderName::try_from(name), value(line)) {
        headers.insert(name, line);
    }
}
