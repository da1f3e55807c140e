//! Makes a finding short: simpler forms are carried out for as long as the same thing fails.

use cors_vectors::check::Check;
use cors_vectors::server::{ServerCase, Step};

use crate::cause::{Cause, Failure, failures};
use crate::hunt::{Hunt, Place};
use crate::{case, checks, shrink};

/// Forms of a finding that are tried at most to make it short.
const MOST_FORMS: usize = 240;

impl Hunt<'_> {
    /// The shortest sequence found in which the same thing fails; `None` when it was not seen again.
    pub(crate) async fn shorten(
        &self,
        place: Place<'_>,
        made: &ServerCase,
        failure: &Failure,
    ) -> Option<(ServerCase, Failure)> {
        let (mut short, mut failure) = self.again(place, made, failure).await?;
        let mut forms = 0;
        'simpler: loop {
            for steps in shrink::simpler(&short.steps, &place.site.policy) {
                if forms >= MOST_FORMS {
                    break 'simpler;
                }
                forms += 1;
                if let Some(simpler) = self.fails(place, &steps, &failure.cause).await {
                    (short, failure) = simpler;
                    continue 'simpler;
                }
            }
            break;
        }
        Some((short, failure))
    }

    /// Sees the failure again: alone, or after the last things that were done before.
    async fn again(
        &self,
        place: Place<'_>,
        made: &ServerCase,
        failure: &Failure,
    ) -> Option<(ServerCase, Failure)> {
        let history: Vec<Step> = {
            let history = self.history.borrow();
            let of_policy = history.get(place.policy).into_iter().flatten();
            of_policy.cloned().collect()
        };
        let mut before = 0;
        loop {
            let start = history.len().saturating_sub(before);
            let earlier = history.get(start..).unwrap_or_default();
            let steps = [earlier, &made.steps].concat();
            let seen = self.fails(place, &steps, &failure.cause).await;
            if seen.is_some() || start == 0 {
                return seen;
            }
            before = (before * 2).max(1);
        }
    }

    /// Whether these steps fail for this cause.
    async fn fails(
        &self,
        place: Place<'_>,
        steps: &[Step],
        cause: &Cause,
    ) -> Option<(ServerCase, Failure)> {
        let case = case(steps, self.terms(place))?;
        (self.reset)();
        let (case, event) = self.carry_out(place, case).await;
        let failed = failures(&case, &event, &place.site.policy);
        let failure = failed.into_iter().find(|one| one.cause.is_within(cause))?;
        Some((case, failure))
    }
}

/// The case with only that check which fails; verdicts stay.
pub(crate) fn only(mut case: ServerCase, failure: &Failure) -> ServerCase {
    for (number, step) in case.steps.iter_mut().enumerate() {
        if failure.check.is_none() && number == failure.step && step.verdict.is_none() {
            // That there was no answer shows in any check, and one has to be there.
            let crash = |check: &Check| checks::base(&check.id) == "no-crash";
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
