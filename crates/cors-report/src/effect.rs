//! In which order failures are shown, and which of them are one and the same.

use std::cmp::Reverse;

use cors_harness::event::{CaseEvent, CheckOutcome, Got, Outcome};
use cors_vectors::server::{Level, Verdict};

/// What a failure does to people, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// A page reads what it must not.
    Exposed,
    /// A page is kept from what it may read.
    Withheld,
    /// A check of level `must` does not hold, while the verdicts do.
    Malformed,
    /// No answer could be judged.
    Unanswered,
    /// Only advice is not followed.
    Advice,
}

/// The effect of a failed case.
pub fn effect(case: &CaseEvent) -> Effect {
    if case.outcome == Outcome::Error {
        return Effect::Unanswered;
    }
    match (case.wanted, case.got) {
        (Some(Verdict::Refused), Some(Got::Shared)) => Effect::Exposed,
        _ if case.level < Level::Must => Effect::Advice,
        (Some(Verdict::Shared), Some(Got::Refused | Got::Nothing)) => Effect::Withheld,
        _ => Effect::Malformed,
    }
}

/// Failures that have one cause: the first stands for the others.
#[derive(Debug)]
pub struct Group<'a> {
    /// The one that is explained.
    pub first: &'a CaseEvent,
    /// The ones that are only named.
    pub others: Vec<&'a CaseEvent>,
}

/// Failures by effect, then in the order in which they were given; those with the same refusing
/// step and the same difference together.
pub fn groups(failures: &[CaseEvent]) -> Vec<Group<'_>> {
    let mut sorted: Vec<&CaseEvent> = failures.iter().collect();
    // Of one cause, the case with the fewest exchanges explains it best.
    sorted.sort_by_key(|case| (effect(case), Reverse(case.level), case.exchanges));
    let mut groups: Vec<(Vec<String>, Group<'_>)> = Vec::new();
    for case in sorted {
        let cause = cause(case);
        match groups.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, group)) => group.others.push(case),
            None => groups.push((
                cause,
                Group {
                    first: case,
                    others: Vec::new(),
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What two failures share when they have one cause. Values that a server copies from the request
/// count as copied, whatever they are.
fn cause(case: &CaseEvent) -> Vec<String> {
    let mut cause = vec![format!(
        "{:?} {:?} {:?} {:?}",
        case.outcome, case.level, case.wanted, case.got
    )];
    let decided = case
        .steps
        .iter()
        .find(|step| step.got.is_some() && step.got != step.wanted.map(Got::from));
    if let Some(step) = decided {
        let origin = step.origin.as_deref().unwrap_or_default();
        let copied = |value: &str| {
            if value == origin {
                "{origin}".to_owned()
            } else {
                value.to_owned()
            }
        };
        if let Some(refusal) = &step.refusal {
            cause.push(refusal.at.clone());
            cause.push(refusal.compared.clone().unwrap_or_default());
            // A missing header is the same difference whatever had to be in it.
            cause.push(
                refusal
                    .got
                    .as_deref()
                    .map_or_else(|| "missing".to_owned(), copied),
            );
        } else if let Some(answer) = step
            .exchanges
            .last()
            .and_then(|exchange| exchange.response.as_ref())
        {
            let granted = |(name, _): &&(String, String)| {
                name.get(..21)
                    .is_some_and(|start| start.eq_ignore_ascii_case("access-control-allow-"))
            };
            for (name, value) in answer.headers.iter().filter(granted) {
                cause.push(format!("{}: {}", name.to_ascii_lowercase(), copied(value)));
            }
        }
    }
    for exchange in case.steps.iter().flat_map(|step| &step.exchanges) {
        cause.extend(exchange.transport.clone());
    }
    let failed = case
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Fail);
    cause.extend(failed.map(|check| format!("{} {:?}", check.id, check.on)));
    cause
}
