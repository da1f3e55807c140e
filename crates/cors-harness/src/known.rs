//! Compares a run with the known failures while it goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cors_vectors::known::file::{Fate, KnownFile};
use cors_vectors::server::Level;

use crate::attribute::cause;
use crate::event::{CaseEvent, EndEvent, Event, KnownEvent, Outcome};
use crate::exit::{Exit, Exits};
use crate::stream::Sink;

/// What became of the cases of a run.
#[derive(Debug, Default)]
pub struct Seen {
    /// The failures that count for the exit status, and how each fails.
    pub failures: BTreeMap<String, String>,
    /// What became of each case, whether or not it counts.
    pub fates: BTreeMap<String, Fate>,
}

/// A sink before another one: failures that are known and happen in the recorded way are marked as
/// such and do not count, and what is out of date in the list is told at the end.
#[derive(Debug)]
pub struct Known<'a, S> {
    inner: S,
    list: Option<&'a RefCell<KnownFile>>,
    /// Whether cases were left out on purpose.
    narrowed: bool,
    fail_on: Level,
    seen: Seen,
    out_of_date: Vec<String>,
}

impl<'a, S: Sink> Known<'a, S> {
    /// Before a run in which failures from a level on count; `narrowed` says that cases were left
    /// out on purpose, so that not every entry has to be used. Others may add cases to entries that
    /// name none, until the events of these cases come.
    pub fn new(
        inner: S,
        list: Option<&'a RefCell<KnownFile>>,
        narrowed: bool,
        fail_on: Level,
    ) -> Self {
        Self {
            inner,
            list,
            narrowed,
            fail_on,
            seen: Seen::default(),
            out_of_date: Vec::new(),
        }
    }

    /// What was seen, and the other sink.
    pub fn into_parts(self) -> (Seen, S) {
        (self.seen, self.inner)
    }

    fn note(&mut self, case: &CaseEvent) {
        let id = case.id.clone();
        let how = || {
            let found = case.cause.clone().or_else(|| cause(case));
            found.map_or_else(String::new, |found| found.fingerprint())
        };
        let fate = match case.outcome {
            Outcome::Pass | Outcome::Info => Fate::Passed,
            Outcome::Skip => Fate::Skipped,
            Outcome::Fail | Outcome::Blocked | Outcome::Error => {
                let how = how();
                if case.level >= self.fail_on && case.level > Level::Info {
                    self.seen.failures.insert(id.clone(), how.clone());
                }
                if case.outcome == Outcome::Error {
                    Fate::Unanswered(how)
                } else {
                    Fate::Failed(how)
                }
            }
        };
        self.seen.fates.insert(id, fate);
    }

    /// Why a failure is accepted, when it is known in this way.
    fn reason(&self, id: &str) -> Option<KnownEvent> {
        let list = self.list?.borrow();
        let known = list.explaining(id, self.seen.fates.get(id)?)?;
        Some(KnownEvent {
            name: known.name.clone(),
            reason: known.reason_with_link(),
            spec: known.spec.clone(),
        })
    }
}

impl<S: Sink> Sink for Known<'_, S> {
    fn wants_passes(&self) -> bool {
        self.inner.wants_passes()
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Run(_) | Event::Note(_) => self.inner.event(event),
            Event::Case(case) => {
                self.note(case);
                match self.reason(&case.id) {
                    Some(known) => {
                        let case = CaseEvent {
                            known: Some(known),
                            ..*case.clone()
                        };
                        self.inner.event(&Event::Case(Box::new(case)));
                    }
                    None => self.inner.event(event),
                }
            }
            Event::End(end) => self.inner.event(&Event::End(EndEvent {
                out_of_date: std::mem::take(&mut self.out_of_date),
                ..end.clone()
            })),
        }
    }

    fn settle(&mut self, exits: &mut Exits) {
        if let Some(list) = self.list {
            let list = list.borrow();
            let broken = [Exit::Bug, Exit::Usage, Exit::Unreachable, Exit::CutShort];
            let complete = !broken.iter().any(|exit| exits.contains(*exit));
            let whole = complete && !self.narrowed;
            self.out_of_date = list.check(&self.seen.fates, whole);
            if !self.out_of_date.is_empty() {
                exits.add(Exit::OutOfDate);
            }
            // One that fails in another way is out of date; one without an answer is a failure.
            let expected = |id: &String| match self.seen.fates.get(id) {
                Some(fate @ Fate::Unanswered(_)) => list.explaining(id, fate).is_some(),
                _ => list.lists(id),
            };
            if self.seen.failures.keys().all(expected) {
                exits.remove(Exit::Failed);
            }
        }
        self.inner.settle(exits);
    }
}
