//! CORS-unsafe request-header names.
//!
//! Input: headers, one a line.

use std::collections::BTreeSet;

use cors_model::header::HeaderList;
use cors_model::safelist::cors_unsafe_request_header_names;
use cors_model::trace::NoTrace;

use crate::input::{headers, is_drawn};
use crate::naive::tables;

fn names(list: &HeaderList) -> Vec<Vec<u8>> {
    cors_unsafe_request_header_names(list, &mut NoTrace)
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect()
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let list = headers(data);
    let ours = names(&list);
    let (safe, not): (Vec<_>, Vec<_>) = list
        .iter()
        .partition(|header| tables::safelisted(header.name.as_bytes(), header.value.as_bytes()));
    let size: usize = safe
        .iter()
        .map(|header| header.value.as_bytes().len())
        .sum();
    let too_much = if size > 1024 { safe } else { Vec::new() };
    let theirs: BTreeSet<Vec<u8>> = not
        .iter()
        .chain(&too_much)
        .map(|header| header.name.as_bytes().to_ascii_lowercase())
        .collect();
    assert_eq!(ours, theirs.into_iter().collect::<Vec<_>>());
    // Order is nothing.
    if is_drawn(data, 0, 8) {
        let mut turned: Vec<_> = list.iter().cloned().collect();
        turned.reverse();
        assert_eq!(names(&turned.into_iter().collect()), ours);
    }
}
