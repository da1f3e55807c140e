//! What real engines did with the agent cases: `agent/observed/ENGINE.json`, which a run of one
//! version of one engine has written. What is known of it is in [`crate::known::agents`].

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Expectation;
use crate::data::data_file;

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

/// What engines tell apart in a value that they refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// The header is missing.
    Missing,
    /// It is empty.
    Empty,
    /// It is `*`.
    Wildcard,
    /// It has a comma, as of several lines, or a space within.
    Several,
    /// It is an origin, or looks like one.
    Origin,
    /// Anything else.
    Other,
}

impl ValueKind {
    /// The kind of a value.
    pub fn of(value: Option<&str>) -> Self {
        match value {
            None => Self::Missing,
            Some("") => Self::Empty,
            Some("*") => Self::Wildcard,
            Some(value) if value.contains([',', ' ']) => Self::Several,
            Some(value) if value == "null" || value.contains("://") => Self::Origin,
            Some(_) => Self::Other,
        }
    }
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

fn read<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, ObservedError> {
    serde_json::from_str(text).map_err(|error| ObservedError {
        file: file.to_owned(),
        said: error.to_string(),
    })
}
