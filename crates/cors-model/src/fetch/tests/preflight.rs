//! What a preflight consists of.

use alloc::string::String;
use alloc::vec::Vec;

use super::{B, refused};
use crate::header::{HeaderValue, names};
use crate::network::RequestKind;
use crate::referrer::ReferrerPolicy;
use crate::request::{Body, CredentialsMode};
use crate::support::{Script, answer, header, request, run, url};

#[test]
fn a_preflight_asks_and_leaves_everything_else_out() {
    let mut put = request("PUT", "https://b.test/p?q=1#f");
    put.credentials_mode = CredentialsMode::Include;
    put.body = Some(Body {
        bytes: b"secret".to_vec(),
        source_is_null: false,
    });
    for (name, value) in [
        ("X-B", "secret"),
        ("x-a", "1"),
        ("Authorization", "t"),
        ("Accept", "y"),
    ] {
        let header = header(name, value.as_bytes());
        put.header_list.append(header.name, header.value);
    }
    let mut network = Script::new([]);
    network.cookie = Some("c=1");
    network.authorization = Some("Basic x");
    let _ = run(&mut network, put);
    let preflight = &network.seen[0];
    assert_eq!(preflight.kind, RequestKind::Preflight);
    assert_eq!(preflight.line(), "OPTIONS https://b.test/p?q=1");
    assert_eq!((preflight.credentials, &preflight.body), (false, &None));
    let lines: Vec<_> = preflight
        .headers
        .iter()
        .map(|header| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (text(header.name.as_bytes()), text(header.value.as_bytes()))
        })
        .collect();
    let expected = [
        ("Accept", "*/*"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,x-a,x-b"),
        ("Referer", "https://a.test/"),
        ("Origin", "https://a.test"),
    ];
    assert_eq!(
        lines,
        expected.map(|(name, value)| (name.into(), value.into()))
    );
}

#[test]
fn safelisted_names_are_not_asked_about() {
    let mut put = request("patch", B);
    put.header_list
        .append(names::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    put.referrer_policy = ReferrerPolicy::NoReferrer;
    let mut network = Script::new([]);
    assert_eq!(
        refused(run(&mut network, put)),
        "preflight concept-http-network-fetch/8.1"
    );
    let preflight = &network.seen[0];
    assert_eq!(
        preflight.header("access-control-request-method").as_deref(),
        Some("patch")
    );
    assert_eq!(preflight.header("access-control-request-headers"), None);
    assert_eq!(preflight.header("referer"), None);
    assert_eq!(preflight.header("content-length"), None);
    assert_eq!(network.seen.len(), 1);
}

#[test]
fn a_redirected_request_asks_as_null() {
    let mut put = request("PUT", B);
    put.append_url(url("https://c.test/x"));
    let mut network = Script::new([]);
    let _ = run(&mut network, put);
    assert_eq!(network.seen[0].header("origin").as_deref(), Some("null"));
    assert_eq!(network.seen[0].line(), "OPTIONS https://c.test/x");
}

#[test]
fn what_the_user_agent_adds_is_not_asked_about() {
    let mut put = request("GET", B);
    put.use_cors_preflight = true;
    put.cache_mode = crate::request::CacheMode::Reload;
    let mut network = Script::new([]);
    let _ = run(&mut network, put);
    let preflight = &network.seen[0];
    assert_eq!(
        preflight.header("access-control-request-method").as_deref(),
        Some("GET")
    );
    assert_eq!(preflight.header("access-control-request-headers"), None);
    assert_eq!(preflight.header("pragma"), None);
}

#[test]
fn misdirected_preflights_are_made_again() {
    let allowed = [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "PUT"),
    ];
    let mut network = Script::new([
        answer(421, &[]),
        answer(204, &allowed),
        answer(200, &allowed),
    ]);
    assert_eq!(run(&mut network, request("PUT", B)).unwrap().status(), 200);
    let kinds: Vec<_> = network.seen.iter().map(|seen| seen.kind).collect();
    assert_eq!(
        kinds,
        [
            RequestKind::Preflight,
            RequestKind::Preflight,
            RequestKind::Actual
        ]
    );
}
