//! Agent cases in a real browser: scripted servers on this machine, a page that fetches its jobs
//! and posts what it saw, and the engines that load it.

mod console;
pub mod emulator;
pub mod engine;
pub mod job;
mod program;
pub mod report;
mod run;
pub mod servers;
pub mod skip;
pub mod wire;

pub use self::emulator::Emulator;
pub use self::program::LaunchError;
pub(crate) use self::run::observation;
pub use self::run::{Faults, Limits, Ran, Stopped, run};
pub use cors_model::dialect::Engine;

use cors_harness::event::EndEvent;
use cors_harness::exit::Exit;
use cors_harness::stream::Sink;
use cors_model::trace::Steps;
use cors_vectors::agent::AgentCase;

use self::engine::Installed;
use crate::run::{About, Played, Run};

/// What is to be run on an engine.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The cases, in the order of their events.
    pub cases: &'a [&'a AgentCase],
    /// What the run says of itself.
    pub about: &'a About,
    /// What is wrong with the page and the servers, on purpose.
    pub faults: Faults<'a>,
    /// How long it may take.
    pub limits: Limits,
}

/// Runs cases on an engine, hands each event on, and returns the last one. `seen` gets what was
/// observed of each case before it is judged, and what the engine said of it on its console, when
/// that is kept.
///
/// # Errors
///
/// The browser does not start.
pub async fn run_engine(
    job: &Job<'_>,
    installed: Installed,
    cancel: impl Future<Output = ()>,
    seen: &mut dyn FnMut(&AgentCase, &Played, Vec<String>),
    sink: &mut dyn Sink,
) -> Result<EndEvent, LaunchError> {
    let Job {
        cases,
        about,
        faults,
        limits,
    } = *job;
    let skips: Vec<Option<String>> = cases.iter().map(|case| installed.skip(case)).collect();
    let playable: Vec<&AgentCase> = cases
        .iter()
        .zip(&skips)
        .filter(|(_, skip)| skip.is_none())
        .map(|(case, _)| *case)
        .collect();
    let agent = installed.version.clone();
    let ran = if playable.is_empty() {
        Ran {
            observed: Vec::new(),
            said: Vec::new(),
            stopped: None,
        }
    } else {
        run(
            &playable,
            faults,
            |url| installed.start(url),
            &limits,
            cancel,
        )
        .await?
    };
    let mut judged = Run::begin(about, agent, cases.len(), sink);
    let mut observed = ran.observed.into_iter();
    let mut said = ran.said.into_iter();
    for (case, skip) in cases.iter().zip(skips) {
        let words = match &skip {
            Some(_) => Vec::new(),
            None => said.next().unwrap_or_default(),
        };
        let played = match skip {
            Some(reason) => Played::Skipped(reason),
            None => match observed.next().flatten() {
                Some((world, Ok(observed))) => Played::Observed(world, observed),
                Some((_, Err(reason))) => Played::Nothing(reason),
                None => continue,
            },
        };
        seen(case, &played, words);
        judged.case(case, played, &Steps::default());
    }
    let stopped = ran.stopped.map(|stopped| match stopped {
        Stopped::CutShort(said) => (Exit::CutShort, said),
        Stopped::Agent(said) => (Exit::Unreachable, said),
        Stopped::Bug(said) => (Exit::Bug, said),
    });
    Ok(judged.end(stopped))
}
