//! Which change of the answers would make a browser share: every remedy is tried on the model.

use cors_model::error::Remedy;
use cors_model::header::HeaderList;
use cors_model::response::Response;
use cors_model::trace::NoTrace;
use cors_model::ways::{Attempt, Way, ways};
use cors_text::blanks::trimmed;
use serde::Serialize;

use crate::derive::Act;
use crate::replay::{Answer, End, replay};
use cors_text::escape::escape_cut;

/// A change that suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What changes, by answer.
    pub answers: Vec<ChangedAnswer>,
}

/// What changes of one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChangedAnswer {
    /// Which one, in words.
    pub answer: String,
    /// The new status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The header lines as they have to be, each the only one of its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<ChangedLine>,
    /// The names of headers that have to go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// A header line as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedLine {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// What it is now, each line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub now: Vec<String>,
}

/// What suffices.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The changes.
    pub(crate) changes: Vec<Change>,
    /// The answers after the first of them; none when there is no change.
    pub(crate) answers: Vec<Answer>,
}

/// The shortest changes that suffice: all that are single, or else the first that was found.
pub(crate) fn changes(act: &Act, answers: &[Answer], name: impl Fn(usize) -> String) -> Found {
    let with = |responses: &[Response]| -> Vec<Answer> {
        let pairs = answers.iter().zip(responses);
        let changed = |(answer, response): (&Answer, &Response)| Answer {
            response: response.clone(),
            ..answer.clone()
        };
        pairs.map(changed).collect()
    };
    let responses: Vec<Response> = answers.iter().map(|one| one.response.clone()).collect();
    let found = ways(&responses, |responses| {
        let run = replay(act, act.credentials, &with(responses), &mut NoTrace);
        match &run.end {
            End::Refused(refusal) => {
                let remedies = refusal.remedies.iter();
                let of_answer =
                    remedies.filter_map(|one| Some((run.judged(one.on())?, one.clone())));
                Attempt::Short(of_answer.collect())
            }
            End::Shared(_) | End::Unanswered => Attempt::Suffices,
        }
    });
    Found {
        changes: found
            .iter()
            .map(|way| described_change(answers, way, &name))
            .collect(),
        answers: found
            .first()
            .map(|way| with(&way.responses))
            .unwrap_or_default(),
    }
}

fn described_change(before: &[Answer], way: &Way, name: &impl Fn(usize) -> String) -> Change {
    let mut answers: Vec<(usize, ChangedAnswer)> = Vec::new();
    for (index, remedy) in &way.condensed() {
        let (Some(was), Some(is)) = (before.get(*index), way.responses.get(*index)) else {
            continue;
        };
        let place = answers.iter().position(|(known, _)| known == index);
        let place = place.unwrap_or_else(|| {
            let changed = ChangedAnswer {
                answer: name(*index),
                ..ChangedAnswer::default()
            };
            answers.push((*index, changed));
            answers.len() - 1
        });
        let Some((_, changed)) = answers.get_mut(place) else {
            continue;
        };
        match remedy {
            Remedy::SetStatus { status, .. } => changed.status = Some(*status),
            Remedy::RemoveHeader { name, .. } => {
                let name = escape_cut(name.as_bytes());
                if !changed.remove.contains(&name) {
                    changed.remove.push(name);
                }
            }
            Remedy::SetHeader { name, .. } | Remedy::AddToList { name, .. } => {
                let shown = escape_cut(name.as_bytes());
                if changed.set.iter().all(|line| line.name != shown) {
                    let value = list_value(&is.header_list, name.as_bytes());
                    let now = was.response.header_list.values(name.as_bytes());
                    let now = now.map(|value| escape_cut(value.as_bytes())).collect();
                    let name = shown;
                    changed.set.push(ChangedLine { name, value, now });
                }
            }
        }
    }
    let answers = answers.into_iter().map(|(_, changed)| changed).collect();
    Change { answers }
}

/// All lines of a name as one.
fn list_value(headers: &HeaderList, name: &[u8]) -> String {
    let values: Vec<_> = headers.values(name).collect();
    if let [value] = values.as_slice() {
        return escape_cut(value.as_bytes());
    }
    let elements = values
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let elements: Vec<_> = elements
        .map(|element| escape_cut(trimmed(element)))
        .collect();
    elements.join(", ")
}
