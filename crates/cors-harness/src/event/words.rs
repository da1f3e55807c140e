//! The words that events are made of.

use cors_vectors::server::Verdict;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All of it holds.
    Pass,
    /// All that is binding holds; a verdict or a check of level `info` does not: a choice of the
    /// server, which `reason` records.
    Info,
    /// A verdict or a check of level `should` or `must` does not hold; `level` says which.
    Fail,
    /// The case it is paired with did not get its verdict, so that this one's means nothing.
    Blocked,
    /// It means nothing for this target; `reason` says why.
    Skip,
    /// No complete HTTP response came where one had to be refused: nothing can be said.
    Error,
}

/// What a browser would have decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum CheckOutcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It could not be looked at.
    Skip,
}

/// What an exchange was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A CORS-preflight request.
    Preflight,
    /// The request that the page asked for.
    Actual,
    /// A request as it is, such as no browser sends.
    Raw,
}
