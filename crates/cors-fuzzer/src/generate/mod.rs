//! Sequences of requests, made of choices.

mod clients;
pub(crate) mod names;
pub(crate) mod origins;
mod pages;

use cors_vectors::policy::AnyOr;
use cors_vectors::server::{Level, ServerCase, Step};

use crate::expect::{case, state};
use crate::source::{Source, drawn};
use crate::steps::{blank, plain};
use crate::terms::Terms;

/// A sequence of requests with what must hold of each.
///
/// The id, policy and texts of the case are left for the caller to fill in.
pub fn generate(source: &mut Source<'_, '_>, terms: Terms<'_>) -> ServerCase {
    let mut steps = Vec::new();
    match source.below(8) {
        0..=5 => steps.push(step(source, terms)),
        6 => {
            let again = step(source, terms);
            let times = 2 + source.below(3);
            steps.extend(std::iter::repeat_n(again, times));
        }
        _ => {
            for _ in 0..2 + source.below(3) {
                steps.push(step(source, terms));
            }
        }
    }
    case(&steps, terms).unwrap_or_else(|| blank(vec![plain()], Level::Must))
}

/// The sequence with this number of those that a seed makes.
pub fn generated(seed: u64, number: u64, terms: Terms<'_>) -> ServerCase {
    let bytes = drawn(seed, number);
    let mut bytes = arbitrary::Unstructured::new(&bytes);
    generate(&mut Source::new(&mut bytes), terms)
}

/// One step of which something can be said.
fn step(source: &mut Source<'_, '_>, terms: Terms<'_>) -> Step {
    let nobody = matches!(&terms.policy.allow_origins, AnyOr::Listed(listed) if listed.is_empty());
    // What is tried next when nothing can be said of what was made.
    for _ in 0..8 {
        let step = if !nobody && source.happens(1, 2) {
            pages::fetch(source, terms)
        } else {
            clients::send(source, terms)
        };
        if state(&step, 0, terms).is_some() {
            return step;
        }
    }
    plain()
}
