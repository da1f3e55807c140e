//! Every input has a limit, and the error names it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Ran, command, finish, run, text};

/// What every policy needs beside its origins.
const OTHERS: &str = "allow_methods = [\"GET\"]\nallow_headers = []\nexpose_headers = []\n";

/// A file with this text, and its folder.
fn file(name: &str, holds: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, holds).unwrap();
    (folder, path)
}

/// The options by which something is read, each with its argument to come.
const READ: &[(&str, &[&str])] = &[
    ("a policy", &["list", "--policy"]),
    ("a file of cases", &["list", "--vectors"]),
    (
        "a file of known failures",
        &["baseline", "check", "--baseline"],
    ),
    (
        "a file of certificates",
        &["https://127.0.0.1:1/", "--cacert"],
    ),
    ("a record", &["report", "--out", "/dev/null"]),
    ("a file of exchanges", &["explain", "--har"]),
];

fn reading(options: &[&str], path: &Path) -> Ran {
    run(&[options, &[text(path)]].concat())
}

#[test]
fn what_does_not_end_is_read_up_to_a_limit() {
    for (what, options) in READ {
        // Too much to read in a test.
        if *what == "a file of exchanges" {
            continue;
        }
        let ran = reading(options, Path::new("/dev/zero"));
        assert_eq!(ran.code, Some(2), "{options:?}: {}", ran.stderr);
        let said = format!("which is the most for {what}");
        assert!(ran.stderr.contains(&said), "{options:?}: {}", ran.stderr);
    }
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for (_, options) in READ {
        let ran = reading(options, folder.path());
        assert_eq!(ran.code, Some(2), "{options:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{options:?}");
    }
}

#[test]
fn a_pipe_is_read_and_one_that_nobody_writes_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let ran = reading(&["list", "--policy"], &pipe);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("did not end within 10 s"),
        "{}",
        ran.stderr
    );
    // As a shell's `<(…)` makes them.
    let program = command(&["list", "--policy", text(&pipe), "-t", "origin/allowed"]);
    let mut sh = Command::new("sh");
    let script = format!(
        "printf '%s' \"$POLICY\" > '{}' & exec \"$0\" \"$@\"",
        pipe.display()
    );
    sh.args(["-c", &script]).arg(program.get_program());
    sh.args(program.get_args());
    sh.env(
        "POLICY",
        format!("allow_origins = [\"https://a.example\"]\n{OTHERS}"),
    );
    let ran = finish(sh);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("origin/allowed"), "{}", ran.stdout);
}

#[test]
fn depth_has_a_limit() {
    let nested = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    let (_folder, policy) = file("p.toml", &format!("allow_origins = {}", nested("[", "]")));
    let (_other, cases) = file(
        "c.json",
        &format!(
            "{{\"area\":\"c\",\"about\":\"x\",\"cases\":{}}}",
            nested("[", "]")
        ),
    );
    let (_third, known) = file(
        "k.toml",
        &format!("[{}]\nx = 1", vec!["a"; 100_000].join(".")),
    );
    for (options, path) in [
        (&["list", "--policy"][..], &policy),
        (&["list", "--vectors"], &cases),
        (&["baseline", "check", "--baseline"], &known),
    ] {
        let ran = reading(options, path);
        assert_eq!(ran.code, Some(2), "{options:?}: {}", ran.stderr);
        assert!(ran.stderr.len() < 1000, "{options:?}: {}", ran.stderr);
    }
}

