//! HTTP fetch: the preflight, the exchange, the checks of the response, redirects.

use super::cors_preflight_fetch::cors_preflight_fetch;
use super::http_network_or_cache_fetch::http_network_or_cache_fetch;
use super::http_redirect_fetch::http_redirect_fetch;
use super::main_fetch::{WILDCARD, needs_preflight};
use super::{FetchParams, Outcome, UserAgent};
use crate::cache::{CacheEntry, Timestamp};
use crate::corp_check::{Verdict, cross_origin_resource_policy_check};
use crate::cors_check::cors_check;
use crate::dialect::CacheCleared;
use crate::error::{NetworkError, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{HeaderValue, names};
use crate::network::Network;
use crate::request::{RedirectMode, Request, ResponseTainting};
use crate::response::{FilteredResponse, is_redirect_status};
use crate::tao_check::tao_check;
use crate::trace::{NoTrace, Trace, cite, step};

/// Whether the cache lacks something that a request needs to be allowed.
fn needs_permission(
    agent: &UserAgent,
    request: &Request,
    now: Timestamp,
    trace: &mut impl Trace,
) -> bool {
    let dialect = &agent.dialect;
    if dialect.cache_bypassed_by.contains(&request.cache_mode) {
        return true;
    }
    let mut cache = &agent.preflight_cache;
    let apart;
    if dialect.cache_keeps_credentials_apart {
        apart = cache.only(|entry| entry.credentials == request.includes_credentials());
        cache = &apart;
    }
    let untainted;
    let mut request = request;
    if dialect.preflights_with_page_origin {
        untainted = request.without_redirects();
        request = &untainted;
    }
    let method = &request.method;
    if (!method.is_cors_safelisted() || request.use_cors_preflight)
        && !cache.method_match(method.as_bytes(), request, now, trace)
    {
        let serves = |entry: &CacheEntry| !entry.is_expired(now) && entry.matches(request);
        let any = dialect.any_entry_serves_forced
            && method.is_cors_safelisted()
            && cache.entries().iter().any(serves);
        if !any {
            return true;
        }
    }
    let kept_wildcard = dialect.kept_wildcard_covers_authorization
        && cache.header_name_match(&WILDCARD, request, now, trace);
    let unsafe_names = dialect.unsafe_names(&request.header_list, trace);
    unsafe_names
        .iter()
        .any(|name| !kept_wildcard && !cache.header_name_match(name, request, now, trace))
}

/// To HTTP fetch: <https://fetch.spec.whatwg.org/#concept-http-fetch>
pub(super) async fn http_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    make_cors_preflight: bool,
) -> Result<Outcome, NetworkError> {
    // 1. What is asked for.
    let FetchParams {
        request,
        agent,
        trace,
        now,
        history,
        ..
    } = fetch_params;
    step!(
        trace,
        cite!("concept-http-fetch", "1"),
        "{} {} over HTTP.",
        request.method,
        request.current_url().serialize(true)
    );
    // 2. Nothing has answered yet.
    step!(
        trace,
        cite!("concept-http-fetch", "2"),
        "There is no response yet."
    );
    // 3. OUT OF SCOPE: service workers.
    let forced = history.preflighted && !needs_preflight(&agent.dialect, request, trace);
    if make_cors_preflight && (forced || needs_permission(agent, request, *now, trace)) {
        // 4.1.1. The server is asked first.
        step!(
            trace,
            cite!("concept-http-fetch", "4.1.1"),
            "The preflight cache does not allow the request, so a preflight is made."
        );
        let stage = core::mem::replace(&mut trace.stage, Stage::Preflight);
        let preflight_response = cors_preflight_fetch(fetch_params).await;
        fetch_params.trace.stage = stage;
        if let Err(error) = &preflight_response {
            // Such an answer is kept in place of what was there.
            let kept = fetch_params.agent.dialect.caches_before_judging
                && matches!(
                    error.refusal.reason,
                    Reason::MethodNotAllowed { .. }
                        | Reason::HeaderNotAllowed { .. }
                        | Reason::NonWildcardHeaderNotAllowed { .. }
                );
            let FetchParams { request, agent, .. } = fetch_params;
            if agent.dialect.cache_cleared == CacheCleared::ByPreflight && !kept {
                agent.preflight_cache.clear_entries(request, &mut NoTrace);
            }
        }
        // 4.1.2. Without its permission the request is not made.
        step!(
            &mut fetch_params.trace,
            cite!("concept-http-fetch", "4.1.2"),
            "The preflight {}.",
            if preflight_response.is_ok() {
                "allows the request"
            } else {
                "failed"
            }
        );
        preflight_response?;
    }
    // 4.2. OUT OF SCOPE: service workers.
    // 4.3. The request itself.
    fetch_params.trace.stage = Stage::Response;
    let response = http_network_or_cache_fetch(fetch_params, false).await?;
    let FetchParams { request, trace, .. } = fetch_params;
    step!(
        trace,
        cite!("concept-http-fetch", "4.3"),
        "The response has the status {}.",
        response.status
    );
    // 4.4. Each response of a CORS request has to be shared, redirects and errors too.
    if request.response_tainting == ResponseTainting::Cors {
        let check = cors_check(request, &response, trace);
        step!(
            trace,
            cite!("concept-http-fetch", "4.4"),
            "The CORS check {}.",
            if check.is_ok() {
                "passes"
            } else {
                "fails: network error"
            }
        );
        check?;
    }
    // 4.5. Timings are another matter.
    if tao_check(request, &response, trace).is_err() {
        request.timing_allow_failed = true;
        step!(
            trace,
            cite!("concept-http-fetch", "4.5"),
            "The page may not see timings."
        );
    }
    // 5. What is not judged by CORS has a policy of its own.
    if request.response_tainting == ResponseTainting::Opaque
        && cross_origin_resource_policy_check(
            &request.origin,
            &response,
            request.current_url(),
            trace,
        ) == Verdict::Blocked
    {
        let stage = trace.stage;
        let refusal = Refusal::new(
            cite!("concept-http-fetch", "5"),
            stage,
            Reason::CrossOriginResourcePolicy,
        )
        .comparing(
            "Cross-Origin-Resource-Policy",
            response.header_list.get(names::CORP).as_deref(),
            Wanted::Described("no word that excludes the page"),
        )
        .remedied([
            Remedy::SetHeader {
                on: stage,
                name: names::CORP,
                value: HeaderValue::from_static("cross-origin"),
            },
            Remedy::RemoveHeader {
                on: stage,
                name: names::CORP,
            },
        ]);
        return Err(fetch_params.refuse(refusal));
    }
    let status = response.status;
    let outcome = if is_redirect_status(status) {
        // 6.1–6.2. OUT OF SCOPE: navigations, and streams of HTTP/2.
        match request.redirect_mode {
            RedirectMode::Error
                if fetch_params.agent.dialect.redirect_needs_location
                    && !response.header_list.contains(names::LOCATION) =>
            {
                Outcome::Plain(response)
            }
            RedirectMode::Error => {
                // 6.3[error].1. Script did not want any.
                let reason = Reason::RedirectModeError { status };
                let at = cite!("concept-http-fetch", "6.3[error].1");
                trace.stage = Stage::Redirect;
                return Err(fetch_params.network_error(at, reason));
            }
            RedirectMode::Manual => {
                // 6.3[manual].1. OUT OF SCOPE: navigations.
                // 6.3[manual].2. Script learns that there is one, and no more.
                step!(
                    trace,
                    cite!("concept-http-fetch", "6.3[manual].2"),
                    "Script sees that there is a redirect, and not where it leads."
                );
                Outcome::Filtered(FilteredResponse::OpaqueRedirect(response))
            }
            RedirectMode::Follow => {
                // 6.3[follow].1. OUT OF SCOPE: automation.
                // 6.3[follow].2. On to the next server.
                trace.stage = Stage::Redirect;
                step!(
                    trace,
                    cite!("concept-http-fetch", "6.3[follow].2"),
                    "HTTP-redirect fetch runs."
                );
                http_redirect_fetch(fetch_params, response).await?
            }
        }
    } else {
        Outcome::Plain(response)
    };
    // 7. The response, wherever it came from.
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-fetch", "7"),
        "HTTP fetch is over."
    );
    Ok(outcome)
}
