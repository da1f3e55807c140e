//! A file of agent cases, and a case.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::expectation::Expectation;
use super::fetch::{Fetch, Place};

/// A file of agent cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentFile {
    /// Path of the schema, for editors; always `../schema/agent.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the file is about; the first half of each case's id.
    pub area: String,
    /// What belongs in this file, in a sentence.
    pub about: String,
    /// For a generated file: the generator's name, as `cargo xtask vectors generate` lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// The cases.
    pub cases: Vec<AgentCase>,
}

/// What a page does and how scripted servers answer, with what a browser must do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentCase {
    /// `area/slug`, permanent.
    pub id: String,
    /// Earlier ids of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The rule at work, as a sentence.
    pub title: String,
    /// Why the expectation follows from the cited steps, when that is not evident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where it comes from: `fetch#anchor/step` or a range `fetch#anchor/6-8`.
    pub spec: Vec<String>,
    /// Ids of the rules (`vectors/rules.json`) that the case shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Free words to select by, such as `slow` (waits) or `model-only` (needs origins that a
    /// loopback set-up cannot have).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Origins of `page`, `cross` and `third` that the case needs to be just these. Where a runner
    /// cannot have them it skips the case.
    #[serde(
        default,
        deserialize_with = "cors_policy::strict::unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub origins: BTreeMap<Place, String>,
    /// What the page does, one after the other.
    pub fetches: Vec<Fetch>,
    /// How the servers answer: the first rule that fits a request answers it. A request that no
    /// rule fits is answered with 200 and no headers at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server: Vec<Answer>,
    /// What must happen.
    pub expect: Expectation,
    /// Where the standard's text and every engine are known to disagree: the other outcome that is
    /// accepted too, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
}

/// An outcome that is accepted beside the standard's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// Why both are accepted: where the text and the engines part.
    pub reason: String,
    /// The other outcome.
    pub also: Expectation,
}
