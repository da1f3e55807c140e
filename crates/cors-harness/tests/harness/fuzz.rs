//! The live fuzzer on services in this process.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;

use cors_harness::exit::Exit;
use cors_harness::fuzz::{Fuzzed, Fuzzing, fuzz, promoted};
use cors_harness::kit::Subject;
use cors_harness::run::Options;
use cors_harness::target::ServiceTarget;
use cors_harness::wire::RequestBody;
use cors_vectors::policy::Policy;
use cors_vectors::server::Level;

type Request = http::Request<RequestBody>;

fn policy() -> Policy {
    serde_json::from_str(
        r#"{ "allow_origins": ["https://app.example"], "allow_methods": ["PUT"],
             "allow_headers": ["x-token"], "expose_headers": [] }"#,
    )
    .unwrap()
}

fn fuzzing(seed: u64, runs: u64) -> Fuzzing {
    Fuzzing {
        seed,
        runs: Some(runs),
        requests: None,
        duration: None,
        keep_going: true,
        area: "found".to_owned(),
    }
}

/// Fuzzes a service that answers with what `answer` makes of a request.
async fn fuzzed(
    fuzzing: &Fuzzing,
    reset: &dyn Fn(),
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Fuzzed {
    let answer = Rc::new(answer);
    let service = tower::service_fn(move |request: Request| {
        let answer = Rc::clone(&answer);
        async move { Ok::<_, Infallible>(answer(&request).body("x".to_owned()).unwrap()) }
    });
    let target = ServiceTarget::new("http://target.test/resource".parse().unwrap(), service);
    let subject = Subject::with_policy(Rc::new(target), policy());
    let options = Options {
        in_flight: 1,
        ..Options::default()
    };
    let mut ignore = |_: &_| ();
    fuzz(&subject, fuzzing, &options, reset, pending(), &mut ignore).await
}

/// What a careful server of the policy answers.
fn careful(request: &Request) -> http::response::Builder {
    let line = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.as_bytes().to_vec())
    };
    let mut response = http::Response::builder().header("vary", "origin");
    let once = request.headers().get_all("origin").iter().count() == 1;
    if once && line("origin").as_deref() == Some(b"https://app.example") {
        response = response.header("access-control-allow-origin", "https://app.example");
        if request.method() == "OPTIONS" && line("access-control-request-method").is_some() {
            response = response
                .header("access-control-allow-methods", "PUT")
                .header("access-control-allow-headers", "x-token");
        }
    }
    response
}

#[tokio::test]
async fn a_careful_server_is_found_nothing_against() {
    let fuzzed = fuzzed(&fuzzing(1, 600), &|| (), careful).await;
    assert_eq!(fuzzed.findings, []);
    assert_eq!((fuzzed.exit, fuzzed.failed), (Exit::AsExpected, 0));
    assert!(fuzzed.passed > 500, "{fuzzed:#?}");
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
        fuzzed(&fuzzing(seed, 60), &|| (), answer).await;
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
    let fuzzed = fuzzed(&fuzzing(1, 400), &|| (), lenient).await;
    assert_eq!(fuzzed.exit, Exit::Failed);
    let hosts = fuzzed.findings.iter().filter(|finding| {
        finding.case.id.starts_with("found/refused-") && finding.event.exchanges == 1
    });
    // The host, and the scheme.
    assert!((1..=2).contains(&hosts.count()), "{:#?}", fuzzed.findings);
    assert!(fuzzed.findings.iter().all(|finding| finding.replays));
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

#[tokio::test]
async fn what_depends_on_an_earlier_request_is_found_with_that_request() {
    let spoilt = Rc::new(Cell::new(false));
    let state = Rc::clone(&spoilt);
    let keeps_refusing = move |request: &Request| {
        let origin = request.headers().get("origin");
        if origin.is_some_and(|origin| origin == "null") {
            state.set(true);
        }
        if state.get() {
            return http::Response::builder();
        }
        careful(request)
    };
    let once = Fuzzing {
        keep_going: false,
        ..fuzzing(3, 2000)
    };
    let fuzzed = fuzzed(&once, &|| spoilt.set(false), keeps_refusing).await;
    let [finding] = fuzzed.findings.as_slice() else {
        panic!("{fuzzed:#?}")
    };
    assert!(finding.replays, "{finding:#?}");
    assert_eq!(finding.case.steps.len(), 2, "{finding:#?}");
    assert_eq!(finding.event.level, Level::Must);
}
