//! `cargo xtask matrix`: the suite against the real servers of `xtask/subjects`, under every named
//! policy that each can express, compared with what is known of each.

mod expected;
mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use self::expected::Expected;
use crate::subjects::Places;
use crate::subjects::install::install;
use crate::subjects::interrupt::Interrupt;
use crate::subjects::manifest::Subject;
use crate::subjects::suite::{self, Case, Outcome};

/// Arguments of `cargo xtask matrix`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders of xtask/subjects; all of them when left out
    #[arg(value_name = "SUBJECT")]
    names: Vec<String>,
    /// Write what was found as a page of Markdown
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "tests"])]
    write: Option<PathBuf>,
    /// Only cases whose id matches, in the forms that cors-conformance takes
    #[arg(short = 't', long = "test", value_name = "GLOB")]
    tests: Vec<String>,
    /// Run this build of cors-conformance instead of building it from the sources
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// What came of one subject.
struct Row<'a> {
    subject: &'a Subject,
    expected: Expected,
    cases: BTreeMap<String, Case>,
    differences: Vec<String>,
}

/// How many cases of a subject passed, failed and were skipped.
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Row<'_> {
    fn counts(&self) -> Counts {
        let count = |outcomes: &[Outcome]| {
            let cases = self.cases.values();
            cases
                .filter(|case| outcomes.contains(&case.outcome))
                .count()
        };
        Counts {
            passed: count(&[Outcome::Pass]),
            failed: count(&[Outcome::Fail, Outcome::Error]),
            skipped: count(&[Outcome::Skip, Outcome::Blocked]),
        }
    }
}

/// Runs the subjects one after the other; fails when one does otherwise than expected.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let places = Places::find()?;
    let subjects = Subject::read_all(&places)?;
    let chosen = choose(&subjects, &args.names)?;
    let interrupt = Interrupt::listen()?;
    let program = match &args.program {
        Some(program) => std::path::absolute(program)?,
        None => places.target.join("release/cors-conformance"),
    };
    if args.program.is_none() && !suite::build(&places, &interrupt)? {
        bail!("the suite cannot be built");
    }
    let arguments: Vec<&str> = args.tests.iter().flat_map(|test| ["-t", test]).collect();
    let mut rows = Vec::new();
    let mut unjudged = 0;
    for subject in chosen {
        let name = &subject.manifest.name;
        match one(subject, &program, &arguments, &places, &interrupt) {
            Ok(row) => {
                print_row(&row);
                rows.push(row);
            }
            Err(error) => {
                interrupt.check()?;
                println!("{name}: not judged: {error:#}");
                unjudged += 1;
            }
        }
    }
    if let Some(file) = &args.write {
        if unjudged > 0 {
            bail!("nothing is written: not every subject was judged");
        }
        std::fs::write(file, page::page(&rows))
            .with_context(|| format!("writing {}", file.display()))?;
        println!("matrix: written to {}", file.display());
    }
    let differences: usize = rows.iter().map(|row| row.differences.len()).sum();
    println!(
        "matrix: {} subjects, {differences} differences from what is expected, {unjudged} not judged",
        rows.len() + unjudged
    );
    Ok(if differences + unjudged == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The subjects of these names, in order; all of them without names.
fn choose<'a>(subjects: &'a [Subject], names: &[String]) -> anyhow::Result<Vec<&'a Subject>> {
    if let Some(unknown) = names.iter().find(|name| {
        subjects
            .iter()
            .all(|subject| subject.manifest.name != **name)
    }) {
        let known: Vec<_> = subjects
            .iter()
            .map(|subject| subject.manifest.name.as_str())
            .collect();
        bail!(
            "there is no subject {unknown:?}; there are {}",
            known.join(", ")
        );
    }
    Ok(subjects
        .iter()
        .filter(|subject| names.is_empty() || names.contains(&subject.manifest.name))
        .collect())
}

/// Installs a subject, runs the suite against it, and compares.
fn one<'a>(
    subject: &'a Subject,
    program: &Path,
    arguments: &[&str],
    places: &Places,
    interrupt: &Interrupt,
) -> anyhow::Result<Row<'a>> {
    let expected = Expected::read(&subject.dir)?;
    install(subject, places, interrupt)?;
    let server = suite::command_line(&subject.words(places));
    let report = places
        .target
        .join("subjects")
        .join(format!("{}.ndjson", subject.manifest.name));
    let cases = suite::run(program, &server, arguments, &report, interrupt)?;
    let differences = expected.differences(&cases, arguments.is_empty());
    Ok(Row {
        subject,
        expected,
        cases,
        differences,
    })
}

/// Prints a subject's line of the table, and its failures.
fn print_row(row: &Row<'_>) {
    let Counts {
        passed,
        failed,
        skipped,
    } = row.counts();
    let manifest = &row.subject.manifest;
    println!(
        "{:20} {passed:4} passed {failed:3} failed {skipped:3} skipped  {}",
        manifest.name, manifest.version
    );
    for finding in &row.expected.findings {
        let shown = finding
            .cases
            .keys()
            .filter(|id| row.cases.contains_key(*id));
        let shown: Vec<&str> = shown.map(String::as_str).collect();
        if !shown.is_empty() {
            println!(
                "  {} ({}): {}\n    {}",
                finding.class,
                finding.whose.name(),
                finding.said,
                shown.join(" ")
            );
        }
    }
    for difference in &row.differences {
        println!("  NOT AS EXPECTED: {difference}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_subject_is_named_with_those_there_are() {
        let subjects = Subject::read_all(&Places::find().unwrap()).unwrap();
        assert_eq!(choose(&subjects, &[]).unwrap().len(), subjects.len());
        let one = choose(&subjects, &["nginx".to_owned()]).unwrap();
        assert_eq!(one.len(), 1);
        let error = choose(&subjects, &["iis".to_owned()]).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("iis") && message.contains("nginx"),
            "{message}"
        );
    }
}
