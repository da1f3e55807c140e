//! `cargo xtask replay`: faults that libraries had and corrected. Each is looked for in the last
//! version that has it, where a case that names its class must fail, and in one that does not,
//! where that case must pass.

mod install;
mod pairs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use cors_vectors::library::library;

use self::install::install;
use self::pairs::{Pair, Pairs, Version, classes, names_class};
use crate::subjects::Places;
use crate::subjects::program::{Program, command_line, exit, printed, status};
use crate::subjects::report::{Case, Report};

/// Arguments of `cargo xtask replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Names of xtask/replay/pairs.toml; all of them when left out
    #[arg(value_name = "PAIR")]
    names: Vec<String>,
    /// Run this build of cors-conformance instead of building it from the sources
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// What every pair needs.
struct Replay {
    places: Places,
    program: Program,
    /// Classes of the testbed's faulty servers, by their names.
    classes: BTreeMap<String, String>,
}

/// Replays the pairs one after the other; fails when one does not flip.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let places = Places::find()?;
    let file = places.root.join("xtask/replay/pairs.toml");
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let pairs = Pairs::parse(&text).with_context(|| format!("in {}", file.display()))?;
    let chosen = pairs.choose(&args.names)?;
    let program = Program::find(args.program.as_deref(), &places)?;
    let list = program.command().args(["serve", "--list"]).output();
    let list = list.context("cannot start cors-conformance")?;
    let classes = classes(&String::from_utf8_lossy(&list.stdout));
    let replay = Replay {
        places,
        program,
        classes,
    };
    let mut flipped = 0;
    for pair in &chosen {
        let result = replay.one(pair);
        let (word, detail) = match result {
            Ok(Flip::Flips(how)) => {
                flipped += 1;
                ("flips", how)
            }
            Ok(Flip::Stays(why)) => ("STAYS", why),
            Err(error) => ("NOT RUN", format!("{error:#}")),
        };
        println!(
            "{word:8} {:28} {:4} {}\n         {detail}",
            pair.name, pair.class, pair.about
        );
    }
    if args.names.is_empty() {
        for beyond in &pairs.beyond {
            println!("beyond   {:28}      {}", beyond.name, beyond.reason);
        }
    }
    println!(
        "replay: {flipped} of {} pairs flip{}",
        chosen.len(),
        if args.names.is_empty() {
            format!(
                ", {} more are beyond what a case may fail for",
                pairs.beyond.len()
            )
        } else {
            String::new()
        }
    );
    Ok(if flipped == chosen.len() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether the cases tell the versions of a pair apart.
#[derive(Debug, PartialEq, Eq)]
enum Flip {
    /// They do; how the faulty one fails.
    Flips(String),
    /// They do not; what came instead.
    Stays(String),
}

impl Replay {
    /// Installs and runs both versions of a pair.
    fn one(&self, pair: &Pair) -> anyhow::Result<Flip> {
        let library = library().map_err(|errors| anyhow::anyhow!("the cases: {errors}"))?;
        for id in &pair.cases {
            let case = library
                .server_case(id)
                .with_context(|| format!("there is no case {id}"))?;
            ensure!(
                names_class(&case.catches, &self.classes, &pair.class),
                "{id} catches no faulty server of the class {}",
                pair.class
            );
        }
        let faulty = self.side(pair, "faulty", &pair.faulty)?;
        let good = self.side(pair, "good", &pair.good)?;
        Ok(flip(&pair.cases, &faulty, &good))
    }

    /// Installs and runs one version of a pair.
    fn side(
        &self,
        pair: &Pair,
        side: &str,
        version: &Version,
    ) -> anyhow::Result<BTreeMap<String, Case>> {
        let folder = self.places.target.join("replay").join(&pair.name);
        let words = install(version, &folder.join(side), &self.places)
            .with_context(|| format!("the {side} version"))?;
        let settings: Vec<&str> = pair
            .settings
            .iter()
            .chain(&version.settings)
            .map(String::as_str)
            .collect();
        let server = format!(
            "REPLAY_SETTINGS='{}'; export REPLAY_SETTINGS; {}",
            settings.join(" "),
            command_line(&words)
        );
        let tests = pair.cases.iter().flat_map(|case| ["-t", case]);
        let report = folder.join(format!("{side}.ndjson"));
        let output = self
            .program
            .test("run", &server)
            .args(["--fail-on", "should", "--report"])
            .arg(format!("ndjson={}", report.display()))
            .args(tests)
            .output()
            .context("cannot start cors-conformance")?;
        match exit(output.status) {
            status::AS_EXPECTED | status::FAILED | status::NOTHING_RAN => {
                Ok(Report::read(&report)?.cases)
            }
            _ => bail!("the {side} version: {}{}", output.status, printed(&output)),
        }
    }
}

/// Whether each case fails on the faulty version and passes on the good one.
fn flip(cases: &[String], faulty: &BTreeMap<String, Case>, good: &BTreeMap<String, Case>) -> Flip {
    let mut how = Vec::new();
    for id in cases {
        let (Some(bad), Some(better)) = (faulty.get(id), good.get(id)) else {
            return Flip::Stays(format!("{id} was not run"));
        };
        if !["fail", "error"].contains(&bad.outcome.as_str()) {
            return Flip::Stays(format!("{id} does not fail on the faulty version: {bad}"));
        }
        if !["pass", "info"].contains(&better.outcome.as_str()) {
            return Flip::Stays(format!("{id} does not pass on the good version: {better}"));
        }
        how.push(format!("{id}: {bad}"));
    }
    Flip::Flips(how.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(outcome: &str) -> BTreeMap<String, Case> {
        let text = format!(r#"{{"id":"a/b","outcome":"{outcome}","reason":"so it is"}}"#);
        BTreeMap::from([("a/b".to_owned(), serde_json::from_str(&text).unwrap())])
    }

    #[test]
    fn a_pair_flips_when_the_case_fails_before_and_passes_after() {
        let cases = ["a/b".to_owned()];
        assert_eq!(
            flip(&cases, &ran("fail"), &ran("pass")),
            Flip::Flips("a/b: fail, so it is".to_owned())
        );
        for (before, after, word) in [
            ("pass", "pass", "does not fail on the faulty"),
            (
                "skip",
                "pass",
                "does not fail on the faulty version: skip, so it is",
            ),
            ("fail", "fail", "does not pass on the good"),
            ("fail", "blocked", "does not pass on the good"),
        ] {
            let Flip::Stays(why) = flip(&cases, &ran(before), &ran(after)) else {
                panic!("{before} and {after} flip")
            };
            assert!(why.contains(word), "{why}");
        }
        let missing = flip(&["c/d".to_owned()], &ran("fail"), &ran("pass"));
        assert_eq!(missing, Flip::Stays("c/d was not run".to_owned()));
    }
}
