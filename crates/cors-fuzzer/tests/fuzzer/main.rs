//! The live fuzzer on services in this process.
#![cfg(test)]

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;

use cors_fuzzer::{
    AsItIs, Finding, Fresh, Fuzzed, Fuzzing, Sequence, Source, Supply, fuzz, promoted, sequence,
};
use cors_harness::event::{Event, Outcome};
use cors_harness::exit::Exit;
use cors_harness::kit::Subject;
use cors_harness::plan::Plan;
use cors_harness::run::{Options, run};
use cors_harness::target::ServiceTarget;
use cors_harness::wire::RequestBody;
use cors_vectors::policy::Policy;
use cors_vectors::server::Level;
use futures_util::future::LocalBoxFuture;

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
        known: None,
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
    supply: &dyn Supply,
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Fuzzed {
    let subject = subject(answer);
    let options = Options {
        in_flight: 1,
        ..Options::default()
    };
    let mut ignore = |_: &Event| ();
    fuzz(&subject, fuzzing, &options, supply, pending(), &mut ignore).await
}

/// Puts a flag back.
struct Resets<'f>(&'f Cell<bool>);

impl Supply for Resets<'_> {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        self.0.set(false);
        Box::pin(std::future::ready(Ok(Fresh::Same)))
    }

    fn is_cheap(&self) -> bool {
        true
    }
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

/// The ids of the findings, in order.
fn ids(fuzzed: &Fuzzed) -> Vec<&str> {
    let mut ids: Vec<&str> = fuzzed
        .findings
        .iter()
        .map(|one| one.case.id.as_str())
        .collect();
    ids.sort_unstable();
    ids
}

/// Everything that is found in many sequences, other methods than the safe ones included.
async fn all_findings(answer: impl Fn(&Request) -> http::response::Builder + 'static) -> Fuzzed {
    let subject = subject(answer);
    let options = Options {
        in_flight: 1,
        unsafe_methods: true,
        ..Options::default()
    };
    let mut ignore = |_: &Event| ();
    let fuzzing = fuzzing(1, 1500);
    fuzz(
        &subject,
        &fuzzing,
        &options,
        &AsItIs,
        pending(),
        &mut ignore,
    )
    .await
}

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

#[tokio::test]
async fn ids_are_unique() {
    let refusing = |_: &Request| http::Response::builder().header("vary", "origin");
    let fuzzed = all_findings(refusing).await;
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

/// Starts a service that spoils itself once a page is null.
struct Starts(Cell<usize>);

/// A service that refuses everybody once a page of the origin null has asked.
fn spoiling() -> impl Fn(&Request) -> http::response::Builder + 'static {
    let spoilt = Cell::new(false);
    move |request: &Request| {
        let origin = request.headers().get("origin");
        if origin.is_some_and(|origin| origin == "null") {
            spoilt.set(true);
        }
        if spoilt.get() {
            http::Response::builder()
        } else {
            careful(request)
        }
    }
}

impl Supply for Starts {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        self.0.set(self.0.get() + 1);
        Box::pin(std::future::ready(Ok(Fresh::Started {
            subject: subject(spoiling()),
            gone: Box::pin(pending()),
            end: Box::pin(std::future::ready(())),
        })))
    }

    fn is_cheap(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_finding_is_confirmed_on_a_target_of_its_own_with_what_came_before() {
    let starts = Starts(Cell::new(0));
    let running = subject(spoiling());
    let options = Options {
        in_flight: 1,
        ..Options::default()
    };
    let once = Fuzzing {
        keep_going: false,
        ..fuzzing(3, 2000)
    };
    let mut ignore = |_: &Event| ();
    let fuzzed = fuzz(&running, &once, &options, &starts, pending(), &mut ignore).await;
    let [finding] = fuzzed.findings.as_slice() else {
        panic!("{fuzzed:#?}")
    };
    assert!(finding.is_confirmed(), "{finding:#?}");
    // What spoils it comes first, and both are kept.
    assert!((2..=4).contains(&finding.case.steps.len()), "{finding:#?}");
    assert_eq!(finding.case.tags, ["state"]);
    assert!(starts.0.get() <= 40, "{}", starts.0.get());
    // As a case of a file it fails on a target to which nothing was sent.
    let file = promoted("found", std::slice::from_ref(finding), &[].into(), |_| true);
    let fresh = subject(spoiling());
    let plan = Plan::new(&file.cases, |_| true, fresh).unwrap();
    let mut failed = 0;
    let mut sink = |event: &Event| {
        if let Event::Case(case) = event {
            failed += usize::from(case.outcome == Outcome::Fail);
        }
    };
    run(&plan, &options, pending(), &mut sink).await;
    assert_eq!(failed, 1);
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
    let fuzzed = fuzzed(&once, &Resets(&spoilt), keeps_refusing).await;
    let [finding] = fuzzed.findings.as_slice() else {
        panic!("{fuzzed:#?}")
    };
    assert!(finding.is_confirmed(), "{finding:#?}");
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
                "step {}: {:?}: less is allowed than the policy says",
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
