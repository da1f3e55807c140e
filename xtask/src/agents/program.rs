//! The program under the commands of agents.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

/// Runs the program, and gives its exit status.
pub(super) fn program(arguments: &[&str]) -> anyhow::Result<Option<i32>> {
    let mut command = Command::new(crate::cargo());
    command
        .args(["run", "--release", "--locked", "--quiet"])
        .args(["--package", "cors-conformance", "--"])
        .args(arguments)
        .current_dir(crate::root());
    println!("$ cargo xtask conformance {}", arguments.join(" "));
    Ok(command.status().context("cannot start cargo")?.code())
}

/// A path as an argument.
pub(super) fn shown(path: &Path) -> anyhow::Result<&str> {
    path.to_str()
        .context("the path of the checkout is not UTF-8")
}
