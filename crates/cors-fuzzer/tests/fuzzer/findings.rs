//! What is found, and as how many findings.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use cors_fuzzer::{AsItIs, Finding, fuzz, promoted};
use cors_harness::event::Event;
use cors_harness::exit::Exit;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::target::ServiceTarget;
use cors_vectors::server::Level;

use crate::support::{
    Request, all_findings, all_findings_of, careful, careful_for, fuzzed, fuzzing, ids, policy,
    subject_with,
};

#[tokio::test]
async fn a_careful_server_is_found_nothing_against() {
    let fuzzed = fuzzed(&fuzzing(1, 600), &AsItIs, careful).await;
    assert_eq!(fuzzed.findings, []);
    assert_eq!(
        (fuzzed.end.exit, fuzzed.end.counts.fail),
        (Exit::AsExpected, 0)
    );
    assert!(fuzzed.end.counts.pass > 500, "{fuzzed:#?}");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_requests() {
    let seen = |seed| async move {
        let log = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&log);
        let answer = move |request: &Request| {
            let heads = (request.method().clone(), request.uri().clone());
            heard.borrow_mut().push((heads, request.headers().clone()));
            careful(request)
        };
        fuzzed(&fuzzing(seed, 60), &AsItIs, answer).await;
        log.take()
    };
    let first = seen(5).await;
    assert!(first.len() > 60);
    assert_eq!(first, seen(5).await);
    assert_ne!(first, seen(6).await);
}

#[tokio::test]
async fn one_bug_is_one_finding_and_short() {
    let lenient = |request: &Request| {
        let mut response = careful(request);
        let origin = request.headers().get("origin");
        let origin = origin.filter(|origin| origin.as_bytes().ends_with(b"app.example"));
        if let (Some(headers), Some(origin)) = (response.headers_mut(), origin) {
            headers.insert("access-control-allow-origin", origin.clone());
        }
        response
    };
    let fuzzed = fuzzed(&fuzzing(1, 400), &AsItIs, lenient).await;
    assert_eq!(fuzzed.end.exit, Exit::Failed);
    assert_eq!(ids(&fuzzed), ["found/refused-host", "found/refused-scheme"]);
    assert!(fuzzed.findings.iter().all(|one| one.event.exchanges == 1));
    assert!(fuzzed.findings.iter().all(Finding::is_confirmed));
    assert!(fuzzed.findings.iter().any(|finding| finding.times > 1));
    let file = promoted(
        "found",
        &fuzzed.findings,
        &[(String::new(), policy())].into(),
        |_| true,
    );
    let text = serde_json::to_string(&file).unwrap();
    assert!(
        text.contains("\"paired_with\":\"found/allowed-\""),
        "{text}"
    );
}

/// Whether a server serves a request.
type Served = fn(&Request) -> bool;

#[tokio::test]
async fn one_cause_is_one_finding_whether_a_browser_or_a_client_asks() {
    // It repeats every origin.
    let reflecting = |request: &Request| {
        let mut response = careful(request);
        let origin = request.headers().get("origin");
        if let (Some(headers), Some(origin)) = (response.headers_mut(), origin) {
            headers.insert("access-control-allow-origin", origin.clone());
        }
        response
    };
    let fuzzed = all_findings(reflecting).await;
    assert_eq!(ids(&fuzzed), ["found/refused-anybody"]);
    // It answers preflights, of browsers and of others, with a length.
    let with_length = |request: &Request| {
        let response = careful(request);
        if request.method() == "OPTIONS" {
            return response.status(204).header("content-length", "0");
        }
        response
    };
    let fuzzed = all_findings(with_length).await;
    assert_eq!(ids(&fuzzed), ["found/no-length"]);
    // It allows every method and header that is asked for.
    let generous = |request: &Request| {
        let mut response = careful(request);
        for (asked, allowed) in [
            (
                "access-control-request-method",
                "access-control-allow-methods",
            ),
            (
                "access-control-request-headers",
                "access-control-allow-headers",
            ),
        ] {
            let value = request.headers().get(asked).cloned();
            let headers = response.headers_mut().unwrap();
            if let (true, Some(value)) = (headers.contains_key(allowed), value) {
                headers.insert(allowed, value);
            }
        }
        response
    };
    let fuzzed = all_findings(generous).await;
    let granted: Vec<&str> = ids(&fuzzed);
    let granted: Vec<&&str> = granted
        .iter()
        .filter(|id| id.contains("/refused"))
        .collect();
    assert_eq!(granted, [&"found/refused-header", &"found/refused-method"]);
}

