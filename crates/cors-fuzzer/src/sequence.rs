//! One sequence from given choices, carried out and judged: what guided fuzzers go on from.

use std::fmt;

use cors_vectors::server::ServerCase;

use crate::failure::{Failure, failures};
use crate::generate::generate;
use crate::place::{choose, origins, places};
use crate::source::Source;
use cors_harness::event::{CaseEvent, ExchangeEvent, Outcome};
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::runner::{Done, Runner};

/// A sequence of requests and what came of it.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// The requests, with what must hold of each.
    pub case: ServerCase,
    /// What came of it.
    pub event: CaseEvent,
    /// Everything that did not hold, what matters most first.
    pub failures: Vec<Failure>,
}

/// Makes a sequence of these choices, carries it out and judges it. `None` when there is nothing
/// to fuzz.
///
/// Needs a tokio runtime with time; a target with an address needs I/O as well.
pub async fn sequence(
    source: &mut Source<'_, '_>,
    subject: &Subject,
    options: &Options,
) -> Option<Sequence> {
    let runner = Runner::new(options, subject.mode());
    let origins = origins(subject);
    let place = choose(source, &places(subject, &origins))?;
    let made = generate(source, place.terms(runner.mode(), options));
    let case = ServerCase {
        id: "fuzz/generated".to_owned(),
        policy: place.policy.to_owned(),
        ..made
    };
    let Done { case, event, .. } = runner.run(case, subject).await;
    let failures = match event.outcome {
        Outcome::Pass | Outcome::Info | Outcome::Skip | Outcome::Blocked => Vec::new(),
        Outcome::Fail | Outcome::Error => failures(&case, &event, &place.site.policy),
    };
    Some(Sequence {
        case,
        event,
        failures,
    })
}

impl fmt::Display for Sequence {
    /// What did not hold, and the exchanges of a sequence that failed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.event.reason {
            writeln!(f, "{reason}")?;
        }
        for failure in &self.failures {
            let Failure {
                step,
                level,
                matter,
                ..
            } = failure;
            write!(f, "step {step}: {level:?}: {matter}")?;
            let check = self
                .event
                .checks
                .iter()
                .find(|check| Some(&check.id) == failure.check.as_ref());
            match check {
                Some(check) => writeln!(f, ": {}", check.said)?,
                None => writeln!(f)?,
            }
        }
        for (number, step) in self.event.steps.iter().enumerate() {
            writeln!(f, "step {number}:")?;
            for exchange in &step.exchanges {
                write_exchange(f, exchange)?;
            }
            if let Some(refusal) = &step.refusal {
                writeln!(f, "  {} {}", refusal.said, refusal.at)?;
            }
        }
        Ok(())
    }
}

fn write_exchange(f: &mut fmt::Formatter<'_>, exchange: &ExchangeEvent) -> fmt::Result {
    let lines = |f: &mut fmt::Formatter<'_>, sign: char, lines: &[(String, String)]| {
        lines
            .iter()
            .try_for_each(|(name, value)| writeln!(f, "  {sign} {name}: {value}"))
    };
    let request = &exchange.request;
    writeln!(f, "  > {} {}", request.method, request.url)?;
    lines(f, '>', &request.headers)?;
    if let Some(response) = &exchange.response {
        writeln!(f, "  < {}", response.status)?;
        lines(f, '<', &response.headers)?;
    }
    match &exchange.transport {
        Some(said) => writeln!(f, "  {said}"),
        None => Ok(()),
    }
}
