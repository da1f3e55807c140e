//! A run of cases in a browser: what the engine did in each.

use std::collections::BTreeMap;
use std::time::Duration;

use cors_vectors::agent::{AgentCase, PageKind, Place};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::console::by_case;
use super::engine::Browser;
use super::job::{Job, Jobs, Round, fetches, warm_up};
use super::program::LaunchError;
use super::report::Report;
use super::servers::{Listeners, SCRIPT, Servers, Stage, Told};
use crate::observation::Observation;
use crate::world::World;

/// How many cases that wait are run at a time. Firefox keeps the permissions of 100 URLs, and a
/// case may use two.
const WAITERS: usize = 45;
/// Between two looks whether the browser still runs.
const LOOK: Duration = Duration::from_millis(250);

/// How long things may take, and how many cases run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Cases at a time.
    pub in_flight: usize,
    /// For the whole run.
    pub deadline: Duration,
    /// Until the page has begun, and then between two signs of life.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 8,
            deadline: Duration::from_secs(300),
            patience: Duration::from_secs(45),
        }
    }
}

/// What is wrong with the page and the servers, on purpose: a run has to show it.
#[derive(Debug, Clone, Copy)]
pub struct Faults<'a> {
    /// The page's script.
    pub script: &'a str,
    /// The name of header lines that the servers leave out of all answers.
    pub leave_out: Option<&'a str>,
}

impl Default for Faults<'_> {
    /// Nothing is wrong.
    fn default() -> Self {
        Self {
            script: SCRIPT,
            leave_out: None,
        }
    }
}

/// What a browser did.
#[derive(Debug)]
pub struct Ran {
    /// Of each case, in the order given: what was observed and in which world, or why nothing can
    /// be said. `None` where the run ended before.
    pub observed: Vec<Option<(World, Result<Observation, String>)>>,
    /// What it said of each case on its console, when that is kept.
    pub said: Vec<Vec<String>>,
    /// Why it ended before all cases were run.
    pub stopped: Option<Stopped>,
}

/// Why a run ended before all cases were run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It was cut short: by its deadline or by hand.
    CutShort(String),
    /// The browser is at fault.
    Agent(String),
    /// The page or the servers are at fault.
    Bug(String),
}

/// Runs cases in the browser that `start` starts on a page's URL, and ends it. The page and the
/// servers have these `faults`.
///
/// # Errors
///
/// The browser does not start.
pub async fn run(
    cases: &[&AgentCase],
    faults: Faults<'_>,
    start: impl FnOnce(&str) -> Result<Browser, LaunchError>,
    limits: &Limits,
    cancel: impl Future<Output = ()>,
) -> Result<Ran, LaunchError> {
    let mut ran = Ran {
        observed: cases.iter().map(|_| None).collect(),
        said: Vec::new(),
        stopped: None,
    };
    let listeners = match Listeners::open().await {
        Ok(listeners) => listeners,
        Err(error) => {
            ran.stopped = Some(Stopped::Bug(format!("there are no free ports: {error}")));
            return Ok(ran);
        }
    };
    let mut plan = Plan::default();
    let mut stages = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let world = listeners.world(case);
        match fetches(case, &world) {
            Ok(fetches) => {
                plan.list(case).push(Job { number, fetches });
            }
            Err(error) => {
                if let Some(slot) = ran.observed.get_mut(number) {
                    *slot = Some((world.clone(), Err(error.to_string())));
                }
            }
        }
        stages.push(Stage::new(case, world));
    }
    let jobs = Jobs {
        warm_up: warm_up(listeners.origin(Place::Cross), &pages(cases)),
        rounds: plan.rounds(limits.in_flight),
    };
    let jobs = match serde_json::to_vec(&jobs) {
        Ok(jobs) => jobs,
        Err(error) => {
            ran.stopped = Some(Stopped::Bug(error.to_string()));
            return Ok(ran);
        }
    };
    let (sender, mut told) = unbounded_channel();
    let servers =
        Servers::new(&listeners, stages, faults.script, jobs, sender).leaving_out(faults.leave_out);
    let browser = start(&format!("{}/", listeners.origin(Place::Page)))?;
    let mut follow = Follow {
        servers: &servers,
        browser: &browser,
        reports: BTreeMap::new(),
    };
    let ended = tokio::select! {
        biased;
        () = cancel => Some(Stopped::CutShort("stopped by hand".to_owned())),
        () = tokio::time::sleep(limits.deadline) => Some(Stopped::CutShort(format!(
            "the run's {} seconds are over", limits.deadline.as_secs()
        ))),
        () = servers.serve(&listeners) => None,
        ended = follow.page(&mut told, limits.patience) => ended,
    };
    ran.stopped = ended;
    let reports = follow.reports;
    match browser.console() {
        Ok(messages) => {
            let worlds: Vec<World> = cases.iter().map(|case| listeners.world(case)).collect();
            let engine = browser.engine();
            let said = engine.map(|engine| by_case(engine, messages, &worlds));
            let mut said = said.unwrap_or_default();
            let numbers = 0..cases.len();
            ran.said = numbers
                .map(|number| said.remove(&number).unwrap_or_default())
                .collect();
        }
        Err(error) => {
            ran.stopped.get_or_insert_with(|| {
                Stopped::Agent(format!(
                    "what it said on its console cannot be read: {error}"
                ))
            });
        }
    }
    // Every process of the browser ends here.
    drop(browser);
    let mut stages = servers.stages.into_inner();
    for (number, report) in reports {
        if let (Some(slot), Some(stage)) = (ran.observed.get_mut(number), stages.get_mut(number)) {
            *slot = Some((stage.world.clone(), observation(stage, &report)));
        }
    }
    Ok(ran)
}

