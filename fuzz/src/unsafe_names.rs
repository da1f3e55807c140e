//! CORS-unsafe request-header names.
//!
//! Input: headers, one a line. A zero byte at the end doubles the list and repeats each value up to
//! the length that a safelisted one can have, so that short inputs reach the size at which these count.

use cors_model::header::{Header, HeaderList, HeaderName, HeaderValue};
use cors_model::safelist::cors_unsafe_request_header_names;
use cors_model::trace::NoTrace;

use crate::input::{headers, is_drawn};
use crate::naive::tables;

/// The length above which no value is safelisted.
const LONGEST: usize = 128;

/// The headers twice, each with its value as often as fits.
fn longer(list: &HeaderList) -> HeaderList {
    let longer = |header: &Header| {
        let value = header.value.as_bytes();
        let times = LONGEST.checked_div(value.len())?.max(1);
        Some(Header {
            name: header.name.clone(),
            value: HeaderValue::try_from(value.repeat(times)).ok()?,
        })
    };
    list.iter().chain(list).filter_map(longer).collect()
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let list = match data.split_last() {
        Some((0, lines)) => longer(&headers(lines)),
        _ => headers(data),
    };
    let ours = cors_unsafe_request_header_names(&list, &mut NoTrace);
    // Safelisted ones count once there is too much of them.
    let (mut size, mut safelisted, mut theirs) = (0, Vec::new(), Vec::new());
    for header in &list {
        let (name, value) = (header.name.as_bytes(), header.value.as_bytes());
        if tables::safelisted(name, value) {
            size += value.len();
            safelisted.push(name.to_ascii_lowercase());
        } else {
            theirs.push(name.to_ascii_lowercase());
        }
    }
    if size > 1024 {
        theirs.append(&mut safelisted);
    }
    theirs.sort_unstable();
    theirs.dedup();
    assert!(
        ours.iter().map(HeaderName::as_bytes).eq(&theirs),
        "{ours:?} of {list:?}"
    );
    // Order is nothing.
    if is_drawn(data, 0, 32) {
        let turned = list.iter().rev().cloned().collect();
        assert_eq!(
            cors_unsafe_request_header_names(&turned, &mut NoTrace),
            ours
        );
    }
}
