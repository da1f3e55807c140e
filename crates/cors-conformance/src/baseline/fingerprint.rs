//! In which way a case fails, so that a known failure can be told from a new one in the same place.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cors_harness::event::{CaseEvent, CheckOutcome, Got, Outcome, StepEvent};
use cors_vectors::server::{Level, Verdict};

/// How a case fails: which verdict, refused at which step of the standard over which header, and
/// which checks. The same on every run of the same server: no values, ports or dates.
pub(crate) fn fingerprint(case: &CaseEvent) -> String {
    if case.outcome == Outcome::Blocked {
        return "blocked".to_owned();
    }
    let mut said = Vec::new();
    let missed =
        |step: &&StepEvent| step.wanted.is_some() && step.got != step.wanted.map(Got::from);
    if let Some(step) = case.steps.iter().find(missed) {
        said.push(verdict(step));
    }
    let failed = case.checks.iter();
    let failed =
        failed.filter(|check| check.outcome == CheckOutcome::Fail && check.level > Level::Info);
    let checks: BTreeSet<&str> = failed.map(|check| check.id.as_str()).collect();
    if !checks.is_empty() {
        let checks: Vec<&str> = checks.into_iter().collect();
        said.push(format!("checks {}", checks.join(" ")));
    }
    if said.is_empty() {
        said.push("no answer".to_owned());
    }
    said.join("; ")
}

fn verdict(step: &StepEvent) -> String {
    let wanted = match step.wanted {
        Some(Verdict::Shared) => "shared",
        Some(Verdict::Refused) | None => "refused",
    };
    let got = match step.got {
        Some(Got::Shared) => "shared",
        Some(Got::Refused) => "refused",
        Some(Got::Nothing) | None => "no answer",
    };
    let mut said = format!("wanted {wanted}, got {got}");
    if let (Some(Got::Refused), Some(refusal)) = (step.got, &step.refusal) {
        // Writing to a text cannot fail.
        let _ = write!(said, " at {}", refusal.at);
        if let Some(compared) = &refusal.compared {
            let _ = write!(said, " ({compared})");
        }
    }
    said
}
