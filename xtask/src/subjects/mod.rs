//! Real servers that this project did not write, each a folder of `xtask/subjects`.
//!
//! A folder holds `subject.toml` (what it is, what it needs, how it is installed and started), the
//! program, which takes on the policy that it is given, and `known.toml`, the known failures.
//! [`manifest`] reads the first, [`install`] brings what is missing; cors-conformance ([`program`])
//! starts it, ends it, and says in its [`report`] what it found.

pub(crate) mod install;
pub(crate) mod manifest;
pub(crate) mod program;
pub(crate) mod report;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// The directories that the subjects live in and build into.
#[derive(Debug)]
pub(crate) struct Places {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// The folder whose folders are the subjects.
    pub(crate) subjects: PathBuf,
    /// Cargo's target directory of the workspace, shared by the subjects written in Rust.
    pub(crate) target: PathBuf,
}

impl Places {
    /// Those of the workspace that this program was built from.
    ///
    /// Fails when cargo cannot tell the target directory.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(xtask.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("asking cargo for the target directory")?;
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            subjects: xtask.join("subjects"),
            target: metadata.target_directory.into_std_path_buf(),
        })
    }
}

/// A command that is also looked for where Debian keeps servers, which only root has in its path.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let mut path: OsString = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    command.env("PATH", path);
    command
}
