//! Why a case failed: computed once, where it is judged (see [`crate::attribute`]).
//!
//! Whatever is made of a failure later goes by this: which failures are shown as one, how a known
//! failure is told from a new one, in which order failures come, and which bytes are marked.

use std::collections::BTreeSet;
use std::fmt;

use cors_vectors::server::{On, Verdict};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::defect::Defect;
use crate::event::words::{Got, Kind};

/// Why a case failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// What the failure does to people.
    pub impact: Impact,
    /// The verdict that does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictCause>,
    /// The checks above the level `info` that do not hold, each once.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub checks: BTreeSet<CheckCause>,
    /// Of a user agent: in what it differs from what is expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// What the server sent where the verdict fell; `{origin}` stands for the page's origin, which
    /// servers copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Where in the responses it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// The fixes, where some are known: each was tried on the responses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// What the server does wrong, the most fundamental first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
}

/// What a failure does to people, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// A page reads what it must not.
    Exposed,
    /// A page is kept from what it may read.
    Withheld,
    /// A check of level `must` does not hold, while the verdicts do.
    Malformed,
    /// A user agent does something else than the standard says.
    Differs,
    /// No answer could be judged.
    Unanswered,
    /// Only advice is not followed.
    Advice,
    /// Refusing shows nothing, since the case it is paired with failed.
    Blocked,
}

impl Impact {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Withheld => "withheld",
            Self::Malformed => "malformed",
            Self::Differs => "differs",
            Self::Unanswered => "unanswered",
            Self::Advice => "advice",
            Self::Blocked => "blocked",
        }
    }
}

/// A verdict that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerdictCause {
    /// The step of the case, counted from 0.
    pub step: usize,
    /// What a browser must decide.
    pub wanted: Verdict,
    /// What it decides.
    pub got: Got,
    /// The step of the standard that refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What is compared there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// A check that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckCause {
    /// Its name within the case.
    pub id: String,
    /// The response it looks at.
    pub on: On,
}

/// What of a message a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// A header, by its name.
    Header(String),
    /// The status.
    Status,
    /// The bytes of the message.
    Bytes,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header(name) => name,
            Self::Status => "status",
            Self::Bytes => "bytes",
        })
    }
}

/// A place in a response to point at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The step of the case, counted from 0.
    pub step: usize,
    /// The exchange of that step, counted from 0.
    pub exchange: usize,
    /// Where in its response.
    pub place: Place,
}

/// A place in a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Columns of the value of a header line.
    Value {
        /// The line, counted from 0.
        line: usize,
        /// The first column, counted from 0.
        from: usize,
        /// The column behind the last.
        to: usize,
    },
    /// A header that is not there.
    Missing(String),
    /// The status.
    Status,
}

impl Cause {
    /// How the case fails, so that a known failure can be told from a new one in the same place:
    /// which verdict, refused at which step of the standard over what, and which checks. The same
    /// on every run of the same server: no values, ports or dates.
    pub fn fingerprint(&self) -> String {
        let mut parts = Vec::new();
        if self.impact == Impact::Blocked {
            return "blocked".to_owned();
        }
        if let Some(verdict) = &self.verdict {
            parts.push(verdict.to_string());
        }
        if !self.checks.is_empty() {
            let ids: BTreeSet<&str> = self.checks.iter().map(|check| check.id.as_str()).collect();
            let ids: Vec<&str> = ids.into_iter().collect();
            parts.push(format!("checks {}", ids.join(" ")));
        }
        parts.extend(self.differences.iter().cloned());
        if parts.is_empty() {
            parts.push("no answer".to_owned());
        }
        parts.join("; ")
    }

    /// Whether a text can be what [`Self::fingerprint`] gives for a case about servers.
    pub fn can_be_fingerprint(text: &str) -> bool {
        let wanted = ["wanted shared, got ", "wanted refused, got ", "checks "];
        ["blocked", "no answer"].contains(&text)
            || wanted.iter().any(|start| text.starts_with(start))
    }

