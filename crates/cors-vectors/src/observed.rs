//! What real engines did with the agent cases, and what is known of where they leave the standard.
//!
//! Both are data about one version of one engine: `agent/observed/ENGINE.json` is written by a run,
//! `agent/expectations/ENGINE.json` by people, with a reason for each deviation.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Expectation;
use crate::data::data_file;
use crate::known::entry::Known;
use crate::known::file::{Entry, KnownFile};

/// What an engine did with the agent cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObservedFile {
    /// Path of the schema, for editors; always `../../schema/observed.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The engine, by the name that `agent` takes.
    pub engine: String,
    /// Its name and version, as it says it.
    pub version: String,
    /// The day of the run, as `2026-01-31`.
    pub date: String,
    /// How many cases were run. Those named neither in `skipped` nor in `differing` went as the
    /// case expects.
    pub run: usize,
    /// The cases that the record is about, by area: the second halves of their ids, separated by
    /// spaces. What the engine does in a case that is not among them is not yet recorded.
    pub cases: BTreeMap<String, String>,
    /// The cases that were not run, by reason.
    pub skipped: BTreeMap<String, Vec<String>>,
    /// What the engine did where that is not what the case expects, by the case's id.
    pub differing: BTreeMap<String, Expectation>,
    /// What it says on its console where it refuses, for each step of refusal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub console: Vec<ConsoleMessage>,
}

impl ObservedFile {
    /// The ids of the cases that the record is about.
    pub fn covered(&self) -> BTreeSet<String> {
        let of_area = |(area, slugs): (&String, &String)| -> Vec<String> {
            let slugs = slugs.split(' ');
            slugs.map(|slug| format!("{area}/{slug}")).collect()
        };
        self.cases.iter().flat_map(of_area).collect()
    }

    /// Adds a case to those that the record is about.
    pub fn cover(&mut self, id: &str) {
        let (area, slug) = id.split_once('/').unwrap_or(("", id));
        let slugs = self.cases.entry(area.to_owned()).or_default();
        if !slugs.is_empty() {
            slugs.push(' ');
        }
        slugs.push_str(slug);
    }
}

/// What an engine says on its console of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsoleMessage {
    /// The step that refuses, with the engine's dialect: `fetch#anchor/step`.
    pub at: String,
    /// At what point of the fetch: `preflight`, `response`, `redirect` …
    pub stage: String,
    /// The case in which it was said.
    pub case: String,
    /// What was compared there, such as a header's value; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// What was said, with placeholders for origins and the case's URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
    /// What there is to know when nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is known of where an engine leaves the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpectationsFile {
    /// Path of the schema, for editors; always `../../schema/expectations.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The agent, by the name that `agent` takes.
    pub agent: String,
    /// The deviations.
    pub deviations: Vec<Deviation>,
    /// What the agent does in cases that accept it (`quarantine`), so that no run fails there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Deviation>,
}

impl ExpectationsFile {
    /// Everything that is known, whether or not a case accepts it.
    pub fn all(&self) -> impl Iterator<Item = &Deviation> {
        self.deviations.iter().chain(&self.accepted)
    }

    /// The deviations as known failures; `name` is what messages call the file.
    pub fn known(&self, name: &str) -> KnownFile {
        let entry = |(number, deviation): (usize, &Deviation)| Entry {
            line: number,
            known: Known {
                name: Some(deviation.name.clone()),
                cases: deviation.cases.clone(),
                reason: deviation.reason.clone(),
                spec: deviation.spec.clone(),
                dialect: deviation.dialect.clone(),
                ..Known::default()
            },
            named: deviation
                .cases
                .iter()
                .map(|case| BTreeSet::from([case.clone()]))
                .collect(),
        };
        KnownFile {
            name: name.to_owned(),
            entries: (1..).zip(&self.deviations).map(entry).collect(),
        }
    }
}

/// One way in which an agent leaves the standard, with every case that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Its name: lower-case words joined by hyphens.
    pub name: String,
    /// What the agent does, and what the standard says.
    pub reason: String,
    /// The steps of the standard that it leaves, as cases cite them.
    pub spec: Vec<String>,
    /// The field of the model's dialect that makes the model do the same; absent where the model
    /// has nothing that corresponds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// The ids of the cases, each in full.
    pub cases: Vec<String>,
}

/// Why a file about an engine cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {said}")]
pub struct ObservedError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub said: String,
}

/// The record of an engine; `None` when there is none.
///
/// # Errors
///
/// It is not such a record.
pub fn observed(engine: &str) -> Result<Option<ObservedFile>, ObservedError> {
    let file = format!("agent/observed/{engine}.json");
    data_file(&file).map(|text| read(&file, &text)).transpose()
}

/// The expectations for an agent; `None` when there are none.
///
/// # Errors
///
/// It is not such a file, or it contradicts itself.
pub fn expectations(agent: &str) -> Result<Option<ExpectationsFile>, ObservedError> {
    let file = format!("agent/expectations/{agent}.json");
    data_file(&file)
        .map(|text| read_expectations(&file, &text))
        .transpose()
}

/// Reads a file of expectations.
///
/// # Errors
///
/// It is not such a file; a deviation lacks its reason, steps or cases; a name or a case is
/// there twice.
pub fn read_expectations(file: &str, text: &str) -> Result<ExpectationsFile, ObservedError> {
    let expectations: ExpectationsFile = read(file, text)?;
    let error = |said: String| ObservedError {
        file: file.to_owned(),
        said,
    };
    let mut names = BTreeSet::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for deviation in expectations.all() {
        let name = deviation.name.as_str();
        if !names.insert(name) {
            return Err(error(format!("the deviation `{name}` is there twice")));
        }
        if deviation.reason.len() < 20 || deviation.spec.is_empty() {
            return Err(error(format!(
                "`{name}`: expected a reason, as a sentence, and the steps it is about"
            )));
        }
        if deviation.cases.is_empty() {
            return Err(error(format!("`{name}`: expected the cases that show it")));
        }
        for case in &deviation.cases {
            if case.contains(['*', '?']) {
                return Err(error(format!(
                    "`{name}`: `{case}`: expected a whole id, nothing that stands for many"
                )));
            }
            if let Some(other) = taken.insert(case, name) {
                return Err(error(format!(
                    "the case `{case}` is named by `{other}` and by `{name}`"
                )));
            }
        }
    }
    Ok(expectations)
}

fn read<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, ObservedError> {
    serde_json::from_str(text).map_err(|error| ObservedError {
        file: file.to_owned(),
        said: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(deviations: &str) -> String {
        let text = format!(r#"{{ "agent": "x", "deviations": [{deviations}] }}"#);
        read_expectations("x.json", &text).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn a_deviation_has_reason_steps_and_whole_ids() {
        let whole = |name: &str, cases: &str| {
            format!(
                r#"{{ "name": "{name}", "reason": "It does what the standard does not.",
                      "spec": ["fetch#x/1"], "cases": [{cases}] }}"#
            )
        };
        assert_eq!(said(&whole("a", r#""a/b""#)), "");
        assert!(said(&whole("a", "")).contains("cases that show it"));
        assert!(said(&whole("a", r#""a/*""#)).contains("whole id"));
        assert!(said(&whole("a", r#""a/b", "a/b""#)).contains("named by"));
        let twice = [whole("a", r#""a/b""#), whole("a", r#""a/c""#)].join(",");
        assert!(said(&twice).contains("twice"));
        let none = whole("a", r#""a/b""#).replace("It does what the standard does not.", "so");
        assert!(said(&none).contains("a reason"));
        assert!(said("{}").contains("missing field"));
    }
}
