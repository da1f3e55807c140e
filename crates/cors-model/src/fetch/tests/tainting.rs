//! Which protocol a request goes by.

use super::{B, refused};
use crate::error::Reason;
use crate::fetch::UserAgent;
use crate::header::{HeaderValue, names};
use crate::method::Method;
use crate::network::RequestKind;
use crate::origin::{OpaqueOrigin, Origin};
use crate::referrer::{Referrer, ReferrerPolicy as P};
use crate::request::{RedirectMode, Request, RequestMode};
use crate::response::ResponseType;
use crate::support::{Script, answer, header, page, request, run, run_traced, url};
use crate::trace::NoTrace;

const SHARED: &[(&str, &str)] = &[("Access-Control-Allow-Origin", "*")];

#[test]
fn the_pages_own_server_is_not_asked() {
    for method in ["GET", "DELETE", "OPTIONS"] {
        let mut network = Script::new([answer(200, &[("x-secret", "1")])]);
        let mut own = request(method, "https://a.test:443/x");
        own.use_cors_preflight = true;
        let foo = header("X-Foo", b"1");
        own.header_list.append(foo.name, foo.value);
        let response = run(&mut network, own).unwrap();
        assert_eq!(response.response_type(), ResponseType::Basic);
        assert_eq!(response.header("x-secret").as_deref(), Some(&b"1"[..]));
        assert_eq!(network.seen.len(), 1);
        assert!(network.seen[0].credentials);
    }
}

#[test]
fn what_a_form_could_send_is_not_asked_about() {
    for method in ["GET", "HEAD", "POST"] {
        let mut network = Script::new([answer(200, SHARED)]);
        let response = run(&mut network, request(method, B)).unwrap();
        assert_eq!(response.response_type(), ResponseType::Cors);
        assert_eq!(network.seen.len(), 1);
        assert_eq!(
            network.seen[0].header("origin").as_deref(),
            Some("https://a.test")
        );
        assert_eq!(network.seen[0].kind, RequestKind::Actual);
        assert!(!network.seen[0].credentials);
    }
}

#[test]
fn only_script_is_asked_about() {
    // Without the unsafe-request flag method and headers are the user agent's own choice.
    let mut network = Script::new([answer(200, SHARED)]);
    let mut quiet = request("PUT", B);
    quiet.unsafe_request = false;
    run(&mut network, quiet).unwrap();
    assert_eq!(network.lines(), ["PUT https://b.test/r"]);
}

#[test]
fn what_asks_for_a_preflight() {
    let asks = |request: Request| {
        let mut network = Script::new([]);
        let _ = run(&mut network, request);
        network.seen[0].kind == RequestKind::Preflight
    };
    assert!(asks(request("PUT", B)));
    assert!(asks(request("get", B)));
    assert!(!asks(request("GET", B)));
    let mut with_header = request("GET", B);
    let foo = header("X-Foo", b"1");
    with_header.header_list.append(foo.name, foo.value);
    assert!(asks(with_header));
    let mut flagged = request("GET", B);
    flagged.use_cors_preflight = true;
    flagged.unsafe_request = false;
    assert!(asks(flagged));
}

#[test]
fn modes_decide_on_other_origins() {
    let mut network = Script::new([answer(200, &[("x", "1")])]);
    let mut same_origin = request("GET", B);
    same_origin.mode = RequestMode::SameOrigin;
    assert_eq!(
        refused(run(&mut network, same_origin)),
        "fetch concept-main-fetch/12[same-origin]"
    );
    assert!(network.seen.is_empty());

    let mut no_cors = request("GET", B);
    no_cors.mode = RequestMode::NoCors;
    for mode in [RedirectMode::Manual, RedirectMode::Error] {
        no_cors.redirect_mode = mode;
        let error = run(&mut network, no_cors.clone()).unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::RedirectModeInNoCorsMode {
                redirect_mode: mode
            }
        );
        assert_eq!(error.refusal.at.step, "12[no-cors].1");
    }
    no_cors.redirect_mode = RedirectMode::Follow;
    let response = run(&mut network, no_cors).unwrap();
    assert_eq!(response.response_type(), ResponseType::Opaque);
    assert_eq!((response.status(), response.header("x")), (0, None));
    assert_eq!(network.seen.len(), 1);
    assert_eq!(network.seen[0].header("origin"), None);

    for mode in [
        RequestMode::Navigate,
        RequestMode::WebSocket,
        RequestMode::WebTransport,
    ] {
        let mut network = Script::new([answer(200, &[])]);
        let mut other = request("PUT", B);
        other.mode = mode;
        let response = run(&mut network, other).unwrap();
        assert_eq!(
            (response.response_type(), network.seen.len()),
            (ResponseType::Basic, 1)
        );
    }
}

