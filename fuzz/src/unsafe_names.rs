//! CORS-unsafe request-header names.
//!
//! Input: headers, one a line. A zero byte at the end makes each value sixteen times as long, so that
//! short inputs reach the size at which safelisted ones count.

use cors_model::header::{Header, HeaderList, HeaderValue};
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

/// The header with its value sixteen times.
fn longer(header: &Header) -> Option<Header> {
    let value = HeaderValue::try_from(header.value.as_bytes().repeat(16)).ok()?;
    Some(Header {
        name: header.name.clone(),
        value,
    })
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let list = match data.split_last() {
        Some((0, lines)) => headers(lines).iter().filter_map(longer).collect(),
        _ => headers(data),
    };
    let ours = names(&list);
    let is_safe =
        |header: &&Header| tables::safelisted(header.name.as_bytes(), header.value.as_bytes());
    let size: usize = list
        .iter()
        .filter(is_safe)
        .map(|header| header.value.as_bytes().len())
        .sum();
    let mut theirs: Vec<Vec<u8>> = list
        .iter()
        .filter(|header| size > 1024 || !is_safe(header))
        .map(|header| header.name.as_bytes().to_ascii_lowercase())
        .collect();
    theirs.sort_unstable();
    theirs.dedup();
    assert_eq!(ours, theirs);
    // Order is nothing.
    if is_drawn(data, 0, 8) {
        let mut turned: Vec<_> = list.iter().cloned().collect();
        turned.reverse();
        assert_eq!(names(&turned.into_iter().collect()), ours);
    }
}
