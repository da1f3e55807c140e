//! The programs that agents need: where they are found, and why one does not run.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use cors_harness::command::group::Group;

/// A program that an engine needs.
pub(super) struct Program {
    /// What people call it.
    pub(super) name: &'static str,
    /// The environment variable that holds its path.
    pub(super) variable: &'static str,
    /// Its names on the PATH.
    pub(super) names: &'static [&'static str],
    /// Where Debian puts it, beside the PATH.
    pub(super) paths: &'static [&'static str],
}

/// Why a browser does not run.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// It is not installed.
    #[error(
        "{name} was not found: not on the PATH and not at {paths}; set {variable} to its path, \
         or run `cargo xtask agents install`"
    )]
    Missing {
        /// What people call it.
        name: &'static str,
        /// Where it was looked for.
        paths: String,
        /// The environment variable that would name it.
        variable: &'static str,
    },
    /// The environment variable names no program.
    #[error("{variable} names {path}, which is no file")]
    NotThere {
        /// The environment variable.
        variable: &'static str,
        /// What it holds.
        path: String,
    },
    /// It does not start.
    #[error("{what} cannot be started: {source}")]
    Start {
        /// What.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// It does not say what it was asked.
    #[error("{0}")]
    Silent(&'static str),
    /// An emulator is not installed, or does not run under this Node.js.
    #[error(
        "{name} cannot be had from {folder}: {said}; run `cargo xtask agents install {name}`, or \
         set CORS_EMULATORS to a folder in which `npm install {name}` was run"
    )]
    Package {
        /// Its name, as npm knows it.
        name: &'static str,
        /// The folder that was asked.
        folder: String,
        /// What Node.js says.
        said: String,
    },
}

impl Program {
    pub(super) fn find(&self) -> Result<PathBuf, LaunchError> {
        if let Some(path) = std::env::var_os(self.variable) {
            let path = PathBuf::from(path);
            return if path.is_file() {
                Ok(path)
            } else {
                Err(LaunchError::NotThere {
                    variable: self.variable,
                    path: path.display().to_string(),
                })
            };
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let on_path = std::env::split_paths(&folders)
            .flat_map(|folder| self.names.iter().map(move |name| folder.join(name)));
        on_path
            .chain(self.paths.iter().map(PathBuf::from))
            .find(|path| path.is_file())
            .ok_or_else(|| LaunchError::Missing {
                name: self.name,
                paths: self.paths.join(", "),
                variable: self.variable,
            })
    }

    pub(super) fn spawn(&self, command: &mut Command) -> Result<Group, LaunchError> {
        Group::spawn(command).map_err(|source| LaunchError::Start {
            what: self.name,
            source,
        })
    }
}
