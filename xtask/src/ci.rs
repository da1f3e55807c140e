//! `cargo xtask ci`: what a change must pass.
//!
//! The cheapest and most local step comes first, each is printed before it runs and what it took
//! afterwards, and the first failure ends the run. The hosted CI calls this and nothing else, so
//! that what it says can be had at home.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, bail};

use crate::processor_time;
use crate::tools::install_target;

/// The target without std for which cors-model must build.
const BARE: &str = "x86_64-unknown-none";

/// The target of web pages, for which what runs in one must build.
const WEB: &str = "wasm32-unknown-unknown";

/// The crates that must build for a web page.
const ON_THE_WEB: &[&str] = &["cors-policy", "cors-explain --features embedded"];

/// Which cases catch which faulty servers; `--update` after the same command writes it anew.
const KILL_MATRIX: &str = "crates/cors-conformance/tests/kill-matrix.txt";

/// One pair of so many of a faulty server and a policy is looked at: the same ones each time, and each
/// server under some policy.
const SAMPLE: u32 = 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out `cargo test --workspace`, which the caller has just run
    #[arg(long)]
    skip_tests: bool,
    /// Put the most telling agent cases to Chromium too, which has to be installed
    #[arg(long)]
    browser: bool,
}

/// Runs the steps.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    cargo("fmt --all --check", &[])?;
    xtask("invariants")?;
    xtask("spec check")?;
    xtask("vectors generate --check")?;
    cargo(
        "clippy --workspace --all-targets --locked -- -D warnings",
        &[],
    )?;
    if !args.skip_tests {
        // The examples in the documentation included.
        cargo("test --workspace --locked", &[])?;
    }
    xtask("invariants --fresh")?;
    xtask("recipes")?;
    xtask("package --quick")?;
    xtask("package --oldest")?;
    xtask("api")?;
    cargo(
        "doc --workspace --no-deps --document-private-items --locked",
        &[("RUSTDOCFLAGS", "-Dwarnings")],
    )?;
    install_target(BARE)?;
    cargo(
        &format!("check --package cors-model --target {BARE} --locked"),
        &[],
    )?;
    // As it is when it is installed, apart from the case files.
    cargo(
        "test --package cors-vectors --features embedded --locked",
        &[],
    )?;
    install_target(WEB)?;
    for package in ON_THE_WEB {
        cargo(
            &format!("check --package {package} --target {WEB} --locked"),
            &[],
        )?;
    }
    xtask("conformance")?;
    xtask("conformance agent model")?;
    xtask("vectors coverage --brief")?;
    xtask("languages --available")?;
    xtask(&format!("conformance self-test --snapshot {KILL_MATRIX}"))?;
    xtask(&format!(
        "conformance self-test --policies --sample {SAMPLE}"
    ))?;
    xtask("deny")?;
    xtask("chaos --runs 60")?;
    xtask("fuzz smoke")?;
    if args.browser {
        xtask("agents check chromium")?;
    }
    println!("ci: passed");
    Ok(ExitCode::SUCCESS)
}

/// Prints and runs a cargo command in the root of the workspace; `arguments` are split at spaces.
fn cargo(arguments: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut shown: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    shown.push(format!("cargo {arguments}"));
    let mut command = Command::new(crate::cargo());
    command.envs(environment.iter().copied());
    step(&shown.join(" "), command.args(arguments.split(' ')))
}

/// Prints and runs a command of this program.
fn xtask(arguments: &str) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("cannot find this program")?;
    step(
        &format!("cargo xtask {arguments}"),
        Command::new(program).args(arguments.split(' ')),
    )
}

/// Prints and runs a command in the root of the workspace, and says how long it took, which shows
/// where the time of the whole goes.
fn step(shown: &str, command: &mut Command) -> anyhow::Result<()> {
    println!("$ {shown}");
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a command takes is no part of any run"
    )]
    let started = Instant::now();
    let before = processor_time::of_ended_children();
    let status = command
        .current_dir(crate::root())
        .status()
        .with_context(|| format!("cannot start {shown}"))?;
    let elapsed = started.elapsed().as_secs_f64();
    // Not every system counts it.
    let processor = match (before, processor_time::of_ended_children()) {
        (Ok(before), Ok(after)) => {
            let used = after.saturating_sub(before).as_secs_f64();
            format!(", {used:.0} s of processor time")
        }
        _ => String::new(),
    };
    println!("{shown}: {elapsed:.0} s{processor}");
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}
