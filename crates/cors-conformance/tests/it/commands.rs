//! `--cmd`: programs that keep to the contract, and those that break it in every way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use cors_harness::event::{Counts, EndEvent, Event, Mode, Outcome};

use crate::program::{Ran, command, events, finish, joined, run, text};

/// Looks before a wait is given up: a minute.
const LOOKS: u32 = 6000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The worked example in Rust, which Cargo builds along with the tests.
pub(crate) fn rust_example() -> String {
    built_example("cors_server")
}

/// A server of the testbed that answers twenty requests and crashes.
pub(crate) fn crashing_example() -> String {
    format!("CRASH_AFTER=20 {}", built_example("testbed_server"))
}

/// An example in Rust, which Cargo builds along with the tests.
pub(crate) fn built_example(name: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_cors-conformance"));
    let example = program.with_file_name("examples").join(name);
    assert!(
        example.exists(),
        "{} is missing: `cargo build -p cors-conformance --examples` makes it",
        example.display()
    );
    format!("'{}'", example.display())
}

fn example(name: &str) -> String {
    format!("'{}/examples/{name}'", env!("CARGO_MANIFEST_DIR"))
}

/// A folder in which a command notes the process groups that it was started as.
pub(crate) struct Notes {
    folder: tempfile::TempDir,
}

impl Notes {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("groups")
    }

    /// The command line with a note before it.
    pub(crate) fn taken(&self, line: &str) -> String {
        format!("echo $$ >> '{}'; {line}", self.file().display())
    }

    /// The groups that were noted, at least one.
    pub(crate) fn groups(&self) -> Vec<u32> {
        let noted = fs::read_to_string(self.file()).unwrap_or_default();
        noted.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// What comes of a run that gets this signal once it has started a process that notes its
    /// group.
    pub(crate) fn interrupted(&self, program: Command, signal: &str) -> Ran {
        let waiting = thread::spawn(move || finish(program));
        let group = (0..LOOKS).find_map(|_| {
            thread::sleep(BETWEEN_LOOKS);
            self.groups().first().copied()
        });
        // The program is the parent of the group's leader.
        let stat = fs::read_to_string(format!("/proc/{}/stat", group.unwrap())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let parent = rest.split(' ').nth(1).unwrap();
        let sent = Command::new("kill").args(["-s", signal, parent]).status();
        assert!(sent.unwrap().success());
        waiting.join().unwrap()
    }

    pub(crate) fn assert_nothing_is_left(&self) {
        let groups = self.groups();
        assert!(!groups.is_empty(), "the command was never started");
        let left = || -> Vec<_> {
            processes()
                .into_iter()
                .filter(|(_, group)| groups.contains(group))
                .collect()
        };
        // What was killed takes a moment to end; what was not sleeps far longer than this.
        let gone = (0..1_000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            left().is_empty()
        });
        assert!(gone, "(process, group) still there: {:?}", left());
    }
}

/// Process and group of whatever runs and is no zombie; nothing where the system does not tell.
fn processes() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let of = |path: PathBuf| {
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        // `PID (NAME) STATE PARENT GROUP …`; the name may hold anything.
        let (start, rest) = stat.rsplit_once(") ")?;
        let process = start.split(' ').next()?.parse().ok()?;
        let mut fields = rest.split(' ');
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        (state != "Z").then_some((process, group))
    };
    entries.filter_map(|entry| of(entry.ok()?.path())).collect()
}

/// Runs a command line, with its process groups noted, and sees that none is left.
fn started(line: &str, more: &[&str]) -> Ran {
    let notes = Notes::new();
    let line = notes.taken(line);
    let ran = run(&[&["--cmd", &line, "--report", "ndjson=-"], more].concat());
    notes.assert_nothing_is_left();
    ran
}

fn end(ran: &Ran) -> EndEvent {
    match ran.events().pop() {
        Some(Event::End(end)) => end,
        other => panic!("{other:?} in {ran:#?}"),
    }
}

/// That a run ended as not started, for this reason and with this in the log.
fn assert_not_started(ran: &Ran, reason: &str, log: &str) {
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let end = end(ran);
    assert!(end.reason.unwrap().contains(reason), "{ran:#?}");
    assert!(end.log.join("\n").contains(log), "{ran:#?}");
    let counts = Counts {
        unjudged: end.counts.unjudged,
        ..Counts::default()
    };
    assert_eq!((end.complete, end.counts), (false, counts), "{ran:#?}");
    // People are told on standard error here, since the stream is on standard output.
    assert!(ran.stderr.contains(log), "{ran:#?}");
}

fn assert_clean(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let end = end(ran);
    let counts = end.counts;
    assert!(end.complete && counts.pass > 0, "{counts:?}");
    assert_eq!((counts.fail, counts.error, counts.blocked), (0, 0, 0));
}

