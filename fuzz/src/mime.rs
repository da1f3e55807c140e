//! MIME types.
//!
//! Input: what might be a MIME type, in bytes that stand for themselves.

use cors_model::mime::parse_mime_type;

use crate::naive::tables::TOKEN;

/// Runs one input.
pub fn run(data: &[u8]) {
    let text: String = data.iter().map(|byte| char::from(*byte)).collect();
    let Ok(parsed) = parse_mime_type(&text) else {
        // A type and a subtype made of tokens are enough to be one.
        let plain = text.matches('/').count() == 1
            && data
                .iter()
                .all(|byte| *byte == b'/' || TOKEN.contains(byte))
            && !data.starts_with(b"/")
            && !data.ends_with(b"/");
        assert!(!plain, "{text:?} is refused");
        return;
    };
    let essence = parsed.essence();
    assert_eq!(essence, essence.to_ascii_lowercase());
    let (kind, subtype) = essence.split_once('/').expect("an essence has a slash");
    for part in [kind, subtype] {
        assert!(
            !part.is_empty() && part.bytes().all(|byte| TOKEN.contains(&byte)),
            "{essence}"
        );
    }
    let written = parsed.serialize();
    assert_eq!(
        parse_mime_type(&written),
        Ok(parsed),
        "written as {written:?}"
    );
}
