use super::*;
use crate::message::values;

const ENTRY: &str = r#"{
    "request": { "method": "GET", "url": "https://a.example/x", "bodySize": 0,
                 "headers": [ {"name": ":authority", "value": "a.example"}, {"name": "origin", "value": "null"} ] },
    "response": { "status": 200, "_error": null,
                  "headers": [ {"name": "vary", "value": "Origin\nAccept"}, {"name": "x", "value": "caf\u00e9"} ] }
}"#;

#[test]
fn whole_files_and_parts_are_read() {
    for (text, place) in [
        (ENTRY.to_owned(), "the entry.request"),
        (format!("[{ENTRY}]"), "[0].request"),
        (format!(r#"{{"entries": [{ENTRY}]}}"#), "entries[0].request"),
        (
            format!("\u{feff}{{\"log\": {{\"version\": \"1.2\", \"entries\": [{ENTRY}]}}}}"),
            "log.entries[0].request",
        ),
    ] {
        let entries = read(text.as_bytes()).unwrap();
        let [entry] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!(entry.request.place, place);
        assert_eq!(entry.request.target, b"https://a.example/x");
        assert_eq!(entry.request.fields.len(), 1, "no pseudo-headers");
        let response = entry.response.as_ref().unwrap();
        let vary: Vec<_> = values(&response.fields, "Vary").collect();
        assert_eq!(
            vary,
            [b"Origin", &b"Accept"[..]],
            "lines that were joined are apart again"
        );
        assert_eq!(values(&response.fields, "X").next(), Some(&b"caf\xe9"[..]));
        assert_eq!(entry.error, None);
    }
}

#[test]
fn what_a_browser_blocked_has_no_response() {
    let text = r#"{ "request": { "method": "PUT", "url": "https://a.example/", "headers": [], "postData": {} },
                    "response": { "status": 0, "headers": [], "_error": "net::ERR_FAILED" } }"#;
    let entries = read(text.as_bytes()).unwrap();
    assert_eq!(entries[0].response, None);
    assert_eq!(entries[0].error.as_deref(), Some("net::ERR_FAILED"));
    assert!(entries[0].request.has_body);
    // And so have entries without any, or without header lists.
    for text in [
        r#"{ "request": { "method": "PUT", "url": "https://a.example/" }, "response": null }"#,
        r#"{ "request": { "method": "PUT", "url": "https://a.example/", "headers": null } }"#,
    ] {
        let entries = read(text.as_bytes()).unwrap();
        assert_eq!((&entries[0].response, &entries[0].error), (&None, &None));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let request = r#""request": { "method": "GET", "url": "https://a.example/", "headers": [] }"#;
    let deep = "[".repeat(100_000);
    for (text, at, said) in [
        ("", "line 1, column 0", "expected a HAR file"),
        ("{", "line 1, column 1", "expected a HAR file"),
        (deep.as_str(), "line 1, column 128", "expected a HAR file"),
        (
            "1",
            "the file",
            "expected an object or an array, found the number 1",
        ),
        ("{}", "the file", "expected a HAR file with `log.entries`"),
        (
            r#"{"log": []}"#,
            "log",
            "expected an object, found an array",
        ),
        (
            r#"{"log": {"entries": {}}}"#,
            "log.entries",
            "expected an array, found an object",
        ),
        (
            r#"{"log": {"entries": []}}"#,
            "the file",
            "there are no entries",
        ),
        (
            r#"{"log": {"entries": [3]}}"#,
            "log.entries[0]",
            "expected an object, found the number 3",
        ),
        ("[{}]", "[0].request", "missing"),
        (
            r#"[{"request": {"url": ""}}]"#,
            "[0].request.method",
            "missing",
        ),
        (
            r#"[{"request": {"method": "a b", "url": ""}}]"#,
            "[0].request.method",
            "`a b`",
        ),
        (
            r#"[{"request": {"method": "GET", "url": null}}]"#,
            "[0].request.url",
            "expected a string, found null",
        ),
        (
            r#"[{"request": {"method": "GET", "url": "", "headers": 1}}]"#,
            "[0].request.headers",
            "expected an array",
        ),
        (
            r#"[{"request": {"method": "GET", "url": "", "headers": [{"name": "a"}]}}]"#,
            "[0].request.headers[0].value",
            "missing",
        ),
        (
            r#"[{"request": {"method": "GET", "url": "", "headers": [{"name": "a b", "value": ""}]}}]"#,
            "[0].request.headers[0].name",
            "is not a header name",
        ),
        (
            r#"[{"request": {"method": "GET", "url": "", "headers": [{"name": "a", "value": "\u0000"}]}}]"#,
            "[0].request.headers[0].value",
            "control character",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(error.at, at, "{error}");
        assert!(error.said.contains(said), "{error}");
    }
    for status in ["1000", "-1", "\"200\"", "99", "2.5"] {
        let text =
            format!(r#"{{ {request}, "response": {{ "status": {status}, "headers": [] }} }}"#);
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(error.at, "the entry.response.status");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let whole = format!(r#"{{"log": {{"entries": [{ENTRY}, {ENTRY}]}}}}"#);
    crate::torture::torture(&[whole.as_bytes()], |bytes| {
        if let Err(error) = read(bytes) {
            assert!(!error.at.is_empty() && !error.said.is_empty());
        }
    });
}
