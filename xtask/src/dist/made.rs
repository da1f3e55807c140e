//! What is made and where, and what making it needs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::Package;

use crate::workspace::metadata;

/// What a program is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Platform {
    /// The target of the compiler.
    pub(super) target: &'static str,
    /// What Node.js calls the system.
    pub(super) os: &'static str,
    /// What Node.js calls the processor.
    pub(super) cpu: &'static str,
}

/// What a release is made for. Each is made on a machine of its
/// kind. Not Windows: the program starts and ends others by process groups and signals.
pub(super) const PLATFORMS: &[Platform] = &[
    Platform {
        target: "x86_64-unknown-linux-musl",
        os: "linux",
        cpu: "x64",
    },
    Platform {
        target: "aarch64-unknown-linux-musl",
        os: "linux",
        cpu: "arm64",
    },
    Platform {
        target: "x86_64-apple-darwin",
        os: "darwin",
        cpu: "x64",
    },
    Platform {
        target: "aarch64-apple-darwin",
        os: "darwin",
        cpu: "arm64",
    },
];

impl Platform {
    /// The one of this target.
    pub(super) fn of(target: &str) -> Result<Self, String> {
        let found = PLATFORMS.iter().find(|platform| platform.target == target);
        found.copied().ok_or_else(|| {
            let all: Vec<&str> = PLATFORMS.iter().map(|platform| platform.target).collect();
            format!("expected one of {}", all.join(", "))
        })
    }

    /// Whether it is Linux, where programs are static.
    pub(super) fn is_linux(self) -> bool {
        self.os == "linux"
    }
}

/// The features of a program that is handed out.
pub(super) const FEATURES: &str = "embedded,pages";

/// What is made, and where.
#[derive(Debug)]
pub(super) struct Made {
    /// For what.
    pub(super) platform: Platform,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_no_release_has_is_told_what_there_is() {
        let first = Platform::of("x86_64-unknown-linux-musl").unwrap();
        assert_eq!((first, first.is_linux()), (PLATFORMS[0], true));
        let error = Platform::of("x86_64-pc-windows-msvc").unwrap_err();
        assert!(error.contains("aarch64-apple-darwin"), "{error}");
    }
}
