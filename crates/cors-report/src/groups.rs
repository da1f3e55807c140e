//! In which order failures are shown, and which of them are one and the same.

use std::cmp::Reverse;

use cors_harness::attribute::shows;
use cors_harness::cause::Impact;
use cors_harness::event::CaseEvent;

/// Failures that have one cause: the first stands for the others.
#[derive(Debug)]
pub struct Group<'a> {
    /// The one that is explained.
    pub first: &'a CaseEvent,
    /// The ones that are only named.
    pub others: Vec<&'a CaseEvent>,
}

/// Failures by what they do to people, then by level, then in the order in which they were given;
/// those with one cause together.
pub fn groups(failures: &[CaseEvent]) -> Vec<Group<'_>> {
    let mut sorted: Vec<&CaseEvent> = failures.iter().collect();
    // Of one cause, a response that is no error page explains it best, and then the case with the fewest
    // exchanges.
    sorted.sort_by_key(|case| {
        (
            impact(case),
            Reverse(case.level),
            ends_in_an_error(case),
            case.exchanges,
        )
    });
    let mut groups: Vec<Group<'_>> = Vec::new();
    for case in sorted {
        let same = |group: &&mut Group<'_>| match (&group.first.cause, &case.cause) {
            (Some(one), Some(other)) => group.first.level == case.level && one.is_same(other),
            _ => false,
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.others.push(case),
            None => groups.push(Group {
                first: case,
                others: Vec::new(),
            }),
        }
    }
    groups
}

/// What a failure does to people.
pub fn impact(case: &CaseEvent) -> Impact {
    let cause = case.cause.as_ref();
    cause.map_or(Impact::Unanswered, |cause| cause.impact)
}

/// Whether the last response of the steps in which a failure shows is an error page.
fn ends_in_an_error(case: &CaseEvent) -> bool {
    let steps = case.steps.iter().enumerate();
    let mut shown = steps.filter(|(index, step)| shows(case, *index, step));
    shown.any(|(_, step)| {
        let last = step.exchanges.last();
        let response = last.and_then(|exchange| exchange.response.as_ref());
        response.is_some_and(|response| response.status >= 400)
    })
}
