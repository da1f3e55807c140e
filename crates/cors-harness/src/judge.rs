//! Judges what steps brought: the verdict first, the checks second.

use cors_model::response::FilteredResponse;
use cors_vectors::check::On;
use cors_vectors::server::{Credentials, Level, Verdict};

use crate::alike::{answered_alike, body_kept, depends_on_origin, serves_spelling};
use crate::cause::About;
use crate::done::{Decision, Done, Exchange};
use crate::escape::escape;
use crate::event::{CheckEvent, CheckOutcome, Got, Kind, Outcome};
use crate::plan::{Action, PlannedCase, PlannedCheck, PlannedFetch, PlannedStep};
use crate::redact::Redactor;
use crate::statement::Statement;
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

/// Which checks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Those that fail.
    Failures,
    /// All of them.
    Everything,
}

impl Detail {
    fn includes(self, outcome: CheckOutcome) -> bool {
        self == Self::Everything || outcome == CheckOutcome::Fail
    }
}

/// What became of a step's verdict.
enum Ruling {
    Holds,
    Fails(String),
    /// Nothing can be said, since there was no complete answer.
    Unanswered(String),
}

/// Judges a case from what its steps brought; steps that were not carried out are not in `done`.
pub(crate) fn judge(
    planned: &PlannedCase,
    done: &[Done],
    redactor: &Redactor,
    detail: Detail,
    error_to_all: Option<u16>,
) -> Judged {
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
    let all = done;
    for (index, (step, done)) in steps.iter().zip(done).enumerate() {
        if let Some(unable) = &done.unable {
            judged.verdicts_hold = false;
            judged.outcome = Outcome::Skip;
            judged.reason = Some(redactor.text(unable));
            judged.step = Some(index);
            return judged;
        }
        // How long an answer takes is no verdict.
        let mut has_response = !done.is_late();
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
                    has_response = false;
                    unanswered.get_or_insert((said, index));
                }
            }
        }
        let checks = StepChecks {
            has_response,
            detail,
            ..StepChecks::of(all, index, done, case_level, error_to_all)
        };
        for check in checks.events(step) {
            if check.outcome == CheckOutcome::Fail {
                failed.push((check.level, format!("{}: {}", check.id, check.said), index));
            }
            judged.checks.push(CheckEvent {
                said: redactor.text(&check.said),
                ..check
            });
        }
    }
    let broken = all.iter().enumerate().find(|(_, done)| done.broke());
    if let Some((index, done)) = broken {
        judged.verdicts_hold = false;
        unanswered.get_or_insert_with(|| (said_missing(done, On::Last), index));
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
        (Some((level, said, index)), None) => {
            (judged.outcome, judged.level) = (Outcome::Info, level);
            Some((said, index))
        }
        (None, None) => None,
    };
    if let Some((said, index)) = why {
        judged.reason = Some(redactor.text(&said));
        judged.step = Some(index);
    }
    judged
}

/// What holds of a step that was carried out.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Whether the verdict is as stated; of a step without one it is.
    pub(crate) verdict: bool,
    /// The checks.
    pub(crate) checks: Vec<CheckEvent>,
}

/// What holds of a step, which came as `index` among those carried out in `all`, when it is `done`.
pub(crate) fn standing(
    step: &PlannedStep,
    case_level: Level,
    done: &Done,
    all: &[Done],
    index: usize,
    error_to_all: Option<u16>,
) -> Standing {
    let verdict = step
        .verdict
        .is_none_or(|verdict| matches!(ruling(verdict, done), Ruling::Holds));
    let checks = StepChecks::of(all, index, done, case_level, error_to_all);
    Standing {
        verdict,
        checks: checks.events(step),
    }
}

/// What is wrong when a preflight lets through what it must not.
const SENT: &str = "a browser sends, after the preflight, the request that the policy refuses";

fn ruling(wanted: Verdict, done: &Done) -> Ruling {
    match (wanted, done.got()) {
        // What a preflight lets through is done, whatever the page then may read of it.
        (Verdict::Refused, Got::Refused) if done.sent_after_preflight() => {
            Ruling::Fails(SENT.into())
        }
        (Verdict::Shared, Got::Shared) | (Verdict::Refused, Got::Refused) => Ruling::Holds,
        (Verdict::Shared, Got::Refused) => {
            let why = done.why_not();
            Ruling::Fails(format!("a browser refuses what the policy allows. {why}"))
        }
        (Verdict::Shared, Got::Nothing) if done.is_late() => Ruling::Unanswered(done.why_not()),
        (Verdict::Shared, Got::Nothing) => Ruling::Fails(format!(
            "no answer to a request that the policy allows: {}",
            done.why_not()
        )),
        (Verdict::Refused, Got::Shared) => {
            let said = if matches!(done.decision, Some(Decision::SharedByPreflight)) {
                SENT
            } else {
                "a browser lets the page read what the policy refuses"
            };
            Ruling::Fails(said.into())
        }
        (Verdict::Refused, Got::Nothing) => Ruling::Unanswered(format!(
            "no complete answer, so that nothing was refused either: {}",
            done.why_not()
        )),
    }
}

