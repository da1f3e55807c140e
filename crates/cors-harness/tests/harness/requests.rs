//! What goes out to a target, and what is told of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_harness::event::{Kind, Outcome};
use cors_harness::options::Options;
use serde_json::json;

use crate::cases::{allowed, case, correct, options, raw, run_all, subject};
use crate::support::{Server, field, response};

#[tokio::test]
async fn redirects_are_followed_on_the_target_and_not_off_it() {
    let redirect = case(
        "redirect/followed",
        &json!({"steps": [{"fetch": {"origin": "{allowed}", "endpoint": "redirect"}, "verdict": "shared"}]}),
    );
    for (location, outcome) in [
        ("/resource", Outcome::Pass),
        ("http://192.0.2.1/", Outcome::Skip),
    ] {
        let server = Server::answering(move |head| {
            let answer = correct(head);
            if head.contains("/redirect") {
                return answer.replace("200 X", &format!("302 X\r\nLocation: {location}"));
            }
            answer
        })
        .await;
        let stream = run_all(
            std::slice::from_ref(&redirect),
            subject(&server),
            &options(),
        )
        .await;
        let case = stream.case("redirect/followed");
        assert_eq!(case.outcome, outcome, "{case:#?}");
    }
}

#[tokio::test]
async fn secrets_are_sent_and_never_told() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let server = Server::answering(move |head| {
        let key = field(head, "x-api-key").unwrap_or_default();
        let cookie = field(head, "cookie").unwrap_or_default();
        if key == "hunter2!" && (cookie == "sid=tops3cret" || !head.contains("app.example")) {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        correct(head).replace("Vary:", &format!("X-Echo: {key} {cookie}\r\nVary:"))
    })
    .await;
    let options = Options {
        headers: vec![(b"X-Api-Key".to_vec(), b"hunter2!".to_vec())],
        cookie: Some(b"sid=tops3cret".to_vec()),
        trace: true,
        ..options()
    };
    let stream = run_all(&[allowed()], subject(&server), &options).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    assert_eq!(
        seen.load(Ordering::SeqCst),
        5,
        "four control exchanges, and that of the case"
    );
    let text = stream.text();
    assert!(text.contains("[redacted]"));
    assert!(
        !text.contains("hunter2!") && !text.contains("tops3cret"),
        "{text}"
    );
}

/// What a target sends back can be learnt as an origin, and then asked for as a page of it.
#[tokio::test]
async fn a_secret_that_is_a_page_s_origin_is_not_told() {
    let server = Server::answering(correct).await;
    let options = Options {
        headers: vec![(b"X-Api-Key".to_vec(), b"https://app.example".to_vec())],
        trace: true,
        ..options()
    };
    let stream = run_all(&[allowed()], subject(&server), &options).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    let text = stream.text();
    assert!(!text.contains("https://app.example"), "{text}");
    // What was expected instead of a wrong answer names the origin as well.
    let server = Server::answering(|head| correct(head).replace("app.example", "b.example")).await;
    let stream = run_all(&[allowed()], subject(&server), &options).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Fail);
    let text = stream.text();
    assert!(!text.contains("https://app.example"), "{text}");
}

/// A login in front of CORS: who has no key is answered 401, and preflights have none.
#[tokio::test]
async fn preflights_have_no_headers_of_the_user() {
    let preflighted = case(
        "login/preflighted",
        &json!({"steps": [{"fetch": {"origin": "{allowed}", "headers": [["X-Token", "t"]]}, "verdict": "shared"}]}),
    );
    let server = Server::answering(|head| {
        if field(head, "x-api-key") == Some("k") {
            correct(head)
        } else {
            response(401, &[])
        }
    })
    .await;
    let with = |everywhere| Options {
        headers: vec![(b"X-Api-Key".to_vec(), b"k".to_vec())],
        headers_everywhere: everywhere,
        ..options()
    };
    for (everywhere, outcome) in [(false, Outcome::Fail), (true, Outcome::Pass)] {
        let cases = std::slice::from_ref(&preflighted);
        let stream = run_all(cases, subject(&server), &with(everywhere)).await;
        let case = stream.case("login/preflighted");
        assert_eq!(case.outcome, outcome, "{case:#?}");
        assert_eq!(case.steps[0].exchanges[0].kind, Kind::Preflight);
    }
}

