//! What must happen: the requests that arrive, and what each fetch ends in.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fetch::{Place, cross, is_cross};
use crate::text::{HeaderPair, Text};

/// What must happen: every request that reaches a server, in order, and what each fetch ends in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// All requests, in order. None may be missing and none may come on top.
    pub requests: Vec<ExpectedRequest>,
    /// One outcome for each fetch.
    pub outcomes: Vec<Outcome>,
}

/// A request that must arrive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpectedRequest {
    /// Preflight or actual.
    pub kind: RequestKind,
    /// At which origin it arrives.
    #[serde(default = "cross", skip_serializing_if = "is_cross")]
    pub at: Place,
    /// How its URL continues the case's own; not looked at when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// The method. For a preflight always `OPTIONS`, so not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// The `Origin` header: the serialized origin of a place, `null`, or `none` for no header.
    pub origin: OriginHeader,
    /// `Access-Control-Request-Method` of a preflight; stated for every preflight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_method: Option<Text>,
    /// `Access-Control-Request-Headers` of a preflight, byte for byte. Where it is left out, the request must not have that header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_headers: Option<Text>,
    /// Other header lines that must be there: name and combined value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<HeaderPair>,
    /// Header names that must not be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The body, byte for byte; not looked at when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
}

/// Preflight or actual request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// A CORS-preflight request.
    Preflight,
    /// The request itself, or its continuation after a redirect.
    Actual,
}

/// What the `Origin` header of a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OriginHeader {
    /// The serialized origin of the page.
    Page,
    /// The serialized origin of `cross`.
    Cross,
    /// The serialized origin of `third`.
    Third,
    /// The word `null`.
    Null,
    /// There is no such header.
    None,
}

/// What a fetch ends in, as script sees it. Either `error` or `type` is stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// A network error, or an exception that the API throws before any request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
    /// The response's type; with `xhr`, where script cannot see it, what it would be.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub response_type: Option<ResponseType>,
    /// The status that script sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers that script can read, with their combined values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// Header names that script cannot read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Text>,
    /// The response's URL as script sees it (the empty string for opaque responses).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// Whether script sees that it was redirected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected: Option<bool>,
    /// Whether the Timing-Allow-Origin check passed on every hop (only the model can say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing_allowed: Option<bool>,
}

/// Where a fetch fails. Script cannot tell the network errors apart; the requests that arrived can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The API throws a `TypeError` (or its promise is rejected with one) before anything is sent.
    TypeError,
    /// The API throws a `SyntaxError`.
    SyntaxError,
    /// The API throws a `SecurityError`.
    SecurityError,
    /// A network error before any request of this fetch is sent.
    Blocked,
    /// A network error because a preflight failed.
    Preflight,
    /// A network error because a response failed the CORS check.
    CorsCheck,
    /// A network error because a redirect may not be followed.
    Redirect,
    /// A network error of the transport: a dropped connection, a broken answer.
    Transport,
    /// A network error for another reason, such as a body that the connection cannot carry.
    Other,
    /// Some error. Only in records of what an engine did, since script cannot tell which.
    Any,
}

/// The type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ResponseType {
    /// `basic`.
    Basic,
    /// `cors`.
    Cors,
    /// `opaque`.
    Opaque,
    /// `opaqueredirect`.
    OpaqueRedirect,
}
