//! HTTP-network-or-cache fetch: the headers that the user agent adds.
//!
//! The HTTP cache here stores nothing, which HTTP permits. That keeps its modes visible: the
//! headers that they add, and the network error of `only-if-cached`.

use alloc::boxed::Box;
use alloc::string::ToString as _;

use super::http_network_fetch::http_network_fetch;
use super::params::FetchParams;
use crate::error::{NetworkError, Reason};
use crate::header::{HeaderName, HeaderValue, names};
use crate::method::Method;
use crate::network::Network;
use crate::origin_header::append_request_origin_header;
use crate::referrer::Referrer;
use crate::request::{CacheMode, CredentialsMode, ResponseTainting};
use crate::response::Response;
use crate::trace::{Trace, anchor, cite, step};

/// Headers that make a request conditional, so that the HTTP cache keeps out of it.
pub(crate) const CONDITIONAL: [HeaderName; 5] = [
    names::IF_MODIFIED_SINCE,
    names::IF_NONE_MATCH,
    names::IF_UNMODIFIED_SINCE,
    names::IF_MATCH,
    names::IF_RANGE,
];

/// The most that requests which outlive their page may have in flight, in bytes.
pub(crate) const KEEPALIVE_LIMIT: u64 = 64 * 1024;

/// To HTTP-network-or-cache fetch:
/// <https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch>
pub(super) async fn http_network_or_cache_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    is_new_connection_fetch: bool,
) -> Result<Response, NetworkError> {
    anchor!("concept-http-network-or-cache-fetch");
    let FetchParams {
        request,
        agent,
        network,
        trace,
        history,
        ..
    } = fetch_params;
    step!(trace, "1":
        "{} {} is put together.", request.method, request.current_url().serialize(true));
    step!("2–7": "OUT OF SCOPE: names for what follows.");
    step!("8.1": "OUT OF SCOPE: doing without a copy.");
    let mut header_list = request.header_list.clone_with_room();
    let mut cache_mode = request.cache_mode;
    step!(trace, "8.2.1": "Headers so far: {}.", header_list.len());
    step!("8.2.2–8.2.3": "OUT OF SCOPE: a copy of what the algorithms share.");
    let include_credentials = match request.credentials_mode {
        CredentialsMode::Include => true,
        CredentialsMode::SameOrigin => request.response_tainting == ResponseTainting::Basic,
        CredentialsMode::Omit => false,
    };
    step!(trace, "8.3":
        "The credentials mode is {} and the response tainting {}: credentials are {}.",
        request.credentials_mode,
        request.response_tainting,
        if include_credentials { "included" } else { "not included" });
    step!("8.4": "OUT OF SCOPE: embedder policies.");
    let content_length = request.body.as_ref().and_then(crate::request::Body::length);
    step!(trace, "8.5":
        "The body has {} bytes.",
        content_length.map_or_else(|| "no known number of".into(), |length| length.to_string()));
    let mut content_length_header_value = None;
    step!(trace, "8.6": "There is no Content-Length so far.");
    if request.body.is_none() && [Method::POST, Method::PUT].contains(&request.method) {
        content_length_header_value = Some(HeaderValue::from_static("0"));
        step!(trace, "8.7": "A {} request without a body has Content-Length: 0.", request.method);
    }
    if let Some(content_length) = content_length {
        let digits = content_length.to_string().into_bytes();
        content_length_header_value = Some(HeaderValue::from_algorithm(digits));
        step!(trace, "8.8": "Content-Length is {content_length}.");
    }
    if let Some(value) = content_length_header_value {
        step!(trace, "8.9": "Content-Length: {value} is appended.");
        header_list.append(names::CONTENT_LENGTH, value);
    }
    if let (Some(content_length), true) = (content_length, request.keepalive) {
        step!("8.10.1–8.10.4":
            "OUT OF SCOPE: counting what the page has in flight, as the embedder does.");
        let inflight_keepalive_bytes = request
            .client
            .as_ref()
            .map_or(0, |client| client.inflight_keepalive_bytes);
        let bytes = content_length.saturating_add(inflight_keepalive_bytes);
        if bytes > KEEPALIVE_LIMIT {
            let at = cite!("8.10.5");
            return Err(fetch_params.network_error(at, Reason::KeepaliveLimit { bytes }));
        }
        step!(trace, "8.10.5": "{bytes} bytes in flight are at most {KEEPALIVE_LIMIT}.");
    }
    if let Referrer::Url(referrer) = &request.referrer {
        let referrer_value = HeaderValue::from_algorithm(referrer.serialize(false).into_bytes());
        step!(trace, "8.11.1": "The referrer is {}.", referrer.serialize(false));
        header_list.append(names::REFERER, referrer_value);
        step!(trace, "8.11.2": "Referer is appended.");
    }
    append_request_origin_header(request, &mut header_list, trace);
    if agent.dialect.departs() {
        agent.dialect.sent(request, history, &mut header_list);
    }
    step!(trace, "8.12":
        "Origin is {}.", if header_list.contains(names::ORIGIN) { "there" } else { "not there" });
    step!("8.13–8.15": "OUT OF SCOPE: Fetch Metadata, prefetches, and the name of the user agent.");
    if cache_mode == CacheMode::Default
        && header_list
            .iter()
            .any(|header| CONDITIONAL.contains(&header.name))
    {
        cache_mode = CacheMode::NoStore;
        step!(trace, "8.16": "The request is conditional, so the cache mode is {cache_mode}.");
    }
    if cache_mode == CacheMode::NoCache && !header_list.contains(names::CACHE_CONTROL) {
        header_list.append(names::CACHE_CONTROL, HeaderValue::from_static("max-age=0"));
        step!(trace, "8.17": "Cache-Control: max-age=0 is appended.");
    }
    if matches!(cache_mode, CacheMode::NoStore | CacheMode::Reload) {
        if !header_list.contains(names::PRAGMA) {
            header_list.append(names::PRAGMA, HeaderValue::from_static("no-cache"));
            step!(trace, "8.18.1": "Pragma: no-cache is appended.");
        }
        if !header_list.contains(names::CACHE_CONTROL) {
            header_list.append(names::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            step!(trace, "8.18.2": "Cache-Control: no-cache is appended.");
        }
    }
    let range = header_list.contains(names::RANGE);
    if range {
        header_list.append(names::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        step!(trace, "8.19": "There is Range, so Accept-Encoding: identity is appended.");
    }
    step!("8.20": "OUT OF SCOPE: the headers of the connection, which the embedder adds.");
    if include_credentials {
        let cookie = network.cookie(request.current_url());
        step!(trace, "8.21.1":
            "There are {}.", if cookie.is_some() { "cookies" } else { "no cookies" });
        if let Some(value) = cookie {
            header_list.append(names::COOKIE, value);
        }
        if !header_list.contains(names::AUTHORIZATION) {
            let mut authorization_value = None;
            step!(trace, "8.21.2.1": "Script has set no Authorization.");
            if !(request.use_url_credentials && request.current_url().includes_credentials()) {
                authorization_value = network.authorization_entry(request.current_url());
            }
            step!(trace, "8.21.2.2":
                "{} remembered.",
                if authorization_value.is_some() { "An entry is" } else { "Nothing is" });
            step!("8.21.2.3": "OUT OF SCOPE: answers to a challenge.");
            if let Some(value) = authorization_value {
                header_list.append(names::AUTHORIZATION, value);
                step!(trace, "8.21.2.4": "Authorization is appended.");
            }
        }
    }
    step!("8.22–8.23": "OUT OF SCOPE: proxies and automation.");
    let http_cache = request.determine_network_partition_key(trace).is_some();
    step!(trace, "8.24":
        "There is {} HTTP cache for the request.", if http_cache { "an" } else { "no" });
    if !http_cache {
        cache_mode = CacheMode::NoStore;
        step!(trace, "8.25": "The cache mode is {cache_mode}.");
    }
    step!("8.26.1–8.26.2": "OUT OF SCOPE: stored responses, of which there are none.");
    step!("9–10": "OUT OF SCOPE: aborting and automation.");
    if cache_mode == CacheMode::OnlyIfCached {
        let at = cite!("11.1");
        return Err(fetch_params.network_error(at, Reason::NotCached));
    }
    step!(trace, "11.1": "The cache mode {cache_mode} lets the network answer.");
    let forward_response = http_network_fetch(
        fetch_params,
        &header_list,
        include_credentials,
        is_new_connection_fetch,
    )
    .await?;
    let FetchParams {
        request,
        agent,
        trace,
        ..
    } = fetch_params;
    let status = forward_response.status;
    step!(trace, "11.2": "The server answers with the status {status}.");
    step!("11.3–11.4": "OUT OF SCOPE: stored responses.");
    let mut response = forward_response;
    if agent.dialect.departs() {
        agent.dialect.received(&mut response);
    }
    step!(trace, "11.5.1": "The server's answer is the response.");
    step!("11.5.2": "OUT OF SCOPE: storing responses.");
    response.url_list = request.url_list().cloned().collect();
    step!(trace, "12": "URLs of the response: {}.", response.url_list.len());
    if range {
        response.range_requested = true;
        step!(trace, "13": "A range was requested.");
    }
    response.request_includes_credentials = include_credentials;
    step!(trace, "14":
        "Credentials were {}.", if include_credentials { "included" } else { "not included" });
    step!("15":
        "OUT OF SCOPE: asking the user, who is not there; a 401 is a response like any other.");
    if status == 407 {
        let at = cite!("16.1");
        return Err(fetch_params.network_error(at, Reason::ProxyAuthentication));
    }
    step!("16.2–16.5": "OUT OF SCOPE: asking the user.");
    step!("17.1": "OUT OF SCOPE: fetches that are canceled.");
    if status == 421 && !is_new_connection_fetch && !request.has_stream_body() {
        step!(trace, "17.2": "The request is made again, on a new connection.");
        response = Box::pin(http_network_or_cache_fetch(fetch_params, true)).await?;
    }
    step!("18": "OUT OF SCOPE: remembering answers to challenges.");
    step!(&mut fetch_params.trace, "19": "The response has the status {}.", response.status);
    Ok(response)
}