    /// Whether another failure is the same thing in another case.
    pub fn is_same(&self, other: &Self) -> bool {
        let verdict = |cause: &Self| {
            let verdict = cause.verdict.clone();
            verdict.map(|verdict| VerdictCause { step: 0, ..verdict })
        };
        self.impact == other.impact
            && verdict(self) == verdict(other)
            && self.checks == other.checks
            && self.differences == other.differences
            && self.values == other.values
    }
}

impl fmt::Display for VerdictCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = match self.wanted {
            Verdict::Shared => "shared",
            Verdict::Refused => "refused",
        };
        let got = match self.got {
            Got::Shared => "shared",
            Got::Refused => "refused",
            Got::Nothing => "no answer",
        };
        write!(f, "wanted {wanted}, got {got}")?;
        if let Some(at) = &self.at {
            write!(f, " at {at}")?;
        }
        if let Some(about) = &self.about {
            write!(f, " ({about})")?;
        }
        Ok(())
    }
}

/// Changes of responses that correct a failure together. They were tried: with them the verdict, or the
/// check, is as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The check that holds then; absent where it is the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The changes.
    pub changes: Vec<Change>,
}

/// A change of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The step of the case, counted from 0.
    pub step: usize,
    /// The exchange of that step, counted from 0.
    pub exchange: usize,
    /// What the request was for.
    pub on: Kind,
    /// What changes.
    pub remedy: Remedy,
}

impl Fix {
    /// Whether it is the same change, wherever.
    pub fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.changes.iter().zip(&other.changes);
        self.changes.len() == other.changes.len()
            && pairs.all(|(one, other)| (one.on, &one.remedy) == (other.on, &other.remedy))
    }
}

/// The changes as an order, such as `in the response to the preflight: list PUT in X`.
impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = None;
        for (index, change) in self.changes.iter().enumerate() {
            let place = (change.step, change.exchange);
            let is_next = last.is_some_and(|last| last != place);
            f.write_str(match (index, is_next) {
                (0, _) => "",
                (_, true) => "; ",
                (_, false) => " and ",
            })?;
            if last != Some(place) && change.on == Kind::Preflight {
                f.write_str("in the response to the preflight: ")?;
            } else if is_next {
                f.write_str("in the response to the request itself: ")?;
            }
            last = Some(place);
            change.remedy.fmt(f)?;
        }
        Ok(())
    }
}

/// A change of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Remedy {
    /// It has exactly one header with this name, and this is its value.
    SetHeader {
        /// The name.
        name: String,
        /// The value.
        value: String,
    },
    /// It has one more element in the list that is this header.
    AddToList {
        /// The name.
        name: String,
        /// The element.
        value: String,
    },
    /// It has no header with this name.
    RemoveHeader {
        /// The name.
        name: String,
        /// Of `Access-Control-Allow-Origin`: in responses to whom, where the request names an origin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Recipient>,
    },
    /// It has this status.
    SetStatus {
        /// The status.
        status: u16,
    },
}

/// An origin that a response must not be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// One that the policy refuses.
    Origin,
    /// One that looks like an allowed one.
    LookAlike,
    /// One that is let in with all others, by `*`.
    Everybody,
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Origin => "to this origin, only to those that are allowed",
            Self::LookAlike => {
                "to this origin: compare the whole origin with those that are allowed"
            }
            Self::Everybody => "to this origin, and to an allowed one its own in place of `*`",
        })
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetHeader { name, value } => write!(f, "send {name}: {value}"),
            Self::AddToList { name, value } => write!(f, "list {value} in {name}"),
            Self::RemoveHeader { name, to: None } => write!(f, "do not send {name}"),
            Self::RemoveHeader { name, to: Some(to) } => write!(f, "do not send {name} {to}"),
            Self::SetStatus { status } => write!(f, "answer with the status {status}"),
        }
    }
}
