//! HTTP-redirect fetch: what of a request goes on to the next server.

use alloc::boxed::Box;
use alloc::string::String;

use super::main_fetch::{main_fetch, needs_preflight};
use super::{FetchParams, Outcome};
use crate::cors_check::cors_check;
use crate::dialect::EmptyLocation;
use crate::error::{NetworkError, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{HeaderName, names};
use crate::method::Method;
use crate::network::Network;
use crate::referrer::set_request_referrer_policy_on_redirect;
use crate::request::{CredentialsMode, RequestMode, ResponseTainting};
use crate::response::Response;
use crate::trace::{NoTrace, Trace, cite, step};

/// The request-body-header names: <https://fetch.spec.whatwg.org/#request-body-header-name>
const REQUEST_BODY_HEADER_NAMES: [HeaderName; 4] = [
    names::CONTENT_ENCODING,
    names::CONTENT_LANGUAGE,
    names::CONTENT_LOCATION,
    names::CONTENT_TYPE,
];

/// To HTTP-redirect fetch: <https://fetch.spec.whatwg.org/#concept-http-redirect-fetch>
pub(super) async fn http_redirect_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    response: Response,
) -> Result<Outcome, NetworkError> {
    // 1–2. What was asked for, and what the answer was.
    let FetchParams {
        request,
        agent,
        network,
        trace,
        history,
        ..
    } = fetch_params;
    let dialect = agent.dialect;
    if dialect.preflights_after_redirect {
        history.preflighted |= needs_preflight(&dialect, request, &mut NoTrace);
    }
    let unsafe_before = dialect
        .lists_dropped_names
        .then(|| request.header_list.clone());
    let method_before = request.method.clone();
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "1"),
        "The request went to {}.",
        request.current_url().serialize(false)
    );
    let status = response.status;
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "2"),
        "The status is {status}."
    );
    // 3. Where the server points to.
    let location_url = response.location_url(request.current_url(), *network, trace);
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "3"),
        "The target is read."
    );
    let location = response.header_list.get(names::LOCATION);
    let refusal = |at, reason, wanted| {
        Refusal::new(at, Stage::Redirect, reason).comparing(
            "Location",
            location.as_deref(),
            Wanted::Described(wanted),
        )
    };
    let no_location = Remedy::RemoveHeader {
        on: Stage::Redirect,
        name: names::LOCATION,
    };
    let empty = dialect.empty_location != EmptyLocation::Standard
        && location.as_deref().is_some_and(<[u8]>::is_empty);
    if empty && dialect.empty_location == EmptyLocation::None {
        return Ok(Outcome::Plain(response));
    }
    let left_own_origin = dialect.second_redirect_needs_credentials
        && request.response_tainting == ResponseTainting::Cors
        && request
            .url_list()
            .next()
            .is_some_and(|first| request.origin.is_same_origin(first.origin()));
    let left_own_origin = left_own_origin && {
        let mut with_credentials = request.clone();
        with_credentials.credentials_mode = CredentialsMode::Include;
        cors_check(&with_credentials, &response, trace).is_err()
    };
    let with_credentials = dialect.refuses_url_credentials
        && matches!(&location_url, Ok(Some(url)) if url.includes_credentials());
    if empty || left_own_origin || with_credentials {
        let at = cite!("concept-http-redirect-fetch", "5");
        let engine = dialect.name;
        let reason = Reason::EngineRefusesRedirect { engine };
        let refusal = refusal(at, reason, "another target").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    let location_url = match location_url {
        // 4. Nowhere: then this is the response.
        Ok(None) => {
            step!(
                trace,
                cite!("concept-http-redirect-fetch", "4"),
                "It leads nowhere."
            );
            return Ok(Outcome::Plain(response));
        }
        Ok(Some(location_url)) => location_url,
        // 5. Several targets, or none that is a URL.
        Err(_) => {
            let at = cite!("concept-http-redirect-fetch", "5");
            let refusal = refusal(at, Reason::LocationInvalid, "one URL").remedied([no_location]);
            return Err(fetch_params.refuse(refusal));
        }
    };
    let shown = location_url.serialize(false);
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "5"),
        "It leads to {shown}."
    );
    // 6. HTTP leads only to HTTP.
    if !location_url.is_http_scheme() {
        let at = cite!("concept-http-redirect-fetch", "6");
        let reason = Reason::LocationScheme {
            scheme: String::from(location_url.scheme()),
        };
        let refusal = refusal(at, reason, "an HTTP or HTTPS URL").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "6"),
        "It stays with HTTP."
    );
    // 7. Twenty are enough.
    if request.redirect_count == 20 {
        let at = cite!("concept-http-redirect-fetch", "7");
        let refusal =
            Refusal::new(at, Stage::Redirect, Reason::TooManyRedirects).remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "7"),
        "Redirects before this one: {}.",
        request.redirect_count
    );
    // 8. One more.
    request.redirect_count += 1;
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "8"),
        "This is redirect {}.",
        request.redirect_count
    );
    // 9. Passwords in URLs are not for other origins.
    if request.mode == RequestMode::Cors
        && location_url.includes_credentials()
        && !request.origin.is_same_origin(location_url.origin())
    {
        let at = cite!("concept-http-redirect-fetch", "9");
        let reason = Reason::LocationIncludesCredentials;
        let refusal = refusal(at, reason, "a URL without them").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "9"),
        "No credentials in the URL go to another origin."
    );
    // 10. Nor from other origins back to the page's own.
    if request.response_tainting == ResponseTainting::Cors && location_url.includes_credentials() {
        let at = cite!("concept-http-redirect-fetch", "10");
        let reason = Reason::LocationIncludesCredentials;
        let refusal = refusal(at, reason, "a URL without them").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "10"),
        "No credentials in the URL come from another origin."
    );
    // 11. A stream has been read already.
    if status != 303 && request.has_stream_body() {
        let at = cite!("concept-http-redirect-fetch", "11");
        let refusal = Refusal::new(at, Stage::Redirect, Reason::StreamRedirected).remedied([
            Remedy::SetStatus {
                on: Stage::Redirect,
                status: 303,
            },
            no_location,
        ]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "11"),
        "The body can be sent again."
    );
    let post = request.method == Method::POST;
    let get_or_head = [Method::GET, Method::HEAD].contains(&request.method);
    if (matches!(status, 301 | 302) && post) || (status == 303 && !get_or_head) {
        // 12.1. What was to be sent has been taken in; the target is only looked at.
        step!(
            trace,
            cite!("concept-http-redirect-fetch", "12.1"),
            "{} becomes GET, without a body.",
            request.method
        );
        request.method = Method::GET;
        request.body = None;
        // 12.2. So what described the body goes.
        for header_name in &REQUEST_BODY_HEADER_NAMES {
            request.header_list.delete(header_name);
        }
        step!(
            trace,
            cite!("concept-http-redirect-fetch", "12.2"),
            "The headers that describe a body are deleted."
        );
    }
    if dialect.delete_becomes_get
        && request.method.as_bytes() == b"DELETE"
        && !request
            .current_url()
            .origin()
            .is_same_origin(location_url.origin())
    {
        request.method = Method::GET;
    }
    // 13. What was meant for one origin is not for the next.
    if !request
        .current_url()
        .origin()
        .is_same_origin(location_url.origin())
    {
        request.header_list.delete(&names::AUTHORIZATION);
        step!(
            trace,
            cite!("concept-http-redirect-fetch", "13"),
            "{} is another origin, so Authorization is deleted.",
            location_url.origin().serialize()
        );
    }
    history.became_get |= request.method != method_before;
    if let Some(before) = unsafe_before {
        for header in &before {
            if !request.header_list.contains(&header.name) {
                history
                    .dropped
                    .append(header.name.clone(), header.value.clone());
            }
        }
    }
    // 14–17. OUT OF SCOPE: bodies are bytes, which can be sent again; timing.
    // 18. The target is the current URL.
    request.append_url(location_url);
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "18"),
        "The current URL is {}.",
        request.current_url().serialize(false)
    );
    // 19. The server may ask for another referrer policy.
    set_request_referrer_policy_on_redirect(request, &response.header_list);
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "19"),
        "The referrer policy is {}.",
        request.referrer_policy
    );
    // 20. The fetch that is redirected finishes the response.
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "20"),
        "Main fetch will be recursive."
    );
    // 21. OUT OF SCOPE: navigations.
    // 22. From the start, as the target may be of another origin.
    step!(
        trace,
        cite!("concept-http-redirect-fetch", "22"),
        "Main fetch runs."
    );
    Box::pin(main_fetch(fetch_params, true)).await
}
