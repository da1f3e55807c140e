//! A step of a case that was carried out: requests, responses, and what a browser makes of them.

use cors_vectors::server::Verdict;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{Got, Kind};
use crate::cause::About;

/// A step that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefusalEvent {
    /// The step that refused: `fetch#anchor/step`.
    pub at: String,
    /// At what point of the fetch: `api`, `fetch`, `preflight`, `response`, `redirect`, `transport`.
    pub stage: String,
    /// The refusal as a sentence.
    pub said: String,
    /// What was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<About>,
    /// What it was; absent when it was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// What it had to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// The method or header name that a list lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// A step of the standard that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TraceEvent {
    /// Which: `fetch#anchor/step`.
    pub at: String,
    /// What happened there, with the values at hand.
    pub said: String,
}

/// A request and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResponseEvent {
    /// The status.
    pub status: u16,
    /// The header lines in order.
    pub headers: Vec<(String, String)>,
}