fn outcome(ran: &Ran, id: &str) -> (Outcome, String) {
    let found = ran.events().into_iter().find_map(|event| match event {
        Event::Case(case) if case.id == id => Some(*case),
        Event::Run(_) | Event::Note(_) | Event::Case(_) | Event::End(_) => None,
    });
    let case = found.unwrap();
    (case.outcome, case.reason.unwrap_or_default())
}

#[test]
fn the_example_in_rust_keeps_every_policy_that_it_takes_on() {
    let ran = started(&rust_example(), &["--fail-on", "should"]);
    assert_clean(&ran);
    assert!(matches!(&ran.events()[0], Event::Run(run) if run.subject.mode() == Some(Mode::Kit)));
    // It declares `missing` and not `redirect`, and says what it cannot express.
    assert_eq!(outcome(&ran, "errors/not-found").0, Outcome::Pass);
    let (outcome_of_redirect, reason) = outcome(&ran, "errors/redirect");
    assert_eq!(outcome_of_redirect, Outcome::Skip);
    assert!(reason.contains("redirect"), "{reason}");
    let (outcome_of_any, reason) = outcome(&ran, "credentials/any-method");
    assert_eq!(outcome_of_any, Outcome::Skip);
    assert!(reason.contains("a star means nothing"), "{reason}");
}

/// Runs a worked example when there is what it needs; else says what is missing.
#[expect(clippy::print_stdout, reason = "what is left out is said plainly")]
fn with_interpreter(interpreter: &str, name: &str) {
    let found = Command::new(interpreter)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        println!("not tested: {interpreter} is missing, which examples/{name} needs");
        return;
    }
    let line = format!("{interpreter} {}", example(name));
    assert_clean(&started(&line, &["--fail-on", "should"]));
}

#[test]
fn the_example_in_python_keeps_every_policy_that_it_takes_on() {
    with_interpreter("python3", "cors_server.py");
}

#[test]
fn the_example_in_node_keeps_every_policy_that_it_takes_on() {
    with_interpreter("node", "cors_server.mjs");
}

#[test]
fn an_unknown_command_is_not_started() {
    let ran = started("no-such-command-at-all", &[]);
    assert_not_started(&ran, "ended before it listened", "no-such-command-at-all");
}

#[test]
fn a_command_that_ends_at_once_is_shown_with_what_it_printed() {
    let ran = started("echo one; echo '\u{1b}[2Jno luck' >&2; exit 1", &[]);
    assert_not_started(&ran, "exit status: 1", "\\x1b[2Jno luck");
    assert_eq!(end(&ran).log.len(), 2);
    let people = run(&["--cmd", "echo no luck; exit 1"]);
    assert!(people.stdout.contains("it printed last:\n    no luck"));
    assert!(people.last_line().starts_with("conformance: 0 passed"));
}

#[test]
fn a_command_that_hangs_is_ended() {
    let ran = started("sleep 1000 & sleep 1000", &["--start-timeout", "0.2"]);
    assert_not_started(&ran, "does not listen", "");
}

#[test]
fn a_command_that_listens_too_late_is_ended() {
    let line = format!("sleep 1000 && {}", rust_example());
    let ran = started(&line, &["--start-timeout", "0.2"]);
    assert_not_started(&ran, "after 0.2 s", "");
    let line = format!("sleep 0.2 && {}", rust_example());
    assert_clean(&started(&line, &["-t", "origin/allowed"]));
}

#[test]
fn a_command_that_ignores_sigterm_is_killed() {
    // What it starts ignores the signal as well, and it waits for the example in vain.
    let ends = "wait $!; test $? = 64 && exit 64; sleep 1000";
    let line = format!("trap '' TERM; {} & {ends}", rust_example());
    assert_clean(&started(&line, &["-t", "origin/allowed"]));
}

#[test]
fn a_command_that_leaves_its_group_is_ended() {
    let notes = Notes::new();
    // The server is a daemon, and what was started waits for nothing of it.
    let daemon = notes.taken(&format!("exec {}", rust_example()));
    let folder = notes.file().with_file_name("daemon.sh");
    fs::write(&folder, daemon).unwrap();
    let line = format!("setsid sh '{}' & sleep 1000", folder.display());
    let ran = run(&[
        "--cmd",
        &line,
        "--report",
        "ndjson=-",
        "-t",
        "origin/allowed",
    ]);
    notes.assert_nothing_is_left();
    assert!(ran.code.is_some() && !ran.events().is_empty(), "{ran:#?}");
}

