//! `fuzz --cmd`: commands that listen, right ones and faulty ones, and those that end it.

use std::path::Path;

use cors_harness::event::{Event, Outcome};

use crate::commands::{Notes, built_example, crashing_example, rust_example};
use crate::program::{Ran, command, joined, run, text};

/// Fuzzes a command line, with its process groups noted, and sees that none is left.
fn fuzz(line: &str, more: &[&str]) -> Ran {
    let notes = Notes::new();
    let line = notes.taken(line);
    let ran = run(&[&["fuzz", "--cmd", &line, "--seed", "1"], more].concat());
    notes.assert_nothing_is_left();
    ran
}

/// The testbed's server with this fault, or without one.
fn testbed(fault: Option<&str>) -> String {
    let server = built_example("testbed_server");
    match fault {
        Some(fault) => format!("FAULT={fault} {server}"),
        None => server,
    }
}

#[test]
fn nothing_is_found_on_a_command_that_keeps_its_policies() {
    for line in [rust_example(), testbed(None)] {
        let ran = fuzz(&line, &["--runs", "200", "--fail-on", "should"]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let last = ran.last_line();
        assert!(last.starts_with("fuzz: "), "{ran:#?}");
        assert!(last.ends_with(", 0 findings, seed 1"), "{ran:#?}");
        assert!(!last.contains(" in 0 requests"), "{ran:#?}");
    }
}

#[test]
fn a_fault_of_a_command_is_found_and_promoted() {
    let faulty = testbed(Some("origin-reflected"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("found.json");
    let more = ["--keep-going", "--runs", "200", "--promote", text(&file)];
    let ran = fuzz(&faulty, &more);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("FAIL found/refused-"), "{ran:#?}");
    let again = joined(&ran.stdout);
    assert!(again.contains("cors-conformance --cmd "), "{ran:#?}");
    // The port will be another one: no curl line.
    assert!(!ran.stdout.contains("curl "), "{ran:#?}");

    let again = replayed(&faulty, &file);
    assert_eq!(again.code, Some(1), "{again:#?}");
    let failed = again
        .events()
        .into_iter()
        .filter(|event| matches!(event, Event::Case(case) if case.outcome == Outcome::Fail));
    assert!(failed.count() > 0, "{again:#?}");
    let right = replayed(&testbed(None), &file);
    assert_eq!(right.code, Some(0), "{right:#?}");
    let passed =
        |event: &Event| matches!(event, Event::Case(case) if case.outcome == Outcome::Pass);
    assert!(right.events().iter().any(passed), "{right:#?}");
}

/// What comes of the promoted cases.
fn replayed(line: &str, file: &Path) -> Ran {
    let cases = ["--vectors", text(file), "-t", "found/*"];
    let arguments = [&["--cmd", line, "--report", "ndjson=-"], &cases[..]];
    run(&arguments.concat())
}

#[test]
fn the_first_finding_ends_the_search() {
    let ran = fuzz(&testbed(Some("origin-reflected")), &["--runs", "2000"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let words: Vec<&str> = ran.last_line().split(' ').collect();
    let ["fuzz:", sequences, ..] = words.as_slice() else {
        panic!("{ran:#?}")
    };
    assert!(sequences.parse::<u32>().unwrap() < 100, "{ran:#?}");
}

#[test]
fn a_command_that_cannot_be_gone_on_with_is_3() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("fixed.json");
    let json = r#"{"allow_origins": "any", "allow_methods": [], "allow_headers": [], "expose_headers": []}"#;
    std::fs::write(&policy, json).unwrap();
    let deaf = format!("CORS_POLICY='{}' {}", text(&policy), rust_example());
    let crashes = crashing_example();
    let hangs = "sleep 1000 & sleep 1000".to_owned();
    for (line, patience, said) in [
        (deaf, "30", "accepts a policy that makes no sense"),
        (crashes, "30", "exit status: 9) instead of answering "),
        (hangs, "0.2", "does not listen"),
    ] {
        let ran = fuzz(&line, &["--runs", "2000", "--start-timeout", patience]);
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(ran.stdout.contains(said), "{ran:#?}");
    }
}

#[test]
fn a_command_and_a_target_given_otherwise_are_2() {
    for more in [
        &["http://127.0.0.1:1/"][..],
        &["--policy", "cors.toml"],
        &["--unsafe-methods"],
        &["-k"],
    ] {
        let ran = run(&[&["fuzz", "--cmd", "exit 64"], more].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("cannot be used with"), "{ran:#?}");
    }
}

#[test]
fn a_command_is_ended_when_the_search_is() {
    let ran = fuzz("sleep 1000", &["-m", "0.3", "--start-timeout", "1000"]);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    let notes = Notes::new();
    let line = notes.taken("sleep 1000 & sleep 1000");
    let program = command(&["fuzz", "--cmd", &line, "--start-timeout", "1000"]);
    let ran = notes.interrupted(program, "INT");
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    notes.assert_nothing_is_left();
}
