//! The file of targets, runs after changes, and how much is printed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::{Ran, command, finish, run, sample, text};
use crate::servers::{POLICY, reflecting};
use crate::testbed::Serving;

/// Two servers, of which one repeats any origin, and a file that names both as targets.
struct Two {
    folder: TempDir,
    file: PathBuf,
    right: Serving,
    wrong: Serving,
}

impl Two {
    /// Starts them. The texts go before everything, behind the address of the right server, and to the
    /// end.
    fn start(before: &str, of_right: &str, end: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("cors.toml");
        fs::write(&policy, POLICY).unwrap();
        let right = Serving::start(&["--policy", text(&policy)]);
        let wrong = Serving::start(&["--policy", text(&policy), "--fault", "origin-reflected"]);
        let targets = format!(
            "{before}[options]\npolicy = \"cors.toml\"\ntest = [\"origin/foreign\"]\n\n\
             [[target]]\nname = \"right\"\nurl = \"{}\"\n{of_right}\n\
             [[target]]\nname = \"wrong\"\nurl = \"{}\"{end}",
            right.url, wrong.url
        );
        let file = folder.path().join("cors-conformance.toml");
        fs::write(&file, targets).unwrap();
        Self {
            folder,
            file,
            right,
            wrong,
        }
    }

    /// Runs the program in the folder of the file.
    fn run(&self, arguments: &[&str]) -> Ran {
        let mut program = command(arguments);
        program.current_dir(self.folder.path());
        finish(program)
    }
}

