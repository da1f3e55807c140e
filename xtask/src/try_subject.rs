//! `cargo xtask try`: the suite, or the fuzzer, against a real server that this project did not
//! write.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::subjects::install::install;
use crate::subjects::manifest::{Subject, choose};
use crate::subjects::program::{Program, command_line, exit};
use crate::subjects::{Places, command};

/// Exit statuses of cors-conformance, of which the first counts when there are several; what is not
/// here counts before all of them.
const WORST_FIRST: [u8; 8] = [6, 2, 3, 1, 7, 4, 5, 0];

/// The status for a server that cannot be installed.
const NOT_STARTED: u8 = 3;

/// Arguments of `cargo xtask try`.
#[derive(Debug, clap::Args)]
pub(crate) struct Try {
    /// A folder of xtask/subjects, or "all"
    name: String,
    /// Only start the server, with the policy of xtask/subjects/policy.toml or its own: print its
    /// URL and policy file, run until Ctrl-C
    #[arg(long, conflicts_with = "suite")]
    serve: bool,
    /// Fuzz it instead of running the cases
    #[arg(long, conflicts_with = "serve")]
    fuzz: bool,
    /// Run this build of cors-conformance instead of building it from the sources
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    program: Option<PathBuf>,
    /// Passed on to cors-conformance; `--baseline /dev/null` shows what is known, too
    #[arg(last = true, value_name = "ARGS")]
    suite: Vec<OsString>,
}

impl Try {
    /// Runs the command and gives the program's status; of several, the worst.
    ///
    /// Fails when the workspace itself cannot be read.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let places = Places::find()?;
        let subjects = Subject::read_all(&places)?;
        let names = [self.name.clone()];
        let chosen = choose(&subjects, if self.name == "all" { &[] } else { &names })?;
        if self.serve {
            let [subject] = chosen.as_slice() else {
                bail!("--serve takes one subject, not all");
            };
            return Err(serve(subject, &places));
        }
        let program = Program::find(self.program.as_deref(), &places)?;
        let mut results = Vec::new();
        for subject in chosen {
            let name = &subject.manifest.name;
            println!(
                "try: {name}: {} ({})",
                subject.manifest.about, subject.manifest.version
            );
            let result = self.one(subject, &program, &places);
            results.push((
                name,
                result.unwrap_or_else(|error| {
                    eprintln!("error: {error:#}");
                    NOT_STARTED
                }),
            ));
        }
        if results.len() > 1 {
            for (name, code) in &results {
                println!("try: {name}: status {code}");
            }
        }
        Ok(worst(results.iter().map(|(_, code)| *code)).into())
    }

    /// Installs one subject, runs the program against it, and gives its status.
    fn one(&self, subject: &Subject, program: &Program, places: &Places) -> anyhow::Result<u8> {
        install(subject, places)?;
        let server = command_line(&subject.words(places));
        let mut test = program.test(if self.fuzz { "fuzz" } else { "run" }, &server);
        let has_baseline = self
            .suite
            .iter()
            .any(|word| word.to_string_lossy().starts_with("--baseline"));
        if !self.fuzz && !has_baseline {
            test.arg("--baseline").arg(subject.known());
        }
        let status = test.args(&self.suite).status();
        Ok(exit(status.context("cannot start cors-conformance")?))
    }
}

/// Becomes the server; gives why that fails.
fn serve(subject: &Subject, places: &Places) -> anyhow::Error {
    let start = || {
        install(subject, places)?;
        let policy = subject.policy_as_json(places)?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
        let port = free.context("looking for a free loopback port")?.port();
        println!("url: http://127.0.0.1:{port}/resource");
        println!("policy: {}", subject.policy.display());
        let words = subject.words(places);
        let (program, arguments) = words.split_first().context("start.command is empty")?;
        let mut server = command(program);
        server
            .args(arguments)
            .env("PORT", port.to_string())
            .env("CORS_POLICY", policy);
        Err(server.exec()).with_context(|| format!("cannot start {program}"))
    };
    start().map_or_else(
        |error| error,
        |never: std::convert::Infallible| match never {},
    )
}

/// Of several statuses the one that counts.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    let rank = |code: &u8| WORST_FIRST.iter().position(|known| known == code);
    codes.min_by_key(rank).unwrap_or(0)
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
            101,
            "an unknown status is a bug"
        );
        assert_eq!(worst(std::iter::empty()), 0);
    }
}
