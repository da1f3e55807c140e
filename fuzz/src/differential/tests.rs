//! That the targets see what is wrong, and that what is listed as known is there.

use std::fs;
use std::path::Path;

use cors_harness::kit::HttpService;
use cors_testbed::{Behaviour, Server, Service, faults};
use cors_vectors::policy::Policy;

use super::compare::run;
use super::{Application, Known, LIBRARIES, Library, compare};

/// A server of the testbed in the place of a library.
fn testbed(policy: &Policy, behaviour: Behaviour) -> impl HttpService {
    Service(Server::new(policy, behaviour).unwrap())
}

struct Careful;

impl Library for Careful {
    const TARGET: &'static str = "careful";
    const KNOWN: &'static [Known] = &[];

    fn bend(_: &mut Policy) {}

    fn service(policy: &Policy, _: Application) -> impl HttpService {
        testbed(policy, Behaviour::REFERENCE)
    }
}

struct Careless;

impl Library for Careless {
    const TARGET: &'static str = "careless";
    const KNOWN: &'static [Known] = &[Known {
        name: "no-echo",
        rules: &["no-echo"],
        when: |seen| !seen.is_allowed(),
        reason: "What a page gets is not excused with it.",
    }];

    fn bend(_: &mut Policy) {}

    fn service(policy: &Policy, _: Application) -> impl HttpService {
        let fault = faults::find("origin-reflected").unwrap();
        testbed(policy, fault.behaviour())
    }
}

fn inputs() -> impl Iterator<Item = Vec<u8>> {
    (0..150).map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        std::iter::repeat_with(|| random.u8(..)).take(256).collect()
    })
}

#[test]
fn a_careful_server_is_no_news() {
    for input in inputs() {
        run::<Careful>(&input);
    }
}

#[test]
fn what_is_not_known_is_news() {
    let mut news = 0;
    for input in inputs() {
        let compared = compare::<Careless>(&input);
        let place = |rule: &str| {
            let failures = &compared.sequence.failures;
            failures.iter().position(|failure| failure.rule == rule)
        };
        if let Some(place) = place("refused") {
            assert!(compared.news.contains(&place), "{}", compared.sequence);
            news += 1;
        }
        if let Some(place) = place("no-echo") {
            assert!(!compared.news.contains(&place), "{}", compared.sequence);
            assert!(compared.known.contains("no-echo"));
        }
    }
    assert!(news > 10, "{news}");
}

#[test]
#[should_panic(expected = "careless: more is allowed than the policy says")]
fn news_panic() {
    for input in inputs() {
        run::<Careless>(&input);
    }
}

#[test]
fn each_known_difference_is_shown_by_an_input() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    for library in LIBRARIES {
        for known in library.known {
            let file = folder.join(library.target).join(known.name);
            let input = fs::read(&file).unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; the example `known` looks for inputs",
                    file.display()
                )
            });
            let compared = (library.compare)(&input);
            assert!(
                compared.known.contains(known.name),
                "{} does not show it any more; the example `known` looks for inputs",
                file.display()
            );
        }
    }
}
