//! `cargo xtask matrix`: the suite against the real servers of `xtask/subjects`, under every named
//! policy that each can express, with what is known of each as its baseline.

mod found;
mod fuzz;
mod page;
mod row;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use self::row::{Row, known};
use crate::subjects::Places;
use crate::subjects::install::install;
use crate::subjects::manifest::{Subject, choose};
use crate::subjects::program::{Program, command_line, exit, printed, status};
use crate::subjects::report::Report;

/// Arguments of `cargo xtask matrix`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders of xtask/subjects; all of them when left out
    #[arg(value_name = "SUBJECT")]
    names: Vec<String>,
    /// Write what was found as a page of Markdown
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "tests"])]
    write: Option<PathBuf>,
    /// Look for what no case lists instead: this many generated sequences for each server; the
    /// findings are compared with what the cases find
    #[arg(long, value_name = "RUNS", conflicts_with_all = ["write", "tests"])]
    fuzz: Option<u64>,
    /// With --fuzz: what the sequences are made from
    #[arg(long, value_name = "N", default_value_t = 1, requires = "fuzz")]
    seed: u64,
    /// Only cases whose id matches, in the forms that cors-conformance takes
    #[arg(short = 't', long = "test", value_name = "GLOB")]
    tests: Vec<String>,
    /// Run this build of cors-conformance instead of building it from the sources
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Runs the subjects one after the other; fails when one does otherwise than is known of it.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let places = Places::find()?;
    let subjects = Subject::read_all(&places)?;
    let chosen = choose(&subjects, &args.names)?;
    let program = Program::find(args.program.as_deref(), &places)?;
    if let Some(runs) = args.fuzz {
        return Ok(fuzz::run(&chosen, &program, &places, (runs, args.seed)));
    }
    let tests: Vec<&str> = args.tests.iter().flat_map(|test| ["-t", test]).collect();
    let mut rows = Vec::new();
    let (mut different, mut unjudged) = (0, 0);
    for subject in &chosen {
        match one(subject, &program, &tests, &places) {
            Ok((row, difference)) => {
                println!("{row}{difference}");
                different += usize::from(!difference.is_empty());
                rows.push(row);
            }
            Err(error) => {
                println!("{}: not judged: {error:#}", subject.manifest.name);
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
    println!(
        "matrix: {} subjects, {different} different from what is known, {unjudged} not judged",
        chosen.len()
    );
    Ok(if different + unjudged == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Installs a subject and runs the suite against it. Gives what came of it, and what the suite
/// printed when that is not what is known.
fn one<'a>(
    subject: &'a Subject,
    program: &Program,
    tests: &[&str],
    places: &Places,
) -> anyhow::Result<(Row<'a>, String)> {
    let known = known(subject)?;
    install(subject, places)?;
    let name = &subject.manifest.name;
    let report = places
        .target
        .join("subjects")
        .join(format!("{name}.ndjson"));
    let output = program
        .test("run", &command_line(&subject.words(places)))
        .args(["--fail-on", "should", "--baseline"])
        .arg(subject.known())
        .arg("--report")
        .arg(format!("ndjson={}", report.display()))
        .args(tests)
        .output()
        .context("cannot start cors-conformance")?;
    let difference = match exit(output.status) {
        status::AS_EXPECTED => String::new(),
        status::FAILED | status::OUT_OF_DATE => printed(&output),
        _ => bail!("the suite ended with {}{}", output.status, printed(&output)),
    };
    let report = Report::read(&report)?;
    Ok((
        Row {
            subject,
            known,
            report,
        },
        difference,
    ))
}
