//! Access-Control-Max-Age, as extracted; what the cache makes of it is a matter of `preflight`.
//!
//! Input: values, one a line.

use cors_model::header::{Header, HeaderList, extract_header_list_values, names};
use cors_model::trace::NoTrace;

use crate::input::{lines, value};
use crate::naive;

/// Runs one input.
pub fn run(data: &[u8]) {
    let list: HeaderList = lines(data)
        .filter_map(value)
        .map(|value| Header {
            name: names::ACMA,
            value,
        })
        .collect();
    let ours = extract_header_list_values(&names::ACMA, &list, &mut NoTrace);
    let theirs = seconds(&list);
    assert_eq!(ours.is_ok(), list.is_empty() || theirs.is_some());
    if let (Ok(Some(values)), Some(theirs)) = (ours, theirs) {
        let [value] = values.as_slice() else {
            panic!("{} values of a header that has one", values.len());
        };
        assert_eq!(naive::lists::seconds(value), Some(theirs));
    }
}

/// What a list of headers says, read byte by byte: nothing unless it says it once.
pub(crate) fn seconds(list: &HeaderList) -> Option<u32> {
    let mut values = list
        .iter()
        .filter(|header| header.name == names::ACMA)
        .map(|header| header.value.as_bytes());
    match (values.next(), values.next()) {
        (Some(value), None) => naive::lists::seconds(value),
        _ => None,
    }
}
