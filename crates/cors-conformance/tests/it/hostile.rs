//! What is no CORS server, or means harm: never a pass where a refusal was wanted, never without
//! end, never without bound.

use cors_harness::event::{Event, Outcome};
use cors_vectors::server::Verdict;

use crate::program::{Ran, SAMPLE, run, text};
use crate::servers::non_server;

/// Most memory that a run may take: 150 MB, in KiB.
const MEMORY: u64 = 150 * 1000 * 1000 / 1024;

fn against(name: &str) -> Ran {
    let server = non_server(name);
    let policy = text(&server.policy);
    // The whole library and the tests' own cases.
    run(&[
        &server.url,
        "--policy",
        policy,
        "--vectors",
        SAMPLE,
        "--report",
        "ndjson=-",
    ])
}

/// Ids of the cases that wanted a refusal and passed.
fn passed_refusals(ran: &Ran) -> Vec<String> {
    let mut cases = 0;
    let mut passed = Vec::new();
    for event in ran.events() {
        if let Event::Case(case) = event {
            cases += 1;
            if case.outcome == Outcome::Pass && case.wanted == Some(Verdict::Refused) {
                passed.push(case.id);
            }
        }
    }
    assert!(cases > 0, "{ran:#?}");
    passed
}

#[test]
fn what_does_nothing_collects_no_pass_for_refusing() {
    for name in ["no-cors", "hang-up", "500-to-all", "empty-200"] {
        let ran = against(name);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.stderr);
        assert_eq!(passed_refusals(&ran), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_allows_everything_fails() {
    let ran = against("mirror-everything");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(passed_refusals(&ran), Vec::<String>::new());
}

#[test]
fn what_means_harm_is_bounded() {
    for name in ["slow-head", "endless-body", "huge-head", "garbage", "reset"] {
        let ran = against(name);
        assert!(
            matches!(ran.code, Some(1 | 3)),
            "{name}: {:?} {}",
            ran.code,
            ran.stderr
        );
        assert!(ran.peak > 0, "{name}: the memory was not seen");
        assert!(ran.peak < MEMORY, "{name}: {} KiB", ran.peak);
        let end = ran.events().into_iter().last();
        assert!(matches!(end, Some(Event::End(_))), "{name}: {end:?}");
    }
}
