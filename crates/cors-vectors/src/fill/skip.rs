//! Why a case says nothing about a server with some policy.

use std::fmt;

use crate::server::{Endpoint, Requirement};
use crate::text::TextError;

/// Why a case says nothing about a server with some policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The policy is not what the case requires.
    Requires(Requirement),
    /// The policy does not declare an endpoint that the case uses.
    Endpoint(Endpoint),
    /// The policy has nothing that a placeholder of the case could stand for.
    Placeholder {
        /// The placeholder's name.
        name: String,
    },
    /// The filled origin is one that no page can have.
    NoSuchPage {
        /// The origin.
        origin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The policy allows what the case wants refused, for instance because a pattern happens to
    /// cover the look-alike.
    Allowed {
        /// The origin.
        origin: String,
    },
    /// The policy refuses what the case wants shared, though it allows the origin.
    Refused {
        /// The origin.
        origin: String,
    },
    /// The case is about an origin that the policy does not allow.
    OtherOrigin {
        /// The origin.
        origin: String,
    },
    /// Whether the policy allows the request depends on the value of a safelisted header that the
    /// policy does not list.
    Undetermined,
    /// A text of the case cannot be expanded.
    Text(TextError),
}

impl Skip {
    /// Whether what the case asks means something under the policy, so that it is left out only
    /// since the case is about one endpoint, one kind of target or one origin that is not there, or
    /// since the policy does not say what it wants.
    pub fn leaves_a_question(&self) -> bool {
        match self {
            Self::Requires(requirement) => *requirement == Requirement::Kit,
            Self::Endpoint(_) | Self::OtherOrigin { .. } | Self::Undetermined | Self::Text(_) => {
                true
            }
            Self::Placeholder { .. }
            | Self::NoSuchPage { .. }
            | Self::Allowed { .. }
            | Self::Refused { .. } => false,
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requires(Requirement::Kit) => f.write_str(
                "only for a server that takes on the policies of the suite (a kit server)",
            ),
            Self::Requires(requirement) => {
                write!(f, "only when the policy {}", requirement.meaning())
            }
            Self::Endpoint(endpoint) => {
                write!(
                    f,
                    "the policy names no path that {} (`{}` under [endpoints])",
                    endpoint.meaning(),
                    endpoint.name()
                )
            }
            Self::Placeholder { name } => write!(f, "the policy has nothing to fill `{{{name}}}`"),
            Self::NoSuchPage { origin, reason } => {
                write!(f, "no page can have the origin `{origin}`: {reason}")
            }
            Self::Allowed { origin } => {
                write!(
                    f,
                    "the policy allows what is to be refused, to the origin `{origin}`"
                )
            }
            Self::Refused { origin } => {
                write!(
                    f,
                    "the policy refuses what is to be shared, to the origin `{origin}`"
                )
            }
            Self::OtherOrigin { origin } => {
                write!(
                    f,
                    "the case is about the origin `{origin}`, which the policy does not allow"
                )
            }
            Self::Undetermined => {
                f.write_str("the policy does not say whether it allows what the case sends")
            }
            Self::Text(error) => error.fmt(f),
        }
    }
}
