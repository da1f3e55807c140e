//! Holds an observation against what a case expects.

mod report;
#[cfg(test)]
mod tests;
mod words;

use cors_harness::event::Difference;
use cors_vectors::agent::{AgentCase, Expectation, ExpectedRequest};
use cors_vectors::text::TextError;

use crate::observation::{Observation, ObservedRequest};
use crate::world::World;
use report::Report;
use words::{kind, place};

/// How an observation compares with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It is what the standard demands.
    Same,
    /// It is the other outcome that the case accepts, with the case's reason for accepting it.
    Quarantined(String),
    /// It is neither: how it differs from what the standard demands.
    Different(Vec<Difference>),
}

/// Holds an observation against what the case expects, and then against what it accepts beside that.
///
/// # Errors
///
/// A text of the case that cannot be expanded.
pub fn compare(
    case: &AgentCase,
    world: &World,
    observed: &Observation,
) -> Result<Comparison, TextError> {
    let differences = differences(&case.expect, world, observed)?;
    if differences.is_empty() {
        return Ok(Comparison::Same);
    }
    if let Some(quarantine) = &case.quarantine
        && self::differences(&quarantine.also, world, observed)?.is_empty()
    {
        return Ok(Comparison::Quarantined(quarantine.reason.clone()));
    }
    Ok(Comparison::Different(differences))
}

/// How an observation differs from an expectation.
///
/// # Errors
///
/// A text of the expectation that cannot be expanded.
pub fn differences(
    expect: &Expectation,
    world: &World,
    observed: &Observation,
) -> Result<Vec<Difference>, TextError> {
    let mut report = Report::new(world);
    if expect.requests.len() != observed.requests.len() {
        "requests".clone_into(&mut report.place);
        report.add(
            "",
            list(&expect.requests, expected_line),
            list(&observed.requests, observed_line),
        );
    }
    for (i, (wanted, got)) in expect.requests.iter().zip(&observed.requests).enumerate() {
        report.place = format!("request {}: ", i + 1);
        report.request(wanted, got)?;
    }
    if expect.outcomes.len() != observed.outcomes.len() {
        "outcomes".clone_into(&mut report.place);
        report.add(
            "",
            expect.outcomes.len().to_string(),
            observed.outcomes.len().to_string(),
        );
    }
    for (i, (wanted, got)) in expect.outcomes.iter().zip(&observed.outcomes).enumerate() {
        report.place = format!("outcome {}: ", i + 1);
        report.outcome(wanted, got)?;
    }
    Ok(report.differences)
}

fn list<T>(items: &[T], line: fn(&T) -> String) -> String {
    let lines: Vec<String> = items.iter().map(line).collect();
    if lines.is_empty() {
        "none".to_owned()
    } else {
        lines.join(", ")
    }
}

fn expected_line(request: &ExpectedRequest) -> String {
    format!("{} at {}", kind(request.kind), place(Some(request.at)))
}

fn observed_line(request: &ObservedRequest) -> String {
    format!("{} at {}", kind(request.kind), place(request.at))
}
