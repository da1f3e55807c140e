//! Makes a finding short: simpler forms are carried out for as long as the same thing fails. What
//! remains was seen on a target to which nothing else was sent.

use std::cell::Cell;

use cors_harness::control::Halt;
use cors_harness::event::{CaseEvent, Outcome};
use cors_vectors::check::Check;
use cors_vectors::server::{ServerCase, Step};

use crate::driver::Driver;
use crate::expect::{case, requirement};
use crate::failure::{Failure, causes, failures};
use crate::fresh::{Fresh, Supply};
use crate::matter::Kind;
use crate::place::Place;
use crate::shrink;

/// Forms of a finding that are tried at most to make it short.
const MOST_FORMS: usize = 240;

/// Targets that are started at most for one finding, where that takes long.
const MOST_STARTS: usize = 32;

/// A failure that was seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) case: ServerCase,
    pub(crate) event: CaseEvent,
    pub(crate) failure: Failure,
}

/// The target no longer answers, so that nothing more can be said.
#[derive(Debug)]
pub(crate) struct Gone(pub(crate) Halt);

/// On which target a form is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// On the one that is fuzzed, whatever it remembers.
    Running,
    /// On one to which nothing was sent yet.
    Fresh,
}

/// Makes the findings of one site short.
pub(crate) struct Shortener<'a> {
    driver: &'a Driver<'a>,
    place: Place<'a>,
    supply: &'a dyn Supply,
    /// How many more targets may be started.
    starts: Cell<usize>,
}

impl<'a> Shortener<'a> {
    pub(crate) const fn new(
        driver: &'a Driver<'a>,
        place: Place<'a>,
        supply: &'a dyn Supply,
    ) -> Self {
        Self {
            driver,
            place,
            supply,
            starts: Cell::new(MOST_STARTS),
        }
    }

    /// The shortest sequence found in which the same thing fails, on a fresh target; `None` when it
    /// was not seen again.
    pub(crate) async fn shortest(
        &self,
        made: &[Step],
        history: &[Step],
        failure: &Failure,
    ) -> Result<Option<Seen>, Gone> {
        let Some(base) = self.again(made, history, failure).await? else {
            return Ok(None);
        };
        let needs_earlier = base.case.steps.len() > made.len();
        if !self.supply.is_cheap() && !needs_earlier {
            // Most findings do not depend on what was sent before.
            let short = self.simplest(base.clone(), On::Running).await?;
            let steps = &short.case.steps;
            let confirmed = self.fails(steps, &short.failure, On::Fresh).await?;
            if let Some(confirmed) = confirmed {
                return Ok(Some(confirmed));
            }
        }
        self.simplest(base, On::Fresh).await.map(Some)
    }

    /// Carries a case out once more, on a fresh target.
    pub(crate) async fn confirm(
        &self,
        case: ServerCase,
        failure: &Failure,
    ) -> Result<Option<Seen>, Gone> {
        // Whatever was needed to make it short, one is left for this.
        self.starts.set(self.starts.get().max(1));
        self.carry_out(case, failure, On::Fresh).await
    }

