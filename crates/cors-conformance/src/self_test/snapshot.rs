//! The matrix as it is committed: a line for each fault, with the number of cases that catch it
//! and the most specific ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::output::SHOWN;
use super::report::Report;
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
    let now = text(report);
    if args.update {
        fs::write(path, now).map_err(|error| unwritable(&name, &error))?;
        return Ok(Vec::new());
    }
    let before = fs::read_to_string(path)
        .map_err(|error| Stop::usage(format_args!("{name}: cannot be read: {error}")))?;
    let mut said = differences(&before, &now);
    if !said.is_empty() {
        said.push(format!(
            "to accept it, give --update: {name} is written anew"
        ));
    }
    Ok(said)
}

/// The snapshot's text.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::from(
        "# fault: number of cases that catch it, the most specific ones. Written by\n\
         # cargo xtask conformance self-test --snapshot FILE --update\n",
    );
    for fault in &report.faults {
        // Writing to a text cannot fail.
        let _ = write!(text, "{}: {}", fault.name, fault.kit.len());
        for case in report.most_specific(fault, SHOWN) {
            text.push(' ');
            text.push_str(case);
        }
        text.push('\n');
    }
    text
}

fn differences(before: &str, now: &str) -> Vec<String> {
    let (before, now) = (lines(before), lines(now));
    let mut said = Vec::new();
    for (name, was) in &before {
        match now.get(name) {
            None => said.push(format!("{name} is gone")),
            Some(is) if is != was => said.push(format!("{name} is caught by {is}, was {was}")),
            Some(_) => {}
        }
    }
    for (name, is) in &now {
        if !before.contains_key(name) {
            said.push(format!("{name} is new: {is}"));
        }
    }
    if said.len() > TOLD {
        let more = said.len() - TOLD;
        said.truncate(TOLD);
        said.push(format!("and {more} more"));
    }
    said
}

/// The lines that are no comments, by what stands before their colon.
pub(super) fn lines(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(": ")).collect()
}
