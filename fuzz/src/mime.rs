//! MIME types.
//!
//! Input: what might be a MIME type, in bytes that stand for themselves.

use std::borrow::Cow;

use cors_model::mime::parse_mime_type;

use crate::input::is_drawn;
use crate::naive::tables::is_token;

/// Runs one input.
pub fn run(data: &[u8]) {
    let text = match str::from_utf8(data) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(data.iter().map(|byte| char::from(*byte)).collect()),
    };
    let Ok(parsed) = parse_mime_type(&text) else {
        // A type and a subtype made of tokens are enough to be one.
        let plain = text.matches('/').count() == 1
            && data.iter().all(|byte| *byte == b'/' || is_token(*byte))
            && !data.starts_with(b"/")
            && !data.ends_with(b"/");
        assert!(!plain, "{text:?} is refused");
        return;
    };
    let essence = parsed.essence();
    assert!(!essence.bytes().any(|byte| byte.is_ascii_uppercase()));
    let (kind, subtype) = essence.split_once('/').expect("an essence has a slash");
    for part in [kind, subtype] {
        assert!(!part.is_empty() && part.bytes().all(is_token), "{essence}");
    }
    if is_drawn(data, 0, 8) {
        let written = parsed.serialize();
        assert_eq!(
            parse_mime_type(&written),
            Ok(parsed),
            "written as {written:?}"
        );
    }
}
