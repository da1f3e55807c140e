//! A run of agent cases as a stream of events.

use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use cors_harness::attribute::cause;
use cors_harness::event::{
    Again, AgentEvent, CaseEvent, EndEvent, Outcome, RunEvent, SubjectEvent,
};
use cors_harness::exit::Exit;
use cors_harness::stream::{Sink, Stream};
use cors_model::trace::{NoTrace, Steps};
use cors_vectors::agent::{AgentCase, Place};
use cors_vectors::server::Level;

use crate::compare::{Comparison, compare};
use crate::model::play;
use crate::observation::{Observation, ObservedRequest};
use crate::paired::Paired;
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
    /// The start of a command line that explains a case; a space and the id are appended.
    pub explain: Option<String>,
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
#[derive(Debug)]
pub struct Run<'s> {
    again: String,
    explain: Option<String>,
    stream: Stream<'s>,
    /// Where refusals are paired, the cases that wait for the others of their area.
    paired: Option<Paired>,
}

impl<'s> Run<'s> {
    /// Begins a run of `selected` cases on `agent`.
    pub fn begin(about: &About, agent: String, selected: usize, sink: &'s mut dyn Sink) -> Self {
        let run = RunEvent {
            tool: about.tool.clone(),
            vectors: about.vectors.clone(),
            standard: about.standard.clone(),
            subject: SubjectEvent::Agent { agent },
            selected,
        };
        Self {
            again: about.again.clone(),
            explain: about.explain.clone(),
            // Browsers are bound by all of the standard.
            stream: Stream::begin(run, Level::Must, sink),
            paired: None,
        }
    }

    /// Pairs the cases that want nothing but errors with the others of their area: a client that
    /// fails every fetch shows nothing by failing those.
    #[must_use]
    pub fn pairing_refusals(mut self) -> Self {
        self.paired = Some(Paired::default());
        self
    }

    /// Judges a case and hands its event on.
    pub fn case(&mut self, case: &AgentCase, played: Played, steps: &Steps) {
        let mut agent = AgentEvent {
            steps: distinct(steps),
            ..AgentEvent::default()
        };
        let (outcome, reason) = match played {
            Played::Observed(world, observed) => {
                agent.requests = observed.requests.iter().map(line).collect();
                match compare(case, &world, &observed) {
                    Ok(Comparison::Same) => (Outcome::Pass, None),
                    Ok(Comparison::Quarantined(reason)) => (Outcome::Pass, Some(reason)),
                    Ok(Comparison::Different(differences)) => {
                        agent.differences = differences;
                        (Outcome::Fail, None)
                    }
                    Err(error) => self.broken(error.to_string()),
                }
            }
            Played::Skipped(reason) => (Outcome::Skip, Some(reason)),
            Played::Nothing(reason) => (Outcome::Error, Some(reason)),
            // A case that the reader let through and that cannot be played is a mistake of ours.
            Played::Broken(reason) => self.broken(reason),
        };
        let failed = !matches!(outcome, Outcome::Pass | Outcome::Info | Outcome::Skip);
        let mut event = CaseEvent {
            outcome,
            reason,
            agent: Some(agent),
            again: failed.then(|| Again {
                cli: Some(format!("{} {}", self.again, case.id)),
                curl: None,
                explain: self
                    .explain
                    .as_ref()
                    .map(|line| format!("{line} {}", case.id)),
            }),
            ..CaseEvent::blank(&case.id, &case.title, Level::Must)
        };
        event.why = case.why.clone().unwrap_or_default();
        event.spec.clone_from(&case.spec);
        event.cause = cause(&event);
        let ready = match &mut self.paired {
            Some(paired) => paired.take(case, event),
            None => vec![event],
        };
        for event in ready {
            self.stream.case(Box::new(event));
        }
    }

    fn broken(&mut self, reason: String) -> (Outcome, Option<String>) {
        self.stream.add(Exit::Bug);
        (Outcome::Error, Some(reason))
    }

    /// Ends the run; with `stopped`, before all of its cases were judged.
    pub fn end(mut self, stopped: Option<(Exit, String)>) -> EndEvent {
        for event in self.paired.take().map(Paired::rest).unwrap_or_default() {
            self.stream.case(Box::new(event));
        }
        if let Some((exit, reason)) = stopped {
            self.stream.stop(exit, reason);
        }
        self.stream.end()
    }
}

/// Plays the cases on the model, hands each event on, and returns the last one.
///
/// With `trace` the steps that were taken are in the events. The cases are shared out among as many
/// threads as the machine runs at once; the events come in the order of the cases.
pub fn run_model<'c>(
    cases: impl ExactSizeIterator<Item = &'c AgentCase>,
    about: &About,
    trace: bool,
    sink: &mut dyn Sink,
) -> EndEvent {
    let agent = format!("model {}", env!("CARGO_PKG_VERSION"));
    let mut run = Run::begin(about, agent, cases.len(), sink);
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
    run.end(None)
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
        "{} {}{}",
        request.method.escape_ascii(),
        match request.at {
            Some(Place::Page) => "to the page's origin",
            Some(Place::Cross) => "to another origin",
            Some(Place::Third) => "to a third origin",
            None => "elsewhere",
        },
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
