//! Which changes of responses make a user agent decide otherwise: each is tried.

use alloc::vec::Vec;

use crate::error::Remedy;
use crate::header::HeaderValue;
use crate::response::Response;

/// Attempts at most.
const MOST_ATTEMPTS: usize = 600;
/// Ways that are followed at a time.
const MOST_WAYS: usize = 8;
/// Changes at most of one way.
const MOST_CHANGES: usize = 12;

/// What comes of responses.
///
/// They lead to what is wanted, or to a [network error](https://fetch.spec.whatwg.org/#concept-network-error)
/// or another thing that is not, with what may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// What is wanted.
    Suffices,
    /// Something else; each of these changes may lead further, of the response with this index.
    Short(Vec<(usize, Remedy)>),
}

/// Changes that suffice together.
///
/// After them the responses no longer lead to the [network error](https://fetch.spec.whatwg.org/#concept-network-error).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The changes, each of the response with this index, in the order in which they were made.
    pub changes: Vec<(usize, Remedy)>,
    /// The responses after them.
    pub responses: Vec<Response>,
}

/// The fewest changes of responses that suffice: all ways that are a single change, or else the first
/// of several changes that is found. None where the responses suffice as they are, or no way is known.
///
/// `attempt` runs what is to be decided, such as [fetch](https://fetch.spec.whatwg.org/#concept-fetch),
/// with the responses that it is given.
pub fn ways(responses: &[Response], mut attempt: impl FnMut(&[Response]) -> Attempt) -> Vec<Way> {
    let Attempt::Short(first) = attempt(responses) else {
        return Vec::new();
    };
    let start = Way {
        changes: Vec::new(),
        responses: responses.to_vec(),
    };
    let mut open = Vec::from([(start, first)]);
    let mut attempts = 0;
    for _ in 0..MOST_CHANGES {
        let mut found = Vec::new();
        let mut next = Vec::new();
        for (way, remedies) in &open {
            for step in remedies {
                if attempts == MOST_ATTEMPTS {
                    return found;
                }
                let Some(way) = way.going_on(step) else {
                    continue;
                };
                attempts += 1;
                match attempt(&way.responses) {
                    Attempt::Suffices => found.push(way),
                    Attempt::Short(remedies) if next.len() < MOST_WAYS => {
                        next.push((way, remedies));
                    }
                    Attempt::Short(_) => {}
                }
            }
        }
        if let [way, ..] = found.as_slice() {
            if way.changes.len() > 1 {
                found.truncate(1);
            }
            return found;
        }
        open = next;
    }
    Vec::new()
}

impl Way {
    /// The changes as they come out in the end: each header of a response, and its status, once.
    ///
    /// A header that is removed and then listed anew is set, by the rules of
    /// [a header list](https://fetch.spec.whatwg.org/#concept-header-list).
    pub fn condensed(&self) -> Vec<(usize, Remedy)> {
        let mut condensed: Vec<(usize, Remedy)> = Vec::new();
        for (index, remedy) in &self.changes {
            let alike =
                |(other, known): &(usize, Remedy)| other == index && known.name() == remedy.name();
            let Some(known) = condensed.iter_mut().find(|known| alike(known)) else {
                condensed.push((*index, remedy.clone()));
                continue;
            };
            let response = self.responses.get(*index);
            let value = remedy
                .name()
                .zip(response)
                .map(|(name, response)| (name.clone(), response.header_list.get(name)));
            let on = remedy.on();
            known.1 = match value {
                None => remedy.clone(),
                Some((name, None)) => Remedy::RemoveHeader { on, name },
                Some((name, Some(value))) => Remedy::SetHeader {
                    on,
                    name,
                    value: HeaderValue::from_algorithm(value.into_owned()),
                },
            };
        }
        condensed
    }

    /// This way with one more change, unless it has that already.
    fn going_on(&self, step: &(usize, Remedy)) -> Option<Self> {
        if self.changes.contains(step) {
            return None;
        }
        let mut way = self.clone();
        let (index, remedy) = step;
        remedy.apply(way.responses.get_mut(*index)?);
        way.changes.push(step.clone());
        Some(way)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::error::Stage;
    use crate::header::{HeaderList, HeaderName};

    fn set(name: &'static str) -> Remedy {
        Remedy::SetHeader {
            on: Stage::Response,
            name: HeaderName::from_static(name),
            value: HeaderValue::from_static("1"),
        }
    }

    fn responses() -> Vec<Response> {
        vec![Response::new(200, HeaderList::new(), None)]
    }

    /// Wants one of `names`, or all of them.
    fn wanting(names: &'static [&'static str], all: bool) -> impl FnMut(&[Response]) -> Attempt {
        move |responses| {
            let has = |name: &&&str| responses[0].header_list.contains(**name);
            let present = names.iter().filter(has).count();
            if present == names.len() || (!all && present > 0) {
                Attempt::Suffices
            } else {
                let missing = names.iter().filter(|name| !has(name));
                Attempt::Short(missing.map(|name| (0, set(name))).collect())
            }
        }
    }

    #[test]
    fn single_changes_are_all_told_and_of_longer_ways_one() {
        let changes =
            |ways: &[Way]| -> Vec<usize> { ways.iter().map(|way| way.changes.len()).collect() };
        assert_eq!(
            changes(&ways(&responses(), wanting(&["A", "B"], false))),
            [1, 1]
        );
        let both = ways(&responses(), wanting(&["A", "B", "C"], true));
        assert_eq!(changes(&both), [3]);
        assert_eq!(
            wanting(&["A", "B", "C"], true)(&both[0].responses),
            Attempt::Suffices
        );
    }

    #[test]
    fn a_header_that_is_changed_twice_is_told_once() {
        let (on, name) = (Stage::Response, HeaderName::from_static("List"));
        let add = |value| Remedy::AddToList {
            on,
            name: name.clone(),
            value: HeaderValue::from_static(value),
        };
        let steps = [
            Remedy::RemoveHeader {
                on,
                name: name.clone(),
            },
            add("a"),
            Remedy::SetStatus { on, status: 200 },
            add("b"),
            Remedy::SetStatus { on, status: 204 },
        ];
        let mut way = Way {
            changes: vec![],
            responses: responses(),
        };
        for step in steps {
            way = way.going_on(&(0, step)).unwrap();
        }
        let value = HeaderValue::from_static("a, b");
        let set = Remedy::SetHeader {
            on,
            name: name.clone(),
            value,
        };
        let status = Remedy::SetStatus { on, status: 204 };
        assert_eq!(way.condensed(), [(0, set), (0, status)]);
        let way = Way {
            changes: vec![(0, add("a"))],
            responses: responses(),
        };
        assert_eq!(way.condensed(), way.changes);
    }

    #[test]
    fn what_does_not_help_is_no_way() {
        let useless = |_: &[Response]| Attempt::Short(vec![(0, set("A")), (7, set("B"))]);
        assert_eq!(ways(&responses(), useless), []);
        assert_eq!(ways(&responses(), |_| Attempt::Suffices), []);
        let mut number = 0;
        let endless = |_: &[Response]| {
            number += 1;
            Attempt::Short(
                (0..20)
                    .map(|status| {
                        let status = 200 + status + number % 100;
                        let on = Stage::Response;
                        (0, Remedy::SetStatus { on, status })
                    })
                    .collect(),
            )
        };
        assert_eq!(ways(&responses(), endless), []);
        assert!(usize::from(number) <= MOST_ATTEMPTS + 1);
    }
}
