//! Python: environments, and programs of its registry.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{needs, succeed};

/// The path of a program from PyPI, in exactly this version, kept below `target/tools`.
///
/// # Errors
///
/// There is no Python, or it cannot be installed.
pub(crate) fn program(package: &str, version: &str) -> anyhow::Result<PathBuf> {
    let folder = crate::root()
        .join("target/tools")
        .join(package)
        .join(version);
    let program = folder.join("bin").join(package);
    if !program.is_file() {
        environment(&folder, &[&format!("{package}=={version}")])?;
    }
    Ok(program)
}

/// Makes an environment with packages, or files of them.
///
/// # Errors
///
/// There is no Python, or one of them cannot be installed.
pub(crate) fn environment(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    needs("python3", "python3-venv")?;
    succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    succeed(pip.args(packages))
}
