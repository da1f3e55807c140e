//! A judged case.

use std::fmt;

use cors_vectors::server::{Level, On, Verdict};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::step::StepEvent;
use super::words::{CheckOutcome, Got, Outcome};
use crate::cause::{About, Cause};

/// A judged case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaseEvent {
    /// The case's permanent id, `area/slug`.
    pub id: String,
    /// The requirement, as a sentence.
    pub title: String,
    /// What breaks, or who profits, when it does not hold; empty where the case does not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Where it comes from.
    pub spec: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The highest level at which something does not hold; else the case's own level.
    pub level: Level,
    /// The named policy under which it ran, in kit mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Why the outcome is not `pass`, or what was recorded; one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the failure is accepted, where it is known and happened in the recorded way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownEvent>,
    /// The verdict that decides the case: the first that does not hold, else the last stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Verdict>,
    /// What came of that step instead or as well; absent when it was not carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<Got>,
    /// The checks of all steps, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckEvent>,
    /// The steps that were carried out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepEvent>,
    /// What engines make of it that a browser by the standard does not, when they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<EngineEvent>,
    /// Number of exchanges of all steps.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub exchanges: usize,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What a user agent did, of an agent case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentEvent>,
    /// How it was found, of a finding of the fuzzer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FoundEvent>,
    /// How to see it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// How long it took, in milliseconds; 0 under a fixed clock, and where it is not measured.
    #[serde(default)]
    pub millis: u64,
}

impl CaseEvent {
    /// A case of which nothing is known, so that it is skipped.
    pub fn blank(id: &str, title: &str, level: Level) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            why: String::new(),
            spec: Vec::new(),
            outcome: Outcome::Skip,
            level,
            policy: None,
            reason: None,
            known: None,
            wanted: None,
            got: None,
            checks: Vec::new(),
            steps: Vec::new(),
            engines: Vec::new(),
            exchanges: 0,
            cause: None,
            agent: None,
            found: None,
            again: None,
            millis: 0,
        }
    }
}

/// A judged check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckEvent {
    /// The check's name within the case. `reads:NAME` and `cannot-read:NAME` come from what the
    /// page must and must not be able to read.
    pub id: String,
    /// Index of its step.
    pub step: usize,
    /// How binding it is.
    pub level: Level,
    /// Whether it holds.
    pub outcome: CheckOutcome,
    /// The answer it looks at.
    pub on: On,
    /// What of the answer it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// What was wanted and what came, as a sentence.
    pub said: String,
    /// Why, when the case's own `why` does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What an engine makes of a step where a browser by the standard does something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EngineEvent {
    /// The engine.
    pub engine: String,
    /// The step, counted from 0.
    pub step: usize,
    /// What comes of it there.
    pub got: Got,
    /// What is different, as a sentence.
    pub said: String,
}

/// A known failure, as the list of them has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownEvent {
    /// Its short name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it is accepted, with a link where there is one.
    pub reason: String,
    /// The steps of the standard that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spec: Vec<String>,
}

impl fmt::Display for KnownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}: ")?;
        }
        f.write_str(&self.reason)
    }
}

/// What a user agent did in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentEvent {
    /// What is not as expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The requests that arrived, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<String>,
    /// The steps of the standard that were taken, each once, in the order of their first time.
    /// Only of the model, and only when they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

/// How the fuzzer found a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FoundEvent {
    /// How many requests had been sent when it was seen first.
    pub after: usize,
    /// Whether it was seen again on a target to which nothing else was sent. Otherwise it depends on
    /// what was sent before, or comes and goes.
    pub confirmed: bool,
}

/// One thing that a user agent did otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// What: `request 2: Origin`, `outcome 1: status` …
    pub what: String,
    /// What was expected.
    pub wanted: String,
    /// What was observed.
    pub got: String,
}

/// Ways to see a case again, and more about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// A command line of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cli: Option<String>,
    /// A curl command line that makes the exchange that decided; secrets left for you to fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// A command line of this program that explains what the case demands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}
