//! What an explanation says, before it is text or JSON. Every string is safe for a terminal.

use serde::Serialize;

use crate::change::{Change, ChangedLine};
use crate::console::ConsoleView;
use crate::engine::EngineView;

/// An explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What a browser decides.
    pub verdict: Verdict,
    /// The same as a sentence, with the reason.
    pub said: String,
    /// Whose behaviour this is, when that is not the standard's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineView>,
    /// What the page did.
    pub page: Page,
    /// The exchanges, in the order in which a browser makes them.
    pub exchanges: Vec<Exchange>,
    /// The steps of the standard that were taken.
    pub steps: Vec<Step>,
    /// What engines say on their consoles of such a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub console: Vec<ConsoleView>,
    /// The changes of the answers that would each make a browser share.
    pub changes: Vec<Change>,
    /// What comes next, when something that was not given does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// What a browser decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The page may read the response.
    Shared,
    /// It may not.
    Refused,
    /// All answers that are given are good, and one more is needed.
    AllowedSoFar,
    /// The browser itself stopped the request or got no answer, for a reason that is not CORS.
    NotCors,
}

/// What the page did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its origin.
    pub origin: String,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers that script has set; no value where it is not known.
    pub headers: Vec<(String, Option<String>)>,
    /// The credentials mode.
    pub credentials: String,
    /// Why a preflight is sent; empty where none is.
    pub preflight_because: Vec<String>,
    /// What had to be assumed, as sentences.
    pub assumed: Vec<String>,
}

/// A request that a browser sends, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Whether this is the preflight.
    pub preflight: bool,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The header lines of the request.
    pub request: Vec<Line>,
    /// The answer; `None` when it is not given.
    pub answer: Option<AnswerView>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerView {
    /// Where it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The status.
    pub status: u16,
    /// Whether the status decided.
    pub status_decided: bool,
    /// The header lines.
    pub headers: Vec<Line>,
    /// The name of a header whose absence decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// What the decisive value should have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

/// A header line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether CORS has to do with it.
    #[serde(skip)]
    pub concerned: bool,
    /// The decisive bytes of the value, from and to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<(usize, usize)>,
}

/// A step of the standard that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What happened, as a sentence.
    pub said: String,
    /// Where it is written: `fetch#anchor/step`.
    pub at: String,
    /// The address of the algorithm.
    pub link: String,
    /// Whether the verdict can be understood from it.
    pub decisive: bool,
}

/// A request that comes next and whose answer is not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The header lines that its answer must hold.
    pub must_hold: Vec<ChangedLine>,
}
