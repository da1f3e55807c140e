//! The matrix as it is committed: a line for each fault, with a few cases that catch it.
//!
//! They are the most specific ones of the day on which the fault came; whatever else catches it later
//! changes no line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::output::SHOWN;
use super::report::{FaultReport, Report};
use cors_vectors::input;

use crate::args::SelfTestArgs;
use crate::output::unwritable;
use crate::stop::Stop;

/// Differences that are told; the rest is counted.
const TOLD: usize = 10;

/// Compares the report with the snapshot that the arguments name, or writes it. Returns sentences.
pub(super) fn compare(args: &SelfTestArgs, report: &Report) -> Result<Vec<String>, Stop> {
    let Some(path) = &args.snapshot else {
        return Ok(Vec::new());
    };
    let name = path.display().to_string();
    if args.update {
        let before = fs::read_to_string(path).unwrap_or_default();
        fs::write(path, text(report, &before)).map_err(|error| unwritable(&name, &error))?;
        return Ok(Vec::new());
    }
    let before = input::text(path, input::Kind::RECORD).map_err(|error| Stop::input(&error))?;
    let mut said = differences(report, &before);
    if !said.is_empty() {
        said.push(format!(
            "to accept it, give --update: {name} is written anew"
        ));
    }
    Ok(said)
}

/// The snapshot's text: of a fault that it names already, the cases that still catch it.
fn text(report: &Report, before: &str) -> String {
    let before = lines(before);
    let mut text = String::from(
        "# fault: cases that catch it, others may do so as well. Written by\n\
         # cargo xtask conformance self-test --snapshot FILE --update\n",
    );
    for fault in &report.faults {
        let named = before.get(fault.name.as_str()).into_iter().flatten();
        let mut cases: Vec<&str> = named.copied().filter(|case| catches(fault, case)).collect();
        if cases.is_empty() {
            cases = report.most_specific(fault, SHOWN);
        }
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}: {}", fault.name, cases.join(" "));
    }
    text
}

fn catches(fault: &FaultReport, case: &str) -> bool {
    fault.kit.iter().any(|found| found == case)
}

fn differences(report: &Report, before: &str) -> Vec<String> {
    let before = lines(before);
    let mut said = Vec::new();
    for (name, cases) in &before {
        let Some(fault) = report.faults.iter().find(|fault| fault.name == *name) else {
            said.push(format!("{name} is gone"));
            continue;
        };
        for case in cases.iter().filter(|case| !catches(fault, case)) {
            said.push(format!("{case} does not catch {name} any more"));
        }
    }
    for fault in &report.faults {
        if !before.contains_key(fault.name.as_str()) {
            said.push(format!("{} is new", fault.name));
        }
    }
    if said.len() > TOLD {
        let more = said.len() - TOLD;
        said.truncate(TOLD);
        said.push(format!("and {more} more"));
    }
    said
}

/// The cases of each fault.
pub(super) fn lines(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, cases)| (name, cases.split_whitespace().collect()))
        .collect()
}
