//! Tests of requests.

use super::*;
use crate::support::{page, request as prepared, url};
use crate::trace::NoTrace;
use alloc::format;
use alloc::vec;

fn redirected(urls: &[&str]) -> Request {
    let mut request = prepared("GET", urls[0]);
    for next in &urls[1..] {
        request.append_url(url(next));
    }
    request
}

fn taint(urls: &[&str]) -> RedirectTaint {
    redirected(urls).redirect_taint(&mut NoTrace)
}

const A: &str = "https://a.test/";
const A2: &str = "https://two.a.test/";
const B: &str = "https://b.test/";
const B2: &str = "https://two.b.test/";
const C: &str = "https://c.test/";

#[test]
fn redirects_taint_from_the_second_origin_on() {
    use RedirectTaint::{CrossSite, SameOrigin, SameSite};
    for (urls, expected) in [
        (&[A][..], SameOrigin),
        (&[B], SameOrigin),
        (&[A, B], SameOrigin),
        (&[A, B, B], SameOrigin),
        (&[A, A, A], SameOrigin),
        (&[A, B, C], CrossSite),
        (&[A, B, A], CrossSite),
        (&[B, C], CrossSite),
        (&[B, A], CrossSite),
        (&[B, B2], SameSite),
        (&[A2, B], SameSite),
        (&[A2, A], SameSite),
        (&[A2, A, B], SameSite),
        (&[B, B2, C], CrossSite),
    ] {
        assert_eq!(taint(urls), expected, "{urls:?}");
        let origin = redirected(urls).serialize_origin(&mut NoTrace);
        let clean = expected == SameOrigin;
        assert_eq!(
            origin,
            if clean { "https://a.test" } else { "null" },
            "{urls:?}"
        );
    }
    let bytes = redirected(&[B]).byte_serialize_origin(&mut NoTrace);
    assert_eq!(bytes.as_bytes(), b"https://a.test");
    let bytes = redirected(&[B, C]).byte_serialize_origin(&mut NoTrace);
    assert_eq!(bytes.as_bytes(), b"null");
}

#[test]
fn the_url_list_ends_with_the_current_url() {
    let request = redirected(&[A, B]);
    assert_eq!(*request.current_url(), url(B));
    assert_eq!(
        request.url_list().cloned().collect::<Vec<_>>(),
        [url(A), url(B)]
    );
    let other = request.new_with_same_urls();
    assert_eq!(
        other.url_list().cloned().collect::<Vec<_>>(),
        [url(A), url(B)]
    );
    assert_eq!((other.method, other.origin), (Method::GET, request.origin));
}

#[test]
fn requests_start_with_the_defaults_of_the_standard() {
    let request = Request::new(page().origin, url(B));
    assert_eq!(request.method, Method::GET);
    assert_eq!(request.mode, RequestMode::NoCors);
    assert_eq!(request.credentials_mode, CredentialsMode::SameOrigin);
    assert_eq!(request.cache_mode, CacheMode::Default);
    assert_eq!(request.redirect_mode, RedirectMode::Follow);
    assert_eq!(request.response_tainting, ResponseTainting::Basic);
    assert_eq!(request.referrer, Referrer::Client);
    assert_eq!(request.referrer_policy, ReferrerPolicy::EmptyString);
    assert!(!request.unsafe_request && !request.use_cors_preflight && !request.keepalive);
    assert!(!request.use_url_credentials && !request.timing_allow_failed);
    assert!(request.header_list.is_empty() && request.body.is_none());
    assert_eq!((request.redirect_count, request.client), (0, None));
}

#[test]
fn bodies_know_their_length_unless_they_are_streams() {
    let mut request = prepared("POST", B);
    assert!(!request.has_stream_body());
    let mut body = Body {
        bytes: vec![1, 2, 3],
        source_is_null: false,
    };
    assert_eq!(
        (body.length(), format!("{body:?}")),
        (Some(3), "Body(3 bytes)".into())
    );
    request.body = Some(body.clone());
    assert!(!request.has_stream_body());
    body.source_is_null = true;
    assert_eq!(
        (body.length(), format!("{body:?}")),
        (None, "Body(3 stream)".into())
    );
    request.body = Some(body);
    assert!(request.has_stream_body());
}

#[test]
fn the_partition_is_that_of_the_client() {
    let mut request = prepared("GET", B);
    let key = NetworkPartitionKey {
        top_level_site: "https://a.test".into(),
        second_key: None,
    };
    assert_eq!(
        request.determine_network_partition_key(&mut NoTrace),
        Some(&key)
    );
    request.client = None;
    assert_eq!(request.determine_network_partition_key(&mut NoTrace), None);
}

#[test]
fn strings_are_those_of_the_standard() {
    for mode in [
        RequestMode::SameOrigin,
        RequestMode::Cors,
        RequestMode::NoCors,
        RequestMode::Navigate,
        RequestMode::WebSocket,
        RequestMode::WebTransport,
    ] {
        assert_eq!(RequestMode::from_string(mode.as_str()), Some(mode));
    }
    assert_eq!(RequestMode::WebSocket.as_str(), "websocket");
    assert_eq!(
        CacheMode::from_string("only-if-cached"),
        Some(CacheMode::OnlyIfCached)
    );
    assert_eq!(CredentialsMode::from_string("Include"), None);
    assert_eq!(
        format!("{} {}", RedirectMode::Error, RedirectTaint::CrossSite),
        "error cross-site"
    );
    assert_eq!(ResponseTainting::Opaque.as_str(), "opaque");
    assert_eq!(
        ReferrerPolicy::from_string(""),
        Some(ReferrerPolicy::EmptyString)
    );
}
