//! Main fetch: which protocol a request goes by, and what script sees in the end.

use alloc::string::String;
use alloc::vec::Vec;

use super::http_fetch::http_fetch;
use super::scheme_fetch::scheme_fetch;
use super::{FetchParams, Outcome};
use crate::bad_port::block_bad_port;
use crate::corp_check::Verdict;
use crate::dialect::{CacheCleared, Dialect};
use crate::error::{NetworkError, Reason};
use crate::header::{ExtractFailure, HeaderName, HeaderValue, extract_header_list_values, names};
use crate::method::Method;
use crate::network::Network;
use crate::referrer::{Referrer, ReferrerPolicy, determine_request_referrer};
use crate::request::{RedirectMode, Request, RequestMode, ResponseTainting};
use crate::response::{FilteredResponse, Response, is_null_body_status};
use crate::trace::{NoTrace, Trace, cite, step};

/// Whether a request to another origin is one that no form could send.
pub(super) fn needs_preflight(
    dialect: &Dialect,
    request: &Request,
    trace: &mut impl Trace,
) -> bool {
    request.use_cors_preflight
        || (request.unsafe_request
            && (!request.method.is_cors_safelisted()
                || !dialect.unsafe_names(&request.header_list, trace).is_empty()))
}

/// To main fetch: <https://fetch.spec.whatwg.org/#concept-main-fetch>
pub(super) async fn main_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    recursive: bool,
) -> Result<Outcome, NetworkError> {
    // 1. What is asked for.
    let FetchParams {
        request,
        agent,
        trace,
        history,
        ..
    } = fetch_params;
    step!(
        trace,
        cite!("concept-main-fetch", "1"),
        "The request goes to {}.",
        request.current_url().serialize(false)
    );
    // 2. Nothing has answered yet.
    step!(
        trace,
        cite!("concept-main-fetch", "2"),
        "There is no response yet."
    );
    // 3–6. OUT OF SCOPE: requests for local URLs only, policies of the page about content, and
    // upgrades to HTTPS.
    // 7. Some ports are never spoken to. The other three ways to be blocked are out of scope.
    let port = block_bad_port(request, trace);
    if port == Verdict::Blocked {
        let port = request.current_url().port().unwrap_or_default();
        let reason = Reason::BadPort { port };
        return Err(fetch_params.network_error(cite!("concept-main-fetch", "7"), reason));
    }
    step!(
        trace,
        cite!("concept-main-fetch", "7"),
        "Nothing blocks the request."
    );
    // 8. The page's referrer policy, where the request has none.
    if request.referrer_policy == ReferrerPolicy::EmptyString {
        let policy = request.client.as_ref().map(|client| client.referrer_policy);
        request.referrer_policy = policy
            .filter(|policy| *policy != ReferrerPolicy::EmptyString)
            .unwrap_or(ReferrerPolicy::StrictOriginWhenCrossOrigin);
    }
    step!(
        trace,
        cite!("concept-main-fetch", "8"),
        "The referrer policy is {}.",
        request.referrer_policy
    );
    // 9. What the server learns of the page's URL.
    if request.referrer != Referrer::NoReferrer {
        request.referrer = determine_request_referrer(request);
    }
    step!(
        trace,
        cite!("concept-main-fetch", "9"),
        "The referrer is {}.",
        match &request.referrer {
            Referrer::Url(url) => url.serialize(false),
            Referrer::NoReferrer | Referrer::Client => String::from("none"),
        }
    );
    // 10–11. OUT OF SCOPE: hosts that are known to want HTTPS, and running in parallel.
    let url = request.current_url();
    let outcome = if (url.origin().is_same_origin(&request.origin)
        && request.response_tainting == ResponseTainting::Basic)
        || url.scheme() == "data"
        || matches!(
            request.mode,
            RequestMode::Navigate | RequestMode::WebSocket | RequestMode::WebTransport
        ) {
        // 12[preloaded-response-candidate]. OUT OF SCOPE: preloaded resources.
        // 12[basic].1. The page's own server, or what needs no server at all: nothing to protect.
        request.response_tainting = ResponseTainting::Basic;
        step!(
            trace,
            cite!("concept-main-fetch", "12[basic].1"),
            "{} is the page's own origin, or needs no CORS: the response tainting is basic.",
            request.current_url().origin().serialize()
        );
        // 12[basic].2. No CORS.
        step!(
            trace,
            cite!("concept-main-fetch", "12[basic].2"),
            "Scheme fetch runs."
        );
        scheme_fetch(fetch_params).await?
    } else if request.mode == RequestMode::SameOrigin {
        // 12[same-origin]. Other origins were excluded.
        let at = cite!("concept-main-fetch", "12[same-origin]");
        return Err(fetch_params.network_error(at, Reason::SameOriginMode));
    } else if request.mode == RequestMode::NoCors {
        // 12[no-cors].1. Where redirects lead would be told by stopping at them.
        if request.redirect_mode != RedirectMode::Follow {
            let reason = Reason::RedirectModeInNoCorsMode {
                redirect_mode: request.redirect_mode,
            };
            let at = cite!("concept-main-fetch", "12[no-cors].1");
            return Err(fetch_params.network_error(at, reason));
        }
        step!(
            trace,
            cite!("concept-main-fetch", "12[no-cors].1"),
            "The redirect mode is {}.",
            request.redirect_mode
        );
        // 12[no-cors].2. Script will see nothing of the response.
        request.response_tainting = ResponseTainting::Opaque;
        step!(
            trace,
            cite!("concept-main-fetch", "12[no-cors].2"),
            "The response tainting is opaque."
        );
        // 12[no-cors].3. No CORS.
        step!(
            trace,
            cite!("concept-main-fetch", "12[no-cors].3"),
            "Scheme fetch runs."
        );
        scheme_fetch(fetch_params).await?
    } else if !url.is_http_scheme() {
        // 12[http-s-scheme]. CORS is made of HTTP headers.
        let reason = Reason::SchemeNotHttp {
            scheme: String::from(url.scheme()),
        };
        let at = cite!("concept-main-fetch", "12[http-s-scheme]");
        return Err(fetch_params.network_error(at, reason));
    } else if history.preflighted || needs_preflight(&agent.dialect, request, trace) {
        // 12[use-cors-preflight-flag].1. The CORS protocol judges the response.
        request.response_tainting = ResponseTainting::Cors;
        step!(
            trace,
            cite!("concept-main-fetch", "12[use-cors-preflight-flag].1"),
            "The request goes to another origin and needs a preflight: the response tainting is \
             cors."
        );
        // 12[use-cors-preflight-flag].2. With a preflight, unless one is remembered.
        step!(
            trace,
            cite!("concept-main-fetch", "12[use-cors-preflight-flag].2"),
            "HTTP fetch runs, with a preflight."
        );
        let cors_with_preflight_response = http_fetch(fetch_params, true).await;
        // 12[use-cors-preflight-flag].3. What was remembered has proved wrong.
        let cleared = |dialect: &Dialect| {
            matches!(
                dialect.cache_cleared,
                CacheCleared::Standard | CacheCleared::ByAny
            )
        };
        if cors_with_preflight_response.is_err() && cleared(&fetch_params.agent.dialect) {
            let FetchParams {
                request,
                agent,
                trace,
                ..
            } = fetch_params;
            if agent.dialect.preflights_with_page_origin {
                let untainted = request.without_redirects();
                agent.preflight_cache.clear_entries(&untainted, trace);
            }
            agent.preflight_cache.clear_entries(request, trace);
            step!(
                trace,
                cite!("concept-main-fetch", "12[use-cors-preflight-flag].3"),
                "After the network error the preflight cache is cleared of {}.",
                request.current_url().serialize(false)
            );
        }
        // 12[use-cors-preflight-flag].4. The answer, if there is one.
        step!(
            &mut fetch_params.trace,
            cite!("concept-main-fetch", "12[use-cors-preflight-flag].4"),
            "HTTP fetch with a preflight is over."
        );
        cors_with_preflight_response?
    } else {
        // 12[otherwise].1. The CORS protocol judges the response.
        request.response_tainting = ResponseTainting::Cors;
        step!(
            trace,
            cite!("concept-main-fetch", "12[otherwise].1"),
            "The request goes to another origin and needs no preflight: the response tainting is \
             cors."
        );
        // 12[otherwise].2. A form could have sent it, so no one is asked before.
        step!(
            trace,
            cite!("concept-main-fetch", "12[otherwise].2"),
            "HTTP fetch runs, without a preflight."
        );
        let response = http_fetch(fetch_params, false).await;
        let FetchParams { request, agent, .. } = fetch_params;
        if response.is_err() && agent.dialect.cache_cleared == CacheCleared::ByAny {
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
    // 13. After a redirect the fetch that was redirected does the rest.
    if recursive {
        step!(
            trace,
            cite!("concept-main-fetch", "13"),
            "The redirect has been followed."
        );
        return Ok(outcome);
    }
    let outcome = match outcome {
        Outcome::Filtered(response) => Outcome::Filtered(response),
        Outcome::Plain(mut response) => {
            if request.response_tainting == ResponseTainting::Cors {
                // 14.1.1. What the server exposes.
                let header_names =
                    extract_header_list_values(&names::ACEH, &response.header_list, trace);
                step!(
                    trace,
                    cite!("concept-main-fetch", "14.1.1"),
                    "Access-Control-Expose-Headers {}.",
                    match &header_names {
                        Ok(Some(_)) => "is there",
                        Ok(None) => "is missing",
                        Err(ExtractFailure::SeveralHeaders | ExtractFailure::Grammar) =>
                            "cannot be read",
                    }
                );
                // Script sees no more than the safelisted headers when the list cannot be read.
                let header_names = if header_names.is_err() && agent.dialect.exposes_broken_lists {
                    exposed_by_broken_list(&response)
                } else {
                    header_names
                };
                let header_names: Option<Vec<HeaderName>> = header_names
                    .ok()
                    .flatten()
                    .map(|values| values.into_iter().map(HeaderName::from_token).collect());
                let every = header_names
                    .as_ref()
                    .is_some_and(|header_names| header_names.contains(&WILDCARD));
                if every && !request.includes_credentials() {
                    // 14.1.2. Without credentials one word exposes everything.
                    response.cors_exposed_header_name_list = response.header_list.names();
                    step!(
                        trace,
                        cite!("concept-main-fetch", "14.1.2"),
                        "`*` is listed and the credentials mode is {}. Names that are exposed: {}.",
                        request.credentials_mode,
                        response.cors_exposed_header_name_list.len()
                    );
                } else if let Some(header_names) = header_names {
                    // 14.1.3. UNDERSPECIFIED(expose-headers-failure): names are exposed as listed,
                    // with credentials `*` is one of them; of a failure no names can be taken.
                    response.cors_exposed_header_name_list = header_names;
                    step!(
                        trace,
                        cite!("concept-main-fetch", "14.1.3"),
                        "Names that are exposed: {}.",
                        response.cors_exposed_header_name_list.len()
                    );
                }
            }
            Outcome::Plain(response)
        }
    };
    // 14.2[basic]. Everything but cookies.
    // 14.2[cors]. What is safelisted or exposed.
    // 14.2[opaque]. Nothing.
    let mut response = outcome.filtered(request.response_tainting);
    match &response {
        FilteredResponse::Basic(_) => step!(
            trace,
            cite!("concept-main-fetch", "14.2[basic]"),
            "Script sees a basic filtered response."
        ),
        FilteredResponse::Cors(_) => step!(
            trace,
            cite!("concept-main-fetch", "14.2[cors]"),
            "Script sees a CORS filtered response."
        ),
        FilteredResponse::Opaque(_) => step!(
            trace,
            cite!("concept-main-fetch", "14.2[opaque]"),
            "Script sees an opaque filtered response."
        ),
        FilteredResponse::OpaqueRedirect(_) => {}
    }
    // 15. The rest is about the response itself.
    let internal_response = response.internal_mut();
    step!(
        trace,
        cite!("concept-main-fetch", "15"),
        "The status is {}.",
        internal_response.status
    );
    // 16. Responses without a network have no URLs yet.
    if internal_response.url_list.is_empty() {
        internal_response.url_list = request.url_list().cloned().collect();
        step!(
            trace,
            cite!("concept-main-fetch", "16"),
            "The response gets the request's URLs."
        );
    }
    // 17. How far redirects led away.
    internal_response.redirect_taint = request.redirect_taint(trace);
    step!(
        trace,
        cite!("concept-main-fetch", "17"),
        "The redirect-taint is {}.",
        internal_response.redirect_taint
    );
    // 18. OUT OF SCOPE: navigations.
    // 19. Timings, if every hop allows them.
    if !request.timing_allow_failed {
        internal_response.timing_allow_passed = true;
        step!(
            trace,
            cite!("concept-main-fetch", "19"),
            "The page may see timings."
        );
    }
    // 20. OUT OF SCOPE: policies of the page about content, and MIME types that do not fit.
    // 21. OUT OF SCOPE: service workers, without which a part is had only by who asks for one.
    // 22. Servers that send a body where there is none do not get it through.
    if [Method::HEAD, Method::CONNECT].contains(&request.method)
        || is_null_body_status(internal_response.status)
    {
        internal_response.body = None;
        step!(
            trace,
            cite!("concept-main-fetch", "22"),
            "The response has no body."
        );
    }
    // 23. OUT OF SCOPE: integrity metadata.
    // 24. The response is handed over.
    step!(
        trace,
        cite!("concept-main-fetch", "24"),
        "The response is handed over as {}.",
        response.response_type()
    );
    Ok(Outcome::Filtered(response))
}

/// The word that covers all names.
pub(super) const WILDCARD: HeaderName = HeaderName::from_static("*");

/// The `*` of a list that cannot be read, for a dialect that takes it.
fn exposed_by_broken_list(response: &Response) -> Result<Option<Vec<&[u8]>>, ExtractFailure> {
    let value = response.header_list.get(names::ACEH);
    let has_wildcard = value.is_some_and(|value| {
        value
            .split(|&byte| byte == b',')
            .any(|element| HeaderValue::normalize(element) == b"*")
    });
    if has_wildcard {
        Ok(Some(Vec::from([&b"*"[..]])))
    } else {
        Err(ExtractFailure::Grammar)
    }
}
