//! What is printed, and the stream of events.

use std::process::Stdio;

use cors_harness::event::{Counts, Event, Mode};
use cors_report::terminal::{Terminal, Verbosity};
use cors_testbed::Behaviour;
use cors_text::terminal::shown_width;
use cors_vectors::server::Level;

use crate::program::{Ran, SAMPLE, command, events, finish, run, sample, sample_command, text};
use crate::servers::{Listening, behaving, reflecting};

/// The output with what differs between runs put aside.
fn stable(ran: &Ran, server: &Listening) -> String {
    let (scheme_and_address, _) = server.url.rsplit_once('/').unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let text = ran
        .stdout
        .replace(scheme_and_address, "http://127.0.0.1:PORT")
        .replace(text(&server.policy), "cors.toml")
        .replace(SAMPLE, "sample.json")
        .replace(
            &format!("cors-conformance {version}"),
            "cors-conformance VERSION",
        )
        .replace(
            &format!("cors-conformance/{version}"),
            "cors-conformance/VERSION",
        );
    let dated = |line: &&str| line.trim_start().starts_with("< date: ");
    let lines: Vec<&str> = text.lines().filter(|line| !dated(line)).collect();
    lines.join("\n")
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
    let server = reflecting();
    let piped = sample(&server, &["-vv"]);
    assert!(!piped.stdout.contains('\u{1b}'), "{}", piped.stdout);
    assert!(!piped.stderr.contains('\u{1b}'), "{}", piped.stderr);

    let coloured = sample(&server, &["-vv", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{}", coloured.stdout);

    let mut asked = sample_command(&server, &["-vv"]);
    asked.env("NO_COLOR", "1");
    assert!(!finish(asked).stdout.contains('\u{1b}'));
}

#[test]
fn the_events_partition_what_was_selected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let report = format!("ndjson={}", text(&file));
    let ran = sample(&reflecting(), &["--report", &report]);
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
    assert_eq!(first.subject.mode(), Some(Mode::Policy));
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
    let server = behaving(Behaviour::REFERENCE);
    let ran = sample(&server, &["--report", "ndjson=-"]);
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
    let server = reflecting();
    let ran = sample(&server, &["-t", "sample/suffix"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    insta::assert_snapshot!(stable(&ran, &server));
}

#[test]
fn a_missing_permission_explains_itself() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.match_method = |_| false;
    }));
    let ran = sample(
        &server,
        &["-t", "sample/allowed-method", "--unsafe-methods"],
    );
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    insta::assert_snapshot!(stable(&ran, &server));
}

#[test]
fn listing_names_each_case_once() {
    let ran = run(&["list", "--vectors", SAMPLE]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let mut ids: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(ids.len() >= 6, "{ran:#?}");
    let listed = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), listed);
    let one = run(&["list", "--vectors", SAMPLE, "-t", "sample/suffix"]);
    let line = "sample/suffix  must  A host that merely ends in an allowed host is refused\n";
    assert_eq!(one.stdout, line);
}

#[test]
fn listing_says_what_a_policy_leaves_out_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cors.toml");
    let policy = "allow_origins = [\"http://localhost:*\"]\nallow_methods = []\n\
                  allow_headers = []\nexpose_headers = []\n";
    std::fs::write(&file, policy).unwrap();
    let list = |case: &str| {
        let ran = run(&["list", "--policy", text(&file), "-t", case]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        ran.stdout
    };
    let counts = |run, meaningless, skipped| {
        format!(
            "list: 1 cases: {run} run, {meaningless} do not apply to the policy, {skipped} skipped\n"
        )
    };
    let runs = list("origin/allowed");
    assert!(runs.ends_with(&counts(1, 0, 0)), "{runs}");
    let meaningless = list("credentials/allowed");
    assert!(
        meaningless.contains("does not apply: only when the policy allows credentials")
            && meaningless.ends_with(&counts(0, 1, 0)),
        "{meaningless}"
    );
    let skipped = list("errors/not-found");
    assert!(
        skipped.contains(
            "skipped: the policy names no path that answers 404 (`missing` under [endpoints])"
        ) && skipped.ends_with(&counts(0, 0, 1)),
        "{skipped}"
    );
}

