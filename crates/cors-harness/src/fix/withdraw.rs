//! What may keep from a page what it must not have.

use cors_model::error::{Remedy, Stage};
use cors_policy::policy::{AnyOr, Policy};
use cors_text::blanks::trimmed;
use cors_vectors::server::Credentials;

use super::check::{CREDENTIALS, ORIGIN, add, remove, set};
use crate::cause::Recipient;
use crate::defect::Stranger;
use crate::defects::stranger;
use crate::done::Exchange;
use crate::plan::PlannedFetch;
use crate::wire::{Line, Response};

pub(super) const METHODS: &str = "Access-Control-Allow-Methods";
pub(super) const HEADERS: &str = "Access-Control-Allow-Headers";
const EXPOSED: &str = "Access-Control-Expose-Headers";

/// Changes of an answer after which a browser may refuse it, by what the policy does not allow; first
/// of what the policy refuses, then of the rest.
pub(super) fn candidates(
    fetch: &PlannedFetch,
    policy: &Policy,
    answer: &Response,
    on: Stage,
) -> Vec<Remedy> {
    let policy = policy.at(fetch.url.path());
    let rule = policy.rule_for(&fetch.origin);
    let origin = || vec![remove(ORIGIN, on)];
    let credentials = || match fetch.credentials {
        Credentials::Include => vec![remove(CREDENTIALS, on)],
        Credentials::Omit | Credentials::SameOrigin => Vec::new(),
    };
    // By the standard a preflight that is forced allows its method where no list is.
    let unlisted = || match &rule.allow_methods {
        AnyOr::Listed(listed) if answer.values(METHODS).next().is_none() => {
            let listed: Vec<&[u8]> = listed.iter().map(String::as_bytes).collect();
            let value = if listed.is_empty() {
                b"GET".to_vec()
            } else {
                listed.join(&b", "[..])
            };
            set(METHODS, &value, on)
        }
        AnyOr::Any(_) | AnyOr::Listed(_) => None,
    };
    let methods = || {
        let unlisted = unlisted().filter(|_| on == Stage::Preflight);
        vec![
            unlisted,
            without(METHODS, answer, &rule.allow_methods, &[&fetch.method], on),
        ]
    };
    let names: Vec<&[u8]> = fetch
        .headers
        .iter()
        .map(|(name, _)| name.as_slice())
        .filter(|name| !rule.allows_header(name))
        .collect();
    let headers = || vec![without(HEADERS, answer, &rule.allow_headers, &names, on)];
    let all = if !policy.allows_origin(&fetch.origin) {
        [origin(), credentials(), methods(), headers()]
    } else if !rule.allows_method(&fetch.method) {
        [methods(), headers(), credentials(), origin()]
    } else if !names.is_empty() {
        [headers(), methods(), credentials(), origin()]
    } else {
        [credentials(), methods(), headers(), origin()]
    };
    all.into_iter().flatten().flatten().collect()
}

/// Changes of an answer after which script may or may not read a header of it.
pub(super) fn exposing(
    name: &[u8],
    readable: bool,
    answer: &Response,
    policy: &Policy,
) -> Option<Remedy> {
    let on = Stage::Response;
    if !readable {
        return without(EXPOSED, answer, &policy.expose_headers, &[name], on);
    }
    add(EXPOSED, name, on)
}

/// The origin to which an exchange gives `Access-Control-Allow-Origin`; `None` where it names none.
pub(super) fn recipient(exchange: &Exchange, policy: &Policy) -> Option<Recipient> {
    let request = &exchange.request;
    let sent = |name: &str| {
        let named = |(found, _): &&Line| found.eq_ignore_ascii_case(name.as_bytes());
        let (_, value) = request.headers.iter().find(named)?;
        Some(String::from_utf8_lossy(value))
    };
    let origin = sent("Origin")?;
    let answer = exchange.answer.as_ref().ok()?;
    if answer.values(ORIGIN).any(|value| value == b"*") {
        return Some(Recipient::Everybody);
    }
    let path = String::from_utf8_lossy(&request.path);
    let policy = policy.at(path.split('?').next().unwrap_or(&path));
    Some(match stranger(&origin, sent("Host").as_deref(), policy) {
        Stranger::Host | Stranger::Port | Stranger::Scheme => Recipient::LookAlike,
        Stranger::Any
        | Stranger::Own
        | Stranger::Local
        | Stranger::Application
        | Stranger::Null
        | Stranger::Malformed => Recipient::Origin,
    })
}

/// A list without some elements, or, where a star stands for them, what the policy lists.
fn without(
    name: &str,
    answer: &Response,
    listed: &AnyOr<Vec<String>>,
    unwanted: &[&[u8]],
    on: Stage,
) -> Option<Remedy> {
    let values: Vec<&[u8]> = answer.values(name).collect();
    let elements = || {
        values
            .iter()
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(trimmed)
    };
    let kept: Vec<&[u8]> = match listed {
        AnyOr::Listed(listed) if elements().any(|element| element == b"*") => {
            listed.iter().map(String::as_bytes).collect()
        }
        AnyOr::Any(_) | AnyOr::Listed(_) => {
            let is_unwanted = |element: &[u8]| {
                element.is_empty() || unwanted.iter().any(|one| one.eq_ignore_ascii_case(element))
            };
            elements().filter(|element| !is_unwanted(element)).collect()
        }
    };
    if kept.is_empty() {
        remove(name, on)
    } else {
        set(name, &kept.join(&b", "[..]), on)
    }
}
