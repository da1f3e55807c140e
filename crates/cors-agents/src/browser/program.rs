//! The programs that agents need: where they are found, and why one does not run.

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use cors_net::process::Group;

/// How long a helper may take to say what it is asked: its version, its display.
const HELPER: Duration = Duration::from_secs(20);

/// Node.js, in which emulators run.
pub(super) const NODE: Program = Program {
    name: "Node.js",
    variable: "CORS_NODE",
    names: &["node", "nodejs"],
    paths: &["/usr/bin/node"],
};
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

/// Starts a program and waits for the first line that it prints, for as long as [`HELPER`].
pub(super) fn first_line(
    about: &Program,
    command: &mut Command,
) -> Result<(Group, Option<String>), LaunchError> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut group = about.spawn(command)?;
    let (sender, receiver) = mpsc::channel();
    if let Some(mut output) = group.leader.stdout.take() {
        // Ends with the program's output, which the group's end brings about.
        std::thread::spawn(move || {
            let mut line = Vec::new();
            let mut byte = [0];
            while line.last() != Some(&b'\n') && output.read_exact(&mut byte).is_ok() {
                line.extend(byte);
            }
            // Nobody waits any longer: then nobody wants to know.
            let _ = sender.send(line);
            // Until the end, lest the program be ended by a closed pipe.
            let _ = io::copy(&mut output, &mut io::sink());
        });
    }
    let line = receiver.recv_timeout(HELPER).ok();
    let line = line.filter(|line| !line.is_empty());
    Ok((
        group,
        line.map(|line| String::from_utf8_lossy(&line).into_owned()),
    ))
}
