//! The report that cors-conformance writes of a run (`--report ndjson=FILE`): what is of use here.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// What the suite's report says of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The cases, by id.
    pub(crate) cases: BTreeMap<String, Case>,
    /// How many had which outcome.
    pub(crate) counts: Counts,
}

/// How many cases had which outcome.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Counts {
    pub(crate) pass: usize,
    pub(crate) info: usize,
    pub(crate) fail: usize,
    pub(crate) error: usize,
    pub(crate) skip: usize,
    pub(crate) blocked: usize,
}

/// A case of the report.
#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    id: String,
    /// What became of it, in the report's word.
    pub(crate) outcome: String,
    /// Why it did not pass.
    pub(crate) reason: Option<String>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.outcome)?;
        self.reason
            .as_ref()
            .map_or(Ok(()), |reason| write!(f, ", {reason}"))
    }
}

/// A line of the report; the first says nothing that is of use here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Run {},
    Case(Case),
    End { counts: Counts },
}

impl Report {
    /// Reads a report.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", file.display()))
    }

    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut report = Self::default();
        let mut ended = false;
        for line in text.lines() {
            match serde_json::from_str(line)? {
                Line::Run {} => {}
                Line::Case(case) => {
                    report.cases.insert(case.id.clone(), case);
                }
                Line::End { counts } => {
                    report.counts = counts;
                    ended = true;
                }
            }
        }
        ensure!(ended, "the report has no end");
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_an_end_is_none() {
        let head = r#"{"type":"run","tool":"x"}"#;
        let counts = r#"{"pass":1,"info":0,"fail":2,"error":0,"skip":3,"blocked":0,"unjudged":0}"#;
        let whole = format!(r#"{head}{}{{"type":"end","counts":{counts}}}"#, '\n');
        assert_eq!(Report::parse(&whole).unwrap().counts.fail, 2);
        assert!(Report::parse(head).is_err());
        assert!(Report::parse("{").is_err());
    }
}
