//! What pages do: fetches of allowed and of other origins, with methods and headers that the policy
//! lists, does not list, or nearly lists.

use cors_vectors::policy::{Any, AnyOr};
use cors_vectors::server::{Credentials, Endpoint, PageFetch, Step};
use cors_vectors::text::Text;

use super::names::{listed_header, listed_method, unlisted_header, unlisted_method};
use super::origins;
use crate::source::Source;
use crate::steps::{bare, literal};
use crate::terms::Terms;

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