#[test]
fn opaque_origins_are_of_no_server() {
    let mut network = Script::new([answer(200, &[("Access-Control-Allow-Origin", "null")])]);
    let mut sandboxed = request("GET", "https://a.test/x");
    sandboxed.origin = Origin::Opaque(OpaqueOrigin::new(7));
    let response = run(&mut network, sandboxed).unwrap();
    assert_eq!(response.response_type(), ResponseType::Cors);
    assert_eq!(network.seen[0].header("origin").as_deref(), Some("null"));
}

#[test]
fn bad_ports_are_not_spoken_to() {
    let mut network = Script::new([]);
    let error = run(&mut network, request("PUT", "https://b.test:25/")).unwrap_err();
    assert_eq!(error.refusal.reason, Reason::BadPort { port: 25 });
    assert_eq!(
        (error.refusal.at.anchor, error.refusal.at.step),
        ("concept-main-fetch", "7")
    );
    assert!(network.seen.is_empty());
}

#[test]
fn schemes_without_a_server() {
    let fetch = |method: &str, to: &str| run(&mut Script::new([]), request(method, to));
    let data = fetch("PUT", "data:text/x,abc").unwrap();
    assert_eq!(
        (data.response_type(), data.status()),
        (ResponseType::Basic, 200)
    );
    assert_eq!(data.header("content-type").as_deref(), Some(&b"text/x"[..]));
    assert_eq!(data.body(), Some(&b"abc"[..]));
    assert_eq!(
        (data.url().as_str(), data.redirected()),
        ("data:text/x,abc", false)
    );
    assert_eq!(
        refused(fetch("GET", "data:x")),
        "fetch concept-scheme-fetch/3[data].2"
    );
    for to in [
        "ftp://x/",
        "foo:bar",
        "file:/x",
        "about:blank",
        "blob:https://c.test/1",
    ] {
        assert_eq!(
            refused(fetch("GET", to)),
            "fetch concept-main-fetch/12[http-s-scheme]",
            "{to}"
        );
    }
    let own = fetch("GET", "blob:https://a.test/1");
    assert_eq!(refused(own), "fetch concept-scheme-fetch/3[blob].2");
    let no_cors = |to: &str| {
        let mut request = request("GET", to);
        request.mode = RequestMode::NoCors;
        run(&mut Script::new([]), request)
    };
    assert_eq!(
        refused(no_cors("file:/x")),
        "fetch concept-scheme-fetch/3[file]"
    );
    assert_eq!(refused(no_cors("foo:x")), "fetch concept-scheme-fetch/4");
    assert_eq!(
        refused(no_cors("about:config")),
        "fetch concept-scheme-fetch/4"
    );
    let error = no_cors("foo:x").unwrap_err();
    assert_eq!(
        error.refusal.reason,
        Reason::NothingToFetch {
            scheme: "foo".into()
        }
    );
    let blank = no_cors("about:blank").unwrap();
    let internal = blank.internal();
    assert_eq!(
        (internal.status, internal.body.as_deref()),
        (200, Some(&b""[..]))
    );
    let content_type = internal.header_list.get(names::CONTENT_TYPE);
    assert_eq!(
        content_type.as_deref(),
        Some(&b"text/html;charset=utf-8"[..])
    );
}

