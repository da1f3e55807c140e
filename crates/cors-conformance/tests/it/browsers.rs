//! `agent` without a real browser: a shell script in its place. What real browsers and
//! emulators do is the business of `cargo xtask agents`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use cors_harness::event::{EndEvent, Event};

use crate::commands::Notes;
use crate::program::{Ran, command, finish};

/// A shell script of this name beside the notes.
fn script(notes: &Notes, name: &str, text: &str) -> PathBuf {
    let path = notes.file().with_file_name(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A run of some cases on an agent, with the report on standard output.
fn agent(name: &str) -> Command {
    command(&["agent", name, "-t", "methods/*", "--report", "ndjson=-"])
}

/// A script that says its version, notes its process group, and then does what is given. `$URL` is
/// the page's.
fn browser(notes: &Notes, does: &str) -> Command {
    let does = notes.taken(does);
    let text = format!(
        "if [ \"$1\" = --version ]; then echo 'Fake 1.0'; exit; fi\n\
         for URL; do :; done\n{does}"
    );
    let mut command = agent("chromium");
    command.env("CORS_CHROMIUM", script(notes, "browser", &text));
    command
}

/// The same in place of Node.js: it gets `-e SCRIPT -- NAME FOLDER`, and a URL once it has said its
/// version.
fn node(notes: &Notes, says: &str, does: &str) -> Command {
    let does = notes.taken(does);
    let text = format!("if [ $# -lt 6 ]; then {says}; exit; fi\n{does}");
    let mut command = agent("jsdom");
    command
        .env("CORS_NODE", script(notes, "node", &text))
        .env("CORS_EMULATORS", notes.file().parent().unwrap());
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
        let does = "trap '' INT TERM HUP; sleep 1000 & sleep 1000; sleep 1000";
        let ran = notes.interrupted(browser(&notes, does), signal);
        assert_eq!(ran.code, Some(7), "{signal}: {ran:#?}");
        assert_eq!(end(&ran).reason.as_deref(), Some("stopped by hand"));
        notes.assert_nothing_is_left();
    }
}

#[test]
fn a_browser_that_is_asked_for_its_version_is_ended_too() {
    let notes = Notes::new();
    let says = notes.taken("sleep 1000 & sleep 0.5; echo 'Fake 1.0'; sleep 1000");
    let mut command = agent("chromium");
    command.env("CORS_CHROMIUM", script(&notes, "slow", &says));
    let ran = notes.interrupted(command, "INT");
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    notes.assert_nothing_is_left();
}

#[test]
fn a_browser_that_does_not_start_leaves_nothing_behind() {
    // It is asked for its version, tells none, and leaves a process.
    let notes = Notes::new();
    let mute = notes.taken("sleep 1000 >/dev/null & exit 0");
    let mut command = agent("chromium");
    command.env("CORS_CHROMIUM", script(&notes, "mute", &mute));
    let ran = finish(command);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stderr.contains("does not tell its version"), "{ran:#?}");
    notes.assert_nothing_is_left();

    // It tells its version, and then it is no program any more.
    let notes = Notes::new();
    let own = notes.file().with_file_name("browser");
    let vanishes = format!(
        "{}; chmod -x '{}'; echo 'Fake 1.0'",
        notes.taken(":"),
        own.display()
    );
    let mut command = agent("chromium");
    command.env("CORS_CHROMIUM", script(&notes, "browser", &vanishes));
    let ran = finish(command);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(
        ran.stderr.contains("Chromium cannot be started"),
        "{ran:#?}"
    );
    notes.assert_nothing_is_left();
}

