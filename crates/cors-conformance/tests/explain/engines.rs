//! `explain --as`: what an engine decides, and where that is not what the standard says.

use std::fs;

use serde_json::Value;

use crate::{refused, shared, unusable};

const WILDCARD: [&str; 4] = [
    "--request",
    "authorization-under-wildcard.request.txt",
    "--response",
    "authorization-under-wildcard.response.txt",
];

#[test]
fn webkit_lets_a_wildcard_cover_authorization() {
    let arguments = [&["--as", "webkit"], &WILDCARD[..]].concat();
    insta::assert_snapshot!(shared(&arguments));
    let value: Value =
        serde_json::from_str(&shared(&[&arguments[..], &["--json"]].concat())).unwrap();
    assert_eq!(value["verdict"], "allowed-so-far");
    let engine = &value["engine"];
    assert_eq!(engine["name"], "WebKit");
    assert!(engine["version"].as_str().unwrap().starts_with("WebKitGTK"));
    assert_eq!(
        engine["departures"][0]["case"],
        "preflight-response/authorization-wildcard"
    );
    // With no engine there is no such part.
    let value: Value =
        serde_json::from_str(&refused(&[&WILDCARD[..], &["--json"]].concat())).unwrap();
    assert!(value.get("engine").is_none());
}

#[test]
fn where_an_engine_does_as_the_standard_says_that_is_said() {
    let said = refused(&["--as", "firefox", "--request", "tower-http-patch.txt"]);
    assert!(said.starts_with("Firefox refuses this: "), "{said}");
    assert!(said.contains("  The standard says the same.\n"), "{said}");
    assert!(said.contains("as Firefox does (Mozilla Firefox "), "{said}");
}

#[test]
fn an_engine_may_ask_first_where_the_standard_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchange.txt");
    let text = "OPTIONS https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\
                Access-Control-Request-Method: GET\nAccess-Control-Request-Headers: range\n\n\
                HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: *\n\n\
                GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\
                Range: bytes=0-18446744073709551616\n\n\
                HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n";
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let said = refused(&["--as", "chromium", "--request", file]);
    assert!(said.contains("because of the header range"), "{said}");
    assert!(said.contains("  - range-beyond-64-bits: "), "{said}");
    assert!(!said.contains("listener"), "{said}");
}

#[test]
fn a_case_is_explained_as_an_engine_does_it() {
    let said = shared(&["--as", "firefox", "redirect-preflight/put-to-third"]);
    assert!(
        said.contains("  - redirect-origin-of-preflight: "),
        "{said}"
    );
    assert!(!said.contains("redirect-cache-of-page"), "{said}");
    assert!(
        said.contains("the requests that Firefox makes of it\n"),
        "{said}"
    );
    let said = shared(&["--as", "chromium", "redirect-preflight/put-to-third"]);
    assert!(said.contains("  The standard says the same.\n"), "{said}");
    let json = shared(&[
        "--as",
        "firefox",
        "redirect-preflight/put-to-third",
        "--json",
    ]);
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["engine"]["departures"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_engine_is_said() {
    let said = unusable(&["--as", "opera", "redirect-preflight/put-to-third"]);
    assert!(
        said.contains("[possible values: chromium, firefox, webkit]"),
        "{said}"
    );
}

#[test]
fn a_case_for_servers_is_asked_as_an_engine_asks() {
    let said = shared(&["--as", "webkit", "origin/suffix-lookalike"]);
    assert!(said.contains("as WebKit does (WebKitGTK "), "{said}");
    assert!(said.contains("  The standard says the same.\n"), "{said}");
    let said = shared(&["--as", "chromium", "methods/flagged-get"]);
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("in Chromium, though, other requests lead to the same"),
        "{said}"
    );
}
