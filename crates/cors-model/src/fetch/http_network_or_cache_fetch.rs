//! HTTP-network-or-cache fetch: the headers that the user agent adds.
//!
//! The HTTP cache here stores nothing, which HTTP permits. That keeps its modes visible: the
//! headers that they add, and the network error of `only-if-cached`.

use alloc::boxed::Box;
use alloc::string::ToString as _;

use super::FetchParams;
use super::http_network_fetch::http_network_fetch;
use crate::error::{NetworkError, Reason};
use crate::header::{HeaderName, HeaderValue, names};
use crate::method::Method;
use crate::network::Network;
use crate::origin_header::append_request_origin_header;
use crate::referrer::Referrer;
use crate::request::{CacheMode, CredentialsMode, ResponseTainting};
use crate::response::Response;
use crate::trace::{Trace, cite, step};

/// Headers that make a request conditional, so that the HTTP cache keeps out of it.
pub(crate) const CONDITIONAL: [HeaderName; 5] = [
    names::IF_MODIFIED_SINCE,
    names::IF_NONE_MATCH,
    names::IF_UNMODIFIED_SINCE,
    names::IF_MATCH,
    names::IF_RANGE,
];

/// The most that requests which outlive their page may have in flight, in bytes.
const KEEPALIVE_LIMIT: u64 = 64 * 1024;

