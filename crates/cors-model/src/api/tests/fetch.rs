use alloc::string::String;
use alloc::vec::Vec;

use crate::api::body::BodyInit;
use crate::api::fetch::{RequestInit, request};
use crate::api::{ApiError, ApiErrorName};
use crate::error::Reason;
use crate::method::Method;
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::request::{CacheMode, CredentialsMode, RedirectMode, Request, RequestMode};
use crate::support::{headers, page, url};
use crate::trace::NoTrace;

fn make(init: RequestInit) -> Result<Request, ApiError> {
    request(&page(), url("https://b.test/"), init, &mut NoTrace)
}

fn init() -> RequestInit {
    RequestInit::default()
}

fn throws(init: RequestInit) -> &'static str {
    let error = make(init).unwrap_err();
    assert_eq!(
        (error.refusal.at.anchor, error.name),
        ("dom-request", ApiErrorName::TypeError)
    );
    error.refusal.at.step
}

fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    Some(
        pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
    )
}

fn text(text: &str) -> Option<BodyInit> {
    Some(BodyInit::Text(text.into()))
}

fn method(method: &str) -> Option<Vec<u8>> {
    Some(method.into())
}

#[test]
fn a_url_alone_is_enough() {
    let request = make(init()).unwrap();
    assert_eq!(
        (request.method, request.mode),
        (Method::GET, RequestMode::Cors)
    );
    assert_eq!(request.credentials_mode, CredentialsMode::SameOrigin);
    assert!(request.unsafe_request && !request.use_cors_preflight);
    assert_eq!(
        (request.client, request.origin),
        (Some(page()), page().origin)
    );
    assert_eq!((request.body, request.referrer), (None, Referrer::Client));
}

#[test]
fn urls_have_no_credentials() {
    let with = |text: &str| request(&page(), url(text), init(), &mut NoTrace);
    for bad in ["https://u:p@b.test/", "https://u@b.test/"] {
        let error = with(bad).unwrap_err();
        assert_eq!(error.refusal.reason, Reason::UrlIncludesCredentials);
    }
    assert!(with("https://:@b.test/").is_ok() && with("https://@b.test/").is_ok());
}

#[test]
fn members_are_taken_over() {
    let request = make(RequestInit {
        credentials: Some(CredentialsMode::Include),
        cache: Some(CacheMode::Reload),
        redirect: Some(RedirectMode::Manual),
        referrer_policy: Some(ReferrerPolicy::Origin),
        mode: Some(RequestMode::SameOrigin),
        keepalive: Some(true),
        method: method("dElEtE"),
        ..init()
    })
    .unwrap();
    assert_eq!(request.credentials_mode, CredentialsMode::Include);
    assert_eq!(
        (request.cache_mode, request.redirect_mode),
        (CacheMode::Reload, RedirectMode::Manual)
    );
    assert_eq!(request.referrer_policy, ReferrerPolicy::Origin);
    assert_eq!(
        (request.mode, request.keepalive),
        (RequestMode::SameOrigin, true)
    );
    assert_eq!(request.method, Method::DELETE);
}

#[test]
fn referrers_are_urls_of_the_page() {
    let referrer = |given| {
        make(RequestInit {
            referrer: Some(given),
            ..init()
        })
        .unwrap()
        .referrer
    };
    assert_eq!(referrer(Referrer::NoReferrer), Referrer::NoReferrer);
    assert_eq!(referrer(Referrer::Client), Referrer::Client);
    let own = Referrer::Url(url("https://a.test/other"));
    assert_eq!(referrer(own.clone()), own);
    assert_eq!(
        referrer(Referrer::Url(url("https://b.test/"))),
        Referrer::Client
    );
}

#[test]
fn methods_are_tokens_and_not_forbidden() {
    for bad in ["", "GET ", "G ET", "PÜT"] {
        let error = make(RequestInit {
            method: method(bad),
            ..init()
        })
        .unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::MethodNotAToken { method: bad.into() }
        );
        assert_eq!(error.refusal.at.step, "25.2");
    }
    for bad in ["CONNECT", "tRaCe", "track"] {
        let error = make(RequestInit {
            method: method(bad),
            ..init()
        })
        .unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::ForbiddenMethod { method: bad.into() }
        );
    }
    let patch = make(RequestInit {
        method: method("patch"),
        ..init()
    })
    .unwrap();
    assert_eq!(patch.method.as_bytes(), b"patch");
}

