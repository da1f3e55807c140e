//! What else `explain` says: of what is shared, what comes next, what is missing, in JSON, of cases.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::{refused, shared, unusable};

/// A file that lasts as long as a test.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.txt");
        fs::write(&path, text).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

const PUT: &str = "PUT https://api.example/x\nOrigin: https://app.example\n";
const PREFLIGHT: &str = "OPTIONS https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\
                         Access-Control-Request-Method: PUT\n";

#[test]
fn a_shared_response_says_what_the_page_reads() {
    insta::assert_snapshot!(shared(&["--request", "express-put-shared.txt"]));
}

#[test]
fn an_allowed_preflight_says_what_comes_next() {
    let answer = File::new(
        "HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: https://app.example\n\
         Access-Control-Allow-Methods: PUT\nAccess-Control-Allow-Credentials: true\n",
    );
    let request = File::new(PREFLIGHT);
    let files = ["--request", request.name(), "--response", answer.name()];
    let said = shared(&files);
    assert!(
        said.starts_with("A browser allows this preflight: the PUT request itself comes next.\n"),
        "{said}"
    );
    let value = json(&shared(&[&files[..], &["--json"]].concat()));
    assert_eq!(value["verdict"], "allowed-so-far");
    let lines = value["next"]["must_hold"].as_array().unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (&line["name"], &line["value"]))
        .collect();
    assert_eq!(
        lines,
        [
            (
                &Value::from("Access-Control-Allow-Origin"),
                &Value::from("https://app.example")
            ),
            (
                &Value::from("Access-Control-Allow-Credentials"),
                &Value::from("true")
            )
        ]
    );
}

