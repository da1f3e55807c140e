//! Reading the standard, the pin, and Rust.

use super::super::names;
use super::super::path::parse_range;
use super::super::pin::{Pin, repin};
use super::super::standard::Standard;
use super::{COMMIT, STANDARD, pinned};

fn steps(anchor: &str) -> Vec<String> {
    let standard = Standard::read(STANDARD);
    let definitions = standard.definitions();
    let algorithm = definitions[anchor].algorithm().unwrap();
    algorithm.steps.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn definitions_have_explicit_or_automatic_anchors() {
    let definitions = Standard::read(STANDARD).definitions();
    let all: Vec<_> = definitions
        .iter()
        .map(|(anchor, definition)| (anchor.as_str(), definition.notation.clone()))
        .collect();
    let expected = [
        ("concept-gate-check", "gate check"),
        ("concept-two-lists", "two lists"),
        ("dom-gate-open", "Gate/open(hour)"),
        ("gate-lock-the-gate", "gate/lock the gate"),
        ("member-of-staff", "member of staff"),
        ("two-lists-paused", "two lists/paused"),
    ];
    assert_eq!(
        all,
        expected.map(|(anchor, notation)| (anchor, notation.to_owned()))
    );
}

#[test]
fn nested_lists_and_switch_arms_have_paths() {
    let expected = [
        "1",
        "2",
        "2.1",
        "2.2",
        "3",
        "3[guest]",
        "3[member-of-staff]",
        "3[member-of-staff].1",
        "3[member-of-staff].2",
        "3[otherwise]",
        "4",
    ];
    assert_eq!(steps("concept-gate-check"), expected);
    assert_eq!(steps("dom-gate-open"), ["1"]);
    assert_eq!(steps("member-of-staff"), [""; 0]);
    assert_eq!(steps("concept-two-lists"), ["1", "1.1", "1[list-2].1"]);
}

#[test]
fn a_hash_is_of_the_plain_text_of_a_step_alone() {
    // First digits of `printf %s "Return open if it is 3 < hour." | sha256sum`, and so on.
    let pin = Pin::read(&pinned()).unwrap();
    let steps = &pin.algorithm("concept-gate-check").unwrap().steps;
    let hash = |id: &str| steps.iter().find(|step| step.0 == id).unwrap().1.clone();
    assert_eq!(hash("4"), "43991544");
    assert_eq!(hash("2"), "7fbca5d3");
    assert_eq!(hash("2.2"), "6a71a47d");
}

#[test]
fn pinning_twice_changes_nothing() {
    let once = pinned();
    assert!(
        once.starts_with("# By hand.\ncommit = \"0123456789abcdef"),
        "{once}"
    );
    assert!(once.contains("bell = \"There is no bell.\""));
    assert!(once.contains("reason = \"Nobody has lists.\""));
    assert!(once.contains("[\"3[child]\", \"3[guest]\"]"));
    assert_eq!(
        repin(&once, &Standard::read(STANDARD), COMMIT).unwrap(),
        once
    );
}

#[test]
fn pinning_what_is_not_there_says_so() {
    let standard = Standard::read(STANDARD);
    let missing = pinned().replace("anchor = \"dom-gate-open\"", "anchor = \"gate-check\"");
    let error = repin(&missing, &standard, COMMIT).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`gate-check`: the standard defines no such anchor"),
        "{error}"
    );
    let error = repin(&pinned(), &standard, "main").unwrap_err();
    assert!(
        error.to_string().contains("40 hexadecimal digits"),
        "{error}"
    );
}

#[test]
fn ranges_are_read_and_written() {
    for (text, expected) in [
        ("4", "4"),
        ("6-8", "6–8"),
        ("7.12–15", "7.12–7.15"),
        ("7.12–7.15", "7.12–7.15"),
        ("2[a]–[b-c]", "2[a]–2[b-c]"),
        ("2[a].1-2[a].3", "2[a].1–2[a].3"),
    ] {
        assert_eq!(parse_range(text).unwrap().to_string(), expected);
    }
    for text in [
        "",
        "x",
        "0",
        "1.",
        "1.x",
        "2[]",
        "2[A b]",
        "[a]",
        "1-",
        "1 - 2",
        "99999999999",
    ] {
        assert_eq!(parse_range(text), None, "{text}");
    }
}

#[test]
fn names_follow_from_terms() {
    for (term, of, name) in [
        ("CORS check", None, "cors_check"),
        ("HTTP(S) scheme", None, "is_http_scheme"),
        (
            "CORS-safelisted method",
            Some("Method"),
            "is_cors_safelisted",
        ),
        ("method/normalize", Some("Method"), "normalize"),
        (
            "Serializing a request origin",
            Some("Request"),
            "serialize_origin",
        ),
        (
            "Byte-serializing a request origin",
            Some("Request"),
            "byte_serialize_origin",
        ),
        (
            "clear cache entries",
            Some("CorsPreflightCache"),
            "clear_entries",
        ),
        (
            "header list/get, decode, and split",
            Some("HeaderList"),
            "get_decode_and_split",
        ),
        (
            "header value/get, decode, and split",
            None,
            "header_value_get_decode_and_split",
        ),
        (
            "append a request `Origin` header",
            None,
            "append_request_origin_header",
        ),
        ("Headers/append(name, value)", Some("Headers"), "append"),
        ("Request/new Request(input, init)", Some("Request"), "new"),
    ] {
        let expected = names::expected(term, of);
        assert!(
            expected.iter().any(|one| one == name),
            "{term}: {expected:?}"
        );
    }
    assert!(!names::expected("CORS check", None).contains(&"check".to_owned()));
}
