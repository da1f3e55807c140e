//! Whole cases: what a page does, through the APIs that script has, on the model and on the model as
//! each browser departs from the standard.
//!
//! Input: the text of a file of agent cases.

use cors_agents::compare::{Comparison, compare};
use cors_agents::model::play_refusing;
use cors_agents::observation::{ObservedOutcome, ObservedRequest};
use cors_agents::world::World;
use cors_model::dialect::Dialect;
use cors_model::trace::{NoTrace, Steps};
use cors_vectors::agent::{AgentCase, RequestKind, ResponseType};
use cors_vectors::read::read_agent_file;

use crate::case_reader;

const DIALECTS: [Dialect; 4] = [
    Dialect::STANDARD,
    Dialect::CHROMIUM,
    Dialect::FIREFOX,
    Dialect::WEBKIT,
];

/// Cases of one input that are played.
const MOST: usize = 4;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let name = format!("agent/{}.json", case_reader::area(text));
    let Ok(file) = read_agent_file(&name, text) else {
        return;
    };
    for case in file.cases.iter().take(MOST) {
        for dialect in DIALECTS {
            check(case, dialect);
        }
    }
}

fn check(case: &AgentCase, dialect: Dialect) {
    let world = World::of_model(case);
    let mut steps = Steps::default();
    let played = play_refusing(dialect, case, &world, &mut steps);
    assert_eq!(
        played,
        play_refusing(dialect, case, &world, &mut NoTrace),
        "looking at the steps changes what happens"
    );
    let Ok((observation, refusals)) = played else {
        return;
    };
    assert_eq!(observation.outcomes.len(), case.fetches.len());
    observation.requests.iter().for_each(check_request);
    observation.outcomes.iter().for_each(check_outcome);
    let said = steps.render();
    for refusal in refusals {
        assert!(
            steps.0.iter().any(|entry| entry.at == refusal.at),
            "{refusal}: no step that was taken says so"
        );
        assert!(said.contains(&refusal.at.to_string()));
        assert!(refusal.at.url().contains(".org/"), "{}", refusal.at.url());
        assert!(!refusal.to_string().is_empty());
    }
    assert!(steps.render_decisions().lines().count() <= said.lines().count());
    // Where something else was expected it can be said what.
    if let Ok(Comparison::Different(differences)) = compare(case, &world, &observation) {
        assert!(!differences.is_empty());
    }
    // Of several fetches it is not told which one a request is of.
    if case.fetches.len() == 1 && dialect == Dialect::STANDARD {
        check_asked(&observation.requests);
    }
}

/// What holds of each request that arrives.
fn check_request(request: &ObservedRequest) {
    if request.kind != RequestKind::Preflight {
        return;
    }
    assert_eq!(request.method, b"OPTIONS");
    assert!(request.body.is_empty() && request.header("cookie").is_none());
    assert!(request.header("origin").is_some());
    let method = request.header("access-control-request-method");
    assert!(method.is_some_and(|method| !method.is_empty()));
}

/// What script never sees of another origin.
fn check_outcome(outcome: &ObservedOutcome) {
    if let ObservedOutcome::Response(response) = outcome {
        for name in ["set-cookie", "set-cookie2"] {
            assert!(!response.headers.contains_key(name.as_bytes()), "{name}");
        }
        if response.response_type == Some(ResponseType::Opaque) {
            assert!(response.headers.is_empty() && response.status == 0);
        }
    }
}

/// What a fetch asked for is what it does.
fn check_asked(requests: &[ObservedRequest]) {
    for pair in requests.windows(2) {
        let [asked, done] = pair else { continue };
        if asked.kind == RequestKind::Preflight && done.kind == RequestKind::Actual {
            let method = asked.header("access-control-request-method");
            assert_eq!(method.as_ref(), Some(&done.method), "asked for and done");
        }
    }
}