/// To HTTP-network-or-cache fetch:
/// <https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch>
pub(super) async fn http_network_or_cache_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    is_new_connection_fetch: bool,
) -> Result<Response, NetworkError> {
    // 1. What is asked for.
    let FetchParams {
        request,
        agent,
        network,
        trace,
        history,
        ..
    } = fetch_params;
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "1"),
        "{} {} is put together.",
        request.method,
        request.current_url().serialize(true)
    );
    // 2–7. OUT OF SCOPE: names for what follows.
    // 8.1. OUT OF SCOPE: doing without a copy.
    // 8.2.1. Only the header list and the cache mode of the copy differ, so only they are copied.
    let mut header_list = request.header_list.clone_with_room();
    let mut cache_mode = request.cache_mode;
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.2.1"),
        "Headers so far: {}.",
        header_list.len()
    );
    // 8.2.2–8.2.3. OUT OF SCOPE: a copy of what the algorithms share.
    // 8.3. Cookies and the like go to the page's own server, or wherever script wants them to.
    let include_credentials = match request.credentials_mode {
        CredentialsMode::Include => true,
        CredentialsMode::SameOrigin => request.response_tainting == ResponseTainting::Basic,
        CredentialsMode::Omit => false,
    };
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.3"),
        "The credentials mode is {} and the response tainting {}: credentials are {}.",
        request.credentials_mode,
        request.response_tainting,
        if include_credentials {
            "included"
        } else {
            "not included"
        }
    );
    // 8.4. OUT OF SCOPE: embedder policies.
    // 8.5. How long the body is, if that is known.
    let content_length = request.body.as_ref().and_then(crate::request::Body::length);
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.5"),
        "The body has {} bytes.",
        content_length.map_or_else(|| "no known number of".into(), |length| length.to_string())
    );
    // 8.6. Nothing is said about the length so far.
    let mut content_length_header_value = None;
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.6"),
        "There is no Content-Length so far."
    );
    // 8.7. Methods that usually have a body say when they have none.
    if request.body.is_none() && [Method::POST, Method::PUT].contains(&request.method) {
        content_length_header_value = Some(HeaderValue::from_static("0"));
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.7"),
            "A {} request without a body has Content-Length: 0.",
            request.method
        );
    }
    // 8.8. A body says how long it is.
    if let Some(content_length) = content_length {
        let digits = content_length.to_string().into_bytes();
        content_length_header_value = Some(HeaderValue::from_algorithm(digits.into()));
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.8"),
            "Content-Length is {content_length}."
        );
    }
    // 8.9. The header, if there is something to say.
    if let Some(value) = content_length_header_value {
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.9"),
            "Content-Length: {value} is appended."
        );
        header_list.append(names::CONTENT_LENGTH, value);
    }
    if let (Some(content_length), true) = (content_length, request.keepalive) {
        // 8.10.1–8.10.4. OUT OF SCOPE: counting what the page has in flight, as the embedder does.
        let inflight_keepalive_bytes = request
            .client
            .as_ref()
            .map_or(0, |client| client.inflight_keepalive_bytes);
        // 8.10.5. A page that is gone cannot go on for long.
        let bytes = content_length.saturating_add(inflight_keepalive_bytes);
        if bytes > KEEPALIVE_LIMIT {
            let at = cite!("concept-http-network-or-cache-fetch", "8.10.5");
            return Err(fetch_params.network_error(at, Reason::KeepaliveLimit { bytes }));
        }
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.10.5"),
            "{bytes} bytes in flight are at most {KEEPALIVE_LIMIT}."
        );
    }
    if let Referrer::Url(referrer) = &request.referrer {
        // 8.11.1. The referrer as text.
        let referrer_value = referrer.serialize(false);
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.11.1"),
            "The referrer is {referrer_value}."
        );
        // 8.11.2. The header.
        let referrer_value = HeaderValue::from_algorithm(referrer_value.into_bytes().into());
        header_list.append(names::REFERER, referrer_value);
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.11.2"),
            "Referer is appended."
        );
    }
    // 8.12. Who is asking.
    append_request_origin_header(request, &mut header_list, trace);
    if agent.dialect.departs() {
        agent.dialect.sent(request, history, &mut header_list);
    }
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.12"),
        "Origin is {}.",
        if header_list.contains(names::ORIGIN) {
            "there"
        } else {
            "not there"
        }
    );
    // 8.13–8.15. OUT OF SCOPE: Fetch Metadata, prefetches, and the name of the user agent.
    // 8.16. Script that has a cache of its own is left to it.
    if cache_mode == CacheMode::Default && CONDITIONAL.iter().any(|name| header_list.contains(name))
    {
        cache_mode = CacheMode::NoStore;
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.16"),
            "The request is conditional, so the cache mode is {cache_mode}."
        );
    }
    // 8.17. A stored response has to be checked with the server.
    if cache_mode == CacheMode::NoCache && !header_list.contains(names::CACHE_CONTROL) {
        header_list.append(names::CACHE_CONTROL, HeaderValue::from_static("max-age=0"));
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.17"),
            "Cache-Control: max-age=0 is appended."
        );
    }
    if matches!(cache_mode, CacheMode::NoStore | CacheMode::Reload) {
        // 8.18.1. No stored response will do, for old caches.
        if !header_list.contains(names::PRAGMA) {
            header_list.append(names::PRAGMA, HeaderValue::from_static("no-cache"));
            step!(
                trace,
                cite!("concept-http-network-or-cache-fetch", "8.18.1"),
                "Pragma: no-cache is appended."
            );
        }
        // 8.18.2. And for others.
        if !header_list.contains(names::CACHE_CONTROL) {
            header_list.append(names::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            step!(
                trace,
                cite!("concept-http-network-or-cache-fetch", "8.18.2"),
                "Cache-Control: no-cache is appended."
            );
        }
    }
    // 8.19. A part of what is encoded cannot be decoded.
    let range = header_list.contains(names::RANGE);
    if range {
        header_list.append(names::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.19"),
            "There is Range, so Accept-Encoding: identity is appended."
        );
    }
    // 8.20. OUT OF SCOPE: the headers of the connection, which the embedder adds.
    if include_credentials {
        // 8.21.1. Cookies, if there are any.
        let cookie = network.cookie(request.current_url());
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.21.1"),
            "There are {}.",
            if cookie.is_some() {
                "cookies"
            } else {
                "no cookies"
            }
        );
        if let Some(value) = cookie {
            header_list.append(names::COOKIE, value);
        }
        if !header_list.contains(names::AUTHORIZATION) {
            // 8.21.2.1. Script has set none.
            let mut authorization_value = None;
            step!(
                trace,
                cite!("concept-http-network-or-cache-fetch", "8.21.2.1"),
                "Script has set no Authorization."
            );
            // 8.21.2.2. What is remembered, unless the URL says something else.
            if !(request.use_url_credentials && request.current_url().includes_credentials()) {
                authorization_value = network.authorization_entry(request.current_url());
            }
            step!(
                trace,
                cite!("concept-http-network-or-cache-fetch", "8.21.2.2"),
                "{} remembered.",
                if authorization_value.is_some() {
                    "An entry is"
                } else {
                    "Nothing is"
                }
            );
            // 8.21.2.3. OUT OF SCOPE: answers to a challenge.
            // 8.21.2.4. The header.
            if let Some(value) = authorization_value {
                header_list.append(names::AUTHORIZATION, value);
                step!(
                    trace,
                    cite!("concept-http-network-or-cache-fetch", "8.21.2.4"),
                    "Authorization is appended."
                );
            }
        }
    }
    // 8.22–8.23. OUT OF SCOPE: proxies and automation.
    // 8.24. There is a cache for each partition.
    let http_cache = request.determine_network_partition_key(trace).is_some();
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "8.24"),
        "There is {} HTTP cache for the request.",
        if http_cache { "an" } else { "no" }
    );
    // 8.25. And none without.
    if !http_cache {
        cache_mode = CacheMode::NoStore;
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "8.25"),
            "The cache mode is {cache_mode}."
        );
    }
    // 8.26.1–8.26.2. OUT OF SCOPE: stored responses, of which there are none.
    // 9–10. OUT OF SCOPE: aborting and automation.
    // 11.1. The cache has nothing.
    if cache_mode == CacheMode::OnlyIfCached {
        let at = cite!("concept-http-network-or-cache-fetch", "11.1");
        return Err(fetch_params.network_error(at, Reason::NotCached));
    }
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "11.1"),
        "The cache mode {cache_mode} lets the network answer."
    );
    // 11.2. So the server answers.
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
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "11.2"),
        "The server answers with the status {status}."
    );
    // 11.3–11.4. OUT OF SCOPE: stored responses.
    // 11.5.1. That is the response.
    let mut response = forward_response;
    if agent.dialect.departs() {
        agent.dialect.received(&mut response);
    }
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "11.5.1"),
        "The server's answer is the response."
    );
    // 11.5.2. OUT OF SCOPE: storing responses.
    // 12. Where it came from.
    response.url_list = request.url_list().cloned().collect();
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "12"),
        "URLs of the response: {}.",
        response.url_list.len()
    );
    // 13. Whether it may be a part.
    if range {
        response.range_requested = true;
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "13"),
            "A range was requested."
        );
    }
    // 14. Whether it was made for this user.
    response.request_includes_credentials = include_credentials;
    step!(
        trace,
        cite!("concept-http-network-or-cache-fetch", "14"),
        "Credentials were {}.",
        if include_credentials {
            "included"
        } else {
            "not included"
        }
    );
    // 15. OUT OF SCOPE: asking the user, who is not there; a 401 is a response like any other.
    // 16.1. Without a user there is no one to name to a proxy.
    if status == 407 {
        let at = cite!("concept-http-network-or-cache-fetch", "16.1");
        return Err(fetch_params.network_error(at, Reason::ProxyAuthentication));
    }
    // 16.2–16.5. OUT OF SCOPE: asking the user.
    // 17.1. OUT OF SCOPE: fetches that are canceled.
    if status == 421 && !is_new_connection_fetch && !request.has_stream_body() {
        // 17.2. The server did not want the connection to be shared, so it gets one of its own.
        step!(
            trace,
            cite!("concept-http-network-or-cache-fetch", "17.2"),
            "The request is made again, on a new connection."
        );
        response = Box::pin(http_network_or_cache_fetch(fetch_params, true)).await?;
    }
    // 18. OUT OF SCOPE: remembering answers to challenges.
    // 19. The response, whatever its status.
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-network-or-cache-fetch", "19"),
        "The response has the status {}.",
        response.status
    );
    Ok(response)
}
