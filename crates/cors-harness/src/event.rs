//! The stream of events from which every report is rendered: one JSON object a line, a `run` line
//! first, a `case` line per selected case, an `end` line last. A stream without `end` is truncated.
//!
//! Bytes from the wire are text in which bytes outside printable ASCII are written `\xNN` and a
//! backslash is doubled; long values are cut, which is said at their end. Secrets (see
//! [`crate::redact`]) are replaced by `[redacted]`.

use std::collections::BTreeMap;

use cors_vectors::server::{Level, On, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit::Exit;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// The first line: what is run.
    Run(RunEvent),
    /// A case was judged.
    Case(Box<CaseEvent>),
    /// The last line: how it ended.
    End(EndEvent),
}

/// What is run against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunEvent {
    /// The program, as `name version`.
    pub tool: String,
    /// The case library: its version or digest.
    pub vectors: String,
    /// The revision of the Fetch standard that the verdicts follow.
    pub standard: String,
    /// The target, as a person named it.
    pub target: String,
    /// What is known of the target.
    pub mode: Mode,
    /// Number of selected cases; the counts of the `end` line add up to it.
    pub selected: usize,
    /// The policy that was inferred from the target's answers, as a file with comments; in probe
    /// mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferred: Option<String>,
}

/// What is known of the target.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The policy is not known.
    Probe,
    /// The policy was stated by the user.
    Policy,
    /// The target takes on the named policies of the library.
    Kit,
}

/// What became of a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All of it holds, or what does not hold is a recorded choice (level `info`).
    Pass,
    /// A verdict or a check of level `should` or `must` does not hold; `level` says which.
    Fail,
    /// The case it is paired with did not get its verdict, so that this one's means nothing.
    Blocked,
    /// It means nothing for this target; `reason` says why.
    Skip,
    /// No complete HTTP response came where one had to be refused: nothing can be said.
    Error,
}

/// A judged case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEvent {
    /// The case's permanent id, `area/slug`.
    pub id: String,
    /// The requirement, as a sentence.
    pub title: String,
    /// What breaks, or who profits, when it does not hold.
    pub why: String,
    /// Where it comes from.
    pub spec: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Of a failure, the highest level that failed; else the case's own level.
    pub level: Level,
    /// The named policy under which it ran, in kit mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Why the outcome is not `pass`, or what was recorded; one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the failure is accepted, where it is known and happened in the recorded way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
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
    pub exchanges: usize,
    /// How to see it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// How long it took, in milliseconds; 0 under a fixed clock.
    pub millis: u64,
}

/// What an engine makes of a step where a browser by the standard does something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// What a browser would have decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Got {
    /// The page may read the response.
    Shared,
    /// The page may not.
    Refused,
    /// There was no complete HTTP response to decide about.
    Nothing,
}

impl From<Verdict> for Got {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Shared => Self::Shared,
            Verdict::Refused => Self::Refused,
        }
    }
}

/// Whether a check holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckOutcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It could not be looked at.
    Skip,
}

/// A judged check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// What was wanted and what came, as a sentence.
    pub said: String,
    /// Why, when the case's own `why` does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A step that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepEvent {
    /// The verdict that the case states, of a `fetch` step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Verdict>,
    /// What came of it, of a `fetch` step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<Got>,
    /// The page's origin, of a `fetch` step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Where and why the fetch ended, when it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalEvent>,
    /// What must be known to read the step, such as a request that was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The steps of the standard that were taken, when they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<TraceEvent>,
    /// The exchanges, in order.
    pub exchanges: Vec<ExchangeEvent>,
}

/// Where and why a fetch ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalEvent {
    /// The step that refused: `fetch#anchor/step`.
    pub at: String,
    /// At what point of the fetch: `api`, `fetch`, `preflight`, `response`, `redirect`, `transport`.
    pub stage: String,
    /// The refusal as a sentence.
    pub said: String,
    /// What was compared, such as a header's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<String>,
    /// What it was; absent when it was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// What it had to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// The changes of the answer that would each satisfy the step, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<String>,
}

/// A step of the standard that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceEvent {
    /// Which: `fetch#anchor/step`.
    pub at: String,
    /// What happened there, with the values at hand.
    pub said: String,
}

/// What an exchange was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A CORS-preflight request.
    Preflight,
    /// The request that the page asked for.
    Actual,
    /// A request as it is, such as no browser sends.
    Raw,
}

/// A request and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeEvent {
    /// What it was for.
    pub kind: Kind,
    /// The request as it went out.
    pub request: RequestEvent,
    /// The answer, when it was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseEvent>,
    /// What happened instead of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEvent {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The header lines in order, without framing.
    pub headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseEvent {
    /// The status.
    pub status: u16,
    /// The header lines in order.
    pub headers: Vec<(String, String)>,
}

/// Two ways to see a case again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// A command line of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cli: Option<String>,
    /// A curl command line that makes the exchange that decided; secrets left for you to fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// How many cases had which outcome; they add up to the number of selected cases.
    pub counts: Counts,
}

/// How many cases had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Passed.
    pub pass: usize,
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
            Outcome::Fail => self.fail += 1,
            Outcome::Blocked => self.blocked += 1,
            Outcome::Skip => self.skip += 1,
            Outcome::Error => self.error += 1,
        }
    }

    /// All of them together.
    pub const fn total(&self) -> usize {
        self.pass + self.fail + self.blocked + self.skip + self.error + self.unjudged
    }

    /// Those that met the target.
    pub const fn ran(&self) -> usize {
        self.pass + self.fail + self.blocked + self.error
    }

    /// By the names that the stream uses.
    pub fn by_name(&self) -> BTreeMap<&'static str, usize> {
        BTreeMap::from([
            ("pass", self.pass),
            ("fail", self.fail),
            ("blocked", self.blocked),
            ("skip", self.skip),
            ("error", self.error),
            ("unjudged", self.unjudged),
        ])
    }
}

/// The JSON Schema (draft 2020-12) of one line of the stream.
pub fn event_schema() -> serde_json::Value {
    schemars::schema_for!(Event).to_value()
}