#[test]
fn counts_have_a_limit() {
    let entry = "[[known]]\ncases = [\"origin/allowed\"]\nreason = \"x\"\n";
    let (_folder, entries) = file("k.toml", &entry.repeat(10_001));
    let ids = vec!["\"origin/allowed\""; 10_001].join(",");
    let (_other, cases) = file(
        "k.toml",
        &format!("[[known]]\ncases = [{ids}]\nreason = \"x\"\n"),
    );
    for (path, words) in [
        (&entries, "it has more than 10000 entries"),
        (&cases, "it has more than 10000 cases in an entry"),
    ] {
        let ran = reading(&["baseline", "check", "--baseline"], path);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10_001 {
        std::fs::create_dir(folder.path().join(number.to_string())).unwrap();
    }
    let ran = reading(&["list", "--vectors"], folder.path());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let words = "it has more than 10000 files and folders";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
}

#[test]
fn globs_have_a_limit() {
    let braces = ["{a,".repeat(100_000), "}".repeat(100_000)].concat();
    let known = format!("[[known]]\ncases = [\"{braces}\"]\ncount = 1\nreason = \"x\"\n");
    let (_folder, known) = file("k.toml", &known);
    let by_file = reading(&["baseline", "check", "--baseline"], &known);
    let by_argument = run(&["list", "-t", braces.get(..60_000).unwrap()]);
    for ran in [by_file, by_argument] {
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let words = "a selector has at most 4096 bytes, and 32 opening braces";
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
        assert!(ran.stderr.len() < 1000, "{}", ran.stderr);
    }
}

#[test]
fn many_mistakes_are_counted() {
    // One field is missing in each.
    let rule = "[[rules]]\nallow_origins = [\"https://a.example\"]\nallow_methods = []\n\
                allow_headers = []\n";
    let (_folder, policy) = file("p.toml", &rule.repeat(900));
    let ran = reading(&["list", "--policy"], &policy);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("and 850 more"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("p.toml:197: field `rules[49]"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_file_of_known_failures_in_the_folder_has_the_same_limits() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("cors-conformance.toml");
    for to in ["/dev/zero", "/", "/nowhere"] {
        std::os::unix::fs::symlink(to, &link).unwrap();
        let mut program = command(&["-t", "origin/allowed"]);
        program.current_dir(folder.path());
        let ran = finish(program);
        let expected = if to == "/nowhere" { 0 } else { 2 };
        assert_eq!(ran.code, Some(expected), "{to}: {}", ran.stderr);
        std::fs::remove_file(&link).unwrap();
    }
}

#[test]
fn a_policy_of_many_origins_is_read() {
    let mut origins = String::from("allow_origins = [\n");
    for number in 0..300_000 {
        writeln!(origins, "  \"https://h{number}.example\",").unwrap();
    }
    let (_folder, policy) = file("p.toml", &format!("{origins}]\n{OTHERS}"));
    // All cases: work for each case that grew with the list would not end in the time that `run` has.
    let policy = text(&policy);
    let ran = run(&["list", "--policy", policy]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // Nobody answers, which is seen when all cases are filled.
    let ran = run(&[
        "http://127.0.0.1:1/",
        "--policy",
        policy,
        "--fail-on",
        "should",
    ]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
}

#[test]
fn policies_have_limits() {
    let list = |count: usize, entry: &dyn Fn(usize) -> String| {
        let entries: Vec<String> = (0..count).map(entry).collect();
        entries.join(",")
    };
    let named = |field: &str, names: &str| {
        let fields = [
            "allow_origins",
            "allow_methods",
            "allow_headers",
            "expose_headers",
        ];
        let line = |one: &&str| format!("{one} = [{}]\n", if *one == field { names } else { "" });
        fields.iter().map(line).collect::<String>()
    };
    let rule = "[[rules]]\nallow_origins = []\nallow_methods = []\nallow_headers = []\n\
                expose_headers = []\n";
    let patterns = |count| list(count, &|number| format!("\"https://*.h{number}.example\""));
    let names = |count| list(count, &|number| format!("\"x-{number}\""));
    let examples = |count| {
        list(count, &|number| {
            format!("{{allowed = [\"https://h{number}.example\"]}}")
        })
    };
    for (most, more, words) in [
        (
            named("allow_origins", &patterns(1000)),
            named("allow_origins", &patterns(1001)),
            "field `allow_origins`: 1001 patterns in all rules: expected at most 1000",
        ),
        (
            named("allow_headers", &names(1000)),
            named("allow_headers", &names(1001)),
            "field `allow_headers`: 1001 names: expected at most 1000",
        ),
        (
            named("allow_origins", &examples(1000)),
            named("allow_origins", &examples(1001)),
            "field `allow_origins`: 1001 examples in all rules: expected at most 1000",
        ),
        (
            rule.repeat(999),
            rule.repeat(1000),
            "field `rules`: 1001 rules and resources: expected at most 1000",
        ),
    ] {
        let (_folder, policy) = file("p.toml", &most);
        let ran = run(&["list", "--policy", text(&policy), "-t", "origin/allowed"]);
        assert_eq!(ran.code, Some(0), "{words}: {}", ran.stderr);
        let (_folder, policy) = file("p.toml", &more);
        let ran = reading(&["list", "--policy"], &policy);
        assert_eq!(ran.code, Some(2), "{words}");
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}