/// The cookie goes to other clients' requests too, and not to their preflights; what a case states
/// itself takes the place of what the user gave.
#[tokio::test]
async fn clients_have_the_cookie_and_the_header_of_the_user_once() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let server = Server::answering(move |head| {
        let lines = |name: &str| {
            let of_name = |line: &&str| line.to_ascii_lowercase().starts_with(name);
            let lines = head.lines().filter(of_name).map(str::to_owned);
            lines.collect::<Vec<String>>().join(", ")
        };
        if head.contains("/resource?") {
            let seen = (lines("cookie:"), lines("x-token:"), lines("host:"));
            kept.lock().unwrap().push(seen);
        }
        correct(head)
    })
    .await;
    let send = |id: &str, method: &str, headers: serde_json::Value| {
        case(
            id,
            &json!({"steps": [{"send": {"method": method, "suffix": "?", "headers": headers},
                               "checks": [{"id": "s", "level": "must", "status": [[200, 299]]}]}]}),
        )
    };
    let cases = [
        send("client/get", "GET", json!([["X-Token", "own"]])),
        send(
            "client/preflight",
            "OPTIONS",
            json!([["Access-Control-Request-Method", "PUT"]]),
        ),
    ];
    let options = Options {
        headers: vec![
            (b"x-token".to_vec(), b"given".to_vec()),
            (b"Host".to_vec(), b"api.example".to_vec()),
        ],
        cookie: Some(b"sid=1".to_vec()),
        in_flight: 1,
        ..options()
    };
    run_all(&cases, subject(&server), &options).await;
    let line = |text: &str| text.to_owned();
    let expected = [
        (
            line("cookie: sid=1"),
            line("x-token: own"),
            line("host: api.example"),
        ),
        (line(""), line(""), line("host: api.example")),
    ];
    let seen: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|(one, two, three)| {
            (
                one.to_ascii_lowercase(),
                two.to_ascii_lowercase(),
                three.to_ascii_lowercase(),
            )
        })
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn raw_requests_go_out_as_they_are() {
    let server = Server::answering(|head| {
        let origins = head
            .lines()
            .filter(|line| line.to_ascii_lowercase().starts_with("origin:"));
        let as_written = head.starts_with("GET /resource?a HTTP/1.1") && origins.count() == 2;
        response(if as_written { 400 } else { 200 }, &[])
    })
    .await;
    let stream = run_all(&[raw()], subject(&server), &options()).await;
    let case = stream.case("raw/two-origins");
    assert_eq!(
        (case.outcome, case.wanted, case.got),
        (Outcome::Pass, None, None)
    );
    assert_eq!(case.steps[0].exchanges[0].kind, Kind::Raw);
}

#[tokio::test]
async fn upload_listeners_null_origins_and_bodies_go_the_way_of_a_page() {
    let server = Server::answering(|head| {
        let origin = field(head, "origin").unwrap_or("*").to_owned();
        let lines = [
            ("Access-Control-Allow-Origin", origin.as_str()),
            ("X-Type", field(head, "content-type").unwrap_or("none")),
        ];
        response(200, &lines)
    })
    .await;
    let case = case(
        "page/upload",
        &json!({"steps": [{
            "fetch": {"origin": "null", "method": "post", "upload_listener": true, "body": "abc"},
            "verdict": "shared",
            "checks": [{"id": "type", "level": "must", "header": "X-Type",
                        "equals": "text/plain;charset=UTF-8"}]
        }]}),
    );
    let options = Options {
        unsafe_methods: true,
        ..options()
    };
    let cors_harness::kit::Subject::Site { mode, mut site } = subject(&server) else {
        panic!("not a site");
    };
    let mut policy = (*site.policy).clone();
    policy.allow_origins = serde_json::from_value(json!(["null"])).unwrap();
    site.policy = policy.into();
    let subject = cors_harness::kit::Subject::Site { mode, site };
    let stream = run_all(&[case], subject, &options).await;
    let case = stream.case("page/upload");
    assert_eq!(case.outcome, Outcome::Pass, "{case:#?}");
    let sent: Vec<_> = case.steps[0]
        .exchanges
        .iter()
        .map(|exchange| (exchange.kind, exchange.request.method.as_str()))
        .collect();
    assert_eq!(sent, [(Kind::Preflight, "OPTIONS"), (Kind::Actual, "POST")]);
}