#[test]
fn modes_exclude_one_another() {
    let mode = |mode| RequestInit {
        mode: Some(mode),
        ..init()
    };
    assert_eq!(throws(mode(RequestMode::Navigate)), "17");
    let cached = RequestInit {
        cache: Some(CacheMode::OnlyIfCached),
        ..init()
    };
    assert_eq!(throws(cached.clone()), "21");
    assert!(
        make(RequestInit {
            mode: Some(RequestMode::SameOrigin),
            ..cached
        })
        .is_ok()
    );
    for bad in ["PUT", "OPTIONS", "patch"] {
        let no_cors = RequestInit {
            method: method(bad),
            ..mode(RequestMode::NoCors)
        };
        assert_eq!(throws(no_cors), "32.1", "{bad}");
    }
    for good in ["get", "head", "post"] {
        assert!(
            make(RequestInit {
                method: method(good),
                ..mode(RequestMode::NoCors)
            })
            .is_ok()
        );
    }
}

#[test]
fn headers_are_guarded_by_the_mode() {
    let given = pairs(&[
        ("X-Foo", "1"),
        ("Host", "h"),
        ("Accept", "x"),
        ("x-foo", "2"),
        ("Range", "bytes=0-"),
    ]);
    let cors = make(RequestInit {
        headers: given.clone(),
        ..init()
    })
    .unwrap();
    let expected = [
        ("X-Foo", "1"),
        ("Accept", "x"),
        ("X-Foo", "2"),
        ("Range", "bytes=0-"),
    ];
    assert_eq!(cors.header_list, headers(&expected));
    let no_cors = RequestInit {
        headers: given,
        mode: Some(RequestMode::NoCors),
        ..init()
    };
    assert_eq!(
        make(no_cors).unwrap().header_list,
        headers(&[("Accept", "x")])
    );
    let invalid = RequestInit {
        headers: pairs(&[("x y", "1")]),
        ..init()
    };
    assert_eq!(
        make(invalid).unwrap_err().refusal.at.anchor,
        "headers-validate"
    );
}

#[test]
fn bodies_bring_their_type_unless_script_sets_one() {
    let content_type = |init: RequestInit| {
        let list = make(RequestInit {
            method: method("POST"),
            ..init
        })
        .unwrap()
        .header_list;
        list.get("content-type")
            .map(|value| String::from_utf8(value.into_owned()).unwrap())
    };
    let post = RequestInit {
        body: text("x"),
        ..init()
    };
    assert_eq!(
        content_type(post.clone()).as_deref(),
        Some("text/plain;charset=UTF-8")
    );
    let own = RequestInit {
        headers: pairs(&[("content-TYPE", "a/b")]),
        ..post.clone()
    };
    assert_eq!(content_type(own).as_deref(), Some("a/b"));
    let blob = Some(BodyInit::blob(b"{}".to_vec(), "application/json"));
    let no_cors = RequestInit {
        mode: Some(RequestMode::NoCors),
        body: blob,
        ..init()
    };
    assert_eq!(content_type(no_cors), None);
    let body = make(RequestInit {
        method: method("POST"),
        ..post
    })
    .unwrap()
    .body
    .unwrap();
    assert_eq!(
        (body.bytes.as_slice(), body.source_is_null),
        (&b"x"[..], false)
    );
}

#[test]
fn get_and_head_have_no_body() {
    for bad in [None, method("get"), method("HEAD")] {
        assert_eq!(
            throws(RequestInit {
                method: bad,
                body: text(""),
                ..init()
            }),
            "35"
        );
    }
    assert!(
        make(RequestInit {
            method: method("DELETE"),
            body: text("x"),
            ..init()
        })
        .is_ok()
    );
}

#[test]
fn streams_need_duplex_and_force_a_preflight() {
    let stream = RequestInit {
        method: method("POST"),
        body: Some(BodyInit::Stream(b"x".to_vec())),
        duplex_half: true,
        ..init()
    };
    let request = make(stream.clone()).unwrap();
    assert!(request.use_cors_preflight && request.has_stream_body());
    assert_eq!(
        throws(RequestInit {
            duplex_half: false,
            ..stream.clone()
        }),
        "39.1"
    );
    let no_cors = RequestInit {
        mode: Some(RequestMode::NoCors),
        ..stream.clone()
    };
    assert_eq!(throws(no_cors), "39.2");
    let same_origin = RequestInit {
        mode: Some(RequestMode::SameOrigin),
        ..stream.clone()
    };
    assert!(make(same_origin).unwrap().use_cors_preflight);
    let keepalive = make(RequestInit {
        keepalive: Some(true),
        ..stream
    })
    .unwrap_err();
    assert_eq!(keepalive.refusal.reason, Reason::StreamWithKeepalive);
    let other = RequestInit {
        method: method("POST"),
        body: text("x"),
        duplex_half: true,
        ..init()
    };
    assert!(!make(other).unwrap().use_cors_preflight);
}
