//! Serialized origins, against the `url` crate.
//!
//! Input: what might be an origin.

use cors_model::origin::Origin;

/// Runs one input.
pub fn run(data: &[u8]) {
    // What the URL parser gives as an origin is one here, and nothing else of a special scheme is.
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let special = ["http://", "https://", "ws://", "wss://", "ftp://"];
    if !special.iter().any(|scheme| text.starts_with(scheme)) {
        return;
    }
    // Whether Punycode is any takes the tables of Unicode, which the model does not have.
    if text.contains("xn--") {
        return;
    }
    let theirs = url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text);
    assert_eq!(
        Origin::parse_serialized(data).is_some(),
        theirs,
        "{text}: the url crate says {theirs}"
    );
}
