//! What of a request goes on to the next server.

use alloc::vec::Vec;

use super::{B, refused};
use crate::error::{Reason, Stage};
use crate::header::{HeaderValue, names};
use crate::network::HttpVersion;
use crate::request::{Body, CredentialsMode, RedirectMode, RedirectTaint, Request, RequestMode};
use crate::response::{Response, ResponseType};
use crate::support::{Script, answer, header, request, run};

const ANY: (&str, &str) = ("Access-Control-Allow-Origin", "*");
const METHODS: (&str, &str) = ("Access-Control-Allow-Methods", "*");
const HEADERS: (&str, &str) = ("Access-Control-Allow-Headers", "*");
const C: &str = "https://c.test/x";

fn to(status: u16, location: &str) -> Result<Response, &'static str> {
    answer(status, &[ANY, METHODS, HEADERS, ("Location", location)])
}

fn done() -> Result<Response, &'static str> {
    answer(200, &[ANY, METHODS, HEADERS])
}

fn with(name: &str, value: &str, mut request: Request) -> Request {
    let header = header(name, value.as_bytes());
    request.header_list.append(header.name, header.value);
    request
}

fn lines(
    request: Request,
    answers: Vec<Result<Response, &'static str>>,
) -> Vec<alloc::string::String> {
    let mut network = Script::new(answers);
    run(&mut network, request).unwrap();
    network.lines()
}

#[test]
fn each_hop_is_judged_for_itself() {
    let mut network = Script::new([answer(302, &[("Location", C)]), done()]);
    assert_eq!(
        refused(run(&mut network, request("GET", B))),
        "response concept-cors-check/2"
    );
    assert_eq!(network.seen.len(), 1);
    // The page's own server need not share its redirects.
    let mut network = Script::new([answer(302, &[("Location", C)]), done()]);
    let response = run(&mut network, request("GET", "https://a.test/x")).unwrap();
    assert_eq!(response.response_type(), ResponseType::Cors);
    assert_eq!((response.url().as_str(), response.redirected()), (C, true));
    assert_eq!(
        network.seen[1].header("origin").as_deref(),
        Some("https://a.test")
    );
    assert_eq!(
        response.internal().redirect_taint,
        RedirectTaint::SameOrigin
    );
    let failed = run(
        &mut Script::new([to(302, C), answer(200, &[])]),
        request("GET", B),
    );
    assert_eq!(refused(failed), "response concept-cors-check/2");
}

#[test]
fn tainting_stays() {
    let mut network = Script::new([
        answer(302, &[("Location", B)]),
        to(302, "https://a.test/y"),
        done(),
    ]);
    let response = run(&mut network, request("GET", "https://a.test/x")).unwrap();
    assert_eq!(response.response_type(), ResponseType::Cors);
    let origins: Vec<_> = network
        .seen
        .iter()
        .map(|seen| seen.header("origin"))
        .collect();
    assert_eq!(
        origins,
        [None, Some("https://a.test".into()), Some("null".into())]
    );
    assert_eq!(response.internal().redirect_taint, RedirectTaint::CrossSite);
    let credentials: Vec<_> = network.seen.iter().map(|seen| seen.credentials).collect();
    assert_eq!(credentials, [true, false, false]);
    let mut network = Script::new([to(302, "/y"), done()]);
    let response = run(&mut network, request("GET", "https://a.test/x")).unwrap();
    assert_eq!(response.response_type(), ResponseType::Basic);
}

#[test]
fn each_hop_is_asked_for_itself() {
    let put = request("PUT", B);
    assert_eq!(
        lines(put, Vec::from([done(), to(307, C), done(), done()])),
        [
            "OPTIONS https://b.test/r",
            "PUT https://b.test/r",
            "OPTIONS https://c.test/x",
            "PUT https://c.test/x"
        ]
    );
    let foo = with("X-Foo", "1", request("GET", "https://a.test/x"));
    assert_eq!(
        lines(foo, Vec::from([to(302, B), done(), done()])),
        [
            "GET https://a.test/x",
            "OPTIONS https://b.test/r",
            "GET https://b.test/r"
        ]
    );
}

#[test]
fn preflights_and_responses_of_later_hops_have_their_stages() {
    let mut network = Script::new([to(302, B), answer(403, &[ANY])]);
    let put = request("PUT", "https://a.test/x");
    assert_eq!(
        refused(run(&mut network, put.clone())),
        "preflight cors-preflight-fetch-0/8"
    );
    let mut network = Script::new([to(302, B), done(), Err("reset")]);
    assert_eq!(
        refused(run(&mut network, put)),
        "transport concept-http-network-fetch/8.1"
    );
    let mut same_origin = request("GET", "https://a.test/x");
    same_origin.mode = RequestMode::SameOrigin;
    let mut network = Script::new([to(302, B), done()]);
    assert_eq!(
        refused(run(&mut network, same_origin)),
        "redirect concept-main-fetch/12[same-origin]"
    );
    assert_eq!(network.seen.len(), 1);
}

