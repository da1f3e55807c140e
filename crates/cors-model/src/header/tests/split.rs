use alloc::string::String;

use crate::header::{collect_http_quoted_string, get_decode_and_split};
use crate::support::headers;

#[test]
fn elements_are_trimmed_and_may_be_empty() {
    assert_eq!(get_decode_and_split(b"a,,b"), ["a", "", "b"]);
    assert_eq!(get_decode_and_split(b""), [""]);
    assert_eq!(get_decode_and_split(b" a \t, b"), ["a", "b"]);
    assert_eq!(get_decode_and_split(b"a,"), ["a", ""]);
    assert_eq!(get_decode_and_split(b"\x0Ba\xA0"), ["\u{b}a\u{a0}"]);
    assert_eq!(get_decode_and_split(b"nosniff,"), ["nosniff", ""]);
}

#[test]
fn quoted_strings_stay_whole() {
    assert_eq!(get_decode_and_split(b"\"x,y\",z"), ["\"x,y\"", "z"]);
    assert_eq!(get_decode_and_split(b"a\"b,c\"d , e"), ["a\"b,c\"d", "e"]);
    assert_eq!(get_decode_and_split(b"\"a\\\",b\",c"), ["\"a\\\",b\"", "c"]);
    assert_eq!(get_decode_and_split(b"x,\"y"), ["x", "\"y"]);
    assert_eq!(get_decode_and_split(b"\"y\""), ["\"y\""]);
    assert_eq!(get_decode_and_split(b"\"\","), ["\"\"", ""]);
}

#[test]
fn a_list_is_split_as_one_value() {
    let list = headers(&[("a", "1"), ("A", "2,3")]);
    assert_eq!(list.get_decode_and_split("a").unwrap(), ["1", "2", "3"]);
    assert_eq!(list.get_decode_and_split("b"), None);
}

fn collect(input: &str, extract_value: bool) -> (String, &str) {
    let mut rest = input;
    let value = collect_http_quoted_string(&mut rest, extract_value);
    (value, rest)
}

#[test]
fn quoted_strings_are_taken_with_or_without_their_quotes() {
    assert_eq!(collect("\"\\", true), ("\\".into(), ""));
    assert_eq!(collect("\"\\", false), ("\"\\".into(), ""));
    assert_eq!(collect("\"Hello\" World", true), ("Hello".into(), " World"));
    assert_eq!(
        collect("\"Hello\" World", false),
        ("\"Hello\"".into(), " World")
    );
    assert_eq!(
        collect("\"Hello \\\\ World\\\"\"", true),
        ("Hello \\ World\"".into(), "")
    );
    assert_eq!(collect("\"\\a", true), ("a".into(), ""));
    assert_eq!(collect("\"", true), (String::new(), ""));
}
