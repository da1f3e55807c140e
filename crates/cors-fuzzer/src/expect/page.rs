//! What must hold of a fetch by a page: the verdict of a browser, and checks of its answers.

use cors_vectors::check::{HeaderIs, On};
use cors_vectors::names::is_cors_safelisted_method;
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::server::{Credentials, Endpoint, Level, PageFetch, Verdict};
use cors_vectors::text::Text;

use super::answer::{ACAC, ACAH, ACAM, ACAO, Reads, every_answer, exposed, max_age, vary};
use super::checks::{Checks, header, status};
use super::misses::{has_underscore, is_listed_but_for_case, is_odd_subdomain, is_unlisted};
use super::request::Asked;
use crate::terms::Terms;

/// Response headers that every kit server sends with `/resource`.
const KIT_HEADERS: [&str; 2] = ["x-request-id", "x-unexposed"];

/// What a browser must decide and how binding that is.
pub(crate) fn verdict(fetch: &PageFetch, terms: Terms<'_>) -> Option<(Verdict, Level)> {
    let policy = terms.policy;
    let asked = Asked::of(fetch)?;
    // A policy that allows nobody has nothing to compare a refusal with.
    if matches!(&policy.allow_origins, AnyOr::Listed(listed) if listed.is_empty()) {
        return None;
    }
    if terms.own_origin == asked.origin {
        return None;
    }
    let includes = fetch.credentials == Credentials::Include;
    // The application itself allows credentials there, so that nothing can be said of them.
    if includes && fetch.endpoint == Endpoint::OwnHeaders && !policy.allow_credentials {
        return None;
    }
    let method = asked.method.as_bytes();
    let shared = policy.wants_shared(asked.origin.as_bytes(), method, &asked.headers, includes)?;
    if !asked.is_preflighted && !terms.unsafe_methods && method == b"POST" {
        return None;
    }
    let verdict = if shared {
        Verdict::Shared
    } else {
        Verdict::Refused
    };
    let level = match verdict {
        Verdict::Shared => {
            let advice = fetch.endpoint == Endpoint::Throws
                || fetch.endpoint == Endpoint::OwnHeaders
                || (asked.is_preflighted && fetch.endpoint == Endpoint::Error)
                || is_unlisted(method, policy)
                || has_underscore(policy, &asked.origin)
                || (matches!(policy.allow_headers, AnyOr::Any(Any::Any))
                    && asked.has_header("authorization"));
            let choice = asked.is_preflighted && fetch.endpoint == Endpoint::Missing;
            match (choice, advice) {
                (true, _) => return None,
                (false, true) => Level::Should,
                (false, false) => Level::Must,
            }
        }
        Verdict::Refused => {
            let only_case = policy.allows_origin(asked.origin.as_bytes())
                && !policy.allows_method(method)
                && is_listed_but_for_case(policy, method);
            // By the standard such a preflight needs no list; engines want one all the same.
            let only_forced = fetch.upload_listener
                && policy.allows_origin(asked.origin.as_bytes())
                && !policy.allows_method(method)
                && asked
                    .headers
                    .iter()
                    .all(|(name, _)| policy.allows_header(name));
            if only_case || only_forced || is_odd_subdomain(asked.origin.as_bytes(), policy) {
                Level::Should
            } else {
                Level::Must
            }
        }
    };
    Some((verdict, level))
}