#[test]
fn twenty_redirects_are_enough() {
    let hops = |count: usize| {
        let mut answers: Vec<_> = (0..count).map(|_| to(302, "/r")).collect();
        answers.push(done());
        let mut network = Script::new(answers);
        (run(&mut network, request("GET", B)), network.seen.len())
    };
    let (result, seen) = hops(20);
    assert_eq!((result.unwrap().internal().url_list.len(), seen), (21, 21));
    let (result, seen) = hops(21);
    let error = result.unwrap_err();
    assert_eq!((error.refusal.reason, seen), (Reason::TooManyRedirects, 21));
    assert_eq!(
        (error.refusal.at.step, error.refusal.stage),
        ("7", Stage::Redirect)
    );
}

#[test]
fn targets_have_to_be_http_urls() {
    let target = |location: &str| {
        run(
            &mut Script::new([to(302, location), done()]),
            request("GET", B),
        )
    };
    for bad in ["data:,x", "ftp://b.test/", "javascript:1", "about:blank"] {
        assert_eq!(
            refused(target(bad)),
            "redirect concept-http-redirect-fetch/6",
            "{bad}"
        );
    }
    assert_eq!(
        refused(target("http://[")),
        "redirect concept-http-redirect-fetch/5"
    );
    let two = answer(302, &[ANY, ("Location", C), ("Location", C)]);
    let result = run(&mut Script::new([two, done()]), request("GET", B));
    let error = result.unwrap_err();
    assert_eq!(error.refusal.reason, Reason::LocationInvalid);
    assert_eq!(
        error.refusal.compared.unwrap().got.unwrap(),
        b"https://c.test/x, https://c.test/x"
    );
    let none = run(&mut Script::new([answer(302, &[ANY])]), request("GET", B)).unwrap();
    assert_eq!((none.status(), none.redirected()), (302, false));
    let mut network = Script::new([to(302, "/y"), done()]);
    let response = run(&mut network, request("GET", "https://b.test/r#f")).unwrap();
    assert_eq!(
        response.internal().url().unwrap().serialize(false),
        "https://b.test/y#f"
    );
    assert_eq!(network.lines()[1], "GET https://b.test/y");
}

#[test]
fn credentials_in_urls_do_not_cross_origins() {
    let step = |from: &str, location: &str| match run(
        &mut Script::new([to(302, location), done()]),
        request("GET", from),
    ) {
        Ok(_) => "",
        Err(error) => {
            assert_eq!(error.refusal.reason, Reason::LocationIncludesCredentials);
            error.refusal.at.step
        }
    };
    assert_eq!(step("https://a.test/x", "https://u:p@b.test/"), "9");
    assert_eq!(step(B, "https://u@c.test/"), "9");
    assert_eq!(step(B, "https://u@a.test/"), "10");
    assert_eq!(step("https://a.test/x", "https://u:p@a.test/"), "");
    assert_eq!(step(B, "https://@b.test/"), "");
    let mut no_cors = request("GET", "https://a.test/x");
    no_cors.mode = RequestMode::NoCors;
    let mut network = Script::new([to(302, "https://u:p@b.test/"), done()]);
    assert_eq!(
        run(&mut network, no_cors).unwrap().response_type(),
        ResponseType::Opaque
    );
}

#[test]
fn streams_cannot_be_sent_again() {
    let send = |status: u16, stream: bool| {
        let mut post = request("POST", "https://a.test/x");
        post.body = Some(Body {
            bytes: b"x".to_vec(),
            source_is_null: stream,
        });
        let mut network = Script::new([to(status, "/y"), done()]);
        network.version = HttpVersion::Http2OrLater;
        let result = run(&mut network, post);
        (
            result.map(|_| network.seen[1].body.clone()),
            network.lines().len(),
        )
    };
    let (result, seen) = send(307, true);
    let error = result.unwrap_err();
    assert_eq!((error.refusal.reason, seen), (Reason::StreamRedirected, 1));
    assert_eq!(
        (error.refusal.at.step, error.refusal.remedies.len()),
        ("11", 2)
    );
    assert_eq!(send(303, true).0, Ok(None));
    assert_eq!(send(307, false).0, Ok(Some(b"x".to_vec())));
}

