//! `cargo xtask conformance ARGS`: the program, built in release mode, with the same arguments.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Context as _;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Arguments of cors-conformance; `--help` lists them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    args: Vec<OsString>,
}

/// Builds the program and runs it; its exit status is ours.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    start(&args.args)
}

/// The same for one of its subcommands.
pub(crate) fn program(subcommand: &str, args: &[OsString]) -> anyhow::Result<ExitCode> {
    let words = [OsString::from(subcommand)];
    start(&[words.as_slice(), args].concat())
}

/// The program, built when it is not, without what cargo says; arguments are added.
pub(crate) fn quiet() -> Command {
    let mut command = built();
    command.args(["--quiet", "--"]).current_dir(crate::root());
    command
}

fn built() -> Command {
    let mut command = Command::new(crate::cargo());
    command.args(["run", "--release", "--locked"]);
    command.args(["--package", "cors-conformance"]);
    command
}

fn start(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let status = built()
        .env("CORS_CONFORMANCE_INVOKED_AS", "cargo xtask conformance")
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(args)
        .status()
        .context("cannot start cargo")?;
    // No code means that a signal ended it: shells say 128 and more, which the program never does.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(128);
    Ok(ExitCode::from(code))
}
