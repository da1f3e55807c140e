//! Refusals on probation: a client that fails whatever it is asked shows nothing by failing what has
//! to fail.

use std::mem;

use cors_harness::attribute::cause;
use cors_harness::event::{CaseEvent, Outcome};
use cors_vectors::agent::AgentCase;

/// The cases of one area, until one that wants a response has passed.
#[derive(Debug, Default)]
pub(crate) struct Paired {
    area: String,
    /// Each with whether it wants nothing but errors.
    waiting: Vec<(CaseEvent, bool)>,
    /// Whether a case that wants a response was played, and whether one passed.
    wanted: bool,
    passed: bool,
}

impl Paired {
    /// Takes in a judged case, in the order of the areas; returns those that wait no longer.
    pub(crate) fn take(&mut self, case: &AgentCase, event: CaseEvent) -> Vec<CaseEvent> {
        let area = case.id.split('/').next().unwrap_or_default();
        let mut ready = Vec::new();
        if area != self.area {
            let before = mem::take(self);
            ready = before.rest();
            area.clone_into(&mut self.area);
        }
        let outcomes = &case.expect.outcomes;
        let only_errors = outcomes.iter().all(|outcome| outcome.error.is_some());
        if !only_errors {
            self.wanted |= event.outcome != Outcome::Skip;
            self.passed |= event.outcome == Outcome::Pass;
        }
        self.waiting.push((event, only_errors));
        if self.passed {
            let waiting = mem::take(&mut self.waiting);
            ready.extend(waiting.into_iter().map(|(event, _)| event));
        }
        ready
    }

    /// Those that still wait when no more of their area come.
    pub(crate) fn rest(self) -> Vec<CaseEvent> {
        let Self {
            area,
            waiting,
            wanted,
            passed,
        } = self;
        let is_blocked = wanted && !passed;
        let rest = waiting.into_iter().map(|(mut event, only_errors)| {
            if is_blocked && only_errors && event.outcome == Outcome::Pass {
                event.outcome = Outcome::Blocked;
                event.reason = Some(format!(
                    "no case of {area}/ that wants a response passed: failing shows nothing"
                ));
                event.cause = cause(&event);
            }
            event
        });
        rest.collect()
    }
}