#[tokio::test]
async fn what_a_server_need_not_serve_is_no_failure() {
    let not_served = |is_served: Served| {
        move |request: &Request| {
            if is_served(request) {
                careful(request)
            } else {
                http::Response::builder().status(404)
            }
        }
    };
    let cases: [(&str, Served); 4] = [
        ("HEAD", |request| request.method() != "HEAD"),
        ("the preflight of HEAD", |request| {
            let asked = request.headers().get("access-control-request-method");
            request.method() != "OPTIONS" || asked.is_none_or(|asked| asked != "HEAD")
        }),
        ("other queries", |request| request.uri().query().is_none()),
        ("POST", |request| {
            let asked = request.headers().get("access-control-request-method");
            let is_preflight = request.method() == "OPTIONS";
            request.method() != "POST" && !(is_preflight && asked.is_some_and(|it| it == "POST"))
        }),
    ];
    for (what, is_served) in cases {
        let fuzzed = all_findings(not_served(is_served)).await;
        let levels: Vec<(&str, Level)> = fuzzed
            .findings
            .iter()
            .map(|one| (one.case.id.as_str(), one.event.level))
            .filter(|(_, level)| *level == Level::Must)
            .collect();
        let must = fuzzed
            .findings
            .iter()
            .find(|one| one.event.level == Level::Must);
        assert_eq!(levels, [], "{what}: {must:#?}");
        assert_eq!(fuzzed.end.exit, Exit::AsExpected, "{what}");
    }
}

/// Hosts with an underscore are no names of the DNS for hosts, and many servers know none.
#[tokio::test]
async fn a_server_that_knows_no_host_with_an_underscore_gets_advice_alone() {
    let policy = serde_json::from_str(
        r#"{ "allow_origins": ["https://*.trusted.example"], "allow_methods": ["PUT"],
             "allow_headers": ["x-token"], "expose_headers": [] }"#,
    )
    .unwrap();
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(fits)
    };
    let is_allowed = move |origin: &[u8]| {
        let origin = std::str::from_utf8(origin).unwrap_or_default();
        let host = origin.strip_prefix("https://").unwrap_or_default();
        let below = host.strip_suffix(".trusted.example");
        below.is_some_and(|below| below.split('.').all(is_label))
    };
    let subject = subject_with(policy, move |request| careful_for(request, is_allowed));
    let fuzzed = all_findings_of(&subject).await;
    let levels = fuzzed.findings.iter().map(|one| one.event.level);
    let worst = levels.max();
    assert_eq!(worst, Some(Level::Should), "{:#?}", ids(&fuzzed));
    assert_eq!(fuzzed.end.exit, Exit::AsExpected);
}

/// Whoever is shut out on preflights and on responses is shut out by one defect.
#[tokio::test]
async fn one_defect_is_one_finding() {
    let refusing = |_: &Request| http::Response::builder().header("vary", "origin");
    let fuzzed = all_findings(refusing).await;
    assert_eq!(ids(&fuzzed), ["found/shared-allow-origin"]);
}

#[tokio::test]
async fn ids_are_unique() {
    let wrong = |_: &Request| {
        http::Response::builder()
            .header("access-control-allow-origin", "x")
            .header("access-control-allow-methods", "(")
            .header("access-control-max-age", "x")
    };
    let fuzzed = all_findings(wrong).await;
    let ids = ids(&fuzzed);
    assert!(ids.len() > 1, "{ids:?}");
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "{ids:?}");
}

#[tokio::test]
async fn nothing_is_made_short_on_a_server_that_is_gone() {
    let left = Rc::new(Cell::new(100_usize));
    let sent = Rc::new(Cell::new(0_usize));
    let (state, count) = (Rc::clone(&left), Rc::clone(&sent));
    let service = tower::service_fn(move |request: Request| {
        count.set(count.get() + 1);
        let is_there = state.get() > 0;
        state.set(state.get().saturating_sub(1));
        let answer = careful(&request);
        async move {
            if is_there {
                Ok(answer.body("x".to_owned()).unwrap())
            } else {
                Err("gone")
            }
        }
    });
    let target = ServiceTarget::new("http://target.test/resource".parse().unwrap(), service);
    let subject = Subject::with_policy(Rc::new(target), policy());
    let options = Options {
        in_flight: 1,
        ..Options::default()
    };
    let mut ignore = |_: &Event| ();
    let fuzzing = fuzzing(1, 1000);
    let fuzzed = fuzz(
        &subject,
        &fuzzing,
        &options,
        &AsItIs,
        pending(),
        &mut ignore,
    )
    .await;
    assert_eq!(fuzzed.findings, []);
    assert_eq!(fuzzed.end.exit, Exit::Unreachable);
    let reason = fuzzed.end.reason.unwrap();
    assert!(reason.contains("no longer does"), "{reason}");
    // What found out that it is gone, and one more to be sure.
    assert!(sent.get() <= 100 + 5, "{}", sent.get());
}
