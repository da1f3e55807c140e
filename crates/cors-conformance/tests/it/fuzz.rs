//! `fuzz`: generated requests, and findings that replay as cases.

use cors_harness::event::{Event, Outcome};
use cors_testbed::Behaviour;

use crate::program::{Ran, events, run, text};
use crate::servers::{Listening, behaving, nobody, non_server, reflecting};

/// Fuzzes a server that has the tests' policy.
fn fuzz(server: &Listening, more: &[&str]) -> Ran {
    let policy = text(&server.policy);
    let arguments = ["fuzz", &server.url, "--policy", policy, "--seed", "1"];
    run(&[&arguments, more].concat())
}

#[test]
fn a_promoted_finding_fails_on_the_faulty_server_and_passes_on_the_reference_server() {
    let faulty = reflecting();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("found.json");
    let ran = fuzz(
        &faulty,
        &["--keep-going", "--runs", "120", "--promote", text(&file)],
    );
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("FAIL found/refused-"), "{ran:#?}");
    assert!(ran.stdout.contains("curl -i"), "{ran:#?}");
    assert!(ran.stdout.contains("--vectors"), "{ran:#?}");
    assert!(ran.last_line().ends_with(", seed 1"), "{ran:#?}");

    let replay = |server: &Listening| {
        run(&[
            &server.url,
            "--policy",
            text(&server.policy),
            "--vectors",
            text(&file),
            "-t",
            "found/*",
            "--report",
            "ndjson=-",
        ])
    };
    let again = replay(&faulty);
    assert_eq!(again.code, Some(1), "{again:#?}");
    let failed = again
        .events()
        .into_iter()
        .filter(|event| matches!(event, Event::Case(case) if case.outcome == Outcome::Fail));
    assert!(failed.count() > 0, "{again:#?}");
    let right = replay(&behaving(Behaviour::REFERENCE));
    assert_eq!(right.code, Some(0), "{right:#?}");
    // The file has brought its policy along.
    let inside = run(&["--vectors", text(&file), "-t", "found/*"]);
    assert_eq!(inside.code, Some(0), "{inside:#?}");
    assert!(!inside.last_line().contains(": 0 passed"), "{inside:#?}");
}

