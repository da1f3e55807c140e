//! `cargo xtask deny`: what the crates of others must not be, as `deny.toml` says.

use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::tools;

/// The version of cargo-deny.
const VERSION: &str = "0.20.2";

/// What cargo-deny says where the list of known vulnerabilities cannot be had.
const NO_LIST: &str = "failed to fetch advisory database";

/// What needs no network.
const OFFLINE: [&str; 3] = ["bans", "licenses", "sources"];

/// Runs the checks.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let program = if is_installed() {
        "cargo-deny".into()
    } else {
        tools::program("cargo-deny", VERSION)?
    };
    let check = |what: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["--locked", "check", "--hide-inclusion-graph"]);
        // Duplicates and licences that nothing has are no faults.
        command.args(["--allow", "duplicate", "--allow", "license-not-encountered"]);
        command.args(what).current_dir(crate::root());
        command
    };
    tools::succeed(&mut check(&OFFLINE))?;
    let output = check(&["advisories"]).output();
    let output = output.context("cannot start cargo-deny")?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        println!("deny: no crate has a known vulnerability");
    } else if text.contains(NO_LIST) {
        println!(
            "deny: vulnerabilities were left out: the list of them cannot be fetched from here"
        );
    } else {
        eprint!("{text}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether this machine has a cargo-deny, of whatever version.
fn is_installed() -> bool {
    let started = Command::new("cargo-deny").arg("--version").output();
    started.is_ok_and(|output| output.status.success())
}
