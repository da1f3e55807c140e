//! HTTP fetch: the preflight, the exchange, the checks of the response, redirects.

use super::cors_preflight_fetch::cors_preflight_fetch;
use super::http_network_or_cache_fetch::http_network_or_cache_fetch;
use super::http_redirect_fetch::http_redirect_fetch;
use super::params::{FetchParams, Outcome, Recursion, UserAgent};
use crate::cache::Timestamp;
use crate::corp_check::{Verdict, cross_origin_resource_policy_check};
use crate::cors_check::cors_check;
use crate::dialect::Failed;
use crate::error::{NetworkError, Part, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{HeaderValue, names};
use crate::network::Network;
use crate::request::{RedirectMode, Request, ResponseTainting};
use crate::response::{FilteredResponse, is_redirect_status};
use crate::tao_check::tao_check;
use crate::trace::{NoTrace, Trace, anchor, cite, step};

/// Whether the cache lacks something that a request needs to be allowed.
fn needs_permission(
    agent: &UserAgent,
    request: &Request,
    now: Timestamp,
    trace: &mut impl Trace,
) -> bool {
    let dialect = &agent.dialect;
    if dialect.bypasses_cache(request) {
        return true;
    }
    let cache = dialect.entries_for(&agent.preflight_cache, request);
    let untainted = dialect.untainted(request);
    let request = untainted.as_deref().unwrap_or(request);
    let method = &request.method;
    if (!method.is_cors_safelisted() || request.use_cors_preflight)
        && !cache.method_match(method.as_bytes(), request, now, trace)
        && !dialect.serves_forced(&cache, request, now)
    {
        return true;
    }
    let all_names = dialect.serves_all_names(&cache, request, now, trace);
    let unsafe_names = dialect.unsafe_names(&request.header_list, trace);
    unsafe_names
        .iter()
        .any(|name| !all_names && !cache.header_name_match(name, request, now, trace))
}

/// To HTTP fetch: <https://fetch.spec.whatwg.org/#concept-http-fetch>
pub(super) async fn http_fetch<R: Recursion, N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    make_cors_preflight: bool,
) -> Result<Outcome, NetworkError> {
    anchor!("concept-http-fetch");
    let FetchParams {
        request,
        agent,
        trace,
        now,
        history,
        ..
    } = fetch_params;
    step!(trace, "1": "{} {} over HTTP.", request.method, request.current_url().serialize(true));
    step!(trace, "2": "There is no response yet.");
    step!("3": "OUT OF SCOPE: service workers.");
    let forced = agent.dialect.forces_preflight(request, history, trace);
    if make_cors_preflight && (forced || needs_permission(agent, request, *now, trace)) {
        step!(trace, "4.1.1":
            "The preflight cache does not allow the request, so a preflight is made.");
        let stage = core::mem::replace(&mut trace.stage, Stage::Preflight);
        let preflight_response = cors_preflight_fetch(fetch_params).await;
        fetch_params.trace.stage = stage;
        if let Err(error) = &preflight_response {
            let FetchParams { request, agent, .. } = fetch_params;
            let kept = agent.dialect.keeps_of_refused(&error.refusal.reason);
            if agent.dialect.clears_after(Failed::Preflight) && !kept {
                agent.preflight_cache.clear_entries(request, &mut NoTrace);
            }
        }
        step!(&mut fetch_params.trace, "4.1.2":
            "The preflight {}.",
            if preflight_response.is_ok() { "allows the request" } else { "failed" });
        preflight_response?;
    }
    step!("4.2": "OUT OF SCOPE: service workers.");
    fetch_params.trace.stage = Stage::Response;
    let response = http_network_or_cache_fetch(fetch_params, false).await?;
    let FetchParams { request, trace, .. } = fetch_params;
    step!(trace, "4.3": "The response has the status {}.", response.status);
    if request.response_tainting == ResponseTainting::Cors {
        let check = cors_check(request, &response, trace);
        step!(trace, "4.4":
            "The CORS check {}.", if check.is_ok() { "passes" } else { "fails: network error" });
        check?;
    }
    if tao_check(request, &response, trace).is_err() {
        request.timing_allow_failed = true;
        step!(trace, "4.5": "The page may not see timings.");
    }
    if request.response_tainting == ResponseTainting::Opaque
        && cross_origin_resource_policy_check(
            &request.origin,
            &response,
            request.current_url(),
            trace,
        ) == Verdict::Blocked
    {
        let stage = trace.stage;
        let refusal = Refusal::new(cite!("5"), stage, Reason::CrossOriginResourcePolicy)
            .comparing(
                Part::Header(names::CORP),
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
        step!("6.1–6.2": "OUT OF SCOPE: navigations, and streams of HTTP/2.");
        match request.redirect_mode {
            RedirectMode::Error if !fetch_params.agent.dialect.is_redirect(&response) => {
                Outcome::Plain(response)
            }
            RedirectMode::Error => {
                let reason = Reason::RedirectModeError { status };
                let at = cite!("6.3[error].1");
                trace.stage = Stage::Redirect;
                return Err(fetch_params.network_error(at, reason));
            }
            RedirectMode::Manual => {
                step!("6.3[manual].1": "OUT OF SCOPE: navigations.");
                step!(trace, "6.3[manual].2":
                    "Script sees that there is a redirect, and not where it leads.");
                Outcome::Filtered(FilteredResponse::OpaqueRedirect(response))
            }
            RedirectMode::Follow => {
                step!("6.3[follow].1": "OUT OF SCOPE: automation.");
                trace.stage = Stage::Redirect;
                step!(trace, "6.3[follow].2": "HTTP-redirect fetch runs.");
                http_redirect_fetch::<R, N, T>(fetch_params, response).await?
            }
        }
    } else {
        Outcome::Plain(response)
    };
    step!(&mut fetch_params.trace, "7": "HTTP fetch is over.");
    Ok(outcome)
}
