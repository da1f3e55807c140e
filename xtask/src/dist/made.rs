//! What is made and where, and what making it needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use cargo_metadata::Package;

use crate::tools::Missing;
use crate::workspace::metadata;

/// The target of the static program.
pub(super) const TARGET: &str = "x86_64-unknown-linux-musl";

/// The features of a program that is handed out.
pub(super) const FEATURES: &str = "embedded,pages";

/// What is made, and where.
#[derive(Debug)]
pub(super) struct Made {
    /// The crate of the program.
    pub(super) package: Package,
    /// Where the files are, and nothing else.
    pub(super) folder: PathBuf,
    /// The program.
    pub(super) program: PathBuf,
    /// The archive.
    pub(super) archive: PathBuf,
    /// The wheel; `None` when only the archive was asked for.
    pub(super) wheel: Option<PathBuf>,
    /// The packages for npm, that of the program last.
    pub(super) npm: Vec<PathBuf>,
}

/// The crate of the program.
pub(super) fn package() -> anyhow::Result<Package> {
    let mut packages = metadata()?.packages.into_iter();
    let found = packages.find(|package| package.name == "cors-conformance");
    found.context("there is no crate cors-conformance")
}

/// A folder with nothing in it.
pub(super) fn emptied(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))
}

/// Copies files by their names into a folder.
pub(super) fn copy(from: &Path, names: &[&str], to: &Path) -> anyhow::Result<()> {
    for name in names {
        let file = from.join(name);
        std::fs::copy(&file, to.join(name)).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}

/// Makes sure that a program can be started.
pub(super) fn needs(program: &str, packages: &str) -> anyhow::Result<()> {
    let started = Command::new(program).arg("--version").output();
    ensure!(
        started.is_ok(),
        Missing(format!("{program}; `apt-get install {packages}` on Debian"))
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = needs("cors-no-such-program", "nothing").unwrap_err();
        assert!(error.downcast_ref::<Missing>().is_some());
        assert!(error.to_string().contains("apt-get install nothing"));
    }
}
