//! What scripted servers answer.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fetch::{Place, is_default};
use crate::text::{HeaderPair, Text};

/// How a server answers a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which requests it answers: preflights (OPTIONS with `Access-Control-Request-Method`),
    /// actual requests, or both.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: OnRequest,
    /// Only at this origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// Only where the URL continues the case's own with exactly this, such as `/2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// Only during this fetch of the case, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<u32>,
    /// Only for the n-th request, counted from 1, among those to the same URL of the same kind
    /// (preflight or actual) within the fetch. For redirect loops and chains on one URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// The status, 200 when left out.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub status: u16,
    /// The header lines, in order. `Content-Length` is added by the server when neither it nor
    /// `Transfer-Encoding` is among them and the status allows a body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// The body; empty when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// Interim responses sent first: status and header lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interim: Vec<Interim>,
    /// Trailer lines, sent after a chunked body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<HeaderPair>,
    /// Instead of answering, close the connection after reading the request.
    #[serde(default, skip_serializing_if = "is_default")]
    pub drop: bool,
}

fn ok() -> u16 {
    200
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_ok(status: &u16) -> bool {
    *status == 200
}

/// An interim (1xx) response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interim {
    /// The status, 100 to 199 without 101.
    pub status: u16,
    /// The header lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
}

/// Which requests an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OnRequest {
    /// Both kinds.
    #[default]
    Any,
    /// OPTIONS requests with `Access-Control-Request-Method`.
    Preflight,
    /// Everything else.
    Actual,
}
