//! What a server does wrong, as far as one case shows it.
//!
//! Failures of one server have far fewer causes than there are cases that show them. What is found
//! here of each (see [`crate::defects`]) is what failures are put together by.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that a server does wrong, where a case shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What it does.
    pub wrong: Wrong,
    /// The step of the case, counted from 0.
    pub step: usize,
    /// The exchange of that step, counted from 0.
    pub exchange: usize,
}

/// What a server does wrong, the most fundamental first: what comes earlier hides what comes later, or
/// is why it is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Wrong {
    /// There is no complete response.
    NoResponse,
    /// A cache answers with what it kept for a page of another origin.
    Cached,
    /// It allows an origin that the policy refuses.
    Granted(Stranger),
    /// It allows every origin with `*`, which the policy does not, or not with credentials.
    Wildcard,
    /// `Access-Control-Allow-Origin` comes in several lines.
    SeveralOrigins,
    /// `Access-Control-Allow-Origin` is neither the origin of the request nor `*`.
    WrongOrigin,
    /// `Access-Control-Allow-Origin` is missing where the policy allows the origin.
    NotGranted(Where),
    /// The response to a preflight that the policy allows has no ok status.
    Preflight {
        /// The status.
        status: u16,
    },
    /// The response to another request has a status that it must not have.
    Status {
        /// The status.
        status: u16,
    },
    /// The response to a preflight lists neither methods nor headers.
    NoLists,
    /// A header says less than the policy allows, or not in the form that browsers read.
    Lacks {
        /// The name, in small letters.
        header: String,
    },
    /// A header allows what the policy does not.
    Exceeds {
        /// The name, in small letters.
        header: String,
    },
    /// Something else is wrong with a header.
    Header {
        /// The name, in small letters.
        header: String,
    },
    /// Something is wrong with the bytes of the message.
    Bytes {
        /// The check that says so, without the number that tells it from its like.
        check: String,
    },
}

/// An origin that a policy refuses, as it is beside those that the policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stranger {
    /// It has nothing in common with them.
    Any,
    /// Its host looks like that of one of them.
    Host,
    /// It is one of them with another port.
    Port,
    /// It is one of them with another scheme.
    Scheme,
    /// Its host is the one that the request is for.
    Own,
    /// Its host is an address or a single label, as on a local network or the visitor's own machine.
    Local,
    /// Its scheme is that of an application or an extension, not of the web.
    Application,
    /// It is `null`.
    Null,
    /// It is no origin.
    Malformed,
}

/// Responses that lack something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// Responses with an ok status to other requests than preflights.
    Response,
    /// Responses to preflights.
    Preflight,
    /// Responses with another status.
    Error,
}
