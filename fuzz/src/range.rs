//! Single range header values.
//!
//! Input: what might be a value of Range.

use cors_model::header::parse_single_range_header_value;
use cors_model::trace::NoTrace;

use crate::naive::tables;

/// Runs one input.
pub fn run(data: &[u8]) {
    let strict = parse_single_range_header_value(data, false, &mut NoTrace);
    let loose = parse_single_range_header_value(data, true, &mut NoTrace);
    // Whoever takes blanks takes more, and reads the rest alike.
    if let Ok(range) = &strict {
        assert_eq!(loose.as_ref(), Ok(range));
    }
    let tight: Vec<u8> = data
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'))
        .collect();
    if loose.is_ok() {
        assert_eq!(
            parse_single_range_header_value(&tight, false, &mut NoTrace),
            loose
        );
    }
    // Safelisted is a range with a start. The table knows numbers of 128 bits.
    let short = data.len() <= 38;
    if short && let Ok(range) = &strict {
        assert_eq!(range.start.is_some(), tables::safelisted(b"range", data));
    } else if short {
        assert!(!tables::safelisted(b"range", data));
    }
}
