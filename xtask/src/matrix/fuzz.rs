//! `cargo xtask matrix --fuzz`: what the live fuzzer finds in the real servers, held against what the
//! cases find.

use std::fmt;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::found::{Failure, above, causes, failures};
use crate::subjects::Places;
use crate::subjects::install::install;
use crate::subjects::manifest::Subject;
use crate::subjects::program::{Program, command_line, exit, printed, status};

/// Findings for each cause of a server, as tenths: more are the same thing told again.
const MOST: usize = 12;

/// Fuzzes the subjects one after the other; fails when a server has too many findings for its causes,
/// when a finding is more binding than the cases with the same cause, and when one does not fail on a
/// new server.
pub(super) fn run(
    subjects: &[&Subject],
    program: &Program,
    places: &Places,
    (runs, seed): (u64, u64),
) -> ExitCode {
    let (mut poor, mut unjudged) = (0, 0);
    for subject in subjects {
        let look = Look {
            subject,
            program,
            places,
            runs,
            seed,
        };
        match look.look() {
            Ok(seen) => {
                println!("{seen}");
                poor += usize::from(!seen.is_good());
            }
            Err(error) => {
                println!("{}: not judged: {error:#}", subject.manifest.name);
                unjudged += 1;
            }
        }
    }
    println!(
        "matrix: {} subjects, {poor} with findings that are not as they have to be, {unjudged} not \
         judged",
        subjects.len()
    );
    if poor + unjudged == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What was found in a server.
struct Seen {
    name: String,
    findings: Vec<Failure>,
    /// More binding than their cases.
    above: Vec<String>,
    /// Do not fail on a new server.
    gone: Vec<String>,
    /// Causes that no case shows.
    new: Vec<String>,
}

impl Seen {
    fn is_good(&self) -> bool {
        let causes = causes(&self.findings).len();
        self.findings.len() * 10 <= causes * MOST && self.above.is_empty() && self.gone.is_empty()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = causes(&self.findings);
        write!(
            f,
            "{}: {} findings, {} causes",
            self.name,
            self.findings.len(),
            causes.len()
        )?;
        for finding in &self.findings {
            let (id, level) = (&finding.id, finding.level);
            write!(f, "\n  {level:?} {id}: {}", finding.wrong())?;
        }
        for (what, ids) in [
            ("above their cases", &self.above),
            ("not seen on a new server", &self.gone),
            ("with a cause that no case shows", &self.new),
        ] {
            if !ids.is_empty() {
                write!(f, "\n  {what}: {}", ids.join(", "))?;
            }
        }
        Ok(())
    }
}

/// A server that is looked at.
struct Look<'a> {
    subject: &'a Subject,
    program: &'a Program,
    places: &'a Places,
    runs: u64,
    seed: u64,
}

impl Look<'_> {
    fn look(&self) -> anyhow::Result<Seen> {
        install(self.subject, self.places)?;
        let name = self.subject.manifest.name.clone();
        let folder = self.places.target.join("subjects");
        let file = |what: &str| folder.join(format!("{name}.{what}"));
        // The ids of cases begin with the name of their file.
        let area = format!("{name}-found");
        let promoted = folder.join(format!("{area}.json"));
        let (found, listed) = (file("found.ndjson"), file("cases.ndjson"));
        if promoted.exists() {
            std::fs::remove_file(&promoted).context("removing what was found before")?;
        }
        let report = |file: &std::path::Path| format!("ndjson={}", file.display());
        let (runs, seed) = (self.runs.to_string(), self.seed.to_string());
        let promote = promoted.display().to_string();
        self.test(
            "fuzz",
            &[
                "--runs",
                &runs,
                "--seed",
                &seed,
                "--keep-going",
                "--promote",
                &promote,
                "--report",
                &report(&found),
            ],
        )?;
        self.test(
            "run",
            &["--baseline", "/dev/null", "--report", &report(&listed)],
        )?;
        let (findings, cases) = (failures(&found)?, failures(&listed)?);
        let known = causes(&cases);
        let mut gone = Vec::new();
        if !findings.is_empty() {
            let again = file("again.ndjson");
            self.test(
                "run",
                &[
                    "--baseline",
                    "/dev/null",
                    "--vectors",
                    &promote,
                    "-t",
                    &format!("{area}/*"),
                    "--fail-on",
                    "should",
                    "--report",
                    &report(&again),
                ],
            )?;
            let again = failures(&again)?;
            let fails = |finding: &&Failure| again.iter().any(|one| one.id == finding.id);
            let ids = findings.iter().filter(|finding| !fails(finding));
            gone.extend(ids.map(|finding| finding.id.clone()));
        }
        let new = causes(&findings).into_keys();
        Ok(Seen {
            above: above(&findings, &cases)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            new: new.filter(|cause| !known.contains_key(cause)).collect(),
            name,
            findings,
            gone,
        })
    }

    /// Runs the program on a new server.
    fn test(&self, subcommand: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let server = command_line(&self.subject.words(self.places));
        let output = self
            .program
            .test(subcommand, &server)
            .args(arguments)
            .output()
            .context("cannot start cors-conformance")?;
        match exit(output.status) {
            status::AS_EXPECTED | status::FAILED => Ok(()),
            _ => bail!(
                "{subcommand} ended with {}{}",
                output.status,
                printed(&output)
            ),
        }
    }
}
