//! Judges what steps brought: the verdict first, the checks second.

use cors_model::response::FilteredResponse;
use cors_vectors::check::On;
use cors_vectors::server::{Credentials, Level, Verdict};

use crate::drive::{Decision, Done};
use crate::escape::escape;
use crate::event::{CheckEvent, CheckOutcome, Got, Kind, Outcome};
use crate::plan::{Action, PlannedCase, PlannedFetch, PlannedStep};
use crate::redact::Redactor;
use crate::wire::Response;

/// The judgement of a case.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    pub(crate) level: Level,
    pub(crate) reason: Option<String>,
    pub(crate) wanted: Option<Verdict>,
    pub(crate) got: Option<Got>,
    pub(crate) checks: Vec<CheckEvent>,
    /// Whether all verdicts were as stated, so that cases paired with this one mean something.
    pub(crate) verdicts_hold: bool,
    /// The step to see again: the first that is not as stated, else the last.
    pub(crate) step: Option<usize>,
}

/// What became of a step's verdict.
enum Ruling {
    Holds,
    Fails(String),
    /// Nothing can be said, since there was no complete answer.
    Unanswered(String),
}

/// Judges a case from what its steps brought; steps that were not carried out are not in `done`.
pub(crate) fn judge(planned: &PlannedCase, done: &[Done], redactor: &Redactor) -> Judged {
    let case_level = planned.case.level;
    let steps = planned.task.as_ref().map_or(&[][..], |task| &task.steps);
    let mut judged = Judged {
        outcome: Outcome::Pass,
        level: case_level,
        reason: None,
        wanted: None,
        got: None,
        checks: Vec::new(),
        verdicts_hold: true,
        step: done.len().checked_sub(1),
    };
    let mut failed: Vec<(Level, String, usize)> = Vec::new();
    let mut unanswered: Option<(String, usize)> = None;
    for (index, (step, done)) in steps.iter().zip(done).enumerate() {
        if let Some(unable) = &done.unable {
            judged.verdicts_hold = false;
            judged.outcome = Outcome::Skip;
            judged.reason = Some(redactor.text(unable));
            judged.step = Some(index);
            return judged;
        }
        let mut look = true;
        if let Some(verdict) = step.verdict {
            if judged.verdicts_hold {
                (judged.wanted, judged.got) = (Some(verdict), Some(done.got()));
            }
            match ruling(verdict, done) {
                Ruling::Holds => {}
                Ruling::Fails(said) => {
                    judged.verdicts_hold = false;
                    failed.push((case_level, said, index));
                }
                Ruling::Unanswered(said) => {
                    judged.verdicts_hold = false;
                    look = false;
                    unanswered.get_or_insert((said, index));
                }
            }
        }
        for check in checks(index, step, done, case_level, look) {
            if check.outcome == CheckOutcome::Fail {
                failed.push((check.level, format!("{}: {}", check.id, check.said), index));
            }
            judged.checks.push(CheckEvent {
                said: redactor.text(&check.said),
                ..check
            });
        }
    }
    // Of several of the same level the first is the reason.
    let worst = failed.into_iter().rev().max_by_key(|(level, _, _)| *level);
    let binding = worst
        .as_ref()
        .is_some_and(|(level, _, _)| *level > Level::Info);
    let why = match (worst, unanswered) {
        (Some((level, said, index)), _) if binding => {
            (judged.outcome, judged.level) = (Outcome::Fail, level);
            Some((said, index))
        }
        (_, Some(unanswered)) => {
            judged.outcome = Outcome::Error;
            Some(unanswered)
        }
        // A choice that is recorded.
        (worst, None) => worst.map(|(_, said, index)| (said, index)),
    };
    if let Some((said, index)) = why {
        judged.reason = Some(redactor.text(&said));
        judged.step = Some(index);
    }
    judged
}

fn ruling(wanted: Verdict, done: &Done) -> Ruling {
    let why = match &done.decision {
        Some(Decision::Refused(said) | Decision::Nothing(said)) => said.as_str(),
        Some(Decision::Shared(_) | Decision::SharedByPreflight) | None => "",
    };
    match (wanted, done.got()) {
        (Verdict::Shared, Got::Shared) | (Verdict::Refused, Got::Refused) => Ruling::Holds,
        (Verdict::Shared, Got::Refused) => {
            Ruling::Fails(format!("a browser refuses what the policy allows: {why}"))
        }
        (Verdict::Shared, Got::Nothing) => Ruling::Fails(format!(
            "no answer to a request that the policy allows: {why}"
        )),
        (Verdict::Refused, Got::Shared) => {
            let said = if matches!(done.decision, Some(Decision::SharedByPreflight)) {
                "a browser sends, after the preflight, the request that the policy refuses"
            } else {
                "a browser lets the page read what the policy refuses"
            };
            Ruling::Fails(said.into())
        }
        (Verdict::Refused, Got::Nothing) => Ruling::Unanswered(format!(
            "no complete answer, so that nothing was refused either: {why}"
        )),
    }
}

