//! The live fuzzer on services in this process.
#![cfg(test)]

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;

use cors_fuzzer::{Fuzzed, Fuzzing, Sequence, Source, fuzz, promoted, sequence};
use cors_harness::exit::Exit;
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

/// A service that answers with what `answer` makes of a request.
fn subject(answer: impl Fn(&Request) -> http::response::Builder + 'static) -> Subject {
    let answer = Rc::new(answer);
    let service = tower::service_fn(move |request: Request| {
        let answer = Rc::clone(&answer);
        async move { Ok::<_, Infallible>(answer(&request).body("x".to_owned()).unwrap()) }
    });
    let target = ServiceTarget::new("http://target.test/resource".parse().unwrap(), service);
    Subject::with_policy(Rc::new(target), policy())
}

/// Fuzzes such a service.
async fn fuzzed(
    fuzzing: &Fuzzing,
    reset: &dyn Fn(),
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Fuzzed {
    let subject = subject(answer);
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

/// One sequence of the choices of a number.
async fn chosen(
    number: u64,
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Sequence {
    let mut random = fastrand::Rng::with_seed(number);
    let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(300).collect();
    let mut bytes = arbitrary::Unstructured::new(&bytes);
    let mut source = Source::new(&mut bytes);
    let made = sequence(&mut source, &subject(answer), &Options::default()).await;
    made.unwrap()
}

#[tokio::test]
async fn choices_make_one_sequence_that_is_judged() {
    for number in 0..200 {
        let held = chosen(number, careful).await;
        assert_eq!(
            (held.failures.as_slice(), held.to_string()),
            (&[][..], String::new())
        );
    }
    let refusing = |_: &Request| http::Response::builder();
    let mut refused = 0;
    for number in 0..200 {
        let failed = chosen(number, refusing).await;
        let told = failed.to_string();
        let shared = failed
            .failures
            .iter()
            .filter(|failure| failure.rule == "shared");
        for failure in shared {
            refused += 1;
            let cause = format!(
                "step {}: {:?}: shared, got Refused",
                failure.step, failure.level
            );
            assert!(
                told.contains(&cause) && told.contains("  > ") && told.contains("  < 200"),
                "{told}"
            );
            // What follows from it is not told beside it.
            let is_preflight =
                failed.event.steps[failure.step].exchanges[0].request.method == "OPTIONS";
            let mut others = failed
                .failures
                .iter()
                .filter(|other| other.step == failure.step);
            assert!(
                !is_preflight
                    || others.all(|other| other
                        .check
                        .as_deref()
                        .is_none_or(|id| id.starts_with("preflight-"))),
                "{told}"
            );
        }
    }
    assert!(refused > 20, "{refused}");
}
