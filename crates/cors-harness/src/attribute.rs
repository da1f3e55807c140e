//! Finds why a case failed, from what is typed in its event.

use std::collections::BTreeSet;

use cors_text::difference::differing;
use cors_vectors::server::{Level, On, Verdict};

use crate::cause::{About, Cause, CheckCause, Impact, Mark, Place, VerdictCause};
use crate::event::{
    CaseEvent, CheckOutcome, ExchangeEvent, Got, Kind, Outcome, ResponseEvent, StepEvent,
};

/// Why a case failed; `None` where it did not.
pub fn cause(case: &CaseEvent) -> Option<Cause> {
    let impact = match case.outcome {
        Outcome::Pass | Outcome::Info | Outcome::Skip => return None,
        Outcome::Blocked => Impact::Blocked,
        Outcome::Error => Impact::Unanswered,
        Outcome::Fail if case.agent.is_some() => Impact::Differs,
        Outcome::Fail => match (case.wanted, case.got) {
            (Some(Verdict::Refused), Some(Got::Shared)) => Impact::Exposed,
            _ if case.level < Level::Must => Impact::Advice,
            (Some(Verdict::Shared), Some(Got::Refused | Got::Nothing)) => Impact::Withheld,
            _ => Impact::Malformed,
        },
    };
    let mut cause = Cause {
        impact,
        verdict: None,
        checks: BTreeSet::new(),
        differences: Vec::new(),
        values: Vec::new(),
        marks: Vec::new(),
        fixes: Vec::new(),
        defects: Vec::new(),
    };
    if let Some(agent) = &case.agent {
        let differences = agent.differences.iter();
        cause.differences = differences.map(|one| one.what.clone()).collect();
    }
    if let Some((number, step)) = case.steps.iter().enumerate().find(|(_, step)| misses(step)) {
        by_verdict(&mut cause, number, step);
    }
    for exchange in case.steps.iter().flat_map(|step| &step.exchanges) {
        cause.values.extend(exchange.transport.clone());
    }
    let failed = case.checks.iter();
    let failed = failed.filter(|check| check.outcome == CheckOutcome::Fail);
    let binding = failed.filter(|check| check.level > Level::Info);
    cause.checks = binding
        .map(|check| CheckCause {
            id: check.id.clone(),
            on: check.on,
        })
        .collect();
    cause.marks = marks(case);
    Some(cause)
}

fn by_verdict(cause: &mut Cause, number: usize, step: &StepEvent) {
    let Some(wanted) = step.wanted else { return };
    let refusal = step.refusal.as_ref();
    let got = step.got.unwrap_or(Got::Nothing);
    let refused = refusal.filter(|_| got == Got::Refused);
    cause.verdict = Some(VerdictCause {
        step: number,
        wanted,
        got,
        at: refused.map(|refusal| refusal.at.clone()),
        about: refused.and_then(|refusal| refusal.compared.clone()),
    });
    let origin = step.origin.as_deref().unwrap_or_default();
    let copied = |value: &str| {
        if value == origin {
            "{origin}".to_owned()
        } else {
            value.to_owned()
        }
    };
    if let Some(refusal) = refusal {
        // A missing header is the same whatever had to be in it.
        let value = refusal.got.as_deref().map(copied);
        cause
            .values
            .push(value.unwrap_or_else(|| "missing".to_owned()));
    } else if let Some(answer) = last_answer(step) {
        for (name, value) in &answer.headers {
            let name = name.to_ascii_lowercase();
            if name.starts_with("access-control-allow-") {
                cause.values.push(format!("{name}: {}", copied(value)));
            }
        }
    }
}

/// Whether a step did not get its verdict.
pub fn misses(step: &StepEvent) -> bool {
    step.wanted.is_some() && step.got != step.wanted.map(Got::from)
}

/// Whether the failure of a case shows in this step.
pub fn shows(case: &CaseEvent, number: usize, step: &StepEvent) -> bool {
    let mut checks = case.checks.iter();
    misses(step)
        || sent_against_the_policy(step)
        || checks.any(|check| check.step == number && check.outcome == CheckOutcome::Fail)
}

fn last_answer(step: &StepEvent) -> Option<&ResponseEvent> {
    step.exchanges.last()?.response.as_ref()
}