#[test]
fn script_takes_anything_when_it_says_nothing() {
    let seen = |request: Request, agent: UserAgent| {
        let mut network = Script::new([answer(200, SHARED)]);
        let mut agent = agent;
        run_traced(&mut agent, &mut network, request, 0, &mut NoTrace).unwrap();
        network.seen.remove(0)
    };
    let plain = seen(request("GET", B), UserAgent::default());
    assert_eq!(plain.header("accept").as_deref(), Some("*/*"));
    assert_eq!(plain.header("accept-language"), None);
    let german = UserAgent {
        accept_language: Some(HeaderValue::from_static("de")),
        ..UserAgent::default()
    };
    let plain = seen(request("GET", B), german.clone());
    assert_eq!(plain.header("accept-language").as_deref(), Some("de"));
    let mut own = request("GET", B);
    own.header_list
        .append(names::ACCEPT, HeaderValue::from_static("x"));
    own.header_list
        .append(names::ACCEPT_LANGUAGE, HeaderValue::from_static("fr"));
    let own = seen(own, german);
    assert_eq!(own.header("accept").as_deref(), Some("x"));
    assert_eq!(own.header("accept-language").as_deref(), Some("fr"));
}

#[test]
fn referrers_go_by_the_pages_policy_unless_the_request_has_one() {
    let seen = |page_policy, own_policy, referrer| {
        let mut network = Script::new([answer(200, SHARED)]);
        let mut request = request("GET", B);
        request.client.as_mut().unwrap().referrer_policy = page_policy;
        request.referrer_policy = own_policy;
        request.referrer = referrer;
        run(&mut network, request).unwrap();
        network.seen[0].header("referer")
    };
    let from = |page_policy, own_policy| seen(page_policy, own_policy, Referrer::Client);
    assert_eq!(
        from(P::EmptyString, P::EmptyString).as_deref(),
        Some("https://a.test/")
    );
    assert_eq!(
        from(P::UnsafeUrl, P::EmptyString).as_deref(),
        Some("https://a.test/page")
    );
    assert_eq!(from(P::UnsafeUrl, P::NoReferrer), None);
    assert_eq!(
        seen(P::UnsafeUrl, P::EmptyString, Referrer::NoReferrer),
        None
    );
    let other = Referrer::Url(url("https://a.test/other"));
    let sent = seen(P::UnsafeUrl, P::EmptyString, other);
    assert_eq!(sent.as_deref(), Some("https://a.test/other"));
    let mut nobody = Request::new(page().origin, url(B));
    nobody.mode = RequestMode::Cors;
    nobody.method = Method::POST;
    let mut network = Script::new([answer(200, SHARED)]);
    run(&mut network, nobody).unwrap();
    assert_eq!(network.seen[0].header("referer"), None);
}

#[test]
fn resource_policies_are_for_what_cors_does_not_judge() {
    let same_origin = &[("Cross-Origin-Resource-Policy", "same-origin"), SHARED[0]];
    let mut no_cors = request("GET", B);
    no_cors.mode = RequestMode::NoCors;
    let error = run(
        &mut Script::new([answer(200, same_origin)]),
        no_cors.clone(),
    )
    .unwrap_err();
    assert_eq!(error.refusal.reason, Reason::CrossOriginResourcePolicy);
    assert_eq!(error.refusal.at.step, "5");
    assert_eq!(
        error.refusal.compared.unwrap().got.as_deref(),
        Some(&b"same-origin"[..])
    );
    assert_eq!(error.refusal.remedies.len(), 2);
    for remedy in &error.refusal.remedies {
        let mut better = answer(200, same_origin).unwrap();
        remedy.apply(&mut better);
        run(&mut Script::new([Ok(better)]), no_cors.clone()).unwrap();
    }
    let shared = run(
        &mut Script::new([answer(200, same_origin)]),
        request("GET", B),
    )
    .unwrap();
    assert_eq!(shared.status(), 200);
}
