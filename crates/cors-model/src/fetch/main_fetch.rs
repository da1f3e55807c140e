//! Main fetch: which protocol a request goes by, and what script sees in the end.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::http_fetch::http_fetch;
use super::params::{FetchParams, Outcome, Recursion};
use super::scheme_fetch::scheme_fetch;
use crate::bad_port::block_bad_port;
use crate::corp_check::Verdict;
use crate::determine_referrer::determine_request_referrer;
use crate::dialect::Failed;
use crate::error::{NetworkError, Reason};
use crate::header::{ExtractFailure, HeaderName, extract_header_list_values, names};
use crate::method::Method;
use crate::network::Network;
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::request::{RedirectMode, RequestMode, ResponseTainting};
use crate::response::{FilteredResponse, is_null_body_status};
use crate::trace::{NoTrace, Trace, anchor, cite, step};

/// To main fetch: <https://fetch.spec.whatwg.org/#concept-main-fetch>
pub(super) async fn main_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    recursive: bool,
) -> Result<Outcome, NetworkError> {
    anchor!("concept-main-fetch");
    let FetchParams {
        request,
        agent,
        trace,
        history,
        ..
    } = fetch_params;
    step!(trace, "1": "The request goes to {}.", request.current_url().serialize(false));
    step!(trace, "2": "There is no response yet.");
    step!("3–6":
        "OUT OF SCOPE: requests for local URLs only, policies of the page about content, and \
        upgrades to HTTPS.");
    let port = block_bad_port(request, trace);
    if port == Verdict::Blocked {
        let port = request.current_url().port().unwrap_or_default();
        let reason = Reason::BadPort { port };
        return Err(fetch_params.network_error(cite!("7"), reason));
    }
    step!(trace, "7": "Nothing blocks the request.");
    if request.referrer_policy == ReferrerPolicy::EmptyString {
        let policy = request.client.as_ref().map(|client| client.referrer_policy);
        request.referrer_policy = policy
            .filter(|policy| *policy != ReferrerPolicy::EmptyString)
            .unwrap_or(ReferrerPolicy::StrictOriginWhenCrossOrigin);
    }
    step!(trace, "8": "The referrer policy is {}.", request.referrer_policy);
    if request.referrer != Referrer::NoReferrer {
        request.referrer = determine_request_referrer(request);
    }
    step!(trace, "9":
        "The referrer is {}.",
        match &request.referrer { Referrer::Url(url) => url.serialize(false), Referrer::NoReferrer | Referrer::Client => String::from("none"), });
    step!("10–11": "OUT OF SCOPE: hosts that are known to want HTTPS, and running in parallel.");
    let url = request.current_url();
    let outcome = if (url.origin().is_same_origin(&request.origin)
        && request.response_tainting == ResponseTainting::Basic)
        || url.scheme() == "data"
        || matches!(
            request.mode,
            RequestMode::Navigate | RequestMode::WebSocket | RequestMode::WebTransport
        ) {
        step!("12[preloaded-response-candidate]": "OUT OF SCOPE: preloaded resources.");
        request.response_tainting = ResponseTainting::Basic;
        step!(trace, "12[basic].1":
            "{} is the page's own origin, or needs no CORS: the response tainting is basic.",
            request.current_url().origin().serialize());
        step!(trace, "12[basic].2": "Scheme fetch runs.");
        scheme_fetch::<Again, N, T>(fetch_params).await?
    } else if request.mode == RequestMode::SameOrigin {
        let at = cite!("12[same-origin]");
        return Err(fetch_params.network_error(at, Reason::SameOriginMode));
    } else if request.mode == RequestMode::NoCors {
        if request.redirect_mode != RedirectMode::Follow {
            let reason = Reason::RedirectModeInNoCorsMode {
                redirect_mode: request.redirect_mode,
            };
            let at = cite!("12[no-cors].1");
            return Err(fetch_params.network_error(at, reason));
        }
        step!(trace, "12[no-cors].1": "The redirect mode is {}.", request.redirect_mode);
        request.response_tainting = ResponseTainting::Opaque;
        step!(trace, "12[no-cors].2": "The response tainting is opaque.");
        step!(trace, "12[no-cors].3": "Scheme fetch runs.");
        scheme_fetch::<Again, N, T>(fetch_params).await?
    } else if !url.is_http_scheme() {
        let reason = Reason::SchemeNotHttp {
            scheme: String::from(url.scheme()),
        };
        let at = cite!("12[http-s-scheme]");
        return Err(fetch_params.network_error(at, reason));
    } else if history.preflighted || agent.dialect.needs_preflight(request, trace) {
        request.response_tainting = ResponseTainting::Cors;
        step!(trace, "12[use-cors-preflight-flag].1":
            "The request goes to another origin and needs a preflight: the response tainting is \
            cors.");
        step!(trace, "12[use-cors-preflight-flag].2": "HTTP fetch runs, with a preflight.");
        let cors_with_preflight_response = http_fetch::<Again, N, T>(fetch_params, true).await;
        let dialect = fetch_params.agent.dialect;
        if cors_with_preflight_response.is_err() && dialect.clears_after(Failed::Preflighted) {
            let FetchParams {
                request,
                agent,
                trace,
                ..
            } = fetch_params;
            dialect.clear(request, &mut agent.preflight_cache, trace);
            step!(trace, "12[use-cors-preflight-flag].3":
                "After the network error the preflight cache is cleared of {}.",
                request.current_url().serialize(false));
        }
        step!(&mut fetch_params.trace, "12[use-cors-preflight-flag].4":
            "HTTP fetch with a preflight is over.");
        cors_with_preflight_response?
    } else {
        request.response_tainting = ResponseTainting::Cors;
        step!(trace, "12[otherwise].1":
            "The request goes to another origin and needs no preflight: the response tainting is \
            cors.");
        step!(trace, "12[otherwise].2": "HTTP fetch runs, without a preflight.");
        let response = http_fetch::<Again, N, T>(fetch_params, false).await;
        let FetchParams { request, agent, .. } = fetch_params;
        if response.is_err() && agent.dialect.clears_after(Failed::Simple) {
            agent.preflight_cache.clear_entries(request, &mut NoTrace);
        }
        response?
    };
    let FetchParams {
        request,
        agent,
        trace,
        ..
    } = fetch_params;
    if recursive {
        step!(trace, "13": "The redirect has been followed.");
        return Ok(outcome);
    }
    let outcome = match outcome {
        Outcome::Filtered(response) => Outcome::Filtered(response),
        Outcome::Plain(mut response) => {
            if request.response_tainting == ResponseTainting::Cors {
                let header_names =
                    extract_header_list_values(&names::ACEH, &response.header_list, trace);
                step!(trace, "14.1.1":
                    "Access-Control-Expose-Headers {}.",
                    match &header_names { Ok(Some(_)) => "is there", Ok(None) => "is missing", Err(ExtractFailure::SeveralHeaders | ExtractFailure::Grammar) => "cannot be read", });
                // Script sees no more than the safelisted headers when the list cannot be read.
                let header_names: Option<Vec<HeaderName>> = agent
                    .dialect
                    .exposed(header_names, &response, request.includes_credentials())
                    .ok()
                    .flatten()
                    .map(|values| values.into_iter().map(HeaderName::from_token).collect());
                let every = header_names
                    .as_ref()
                    .is_some_and(|header_names| header_names.contains(&names::WILDCARD));
                if every && !request.includes_credentials() {
                    response.cors_exposed_header_name_list = response.header_list.names();
                    step!(trace, "14.1.2":
                        "`*` is listed and the credentials mode is {}. Names that are exposed: \
                        {}.",
                        request.credentials_mode, response.cors_exposed_header_name_list.len());
                } else if let Some(header_names) = header_names {
                    // With credentials `*` is a name; of a failure no names can be taken.
                    response.cors_exposed_header_name_list = header_names;
                    step!(trace, "14.1.3" UNDERSPECIFIED("expose-headers-failure"):
                        "Names that are exposed: {}.",
                        response.cors_exposed_header_name_list.len());
                }
            }
            Outcome::Plain(response)
        }
    };
    let mut response = outcome.filtered(request.response_tainting);
    match &response {
        FilteredResponse::Basic(_) => {
            step!(trace, "14.2[basic]": "Script sees a basic filtered response.");
        }
        FilteredResponse::Cors(_) => {
            step!(trace, "14.2[cors]": "Script sees a CORS filtered response.");
        }
        FilteredResponse::Opaque(_) => {
            step!(trace, "14.2[opaque]": "Script sees an opaque filtered response.");
        }
        FilteredResponse::OpaqueRedirect(_) => {}
    }
    let internal_response = response.internal_mut();
    step!(trace, "15": "The status is {}.", internal_response.status);
    if internal_response.url_list.is_empty() {
        internal_response.url_list = request.url_list().cloned().collect();
        step!(trace, "16": "The response gets the request's URLs.");
    }
    internal_response.redirect_taint = request.redirect_taint(trace);
    step!(trace, "17": "The redirect-taint is {}.", internal_response.redirect_taint);
    step!("18": "OUT OF SCOPE: navigations.");
    if !request.timing_allow_failed {
        internal_response.timing_allow_passed = true;
        step!(trace, "19": "The page may see timings.");
    }
    step!("20":
        "OUT OF SCOPE: policies of the page about content, and MIME types that do not fit.");
    step!("21":
        "OUT OF SCOPE: service workers, without which a part is had only by who asks for one.");
    if [Method::HEAD, Method::CONNECT].contains(&request.method)
        || is_null_body_status(internal_response.status)
    {
        internal_response.body = None;
        step!(trace, "22": "The response has no body.");
    }
    step!("23": "OUT OF SCOPE: integrity metadata.");
    step!(trace, "24": "The response is handed over as {}.", response.response_type());
    Ok(Outcome::Filtered(response))
}

/// Main fetch, run again by a redirect.
struct Again;

impl Recursion for Again {
    async fn main_fetch<N: Network, T: Trace>(
        fetch_params: &mut FetchParams<'_, N, T>,
    ) -> Result<Outcome, NetworkError> {
        Box::pin(main_fetch(fetch_params, true)).await
    }
}
