//! Servers that take on the named policies, listed at `/kit.json`.

use cors_harness::event::{Event, Mode};
use cors_testbed::Behaviour;

use crate::program::run;
use crate::servers::{kit, nobody};

#[test]
fn a_kit_is_run_under_each_named_policy() {
    let server = kit(Behaviour::REFERENCE);
    let ran = run(&[&server.url, "--report", "ndjson=-", "--fail-on", "should"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let events = ran.events();
    assert!(matches!(&events[0], Event::Run(run) if run.subject.mode() == Some(Mode::Kit)));
    let Some(Event::End(end)) = events.last() else {
        panic!("{ran:#?}")
    };
    assert!(end.complete && end.counts.pass > 200, "{end:?}");
    assert_eq!((end.counts.fail, end.counts.error), (0, 0), "{end:?}");
}

#[test]
fn a_faulty_kit_fails_and_says_how_to_see_it_again() {
    let server = kit(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| true;
    }));
    let ran = run(&[&server.url, "-t", "origin/*"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("/p/one-origin/resource"), "{ran:#?}");
    let again = format!("reproduce cors-conformance {} -t origin/", server.url);
    assert!(ran.stdout.contains(&again), "{ran:#?}");
}

#[test]
fn nobody_is_asked_in_vain() {
    let ran = run(&[&nobody()]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(ran.stdout.contains("unreachable"), "{ran:#?}");
    let ran = run(&["http://192.0.2.1/"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--remote"), "{ran:#?}");
}
