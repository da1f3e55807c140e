//! What pages do: fetches of allowed and of other origins, with methods and headers that the policy
//! lists, does not list, or nearly lists.

use cors_vectors::names::{
    is_cors_safelisted_method, is_forbidden_method, is_forbidden_request_header_name, is_token,
};
use cors_vectors::policy::{Any, AnyOr};
use cors_vectors::server::{Credentials, Endpoint, PageFetch, Step};
use cors_vectors::text::{HeaderPair, Text};

use crate::origins;
use crate::source::Source;
use crate::{Terms, bare};

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

/// What of a fetch is other than the policy allows, if anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Off {
    Nothing,
    Origin,
    Method,
    Header,
    Credentials,
}

/// A fetch by a page.
pub(crate) fn fetch(source: &mut Source<'_, '_>, terms: Terms<'_>) -> Step {
    let policy = terms.policy;
    let off = match source.below(20) {
        0..=6 => Off::Nothing,
        7..=14 => Off::Origin,
        15 | 16 => Off::Method,
        17 | 18 => Off::Header,
        _ => Off::Credentials,
    };
    let origin = match off {
        Off::Origin => origins::near(source, policy),
        Off::Nothing | Off::Method | Off::Header | Off::Credentials => {
            origins::allowed(source, policy).unwrap_or_else(|| origins::EVIL.to_owned())
        }
    };
    let mut fetch = PageFetch {
        origin: literal(&origin),
        method: "GET".into(),
        endpoint: Endpoint::Resource,
        credentials: credentials(source, terms, off),
        headers: Vec::new(),
        body: None,
        upload_listener: false,
        reads: Vec::new(),
        cannot_read: Vec::new(),
    };
    match off {
        Off::Method => fetch.method = literal(&unlisted_method(source, terms)),
        Off::Header => {
            if source.happens(1, 3) {
                fetch.headers.extend(listed_header(source, terms));
            }
            fetch.headers.push(unlisted_header(source, terms));
            if source.happens(1, 3) {
                fetch.headers.extend(listed_header(source, terms));
            }
        }
        Off::Nothing | Off::Origin | Off::Credentials => {
            if source.happens(2, 5) {
                fetch.method = literal(&listed_method(source, terms));
            }
            let most = source.below(6).saturating_sub(2);
            fetch
                .headers
                .extend((0..most).filter_map(|_| listed_header(source, terms)));
            if matches!(terms.policy.allow_headers, AnyOr::Any(Any::Any)) && source.happens(1, 6) {
                // More than a server may have room for.
                let names = (0..12 + source.below(40)).map(|number| format!("x-many-{number}"));
                let lines = names.map(|name| (literal(&name), "1".into()));
                fetch.headers.extend(lines);
            }
        }
    }
    // A page that sends a name twice sends one line.
    let mut seen: Vec<String> = Vec::new();
    fetch.headers.retain(|(name, _)| {
        let name = format!("{name:?}").to_ascii_lowercase();
        let new = !seen.contains(&name);
        seen.push(name);
        new
    });
    if source.happens(1, 10) && fetch.credentials != Credentials::Omit {
        fetch.upload_listener = true;
    }
    fetch.endpoint = endpoint(source, terms, &fetch);
    if fetch.method == Text::from("POST") {
        fetch.body = Some("x".into());
    }
    bare(Some(fetch), None)
}

pub(crate) fn literal(text: &str) -> Text {
    Text::literal(text.as_bytes())
}

fn credentials(source: &mut Source<'_, '_>, terms: Terms<'_>, off: Off) -> Credentials {
    let includes = if terms.policy.allow_credentials {
        source.happens(1, 2)
    } else {
        off == Off::Credentials
    };
    if includes {
        Credentials::Include
    } else if source.happens(1, 6) {
        Credentials::Omit
    } else {
        Credentials::SameOrigin
    }
}

/// A path that the fetch means something for: what lies elsewhere than at the resource answers
/// other methods as it likes.
fn endpoint(source: &mut Source<'_, '_>, terms: Terms<'_>, fetch: &PageFetch) -> Endpoint {
    if !source.happens(1, 4) {
        return Endpoint::Resource;
    }
    let simple = fetch.method == Text::from("GET") && fetch.headers.is_empty();
    let candidates: &[Endpoint] = if simple && !fetch.upload_listener {
        &[
            Endpoint::Missing,
            Endpoint::Error,
            Endpoint::Throws,
            Endpoint::Redirect,
            Endpoint::Vary,
            Endpoint::OwnHeaders,
            Endpoint::Options,
            Endpoint::Unauthorized,
        ]
    } else {
        &[Endpoint::Unauthorized, Endpoint::Options]
    };
    let there: Vec<Endpoint> = candidates
        .iter()
        .copied()
        .filter(|endpoint| terms.policy.endpoint(*endpoint).is_some())
        .collect();
    source.one(&there).copied().unwrap_or_default()
}

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
fn value_for(name: &str) -> Text {
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