#[test]
fn listing_names_cases_of_both_kinds() {
    let lines = |arguments: &[&str]| -> Vec<String> {
        let ran = run(&[&["list"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        ran.stdout.lines().map(str::to_owned).collect()
    };
    let (all, servers, agents) = (
        lines(&[]),
        lines(&["--kind", "server"]),
        lines(&["--kind", "agent"]),
    );
    assert_eq!(all, [servers.clone(), agents.clone()].concat());
    assert!(servers.len() > 300 && agents.len() > 2_500);
    assert!(servers.iter().any(|line| line.starts_with("origin/")));
    let star = lines(&["-t", "cors-check/include-wildcard"]);
    assert!(star[0].starts_with("cors-check/include-wildcard  agent  "));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new-area.json");
    let case = r#"{"area": "new-area", "about": "About.", "cases": [{"id": "new-area/new",
        "title": "Title.", "spec": ["fetch#concept-cors-check/3"], "fetches": [{}],
        "server": [{"headers": [["Access-Control-Allow-Origin", "*"]]}],
        "expect": {"requests": [{"kind": "actual", "origin": "page"}],
                   "outcomes": [{"type": "cors", "status": 200}]}}]}"#;
    std::fs::write(&file, case).unwrap();
    let new = lines(&["--vectors", file.to_str().unwrap(), "-t", "new-area/new"]);
    let line = "new-area/new  agent  Title.  not yet recorded of chromium, firefox, webkit";
    assert_eq!(new, [line]);
}

/// Whether a line may be wider than the terminal: it is of a request, a response, a command or a
/// citation, which are compared by eye or copied, or has no blank to break it at.
fn may_be_wide(line: &str, section: &str) -> bool {
    let words = line.trim_start();
    ["request", "response", "reproduce", "docs"].contains(&section)
        || words.split(' ').any(|word| word.len() > 50)
        || !words.contains(' ')
}

#[test]
fn a_failing_run_fits_the_terminal() {
    let refusing = behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| false;
    }));
    let folder = tempfile::tempdir().unwrap();
    for (number, server) in [reflecting(), refusing].iter().enumerate() {
        let file = folder.path().join(format!("{number}.ndjson"));
        let report = format!("ndjson={}", text(&file));
        let policy = text(&server.policy);
        let ran = run(&[
            &server.url,
            "--policy",
            policy,
            "--engines",
            "--report",
            &report,
        ]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let events: Vec<Event> = std::fs::read_to_string(&file)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for columns in [80, 120] {
            for verbosity in [Verbosity::Failures, Verbosity::Cases] {
                let mut terminal = Terminal::new(verbosity, Level::Must).within(columns);
                let mut sink = Vec::new();
                for event in &events {
                    terminal.event(&mut sink, event).unwrap();
                }
                let shown = String::from_utf8(sink).unwrap();
                let mut section = String::new();
                let mut wide = 0;
                for line in shown.lines() {
                    let plain = anstream::adapter::strip_str(line).to_string();
                    if plain.starts_with("  ") && !plain.starts_with("   ") {
                        section = plain
                            .split_whitespace()
                            .next()
                            .unwrap_or_default()
                            .to_owned();
                    } else if !plain.starts_with(' ') {
                        section.clear();
                    }
                    let width = shown_width(line);
                    wide += usize::from(width > columns - 12);
                    assert!(width <= columns || may_be_wide(&plain, &section), "{plain}");
                }
                assert!(wide > 10, "there is something to wrap: {shown}");
            }
        }
    }
}

#[test]
fn a_reader_of_a_list_that_has_seen_enough_is_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    let stated = "allow_origins = [\"https://app.example\"]\nallow_methods = []\nallow_headers = []\n\
                  expose_headers = []\n";
    std::fs::write(&policy, stated).unwrap();
    for more in [&[][..], &["--policy", policy.to_str().unwrap()]] {
        let mut child = command(&[&["list", "--kind", "server"], more].concat())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), &*stderr), (Some(0), ""), "{more:?}");
    }
}
