//! Programs of others that a command of ours needs: installed when they are missing, and kept
//! under `target/tools`, so that nothing outside this checkout changes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

/// The path of a program from the Rust registry, in exactly this version.
///
/// It is built without optimisations: building is what takes the time, not running.
///
/// # Errors
///
/// Cargo cannot install it.
pub(crate) fn program(package: &str, version: &str) -> anyhow::Result<PathBuf> {
    let folder = crate::root().join("target/tools").join(version);
    let program = folder.join("bin").join(package);
    if program.is_file() {
        return Ok(program);
    }
    println!("{package} {version} is not there yet: it is built, which takes minutes");
    let status = Command::new(crate::cargo())
        .args(["install", "--quiet", "--locked", "--debug", "--version"])
        .args([version, package, "--root"])
        .arg(&folder)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo install {package} --version {version}: {status}");
    }
    Ok(program)
}
