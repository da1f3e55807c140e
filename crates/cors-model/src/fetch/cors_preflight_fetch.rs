//! CORS-preflight fetch: what a server is asked before a request that no form could send, and how
//! its answer is judged.

use alloc::collections::BTreeSet;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::cmp;

use super::http_network_or_cache_fetch::http_network_or_cache_fetch;
use super::params::{FetchParams, UserAgent};
use crate::cors_check::cors_check;
use crate::dialect::History;
use crate::error::{NetworkError, Part, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{
    Abnf, HeaderName, HeaderValue, Listed, delta_seconds, extract_header_list_values, names,
};
use crate::method::Method;
use crate::network::Network;
use crate::request::{RequestMode, ResponseTainting};
use crate::response::{Response, is_ok_status};
use crate::safelist::is_cors_non_wildcard_request_header_name;
use crate::trace::{Cite, Shown, Trace, anchor, cite, step};

/// The max-age of a response that states none, in seconds.
const DEFAULT_MAX_AGE: u32 = 5;

/// To CORS-preflight fetch: <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>
pub(super) async fn cors_preflight_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
) -> Result<Response, NetworkError> {
    anchor!("cors-preflight-fetch-0");
    let FetchParams {
        request,
        agent,
        network,
        trace,
        now,
        history,
    } = fetch_params;
    let untainted = agent.dialect.untainted(request);
    let request = untainted.as_deref().unwrap_or(request);
    let mut preflight = request.new_with_same_urls();
    preflight.method = Method::OPTIONS;
    preflight.referrer = request.referrer.clone();
    preflight.referrer_policy = request.referrer_policy;
    preflight.mode = RequestMode::Cors;
    preflight.response_tainting = ResponseTainting::Cors;
    preflight.cache_mode = agent.dialect.preflight_cache_mode(request);
    step!(trace, "1":
        "The preflight is {} {}.", preflight.method, preflight.current_url().serialize(true));
    preflight
        .header_list
        .append(names::ACCEPT, HeaderValue::from_static("*/*"));
    step!(trace, "2": "Accept: */* is appended.");
    let method = &request.method;
    preflight
        .header_list
        .append(names::ACRM, method.to_header_value());
    step!(trace, "3": "Access-Control-Request-Method: {method} is appended.");
    let headers = agent.dialect.preflighted_names(request, history, trace);
    step!(trace, "4": "Unsafe names: {}.", headers.len());
    if !headers.is_empty() {
        let mut value = Vec::new();
        for name in &headers {
            if !value.is_empty() {
                value.push(b',');
            }
            value.extend_from_slice(name.as_bytes());
        }
        let value = HeaderValue::from_algorithm(value);
        step!(trace, "5.1": "The list is {value}.");
        preflight.header_list.append(names::ACRH, value);
        step!(trace, "5.2": "Access-Control-Request-Headers is appended.");
    }
    step!(trace, "6": "The preflight is made.");
    let mut preflight_params = FetchParams::<N, T> {
        request: preflight,
        agent,
        network,
        trace: trace.during(Stage::Preflight),
        now: *now,
        history: History::default(),
    };
    let response = http_network_or_cache_fetch(&mut preflight_params, false).await?;
    let UserAgent {
        dialect,
        preflight_cache: cache,
        provides_preflight_cache,
        max_age_limit,
        ..
    } = &mut **agent;
    // The check is done on the request, not on the preflight, for its credentials mode.
    let check = cors_check(request, &response, trace);
    if check.is_ok() && is_ok_status(response.status) {
        let malformed = |at: Cite, name: HeaderName| {
            let got = response.header_list.get(&name);
            Refusal::new(
                at,
                Stage::Preflight,
                Reason::MalformedList { name: name.clone() },
            )
            .comparing(
                Part::Header(name.clone()),
                got.as_deref(),
                Wanted::Described(Abnf::of(&name).expects()),
            )
            .remedied([Remedy::RemoveHeader {
                on: Stage::Preflight,
                name,
            }])
        };
        let methods = extract_header_list_values(&names::ACAM, &response.header_list, trace);
        step!(trace, "7.1": "{} is read.", names::ACAM);
        let header_names = extract_header_list_values(&names::ACAH, &response.header_list, trace);
        step!(trace, "7.2": "{} is read.", names::ACAH);
        let at = cite!("7.3");
        let Ok(methods) = methods else {
            let refusal = malformed(at, names::ACAM);
            return Err(fetch_params.refuse(refusal));
        };
        let Ok(header_names) = header_names else {
            let refusal = malformed(at, names::ACAH);
            return Err(fetch_params.refuse(refusal));
        };
        step!(trace, at: "Both lists can be read.");
        let flagged = methods.is_none() && request.use_cors_preflight;
        let methods = methods.unwrap_or_else(|| {
            if flagged {
                Vec::from([method.as_bytes()])
            } else {
                Vec::new()
            }
        });
        if flagged {
            step!(trace, "7.4":
                "No methods are listed, and the preflight was forced: {method} counts as listed.");
        }
        let header_names = header_names.unwrap_or_default();
        let wildcard_allowed = !request.includes_credentials();
        let stated = dialect.max_age_of(&response, DEFAULT_MAX_AGE);
        let kept_for = cmp::min(stated.unwrap_or(DEFAULT_MAX_AGE), *max_age_limit);
        dialect.keep_before_judging(request, kept_for, [&methods, &header_names], cache, *now);
        let at = cite!("7.5");
        let wildcard = wildcard_allowed && methods.contains(&WILDCARD);
        let listed = methods.contains(&method.as_bytes())
            && !(flagged && dialect.forced_preflight_needs_method);
        if !listed && !method.is_cors_safelisted() && !wildcard {
            let reason = Reason::MethodNotAllowed {
                method: method.clone(),
            };
            let wanted = [method.to_header_value()];
            let refusal = Refusal::new(at, Stage::Preflight, reason);
            let refusal = unlisted(refusal, &names::ACAM, &wanted, wildcard_allowed, &response);
            return Err(fetch_params.refuse(refusal));
        }
        step!(trace, at:
            "{method} is allowed: it is safelisted or listed in [{}].", Listed(&methods));
        // Of a long list each name is looked up, so that work stays in proportion to the heads.
        let long = (header_names.len() > LONG_LIST).then(|| -> BTreeSet<Vec<u8>> {
            let names = header_names.iter();
            names.map(|name| name.to_ascii_lowercase()).collect()
        });
        let listed = |name: &HeaderName| match &long {
            Some(long) => long.contains(&name.as_bytes().to_ascii_lowercase()),
            None => header_names
                .iter()
                .any(|listed| listed.eq_ignore_ascii_case(name.as_bytes())),
        };
        let at = cite!("7.6");
        let covered = dialect.wildcard_covers_authorization
            && wildcard_allowed
            && header_names.contains(&WILDCARD);
        let unlisted_name = request
            .header_list
            .iter()
            .filter(|_| !covered)
            .map(|header| &header.name)
            .find(|name| is_cors_non_wildcard_request_header_name(name) && !listed(name));
        if let Some(name) = unlisted_name {
            let reason = Reason::NonWildcardHeaderNotAllowed { name: name.clone() };
            let first = name.clone().into_lowercase();
            let others = headers
                .iter()
                .filter(|other| **other != first && !listed(other));
            let wanted: Vec<_> = [&first].into_iter().chain(others).map(as_value).collect();
            let refusal = Refusal::new(at, Stage::Preflight, reason);
            let refusal = unlisted(refusal, &names::ACAH, &wanted, false, &response);
            return Err(fetch_params.refuse(refusal));
        }
        step!(trace, at: "No header that has to be named is unnamed.");
        let at = cite!("7.7");
        let wildcard = wildcard_allowed && header_names.contains(&WILDCARD);
        for unsafe_name in &headers {
            if !listed(unsafe_name) && !wildcard {
                let unlisted_names = headers.iter().filter(|name| !listed(name));
                let wanted: Vec<_> = unlisted_names.map(as_value).collect();
                let name = unsafe_name.clone();
                let refusal = Refusal::new(at, Stage::Preflight, Reason::HeaderNotAllowed { name });
                let refusal = unlisted(refusal, &names::ACAH, &wanted, wildcard_allowed, &response);
                return Err(fetch_params.refuse(refusal));
            }
            if long.is_some() {
                step!(trace, at: "{unsafe_name} is allowed by the list.");
            } else {
                step!(trace, at: "{unsafe_name} is allowed by [{}].", Listed(&header_names));
            }
        }
        let max_age = extract_header_list_values(&names::ACMA, &response.header_list, trace);
        step!(trace, "7.8": "{} is read.", names::ACMA);
        let max_age = if let Some([digits]) = max_age.ok().flatten().as_deref() {
            delta_seconds(digits)
        } else {
            step!(trace, "7.9":
                "It is missing or cannot be read, so the max-age is {DEFAULT_MAX_AGE}.");
            DEFAULT_MAX_AGE
        };
        let max_age = stated.unwrap_or(max_age);
        let max_age = cmp::min(max_age, *max_age_limit);
        step!(trace, "7.10": "The max-age is {max_age} seconds.");
        if !*provides_preflight_cache {
            step!(trace, "7.11": "Nothing is remembered.");
            return Ok(response);
        }
        step!(trace, "7.11": "The user agent has a preflight cache.");
        let (mut methods, mut header_names) = (methods, header_names);
        let lists = (&mut methods, &mut header_names);
        if !dialect.keep(request, &headers, max_age, lists, cache) {
            return Ok(response);
        }
        // What is known already holds for the new max-age, counted from when it was first stored.
        for allowed in &methods {
            let count = cache.set_max_age_of_method(allowed, request, max_age, *now);
            step!(trace, "7.12" UNDERSPECIFIED("max-age-clock"):
                "Entries that allow the method {} and get the max-age {max_age}: {count}.",
                Shown(allowed));
        }
        cache.reserve(methods.len() + header_names.len());
        let mut kept = (methods.len() > LONG_LIST).then(|| cache.methods_for(request, *now));
        for allowed in methods {
            let is_kept = match &mut kept {
                Some(kept) => {
                    kept.contains(WILDCARD) || (!kept.insert(allowed.to_vec()) && max_age > 0)
                }
                None => cache.method_match(allowed, request, *now, trace),
            };
            if !is_kept {
                let method = Some(Method::from_token(allowed));
                cache.create_entry(request, max_age, method, None, *now, trace);
                step!(trace, "7.13": "An entry for the method {} is created.", Shown(allowed));
            }
        }
        let header_names = header_names.into_iter().map(HeaderName::from_token);
        for allowed in header_names.clone() {
            let count = cache.set_max_age_of_header_name(&allowed, request, max_age, *now);
            step!(trace, "7.14":
                "Entries that allow the header {allowed} and get the max-age {max_age}: {count}.");
        }
        let mut kept = (header_names.len() > LONG_LIST).then(|| cache.names_for(request, *now));
        for allowed in header_names {
            let is_kept = match &mut kept {
                Some(kept) => {
                    (kept.contains(&names::WILDCARD)
                        && !is_cors_non_wildcard_request_header_name(&allowed))
                        || (!kept.insert(allowed.clone()) && max_age > 0)
                }
                None => cache.header_name_match(&allowed, request, *now, trace),
            };
            if !is_kept {
                step!(trace, "7.15": "An entry for the header {allowed} is created.");
                cache.create_entry(request, max_age, None, Some(allowed), *now, trace);
            }
        }
        step!(trace, "7.16": "The request is allowed.");
        return Ok(response);
    }
    let at = cite!("8");
    let status = response.status;
    step!(trace, at:
        "The status is {status}, and the CORS check {}: network error.",
        { if check.is_ok() { "passes" } else { "fails" } });
    check?;
    let refusal = Refusal::new(at, Stage::Preflight, Reason::PreflightStatus { status })
        .comparing(
            Part::Status,
            Some(status.to_string().as_bytes()),
            Wanted::Between(200, 299),
        )
        .remedied([Remedy::SetStatus {
            on: Stage::Preflight,
            status: 204,
        }]);
    Err(refusal.into())
}