/// The places in the responses in which the failure shows: of a verdict in the last of the step, of a
/// check in that which it looks at. In events values are printable ASCII: a byte is a column.
fn marks(case: &CaseEvent) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        if !shows(case, number, step) {
            continue;
        }
        let mut add = |exchange: usize, place: Place| {
            let twice = marks.iter().any(|earlier| {
                let same = match (&earlier.place, &place) {
                    (Place::Value { line, .. }, Place::Value { line: other, .. }) => line == other,
                    (earlier, place) => earlier == place,
                };
                (earlier.step, earlier.exchange) == (number, exchange) && same
            });
            if !twice {
                marks.push(Mark {
                    step: number,
                    exchange,
                    place,
                });
            }
        };
        if let Some((exchange, answer)) = response_for(step, On::Last) {
            for place in places_of_verdict(step, answer) {
                add(exchange, place);
            }
        }
        let failed = case.checks.iter();
        let failed =
            failed.filter(|check| check.step == number && check.outcome == CheckOutcome::Fail);
        for check in failed {
            let Some((exchange, answer)) = response_for(step, check.on) else {
                continue;
            };
            for place in places_of(check.about.as_ref(), answer, None) {
                add(exchange, place);
            }
        }
    }
    marks
}

/// The response that a check looks at, with its place among the exchanges of the step.
pub(crate) fn response_for(step: &StepEvent, on: On) -> Option<(usize, &ResponseEvent)> {
    let wanted = |exchange: &&ExchangeEvent| match on {
        On::Last => true,
        On::Preflight => exchange.kind == Kind::Preflight,
        On::Actual => exchange.kind != Kind::Preflight,
    };
    let index = step
        .exchanges
        .iter()
        .rposition(|exchange| wanted(&exchange))?;
    let answer = step.exchanges.get(index)?.response.as_ref()?;
    Some((index, answer))
}

/// Whether the request itself went out after a preflight that had to stop it.
pub fn sent_against_the_policy(step: &StepEvent) -> bool {
    let mut kinds = step.exchanges.iter().map(|exchange| exchange.kind);
    step.wanted == Some(Verdict::Refused)
        && kinds.any(|kind| kind == Kind::Preflight)
        && kinds.any(|kind| kind == Kind::Actual)
}

fn places_of_verdict(step: &StepEvent, answer: &ResponseEvent) -> Vec<Place> {
    match (step.wanted, step.got, &step.refusal) {
        (Some(Verdict::Shared), Some(Got::Refused), Some(refusal)) => {
            places_of(refusal.compared.as_ref(), answer, refusal.wanted.as_deref())
        }
        // What let the page in.
        (Some(Verdict::Refused), Some(Got::Shared), _) => {
            let names = [
                "Access-Control-Allow-Origin",
                "Access-Control-Allow-Credentials",
            ];
            names
                .iter()
                .flat_map(|name| lines(answer, name, None))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn places_of(about: Option<&About>, answer: &ResponseEvent, wanted: Option<&str>) -> Vec<Place> {
    match about {
        Some(About::Header(name)) => {
            let lines = lines(answer, name, wanted);
            if lines.is_empty() {
                vec![Place::Missing(name.clone())]
            } else {
                lines
            }
        }
        Some(About::Status) => vec![Place::Status],
        Some(About::Bytes) | None => Vec::new(),
    }
}

/// The lines of a header; of a single one only the columns that differ from what was wanted.
fn lines(answer: &ResponseEvent, name: &str, wanted: Option<&str>) -> Vec<Place> {
    let lines = answer.headers.iter().enumerate();
    let lines: Vec<(usize, &str)> = lines
        .filter(|(_, (found, _))| found.eq_ignore_ascii_case(name))
        .map(|(line, (_, value))| (line, value.as_str()))
        .collect();
    // Several lines are one value to the algorithm; then none alone differs.
    let wanted = wanted.filter(|_| lines.len() == 1);
    let place = |(line, value): (usize, &str)| {
        let range = wanted.map_or(0..value.len(), |wanted| differing(value, wanted));
        Place::Value {
            line,
            from: range.start,
            to: range.end,
        }
    };
    lines.into_iter().map(place).collect()
}
