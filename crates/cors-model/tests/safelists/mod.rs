//! Laws of safelists and lists.

use cors_model::header::{
    HeaderList, extract_header_list_values, get_decode_and_split, names,
    parse_single_range_header_value,
};
use cors_model::mime::parse_mime_type;
use cors_model::origin::Origin;
use cors_model::safelist::{cors_unsafe_request_header_names, is_cors_safelisted_request_header};
use cors_model::trace::{NoTrace, Steps};
use proptest::prelude::*;

use crate::naive::{lists, tables};
use crate::support::header;

/// Names that are safelisted or near it.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("accept".to_owned()),
        Just("Accept-Language".to_owned()),
        Just("CONTENT-language".to_owned()),
        Just("content-type".to_owned()),
        Just("range".to_owned()),
        "[a-zA-Z-]{1,8}",
    ]
}

/// Values: anything, and what is nearly right.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..140),
        "(text/plain|TEXT/PLAIN|multipart/form-data|text/html)[ \t]{0,2}(;[ -~]{0,12})?"
            .prop_map(String::into_bytes),
        "bytes=[0-9]{0,22}-[0-9]{0,22}".prop_map(String::into_bytes),
        "[a-zA-Z*,.;= -]{0,130}".prop_map(String::into_bytes),
    ]
    .prop_map(|bytes| {
        let bytes: Vec<u8> = bytes
            .into_iter()
            .filter(|byte| !matches!(byte, 0 | b'\n' | b'\r'))
            .collect();
        cors_model::header::HeaderValue::normalize(&bytes).to_vec()
    })
}

fn list(headers: &[(String, Vec<u8>)]) -> HeaderList {
    headers
        .iter()
        .map(|(name, value)| header(name, value))
        .collect()
}

fn unsafe_names(headers: &[(String, Vec<u8>)]) -> Vec<Vec<u8>> {
    let names = cors_unsafe_request_header_names(&list(headers), &mut NoTrace);
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

proptest! {
    #[test]
    fn tables_agree_on_headers(name in name(), value in value()) {
        let ours = is_cors_safelisted_request_header(&name, &value, &mut NoTrace);
        prop_assert_eq!(ours, tables::safelisted(name.as_bytes(), &value));
        let mut steps = Steps::default();
        prop_assert_eq!(is_cors_safelisted_request_header(&name, &value, &mut steps), ours);
        prop_assert!(!steps.0.is_empty());
    }

    #[test]
    fn an_unsafe_byte_never_makes_a_header_safelisted(
        name in name(), value in value(), at in any::<prop::sample::Index>(),
        byte in prop::sample::select(tables::UNSAFE),
    ) {
        let mut spoiled = value;
        spoiled.insert(at.index(spoiled.len() + 1), byte);
        prop_assert!(!is_cors_safelisted_request_header(&name, &spoiled, &mut NoTrace));
    }

    #[test]
    fn unsafe_names_are_a_set(
        headers in prop::collection::vec((name(), value()), 0..12),
        turn in any::<prop::sample::Index>(),
    ) {
        let names = unsafe_names(&headers);
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        prop_assert_eq!(&names, &sorted);
        prop_assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
        let mut turned = headers.clone();
        let middle = turn.index(turned.len() + 1);
        turned.rotate_left(middle);
        for (name, _) in &mut turned {
            *name = if name.starts_with('a') { name.to_uppercase() } else { name.to_lowercase() };
        }
        prop_assert_eq!(&unsafe_names(&turned), &names);
        let safelisted = |(name, value): &&(String, Vec<u8>)| {
            tables::safelisted(name.as_bytes(), value)
        };
        let size: usize = headers.iter().filter(safelisted).map(|(_, value)| value.len()).sum();
        for (name, value) in &headers {
            let listed = names.contains(&name.to_ascii_lowercase().into_bytes());
            let unsafe_itself = !tables::safelisted(name.as_bytes(), value);
            prop_assert!(listed || !(unsafe_itself || size > 1024));
        }
    }

    #[test]
    fn lists_are_read_alike(values in prop::collection::vec("[a-c*,;\" \t@\u{b}]{0,8}", 0..4)) {
        let values: Vec<_> = values.iter().map(|value| value.trim_matches([' ', '\t'])).collect();
        let list: HeaderList = values
            .iter()
            .map(|value| header("Access-Control-Allow-Headers", value.as_bytes()))
            .collect();
        let ours = extract_header_list_values(&names::ACAH, &list, &mut NoTrace);
        let theirs: Option<Vec<Vec<&[u8]>>> =
            values.iter().map(|value| lists::tokens(value.as_bytes())).collect();
        match (ours, theirs) {
            (Ok(None), Some(theirs)) => prop_assert!(theirs.is_empty()),
            (Ok(Some(ours)), Some(theirs)) => prop_assert_eq!(ours, theirs.concat()),
            (Err(_), None) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?}"),
        }
    }

    #[test]
    fn max_ages_are_read_alike(value in "0{0,50}[0-9]{0,25}|[0-9 +.,-]{0,4}") {
        let value = value.trim_matches(' ');
        let list: HeaderList = [header("Access-Control-Max-Age", value.as_bytes())].into_iter().collect();
        let ours = extract_header_list_values(&names::ACMA, &list, &mut NoTrace);
        prop_assert_eq!(ours.is_ok(), lists::seconds(value.as_bytes()).is_some());
    }

    #[test]
    fn values_are_split_alike(value in "[a-c,\"\\\\ \t]{0,12}") {
        let ours = get_decode_and_split(value.as_bytes());
        let ours: Vec<_> = ours.into_iter().map(String::into_bytes).collect();
        prop_assert_eq!(ours, lists::split(value.as_bytes()));
    }

    #[test]
    fn ranges_are_the_same_with_blanks(
        start in "[0-9]{0,4}", end in "[0-9]{0,4}", blanks in prop::collection::vec("[ \t]{0,2}", 4),
    ) {
        let tight = format!("bytes={start}-{end}");
        let loose = format!(
            "bytes{}={}{start}{}-{}{end}", blanks[0], blanks[1], blanks[2], blanks[3]
        );
        prop_assert_eq!(
            parse_single_range_header_value(tight.as_bytes(), false, &mut NoTrace),
            parse_single_range_header_value(loose.as_bytes(), true, &mut NoTrace)
        );
    }

    #[test]
    fn mime_types_survive_being_written(text in "[a-z/; ]{0,6}/[a-z+; ]{0,6}(;[ -~\u{e9}]{0,20})?") {
        if let Ok(parsed) = parse_mime_type(&text) {
            let written = parsed.serialize();
            prop_assert_eq!(parse_mime_type(&written), Ok(parsed));
        }
    }

    #[test]
    fn origins_survive_being_written(
        text in "(https?|wss?|[a-z+]{1,4})://([a-z0-9.-]{1,12}|\\[[0-9a-f:]{2,20}\\])(:[0-9]{1,5})?",
    ) {
        if let Some(origin) = Origin::parse_serialized(text.as_bytes()) {
            prop_assert_eq!(origin.serialize(), text);
        }
    }
}
