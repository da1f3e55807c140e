//! `serve` and `self-test`: the testbed on a socket, and the suite on the testbed.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::program::{command, run, text};
use crate::servers::POLICY;

/// A serving program, and the address that it names.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(&[&["serve"], arguments].concat())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim_end().to_owned();
        Self { child, url }
    }

    /// The head of the answer to a GET of the printed URL by a page of some origin.
    fn get(&self, origin: &str) -> String {
        let (address, path) = self
            .url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_ascii_lowercase()
    }

    /// What Ctrl-C does, and the exit status.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where it was interrupted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FOREIGN: &str = "https://foreign.example";

#[test]
fn a_policy_is_served_rightly_and_wrongly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cors.toml");
    std::fs::write(&file, POLICY).unwrap();
    let granted = format!("access-control-allow-origin: {FOREIGN}\r\n");

    let right = Serving::start(&["--policy", text(&file)]);
    assert!(right.url.ends_with("/resource"), "{}", right.url);
    let answer = right.get(FOREIGN);
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
    assert!(!answer.contains(&granted), "{answer}");

    let wrong = Serving::start(&["--fault", "origin-reflected", "--policy", text(&file)]);
    let answer = wrong.get(FOREIGN);
    assert!(answer.contains(&granted), "{answer}");

    let other = Serving::start(&["--variant", "foreign-refused-403", "--policy", text(&file)]);
    let answer = other.get(FOREIGN);
    assert!(answer.starts_with("http/1.1 403 "), "{answer}");

    for serving in [right, wrong, other] {
        assert_eq!(serving.interrupt(), Some(0));
    }
}

#[test]
fn without_a_policy_all_named_ones_are_served() {
    let kit = Serving::start(&[]);
    assert!(kit.url.ends_with("/kit.json"), "{}", kit.url);
    let answer = kit.get(FOREIGN);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let manifest: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        manifest["policies"]["allow-list"]["base"], "p/allow-list/",
        "{manifest}"
    );
    assert_eq!(kit.interrupt(), Some(0));
}

