//! Serialized origins: what is read as one is written as it was.
//!
//! Input: what might be an origin.

use cors_model::origin::Origin;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(origin) = Origin::parse_serialized(data) else {
        assert!(data != b"null", "the one opaque origin is written so");
        return;
    };
    assert_eq!(
        origin.serialize().as_bytes(),
        data,
        "it is not written as it was read"
    );
    assert_eq!(origin.is_same_origin(&origin), data != b"null");
}
