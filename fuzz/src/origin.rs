//! Serialized origins, against the `url` crate.
//!
//! Input: what might be an origin.

use cors_model::origin::Origin;

use crate::input::is_drawn;

/// Runs one input.
pub fn run(data: &[u8]) {
    let parsed = Origin::parse_serialized(data);
    if let Some(origin) = &parsed {
        assert_eq!(
            origin.serialize().as_bytes(),
            data,
            "it is not written as it was read"
        );
        assert_eq!(origin.is_same_origin(origin), data != b"null");
    }
    // What the URL parser gives as an origin is one here, and nothing else of a special scheme is.
    if !is_drawn(data, 0, 8) {
        return;
    }
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
        parsed.is_some(),
        theirs,
        "{text}: the url crate says {theirs}"
    );
}
