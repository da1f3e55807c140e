use alloc::format;
use alloc::string::ToString as _;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use crate::header::{
    HeaderName, HeaderValue, InvalidHeaderName, InvalidHeaderValue, is_http_tab_or_space_byte,
};

fn name(text: &str) -> HeaderName {
    HeaderName::try_from(text.as_bytes()).unwrap()
}

fn value(bytes: &[u8]) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(bytes)
}

#[test]
fn tokens_are_made_of_77_bytes() {
    let count = (0..=255_u8)
        .filter(|byte| HeaderName::is_valid(&[*byte]))
        .count();
    assert_eq!(count, 77);
    for byte in *b"!#$%&'*+-.^_`|~09azAZ" {
        assert!(HeaderName::is_valid(&[byte]), "{byte}");
    }
    for text in ["", "x foo", "x:foo", "é", "x\n", "x,", "\"x\""] {
        assert_eq!(
            HeaderName::try_from(text.as_bytes()),
            Err(InvalidHeaderName),
            "{text:?}"
        );
    }
    assert_eq!(
        InvalidHeaderName.to_string(),
        "expected a header name: one or more letters, digits or !#$%&'*+-.^_`|~"
    );
}

#[test]
fn names_keep_their_case_and_compare_without_it() {
    let (one, two) = (name("X-Foo"), name("x-fOO"));
    assert_eq!(one, two);
    assert_eq!(one.cmp(&two), Ordering::Equal);
    assert_eq!(one.as_bytes(), b"X-Foo");
    assert_eq!(one.clone().into_lowercase().as_bytes(), b"x-foo");
    assert_eq!(name("x-foo").into_lowercase().as_bytes(), b"x-foo");
    assert_ne!(one, name("x-fo"));
    assert_eq!(name("A").partial_cmp(&name("b")), Some(Ordering::Less));
    assert_eq!(name("b").cmp(&name("A")), Ordering::Greater);
    assert_eq!(format!("{one:?}"), "HeaderName(`X-Foo`)");
}

#[derive(Default, PartialEq, Debug)]
struct Bytes(alloc::vec::Vec<u8>);

impl Hasher for Bytes {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

#[test]
fn equal_names_have_equal_hashes() {
    let hash = |name: HeaderName| {
        let mut bytes = Bytes::default();
        name.hash(&mut bytes);
        bytes
    };
    assert_eq!(hash(name("X-Foo")), hash(name("x-foo")));
    assert_ne!(hash(name("x-foo")), hash(name("x-fox")));
}

#[test]
fn values_are_any_bytes_but_three_and_have_no_blanks_at_their_ends() {
    for bytes in [
        &b""[..],
        b"a",
        b"a\tb c",
        b"\x0B",
        b"\x0C",
        b"\x01",
        b"\x7F",
        b"\xFF",
    ] {
        assert_eq!(value(bytes).unwrap().as_bytes(), bytes);
    }
    for bytes in [
        &b"\0"[..],
        b"a\nb",
        b"a\rb",
        b" a",
        b"a ",
        b"\ta",
        b"a\t",
        b" ",
    ] {
        assert_eq!(value(bytes), Err(InvalidHeaderValue), "{bytes:?}");
    }
    assert_eq!(
        InvalidHeaderValue.to_string(),
        "expected a header value: no NUL, CR or LF, and no tab or space at its start or end"
    );
    assert_eq!(
        format!("{:?}", value(b"\x01").unwrap()),
        "HeaderValue(`\\x01`)"
    );
}

#[test]
fn normalizing_removes_blanks_and_newlines_at_both_ends() {
    assert_eq!(HeaderValue::normalize(b"\t\r\n text/x \n"), b"text/x");
    assert_eq!(HeaderValue::normalize(b"a\nb"), b"a\nb");
    assert_eq!(HeaderValue::normalize(b" \r\n\t"), b"");
    assert_eq!(HeaderValue::normalize(b"\x0Ba\x0C"), b"\x0Ba\x0C");
    assert_eq!(HeaderValue::normalize(b"\xA0"), b"\xA0");
}

#[test]
fn two_bytes_are_tabs_or_spaces() {
    let blank = (0..=255_u8).filter(|byte| is_http_tab_or_space_byte(*byte));
    assert!(blank.eq([b'\t', b' ']));
}

#[test]
fn constants_are_checked() {
    assert_eq!(HeaderName::from_static("Accept").as_bytes(), b"Accept");
    assert_eq!(HeaderValue::from_static("a b").as_ref(), b"a b");
    assert_eq!(HeaderName::from_static("Accept").as_ref(), b"Accept");
}
