//! `cargo xtask ci`: what a change must pass.
//!
//! The cheapest and most local step comes first, each is printed before it runs, and the first
//! failure ends the run. The hosted CI calls this and nothing else, so that what it says can be
//! had at home.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

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
    println!("$ {}", shown.join(" "));
    let status = Command::new(crate::cargo())
        .args(arguments.split(' '))
        .envs(environment.iter().copied())
        .current_dir(crate::root())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo {arguments}: {status}");
    }
    Ok(())
}

/// Prints and runs a command of this program.
fn xtask(arguments: &str) -> anyhow::Result<()> {
    println!("$ cargo xtask {arguments}");
    let program = std::env::current_exe().context("cannot find this program")?;
    let status = Command::new(program)
        .args(arguments.split(' '))
        .current_dir(crate::root())
        .status()
        .context("cannot start this program again")?;
    if !status.success() {
        bail!("cargo xtask {arguments}: {status}");
    }
    Ok(())
}