/// Adds what must hold beside the verdict, which is as binding as `level` says.
pub(crate) fn of_fetch(
    fetch: &mut PageFetch,
    (verdict, level): (Verdict, Level),
    terms: Terms<'_>,
    list: &mut Checks,
) -> Option<()> {
    let policy = terms.policy;
    let asked = Asked::of(fetch)?;
    fetch.reads = Vec::new();
    fetch.cannot_read = Vec::new();
    if verdict == Verdict::Refused {
        let on = On::Last;
        let is_allowed = policy.allows_origin(asked.origin.as_bytes());
        let reads = if is_allowed && asked.is_preflighted {
            Reads::Grants
        } else {
            Reads::Nothing
        };
        every_answer(policy, list, on, "", reads);
        if !is_allowed {
            let level = if is_odd_subdomain(asked.origin.as_bytes(), policy) {
                Level::Should
            } else {
                Level::Must
            };
            let origin = Text::literal(asked.origin.as_bytes());
            list.add("no-echo", level, on, header(ACAO, HeaderIs::Not(origin)));
            let absent = header(ACAO, HeaderIs::Absent(true));
            let promise = header(ACAC, HeaderIs::Absent(true));
            list.add_when("no-promise", Level::Should, on, absent, promise);
        }
        if asked.is_preflighted {
            let crash = status(&[(200, 499)]);
            list.add("no-crash", Level::Should, On::Preflight, crash);
            if !policy.allows_method(asked.method.as_bytes())
                && !is_listed_but_for_case(policy, asked.method.as_bytes())
            {
                let token = Text::literal(asked.method.as_bytes());
                let lacks = header(ACAM, HeaderIs::LacksToken(token));
                // To a page that is refused by its origin no list gives anything.
                let level = if is_allowed {
                    Level::Must
                } else {
                    Level::Should
                };
                list.add("method-not-granted", level, On::Preflight, lacks);
            }
        } else if ["GET", "HEAD"].contains(&asked.method.as_str()) {
            vary(policy, list, On::Actual, fetch.endpoint);
        }
        return Some(());
    }
    if asked.is_preflighted {
        granted_preflight(fetch, &asked, level, policy, list);
    }
    let on = On::Actual;
    every_answer(policy, list, on, "", Reads::Exposed);
    if ["GET", "HEAD"].contains(&asked.method.as_str()) {
        vary(policy, list, on, fetch.endpoint);
    }
    let shows = [
        Endpoint::Resource,
        Endpoint::Missing,
        Endpoint::Error,
        Endpoint::Unauthorized,
    ];
    if shows.contains(&fetch.endpoint) {
        exposed(policy, list, on);
    }
    if terms.kit && fetch.endpoint == Endpoint::Resource {
        readings(fetch, policy);
    }
    Some(())
}

/// What pages can read of what a kit server sends.
fn readings(fetch: &mut PageFetch, policy: &Policy) {
    if fetch.credentials == Credentials::Include
        && matches!(policy.expose_headers, AnyOr::Any(Any::Any))
    {
        fetch.reads = vec!["x-request-id".into()];
        return;
    }
    for name in KIT_HEADERS {
        let names = if policy.exposes_header(name.as_bytes()) {
            &mut fetch.reads
        } else {
            &mut fetch.cannot_read
        };
        names.push(name.into());
    }
}

/// What a browser needs of the response to a preflight is as binding as its verdict.
fn granted_preflight(
    fetch: &PageFetch,
    asked: &Asked,
    level: Level,
    policy: &Policy,
    list: &mut Checks,
) {
    let on = On::Preflight;
    every_answer(policy, list, on, "preflight-", Reads::Grants);
    list.add("preflight-ok", level, on, status(&[(200, 299)]));
    if !is_cors_safelisted_method(asked.method.as_bytes()) {
        let token = Text::literal(asked.method.as_bytes());
        let names = header(ACAM, HeaderIs::HasToken(token));
        list.add("preflight-method", level, on, names);
    }
    // `Authorization` is never covered by a star; whether it is meant by "any" is for the server.
    if let AnyOr::Listed(_) = policy.allow_headers {
        for (number, (name, _)) in asked.headers.iter().enumerate() {
            let names = header(ACAH, HeaderIs::HasToken(Text::literal(name)));
            list.add(&format!("preflight-header-{number}"), level, on, names);
        }
    }
    if fetch.credentials == Credentials::Include {
        let star = header(ACAO, HeaderIs::Not("*".into()));
        list.add("preflight-no-star-with-credentials", level, on, star);
    }
    max_age(policy, list, on, level);
}
