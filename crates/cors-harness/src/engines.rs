//! What engines make of the steps of a case, where that is not what the standard says.

use crate::done::Done;
use crate::event::{EngineEvent, Got, Kind};
use crate::page::carry_out_as;
use crate::plan::{Action, Task};
use crate::redact::Redactor;
use crate::session::Session;

/// Does the fetches of a case again as each engine does them, and tells where the verdict is another
/// one, or other requests lead to it.
pub(crate) async fn engines(
    task: &Task,
    session: &Session<'_>,
    redactor: &Redactor,
    done: &[Done],
) -> Vec<EngineEvent> {
    let mut events = Vec::new();
    for (step, (planned, done)) in task.steps.iter().zip(done).enumerate() {
        let Action::Fetch(fetch) = &planned.action else {
            continue;
        };
        if done.decision.is_none() || done.got() == Got::Nothing {
            continue;
        }
        for dialect in &session.options.engines {
            let other = carry_out_as(*dialect, fetch, &task.site, session).await;
            if other.decision.is_none() || other.got() == Got::Nothing {
                continue;
            }
            if let Some(said) = difference(done, &other) {
                events.push(EngineEvent {
                    engine: dialect.name.to_owned(),
                    step,
                    got: other.got(),
                    said: redactor.text(&format!("in {}, though, {said}", dialect.name)),
                });
            }
        }
    }
    events
}

/// What is different, as the end of a sentence.
fn difference(standard: &Done, engine: &Done) -> Option<String> {
    let (usual, own) = (kinds(standard), kinds(engine));
    match (standard.got(), engine.got()) {
        (Got::Refused, Got::Shared) => Some("the page reads the answer".to_owned()),
        (Got::Shared, Got::Refused) => {
            let why = engine.why_not();
            Some(format!("the page does not get the answer. {why}"))
        }
        _ if usual != own => Some(format!(
            "other requests lead to the same: {} in place of {}",
            own.join(", then "),
            usual.join(", then ")
        )),
        _ => None,
    }
}

/// The requests, a word each.
fn kinds(done: &Done) -> Vec<&'static str> {
    let word = |kind| match kind {
        Kind::Preflight => "a preflight",
        Kind::Actual | Kind::Raw => "the request",
    };
    let exchanges = done.exchanges.iter();
    exchanges.map(|exchange| word(exchange.kind)).collect()
}
