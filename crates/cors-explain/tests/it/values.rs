//! Header values to the byte.

use super::*;

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
