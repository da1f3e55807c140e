//! CORS-safelisted request-headers.
//!
//! Input: a name, `:`, and a value.

use cors_model::safelist::is_cors_safelisted_request_header;
use cors_model::trace::{NoTrace, Steps};

use crate::input::{is_drawn, split, value};
use crate::naive::tables;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some((name, bytes)) = split(data, b':') else {
        return;
    };
    let Some(value) = value(bytes) else { return };
    let value = value.as_bytes();
    let ours = is_cors_safelisted_request_header(name, value, &mut NoTrace);
    assert_eq!(ours, tables::safelisted(name, value));
    if is_drawn(data, 0, 16) {
        let mut steps = Steps::default();
        assert_eq!(
            is_cors_safelisted_request_header(name, value, &mut steps),
            ours
        );
        assert!(!steps.0.is_empty(), "a decision without a step");
    }
    if is_drawn(data, 1, 16) {
        let upper = name.to_ascii_uppercase();
        assert_eq!(
            is_cors_safelisted_request_header(&upper, value, &mut NoTrace),
            ours
        );
    }
    // What is unsafe stays so with more in it.
    if is_drawn(data, 2, 64) {
        for byte in tables::UNSAFE {
            let spoiled = [value, &[*byte]].concat();
            assert!(!is_cors_safelisted_request_header(
                name,
                &spoiled,
                &mut NoTrace
            ));
        }
    }
}
