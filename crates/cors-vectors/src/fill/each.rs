//! Everything that a policy lists, one after the other.

use cors_policy::names::{
    is_cors_safelisted_method, is_forbidden_method, is_forbidden_request_header_name,
};
use cors_policy::policy::{AnyOr, View};

use super::listed::{ends, names_of, some_of};
use super::{headers, methods, origins};

/// A list of a policy whose entries a case goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Each {
    Origin,
    Refused,
    Near,
    Method,
    UnlistedMethod,
    Header,
    NearHeader,
    Exposed,
}

impl Each {
    /// The list of which a placeholder names an entry.
    pub(super) fn of(placeholder: &str) -> Option<Self> {
        match placeholder {
            "each.origin" => Some(Self::Origin),
            "each.refused" => Some(Self::Refused),
            "each.near" => Some(Self::Near),
            "each.method" => Some(Self::Method),
            "each.unlisted_method" => Some(Self::UnlistedMethod),
            "each.near_header" => Some(Self::NearHeader),
            "each.header" | "each.header.value" => Some(Self::Header),
            "each.exposed" => Some(Self::Exposed),
            _ => None,
        }
    }

    /// The placeholders about one entry.
    pub(super) fn values(self, entry: String) -> Vec<(&'static str, String)> {
        match self {
            Self::Origin => vec![("each.origin", entry)],
            Self::Refused => vec![("each.refused", entry)],
            Self::Near => vec![("each.near", entry)],
            Self::Method => vec![("each.method", entry)],
            Self::UnlistedMethod => vec![("each.unlisted_method", entry)],
            Self::NearHeader => vec![("each.near_header", entry)],
            Self::Header => vec![
                ("each.header.value", headers::value_of(&entry)),
                ("each.header", entry),
            ],
            Self::Exposed => vec![("each.exposed", entry)],
        }
    }

    /// The entries of the rule's list that are asked about.
    pub(super) fn entries(self, view: View<'_>) -> Vec<String> {
        let rule = view.rule;
        let entries: Vec<String> = match self {
            Self::Origin => match rule.allow_origins {
                AnyOr::Any(_) => Vec::new(),
                AnyOr::Listed(_) => origins::each(view),
            },
            Self::Refused => origins::each_refused(view),
            Self::Near => origins::each_near(view),
            // OPTIONS is listed out of habit: hardly a page sends it, and a server answers it as
            // what it is no preflight of.
            Self::Method => some_of(&rule.allow_methods, &[], |method| {
                !is_cors_safelisted_method(method.as_bytes())
                    && !is_forbidden_method(method.as_bytes())
                    && method != "OPTIONS"
            })
            .collect(),
            Self::Header => names_of(&rule.allow_headers, &[], |name| {
                !is_forbidden_request_header_name(name.as_bytes()) && headers::needs_leave(name)
            })
            .chain(headers::punctuated(rule))
            .collect(),
            Self::UnlistedMethod => methods::unlisted(rule).map(str::to_owned).collect(),
            Self::NearHeader => headers::near_prefixes(rule),
            Self::Exposed => headers::exposed(rule).collect(),
        };
        ends(entries)
    }
}
