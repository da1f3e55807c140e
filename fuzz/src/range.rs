//! Single range header values.
//!
//! Input: what might be a value of Range.

use cors_model::header::parse_single_range_header_value;
use cors_model::trace::NoTrace;

use crate::input::is_drawn;
use crate::naive::tables;

/// Runs one input.
pub fn run(data: &[u8]) {
    let strict = parse_single_range_header_value(data, false, &mut NoTrace);
    let loose = parse_single_range_header_value(data, true, &mut NoTrace);
    // A reader that takes blanks takes more, and reads the rest alike.
    if let Ok(range) = &strict {
        assert_eq!(loose.as_ref(), Ok(range));
    }
    if loose.is_ok() && is_drawn(data, 0, 4) {
        let tight: Vec<u8> = data
            .iter()
            .copied()
            .filter(|byte| !matches!(byte, b' ' | b'\t'))
            .collect();
        assert_eq!(
            parse_single_range_header_value(&tight, false, &mut NoTrace),
            loose
        );
    }
    // Safelisted is a range with a start, in a value that is not too long for any.
    if data.len() <= 128 {
        let has_start = strict.is_ok_and(|range| range.start.is_some());
        assert_eq!(has_start, tables::safelisted(b"range", data));
    }
}
