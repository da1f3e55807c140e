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
        let [entry] = entries.entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!(format!("{}.request", entries.place(0)), place);
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
    let entries = read(text.as_bytes()).unwrap().entries;
    assert_eq!(entries[0].response, None);
    assert_eq!(entries[0].error.as_deref(), Some("net::ERR_FAILED"));
    assert!(entries[0].request.has_body);
    // And so have entries without any, or without header lists.
    for text in [
        r#"{ "request": { "method": "PUT", "url": "https://a.example/" }, "response": null }"#,
        r#"{ "request": { "method": "PUT", "url": "https://a.example/", "headers": null } }"#,
    ] {
        let entries = read(text.as_bytes()).unwrap().entries;
        assert_eq!((&entries[0].response, &entries[0].error), (&None, &None));
    }
}

#[test]
fn a_file_of_another_encoding_is_named() {
    let error = read(b"\xff\xfe{\x00}\x00").unwrap_err().to_string();
    assert!(error.contains("UTF-16"), "{error}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let request = r#""request": { "method": "GET", "url": "https://a.example/", "headers": [] }"#;
    let deep = format!("[{{\"request\":{}", "[".repeat(100_000));
    for (text, at, said) in [
        ("", "line 1, column 0", "expected a HAR file"),
        ("{", "line 1, column 1", "expected a HAR file"),
        (deep.as_str(), "line 1, column 138", "expected a HAR file"),
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
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(error.at, at, "{error}");
        assert!(error.said.contains(said), "{error}");
    }
    for status in ["1000", "\"200\"", "99", "2.5"] {
        let text =
            format!(r#"{{ {request}, "response": {{ "status": {status}, "headers": [] }} }}"#);
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(error.at, "the entry.response.status");
    }
}

#[test]
fn a_bad_entry_is_left_out_and_a_bad_line_of_a_good_one() {
    let text = format!(r#"{{"log": {{"entries": [{{}}, {ENTRY}, 3]}}}}"#);
    let har = read(text.as_bytes()).unwrap();
    assert_eq!(har.count, 3);
    let indices: Vec<usize> = har.entries.iter().map(|entry| entry.index).collect();
    assert_eq!(indices, [1]);
    let places: Vec<&str> = har.skipped.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(places, ["log.entries[0].request", "log.entries[2]"]);

    let text = r#"[{ "request": { "method": "GET", "url": "https://a.example/", "headers": [
                       {"name": "GET /x", "value": ""}, {"name": "a", "value": "\u0000\nb"},
                       {"name": "x-devtools-emulate-network-conditions-client-id", "value": "1"} ] } }]"#;
    let entries = read(text.as_bytes()).unwrap().entries;
    let lines: Vec<_> = values(&entries[0].request.fields, "a").collect();
    assert_eq!(
        (lines.as_slice(), entries[0].request.fields.len()),
        (&[&b"b"[..]][..], 1)
    );
    for (left_out, words) in entries[0].left_out.iter().zip([
        "`GET /x` is left out: it is not a header name",
        "a line of a is left out",
        "developer tools add it",
    ]) {
        assert!(left_out.contains(words), "{left_out}");
    }
    assert_eq!(entries[0].left_out.len(), 3);
}

#[test]
fn a_negative_status_is_that_of_a_failed_request() {
    for (status, error) in [(-1, "_failureText"), (-2, "_error"), (0, "_error")] {
        let text = format!(
            r#"{{ "request": {{ "method": "GET", "url": "https://a.example/" }}, "_fromCache": "disk",
                  "response": {{ "status": {status}, "{error}": "net::ERR_FAILED" }} }}"#
        );
        let entries = read(text.as_bytes()).unwrap().entries;
        assert_eq!(entries[0].response, None);
        assert_eq!(entries[0].error.as_deref(), Some("net::ERR_FAILED"));
        assert!(entries[0].cached);
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
