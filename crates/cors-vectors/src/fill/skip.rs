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
    /// since the case is about one endpoint or one kind of target that is not there, or since the
    /// policy does not say what it wants. That an origin which the policy does not allow can read
    /// nothing is asked by other cases.
    pub fn leaves_a_question(&self) -> bool {
        match self {
            Self::Requires(requirement) => *requirement == Requirement::Kit,
            Self::Endpoint(_) | Self::Undetermined | Self::Text(_) => true,
            Self::Placeholder { .. }
            | Self::NoSuchPage { .. }
            | Self::OtherOrigin { .. }
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
            Self::Placeholder { name } => f.write_str(lacking(name)),
            Self::NoSuchPage { origin, reason } => {
                write!(f, "no page can have the origin `{origin}`: {reason}")
            }
            Self::Allowed { origin } => {
                write!(
                    f,
                    "the case wants a request of `{origin}` refused, and the policy allows it"
                )
            }
            Self::Refused { origin } => {
                write!(
                    f,
                    "the case wants a request of `{origin}` allowed, and the policy refuses it"
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

/// Why a policy has nothing that a placeholder could stand for.
fn lacking(placeholder: &str) -> &'static str {
    let (of, part) = placeholder.split_once('.').unwrap_or((placeholder, ""));
    match (of, part) {
        ("own", "insecure") => "only for a target that is reached over TLS",
        ("allowed", "") | ("each", "origin") => "the policy lists no origin",
        ("each", "near_header") => "the policy lists no prefix of request headers",
        ("allowed" | "allowed_first" | "near" | "own", _) | ("each", "near") => {
            "the policy lists no origin that has a look-alike of this kind"
        }
        ("allowed_last", _) => "the policy lists no exact origin",
        ("allowed2", _) => "the policy lists no second origin",
        ("pattern", _) => "the policy lists no pattern of the kind that the case is about",
        ("foreign" | "other", _) | ("each", "refused") => "the policy refuses no origin",
        ("method" | "method_last", _) | ("each", "method") => {
            "the policy lists no method that needs a preflight, such as PUT"
        }
        ("method2", _) => "the policy lists no second method that needs a preflight",
        ("unlisted_method", _) | ("each", "unlisted_method") => "the policy allows every method",
        ("header" | "header_last", "" | "value" | "upper")
        | ("each", "header" | "header.value") => {
            "the policy lists no request header that needs a preflight"
        }
        ("header", _) => "the policy lists no request header with a hyphen in its name",
        ("header2", _) => "the policy lists no second request header that needs a preflight",
        ("unlisted_header", _) => "the policy allows every request header",
        ("asked_method" | "asked_header", _) => "the policy allows nothing that needs a preflight",
        ("exposed" | "exposed_last", _) | ("each", "exposed") => {
            "the policy exposes no response header"
        }
        ("exposed2", _) => "the policy exposes no second response header",
        ("unexposed", _) => "the policy exposes every response header",
        ("max_age", _) => "the policy states no max-age",
        _ => "the policy has nothing of the kind that the case is about",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::SERVER_PLACEHOLDERS;

    #[test]
    fn each_placeholder_has_words_for_a_policy_without_it() {
        let unknown = lacking("unknown");
        for (name, _) in SERVER_PLACEHOLDERS {
            assert_ne!(lacking(name), unknown, "{name}");
        }
        assert!(lacking("each.near_header").contains("prefix"));
        assert!(lacking("header2").contains("second request header"));
    }
}