#[test]
fn every_single_change_is_named_and_else_the_shortest_list() {
    let single = File::new(
        "GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\nHTTP/1.1 200 OK\n",
    );
    let value = json(&refused(&["--request", single.name(), "--json"]));
    let set = |change: usize| &value["changes"][change]["answers"][0]["set"][0]["value"];
    assert_eq!(value["changes"].as_array().unwrap().len(), 2);
    assert_eq!(
        (set(0).as_str(), set(1).as_str()),
        (Some("https://app.example"), Some("*"))
    );
    // With credentials two changes of the preflight's answer and two of the other are needed.
    let several = File::new(&format!(
        "{PREFLIGHT}Access-Control-Request-Headers: a,b\n\nHTTP/1.1 204 No\n\n\
         PUT https://api.example/x HTTP/1.1\nOrigin: https://app.example\nA: 1\nB: 2\n\n\
         HTTP/1.1 200 OK\n"
    ));
    let arguments = [
        "--request",
        several.name(),
        "--credentials",
        "include",
        "--json",
    ];
    let value = json(&refused(&arguments));
    let changes = value["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    let answers = changes[0]["answers"].as_array().unwrap();
    let set: Vec<Vec<_>> = answers
        .iter()
        .map(|answer| {
            let lines = answer["set"].as_array().unwrap().iter();
            lines
                .map(|line| format!("{}={}", line["name"], line["value"]).replace('"', ""))
                .collect()
        })
        .collect();
    assert_eq!(
        set,
        [
            vec![
                "Access-Control-Allow-Origin=https://app.example",
                "Access-Control-Allow-Credentials=true",
                "Access-Control-Allow-Methods=PUT",
                "Access-Control-Allow-Headers=a, b",
            ],
            vec![
                "Access-Control-Allow-Origin=https://app.example",
                "Access-Control-Allow-Credentials=true",
            ]
        ]
    );
}

#[test]
fn the_answer_to_the_other_credentials_mode_is_told() {
    let text = File::new(
        "GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\n\
         HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n",
    );
    let said = shared(&["--request", text.name()]);
    assert!(said.contains("see --credentials include"), "{said}");
    let said = refused(&["--request", text.name(), "--credentials", "include"]);
    assert!(
        said.contains("Without credentials a browser would share this as it is."),
        "{said}"
    );
    assert!(
        !said.contains("assumed"),
        "nothing is left to assume: {said}"
    );
}

#[test]
fn answers_are_told_apart_by_what_they_hold() {
    let request = File::new(PUT);
    let preflight = File::new(
        "HTTP/1.1 204\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: PUT\n",
    );
    let actual = File::new("HTTP/1.1 200\nAccess-Control-Allow-Origin: *\n");
    let request = ["--request", request.name()];
    for (answers, noted) in [
        ([&preflight, &actual], false),
        ([&actual, &preflight], true),
    ] {
        let answers = [
            "--response",
            answers[0].name(),
            "--response",
            answers[1].name(),
        ];
        let said = shared(&[&request[..], &answers].concat());
        assert!(said.starts_with("A browser shares this response"), "{said}");
        assert_eq!(said.contains("by their headers"), noted, "{said}");
    }
    let said = shared(&[&request[..], &["--response", preflight.name()]].concat());
    assert!(
        said.contains("is taken for the answer to the preflight"),
        "{said}"
    );
    let said = unusable(&[&request[..], &["--response", actual.name()]].concat());
    assert!(said.contains("it is not clear which one this is"), "{said}");
    assert!(said.contains("curl -sv -o /dev/null -X OPTIONS"), "{said}");
}

#[test]
fn redirects_are_followed_from_answer_to_answer() {
    let hop = "GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\n\
               HTTP/1.1 302 Found\nLocation: https://other.example/y\n\
               Access-Control-Allow-Origin: *\n\n";
    let first = File::new(hop);
    let said = shared(&["--request", first.name()]);
    assert!(
        said.starts_with("A browser follows the redirect: the GET request there"),
        "{said}"
    );
    let both = File::new(&format!(
        "{hop}GET https://other.example/y HTTP/1.1\nOrigin: null\n\n\
         HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: https://app.example\n"
    ));
    let value = json(&refused(&["--request", both.name(), "--json"]));
    assert!(
        value["said"]
            .as_str()
            .unwrap()
            .contains("sends Origin: null"),
        "{value}"
    );
    assert_eq!(
        value["exchanges"][1]["answer"]["headers"][0]["decided"],
        json("[0, 19]")
    );
}

#[test]
fn secrets_are_not_repeated() {
    let text = File::new(
        "GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\nCookie: id=hunter2hunter2\n\
         Authorization: Bearer swordfish\n\n\
         HTTP/1.1 200 OK\nX-Echo: hunter2hunter2 swordfish\nSet-Cookie: id=hunter3\n\n\
         ",
    );
    let preflight = File::new(
        "HTTP/1.1 204\nAccess-Control-Allow-Origin: https://app.example\n\
         Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: authorization\n",
    );
    let arguments = [
        "--request",
        text.name(),
        "--response",
        preflight.name(),
        "-v",
    ];
    for more in [&[][..], &["--json"]] {
        let said = refused(&[&arguments[..], more].concat());
        assert!(said.contains("[redacted]"), "{said}");
        for secret in ["hunter2", "swordfish", "hunter3"] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_as_it_is() {
    let text = File::new(
        "GET https://api.example/x HTTP/1.1\nOrigin: https://app.example\n\n\
         HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: \u{1b}[2J\u{202e}\u{9b}\nX-\u{1b}: y\n",
    );
    let said = unusable(&["--request", text.name()]);
    assert!(said.is_ascii() && !said.contains('\u{1b}'), "{said:?}");
    let text = File::new(
        &fs::read_to_string(&text.path)
            .unwrap()
            .replace("X-\u{1b}", "X-Y"),
    );
    let said = refused(&["--request", text.name(), "-v"]);
    let controls = said
        .chars()
        .filter(|c| c.is_control() && *c != '\n')
        .count();
    assert_eq!(
        (controls, said.contains('\u{202e}')),
        (0, false),
        "{said:?}"
    );
}

#[test]
fn what_is_missing_is_said_with_how_to_get_it() {
    let har = |response: &str| {
        File::new(&format!(
            r#"[{{ "request": {{ "method": "GET", "url": "https://api.example/x", "headers":
                    [{{"name": "Origin", "value": "https://app.example"}}] }}, "response": {response} }}]"#
        ))
    };
    for (arguments, text, said) in [
        ("--request", PUT, "the answer to it is not given"),
        (
            "--request",
            "GET https://api.example/x\n",
            "there is no Origin header",
        ),
        (
            "--request",
            "GET /x HTTP/1.1\nOrigin: null\n",
            "there is no Host header",
        ),
        (
            "--request",
            "GET https://api.example/x\nOrigin: https://app.example/\n",
            "expected `https://app.example`",
        ),
        (
            "--request",
            "GET ftp://api.example/x\nOrigin: null\n",
            "expected http or https",
        ),
        (
            "--request",
            "GET http://[/x\nOrigin: null\n",
            "the URL `http://[/x`",
        ),
        (
            "--request",
            "TRACE https://api.example/x\nOrigin: null\n",
            "script may not use the method TRACE",
        ),
        (
            "--request",
            "GET https://api.example/x\nOrigin: null\nOrigin: https://b.example\n",
            "several Origin headers",
        ),
        (
            "--request",
            "HTTP/1.1 200 OK\n",
            "a response and no request",
        ),
        (
            "--request",
            "nonsense",
            "line 1: expected the first line of a message",
        ),
        ("--har", "nonsense", "expected a HAR file"),
    ] {
        let file = File::new(text);
        let error = unusable(&[arguments, file.name()]);
        assert!(
            error.contains(said) && error.contains("input.txt"),
            "{text:?}: {error}"
        );
    }
    let blocked = har(r#"{"status": 0, "headers": [], "_error": "net::ERR_FAILED"}"#);
    let error = unusable(&["--har", blocked.name()]);
    assert!(error.contains("net::ERR_FAILED"), "{error}");
    assert!(
        error.contains(
            "curl -sv -o /dev/null -H 'Origin: https://app.example' https://api.example/x"
        ),
        "{error}"
    );
    let error = unusable(&["--har", blocked.name(), "--entry", "1"]);
    assert!(
        error.contains("there is no entry 1; there are 1"),
        "{error}"
    );
    let error = unusable(&["--har", "no/such/file"]);
    assert!(error.contains("no/such/file: cannot be read"), "{error}");
    let response = File::new("GET https://api.example/x\n");
    let request = File::new(PUT);
    let error = unusable(&["--request", request.name(), "--response", response.name()]);
    assert!(error.contains("there is no response"), "{error}");
}