#[test]
fn the_display_ends_with_the_browser() {
    let display = |notes: &Notes, does: &str| script(notes, "display", &notes.taken(does));
    let run = |notes: &Notes, display: PathBuf, does: &str| {
        let text = format!(
            "if [ \"$1\" = --version ]; then echo 'Fake 1.0'; exit; fi\n{}",
            notes.taken(does)
        );
        let mut command = agent("webkit");
        command
            .env("CORS_WEBKIT", script(notes, "browser", &text))
            .env("CORS_XVFB", display)
            .args(["-m", "0.3"]);
        finish(command)
    };
    let notes = Notes::new();
    let shows = display(&notes, "sleep 1000 & echo 7; sleep 1000");
    let ran = run(&notes, shows, "sleep 1000 & sleep 1000");
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    assert_eq!(notes.groups().len(), 2, "a display and a browser");
    notes.assert_nothing_is_left();

    let notes = Notes::new();
    let mute = display(&notes, "sleep 1000 >/dev/null & exit 1");
    let ran = run(&notes, mute, "exit 0");
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(
        ran.stderr.contains("Xvfb does not tell its display"),
        "{ran:#?}"
    );
    notes.assert_nothing_is_left();
}

#[test]
fn an_emulator_is_a_browser_like_any_other() {
    let notes = Notes::new();
    let does = "trap '' INT TERM HUP; sleep 1000 & sleep 1000; sleep 1000";
    let mut command = node(&notes, "echo 'jsdom 1.0 on a fake'", does);
    command.args(["-m", "0.3"]);
    let ran = finish(command);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    assert!(ran.stdout.contains("jsdom 1.0 on a fake"), "{ran:#?}");
    notes.assert_nothing_is_left();
}

#[test]
fn an_emulator_that_is_not_there_is_named() {
    let notes = Notes::new();
    let ran = finish(node(
        &notes,
        "echo \"error: Cannot find module 'jsdom'\"",
        ":",
    ));
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    for said in [
        "jsdom cannot be had from",
        "Cannot find module 'jsdom'",
        "cargo xtask agents install jsdom",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {ran:#?}");
    }
    let mut command = agent("happy-dom");
    command.env("CORS_NODE", "/nowhere/node");
    let ran = finish(command);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let said = "CORS_NODE names /nowhere/node, which is no file";
    assert!(ran.stderr.contains(said), "{ran:#?}");
}

#[test]
fn known_failures_that_no_longer_hold_are_out_of_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.toml");
    let path = path.to_str().unwrap();
    let text = |case: &str| {
        format!(
            "[[known]]\nname = 'a'\nspec = ['fetch#x']\n\
             reason = 'It does what it should not.'\ncases = ['{case}']\n"
        )
    };
    let run = |case: &str| {
        fs::write(path, text(case)).unwrap();
        finish(command(&[
            "agent",
            "model",
            "-t",
            "methods/*",
            "--baseline",
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
        passes
            .stdout
            .contains("methods/xhr-put passes: take it out"),
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
    // A client that fails at once is right wherever the API has to throw, which shows nothing, and
    // wrong elsewhere.
    let fails = run(r#"while read -r line; do echo '{"thrown": "TypeError"}'; done"#);
    assert_eq!(fails.code, Some(1), "{fails:#?}");
    let counts = end(&fails).counts;
    assert!(counts.blocked > 0 && counts.fail > 0, "{counts:?}");
    assert_eq!(counts.pass, 0, "{counts:?}");
    let skips = run(r#"while read -r line; do echo '{"skip": "no API"}'; done"#);
    assert_eq!(skips.code, Some(4), "{skips:#?}");
    let ends = run("sleep 1000 & exit 0");
    assert_eq!(ends.code, Some(3), "{ends:#?}");
    // One that answers with what it was asked.
    let echoes = run("cat");
    assert_eq!(echoes.code, Some(3), "{echoes:#?}");
    let said = end(&echoes).reason.unwrap();
    assert!(said.contains("expected one of `response`"), "{said}");
    let babbles = run("echo hello; sleep 1000");
    assert_eq!(babbles.code, Some(3), "{babbles:#?}");
    let said = end(&babbles).reason.unwrap();
    assert!(said.contains("\"hello\", which is no answer"), "{said}");
}