#[test]
fn a_policy_that_cannot_be_expressed_is_skipped_with_the_reason() {
    let ran = started("echo only; echo lists; exit 64", &["-t", "origin/*"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let end = end(&ran);
    assert!(end.complete && end.counts.skip == end.counts.total());
    let (_, reason) = outcome(&ran, "origin/allowed");
    assert!(
        reason.contains("the target cannot express it: only; lists"),
        "{reason}"
    );
}

/// What crashes on a policy that has more than lists of origins, subdomains and names.
const LISTS_ONLY: &str = r#"grep -qE '"(rules|resources|pattern)"|[-:][*]' "$CORS_POLICY" &&
    { echo no such form >&2; exit 1; }"#;

#[test]
fn a_policy_of_a_form_that_a_command_does_not_know_is_skipped() {
    let line = format!("{LISTS_ONLY}; FORMS= {}", built_example("testbed_server"));
    // Each of these policies has a form of its own.
    for (id, form) in [
        ("pattern/expression", "examples"),
        ("pattern/each-listed", "patterns"),
        ("pattern/any-port", "patterns"),
        ("request-headers/by-prefix", "header_prefixes"),
        ("several-rules/each-origin", "rules"),
        ("several-rules/written-path", "resources"),
    ] {
        let ran = started(&line, &["-t", id, "-t", "origin/allowed"]);
        assert_eq!(ran.code, Some(0), "{id}: {ran:#?}");
        let (skipped, reason) = outcome(&ran, id);
        assert_eq!(skipped, Outcome::Skip, "{id}: {ran:#?}");
        assert!(
            reason.contains(&format!("`forms: {form}`")),
            "{id}: {reason}"
        );
        assert_eq!(outcome(&ran, "origin/allowed").0, Outcome::Pass);
    }
    // A program that says that it knows the form, and crashes, fails.
    let line = format!("echo forms: examples; {line}");
    let ran = started(&line, &["-t", "pattern/expression"]);
    assert_not_started(&ran, "under the policy expressions", "no such form");
}

#[test]
fn a_form_that_there_is_none_of_is_named() {
    let ran = started("echo forms: rules sonnets; exit 64", &["-t", "origin/*"]);
    assert_not_started(&ran, "the form sonnets of policies", "sonnets");
    assert!(end(&ran).reason.unwrap().contains("header_prefixes"));
}

#[test]
fn a_command_that_takes_nonsense_is_not_believed() {
    let notes = Notes::new();
    let policy = notes.folder.path().join("fixed.json");
    let json = r#"{"allow_origins": "any", "allow_methods": [], "allow_headers": [], "expose_headers": []}"#;
    fs::write(&policy, json).unwrap();
    let line = notes.taken(&format!(
        "CORS_POLICY='{}' {}",
        text(&policy),
        rust_example()
    ));
    let ran = run(&["--cmd", &line, "--report", "ndjson=-"]);
    notes.assert_nothing_is_left();
    assert_not_started(
        &ran,
        "makes no sense must be answered with exit status 64",
        "endpoints:",
    );
}

#[test]
fn an_endpoint_that_there_is_none_of_is_named() {
    let line = format!("echo endpoints: missing teapot; {}", rust_example());
    let ran = started(&line, &["-t", "origin/*"]);
    assert_not_started(&ran, "the endpoint teapot", "teapot");
    assert!(end(&ran).reason.unwrap().contains("not_modified"));
}

#[test]
fn a_command_that_crashes_ends_the_run_with_what_was_judged() {
    let line = crashing_example();
    let selection = ["-j", "1", "-t", "origin/*"];
    let ran = started(&line, &selection);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let end = end(&ran);
    assert!(
        !end.complete && end.counts.pass > 0 && end.counts.unjudged > 0,
        "{end:?}"
    );
    assert_eq!((end.counts.fail, end.counts.error), (0, 0), "{end:?}");
    let reason = end.reason.unwrap();
    assert!(
        reason.contains("exit status: 9) instead of answering ")
            && reason.contains("/resource, under the policy "),
        "{reason}"
    );
    assert!(end.log.join("\n").contains("on purpose"), "{:?}", end.log);
    let judged = ran.events().len() - 2;
    assert_eq!(judged, end.counts.total() - end.counts.unjudged);
}

#[test]
fn a_command_is_ended_when_time_is_up() {
    let ran = started("sleep 1000", &["-m", "0.3"]);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    assert!(end(&ran).reason.unwrap().contains("took longer"));
}

#[test]
fn a_command_is_ended_when_the_user_interrupts() {
    for signal in ["INT", "TERM", "HUP"] {
        let notes = Notes::new();
        let line = notes.taken("sleep 1000 & sleep 1000");
        let program = command(&["--cmd", &line, "--report", "ndjson=-"]);
        let ran = notes.interrupted(program, signal);
        assert_eq!(ran.code, Some(7), "{signal}: {ran:#?}");
        assert!(matches!(events(&ran.stdout).last(), Some(Event::End(_))));
        notes.assert_nothing_is_left();
    }
}

#[test]
fn a_failure_says_how_to_run_the_command_again() {
    // It takes on another policy than it is given.
    let other = "sed s/https/http/ \"$CORS_POLICY\" > \"$CORS_POLICY.x\"";
    let line = format!("{other}; CORS_POLICY=\"$CORS_POLICY.x\" {}", rust_example());
    let ran = run(&["--cmd", &line, "-t", "origin/allowed"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let again = "reproduce cors-conformance --cmd ";
    assert!(joined(&ran.stdout).contains(again), "{ran:#?}");
    // The port will be another one: no curl line.
    assert!(!ran.stdout.contains("curl "), "{ran:#?}");
}
