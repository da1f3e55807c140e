//! What is known of an emulator, summed up: it fails too many cases to keep what it did in each.
//!
//! `agent/summaries/NAME.json` has the classes of its failures, by what a case of a class is known,
//! and of each class how many cases there were and what was done in a few. It is written from the
//! classes in `xtask/agents/NAME.toml`, which people write, and from a run on all cases.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{AgentCase, Expectation};
use crate::data::data_file;
use crate::known::entry::{Known, Shows};
use crate::known::file::{Entry, KnownFile};
use crate::observed::ObservedError;
use crate::select::Selector;
use crate::tags::{ALL, tags};

/// How many cases of a class are kept.
pub const SAMPLE: usize = 3;

/// What an emulator did in all cases, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SummaryFile {
    /// Path of the schema, for editors; always `../../schema/summary.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The emulator, by the name that `agent` takes.
    pub agent: String,
    /// Its name and version, as it says it.
    pub version: String,
    /// The day of the run, as `2026-01-31`.
    pub date: String,
    /// How many cases were run.
    pub run: usize,
    /// How many cases were not run, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// The classes of its failures, in the order in which they are tried.
    pub classes: Vec<ClassSummary>,
}

/// A class with what came of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClassSummary {
    /// The known failure: its count is how many cases belong to it, and none is named.
    pub known: Known,
    /// What was done in a few of them, by the case's id.
    pub sample: BTreeMap<String, Expectation>,
}

/// The summary of an emulator; `None` when there is none.
///
/// # Errors
///
/// It is not such a summary.
pub fn summary(agent: &str) -> Result<Option<SummaryFile>, ObservedError> {
    let file = format!("agent/summaries/{agent}.json");
    let read = |text: &str| {
        serde_json::from_str(text).map_err(|error| ObservedError {
            file: file.clone(),
            said: error.to_string(),
        })
    };
    data_file(&file).map(|text| read(&text)).transpose()
}

impl SummaryFile {
    /// Its known failures as a list, in which nothing is named yet: which cases belong to a class
    /// shows in a run.
    pub fn list(&self) -> KnownFile {
        let entry = |summary: &ClassSummary| Entry {
            line: 0,
            known: summary.known.clone(),
            named: vec![BTreeSet::new()],
        };
        KnownFile {
            name: format!("agent/summaries/{}.json", self.agent),
            entries: self.classes.iter().map(entry).collect(),
        }
    }

    /// How many cases it is about.
    pub fn cases(&self) -> usize {
        self.run + self.skipped.values().sum::<usize>()
    }
}

/// Finds the class of a failure.
#[derive(Debug, Clone)]
pub struct Classifier {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// The place of its class.
    class: usize,
    accepted: bool,
    shows: Shows,
    selectors: Vec<Selector>,
}

impl Classifier {
    /// One of these classes, in their order.
    ///
    /// # Errors
    ///
    /// Names the class with a tag that there is not or a selector that cannot be read.
    pub fn new<'a>(classes: impl IntoIterator<Item = &'a Known>) -> Result<Self, String> {
        let mut rules = Vec::new();
        for (number, class) in classes.into_iter().enumerate() {
            let name = class.name.as_deref().unwrap_or_default();
            for shows in &class.shows {
                let mut used = shows.all.iter().chain(&shows.only);
                if let Some(tag) = used.find(|tag| !ALL.contains(&tag.as_str())) {
                    return Err(format!("{name}: there is no tag `{tag}`"));
                }
                let selectors = shows.cases.iter().map(|text| text.parse());
                let selectors: Result<_, _> = selectors.collect();
                rules.push(Rule {
                    class: number,
                    accepted: class.accepted,
                    shows: shows.clone(),
                    selectors: selectors.map_err(|error| format!("{name}: {error}"))?,
                });
            }
        }
        Ok(Self { rules })
    }

    /// The place of the class of what was done in a case, or a line that says what was done when no
    /// class fits.
    ///
    /// # Errors
    ///
    /// That line.
    pub fn class(&self, case: &AgentCase, did: &Expectation) -> Result<usize, String> {
        let accepted = case.quarantine.as_ref();
        let accepted =
            accepted.is_some_and(|quarantine| tags(case, &quarantine.also, did).is_empty());
        let shown = tags(case, &case.expect, did);
        let fits = |rule: &&Rule| {
            let Shows { all, only, .. } = &rule.shows;
            rule.accepted == accepted
                && all.iter().all(|tag| shown.contains(tag.as_str()))
                && (only.is_empty() || shown.iter().all(|tag| only.iter().any(|one| one == tag)))
                && (rule.selectors.is_empty() || rule.selectors.iter().any(|one| one.fits(case)))
        };
        let rule = self.rules.iter().find(fits);
        rule.map(|rule| rule.class).ok_or_else(|| {
            let shown: Vec<&str> = shown.into_iter().collect();
            let note = if accepted { " (accepted)" } else { "" };
            format!("{}{note}: {}", case.id, shown.join(" "))
        })
    }
}