#[test]
fn the_targets_of_a_file_are_run_and_the_worst_end_counts() {
    let two = Two::start("", "", "\n");
    let ran = two.run(&[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    for part in [&two.right.url, &two.wrong.url, "FAIL origin/foreign"] {
        assert!(ran.stdout.contains(part), "{part}: {ran:#?}");
    }
    for name in ["target right:", "target wrong:"] {
        assert!(ran.stderr.contains(name), "{ran:#?}");
    }
    // The options of the file are in the line that makes the run again.
    assert!(
        ran.stdout.contains("--policy cors.toml -t origin/foreign"),
        "{ran:#?}"
    );
    let one = two.run(&["--target", "right", "-q"]);
    assert_eq!(one.code, Some(0), "{one:#?}");
    let expected = "conformance: 1 passed, 0 failed, 0 skipped\n";
    assert_eq!((one.stdout.as_str(), one.stderr.as_str()), (expected, ""));
    let unknown = two.run(&["--target", "rihgt"]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(
        unknown.stderr.contains("did you mean `right`?"),
        "{unknown:#?}"
    );
    let kept = two.run(&["baseline", "check"]);
    assert_eq!(kept.code, Some(0), "{kept:#?}");
}

#[test]
fn the_known_failures_of_a_target_are_written_and_pruned() {
    let two = Two::start("# Ours.\n", "baseline = \"right.toml\"\n", "");
    let (targets, file) = (fs::read_to_string(&two.file).unwrap(), &two.file);
    let refused = |arguments: &[&str], said: &str| {
        let ran = two.run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(said), "{ran:#?}");
    };
    refused(
        &["baseline", "init"],
        "name one of cors-conformance.toml with --target",
    );
    refused(
        &["baseline", "init", "--target", "wrnog"],
        "did you mean `wrong`?",
    );
    refused(
        &["baseline", "init", "--target", "wrong", "--watch"],
        "--watch",
    );
    // The file of the targets gets them where the target has none of its own; else that one does.
    for name in ["right", "wrong"] {
        let ran = two.run(&["baseline", "init", "--target", name]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
    let of_right = fs::read_to_string(two.folder.path().join("right.toml")).unwrap();
    assert!(!of_right.contains("[[known]]"), "{of_right}");
    let written = fs::read_to_string(file).unwrap();
    assert!(
        written.starts_with(&format!("{targets}\n\n[[known]]\n")),
        "{written}"
    );
    refused(
        &["baseline", "init", "--target", "wrong"],
        "known failures already",
    );
    let reason = written.replace("reason = \"\"", "reason = \"until May\"");
    fs::write(file, &reason).unwrap();
    let ran = two.run(&["--target", "wrong"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let ran = two.run(&["baseline", "prune", "--target", "wrong"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(fs::read_to_string(file).unwrap(), reason);
    // The server is fixed now: its known failures are removed, and the targets are kept.
    fs::write(file, reason.replace(&two.wrong.url, &two.right.url)).unwrap();
    let ran = two.run(&["baseline", "prune", "--target", "wrong"]);
    assert_eq!(ran.code, Some(5), "{ran:#?}");
    let left = fs::read_to_string(file).unwrap();
    assert!(
        left.contains("name = \"wrong\"") && !left.contains("[[known]]"),
        "{left}"
    );
}

#[test]
fn a_change_of_the_policy_runs_the_cases_again() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    fs::write(&policy, POLICY).unwrap();
    let server = Serving::start(&["--policy", text(&policy)]);
    // What is wrong is said, and waited for.
    fs::write(&policy, "allow_origins = 1").unwrap();
    let arguments = [
        &server.url,
        "--policy",
        text(&policy),
        "-t",
        "origin/foreign",
        "-q",
        "--watch",
    ];
    let mut program = command(&arguments);
    program.current_dir(folder.path());
    let mut program = program
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut notes = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut note = || notes.next().unwrap().unwrap();
    assert!(note().contains("cors.toml:1"));
    while !note().contains("watching 2 files") {}
    fs::write(&policy, POLICY).unwrap();
    while !note().contains("watching 2 files") {}
    let id = program.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = program.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout, "conformance: 1 passed, 0 failed, 0 skipped\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_wrong_path_is_no_pass_where_success_is_required() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    fs::write(&policy, POLICY).unwrap();
    let server = Serving::start(&["--policy", text(&policy)]);
    let url = server.url.replace("/resource", "/missing");
    let judged = run(&[&url, "--policy", text(&policy), "-t", "origin/foreign"]);
    assert!(
        judged.stdout.contains("note: the resource answers 404"),
        "{judged:#?}"
    );
    let arguments = [
        &url,
        "--policy",
        text(&policy),
        "-t",
        "origin/foreign",
        "--require-success",
    ];
    let required = run(&arguments);
    assert_eq!(required.code, Some(3), "{required:#?}");
    assert!(
        required
            .stdout
            .contains("404 to a plain GET: is the path right?"),
        "{required:#?}"
    );
}

#[test]
fn the_resource_is_asked_by_the_method_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    fs::write(&policy, POLICY).unwrap();
    let right = Serving::start(&["--policy", text(&policy)]);
    let stated = ["--policy", text(&policy), "--fail-on", "should", "-v"];
    let post = ["--method", "POST"];
    let by_get = run(&[&[right.url.as_str()], &stated[..]].concat());
    let by_post = run(&[&[right.url.as_str()], &stated[..], &post].concat());
    assert_eq!(by_post.code, Some(0), "{by_post:#?}");
    let withheld = "the POST request was not sent";
    assert!(by_get.stdout.contains(withheld), "{by_get:#?}");
    assert!(!by_post.stdout.contains(withheld), "{by_post:#?}");
    assert!(
        by_post.stdout.contains("the PUT request was not sent"),
        "{by_post:#?}"
    );
    // Without a policy as well, which is then learnt by that method.
    let learnt = run(&[&[right.url.as_str(), "-v"], &post[..]].concat());
    assert_eq!(learnt.code, Some(0), "{learnt:#?}");
    assert!(
        learnt.stdout.contains("Sent: a POST as a page"),
        "{learnt:#?}"
    );
    let wrong = Serving::start(&["--policy", text(&policy), "--fault", "origin-reflected"]);
    let ran = run(&[
        &[wrong.url.as_str(), "-t", "origin/foreign"],
        &stated[..],
        &post,
    ]
    .concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    // Without the line breaks of the output.
    let said = ran.stdout.replace('\\', "");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        " --method POST -t origin/foreign curl -i -g --path-as-is -X POST ",
        "> POST http",
    ] {
        assert!(said.contains(part), "{part}: {ran:#?}");
    }
}

#[test]
fn a_test_that_starts_the_program_says_how_it_is_run_again() {
    let server = reflecting();
    let policy = text(&server.policy);
    let mut program = command(&[&server.url, "--policy", policy, "-t", "origin/foreign"]);
    program.env("CORS_CONFORMANCE_REPRODUCE", "CORS_CASE={id} pytest x.py");
    let ran = finish(program);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let line = "  reproduce CORS_CASE=origin/foreign pytest x.py\n";
    assert!(ran.stdout.contains(line), "{ran:#?}");
    assert!(!ran.stdout.contains("curl"), "{ran:#?}");
}

#[test]
fn quiet_runs_print_the_last_line_alone() {
    let server = reflecting();
    let ran = sample(&server, &["-q"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:#?}");
    assert!(ran.last_line().starts_with("conformance: "), "{ran:#?}");
    let ran = run(&["-q", "-v"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    // Why nothing is judged is not left out.
    let ran = run(&["http://127.0.0.1:1/", "-q"]);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (Some(3), 2),
        "{ran:#?}"
    );
}

#[test]
fn every_command_heeds_colour() {
    let escape = "\u{1b}[";
    let explain = ["explain", "origin/foreign"];
    assert!(!run(&explain).stdout.contains(escape));
    assert!(
        run(&[&explain[..], &["--color", "always"]].concat())
            .stdout
            .contains(escape)
    );
    let mut forced = command(&explain);
    forced.env("CLICOLOR_FORCE", "1");
    assert!(finish(forced).stdout.contains(escape));
    let mut refused = command(&[&explain[..], &["--color", "never"]].concat());
    refused.env("CLICOLOR_FORCE", "1");
    assert!(!finish(refused).stdout.contains(escape));
}