    /// Simpler forms for as long as there is one that fails.
    async fn simplest(&self, base: Seen, on: On) -> Result<Seen, Gone> {
        let mut short = base;
        let mut forms = 0;
        'simpler: loop {
            for steps in shrink::simpler(&short.case.steps, &self.place.site.policy) {
                if forms >= MOST_FORMS {
                    break 'simpler;
                }
                forms += 1;
                if let Some(simpler) = self.fails(&steps, &short.failure, on).await? {
                    short = simpler;
                    continue 'simpler;
                }
            }
            break;
        }
        Ok(short)
    }

    /// Sees the failure again: alone, or after the last things that were done before.
    async fn again(
        &self,
        made: &[Step],
        history: &[Step],
        failure: &Failure,
    ) -> Result<Option<Seen>, Gone> {
        let factor = if self.supply.is_cheap() { 2 } else { 8 };
        let mut before = 0;
        loop {
            let start = history.len().saturating_sub(before);
            let earlier = history.get(start..).unwrap_or_default();
            let steps = [earlier, made].concat();
            let seen = self.fails(&steps, failure, On::Fresh).await?;
            if seen.is_some() || start == 0 {
                return Ok(seen);
            }
            before = (before * factor).max(1);
        }
    }

    /// Whether these steps fail in the same way.
    async fn fails(&self, steps: &[Step], failure: &Failure, on: On) -> Result<Option<Seen>, Gone> {
        let (mode, options) = (self.driver.runner.mode(), self.driver.runner.options());
        match case(steps, self.place.terms(mode, options)) {
            Some(case) => self.carry_out(case, failure, on).await,
            None => Ok(None),
        }
    }

    async fn carry_out(
        &self,
        case: ServerCase,
        failure: &Failure,
        on: On,
    ) -> Result<Option<Seen>, Gone> {
        let Some((case, event)) = self.on_target(case, on).await? else {
            return Ok(None);
        };
        let failed = match event.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip | Outcome::Blocked => Vec::new(),
            Outcome::Fail | Outcome::Error => {
                causes(&failures(&case, &event, &self.place.site.policy))
            }
        };
        let same = failed
            .into_iter()
            .find(|one| one.level >= failure.level && one.matter.explains(&failure.matter));
        Ok(same.map(|failure| Seen {
            case,
            event,
            failure,
        }))
    }

    /// Carries a case out; `None` where there is no such target any more.
    async fn on_target(
        &self,
        case: ServerCase,
        on: On,
    ) -> Result<Option<(ServerCase, CaseEvent)>, Gone> {
        let (driver, policy) = (self.driver, self.place.policy);
        let fresh = match on {
            On::Running => Fresh::Same,
            On::Fresh => {
                if !self.supply.is_cheap() {
                    let left = self.starts.get();
                    if left == 0 {
                        return Ok(None);
                    }
                    self.starts.set(left - 1);
                }
                let fresh = self.supply.fresh(policy).await;
                fresh.map_err(|text| Gone(Halt::unreachable(text)))?
            }
        };
        let done = match fresh {
            Fresh::Same => driver.carry_out(driver.subject, policy, case).await,
            Fresh::Other(subject) => driver.carry_out(&subject, policy, case).await,
            Fresh::Started { subject, gone, end } => {
                let done = tokio::select! {
                    biased;
                    done = driver.carry_out(&subject, policy, case) => Some(done),
                    () = gone => None,
                };
                end.await;
                return Ok(done);
            }
        };
        if is_broken(&done.1) {
            self.alive().await?;
        }
        Ok(Some(done))
    }

    /// Sees that the target that is fuzzed answers still.
    async fn alive(&self) -> Result<(), Gone> {
        alive(self.driver, self.place).await
    }
}

/// Sees that the site answers still.
pub(crate) async fn alive(driver: &Driver<'_>, place: Place<'_>) -> Result<(), Gone> {
    let still = driver.still_answers(place.site).await;
    still.map_err(Gone)
}

/// Whether an exchange of a case brought no response.
pub(crate) fn is_broken(event: &CaseEvent) -> bool {
    let mut exchanges = event.steps.iter().flat_map(|step| &step.exchanges);
    exchanges.any(|exchange| exchange.transport.is_some())
}

/// The case with only that check which fails; verdicts stay.
pub(crate) fn only(mut case: ServerCase, failure: &Failure) -> ServerCase {
    for (number, step) in case.steps.iter_mut().enumerate() {
        if failure.matter.kind == Kind::Unanswered
            && number == failure.step
            && step.verdict.is_none()
        {
            // That there was no answer shows in any check, and one has to be there.
            let crash = |check: &Check| requirement(&check.id) == "no-crash";
            let shown = step.checks.iter().position(crash).unwrap_or_default();
            step.checks = step.checks.get(shown).cloned().into_iter().collect();
        } else {
            step.checks
                .retain(|check| Some(&check.id) == failure.check.as_ref());
        }
        if let Some(fetch) = &mut step.fetch
            && !["reads", "cannot-read"].contains(&failure.rule.as_str())
        {
            fetch.reads.clear();
            fetch.cannot_read.clear();
        }
    }
    case
}
