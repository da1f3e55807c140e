//! The lines of the stream: what is run, a judged case, how it ended.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::CaseEvent;
use super::words::{Mode, Outcome};
use crate::exit::Exit;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// The first line: what is run.
    Run(RunEvent),
    /// Something about the target as a whole.
    Note(NoteEvent),
    /// A case was judged.
    Case(Box<CaseEvent>),
    /// The last line: how it ended.
    End(EndEvent),
}

/// What is run against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunEvent {
    /// The program, as `name version`.
    pub tool: String,
    /// The case library: its version or digest.
    pub vectors: String,
    /// The revision of the Fetch standard that the verdicts follow.
    pub standard: String,
    /// What is tested.
    pub subject: SubjectEvent,
    /// Number of selected cases; the counts of the `end` line add up to it. 0 for the fuzzer, which
    /// does not know beforehand how many sequences it will make.
    pub selected: usize,
}

/// What is tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum SubjectEvent {
    /// A server, or a service in this process, by the cases.
    Server {
        /// As a person named it.
        target: String,
        /// What is known of it.
        mode: Mode,
        /// The policy that was inferred from its answers, as a file with comments; in probe mode.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inferred: Option<String>,
    },
    /// A user agent, by the agent cases.
    Agent {
        /// Its name and version.
        agent: String,
    },
    /// A server, by generated requests. A case is a finding, the counts are of sequences.
    Fuzz {
        /// As a person named it.
        target: String,
        /// What is known of it.
        mode: Mode,
        /// What makes the same requests again.
        seed: u64,
    },
}

impl SubjectEvent {
    /// What is known of a server.
    pub const fn mode(&self) -> Option<Mode> {
        match self {
            Self::Server { mode, .. } | Self::Fuzz { mode, .. } => Some(*mode),
            Self::Agent { .. } => None,
        }
    }

    /// What a person calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Server { target, .. } | Self::Fuzz { target, .. } => target,
            Self::Agent { agent } => agent,
        }
    }
}

/// Something about the target as a whole that a reader of the cases has to know. It is no case and
/// does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoteEvent {
    /// What it is about.
    pub about: NoteAbout,
    /// What was seen, and what to do about it.
    pub text: String,
}

/// What of a target a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoteAbout {
    /// It answers another status than 200 to everybody.
    Status,
    /// It refuses pages while it is reached as this machine.
    HostGuard,
    /// It refuses requests of its own pages.
    OwnPages,
    /// It allows an origin that no page has.
    AllowOrigin,
    /// A cache in front of it answers whatever the origin.
    Cache,
    /// It allows pages of one origin other things than those of another.
    Rules,
    /// It once gave no response, and gave one when it was asked again.
    NoResponse,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndEvent {
    /// Whether every selected case was judged.
    pub complete: bool,
    /// The exit status.
    pub exit: Exit,
    /// Why the run could not start or did not finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What a program that the suite started printed last before that, in escaped lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// In what the list of known failures is no longer right, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_of_date: Vec<String>,
    /// How many cases had which outcome; they add up to the number of selected cases. Of the fuzzer
    /// how many sequences.
    pub counts: Counts,
    /// What else the fuzzer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<GeneratedEvent>,
}

/// What the fuzzer counts beside sequences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GeneratedEvent {
    /// Requests that were sent, those to make findings short included.
    pub requests: usize,
    /// How many sequences failed like each finding, by its id.
    pub times: BTreeMap<String, usize>,
}

/// How many cases had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Passed.
    pub pass: usize,
    /// Made a choice that is recorded.
    #[serde(default)]
    pub info: usize,
    /// Failed, at whatever level.
    pub fail: usize,
    /// Blocked.
    pub blocked: usize,
    /// Skipped.
    pub skip: usize,
    /// Without an answer to judge.
    pub error: usize,
    /// Not judged, since the run was cut short.
    pub unjudged: usize,
}

impl Counts {
    /// Adds a case.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Pass => self.pass += 1,
            Outcome::Info => self.info += 1,
            Outcome::Fail => self.fail += 1,
            Outcome::Blocked => self.blocked += 1,
            Outcome::Skip => self.skip += 1,
            Outcome::Error => self.error += 1,
        }
    }

    /// All of them together.
    pub const fn total(&self) -> usize {
        self.pass + self.info + self.fail + self.blocked + self.skip + self.error + self.unjudged
    }

    /// Those that met the target.
    pub const fn ran(&self) -> usize {
        self.pass + self.info + self.fail + self.blocked + self.error
    }

    /// By the names that the stream uses.
    pub fn by_name(&self) -> BTreeMap<&'static str, usize> {
        BTreeMap::from([
            ("pass", self.pass),
            ("info", self.info),
            ("fail", self.fail),
            ("blocked", self.blocked),
            ("skip", self.skip),
            ("error", self.error),
            ("unjudged", self.unjudged),
        ])
    }
}

/// The JSON Schema (draft 2020-12) of one line of the stream.
#[cfg(feature = "schema")]
pub fn event_schema() -> serde_json::Value {
    schemars::schema_for!(Event).to_value()
}
