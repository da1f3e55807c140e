//! `cargo xtask try`: the suite against a real server that this project did not write.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::mpsc;

use anyhow::bail;

use crate::subjects::install::install;
use crate::subjects::interrupt::Interrupt;
use crate::subjects::manifest::Subject;
use crate::subjects::server::Server;
use crate::subjects::{POLL, Places, command, suite};

/// Statuses of the suite that `try` gives too, for the same reasons.
mod status {
    pub(super) const OK: u8 = 0;
    pub(super) const USAGE: u8 = 2;
    pub(super) const NOT_STARTED: u8 = 3;
    pub(super) const BUG: u8 = 6;
    pub(super) const CUT_SHORT: u8 = 7;
    /// Of several runs the first of these counts; what is not here is a bug.
    pub(super) const WORST_FIRST: [u8; 8] = [BUG, USAGE, NOT_STARTED, 1, CUT_SHORT, 4, 5, OK];
}

/// Arguments of `cargo xtask try`.
#[derive(Debug, clap::Args)]
pub(crate) struct Try {
    /// A folder of xtask/subjects, or "all".
    name: String,
    /// Only start the server: print its URL and policy file, run until Ctrl-C or the end of
    /// standard input.
    #[arg(long, conflicts_with = "suite")]
    serve: bool,
    /// Fuzz it instead of running the cases.
    #[arg(long, conflicts_with = "serve")]
    fuzz: bool,
    /// Run this build of cors-conformance instead of building it from the sources.
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    program: Option<PathBuf>,
    /// Passed on to cors-conformance.
    #[arg(last = true, value_name = "ARGS")]
    suite: Vec<OsString>,
}

impl Try {
    /// Runs the command and gives the suite's status; of several, the worst.
    ///
    /// Fails when the workspace itself cannot be read.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let places = Places::find()?;
        let subjects = Subject::read_all(&places)?;
        let chosen: Vec<&Subject> = subjects
            .iter()
            .filter(|subject| self.name == "all" || self.name == subject.manifest.name)
            .collect();
        if chosen.is_empty() {
            say(&format!(
                "error: there is no subject {:?}; there are:",
                self.name
            ));
            for Subject { manifest, .. } in &subjects {
                say(&format!(
                    "  {:20} {} ({})",
                    manifest.name, manifest.about, manifest.version
                ));
            }
            return Ok(status::USAGE.into());
        }
        if self.serve && chosen.len() > 1 {
            say("error: --serve takes one subject, not all");
            return Ok(status::USAGE.into());
        }

        let interrupt = Interrupt::listen()?;
        let program = match &self.program {
            Some(program) => std::path::absolute(program)?,
            None => places.target.join("release/cors-conformance"),
        };
        if !self.serve && self.program.is_none() && !suite::build(&places, &interrupt)? {
            let code = if interrupt.is_set() {
                status::CUT_SHORT
            } else {
                status::BUG
            };
            return Ok(code.into());
        }
        let mut results = Vec::new();
        for subject in chosen {
            let name = &subject.manifest.name;
            say(&format!(
                "try: {name}: {} ({})",
                subject.manifest.about, subject.manifest.version
            ));
            let result = self.one(subject, &program, &places, &interrupt);
            results.push((name, settle(result, &interrupt)));
            if interrupt.is_set() {
                break;
            }
        }
        if results.len() > 1 {
            for (name, code) in &results {
                say(&format!("try: {name}: status {code}"));
            }
        }
        Ok(worst(results.iter().map(|(_, code)| *code)).into())
    }

    /// Installs and starts one subject, and runs the suite against it or waits.
    fn one(
        &self,
        subject: &Subject,
        program: &Path,
        places: &Places,
        interrupt: &Interrupt,
    ) -> anyhow::Result<u8> {
        install(subject, places, interrupt)?;
        let server = Server::start(subject, places, interrupt)?;
        let code = if self.serve {
            serve(&server, subject, interrupt)?;
            status::OK
        } else {
            self.suite(&server, subject, program, interrupt)?
        };
        server.end()?;
        Ok(code)
    }

    /// Runs the suite and gives its status.
    fn suite(
        &self,
        server: &Server,
        subject: &Subject,
        program: &Path,
        interrupt: &Interrupt,
    ) -> anyhow::Result<u8> {
        let mut suite = command(program);
        suite
            .arg(if self.fuzz { "fuzz" } else { "run" })
            .arg(server.url())
            .arg("--policy")
            .arg(&subject.policy)
            .args(&self.suite);
        let ended = interrupt.run(suite.stdin(Stdio::null()))?;
        let code = match ended.code().map(u8::try_from) {
            Some(Ok(code)) => code,
            // Ended by a signal: by the user's, or by its own fault.
            _ if interrupt.is_set() => status::CUT_SHORT,
            _ => {
                say(&format!("error: cors-conformance ended with {ended}"));
                status::BUG
            }
        };
        if !server.is_running() {
            bail!("the server has ended during the run{}", server.log_tail());
        }
        if code != status::OK {
            say(&format!(
                "try: log of the server: {}",
                server.log().display()
            ));
        }
        Ok(code)
    }
}

/// Prints where the server is, and waits for the user.
fn serve(server: &Server, subject: &Subject, interrupt: &Interrupt) -> anyhow::Result<()> {
    print(&format!("url: {}", server.url()));
    print(&format!("policy: {}", subject.policy.display()));
    let (sender, receiver) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        let mut bytes = [0; 256];
        while std::io::stdin()
            .read(&mut bytes)
            .is_ok_and(|count| count > 0)
        {}
        drop(sender);
    });
    while !interrupt.is_set() {
        if receiver.recv_timeout(POLL) == Err(mpsc::RecvTimeoutError::Disconnected) {
            break;
        }
        if !server.is_running() {
            bail!("the server has ended{}", server.log_tail());
        }
    }
    Ok(())
}

/// The status for what became of one subject; an error is printed.
fn settle(result: anyhow::Result<u8>, interrupt: &Interrupt) -> u8 {
    result.unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        if interrupt.is_set() {
            status::CUT_SHORT
        } else {
            status::NOT_STARTED
        }
    })
}

/// Of several statuses the one that counts.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    let rank = |code: u8| {
        status::WORST_FIRST
            .iter()
            .position(|known| *known == code)
            .unwrap_or(0)
    };
    let rank = codes.map(rank).min();
    rank.and_then(|rank| status::WORST_FIRST.get(rank).copied())
        .unwrap_or(status::OK)
}

#[expect(
    clippy::print_stdout,
    reason = "a command's answer goes to standard output"
)]
fn print(line: &str) {
    println!("{line}");
}

#[expect(
    clippy::print_stderr,
    reason = "a command tells what it does on standard error"
)]
fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_counts() {
        assert_eq!(worst([0, 0].into_iter()), 0);
        assert_eq!(worst([0, 5, 4, 1].into_iter()), 1);
        assert_eq!(worst([1, 3, 0].into_iter()), 3);
        assert_eq!(worst([3, 2].into_iter()), 2);
        assert_eq!(
            worst([101, 2].into_iter()),
            status::BUG,
            "an unknown status is a bug"
        );
        assert_eq!(worst(std::iter::empty()), 0);
    }

    #[test]
    fn an_error_is_a_server_that_did_not_start() {
        let interrupt = Interrupt::default();
        assert_eq!(
            settle(Err(anyhow::anyhow!("on purpose")), &interrupt),
            status::NOT_STARTED
        );
        assert_eq!(settle(Ok(5), &interrupt), 5);
    }
}
