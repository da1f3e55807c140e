//! A run of agent cases on the model, as a stream of events.

use std::fmt::Write as _;

use cors_harness::event::{Counts, EndEvent, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_model::trace::{NoTrace, Steps};
use cors_vectors::agent::AgentCase;

use crate::compare::{Comparison, compare};
use crate::event::{CaseEvent, Event, RunEvent};
use crate::model::play;
use crate::observation::ObservedRequest;
use crate::world::World;

/// What a run says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The program, as `name version`.
    pub tool: String,
    /// The case library: its version or digest.
    pub vectors: String,
    /// The revision of the Fetch standard.
    pub standard: String,
    /// The start of a command line that runs one case alone; a space and the id are appended.
    pub again: String,
}

/// Plays the cases on the model, hands each event on, and returns the last one.
///
/// With `trace` the steps that were taken are in the events.
pub fn run_model<'c>(
    cases: impl ExactSizeIterator<Item = &'c AgentCase>,
    about: &About,
    trace: bool,
    sink: &mut dyn FnMut(&Event),
) -> EndEvent {
    sink(&Event::Run(RunEvent {
        tool: about.tool.clone(),
        vectors: about.vectors.clone(),
        standard: about.standard.clone(),
        agent: format!("model {}", env!("CARGO_PKG_VERSION")),
        selected: cases.len(),
    }));
    let mut counts = Counts::default();
    let mut exits = Exits::default();
    for case in cases {
        let event = case_event(case, about, trace);
        counts.add(event.outcome);
        match event.outcome {
            Outcome::Fail | Outcome::Blocked => exits.add(Exit::Failed),
            // A case that the reader let through and that cannot be played is a mistake of ours.
            Outcome::Error => exits.add(Exit::Bug),
            Outcome::Pass | Outcome::Skip => {}
        }
        sink(&Event::Case(Box::new(event)));
    }
    if counts.ran() == 0 {
        exits.add(Exit::NothingRan);
    }
    let end = EndEvent {
        complete: true,
        exit: exits.settle(),
        reason: None,
        log: Vec::new(),
        counts,
    };
    sink(&Event::End(end.clone()));
    end
}

fn case_event(case: &AgentCase, about: &About, trace: bool) -> CaseEvent {
    let world = World::of_model(case);
    let mut steps = Steps::default();
    let played = if trace {
        play(case, &world, &mut steps)
    } else {
        play(case, &world, &mut NoTrace)
    };
    let mut event = CaseEvent {
        id: case.id.clone(),
        title: case.title.clone(),
        spec: case.spec.clone(),
        outcome: Outcome::Pass,
        reason: None,
        differences: Vec::new(),
        requests: Vec::new(),
        steps: distinct(&steps),
        again: None,
    };
    let compared = played.and_then(|observed| {
        event.requests = observed.requests.iter().map(line).collect();
        Ok(compare(case, &world, &observed)?)
    });
    match compared {
        Ok(Comparison::Same) => {}
        Ok(Comparison::Quarantined(reason)) => event.reason = Some(reason),
        Ok(Comparison::Different(differences)) => {
            event.outcome = Outcome::Fail;
            event.differences = differences;
        }
        Err(error) => {
            event.outcome = Outcome::Error;
            event.reason = Some(error.to_string());
        }
    }
    if event.outcome != Outcome::Pass {
        event.again = Some(format!("{} {}", about.again, case.id));
    }
    event
}

/// Each step once, in the order of its first time.
fn distinct(steps: &Steps) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    steps
        .0
        .iter()
        .filter(|entry| seen.insert(entry.at))
        .map(|entry| entry.at.to_string())
        .collect()
}

/// A request in one line: what it is, and what CORS says of it.
fn line(request: &ObservedRequest) -> String {
    let mut line = format!(
        "{} {:?}{}",
        request.method.escape_ascii(),
        request.at,
        request.suffix
    );
    for name in [
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
    ] {
        if let Some(value) = request.header(name) {
            // Writing to a string cannot fail.
            let _ = write!(line, " · {name}: {}", value.escape_ascii());
        }
    }
    line
}
