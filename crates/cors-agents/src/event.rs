//! The stream of events of an agent run: as that of a server run, a `run` line first, a `case` line
//! per selected case, an `end` line last. A stream without `end` is truncated.

use cors_harness::event::{EndEvent, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compare::Difference;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// The first line: what is run.
    Run(RunEvent),
    /// A case was compared.
    Case(Box<CaseEvent>),
    /// The last line: how it ended.
    End(EndEvent),
}

/// What is run on which user agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunEvent {
    /// The program, as `name version`.
    pub tool: String,
    /// The case library: its version or digest.
    pub vectors: String,
    /// The revision of the Fetch standard that the cases state.
    pub standard: String,
    /// The user agent, by name and version.
    pub agent: String,
    /// Number of selected cases; the counts of the `end` line add up to it.
    pub selected: usize,
}

/// A case that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEvent {
    /// The case's permanent id, `area/slug`.
    pub id: String,
    /// The rule at work, as a sentence.
    pub title: String,
    /// Where it comes from.
    pub spec: Vec<String>,
    /// `pass`, `fail` or `skip`.
    pub outcome: Outcome,
    /// Why it was skipped, or why an outcome beside the standard's is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a failure, the name of the known deviation that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
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
    /// A command line of this program that runs the case alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
}

/// The JSON Schema (draft 2020-12) of one line of the stream.
pub fn event_schema() -> serde_json::Value {
    schemars::schema_for!(Event).to_value()
}
