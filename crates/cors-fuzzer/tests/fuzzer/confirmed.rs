//! Findings that depend on what came before, and sequences made of choices.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use cors_fuzzer::{Fresh, Fuzzing, Sequence, Source, Supply, fuzz, promoted, sequence};
use cors_harness::event::{Event, Outcome};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::run::run;
use cors_vectors::server::Level;
use futures_util::future::LocalBoxFuture;

use crate::support::{Request, Resets, careful, fuzzed, fuzzing, subject};

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
