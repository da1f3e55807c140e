//! One case of a run: carried out, judged, and told as an event.

use std::panic::AssertUnwindSafe;

use cors_vectors::check::On;
use cors_vectors::server::Verdict;
use futures_util::FutureExt as _;

use crate::again::curl;
use crate::attribute::cause;
use crate::defects::defects;
use crate::done::{Done, Exchange};
use crate::drive::drive;
use crate::engines::engines;
use crate::escape::escape;
use crate::event::{Again, CaseEvent, CheckOutcome, Got, Kind, Mode, Outcome};
use crate::fix::fixes;
use crate::judge::{Detail, Judged, judge};
use crate::options::Options;
use crate::plan::{PlannedCase, Task};
use crate::redact::Redactor;
use crate::session::Session;
use crate::step::event as step_event;

/// Longer curl command lines, of cases with huge headers, are no help to anyone.
const LONGEST_CURL: usize = 65_536;

/// What the other cases need to know of a case that is through.
#[derive(Debug)]
pub(crate) struct Through {
    pub(crate) verdicts_hold: bool,
    pub(crate) outcome: Outcome,
    /// Whether it could not be judged since there was no answer in time.
    pub(crate) is_late: bool,
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
                is_late: false,
                event: None,
            },
            true,
        );
    };
    // What a case does must not end the run; a panic is ours to report.
    let work = async {
        let done = drive(task, session).await;
        let mut through = told(planned, task, session, redactor, &done);
        if let Some(event) = &mut through.event
            && !options.engines.is_empty()
        {
            event.engines = engines(task, session, redactor, &done).await;
        }
        through
    };
    let Ok(through) = AssertUnwindSafe(work).catch_unwind().await else {
        let mut event = blank(planned, session.mode);
        event.again = Some(again(planned, options));
        event.outcome = Outcome::Error;
        event.reason = Some("the suite itself failed here; please report it".into());
        let through = Through {
            verdicts_hold: false,
            outcome: Outcome::Error,
            is_late: false,
            event: Some(event),
        };
        return (through, true);
    };
    let mut through = through;
    if let Some(event) = &mut through.event {
        event.millis = options.clock.elapsed_millis().saturating_sub(start);
    }
    (through, false)
}

/// Judges what the steps of a case brought, and tells it.
fn told(
    planned: &PlannedCase,
    task: &Task,
    session: &Session<'_>,
    redactor: &Redactor,
    done: &[Done],
) -> Through {
    let options = session.options;
    let to_all = session.error_to_all.get();
    let mut judged = judge(planned, done, redactor, Detail::Failures, to_all);
    let whole = session.tells_passes || judged.outcome != Outcome::Pass;
    if whole {
        judged = judge(planned, done, redactor, Detail::Everything, to_all);
    }
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
    let mut event = Box::new(CaseEvent {
        outcome,
        level,
        reason,
        wanted,
        got,
        checks,
        exchanges: done.iter().map(|done| done.exchanges.len()).sum(),
        ..*blank(planned, session.mode)
    });
    if whole {
        event.again = Some(again(planned, options));
        let exchange = step.and_then(|step| telling(done.get(step)?, step, &event));
        if let (Some(again), Some(exchange)) = (&mut event.again, exchange)
            && task.site.target.has_address()
            && !options.is_fleeting
        {
            let line = curl(&exchange.request, redactor, &options.curl);
            again.curl = Some(line).filter(|line| line.len() <= LONGEST_CURL);
        }
        let steps = done.iter().zip(&task.steps);
        event.steps = steps
            .map(|(done, step)| step_event(done, step, &task.site, session, redactor))
            .collect();
        event.cause = cause(&event);
        let found = defects(&event, &task.site.policy);
        if let Some(cause) = &mut event.cause {
            cause.fixes = fixes(planned, task, session, done, redactor);
            cause.defects = found;
        }
    }
    Through {
        verdicts_hold,
        outcome,
        is_late: outcome == Outcome::Error && done.last().is_some_and(Done::is_late),
        event: Some(event),
    }
}

/// Of a step's exchanges the one to see again: the preflight where a check of it failed, or where it
/// let through what the policy refuses; else the last.
fn telling<'d>(done: &'d Done, step: usize, event: &CaseEvent) -> Option<&'d Exchange> {
    let let_through = event.wanted == Some(Verdict::Refused) && event.got == Some(Got::Shared);
    let failed = event
        .checks
        .iter()
        .find(|check| check.step == step && check.outcome == CheckOutcome::Fail);
    let mut exchanges = done.exchanges.iter();
    let preflight = exchanges.find(|exchange| exchange.kind == Kind::Preflight);
    if failed.map_or(let_through, |check| check.on == On::Preflight) {
        return preflight.or_else(|| done.exchanges.last());
    }
    done.exchanges.last()
}

/// How to run a case again.
pub(crate) fn again(planned: &PlannedCase, options: &Options) -> Again {
    let id = escape(planned.case.id.as_bytes());
    let cli = options.cli.as_ref();
    let explain = options.explain.as_ref();
    Again {
        cli: cli.map(|(before, behind)| format!("{before}{id}{behind}")),
        curl: None,
        // What was generated is in no library.
        explain: explain
            .map(|line| format!("{line} {id}"))
            .filter(|_| !id.starts_with("fuzz/")),
    }
}

/// The event of a case that nothing is known of, without a way to see it again.
pub(crate) fn blank(planned: &PlannedCase, mode: Mode) -> Box<CaseEvent> {
    let case = &planned.case;
    Box::new(CaseEvent {
        why: case.why.clone(),
        spec: case.spec.clone(),
        policy: (mode == Mode::Kit).then(|| case.policy.clone()),
        ..CaseEvent::blank(&case.id, &case.title, case.level)
    })
}
