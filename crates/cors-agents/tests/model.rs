//! The model against every agent case of the library: what the standard demands, stated by hand or
//! enumerated from its tables, and what the transcription does.

use cors_agents::run::{About, run_model};
use cors_harness::event::{CaseEvent, Event, Outcome};
use cors_harness::exit::Exit;
use cors_vectors::agent::AgentCase;

fn about() -> About {
    About {
        tool: "test".to_owned(),
        vectors: "test".to_owned(),
        standard: "test".to_owned(),
        again: "test -t".to_owned(),
        explain: None,
    }
}

fn run(cases: &[&AgentCase], trace: bool) -> (Vec<CaseEvent>, Exit) {
    let mut events = Vec::new();
    let end = run_model(
        cases.iter().copied(),
        &about(),
        trace,
        &mut |event: &Event| {
            if let Event::Case(case) = event {
                events.push((**case).clone());
            }
        },
    );
    assert_eq!(end.counts.total(), cases.len());
    (events, end.exit)
}

#[test]
fn the_model_does_what_every_case_demands() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let cases: Vec<&AgentCase> = library.agent_cases().collect();
    assert!(cases.len() >= 2_500, "{} agent cases", cases.len());
    let (events, exit) = run(&cases, false);
    let wrong: Vec<_> = events
        .iter()
        .filter(|event| event.outcome != Outcome::Pass)
        .collect();
    assert!(wrong.is_empty(), "{} cases differ: {wrong:#?}", wrong.len());
    assert_eq!(exit, Exit::AsExpected);
}

/// A case whose expectation is wrong in any one way must fail, or the run proves nothing.
#[test]
fn a_wrong_expectation_fails() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let mut wrong = 0;
    for case in library.agent_cases().step_by(97) {
        let mut case = case.clone();
        case.quarantine = None;
        let outcome = &mut case.expect.outcomes[0];
        if outcome.error.take().is_some() {
            outcome.status = Some(200);
        } else {
            outcome.status = Some(599);
        }
        let (events, exit) = run(&[&case], false);
        assert_eq!(
            (events[0].outcome, exit),
            (Outcome::Fail, Exit::Failed),
            "{}",
            case.id
        );
        assert!(!events[0].agent.as_ref().unwrap().differences.is_empty());
        assert_eq!(
            events[0].again.as_ref().unwrap().cli.as_deref(),
            Some(format!("test -t {}", case.id).as_str())
        );
        wrong += 1;
    }
    assert!(wrong > 40);
}

/// The trace is only looked at: with it, everything happens as without it.
#[test]
fn tracing_changes_no_outcome() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let cases: Vec<&AgentCase> = library.agent_cases().step_by(13).collect();
    let (plain, _) = run(&cases, false);
    let (traced, _) = run(&cases, true);
    for (plain, traced) in plain.iter().zip(&traced) {
        let (did, as_traced) = (
            plain.agent.as_ref().unwrap(),
            traced.agent.as_ref().unwrap(),
        );
        assert_eq!(
            (plain.outcome, &did.requests),
            (traced.outcome, &as_traced.requests),
            "{}",
            plain.id
        );
        assert!(did.steps.is_empty());
        assert!(
            !as_traced.steps.is_empty() || as_traced.requests.is_empty(),
            "{}",
            traced.id
        );
    }
}

#[test]
fn nothing_to_run_is_no_success() {
    assert_eq!(run(&[], false).1, Exit::NothingRan);
}
