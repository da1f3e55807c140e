//! The wheel for Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::made::{TARGET, needs};
use crate::tools::succeed;

/// The version of maturin, which makes the wheel.
const MATURIN: &str = "maturin==1.16.0";

/// The folder of the package.
pub(super) fn folder() -> PathBuf {
    crate::root().join("crates/cors-conformance/python")
}

/// Makes the wheel.
pub(super) fn wheel(out: &Path) -> anyhow::Result<PathBuf> {
    let tools = crate::root().join("target/tools/python");
    if !tools.join("bin/maturin").is_file() {
        environment(&tools)?;
        install(&tools, &[MATURIN])?;
    }
    let mut build = Command::new(tools.join("bin/maturin"));
    build
        .args(["build", "--target", TARGET, "--out"])
        .arg(out)
        .env("CARGO_TARGET_DIR", crate::root().join("target"))
        .current_dir(folder());
    succeed(&mut build)?;
    let files = std::fs::read_dir(out).context("cannot list the files")?;
    let mut files = files.flatten().map(|entry| entry.path());
    let wheel = files.find(|path| path.extension().is_some_and(|end| end == "whl"));
    wheel.context("maturin wrote no wheel")
}

/// Makes an environment of Python.
pub(super) fn environment(folder: &Path) -> anyhow::Result<()> {
    needs("python3", "python3-venv")?;
    succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))
}

/// Installs packages, or files of them, into an environment.
pub(super) fn install(environment: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    succeed(pip.args(packages))
}
