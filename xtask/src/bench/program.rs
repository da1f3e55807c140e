//! The program that is measured.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

/// The program, built as it is handed out: `--release` builds for the first verdict after a clone.
pub(super) fn built() -> anyhow::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| crate::root().join("target"), PathBuf::from);
    let status = Command::new(crate::cargo())
        .args(["build", "--profile", "dist", "--locked", "--quiet"])
        .args(["--package", "cors-conformance"])
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(crate::root())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the program cannot be built: {status}");
    }
    Ok(target.join("dist/cors-conformance"))
}
