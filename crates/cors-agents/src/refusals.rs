//! Cases that tell how an engine refuses, for each step of the standard that it refuses at.

use std::mem::discriminant;

use cors_model::error::Refusal;
use cors_model::trace::NoTrace;
use cors_vectors::agent::AgentCase;
use cors_vectors::observed::{ConsoleMessage, ValueKind};

use crate::browser::{Engine, skip};
use crate::model::play_refusing;
use crate::world::World;

/// The cases among these that tell most, each with the refusal that an engine's dialect leads to:
/// the first of each area for each reason at each step and each kind of value, by `fetch()` and by
/// `XMLHttpRequest`, if it is one fetch and waits for nothing.
pub fn telling<'c>(engine: Engine, cases: &[&'c AgentCase]) -> Vec<(&'c AgentCase, Refusal)> {
    let mut known = Vec::new();
    let mut telling = Vec::new();
    for case in cases {
        let [fetch] = case.fetches.as_slice() else {
            continue;
        };
        if fetch.after_seconds > 0 || skip::reason(case, engine).is_some() {
            continue;
        }
        let world = World::of_model(case);
        let played = play_refusing(engine.dialect(), case, &world, &mut NoTrace);
        let Ok((_, refusals)) = played else {
            continue;
        };
        for refusal in refusals {
            let area = case.id.split('/').next().unwrap_or_default();
            let compared = refusal.compared.as_ref();
            let got = compared.and_then(|compared| compared.got.as_deref());
            let got = got.map(|got| got.escape_ascii().to_string());
            let key = (
                (refusal.at, refusal.stage, discriminant(&refusal.reason)),
                ValueKind::of(got.as_deref()),
                fetch.api,
                area,
            );
            if !known.contains(&key) {
                known.push(key);
                telling.push((*case, refusal));
            }
        }
    }
    telling
}

/// The messages that say something else than those before them at the same step.
pub fn distinct(messages: Vec<ConsoleMessage>) -> Vec<ConsoleMessage> {
    let mut kept: Vec<ConsoleMessage> = Vec::new();
    for message in messages {
        let mut others = kept
            .iter()
            .filter(|other| (&other.at, &other.stage) == (&message.at, &message.stage));
        let said = others.any(|other| other.said == message.said);
        // That nothing is said is worth telling only where nothing else is.
        let silent = message.said.is_empty();
        let known = kept
            .iter()
            .any(|other| (&other.at, &other.stage) == (&message.at, &message.stage));
        if !(said || silent && known) {
            kept.push(message);
        }
    }
    kept
}

/// What an engine said of a refusal in a case, for its record.
pub fn message(case: &AgentCase, refusal: &Refusal, said: Vec<String>) -> ConsoleMessage {
    let got = refusal
        .compared
        .as_ref()
        .and_then(|compared| compared.got.as_deref());
    let silent = said.is_empty();
    ConsoleMessage {
        at: refusal.at.to_string(),
        stage: refusal.stage.to_string(),
        case: case.id.clone(),
        got: got.map(|got| got.escape_ascii().to_string()),
        said,
        note: silent.then(|| {
            "The fetch fails, and the engine says nothing of it on its console, as far as a run \
             without a screen can tell."
                .to_owned()
        }),
    }
}
