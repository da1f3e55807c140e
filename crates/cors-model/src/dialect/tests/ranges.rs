//! Limits of values, and ranges.

use super::NoTrace;
use super::requests::asked;
use crate::dialect::Dialect;
use crate::header::{HeaderName, HeaderValue};
use crate::safelist::cors_unsafe_request_header_names;
use std::prelude::rust_2024::*;

extern crate std;

#[test]
fn the_limit_of_all_values_together() {
    let value = "a".repeat(128);
    let nine: Vec<_> = ["Accept", "Accept-Language", "Content-Language"]
        .iter()
        .flat_map(|name| core::iter::repeat_n((*name, value.as_str()), 3))
        .collect();
    let names = "accept,accept-language,content-language";
    asked(
        "unsafe-names/total-1025",
        "GET",
        &nine,
        ["x", names, "", names],
    );
    // Each of them fits by itself, so only what they are together can be too long.
    for dialect in [
        Dialect::STANDARD,
        Dialect::CHROMIUM,
        Dialect::FIREFOX,
        Dialect::WEBKIT,
    ] {
        let list = |last: usize| -> crate::header::HeaderList {
            let mut list: crate::header::HeaderList = crate::support::headers(&nine[..7]);
            let last = "a".repeat(last);
            list.append(
                HeaderName::from_static("Accept"),
                HeaderValue::try_from(last.as_bytes()).unwrap(),
            );
            list.append(
                HeaderName::from_static("X-A"),
                HeaderValue::from_static("1"),
            );
            list
        };
        let fits = dialect.unsafe_names(&list(128), &mut NoTrace);
        assert_eq!(
            fits,
            [HeaderName::from_static("x-a")],
            "unsafe-names/total-1024"
        );
        let mut longer = list(128);
        longer.append(
            HeaderName::from_static("Accept"),
            HeaderValue::from_static("a"),
        );
        let names = dialect.unsafe_names(&longer, &mut NoTrace);
        let too_long = dialect.name != "Firefox";
        assert_eq!(
            names.len() > 1,
            too_long,
            "unsafe-names/total-1025, {}",
            dialect.name
        );
        if dialect != Dialect::FIREFOX {
            assert_eq!(
                names,
                cors_unsafe_request_header_names(&longer, &mut NoTrace)
            );
        }
    }
}

#[test]
fn names_are_repeated_in_firefox() {
    let twice = [("X-A", "1"), ("x-a", "2")];
    asked(
        "unsafe-names/each-once",
        "GET",
        &twice,
        ["x", "x", "each", "x"],
    );
    let others = [("X-A", "1"), ("X-B", "2"), ("X-A", "3")];
    asked(
        "unsafe-names/each-once",
        "GET",
        &others,
        ["x", "x", "x-a,x-a,x-b", "x"],
    );
    let value = "\"";
    let one_unsafe = [("Accept", "a"), ("Accept", value), ("Accept", value)];
    asked(
        "repeated-accept-one-unsafe",
        "GET",
        &one_unsafe,
        ["accept", "accept", "accept,accept", "accept"],
    );
}

#[test]
fn numbers_of_ranges() {
    for (case, value, expected) in [
        (
            "below-2-to-the-63",
            "bytes=9223372036854775806-9223372036854775807",
            ["", "x", "", ""],
        ),
        (
            "one less",
            "bytes=9223372036854775805-9223372036854775806",
            [""; 4],
        ),
        (
            "2^64 - 1",
            "bytes=0-18446744073709551615",
            ["", "x", "", ""],
        ),
        (
            "beyond-64-bits",
            "bytes=18446744073709551616-18446744073709551617",
            ["", "x", "x", "x"],
        ),
        (
            "open-beyond-64-bits",
            "bytes=18446744073709551616-",
            ["", "x", "x", "x"],
        ),
        (
            "end-beyond-64-bits",
            "bytes=1-99999999999999999999999",
            ["", "x", "x", "x"],
        ),
        (
            "leading zeros",
            "bytes=000000000000000000000000-00000000000000000000000009",
            [""; 4],
        ),
        ("open", "bytes=0-", [""; 4]),
        ("no start", "bytes=-1", ["x"; 4]),
        ("unit-upper-case", "BYTES=0-1", ["x", "x", "x", ""]),
        ("unit-capitalised", "Bytes=0-1", ["x", "x", "x", ""]),
        ("unit-items", "items=0-1", ["x"; 4]),
        ("unit-cut-short", "byte=0-1", ["x"; 4]),
        ("unit-alone", "byte", ["x"; 4]),
        ("plus-sign", "bytes=+1-2", ["x", "x", "x", ""]),
        ("plus-sign-open", "Bytes=+1-", ["x", "x", "x", ""]),
        ("two signs", "bytes=++1-2", ["x"; 4]),
        ("range-bytes/0b", "bytes=0-1\x0B", ["x", "x", "x", ""]),
        ("range-bytes/0c", "bytes=0-1\x0B\x0C", ["x", "x", "x", ""]),
        ("a tab inside", "bytes=0-1\x0B2", ["x"; 4]),
    ] {
        asked(case, "GET", &[("Range", value)], expected);
    }
    asked(
        "another name",
        "GET",
        &[("Accept", "BYTES=18446744073709551616-")],
        [""; 4],
    );
    asked("another name", "GET", &[("X-Range", "bytes=0-1")], ["x"; 4]);
}
