//! A run of agent cases as a stream of events.

use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use cors_harness::event::{Counts, EndEvent, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_model::trace::{NoTrace, Steps};
use cors_vectors::agent::AgentCase;

use crate::compare::{Comparison, compare};
use crate::event::{CaseEvent, Event, RunEvent};
use crate::known::Known;
use crate::model::play;
use crate::observation::{Observation, ObservedRequest};
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

/// What became of a case on a user agent.
#[derive(Debug)]
pub enum Played {
    /// It was played in this world, and this was observed.
    Observed(World, Observation),
    /// It was not played, for this reason.
    Skipped(String),
    /// It was played and nothing can be said: the user agent did not do its part.
    Nothing(String),
    /// It cannot be played, by a mistake of the case or of ours.
    Broken(String),
}

/// A run that is under way.
pub struct Run<'s> {
    about: About,
    known: Known,
    counts: Counts,
    exits: Exits,
    /// Known failures that passed.
    stale: Vec<String>,
    sink: &'s mut dyn FnMut(&Event),
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("about", &self.about)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl<'s> Run<'s> {
    /// Begins a run of `selected` cases on `agent`, which is known to leave the standard where
    /// `known` says so.
    pub fn begin(
        about: &About,
        agent: String,
        selected: usize,
        known: Known,
        sink: &'s mut dyn FnMut(&Event),
    ) -> Self {
        sink(&Event::Run(RunEvent {
            tool: about.tool.clone(),
            vectors: about.vectors.clone(),
            standard: about.standard.clone(),
            agent,
            selected,
        }));
        Self {
            about: about.clone(),
            known,
            counts: Counts::default(),
            exits: Exits::default(),
            stale: Vec::new(),
            sink,
        }
    }

    /// Judges a case and hands its event on.
    pub fn case(&mut self, case: &AgentCase, played: Played, steps: &Steps) {
        let mut event = CaseEvent {
            id: case.id.clone(),
            title: case.title.clone(),
            spec: case.spec.clone(),
            outcome: Outcome::Pass,
            reason: None,
            deviation: None,
            differences: Vec::new(),
            requests: Vec::new(),
            steps: distinct(steps),
            again: None,
        };
        match played {
            Played::Observed(world, observed) => {
                event.requests = observed.requests.iter().map(line).collect();
                match compare(case, &world, &observed) {
                    Ok(Comparison::Same) => {}
                    Ok(Comparison::Quarantined(reason)) => event.reason = Some(reason),
                    Ok(Comparison::Different(differences)) => {
                        event.outcome = Outcome::Fail;
                        event.differences = differences;
                    }
                    Err(error) => self.broken(&mut event, error.to_string()),
                }
            }
            Played::Skipped(reason) => {
                event.outcome = Outcome::Skip;
                event.reason = Some(reason);
            }
            Played::Nothing(reason) => {
                event.outcome = Outcome::Error;
                event.reason = Some(reason);
                self.exits.add(Exit::Failed);
            }
            // A case that the reader let through and that cannot be played is a mistake of ours.
            Played::Broken(reason) => self.broken(&mut event, reason),
        }
        self.judge(&mut event);
        self.counts.add(event.outcome);
        (self.sink)(&Event::Case(Box::new(event)));
    }

    fn broken(&mut self, event: &mut CaseEvent, reason: String) {
        event.outcome = Outcome::Error;
        event.reason = Some(reason);
        self.exits.add(Exit::Bug);
    }

    fn judge(&mut self, event: &mut CaseEvent) {
        let known = self.known.explains(&event.id);
        match event.outcome {
            Outcome::Fail | Outcome::Blocked => match known {
                Some(explained) => {
                    event.deviation = Some(explained.name.clone());
                    event.reason = Some(explained.reason.clone());
                }
                None => self.exits.add(Exit::Failed),
            },
            Outcome::Pass | Outcome::Skip if known.is_some() => {
                self.stale.push(event.id.clone());
                self.exits.add(Exit::OutOfDate);
            }
            Outcome::Pass | Outcome::Skip | Outcome::Error => {}
        }
        if !matches!(event.outcome, Outcome::Pass | Outcome::Skip) {
            event.again = Some(format!("{} {}", self.about.again, event.id));
        }
    }

    /// Ends the run; with `stopped`, before all of its `unjudged` cases were judged.
    pub fn end(mut self, stopped: Option<(Exit, String)>, unjudged: usize) -> EndEvent {
        self.counts.unjudged = unjudged;
        let mut reason = None;
        if let Some((exit, said)) = stopped {
            self.exits.add(exit);
            reason = Some(said);
        }
        if self.counts.ran() == 0 {
            self.exits.add(Exit::NothingRan);
        }
        if reason.is_none() && !self.stale.is_empty() {
            reason = Some(format!(
                "the expectations are out of date, these cases no longer fail: {}",
                self.stale.join(", ")
            ));
        }
        let end = EndEvent {
            complete: unjudged == 0,
            exit: self.exits.settle(),
            reason,
            log: Vec::new(),
            out_of_date: Vec::new(),
            counts: self.counts,
        };
        (self.sink)(&Event::End(end.clone()));
        end
    }
}

/// Plays the cases on the model, hands each event on, and returns the last one.
///
/// With `trace` the steps that were taken are in the events. The cases are shared out among as many
/// threads as the machine runs at once; the events come in the order of the cases.
pub fn run_model<'c>(
    cases: impl ExactSizeIterator<Item = &'c AgentCase>,
    about: &About,
    known: Known,
    trace: bool,
    sink: &mut dyn FnMut(&Event),
) -> EndEvent {
    let agent = format!("model {}", env!("CARGO_PKG_VERSION"));
    let mut run = Run::begin(about, agent, cases.len(), known, sink);
    let cases: Vec<&AgentCase> = cases.collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    // What was observed is kept for no more cases than these at a time.
    for batch in cases.chunks(256) {
        let share = batch.len().div_ceil(threads);
        let played: Vec<_> = thread::scope(|scope| {
            let shares: Vec<_> = batch
                .chunks(share)
                .map(|cases| scope.spawn(move || play_all(cases, trace)))
                .collect();
            let joined = shares.into_iter().map(ScopedJoinHandle::join);
            joined
                .flat_map(|played| played.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        for (case, (played, steps)) in batch.iter().zip(played) {
            run.case(case, played, &steps);
        }
    }
    run.end(None, 0)
}

/// Plays cases on the model, one after the other.
fn play_all(cases: &[&AgentCase], trace: bool) -> Vec<(Played, Steps)> {
    let play_one = |case: &&AgentCase| {
        let world = World::of_model(case);
        let mut steps = Steps::default();
        let played = if trace {
            play(case, &world, &mut steps)
        } else {
            play(case, &world, &mut NoTrace)
        };
        let played = match played {
            Ok(observed) => Played::Observed(world, observed),
            Err(error) => Played::Broken(error.to_string()),
        };
        (played, steps)
    };
    cases.iter().map(play_one).collect()
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