#[test]
fn nothing_is_found_on_the_reference_server() {
    let ran = run(&[
        "fuzz",
        "--seed",
        "7",
        "--runs",
        "1500",
        "--fail-on",
        "should",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.last_line().contains(" 0 findings, "), "{ran:#?}");
    assert!(
        ran.last_line().starts_with("fuzz: 1500 sequences in "),
        "{ran:#?}"
    );
    let server = behaving(Behaviour::REFERENCE);
    let ran = fuzz(&server, &["--runs", "150", "--fail-on", "should"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn it_stops_when_the_time_is_up_and_says_so_in_the_report() {
    let server = behaving(Behaviour::REFERENCE);
    let ran = fuzz(&server, &["--for", "0.2", "--report", "ndjson=-"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let events = events(&ran.stdout);
    let [Event::Run(run), Event::End(end)] = events.as_slice() else {
        panic!("{events:#?}")
    };
    assert!(end.complete, "{end:#?}");
    assert_eq!(run.selected, 0);
    assert!(end.counts.pass > 0, "{end:#?}");
}

#[test]
fn wrong_arguments_are_2_and_say_what_was_expected() {
    let here = nobody();
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("found.json");
    std::fs::write(&there, "{}").unwrap();
    for (arguments, said) in [
        (&["--seed", "x"][..], "invalid digit"),
        (&["--runs", "0"], "number would be zero"),
        (&["--for", "soon"], "expected a number of seconds"),
        (&["--for", "0"], "expected more than 0 seconds"),
        (&["--promote", "Found.txt"], "ends in .json"),
        (&["--promote", "a_b.json"], "ends in .json"),
        (&["--promote", text(&there)], "name another"),
        (&["--policy", "cors.toml"], "<URL>"),
        (&["--cmd", "x", "--rate", "1"], "cannot be used with"),
        (&["--start-timeout", "1"], "--cmd <CMD>"),
        (&["--update-baseline"], "--baseline <FILE>"),
        (&[&here, "--policy", "no/such.toml"], "no/such.toml"),
        (&["http://192.0.2.1/", "--policy", "x"], "--remote"),
        (&["-t", "origin/*"], "unexpected argument"),
        (
            &["--report", "ndjson=/no/such/folder/x"],
            "/no/such/folder/x",
        ),
    ] {
        let ran = run(&[&["fuzz"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(said), "{ran:#?}");
    }
    // What it is meant to allow is not known.
    let server = behaving(Behaviour::REFERENCE);
    let ran = run(&["fuzz", &server.url]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("give --policy"), "{ran:#?}");
}

#[test]
fn a_target_that_is_not_there_or_not_started_is_3() {
    let mut server = behaving(Behaviour::REFERENCE);
    server.url = nobody();
    let ran = fuzz(&server, &[]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stdout.contains("unreachable"), "{ran:#?}");
    let ran = run(&["fuzz", "--cmd", "echo broken; exit 1"]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stdout.contains("    broken\n"), "{ran:#?}");
}

#[test]
fn a_command_that_can_express_no_policy_is_4() {
    let ran = run(&["fuzz", "--cmd", "exit 64"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
}

#[test]
fn a_search_cut_short_is_7() {
    // Its answers do not come to an end within the limit.
    let server = non_server("slow-head");
    let ran = fuzz(&server, &["-m", "0.1"]);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
}

#[test]
fn a_known_finding_neither_counts_nor_ends_the_search() {
    let server = reflecting();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.toml");
    let baseline = ["--runs", "150", "--baseline", text(&file)];
    // There is no file yet.
    let ran = fuzz(&server, &baseline);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let update = [&baseline[..], &["--keep-going", "--update-baseline"]].concat();
    let ran = fuzz(&server, &update);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("write the reason"), "{ran:#?}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("\"fuzz/refused-anybody\""), "{written}");
    let ran = fuzz(&server, &baseline);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("say why"), "{ran:#?}");
    std::fs::write(
        &file,
        written.replace("reason = \"\"", "reason = \"It is old.\""),
    )
    .unwrap();
    let ran = fuzz(&server, &baseline);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("known to fail: It is old."), "{ran:#?}");
    assert!(
        ran.last_line().starts_with("fuzz: 150 sequences in "),
        "{ran:#?}"
    );
    assert!(ran.last_line().contains(" 0 findings, "), "{ran:#?}");
    // Nothing is added twice.
    let ran = fuzz(&server, &update);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("stays as it is"), "{ran:#?}");
    // Where it is not found, the file is no less right.
    let right = behaving(Behaviour::REFERENCE);
    let ran = fuzz(&right, &baseline);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn a_finding_is_an_event_with_how_it_was_found() {
    let ran = fuzz(&reflecting(), &["--runs", "100", "--report", "ndjson=-"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let events = events(&ran.stdout);
    let [Event::Run(run), Event::Case(case), Event::End(end)] = events.as_slice() else {
        panic!("{events:#?}")
    };
    assert_eq!(run.selected, 0);
    assert_eq!(case.id, "fuzz/refused-anybody");
    let found = case.found.as_ref().unwrap();
    assert!(found.confirmed && found.after > 0, "{found:#?}");
    let generated = end.generated.as_ref().unwrap();
    assert!(generated.requests > found.after, "{generated:#?}");
    assert_eq!(generated.times.len(), 1);
}

#[test]
fn advice_is_a_finding_that_counts_only_when_asked_for() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.vary_tokens = |_| Vec::new();
    }));
    let ran = fuzz(&server, &["--runs", "60"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("FAIL fuzz/vary (should)"), "{ran:#?}");
    let ran = fuzz(&server, &["--runs", "60", "--fail-on", "should"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
}
