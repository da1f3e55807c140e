//! What is nearly allowed, and so harms less when a server takes it for allowed.

use cors_vectors::policy::{Any, AnyOr, Policy};

/// Whether an origin is allowed by a pattern only, and with an underscore.
pub(crate) fn has_underscore(policy: &Policy, origin: &str) -> bool {
    origin.contains('_') && policy.exact_origins().all(|exact| exact != origin)
}

pub(crate) fn is_listed_but_for_case(policy: &Policy, method: &[u8]) -> bool {
    match &policy.allow_methods {
        AnyOr::Any(Any::Any) => false,
        AnyOr::Listed(listed) => listed
            .iter()
            .map(String::as_bytes)
            .chain([&b"GET"[..], b"HEAD", b"POST"])
            .any(|entry| entry.eq_ignore_ascii_case(method)),
    }
}

/// Whether a method needs no permission and the policy does not name it: a server need not serve it.
pub(crate) fn is_unlisted(method: &[u8], policy: &Policy) -> bool {
    let is_listed = match &policy.allow_methods {
        AnyOr::Any(Any::Any) => true,
        AnyOr::Listed(listed) => listed.iter().any(|entry| entry.as_bytes() == method),
    };
    [&b"HEAD"[..], b"POST"].contains(&method) && !is_listed
}

/// Whether an origin fits a pattern but for labels that no name in the DNS has, such as empty ones.
pub(crate) fn is_odd_subdomain(origin: &[u8], policy: &Policy) -> bool {
    let middle = |pattern: &str| {
        let (before, after) = pattern.split_once('*')?;
        let middle = origin
            .strip_prefix(before.as_bytes())?
            .strip_suffix(after.as_bytes())?;
        let grave =
            |byte: &u8| b"/@#?: \\".contains(byte) || byte.is_ascii_uppercase() || *byte > 0x7e;
        Some(!middle.iter().any(grave))
    };
    !policy.allows_origin(origin)
        && policy
            .patterns()
            .any(|pattern| middle(pattern) == Some(true))
}