#[test]
fn some_redirects_turn_methods_into_get() {
    for (status, method, becomes) in [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (302, "DELETE", "DELETE"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (303, "GET", "GET"),
        (301, "HEAD", "HEAD"),
        (307, "PUT", "PUT"),
    ] {
        let mut request = with(
            "Content-Type",
            "application/json",
            request(method, "https://a.test/x"),
        );
        for name in [
            "Content-Encoding",
            "Content-Language",
            "Content-Location",
            "X-Foo",
        ] {
            request = with(name, "1", request);
        }
        if !matches!(method, "GET" | "HEAD") {
            request.body = Some(Body {
                bytes: b"x".to_vec(),
                source_is_null: false,
            });
        }
        let mut network = Script::new([to(status, "/y"), done()]);
        run(&mut network, request).unwrap();
        let second = &network.seen[1];
        assert_eq!(second.method, becomes, "{status} {method}");
        let changed = method != becomes;
        for name in [
            "content-type",
            "content-encoding",
            "content-language",
            "content-location",
        ] {
            assert_eq!(
                second.header(name).is_none(),
                changed,
                "{status} {method} {name}"
            );
        }
        assert_eq!(second.header("x-foo").as_deref(), Some("1"));
        let kept = !changed && !matches!(method, "GET" | "HEAD");
        assert_eq!(second.body.is_some(), kept, "{status} {method}");
    }
}

#[test]
fn authorization_does_not_cross_origins() {
    let second = |from: &str, location: &str| {
        let request = with(
            "Authorization",
            "x",
            with("X-Key", "y", request("GET", from)),
        );
        let allowed = [
            ANY,
            METHODS,
            ("Access-Control-Allow-Headers", "authorization, x-key"),
        ];
        let mut answers = Vec::from([answer(302, &[ANY, ("Location", location)])]);
        if !from.starts_with("https://a.test") {
            answers.insert(0, answer(204, &allowed));
        }
        answers.extend([answer(204, &allowed), answer(200, &allowed)]);
        let mut network = Script::new(answers);
        run(&mut network, request).unwrap();
        let last = network.seen.last().unwrap();
        assert_eq!(last.header("x-key").as_deref(), Some("y"));
        last.header("authorization").is_some()
    };
    assert!(!second("https://a.test/x", B));
    assert!(!second(B, C));
    assert!(!second(B, "http://b.test/"));
    assert!(second(B, "/y"));
}

#[test]
fn redirect_modes_stop_or_hide() {
    let mut error = request("GET", B);
    error.redirect_mode = RedirectMode::Error;
    let result = run(&mut Script::new([to(302, C)]), error);
    let refusal = result.unwrap_err().refusal;
    assert_eq!(refusal.reason, Reason::RedirectModeError { status: 302 });
    assert_eq!(
        (refusal.at.step, refusal.stage),
        ("6.3[error].1", Stage::Redirect)
    );
    let mut manual = request("GET", B);
    manual.redirect_mode = RedirectMode::Manual;
    let response = run(&mut Script::new([to(302, C)]), manual.clone()).unwrap();
    assert_eq!(response.response_type(), ResponseType::OpaqueRedirect);
    assert_eq!((response.status(), response.url().as_str()), (0, B));
    assert_eq!(response.internal().status, 302);
    let unshared = run(&mut Script::new([answer(302, &[("Location", C)])]), manual);
    assert_eq!(refused(unshared), "response concept-cors-check/2");
}

#[test]
fn no_cors_redirects_stay_opaque() {
    let mut no_cors = request("GET", "https://a.test/x");
    no_cors.mode = RequestMode::NoCors;
    let response = run(&mut Script::new([to(302, B), answer(200, &[])]), no_cors).unwrap();
    assert_eq!(response.response_type(), ResponseType::Opaque);
    assert_eq!(
        (response.url().as_str(), response.redirected()),
        ("", false)
    );
}

#[test]
fn tainted_credentials_need_null() {
    let mut get = request("GET", B);
    get.credentials_mode = CredentialsMode::Include;
    let allow = |origin: &'static str| {
        [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Location", C),
        ]
    };
    let last = |origin: &'static str| {
        let answers = [
            answer(302, &allow("https://a.test")),
            answer(200, &allow(origin)),
        ];
        run(&mut Script::new(answers), get.clone())
    };
    assert_eq!(last("null").unwrap().status(), 200);
    assert_eq!(
        refused(last("https://a.test")),
        "response concept-cors-check/4"
    );
    assert_eq!(refused(last("*")), "response concept-cors-check/4");
}

#[test]
fn timings_need_every_hop() {
    let get = request("GET", B);
    let open = ("Timing-Allow-Origin", "*");
    let passed = |first: &[(&str, &str)]| {
        let first: Vec<_> = first
            .iter()
            .copied()
            .chain([ANY, ("Location", C)])
            .collect();
        let answers = [answer(302, &first), answer(200, &[ANY, open])];
        run(&mut Script::new(answers), get.clone())
            .unwrap()
            .internal()
            .timing_allow_passed
    };
    assert!(passed(&[open]));
    assert!(!passed(&[]));
}

#[test]
fn redirects_may_set_the_referrer_policy() {
    let mut network = Script::new([
        answer(
            302,
            &[ANY, ("Location", "/y"), ("Referrer-Policy", "no-referrer")],
        ),
        done(),
    ]);
    let mut get = request("GET", B);
    get.header_list
        .append(names::ACCEPT, HeaderValue::from_static("x"));
    run(&mut network, get).unwrap();
    assert_eq!(
        network.seen[0].header("referer").as_deref(),
        Some("https://a.test/")
    );
    assert_eq!(network.seen[1].header("referer"), None);
}
