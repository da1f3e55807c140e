//! One case of a run: carried out, judged, and told as an event.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::again::curl;
use crate::drive::{Done, Session, drive};
use crate::escape::escape;
use crate::event::{Again, CaseEvent, Mode, Outcome};
use crate::judge::{Judged, judge};
use crate::plan::PlannedCase;
use crate::redact::Redactor;
use crate::run::Options;

/// Longer curl command lines, of cases with huge headers, are no help to anyone.
const LONGEST_CURL: usize = 65_536;

/// What the other cases need to know of a case that is through.
#[derive(Debug)]
pub(crate) struct Through {
    pub(crate) verdicts_hold: bool,
    pub(crate) outcome: Outcome,
    pub(crate) event: Option<Box<CaseEvent>>,
}

/// Runs and judges a case. The flag says that the suite itself failed.
pub(crate) async fn run_case(
    planned: &PlannedCase,
    session: &Session<'_>,
    redactor: &Redactor,
    options: &Options,
) -> (Through, bool) {
    let start = options.clock.elapsed_millis();
    let Ok(task) = &planned.task else {
        return (
            Through {
                verdicts_hold: false,
                outcome: Outcome::Skip,
                event: None,
            },
            true,
        );
    };
    let work = async {
        let done = drive(task, session).await;
        let judged = judge(planned, &done, redactor);
        (done, judged)
    };
    let mut event = blank(planned, session.mode, options);
    // What a case does must not end the run; a panic is ours to report.
    let Ok((done, judged)) = AssertUnwindSafe(work).catch_unwind().await else {
        event.outcome = Outcome::Error;
        event.reason = Some("the suite itself failed here; please report it".into());
        let event = Some(event);
        return (
            Through {
                verdicts_hold: false,
                outcome: Outcome::Error,
                event,
            },
            true,
        );
    };
    let Judged {
        outcome,
        level,
        reason,
        wanted,
        got,
        checks,
        verdicts_hold,
        step,
    } = judged;
    let exchange = step
        .and_then(|step| done.get(step))
        .and_then(|done| done.exchanges.last());
    if let (Some(again), Some(exchange)) = (&mut event.again, exchange)
        && task.site.target.has_address()
    {
        let line = curl(&exchange.request, redactor, &options.curl);
        again.curl = Some(line).filter(|line| line.len() <= LONGEST_CURL);
    }
    *event = CaseEvent {
        outcome,
        level,
        reason,
        wanted,
        got,
        checks,
        exchanges: done.iter().map(|done| done.exchanges.len()).sum(),
        steps: done
            .iter()
            .zip(&task.steps)
            .map(|(done, step)| Done::event(done, step.verdict, redactor))
            .collect(),
        millis: options.clock.elapsed_millis().saturating_sub(start),
        ..*event
    };
    (
        Through {
            verdicts_hold,
            outcome,
            event: Some(event),
        },
        false,
    )
}

/// The event of a case that nothing is known of.
pub(crate) fn blank(planned: &PlannedCase, mode: Mode, options: &Options) -> Box<CaseEvent> {
    let case = &planned.case;
    let cli = options
        .cli
        .as_ref()
        .map(|cli| format!("{cli} {}", escape(case.id.as_bytes())));
    Box::new(CaseEvent {
        id: case.id.clone(),
        title: case.title.clone(),
        why: case.why.clone(),
        spec: case.spec.clone(),
        outcome: Outcome::Skip,
        level: case.level,
        policy: (mode == Mode::Kit).then(|| case.policy.clone()),
        reason: None,
        known: None,
        wanted: None,
        got: None,
        checks: Vec::new(),
        steps: Vec::new(),
        exchanges: 0,
        again: Some(Again { cli, curl: None }),
        millis: 0,
    })
}