#[test]
fn of_a_har_file_the_first_refused_exchange_is_explained() {
    let entry = |url: &str, allowed: &str| {
        format!(
            r#"{{ "request": {{ "method": "GET", "url": "{url}", "headers":
                   [{{"name": "Origin", "value": "https://app.example"}}] }},
                 "response": {{ "status": 200, "headers":
                   [{{"name": "Access-Control-Allow-Origin", "value": "{allowed}"}}] }} }}"#
        )
    };
    let entries = [
        entry("https://app.example/own", ""),
        entry("https://api.example/good", "*"),
        entry("https://api.example/bad", "https://elsewhere.example"),
        entry("https://api.example/worse", "null"),
    ];
    let file = File::new(&format!(
        r#"{{"log": {{"entries": [{}]}}}}"#,
        entries.join(",")
    ));
    let value = json(&refused(&["--har", file.name(), "--json"]));
    assert_eq!(value["page"]["url"], "https://api.example/bad");
    let notes = value["notes"].to_string();
    assert!(
        notes.contains("(entry 2)") && notes.contains("another one: 1, 3."),
        "{notes}"
    );
    let value = json(&refused(&["--har", file.name(), "--json", "--entry", "3"]));
    assert_eq!(value["page"]["url"], "https://api.example/worse");
    let said = shared(&["--har", file.name(), "--entry", "0"]);
    assert!(said.starts_with("No CORS is needed"), "{said}");
}

#[test]
fn all_steps_are_shown_on_request() {
    let arguments = ["--request", "trailing-slash.txt"];
    let (few, all) = (
        refused(&arguments),
        refused(&[&arguments[..], &["-v"]].concat()),
    );
    assert!(!few.contains("fetch#concept-cors-check/1\n"), "{few}");
    assert!(all.contains("fetch#concept-cors-check/1\n"), "{all}");
    assert!(all.contains("< Content-Type: application/json"), "{all}");
    assert!(few.lines().count() < all.lines().count());
}

#[test]
fn cases_are_explained_by_id() {
    let said = shared(&["origin/suffix-lookalike"]);
    for part in [
        "A host that merely ends in an allowed host is refused",
        "https://fetch.spec.whatwg.org/#concept-cors-check step 4",
        "allow_origins",
        "step 1: a browser must keep the answer",
        "fetch#concept-cors-check/2",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let value = json(&shared(&["origin/suffix-lookalike", "--json"]));
    assert_eq!(value["reference_server"]["outcome"], "pass");
    let error = unusable(&["origin/suffix-lookalikes"]);
    assert!(
        error.contains("there is no case origin/suffix-lookalikes"),
        "{error}"
    );
    let error = unusable(&["else/suffix-lookalike"]);
    assert!(error.contains("origin/suffix-lookalike?"), "{error}");
}

#[test]
fn agent_cases_are_explained_too() {
    let said = shared(&["accept-bytes/01"]);
    for part in [
        "what the page does",
        "the requests that the standard makes of it",
        "> OPTIONS https://cross.test/",
        "`Accept` is unsafe.",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
