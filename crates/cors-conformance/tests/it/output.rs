//! What is printed, and the stream of events.

use cors_harness::event::{Counts, Event, Mode};
use cors_testbed::Behaviour;

use crate::program::{command, events, finish, run, text};
use crate::servers::behaving;

/// What differs between runs, put aside.
fn stable() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"(--policy )\S+", "${1}cors.toml"),
        (r"\d+ cases against", "N cases against"),
        (
            r"cors-conformance \d+\.\d+\.\d+",
            "cors-conformance VERSION",
        ),
    ]
}

#[test]
fn help() {
    let ran = run(&["--help"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn the_version_is_told() {
    let ran = run(&["--version"]);
    assert_eq!(
        ran.stdout,
        format!("cors-conformance {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_pipe_and_no_color_get_plain_text() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| true
    }));
    let arguments = [&server.url, "--policy", text(&server.policy), "-vv"];
    let piped = run(&arguments);
    assert!(!piped.stdout.contains('\u{1b}'), "{}", piped.stdout);
    assert!(!piped.stderr.contains('\u{1b}'), "{}", piped.stderr);

    let [url, policy, file, verbose] = arguments;
    let coloured = run(&[url, policy, file, verbose, "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{}", coloured.stdout);

    let mut asked = command(&arguments);
    asked.env("NO_COLOR", "1");
    assert!(!finish(asked).stdout.contains('\u{1b}'));
}

#[test]
fn the_events_partition_what_was_selected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| true
    }));
    let report = format!("ndjson={}", text(&file));
    let ran = run(&[
        &server.url,
        "--policy",
        text(&server.policy),
        "--report",
        &report,
    ]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");

    let events = events(&std::fs::read_to_string(&file).unwrap());
    let (first, rest) = events.split_first().unwrap();
    let (last, cases) = rest.split_last().unwrap();
    let Event::Run(first) = first else {
        panic!("{first:?}")
    };
    let Event::End(last) = last else {
        panic!("{last:?}")
    };
    assert_eq!(first.mode, Mode::Policy);
    let mut counts = Counts::default();
    for case in cases {
        let Event::Case(case) = case else {
            panic!("{case:?}")
        };
        counts.add(case.outcome);
    }
    assert_eq!(counts, last.counts);
    assert_eq!(counts.total(), first.selected);
    assert!(last.complete);
    assert_eq!(last.exit.code(), 1);
    let failed = counts.fail + counts.error;
    let skipped = counts.skip + counts.blocked;
    let said = format!(
        "conformance: {} passed, {failed} failed, {skipped} skipped",
        counts.pass
    );
    assert_eq!(ran.last_line(), said);
}

#[test]
fn a_stream_on_standard_output_is_alone_there() {
    let ran = run(&["--report", "ndjson=-"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(matches!(ran.events().last(), Some(Event::End(_))));
    assert!(
        ran.stderr
            .lines()
            .last()
            .unwrap()
            .starts_with("conformance: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_failure_explains_itself() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| true
    }));
    let case = "origin/suffix-lookalike";
    let ran = run(&[&server.url, "--policy", text(&server.policy), "-t", case]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    insta::with_settings!({ filters => stable() }, {
        insta::assert_snapshot!(ran.stdout);
    });
}

#[test]
fn listing_names_each_case_once() {
    let ran = run(&["list"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let mut ids: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(ids.len() > 10, "{ran:#?}");
    let listed = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), listed);
    let one = run(&["list", "-t", "origin/suffix-lookalike"]);
    assert_eq!(one.stdout.lines().count(), 1, "{one:#?}");
}