/// The checks of a step. With `look` false, the step had no answer and they are skipped.
fn checks(
    index: usize,
    step: &PlannedStep,
    done: &Done,
    case_level: Level,
    look: bool,
) -> Vec<CheckEvent> {
    let mut events = Vec::new();
    if let Action::Fetch(fetch) = &step.action {
        events.extend(readings(index, fetch, done, case_level, look));
    }
    for check in &step.checks {
        let with_credentials = match &step.action {
            Action::Fetch(fetch) => fetch.credentials == Credentials::Include,
            Action::Send(_) => false,
        };
        let (outcome, said) = match answer(done, check.on) {
            Some(answer)
                if let Some((false, said)) = check
                    .when
                    .as_ref()
                    .map(|when| when.holds(answer, with_credentials)) =>
            {
                (CheckOutcome::Skip, format!("does not apply: {said}"))
            }
            Some(answer) => {
                let (holds, said) = check.statement.holds(answer, with_credentials);
                (
                    if holds {
                        CheckOutcome::Pass
                    } else {
                        CheckOutcome::Fail
                    },
                    said,
                )
            }
            None if done.withheld() && check.on != On::Preflight => {
                (CheckOutcome::Skip, "the request was withheld".into())
            }
            None if !look => (CheckOutcome::Skip, "there is no answer to look at".into()),
            None => (CheckOutcome::Fail, said_missing(done, check.on)),
        };
        let (id, level, why, on) = (check.id.clone(), check.level, check.why.clone(), check.on);
        events.push(CheckEvent {
            id,
            step: index,
            level,
            outcome,
            on,
            said,
            why,
        });
    }
    events
}

/// The last complete answer of the kind.
fn answer(done: &Done, on: On) -> Option<&Response> {
    if on == On::Last && done.withheld() {
        return None;
    }
    done.exchanges
        .iter()
        .rev()
        .filter(|exchange| match on {
            On::Last => true,
            On::Preflight => exchange.kind == Kind::Preflight,
            On::Actual => exchange.kind != Kind::Preflight,
        })
        .find_map(|exchange| exchange.answer.as_ref().ok())
}

fn said_missing(done: &Done, on: On) -> String {
    let broken = done
        .exchanges
        .iter()
        .rev()
        .find_map(|exchange| exchange.answer.as_ref().err());
    match (broken, on) {
        (Some(transport), _) => format!("there is no answer: {transport}"),
        (None, On::Last) => "there is no answer".into(),
        (None, On::Preflight) => "there was no preflight".into(),
        (None, On::Actual) => "the actual request was never made".into(),
    }
}

/// What the page must and must not be able to read, as checks of the case's own level.
///
/// Judged is whether the page could read the header, whether or not this answer has it.
fn readings(
    index: usize,
    fetch: &PlannedFetch,
    done: &Done,
    level: Level,
    look: bool,
) -> Vec<CheckEvent> {
    let wanted = fetch.reads.iter().map(|name| (name, true));
    let unwanted = fetch.cannot_read.iter().map(|name| (name, false));
    let mut events = Vec::new();
    for (name, must) in wanted.chain(unwanted) {
        let shown = escape(name);
        let id = format!("{}:{shown}", if must { "reads" } else { "cannot-read" });
        let (outcome, said) = match &done.decision {
            Some(Decision::Shared(response)) => {
                let can = can_read(response, name);
                let outcome = if can == must {
                    CheckOutcome::Pass
                } else {
                    CheckOutcome::Fail
                };
                let verb = if can { "can" } else { "cannot" };
                (
                    outcome,
                    format!("the page {verb} read the response header {shown}"),
                )
            }
            Some(Decision::SharedByPreflight) => {
                (CheckOutcome::Skip, "the request was withheld".into())
            }
            _ if !look => (CheckOutcome::Skip, "there is no answer to look at".into()),
            _ if must => (CheckOutcome::Fail, "the page cannot read anything".into()),
            _ => (CheckOutcome::Skip, "the page cannot read anything".into()),
        };
        events.push(CheckEvent {
            id,
            step: index,
            level,
            outcome,
            on: On::Actual,
            said,
            why: None,
        });
    }
    events
}

/// The answer that the model judged has a line of this name whether or not the target sent one.
fn can_read(response: &FilteredResponse, name: &[u8]) -> bool {
    response.header(name).is_some()
}
