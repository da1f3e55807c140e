//! `explain` as people meet it: what they have at hand goes in, and what is said comes out.
//!
//! The files named after servers are what those servers answered, as `curl -v` showed it.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what goes wrong here is a failed test, with its place"
)]

mod engines;
mod refusals;
mod said;

use std::path::Path;
use std::process::{Command, Stdio};

/// What `explain` left behind.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs `explain` where the input files are.
fn explain(arguments: &[&str]) -> Ran {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/inputs");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors-conformance"));
    command.arg("explain").args(arguments).current_dir(inputs);
    for name in [
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is said about something that a browser refuses.
fn refused(arguments: &[&str]) -> String {
    let ran = explain(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    ran.stdout
}

/// What is said about something that a browser shares, or allows.
fn shared(arguments: &[&str]) -> String {
    let ran = explain(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    ran.stdout
}

/// What is said about something that cannot be explained.
fn unusable(arguments: &[&str]) -> String {
    let ran = explain(arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    ran.stderr
}
