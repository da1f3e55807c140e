//! Methods and header names that a policy lists, does not list, or nearly lists.

use cors_vectors::names::{
    is_cors_safelisted_method, is_forbidden_method, is_forbidden_request_header_name, is_token,
};
use cors_vectors::policy::{Any, AnyOr};
use cors_vectors::text::{HeaderPair, Text};

use crate::source::Source;
use crate::steps::literal;
use crate::terms::Terms;

/// Methods that policies rarely list.
const METHODS: [&str; 10] = [
    "PATCH", "PUT", "DELETE", "PROPFIND", "PURGE", "QUERY", "X-ANY", "*", "OPTIONS", "LINK",
];

/// Header names that policies rarely list, some of which servers treat in a way of their own.
const NAMES: [&str; 12] = [
    "x-unlisted",
    "a-first",
    "zz-last",
    "Authorization",
    "X-Requested-With",
    "x_y",
    "x.y",
    "X!#$%&'*+-^`|~4",
    "*",
    "cache-control",
    "x",
    "if-none-match",
];

/// A method that needs no permission or has it.
pub(crate) fn listed_method(source: &mut Source<'_, '_>, terms: Terms<'_>) -> String {
    let listed = match &terms.policy.allow_methods {
        AnyOr::Any(Any::Any) => return source.text(&METHODS).replace('*', "ANY"),
        AnyOr::Listed(listed) => listed,
    };
    if source.happens(1, 5) || listed.is_empty() {
        // A simple POST would leave the preflight out, and then may not be sent.
        return source
            .text(if terms.unsafe_methods {
                &["HEAD", "POST"]
            } else {
                &["HEAD"]
            })
            .to_owned();
    }
    let method = source.one(listed).cloned().unwrap_or_default();
    // Browsers write some methods in capitals.
    if source.happens(1, 8) && ["PUT", "DELETE"].contains(&method.as_str()) {
        return method.to_ascii_lowercase();
    }
    method
}

/// A method that looks like a listed one, or like none. It may be allowed all the same.
pub(crate) fn unlisted_method(source: &mut Source<'_, '_>, terms: Terms<'_>) -> String {
    let listed: Vec<&str> = match &terms.policy.allow_methods {
        AnyOr::Any(Any::Any) => Vec::new(),
        AnyOr::Listed(listed) => {
            let listed = listed.iter().map(String::as_str);
            listed
                .filter(|method| !is_cors_safelisted_method(method.as_bytes()))
                .collect()
        }
    };
    if source.happens(1, 2)
        && let Some(method) = source.one(&listed)
    {
        let near = match source.below(6) {
            0 => format!("{method}X"),
            1 => format!("X{method}"),
            2 => method.get(1..).unwrap_or_default().to_owned(),
            3 => {
                let shorter = method.len().saturating_sub(1);
                method.get(..shorter).unwrap_or_default().to_owned()
            }
            4 => method.to_ascii_lowercase(),
            _ => format!("{method}-{method}"),
        };
        if is_token(near.as_bytes()) && !is_forbidden_method(near.as_bytes()) {
            return near;
        }
    }
    source.text(&METHODS).to_owned()
}

/// A header that needs permission and has it, or needs none.
pub(crate) fn listed_header(source: &mut Source<'_, '_>, terms: Terms<'_>) -> Option<HeaderPair> {
    let name = match &terms.policy.allow_headers {
        AnyOr::Any(Any::Any) => source.text(&NAMES).replace('*', "x-any"),
        AnyOr::Listed(listed) => source.one(listed)?.clone(),
    };
    if is_forbidden_request_header_name(name.as_bytes()) {
        return None;
    }
    let value = value_for(&name);
    let name = match source.below(4) {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        _ => name,
    };
    Some((literal(&name), value))
}

/// A header whose name looks like a listed one, or like none. It may be allowed all the same.
pub(crate) fn unlisted_header(source: &mut Source<'_, '_>, terms: Terms<'_>) -> HeaderPair {
    let listed = match &terms.policy.allow_headers {
        AnyOr::Any(Any::Any) => &[][..],
        AnyOr::Listed(listed) => listed,
    };
    // The header that needs permission most often, and only with such a value.
    if source.happens(1, 6) {
        return ("Content-Type".into(), "application/json".into());
    }
    if source.happens(3, 5)
        && let Some(name) = source.one(listed)
    {
        let near = match source.below(8) {
            0 => format!("{name}x"),
            1 => format!("x{name}"),
            2 => name.replace('-', "_"),
            3 => name.replace('-', ""),
            4 => format!("{name}{}", source.text(&["!", ".", "-", "-x", "*"])),
            5 => name.rsplit('-').next().unwrap_or_default().to_owned(),
            6 => name.split('-').next().unwrap_or_default().to_owned(),
            _ => {
                let shorter = name.len().saturating_sub(1);
                name.get(..shorter).unwrap_or_default().to_owned()
            }
        };
        if is_token(near.as_bytes()) && !is_forbidden_request_header_name(near.as_bytes()) {
            let value = value_for(&near);
            return (literal(&near), value);
        }
    }
    let name = source.text(&NAMES);
    (literal(name), value_for(name))
}

/// A value with which a header of this name needs permission, if any does.
pub(crate) fn value_for(name: &str) -> Text {
    if name.eq_ignore_ascii_case("content-type") {
        return "application/json".into();
    }
    let safelisted = ["accept", "accept-language", "content-language", "range"];
    if safelisted
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        // Longer than any safelisted value.
        return literal(&"a".repeat(129));
    }
    "1".into()
}
