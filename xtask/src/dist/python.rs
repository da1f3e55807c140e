//! The wheel for Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::made::Platform;
use crate::python::program;
use crate::tools::succeed;

/// The version of maturin, which makes the wheel.
const MATURIN: &str = "1.16.0";

/// The folder of the package.
pub(super) fn folder() -> PathBuf {
    crate::root().join("crates/cors-conformance/python")
}

/// Makes the wheel.
pub(super) fn wheel(platform: Platform, out: &Path) -> anyhow::Result<PathBuf> {
    let mut build = Command::new(program("maturin", MATURIN)?);
    build
        .args(["build", "--target", platform.target, "--out"])
        .arg(out)
        .env("CARGO_TARGET_DIR", crate::root().join("target"))
        .current_dir(folder());
    succeed(&mut build)?;
    let files = std::fs::read_dir(out).context("cannot list the files")?;
    let mut files = files.flatten().map(|entry| entry.path());
    let wheel = files.find(|path| path.extension().is_some_and(|end| end == "whl"));
    wheel.context("maturin wrote no wheel")
}
