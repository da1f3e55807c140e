//! What script sees of the headers.

use alloc::string::String;
use alloc::vec::Vec;

use super::B;
use crate::request::{CredentialsMode, RequestMode};
use crate::response::ResponseType;
use crate::support::{Script, answer, request, run};

const PAIRS: [(&str, &str); 6] = [
    ("Access-Control-Allow-Origin", "https://a.test"),
    ("Access-Control-Allow-Credentials", "true"),
    ("X-A", "1"),
    ("x-b", "2"),
    ("*", "3"),
    ("Set-Cookie", "4"),
];

fn exposed(credentials_mode: CredentialsMode, values: &[&str]) -> Vec<String> {
    let lines = values
        .iter()
        .map(|value| ("Access-Control-Expose-Headers", *value));
    let pairs: Vec<_> = PAIRS.into_iter().chain(lines).collect();
    let mut request = request("GET", B);
    request.credentials_mode = credentials_mode;
    let response = run(&mut Script::new([answer(200, &pairs)]), request).unwrap();
    let names = response.header_names();
    names
        .iter()
        .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned())
        .collect()
}

const EVERYTHING: [&str; 6] = [
    "*",
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "x-a",
    "x-b",
];

#[test]
fn names_are_exposed_by_lists() {
    for mode in [CredentialsMode::SameOrigin, CredentialsMode::Include] {
        assert_eq!(exposed(mode, &[]), [""; 0]);
        assert_eq!(exposed(mode, &[""]), [""; 0]);
        assert_eq!(exposed(mode, &["x-a"]), ["x-a"]);
        assert_eq!(exposed(mode, &["X-A ,\tx-B,"]), ["x-a", "x-b"]);
        assert_eq!(exposed(mode, &["x-a", "x-b"]), ["x-a", "x-b"]);
        assert_eq!(exposed(mode, &["x-missing, set-cookie"]), [""; 0]);
        assert_eq!(exposed(mode, &["'x-a', x-b"]), ["x-b"]);
        for bad in ["x-a, b@d", "\"x-a\",x-b", "x-a x-b", "x-a\u{b}"] {
            assert_eq!(exposed(mode, &[bad]), [""; 0], "{bad}");
            assert_eq!(exposed(mode, &["x-a", bad]), [""; 0], "{bad}");
        }
    }
}

#[test]
fn a_wildcard_exposes_everything_without_credentials() {
    for mode in [CredentialsMode::SameOrigin, CredentialsMode::Omit] {
        assert_eq!(exposed(mode, &["*"]), EVERYTHING);
        assert_eq!(exposed(mode, &["x-a, *"]), EVERYTHING);
        assert_eq!(exposed(mode, &["*", "x-a"]), EVERYTHING);
        assert_eq!(exposed(mode, &["x-*"]), [""; 0]);
    }
    assert_eq!(exposed(CredentialsMode::Include, &["*"]), ["*"]);
    assert_eq!(exposed(CredentialsMode::Include, &["*, x-a"]), ["*", "x-a"]);
}

#[test]
fn other_responses_do_not_look_at_the_list() {
    let pairs = [
        ("X-A", "1"),
        ("Set-Cookie", "2"),
        ("Access-Control-Expose-Headers", "y"),
    ];
    let basic = run(
        &mut Script::new([answer(200, &pairs)]),
        request("GET", "https://a.test/"),
    );
    let basic = basic.unwrap();
    assert_eq!(basic.header("x-a").as_deref(), Some(&b"1"[..]));
    assert!(basic.internal().cors_exposed_header_name_list.is_empty());
    let mut no_cors = request("GET", B);
    no_cors.mode = RequestMode::NoCors;
    let opaque = run(&mut Script::new([answer(200, &pairs)]), no_cors).unwrap();
    assert_eq!(opaque.response_type(), ResponseType::Opaque);
    assert!(opaque.header_names().is_empty());
}
