//! HTTP-redirect fetch: what of a request goes on to the next server.

use alloc::string::String;

use super::params::{FetchParams, Outcome, Recursion};
use crate::determine_referrer::set_request_referrer_policy_on_redirect;
use crate::dialect::Follows;
use crate::error::{NetworkError, Part, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{HeaderName, names};
use crate::method::Method;
use crate::network::Network;
use crate::request::{RequestMode, ResponseTainting};
use crate::response::Response;
use crate::trace::{Trace, anchor, cite, step};

/// The request-body-header names: <https://fetch.spec.whatwg.org/#request-body-header-name>
const REQUEST_BODY_HEADER_NAMES: [HeaderName; 4] = [
    names::CONTENT_ENCODING,
    names::CONTENT_LANGUAGE,
    names::CONTENT_LOCATION,
    names::CONTENT_TYPE,
];

/// To HTTP-redirect fetch: <https://fetch.spec.whatwg.org/#concept-http-redirect-fetch>
pub(super) async fn http_redirect_fetch<R: Recursion, N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    response: Response,
) -> Result<Outcome, NetworkError> {
    anchor!("concept-http-redirect-fetch");
    let FetchParams {
        request,
        agent,
        network,
        trace,
        history,
        ..
    } = fetch_params;
    let dialect = agent.dialect;
    let before = dialect.before_redirect(request, history);
    step!(trace, "1": "The request went to {}.", request.current_url().serialize(false));
    let status = response.status;
    step!(trace, "2": "The status is {status}.");
    let location_url = response.location_url(request.current_url(), *network, trace);
    step!(trace, "3": "The target is read.");
    let location = response.header_list.get(names::LOCATION);
    let refusal = |at, reason, wanted| {
        Refusal::new(at, Stage::Redirect, reason).comparing(
            Part::Header(names::LOCATION),
            location.as_deref(),
            Wanted::Described(wanted),
        )
    };
    let no_location = Remedy::RemoveHeader {
        on: Stage::Redirect,
        name: names::LOCATION,
    };
    match dialect.follows(request, &response, &location_url, trace) {
        Follows::AsTheStandard => {}
        Follows::Nowhere => return Ok(Outcome::Plain(response)),
        Follows::Refused(refusal) => return Err(fetch_params.refuse(*refusal)),
    }
    let location_url = match location_url {
        Ok(None) => {
            step!(trace, "4": "It leads nowhere.");
            return Ok(Outcome::Plain(response));
        }
        Ok(Some(location_url)) => location_url,
        Err(_) => {
            let at = cite!("5");
            let refusal = refusal(at, Reason::LocationInvalid, "one URL").remedied([no_location]);
            return Err(fetch_params.refuse(refusal));
        }
    };
    let shown = location_url.serialize(false);
    step!(trace, "5": "It leads to {shown}.");
    if !location_url.is_http_scheme() {
        let at = cite!("6");
        let reason = Reason::LocationScheme {
            scheme: String::from(location_url.scheme()),
        };
        let refusal = refusal(at, reason, "an HTTP or HTTPS URL").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(trace, "6": "It stays with HTTP.");
    if request.redirect_count == 20 {
        let at = cite!("7");
        let refusal =
            Refusal::new(at, Stage::Redirect, Reason::TooManyRedirects).remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(trace, "7": "Redirects before this one: {}.", request.redirect_count);
    request.redirect_count += 1;
    step!(trace, "8": "This is redirect {}.", request.redirect_count);
    if request.mode == RequestMode::Cors
        && location_url.includes_credentials()
        && !request.origin.is_same_origin(location_url.origin())
    {
        let at = cite!("9");
        let reason = Reason::LocationIncludesCredentials;
        let refusal = refusal(at, reason, "a URL without them").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(trace, "9": "No credentials in the URL go to another origin.");
    if request.response_tainting == ResponseTainting::Cors && location_url.includes_credentials() {
        let at = cite!("10");
        let reason = Reason::LocationIncludesCredentials;
        let refusal = refusal(at, reason, "a URL without them").remedied([no_location]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(trace, "10": "No credentials in the URL come from another origin.");
    if status != 303 && request.has_stream_body() {
        let at = cite!("11");
        let refusal = Refusal::new(at, Stage::Redirect, Reason::StreamRedirected).remedied([
            Remedy::SetStatus {
                on: Stage::Redirect,
                status: 303,
            },
            no_location,
        ]);
        return Err(fetch_params.refuse(refusal));
    }
    step!(trace, "11": "The body can be sent again.");
    let post = request.method == Method::POST;
    let get_or_head = [Method::GET, Method::HEAD].contains(&request.method);
    if (matches!(status, 301 | 302) && post) || (status == 303 && !get_or_head) {
        step!(trace, "12.1": "{} becomes GET, without a body.", request.method);
        request.method = Method::GET;
        request.body = None;
        for header_name in &REQUEST_BODY_HEADER_NAMES {
            request.header_list.delete(header_name);
        }
        step!(trace, "12.2": "The headers that describe a body are deleted.");
    }
    if !request
        .current_url()
        .origin()
        .is_same_origin(location_url.origin())
    {
        request.header_list.delete(&names::AUTHORIZATION);
        step!(trace, "13":
            "{} is another origin, so Authorization is deleted.",
            location_url.origin().serialize());
    }
    dialect.after_redirect(request, &location_url, &before, history);
    step!("14–17": "OUT OF SCOPE: bodies are bytes, which can be sent again; timing.");
    request.append_url(location_url);
    step!(trace, "18": "The current URL is {}.", request.current_url().serialize(false));
    set_request_referrer_policy_on_redirect(request, &response.header_list);
    step!(trace, "19": "The referrer policy is {}.", request.referrer_policy);
    step!(trace, "20": "Main fetch will be recursive.");
    step!("21": "OUT OF SCOPE: navigations.");
    step!(trace, "22": "Main fetch runs.");
    R::main_fetch(fetch_params).await
}