#[test]
fn what_can_be_served_is_listed() {
    let ran = run(&["serve", "--list"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    for said in ["  origin-reflected  O8  ", "  foreign-refused-403  "] {
        assert!(ran.stdout.contains(said), "{said} in {ran:#?}");
    }
}

#[test]
fn what_can_be_served_is_listed_for_programs() {
    let ran = run(&["serve", "--list", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let named = |kind: &str, name: &str| {
        let all = listed[kind].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).cloned().unwrap()
    };
    assert_eq!(named("faults", "origin-reflected")["class"], "O8");
    let variant = named("variants", "foreign-refused-403");
    assert!(!variant["about"].as_str().unwrap().is_empty(), "{variant}");
    let ran = run(&["serve", "--json"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--list"), "{ran:#?}");
}

#[test]
fn what_cannot_be_served_is_2() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().port().to_string();
    for (arguments, said) in [
        (&["--fault", "no-such-fault"][..], "no-such-fault"),
        (&["--variant", "no-such-variant"], "no-such-variant"),
        (&["--fault", "a", "--variant", "b"], "cannot be used with"),
        (&["--policy", "/no/such/file"], "/no/such/file"),
        (&["--list", "--fault", "a"], "cannot be used with"),
        (&["--port", &taken], &taken),
    ] {
        let ran = run(&[&["serve"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(said), "{said} in {ran:#?}");
    }
}

/// A file of one case that names two faults, of which one does not exist, and fails on neither.
fn holes() -> Value {
    json!({ "area": "hole", "about": "One case.", "cases": [{
        "id": "hole/case", "title": "A title", "why": "A reason.",
        "spec": ["fetch#concept-cors-check/4"], "policy": "one-origin",
        "steps": [{ "send": {}, "checks": [
            { "id": "no", "level": "should", "header": "X-Nowhere", "absent": false }
        ] }],
        "catches": ["no-such-fault", "origin-reflected"]
    }] })
}

#[test]
fn holes_are_6_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hole.json");
    let matrix = folder.path().join("matrix.json");
    std::fs::write(&file, holes().to_string()).unwrap();
    let ran = run(&[
        "self-test",
        "--vectors",
        text(&file),
        "-t",
        "hole/case",
        "--json",
        text(&matrix),
    ]);
    assert_eq!(ran.code, Some(6), "{ran:#?}");
    for said in [
        "hole: hole/case catches no-such-fault, which no faulty server is called",
        "hole: hole/case does not hold on reference, which is right (kit mode): ",
        "hole: hole/case does not hold on reference, which is right (policy mode): ",
    ] {
        assert!(ran.stdout.contains(said), "{said} in {ran:#?}");
    }
    assert!(ran.last_line().starts_with("self-test: "), "{ran:#?}");
    let matrix: Value = serde_json::from_str(&std::fs::read_to_string(matrix).unwrap()).unwrap();
    let count = cors_testbed::faults::faults().len();
    assert_eq!(matrix["faults"].as_array().unwrap().len(), count);
    assert_eq!(matrix["holes"][0]["hole"], "overstrict");
}

#[test]
fn a_self_test_of_what_cannot_be_read_or_written_is_2() {
    for arguments in [
        &["self-test", "-t", "no-such/*"][..],
        &["self-test", "--vectors", "/no/such/file"],
        &["self-test", "--update"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
    }
    let ran = run(&[
        "self-test",
        "-t",
        "origin/one",
        "--snapshot",
        "/no/such/file",
    ]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("/no/such/file"), "{ran:#?}");
}

#[test]
fn a_snapshot_that_is_out_of_date_is_5() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("matrix.txt");
    let arguments = ["self-test", "-t", "origin/one", "--snapshot", text(&file)];
    let ran = run(&[&arguments[..], &["--update"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(run(&arguments).code, Some(0));
    let before = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, before.replace("origin/one", "origin/two")).unwrap();
    let ran = run(&arguments);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    assert!(ran.stdout.contains("--update"), "{ran:#?}");
}

/// What an engine decides otherwise is told with `--engines`, and only then.
#[test]
fn verdicts_of_engines_are_told_when_they_are_asked_for() {
    let server = Serving::start(&["--fault", "allow-headers-wildcard-for-authorization"]);
    let report = |more: &[&str]| -> Vec<Value> {
        let chosen = [
            "-t",
            "request-headers/authorization-any",
            "-t",
            "methods/flagged-get",
        ];
        let arguments = [
            &[server.url.as_str(), "--report", "ndjson=-"],
            &chosen[..],
            more,
        ];
        let output = run(&arguments.concat());
        assert_eq!(output.code, Some(0));
        output
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|event| event["id"].is_string() && event["outcome"] != "skip")
            .collect()
    };
    let engines = |cases: &[Value], id: &str| -> Vec<(String, String)> {
        let case = cases.iter().find(|case| case["id"] == id).unwrap();
        let list = case["engines"].as_array().cloned().unwrap_or_default();
        let word = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
        list.iter()
            .map(|event| (word(event, "engine"), word(event, "got")))
            .collect()
    };
    let asked = report(&["--engines"]);
    let shared =
        ["Chromium", "Firefox", "WebKit"].map(|name| (name.to_owned(), "shared".to_owned()));
    assert_eq!(engines(&asked, "request-headers/authorization-any"), shared);
    assert_eq!(
        engines(&asked, "methods/flagged-get"),
        [("Chromium".to_owned(), "shared".to_owned())]
    );
    let plain = report(&[]);
    assert!(plain.iter().all(|case| case.get("engines").is_none()));
    let people = run(&[
        server.url.as_str(),
        "--engines",
        "-t",
        "request-headers/authorization-any",
    ]);
    let said = &people.stdout;
    assert!(
        said.contains("1 case: in WebKit, though, the page reads the answer (request-headers/authorization-any)"),
        "{said}"
    );
    assert_eq!(server.interrupt(), Some(0));
}
