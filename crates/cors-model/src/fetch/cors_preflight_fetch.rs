//! CORS-preflight fetch: what a server is asked before a request that no form could send, and how
//! its answer is judged.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::cmp;

use super::http_network_or_cache_fetch::http_network_or_cache_fetch;
use super::{FetchParams, UserAgent};
use crate::cors_check::cors_check;
use crate::dialect::History;
use crate::error::{NetworkError, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{
    Abnf, HeaderName, HeaderValue, Listed, delta_seconds, extract_header_list_values, names,
};
use crate::method::Method;
use crate::network::Network;
use crate::request::{Request, RequestMode, ResponseTainting};
use crate::response::{Response, is_ok_status};
use crate::safelist::is_cors_non_wildcard_request_header_name;
use crate::trace::{Cite, NoTrace, Shown, Trace, cite, step};

/// The max-age of a response that states none, in seconds.
const DEFAULT_MAX_AGE: u32 = 5;

/// To CORS-preflight fetch: <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>
pub(super) async fn cors_preflight_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
) -> Result<Response, NetworkError> {
    let FetchParams {
        request,
        agent,
        network,
        trace,
        now,
        history,
    } = fetch_params;
    // In a box, so that the standard does not carry room for it through the exchange.
    let untainted;
    let mut request: &Request = request;
    if agent.dialect.preflights_with_page_origin {
        untainted = Box::new(request.without_redirects());
        request = &untainted;
    }
    // 1. A request of its own: without the body, the headers and the credentials of the other.
    let mut preflight = request.new_with_same_urls();
    preflight.method = Method::OPTIONS;
    preflight.referrer = request.referrer.clone();
    preflight.referrer_policy = request.referrer_policy;
    preflight.mode = RequestMode::Cors;
    preflight.response_tainting = ResponseTainting::Cors;
    if agent.dialect.preflights_with_cache_mode {
        preflight.cache_mode = request.cache_mode;
    }
    step!(
        trace,
        cite!("cors-preflight-fetch-0", "1"),
        "The preflight is {} {}.",
        preflight.method,
        preflight.current_url().serialize(true)
    );
    // 2. Any type of answer.
    preflight
        .header_list
        .append(names::ACCEPT, HeaderValue::from_static("*/*"));
    step!(
        trace,
        cite!("cors-preflight-fetch-0", "2"),
        "Accept: */* is appended."
    );
    // 3. The method that is asked about, in its own letter case.
    let method = &request.method;
    preflight
        .header_list
        .append(names::ACRM, method.to_header_value());
    step!(
        trace,
        cite!("cors-preflight-fetch-0", "3"),
        "Access-Control-Request-Method: {method} is appended."
    );
    // 4. The headers that are asked about.
    let headers = if history.dropped.is_empty() {
        agent.dialect.unsafe_names(&request.header_list, trace)
    } else {
        let mut header_list = request.header_list.clone();
        for header in &history.dropped {
            header_list.append(header.name.clone(), header.value.clone());
        }
        agent.dialect.unsafe_names(&header_list, trace)
    };
    step!(
        trace,
        cite!("cors-preflight-fetch-0", "4"),
        "Unsafe names: {}.",
        headers.len()
    );
    if !headers.is_empty() {
        // 5.1. In one line, with commas and without spaces.
        let mut value = Vec::new();
        for name in &headers {
            if !value.is_empty() {
                value.push(b',');
            }
            value.extend_from_slice(name.as_bytes());
        }
        let value = HeaderValue::from_algorithm(value.into());
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "5.1"),
            "The list is {value}."
        );
        // 5.2. The header; without names there is none.
        preflight.header_list.append(names::ACRH, value);
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "5.2"),
            "Access-Control-Request-Headers is appended."
        );
    }
    // 6. It is made without redirects, service workers and the HTTP cache.
    step!(
        trace,
        cite!("cors-preflight-fetch-0", "6"),
        "The preflight is made."
    );
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
        let malformed = |at: Cite, name: HeaderName, what: &'static str| {
            let got = response.header_list.get(&name);
            Refusal::new(
                at,
                Stage::Preflight,
                Reason::MalformedList { name: name.clone() },
            )
            .comparing(
                what,
                got.as_deref(),
                Wanted::Described(Abnf::of(&name).expects()),
            )
            .remedied([Remedy::RemoveHeader {
                on: Stage::Preflight,
                name,
            }])
        };
        // 7.1. The methods that are allowed.
        let methods = extract_header_list_values(&names::ACAM, &response.header_list, trace);
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.1"),
            "{} is read.",
            names::ACAM
        );
        // 7.2. The headers that are allowed.
        let header_names = extract_header_list_values(&names::ACAH, &response.header_list, trace);
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.2"),
            "{} is read.",
            names::ACAH
        );
        // 7.3. Lists that cannot be read allow nothing, not even what needs no permission.
        let at = cite!("cors-preflight-fetch-0", "7.3");
        let Ok(methods) = methods else {
            let refusal = malformed(at, names::ACAM, "Access-Control-Allow-Methods");
            return Err(fetch_params.refuse(refusal));
        };
        let Ok(header_names) = header_names else {
            let refusal = malformed(at, names::ACAH, "Access-Control-Allow-Headers");
            return Err(fetch_params.refuse(refusal));
        };
        step!(trace, at, "Both lists can be read.");
        // 7.4. A preflight that is made for no other reason asks for no method, but is to be
        // remembered.
        let flagged = methods.is_none() && request.use_cors_preflight;
        let methods = methods.unwrap_or_else(|| {
            if flagged {
                Vec::from([method.as_bytes()])
            } else {
                Vec::new()
            }
        });
        if flagged {
            step!(
                trace,
                cite!("cors-preflight-fetch-0", "7.4"),
                "No methods are listed, and the preflight was forced: {method} counts as listed."
            );
        }
        let header_names = header_names.unwrap_or_default();
        let wildcard_allowed = !request.includes_credentials();
        if dialect.caches_before_judging {
            let max_age = dialect.max_age_of(&response, DEFAULT_MAX_AGE);
            let max_age = cmp::min(max_age.unwrap_or(DEFAULT_MAX_AGE), *max_age_limit);
            if dialect.keeps(request, max_age) {
                if dialect.cache_replaces {
                    cache.clear_entries(request, &mut NoTrace);
                }
                let drops = dialect.star_with_credentials_not_kept && !wildcard_allowed;
                let kept = |allowed: &&&[u8]| !drops || **allowed != WILDCARD;
                for allowed in methods.iter().filter(kept) {
                    let method = Some(Method::from_token(allowed));
                    cache.create_entry(request, max_age, method, None, *now, &mut NoTrace);
                }
                for allowed in header_names.iter().filter(kept) {
                    let name = Some(HeaderName::from_token(allowed));
                    cache.create_entry(request, max_age, None, name, *now, &mut NoTrace);
                }
            }
        }
        // 7.5. The method, in its own letter case.
        let at = cite!("cors-preflight-fetch-0", "7.5");
        let wildcard = wildcard_allowed && methods.contains(&WILDCARD);
        let listed = methods.contains(&method.as_bytes())
            && !(flagged && dialect.forced_preflight_needs_method);
        if !listed && !method.is_cors_safelisted() && !wildcard {
            let reason = Reason::MethodNotAllowed {
                method: method.clone(),
            };
            let wanted = method.to_header_value();
            let refusal = Refusal::new(at, Stage::Preflight, reason);
            let refusal = unlisted(refusal, &names::ACAM, wanted, wildcard_allowed, &response);
            return Err(fetch_params.refuse(refusal));
        }
        step!(
            trace,
            at,
            "{method} is allowed: it is safelisted or listed in [{}].",
            Listed(&methods)
        );
        // 7.6. Names that have to be listed, where `*` does not do.
        let listed = |name: &HeaderName| {
            header_names
                .iter()
                .any(|listed| listed.eq_ignore_ascii_case(name.as_bytes()))
        };
        let at = cite!("cors-preflight-fetch-0", "7.6");
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
            let wanted = HeaderValue::from_token(name.clone().into_lowercase().as_bytes());
            let refusal = Refusal::new(at, Stage::Preflight, reason);
            let refusal = unlisted(refusal, &names::ACAH, wanted, false, &response);
            return Err(fetch_params.refuse(refusal));
        }
        step!(trace, at, "No header that has to be named is unnamed.");
        // 7.7. The other names that are not safelisted.
        let at = cite!("cors-preflight-fetch-0", "7.7");
        let wildcard = wildcard_allowed && header_names.contains(&WILDCARD);
        let asked = if dialect.cache_wildcards_cover_nothing {
            headers.clone()
        } else {
            Vec::new()
        };
        for unsafe_name in headers {
            if !listed(&unsafe_name) && !wildcard {
                let wanted = HeaderValue::from_token(unsafe_name.as_bytes());
                let reason = Reason::HeaderNotAllowed { name: unsafe_name };
                let refusal = Refusal::new(at, Stage::Preflight, reason);
                let refusal = unlisted(refusal, &names::ACAH, wanted, wildcard_allowed, &response);
                return Err(fetch_params.refuse(refusal));
            }
            step!(
                trace,
                at,
                "{unsafe_name} is allowed by [{}].",
                Listed(&header_names)
            );
        }
        // 7.8. How long that holds.
        let max_age = extract_header_list_values(&names::ACMA, &response.header_list, trace);
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.8"),
            "{} is read.",
            names::ACMA
        );
        // 7.9. A few seconds when it is not said, or not said well.
        let max_age = if let Some([digits]) = max_age.ok().flatten().as_deref() {
            delta_seconds(digits)
        } else {
            step!(
                trace,
                cite!("cors-preflight-fetch-0", "7.9"),
                "It is missing or cannot be read, so the max-age is {DEFAULT_MAX_AGE}."
            );
            DEFAULT_MAX_AGE
        };
        let max_age = dialect
            .max_age_of(&response, DEFAULT_MAX_AGE)
            .unwrap_or(max_age);
        // 7.10. Not longer than the user agent likes.
        let max_age = cmp::min(max_age, *max_age_limit);
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.10"),
            "The max-age is {max_age} seconds."
        );
        // 7.11. A user agent may forget at once.
        if !*provides_preflight_cache {
            step!(
                trace,
                cite!("cors-preflight-fetch-0", "7.11"),
                "Nothing is remembered."
            );
            return Ok(response);
        }
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.11"),
            "The user agent has a preflight cache."
        );
        if !dialect.keeps(request, max_age) || dialect.caches_before_judging {
            return Ok(response);
        }
        if dialect.cache_replaces {
            cache.clear_entries(request, &mut NoTrace);
        }
        let mut methods = methods;
        let mut header_names = header_names;
        if dialect.star_with_credentials_not_kept && !wildcard_allowed {
            methods.retain(|allowed| *allowed != WILDCARD);
            header_names.retain(|allowed| *allowed != WILDCARD);
        }
        if dialect.cache_wildcards_cover_nothing {
            for allowed in &mut methods {
                if *allowed == WILDCARD {
                    *allowed = method.as_bytes();
                }
            }
            if header_names.contains(&WILDCARD) {
                header_names.retain(|allowed| *allowed != WILDCARD);
                header_names.extend(asked.iter().map(HeaderName::as_bytes));
            }
        }
        // 7.12. UNDERSPECIFIED(max-age-clock): what is known already holds for the new max-age,
        // counted from when it was first stored.
        for allowed in &methods {
            let count = cache.set_max_age_of_method(allowed, request, max_age, *now);
            step!(
                trace,
                cite!("cors-preflight-fetch-0", "7.12"),
                "Entries that allow the method {} and get the max-age {max_age}: {count}.",
                Shown(allowed)
            );
        }
        // 7.13. What is new is remembered.
        for allowed in methods {
            if !cache.method_match(allowed, request, *now, trace) {
                let method = Some(Method::from_token(allowed));
                cache.create_entry(request, max_age, method, None, *now, trace);
                step!(
                    trace,
                    cite!("cors-preflight-fetch-0", "7.13"),
                    "An entry for the method {} is created.",
                    Shown(allowed)
                );
            }
        }
        // 7.14. The same for header names that are known.
        let header_names: Vec<_> = header_names
            .into_iter()
            .map(HeaderName::from_token)
            .collect();
        for allowed in &header_names {
            let count = cache.set_max_age_of_header_name(allowed, request, max_age, *now);
            step!(
                trace,
                cite!("cors-preflight-fetch-0", "7.14"),
                "Entries that allow the header {allowed} and get the max-age {max_age}: {count}."
            );
        }
        // 7.15. And for those that are new.
        for allowed in header_names {
            if !cache.header_name_match(&allowed, request, *now, trace) {
                step!(
                    trace,
                    cite!("cors-preflight-fetch-0", "7.15"),
                    "An entry for the header {allowed} is created."
                );
                cache.create_entry(request, max_age, None, Some(allowed), *now, trace);
            }
        }
        // 7.16. The request may be made.
        step!(
            trace,
            cite!("cors-preflight-fetch-0", "7.16"),
            "The request is allowed."
        );
        return Ok(response);
    }
    // 8. Any other answer forbids the request.
    let at = cite!("cors-preflight-fetch-0", "8");
    let status = response.status;
    step!(
        trace,
        at,
        "The status is {status}, and the CORS check {}: network error.",
        { if check.is_ok() { "passes" } else { "fails" } }
    );
    check?;
    let refusal = Refusal::new(at, Stage::Preflight, Reason::PreflightStatus { status })
        .comparing(
            "status",
            Some(status.to_string().as_bytes()),
            Wanted::Between(200, 299),
        )
        .remedied([Remedy::SetStatus {
            on: Stage::Preflight,
            status: 204,
        }]);
    Err(refusal.into())
}

/// The word that covers all methods or names.
const WILDCARD: &[u8] = b"*";

/// States what was looked for in a list, and what could have been there.
fn unlisted(
    refusal: Refusal,
    list: &HeaderName,
    value: HeaderValue,
    wildcard_allowed: bool,
    response: &Response,
) -> Refusal {
    let what = if *list == names::ACAM {
        "Access-Control-Allow-Methods"
    } else {
        "Access-Control-Allow-Headers"
    };
    let got = response.header_list.get(list);
    let wildcard = wildcard_allowed.then(|| HeaderValue::from_token(WILDCARD));
    let values: Vec<_> = [value].into_iter().chain(wildcard).collect();
    let wanted = values
        .iter()
        .map(|value| value.as_bytes().to_vec())
        .collect();
    let refusal = refusal.comparing(what, got.as_deref(), Wanted::ListWith(wanted));
    refusal.remedied(values.into_iter().map(|value| {
        let name = list.clone();
        Remedy::AddToList {
            on: Stage::Preflight,
            name,
            value,
        }
    }))
}
