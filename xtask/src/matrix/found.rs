//! What a report says of the causes of failures: of findings, and of failed cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

/// How binding a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Info,
    Should,
    Must,
}

/// A failure, as far as its cause is of use here.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) id: String,
    outcome: String,
    pub(super) level: Level,
    cause: Option<Cause>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Deserialize)]
struct Exchange {
    response: Option<Response>,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: u16,
}

#[derive(Debug, Deserialize)]
struct Cause {
    #[serde(default)]
    defects: Vec<Defect>,
}

#[derive(Debug, Deserialize)]
struct Defect {
    wrong: Value,
    step: usize,
    exchange: usize,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Case(Failure),
    #[serde(other)]
    Other,
}

impl Failure {
    /// What the server does wrong: the most fundamental of what the failure shows, in the report's
    /// words; its own id where that is not known.
    pub(super) fn wrong(&self) -> String {
        let defects = self.cause.as_ref().map(|cause| cause.defects.as_slice());
        let Some(first) = defects.and_then(<[Defect]>::first) else {
            return self.id.clone();
        };
        let wrong = named(&first.wrong);
        // Headers are left out of a 304 by other code than of an error page.
        match self.status(first).filter(|_| wrong == "not-granted error") {
            Some(status) => format!("{wrong} {}xx", status / 100),
            None => wrong,
        }
    }

    /// The status of the response in which a defect shows.
    fn status(&self, defect: &Defect) -> Option<u16> {
        let exchanges = &self.steps.get(defect.step)?.exchanges;
        let response = exchanges.get(defect.exchange)?.response.as_ref()?;
        Some(response.status)
    }
}

/// `{"lacks":{"header":"vary"}}` as `lacks vary`.
fn named(wrong: &Value) -> String {
    match wrong {
        Value::Object(parts) => {
            let part = |(name, value): (&String, &Value)| match name.as_str() {
                "header" | "status" | "check" => named(value),
                _ => format!("{name} {}", named(value)),
            };
            parts.iter().map(part).collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => text.clone(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
            other.to_string()
        }
    }
}

/// The failures of a report.
pub(super) fn failures(file: &Path) -> anyhow::Result<Vec<Failure>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    parse(&text).with_context(|| format!("in {}", file.display()))
}

fn parse(text: &str) -> anyhow::Result<Vec<Failure>> {
    let mut failures = Vec::new();
    for line in text.lines() {
        if let Line::Case(case) = serde_json::from_str(line)?
            && ["fail", "error"].contains(&case.outcome.as_str())
        {
            failures.push(case);
        }
    }
    Ok(failures)
}

/// The causes of failures, with the highest level at which each shows.
pub(super) fn causes(failures: &[Failure]) -> BTreeMap<String, Level> {
    let mut causes = BTreeMap::new();
    for failure in failures {
        let level = causes.entry(failure.wrong()).or_insert(failure.level);
        *level = failure.level.max(*level);
    }
    causes
}

/// The findings that are more binding than every case that fails with the same cause. One whose cause
/// no case shows is not among them.
pub(super) fn above<'a>(findings: &'a [Failure], cases: &[Failure]) -> BTreeSet<&'a str> {
    let causes = causes(cases);
    let is_above = |finding: &&Failure| {
        let level = causes.get(&finding.wrong());
        level.is_some_and(|level| finding.level > *level)
    };
    let above = findings.iter().filter(is_above);
    above.map(|finding| finding.id.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(cases: &[(&str, &str, &str)]) -> Vec<Failure> {
        let line = |(id, level, wrong): &(&str, &str, &str)| {
            format!(
                r#"{{"type":"case","id":"{id}","outcome":"fail","level":"{level}","cause":{{"impact":"advice","defects":[{{"wrong":{wrong},"step":0,"exchange":0}}]}}}}"#
            )
        };
        let lines: Vec<String> = cases.iter().map(line).collect();
        let head = r#"{"type":"run","tool":"x"}"#;
        parse(&format!("{head}\n{}", lines.join("\n"))).unwrap()
    }

    #[test]
    fn findings_are_held_against_cases_with_the_same_cause() {
        let vary = r#"{"header":{"header":"vary"}}"#;
        let cases = report(&[("vary/a", "should", vary), ("vary/b", "info", vary)]);
        let found = report(&[
            ("fuzz/vary", "must", vary),
            ("fuzz/vary-2", "should", vary),
            ("fuzz/any", "must", r#"{"granted":"any"}"#),
        ]);
        assert_eq!(above(&found, &cases), BTreeSet::from(["fuzz/vary"]));
        let causes: Vec<String> = causes(&found).into_keys().collect();
        assert_eq!(causes, ["granted any", "vary"]);
        assert!(parse("{").is_err());
        assert!(
            parse(r#"{"type":"note","about":"status"}"#)
                .unwrap()
                .is_empty()
        );
    }
}