/// The kinds of page that cases need.
fn pages(cases: &[&AgentCase]) -> Vec<PageKind> {
    let needs = |wanted: &PageKind| {
        let mut fetches = cases.iter().flat_map(|case| &case.fetches);
        fetches.any(|fetch| fetch.page == *wanted)
    };
    let mut kinds = vec![PageKind::Ordinary, PageKind::Opaque];
    kinds.retain(needs);
    kinds
}

/// What is run together. Cases that build on the preflight cache come while it is nearly empty:
/// Chromium drops entries at random once there are many.
#[derive(Debug, Default)]
struct Plan {
    /// What a forced preflight allows without a list is the first that Firefox drops once it keeps
    /// something of 100 URLs.
    forced: Vec<Job>,
    waiting: Vec<Job>,
    several: Vec<Job>,
    keepalive: Vec<Job>,
    single: Vec<Job>,
}

impl Plan {
    fn list(&mut self, case: &AgentCase) -> &mut Vec<Job> {
        if case.fetches.iter().any(|fetch| fetch.after_seconds > 0) {
            &mut self.waiting
        } else if case.fetches.iter().any(|fetch| fetch.keepalive) {
            &mut self.keepalive
        } else if case.fetches.len() > 1
            && case
                .fetches
                .iter()
                .any(|fetch| fetch.upload_listener.is_some())
        {
            &mut self.forced
        } else if case.fetches.len() > 1 {
            &mut self.several
        } else {
            &mut self.single
        }
    }

    fn rounds(mut self, in_flight: usize) -> Vec<Round> {
        // The longest first: the round is over sooner.
        self.waiting
            .sort_by_key(|job| std::cmp::Reverse(job.waits()));
        [
            (in_flight, self.forced),
            (WAITERS, self.waiting),
            (in_flight, self.several),
            // The limit is on all that is in flight.
            (1, self.keepalive),
            (in_flight, self.single),
        ]
        .into_iter()
        .map(|(workers, jobs)| Round { workers, jobs })
        .collect()
    }
}

pub(crate) fn observation(stage: &mut Stage<'_>, report: &Report) -> Result<Observation, String> {
    if let Some(error) = stage.broken.take() {
        return Err(error.to_string());
    }
    if report.seen.len() != stage.case.fetches.len() {
        return Err(format!(
            "the page reported {} fetches of {}",
            report.seen.len(),
            stage.case.fetches.len()
        ));
    }
    Ok(Observation {
        requests: std::mem::take(&mut stage.requests),
        outcomes: report
            .seen
            .iter()
            .map(super::report::Seen::outcome)
            .collect::<Result<_, _>>()?,
    })
}

/// The run as seen from what the page tells.
struct Follow<'r, 'c> {
    servers: &'r Servers<'c>,
    browser: &'r Browser,
    reports: BTreeMap<usize, Report>,
}

impl Follow<'_, '_> {
    /// Until the page is done, or why it will not be.
    async fn page(
        &mut self,
        told: &mut UnboundedReceiver<Told>,
        patience: Duration,
    ) -> Option<Stopped> {
        let mut begun = false;
        loop {
            let next = tokio::select! {
                biased;
                next = told.recv() => next,
                () = self.gone() => {
                    return Some(Stopped::Agent("the browser ended by itself".to_owned()));
                }
                () = tokio::time::sleep(patience) => {
                    let seconds = patience.as_secs();
                    let said = if begun {
                        format!("the page gave no sign of life for {seconds} seconds")
                    } else {
                        format!("the page had not begun after {seconds} seconds")
                    };
                    return Some(Stopped::Agent(said));
                }
            };
            match next {
                Some(Told::Began) => begun = true,
                Some(Told::Reports(reports)) => {
                    for report in reports {
                        let known = self.servers.stages.borrow().len();
                        if report.job >= known {
                            let said = "the page reported a case that it was not given";
                            return Some(Stopped::Bug(said.to_owned()));
                        }
                        self.reports.insert(report.job, report);
                    }
                }
                Some(Told::Done) => return None,
                Some(Told::Broken(said)) => {
                    return Some(Stopped::Bug(format!("the page broke: {said}")));
                }
                // The servers hold the other end.
                None => return Some(Stopped::Bug("the servers are gone".to_owned())),
            }
        }
    }

    async fn gone(&self) {
        while !self.browser.has_exited() {
            tokio::time::sleep(LOOK).await;
        }
    }
}
