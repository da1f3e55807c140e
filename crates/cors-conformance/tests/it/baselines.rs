//! Known failures: the file, what it forgives, and what makes it out of date.

use std::path::{Path, PathBuf};

use cors_testbed::Behaviour;
use tempfile::TempDir;

use crate::program::{Ran, command, finish, run, sample, text};
use crate::servers::{Listening, behaving, reflecting};

/// A folder for the file, whose name is the usual one.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cors-conformance.toml");
    (folder, file)
}

/// A server that allows whatever origin asks, and a file of its failures, each with its reason.
fn known() -> (Listening, TempDir, PathBuf) {
    let server = reflecting();
    let (folder, file) = folder();
    let ran = keep("init", &server, &file, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    change(
        &file,
        "reason = \"\"",
        "reason = \"an old client needs it\"",
    );
    change(
        &file,
        "# link = \"https://…\"",
        "link = \"https://bugs.example/1\"",
    );
    (server, folder, file)
}

/// Runs `baseline VERB` against a server.
fn keep(verb: &str, server: &Listening, file: &Path, more: &[&str]) -> Ran {
    let policy = text(&server.policy);
    let arguments = [
        "baseline",
        verb,
        &server.url,
        "--policy",
        policy,
        "--baseline",
        text(file),
    ];
    run(&[&arguments[..], &["-t", "origin/**"], more].concat())
}

/// Runs the same cases, all of which the file is about.
fn judge(server: &Listening, file: &Path, more: &[&str]) -> Ran {
    let policy = text(&server.policy);
    let arguments = [&server.url, "--policy", policy, "--baseline", text(file)];
    run(&[&arguments[..], &["-t", "origin/**"], more].concat())
}

fn change(file: &Path, from: &str, to: &str) {
    let before = std::fs::read_to_string(file).unwrap();
    assert!(before.contains(from), "{from} in {before}");
    std::fs::write(file, before.replace(from, to)).unwrap();
}

#[test]
fn known_failures_that_fail_in_the_recorded_way_are_0() {
    let (server, _folder, file) = known();
    let ran = judge(&server, &file, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(
        ran.stdout
            .contains("known to fail: an old client needs it (https://bugs.example/1)"),
        "{ran:#?}"
    );
    // Advice counts with --fail-on should only, and is not recorded otherwise.
    assert!(!ran.stdout.contains("(must)"), "{ran:#?}");
    assert!(!ran.last_line().contains(" 0 failed"), "{ran:#?}");
    // Two runs at other ports fail in the same way.
    let ran = judge(&reflecting(), &file, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn the_file_in_the_current_folder_is_used() {
    let (server, folder, _file) = known();
    let policy = text(&server.policy);
    let mut command = command(&[&server.url, "--policy", policy, "-t", "origin/**"]);
    command.current_dir(folder.path());
    let ran = finish(command);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn a_failure_that_is_not_known_is_1_whatever_else_is_out_of_date() {
    let (server, _folder, file) = known();
    let ran = judge(&server, &file, &["-t", "null-origin/**"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    change(
        &file,
        "wanted refused, got shared",
        "wanted shared, got refused",
    );
    let ran = judge(&server, &file, &["-t", "null-origin/**"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("out of date: "), "{ran:#?}");
}

#[test]
fn a_known_failure_that_passes_is_5_until_it_is_pruned() {
    let (_server, _folder, file) = known();
    change(&file, "[[known]]", "# kept\n[[known]]");
    let right = behaving(Behaviour::REFERENCE);
    let ran = judge(&right, &file, &[]);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    assert!(ran.stdout.contains(" passes: take it out"), "{ran:#?}");
    assert!(ran.stdout.contains("cors-conformance.toml:"), "{ran:#?}");

    let ran = keep("prune", &right, &file, &[]);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    let left = std::fs::read_to_string(&file).unwrap();
    assert!(
        !left.contains("[[known]]") && left.contains("# kept"),
        "{left}"
    );
    assert_eq!(judge(&right, &file, &[]).code, Some(0));
}

#[test]
fn a_changed_fingerprint_is_5() {
    let (server, _folder, file) = known();
    change(
        &file,
        "wanted refused, got shared",
        "wanted shared, got refused",
    );
    let ran = judge(&server, &file, &[]);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    assert!(ran.stdout.contains("fails in another way"), "{ran:#?}");
}

/// A file about the cases of the tests alone, of which a run leaves none out.
fn sample_file(server: &Listening, entry: &str) -> (TempDir, PathBuf) {
    let (folder, file) = folder();
    let known = format!("[[known]]\n{entry}reason = \"because\"\n");
    std::fs::write(&file, known).unwrap();
    let ran = sample(server, &["--baseline", text(&file)]);
    assert_ne!(ran.code, Some(2), "{ran:#?}");
    (folder, file)
}

#[test]
fn a_changed_count_and_an_entry_without_use_are_5_in_a_whole_run() {
    let server = reflecting();
    let whole = |file: &Path| {
        let policy = text(&server.policy);
        run(&[&server.url, "--policy", policy, "--baseline", text(file)])
    };
    let (_folder, file) = folder();
    let policy = text(&server.policy);
    let init = run(&[
        "baseline",
        "init",
        &server.url,
        "--policy",
        policy,
        "--baseline",
        text(&file),
    ]);
    assert_eq!(init.code, Some(0), "{init:#?}");
    change(&file, "reason = \"\"", "reason = \"because\"");
    assert_eq!(whole(&file).code, Some(0));

    let counted = std::fs::read_to_string(&file).unwrap();
    let line = counted
        .lines()
        .find(|line| line.starts_with("count = "))
        .unwrap();
    std::fs::write(&file, counted.replacen(line, "count = 9999", 1)).unwrap();
    let ran = whole(&file);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    assert!(
        ran.stdout.contains("recorded is the count 9999"),
        "{ran:#?}"
    );
    let corrected = [
        "baseline",
        "prune",
        &server.url,
        "--policy",
        policy,
        "--baseline",
        text(&file),
    ];
    assert_eq!(run(&corrected).code, Some(5));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), counted);

    for (case, said) in [
        ("pattern/foreign", "it is not used"),
        (
            "origin/no-such-case",
            "there is no case origin/no-such-case",
        ),
    ] {
        let more = format!(
            "\n[[known]]\ncases = [\"{case}\"]\nfails = \"blocked\"\ncount = 1\nreason = \"x\"\n"
        );
        std::fs::write(&file, format!("{counted}{more}")).unwrap();
        let ran = whole(&file);
        assert_eq!(ran.code, Some(5), "{ran:#?}");
        assert!(ran.stdout.contains(said), "{ran:#?}");
    }
}

#[test]
fn a_run_of_some_cases_says_nothing_about_the_others() {
    let server = behaving(Behaviour::REFERENCE);
    let entry = "cases = [\"origin/allowed\"]\nfails = \"blocked\"\ncount = 1\n";
    let (_folder, file) = sample_file(&server, entry);
    let ran = sample(&server, &["--baseline", text(&file)]);
    assert!(!ran.stdout.contains("out of date"), "{ran:#?}");
}

#[test]
fn a_file_is_never_written_over_by_init() {
    let (server, _folder, file) = known();
    let before = std::fs::read_to_string(&file).unwrap();
    let ran = keep("init", &server, &file, &[]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("prune"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn what_cannot_be_used_is_2_with_file_line_and_field() {
    let server = behaving(Behaviour::REFERENCE);
    let (_folder, file) = folder();
    let right =
        "[[known]]\ncases = [\"origin/*\"]\nfails = \"blocked\"\ncount = 1\nreason = \"x\"\n";
    for (from, to, said) in [
        (
            "reason = \"x\"",
            "reason = \"\"",
            ":5: known[0].reason: it is empty",
        ),
        ("reason = \"x\"\n", "", "missing field `reason`"),
        ("count = 1", "count = 0", ":4: known[0].count: it is 0"),
        ("count = 1", "count = \"1\"", ":4: "),
        ("\"blocked\"", "\" \"", ":3: known[0].fails: it is empty"),
        ("[\"origin/*\"]", "[]", ":2: known[0].cases: it is empty"),
        (
            "\"origin/*\"",
            "\"tag:state\"",
            ":2: known[0].cases: expected an id",
        ),
        (
            "\"origin/*\"",
            "\"origin/*\", \"origin/foreign\"",
            "is known from line 2 already",
        ),
        (
            "reason",
            "link = \"mailto:x\"\nreason",
            ":5: known[0].link: expected an http",
        ),
        ("reason", "colour = 1\nreason", ":5: "),
        ("[[known]]", "[[known]", ":1: "),
    ] {
        std::fs::write(&file, right.replacen(from, to, 1)).unwrap();
        let name = text(&file);
        let ran = run(&["baseline", "check", "--baseline", name]);
        assert_eq!(ran.code, Some(2), "{to}: {ran:#?}");
        assert!(
            ran.stderr.contains(name) && ran.stderr.contains(said),
            "{said}: {ran:#?}"
        );
    }
    // A run refuses it in the same way.
    std::fs::write(&file, right.replace("\"x\"", "\"\"")).unwrap();
    let ran = judge(&server, &file, &[]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains(":5: known[0].reason"), "{ran:#?}");
    std::fs::write(&file, right).unwrap();
    let ran = run(&["baseline", "check", "--baseline", text(&file)]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    std::fs::write(&file, right.replace("origin/*", "origin/gone")).unwrap();
    let ran = run(&["baseline", "check", "--baseline", text(&file)]);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    for arguments in [["baseline", "check"], ["baseline", "prune"]] {
        let ran = run(&[&arguments[..], &["--baseline", "/no/such/file"]].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("/no/such/file"), "{ran:#?}");
    }
}

#[test]
fn nothing_is_written_of_a_target_that_is_not_there() {
    let (_folder, file) = folder();
    let ran = run(&[
        "baseline",
        "init",
        &crate::servers::nobody(),
        "--baseline",
        text(&file),
    ]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(!file.exists());
}