/// A step whose checks are judged.
#[derive(Clone, Copy)]
struct StepChecks<'a> {
    /// Whether answers to the same request say that it matters whose page asks.
    depends_on_origin: bool,
    /// What came of all steps.
    all: &'a [Done],
    index: usize,
    done: &'a Done,
    case_level: Level,
    /// Whether the step had a response; without one its checks are skipped.
    has_response: bool,
    detail: Detail,
    /// The status of a plain GET, where it is an error's.
    error_to_all: Option<u16>,
}

/// What a check is judged on, or why it is not.
enum JudgedOn<'a> {
    Answer(&'a Response),
    /// The check is not about such an answer.
    Inapplicable(&'a Response, &'a Statement),
    Withheld,
    /// The statement is about the status, which is that of an error to everybody.
    ErrorToAll(u16),
    /// The statement is about answers that depend on the origin, and this does not.
    Constant,
    /// The statement is about a header that other answers have, and none has.
    NowhereSent,
    /// The statement is about the body of other answers, which is not always the same.
    NoBodyToCompare,
    /// The application does not serve this spelling of the path as the resource.
    OtherResource,
    /// The body is another than that of other answers.
    OtherBody(&'a Response),
    Unanswered,
    Missing,
}

impl<'a> StepChecks<'a> {
    /// All checks of a step that had a response.
    fn of(
        all: &'a [Done],
        index: usize,
        done: &'a Done,
        case_level: Level,
        error_to_all: Option<u16>,
    ) -> Self {
        Self {
            depends_on_origin: depends_on_origin(all, index),
            all,
            index,
            done,
            case_level,
            has_response: true,
            detail: Detail::Everything,
            error_to_all,
        }
    }

    /// The checks of the step that are shown.
    fn events(self, step: &PlannedStep) -> Vec<CheckEvent> {
        let mut events = Vec::new();
        let mut is_other_resource = false;
        let with_credentials = match &step.action {
            Action::Fetch(fetch) => {
                self.readings(fetch, &mut events);
                fetch.credentials == Credentials::Include
            }
            Action::Send(send) => {
                is_other_resource = send
                    .respells
                    .as_ref()
                    .is_some_and(|plain| !serves_spelling(self.all, self.index, plain));
                false
            }
        };
        for check in &step.checks {
            let judged_on = if is_other_resource {
                JudgedOn::OtherResource
            } else {
                self.judged_on(check, with_credentials)
            };
            let outcome = match judged_on {
                JudgedOn::Answer(answer) if check.statement.holds(answer, with_credentials) => {
                    CheckOutcome::Pass
                }
                JudgedOn::Answer(_) | JudgedOn::OtherBody(_) | JudgedOn::Missing => {
                    CheckOutcome::Fail
                }
                JudgedOn::Inapplicable(..)
                | JudgedOn::Withheld
                | JudgedOn::ErrorToAll(_)
                | JudgedOn::Constant
                | JudgedOn::NowhereSent
                | JudgedOn::NoBodyToCompare
                | JudgedOn::OtherResource
                | JudgedOn::Unanswered => CheckOutcome::Skip,
            };
            if !self.detail.includes(outcome) {
                continue;
            }
            let about = check.statement.about();
            let said = match judged_on {
                JudgedOn::Answer(answer) | JudgedOn::OtherBody(answer) => {
                    check.statement.said(answer)
                }
                JudgedOn::Inapplicable(answer, when) => {
                    format!("does not apply: {}", when.said(answer))
                }
                JudgedOn::Withheld => "the request was not sent".into(),
                JudgedOn::ErrorToAll(status) => {
                    format!("does not apply: the resource answers {status} to everybody")
                }
                JudgedOn::Constant => {
                    "does not apply: the answer is the same for every origin".into()
                }
                JudgedOn::NowhereSent => "does not apply: no response has the header".into(),
                JudgedOn::NoBodyToCompare => {
                    "does not apply: there is no body that is always the same".into()
                }
                JudgedOn::OtherResource => {
                    "does not apply: this spelling of the path is not served as the resource".into()
                }
                JudgedOn::Unanswered => "there is no answer to look at".into(),
                JudgedOn::Missing => said_missing(self.done, check.on),
            };
            let (id, level, why, on) = (check.id.clone(), check.level, check.why.clone(), check.on);
            events.push(CheckEvent {
                id,
                step: self.index,
                level,
                outcome,
                on,
                about: Some(about),
                said,
                why,
            });
        }
        events
    }

    fn judged_on<'b>(&'b self, check: &'b PlannedCheck, with_credentials: bool) -> JudgedOn<'b> {
        match (answer(self.done, check.on), &check.when) {
            (Some(answer), Some(when)) if !when.holds(answer, with_credentials) => {
                JudgedOn::Inapplicable(answer, when)
            }
            (Some(answer), _)
                if check.statement.about() == About::Status
                    && Some(answer.status) == self.error_to_all
                    && !is_options(self.done, check.on) =>
            {
                JudgedOn::ErrorToAll(answer.status)
            }
            (Some(_), _) if check.statement.is_due_by_origin() && !self.depends_on_origin => {
                JudgedOn::Constant
            }
            (Some(_), _)
                if check.statement.kept().is_some_and(|name| {
                    answered_alike(self.all, self.index)
                        .all(|(_, answer)| answer.values(name).next().is_none())
                }) =>
            {
                JudgedOn::NowhereSent
            }
            (Some(answer), _) if check.statement == Statement::BodyKept => {
                match body_kept(self.all, self.index, answer) {
                    None => JudgedOn::NoBodyToCompare,
                    Some(false) => JudgedOn::OtherBody(answer),
                    Some(true) => JudgedOn::Answer(answer),
                }
            }
            (Some(answer), _) => JudgedOn::Answer(answer),
            (None, _) if self.done.withheld() && check.on != On::Preflight => JudgedOn::Withheld,
            (None, _) if !self.has_response => JudgedOn::Unanswered,
            (None, _) => JudgedOn::Missing,
        }
    }

    /// What the page must and must not be able to read, as checks of the case's own level.
    ///
    /// Judged is whether the page could read the header, whether or not this answer has it.
    fn readings(self, fetch: &PlannedFetch, events: &mut Vec<CheckEvent>) {
        let wanted = fetch.reads.iter().map(|name| (name, true));
        let unwanted = fetch.cannot_read.iter().map(|name| (name, false));
        for (name, must) in wanted.chain(unwanted) {
            let can = match &self.done.decision {
                Some(Decision::Shared(response)) => Some(can_read(response, name)),
                _ => None,
            };
            let outcome = match can {
                Some(can) if can == must => CheckOutcome::Pass,
                Some(_) => CheckOutcome::Fail,
                None if must && self.has_response && !self.done.withheld() => CheckOutcome::Fail,
                None => CheckOutcome::Skip,
            };
            if !self.detail.includes(outcome) {
                continue;
            }
            let shown = escape(name);
            let said = match can {
                Some(true) => format!("the page can read the response header {shown}"),
                Some(false) => format!("the page cannot read the response header {shown}"),
                None if self.done.withheld() => "the request was not sent".into(),
                None if !self.has_response => "there is no answer to look at".into(),
                None => "the page cannot read anything".into(),
            };
            events.push(CheckEvent {
                id: format!("{}:{shown}", if must { "reads" } else { "cannot-read" }),
                step: self.index,
                level: self.case_level,
                outcome,
                on: On::Actual,
                about: can.map(|_| About::Header("Access-Control-Expose-Headers".to_owned())),
                said,
                why: None,
            });
        }
    }
}

/// The last exchange of the kind that has a complete answer.
fn answered(done: &Done, on: On) -> Option<&Exchange> {
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
        .find(|exchange| exchange.answer.is_ok())
}

/// The last complete answer of the kind.
pub(crate) fn answer(done: &Done, on: On) -> Option<&Response> {
    answered(done, on)?.answer.as_ref().ok()
}

fn is_options(done: &Done, on: On) -> bool {
    answered(done, on).is_some_and(|exchange| exchange.request.method == b"OPTIONS")
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

/// The answer that the model judged has a line of this name whether or not the target sent one.
fn can_read(response: &FilteredResponse, name: &[u8]) -> bool {
    response.header(name).is_some()
}
