//! What `cargo xtask` starts.
//!
//! `cargo xtask conformance` is the first thing that people run, and what it waits for is the
//! compiler. So it goes straight to the program, and the project's other commands with all that
//! they depend on (`xtask`) are built only when one of them is asked for. This package depends on
//! nothing.

#![expect(clippy::print_stderr, reason = "a command for people")]

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let package = if arguments
        .first()
        .is_some_and(|first| first == "conformance")
    {
        arguments.remove(0);
        "cors-conformance"
    } else {
        "xtask"
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let mut command = Command::new(cargo);
    command.args(["run", "--release", "--locked", "--package", package]);
    if package == "xtask" {
        command.arg("--quiet");
    } else {
        command.env("CORS_CONFORMANCE_INVOKED_AS", "cargo xtask conformance");
    }
    let status = command
        .args(["--manifest-path", root, "--"])
        .args(arguments)
        .status();
    match status {
        // No code means that a signal ended it: shells say 128 and more, which the program never
        // does.
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(128),
        ),
        Err(error) => {
            eprintln!("error: cannot start cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
