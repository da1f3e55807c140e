//! Compares a run with the known failures while it goes on.

use std::collections::BTreeMap;

use cors_harness::event::{CaseEvent, EndEvent, Event, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_harness::run::Sink;
use cors_vectors::known::file::{Fate, KnownFile};
use cors_vectors::server::Level;

use super::fingerprint::fingerprint;
use crate::output::Output;

/// What became of the cases of a run.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The failures that count for the exit status, and how each fails.
    pub(crate) failures: BTreeMap<String, String>,
    /// What became of each case, whether or not it counts.
    pub(crate) fates: BTreeMap<String, Fate>,
}

/// Hears of a run before the output does.
pub(crate) struct Known<'a> {
    output: Output,
    baseline: Option<&'a KnownFile>,
    /// Whether cases were left out on purpose.
    narrowed: bool,
    fail_on: Level,
    pub(crate) seen: Seen,
    out_of_date: Vec<String>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(
        output: Output,
        baseline: Option<&'a KnownFile>,
        narrowed: bool,
        fail_on: Level,
    ) -> Self {
        Self {
            output,
            baseline,
            narrowed,
            fail_on,
            seen: Seen::default(),
            out_of_date: Vec::new(),
        }
    }

    /// What was seen, and the output.
    pub(crate) fn into_parts(self) -> (Seen, Output) {
        (self.seen, self.output)
    }

    fn note(&mut self, case: &CaseEvent) {
        let id = case.id.clone();
        let fate = match case.outcome {
            Outcome::Pass => Fate::Passed,
            Outcome::Skip => Fate::Skipped,
            Outcome::Fail | Outcome::Blocked | Outcome::Error => {
                let how = fingerprint(case);
                if case.level >= self.fail_on && case.level > Level::Info {
                    self.seen.failures.insert(id.clone(), how.clone());
                }
                Fate::Failed(how)
            }
        };
        self.seen.fates.insert(id, fate);
    }

    /// Why a failure is accepted, when it is known in this way.
    fn reason(&self, id: &str) -> Option<String> {
        let Fate::Failed(how) = self.seen.fates.get(id)? else {
            return None;
        };
        let known = self.baseline?.explaining(id, how)?;
        Some(known.reason_with_link())
    }
}

impl Sink for Known<'_> {
    fn wants_passes(&self) -> bool {
        self.output.wants_passes()
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Run(_) => self.output.event(event),
            Event::Case(case) => {
                self.note(case);
                match self.reason(&case.id) {
                    Some(reason) if case.outcome != Outcome::Pass => {
                        let case = CaseEvent {
                            known: Some(reason),
                            ..*case.clone()
                        };
                        self.output.event(&Event::Case(Box::new(case)));
                    }
                    Some(_) | None => self.output.event(event),
                }
            }
            Event::End(end) => self.output.event(&Event::End(EndEvent {
                out_of_date: std::mem::take(&mut self.out_of_date),
                ..end.clone()
            })),
        }
    }

    fn settle(&mut self, exits: &mut Exits) {
        if let Some(baseline) = self.baseline {
            let broken = [Exit::Bug, Exit::Usage, Exit::Unreachable, Exit::CutShort];
            let complete = !broken.iter().any(|exit| exits.contains(*exit));
            let whole = complete && !self.narrowed;
            self.out_of_date = baseline.check(&self.seen.fates, whole);
            if !self.out_of_date.is_empty() {
                exits.add(Exit::OutOfDate);
            }
            if self.seen.failures.keys().all(|id| baseline.lists(id)) {
                exits.remove(Exit::Failed);
            }
        }
        self.output.settle(exits);
    }
}