/// Names beyond which a list is searched with an index.
const LONG_LIST: usize = 64;

/// The word that covers all methods or names.
const WILDCARD: &[u8] = b"*";

fn as_value(name: &HeaderName) -> HeaderValue {
    HeaderValue::from_algorithm(name.as_bytes())
}

/// States what was looked for in a list, and what could have been there: the first of the missing
/// elements is what refuses, and all of them are added at once. The wildcard is offered only where it
/// replaces nothing.
fn unlisted(
    refusal: Refusal,
    list: &HeaderName,
    missing: &[HeaderValue],
    wildcard_allowed: bool,
    response: &Response,
) -> Refusal {
    let got = response.header_list.get(list);
    let is_empty = got.as_deref().is_none_or(<[u8]>::is_empty);
    let wildcard = wildcard_allowed.then(|| HeaderValue::from_algorithm(WILDCARD));
    let first = missing.iter().take(1).chain(&wildcard);
    let wanted = first.map(|value| value.as_bytes().to_vec()).collect();
    let refusal = refusal.comparing(
        Part::Header(list.clone()),
        got.as_deref(),
        Wanted::ListWith(wanted),
    );
    let elements: Vec<&[u8]> = missing.iter().map(HeaderValue::as_bytes).collect();
    let all = HeaderValue::from_algorithm(elements.join(&b", "[..]));
    let values = [all].into_iter().chain(wildcard.filter(|_| is_empty));
    refusal.remedied(values.map(|value| Remedy::AddToList {
        on: Stage::Preflight,
        name: list.clone(),
        value,
    }))
}
