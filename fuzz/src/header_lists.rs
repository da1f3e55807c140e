//! Extracting header list values, for each header that CORS reads that way, and splitting at commas.
//!
//! Input: which header (one byte), then its values, one a line.

use cors_model::header::{
    ExtractFailure, Header, HeaderList, HeaderName, extract_header_list_values,
    get_decode_and_split, names,
};
use cors_model::trace::{NoTrace, Steps};

use crate::input::{choice, is_drawn, lines, value};
use crate::naive;

const NAMES: &[HeaderName] = &[names::ACAM, names::ACAH, names::ACEH];

/// Runs one input.
pub fn run(data: &[u8]) {
    let (name, data) = choice(data, NAMES);
    let mut headers = Vec::with_capacity(4);
    for line in lines(data) {
        if let Some(value) = value(line) {
            let name = name.clone();
            headers.push(Header { name, value });
        }
    }
    let list = HeaderList::from_iter(headers);
    let ours = extract_header_list_values(name, &list, &mut NoTrace);
    // The values that are left when those of the headers so far are taken off.
    let mut left = ours
        .as_ref()
        .map(|ours| ours.as_deref().unwrap_or_default());
    for header in &list {
        let Some(theirs) = naive::lists::tokens(header.value.as_bytes()) else {
            assert!(ours.is_err(), "{ours:?} of {list:?}");
            left = Ok(&[]);
            break;
        };
        left = left.map(|left| {
            left.strip_prefix(theirs.as_slice())
                .expect("these come next")
        });
    }
    assert_eq!(left, Ok([].as_slice()), "{ours:?} of {list:?}");
    assert_eq!(ours == Ok(None), list.is_empty());
    if is_drawn(data, 0, 32) {
        laws(name, &list, ours.as_ref());
    }
}

/// What is true of every list, and costs more than reading it.
fn laws(name: &HeaderName, list: &HeaderList, ours: Result<&Option<Vec<&[u8]>>, &ExtractFailure>) {
    let traced = extract_header_list_values(name, list, &mut Steps::default());
    assert_eq!(ours, traced.as_ref());
    // Several headers mean what one with all their values means.
    if let (Ok(Some(values)), Some(combined)) = (ours, list.get(name.as_bytes())) {
        assert_eq!(naive::lists::tokens(&combined).as_ref(), Some(values));
    }
    for header in list {
        let ours: Vec<Vec<char>> = get_decode_and_split(header.value.as_bytes())
            .iter()
            .map(|element| element.chars().collect())
            .collect();
        let theirs: Vec<Vec<char>> = naive::lists::split(header.value.as_bytes())
            .iter()
            .map(|element| element.iter().map(|byte| char::from(*byte)).collect())
            .collect();
        assert_eq!(ours, theirs);
    }
}
