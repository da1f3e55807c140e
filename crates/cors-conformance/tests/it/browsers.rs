//! `agent` with a browser that is none: a shell script in its place. What real browsers do is the
//! business of `cargo xtask agents`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use cors_agents::event::Event;
use cors_harness::event::EndEvent;

use crate::commands::Notes;
use crate::program::{Ran, command, finish};

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
const LOOKS: u32 = 1_000;

/// A script that says its version, notes its process group, and then does what is given. `$URL` is
/// the page's.
fn browser(notes: &Notes, does: &str) -> Command {
    let path = notes.file().with_file_name("browser");
    let does = notes.taken(does);
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Fake 1.0'; exit; fi\n\
         for URL; do :; done\n{does}\n"
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = command(&[
        "agent",
        "chromium",
        "-t",
        "methods/*",
        "--report",
        "ndjson=-",
    ]);
    command.env("CORS_CHROMIUM", path);
    command
}

fn end(ran: &Ran) -> EndEvent {
    let last = ran.stdout.lines().last().unwrap_or_default();
    match serde_json::from_str(last) {
        Ok(Event::End(end)) => end,
        other => panic!("{other:?} in {ran:#?}"),
    }
}

#[test]
fn a_browser_that_is_not_there_is_named() {
    let mut command = command(&["agent", "firefox"]);
    command.env("CORS_FIREFOX", "/nowhere/firefox");
    let ran = finish(command);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let said = "CORS_FIREFOX names /nowhere/firefox, which is no file";
    assert!(ran.stderr.contains(said), "{ran:#?}");
}

#[test]
fn a_browser_that_ends_by_itself_is_at_fault() {
    let notes = Notes::new();
    let ran = finish(browser(&notes, "sleep 1000 & exit 1"));
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let end = end(&ran);
    assert_eq!(end.reason.as_deref(), Some("the browser ended by itself"));
    assert_eq!(end.counts.unjudged, end.counts.total());
    notes.assert_nothing_is_left();
}

#[test]
fn a_browser_that_does_nothing_is_ended_when_time_is_up() {
    let notes = Notes::new();
    let mut command = browser(&notes, "trap '' TERM; sleep 1000 & sleep 1000; sleep 1000");
    command.args(["-m", "0.3"]);
    let ran = finish(command);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    assert!(!end(&ran).complete);
    notes.assert_nothing_is_left();
}

#[test]
fn a_browser_is_ended_when_the_user_interrupts() {
    for signal in ["INT", "TERM", "HUP"] {
        let notes = Notes::new();
        let program = browser(&notes, "sleep 1000 & sleep 1000");
        let waiting = thread::spawn(move || finish(program));
        let group = (0..LOOKS).find_map(|_| {
            thread::sleep(BETWEEN_LOOKS);
            notes.groups().first().copied()
        });
        let stat = fs::read_to_string(format!("/proc/{}/stat", group.unwrap())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let parent = rest.split(' ').nth(1).unwrap();
        let sent = Command::new("kill").args(["-s", signal, parent]).status();
        assert!(sent.unwrap().success());
        let ran = waiting.join().unwrap();
        assert_eq!(ran.code, Some(7), "{signal}: {ran:#?}");
        assert_eq!(end(&ran).reason.as_deref(), Some("stopped by hand"));
        notes.assert_nothing_is_left();
    }
}

#[test]
fn expectations_that_no_longer_hold_are_out_of_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let path = path.to_str().unwrap();
    let text = |case: &str| {
        format!(
            r#"{{ "agent": "chromium", "deviations": [{{ "name": "a", "spec": ["fetch#x"],
                  "reason": "It does what it should not.", "cases": ["{case}"] }}] }}"#
        )
    };
    let run = |case: &str| {
        fs::write(path, text(case)).unwrap();
        finish(command(&[
            "agent",
            "model",
            "-t",
            "methods/*",
            "--expectations",
            path,
        ]))
    };
    let unknown = run("methods/there-is-none");
    assert_eq!(unknown.code, Some(5), "{unknown:#?}");
    assert!(
        unknown.stderr.contains("methods/there-is-none"),
        "{unknown:#?}"
    );
    let passes = run("methods/xhr-put");
    assert_eq!(passes.code, Some(5), "{passes:#?}");
    assert!(
        passes.stdout.contains("no longer fail: methods/xhr-put"),
        "{passes:#?}"
    );
    let wild = run("methods/*");
    assert_eq!(wild.code, Some(2), "{wild:#?}");
}

#[test]
fn a_program_is_asked_line_by_line() {
    let run = |line: &str| {
        let notes = Notes::new();
        let line = notes.taken(line);
        let ran = finish(command(&[
            "agent",
            "--cmd",
            &line,
            "-t",
            "methods/*",
            "--report",
            "ndjson=-",
        ]));
        notes.assert_nothing_is_left();
        ran
    };
    // Whoever fails at once is right wherever the API has to throw, and wrong elsewhere.
    let fails = run(r#"while read -r line; do echo '{"thrown": "TypeError"}'; done"#);
    assert_eq!(fails.code, Some(1), "{fails:#?}");
    let counts = end(&fails).counts;
    assert!(counts.pass > 0 && counts.fail > 0, "{counts:?}");
    let skips = run(r#"while read -r line; do echo '{"skip": "no API"}'; done"#);
    assert_eq!(skips.code, Some(4), "{skips:#?}");
    let ends = run("sleep 1000 & exit 0");
    assert_eq!(ends.code, Some(3), "{ends:#?}");
    let babbles = run("echo hello; sleep 1000");
    assert_eq!(babbles.code, Some(3), "{babbles:#?}");
    let said = end(&babbles).reason.unwrap();
    assert!(said.contains("\"hello\", which is no answer"), "{said}");
}
