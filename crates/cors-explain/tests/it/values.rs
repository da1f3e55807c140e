//! Header values to the byte.

use super::*;
use cors_explain::render;

const ORIGIN: &str = "https://app.example";

fn get(allow_origin: &[u8]) -> Vec<u8> {
    [
        b"GET /x HTTP/1.1\r\nHost: api.example\r\nOrigin: https://app.example\r\n\r\n".as_slice(),
        b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin:",
        allow_origin,
        b"\r\nContent-Length: 0\r\n\r\n",
    ]
    .concat()
}

#[test]
fn only_tabs_and_spaces_around_a_value_are_no_part_of_it() {
    for around in ["", " ", "\t", " \t "] {
        let value = format!("{around}{ORIGIN}{around}");
        assert_verdict(&text(&get(value.as_bytes())), Verdict::Shared);
    }
    for byte in [b'\x0b', b'\x0c', b'\xa0', b'\x1c', b'\x85'] {
        let before = [&[byte], ORIGIN.as_bytes()].concat();
        let behind = [ORIGIN.as_bytes(), &[byte]].concat();
        for value in [before, behind] {
            let explanation = text(&get(&value));
            assert_verdict(&explanation, Verdict::Refused);
            assert!(explanation.said.contains(&format!("\\x{byte:02x}")));
        }
    }
}

#[test]
fn a_har_file_has_such_values_too() {
    for (value, verdict) in [
        ("\t https://app.example ", Verdict::Shared),
        ("https://app.example\u{c}", Verdict::Refused),
        ("https://app.example\u{b}", Verdict::Refused),
        ("\u{a0}https://app.example", Verdict::Refused),
    ] {
        let entry = entry(
            "GET",
            "https://api.example/x",
            &[("Origin", ORIGIN)],
            200,
            &[("Access-Control-Allow-Origin", value)],
        );
        assert_verdict(&har(&[entry]), verdict);
    }
}

/// A preflight about header names, and the answer that lists others.
fn preflight(asked: &str, listed: &str) -> Vec<u8> {
    format!(
        "OPTIONS /x HTTP/1.1\nHost: api.example\nOrigin: {ORIGIN}\n\
         Access-Control-Request-Method: PUT\nAccess-Control-Request-Headers: {asked}\n\n\
         HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: {ORIGIN}\n\
         Access-Control-Allow-Methods: PUT\nAccess-Control-Allow-Headers: {listed}\n\n"
    )
    .into_bytes()
}

#[test]
fn long_lists_are_cut_and_their_length_is_said() {
    let names = |count: usize| -> Vec<String> { (0..count).map(|n| format!("x-{n:05}")).collect() };
    let many = names(2000);
    for (asked, listed, verdict) in [
        (many.join(","), many.join(", "), Verdict::AllowedSoFar),
        (many.join(","), many[1..].join(", "), Verdict::Refused),
        (many.join(","), "x-other".to_owned(), Verdict::Refused),
        ("x-needed".to_owned(), many.join(", "), Verdict::Refused),
        (
            "x-needed".to_owned(),
            many.join("\nAccess-Control-Allow-Headers: "),
            Verdict::Refused,
        ),
    ] {
        let explanation = text(&preflight(&asked, &listed));
        assert_verdict(&explanation, verdict);
        let shown = render::text(&explanation, false);
        assert!(shown.contains(" more"), "{shown}");
        assert!(shown.len() < 20_000, "{}", shown.len());
        assert!(shown.lines().count() < 300, "{shown}");
    }
    let explanation = text(&preflight(&many.join(","), &many.join(", ")));
    let shown = render::text(&explanation, false);
    assert!(shown.contains("x-00019: (value not known)"), "{shown}");
    assert!(!shown.contains("x-00020: "), "{shown}");
    assert!(shown.contains("… 1980 more headers"), "{shown}");
}
