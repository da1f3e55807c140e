//! Extracting header list values, for each header that CORS reads that way, and splitting at commas.
//!
//! Input: which header (one byte), then its values, one a line.

use cors_model::header::{
    Header, HeaderList, HeaderName, extract_header_list_values, get_decode_and_split, names,
};
use cors_model::trace::{NoTrace, Steps};

use crate::input::{choice, is_drawn, lines, value};
use crate::naive;

const NAMES: &[HeaderName] = &[names::ACAM, names::ACAH, names::ACEH];

/// Runs one input.
pub fn run(data: &[u8]) {
    let (name, data) = choice(data, NAMES);
    let list: HeaderList = lines(data)
        .filter_map(value)
        .map(|value| Header {
            name: name.clone(),
            value,
        })
        .collect();
    let ours = extract_header_list_values(name, &list, &mut NoTrace);
    if is_drawn(data, 0, 16) {
        assert_eq!(
            ours,
            extract_header_list_values(name, &list, &mut Steps::default())
        );
    }
    let theirs = list.iter().try_fold(Vec::new(), |mut all, header| {
        all.extend(naive::lists::tokens(header.value.as_bytes())?);
        Some(all)
    });
    match (&ours, theirs) {
        (Ok(None), Some(_)) => assert!(list.is_empty()),
        (Ok(Some(ours)), Some(theirs)) => assert_eq!(*ours, theirs),
        (Err(_), None) => {}
        (ours, theirs) => panic!("{ours:?}, and read byte by byte {theirs:?}"),
    }
    // Several headers mean what one with all their values means.
    if is_drawn(data, 1, 16)
        && let (Ok(Some(values)), Some(combined)) = (&ours, list.get(name.as_bytes()))
    {
        assert_eq!(naive::lists::tokens(&combined).as_ref(), Some(values));
    }
    for header in list.iter().filter(|_| is_drawn(data, 2, 16)) {
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
