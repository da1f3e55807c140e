//! The steps of the standard that were taken, and which of them are enough to understand.

use std::collections::{BTreeMap, BTreeSet};

use cors_model::error::Refusal;
use cors_model::trace::{Cite, Entry, Steps};
use cors_text::redact::Redactor;

use crate::view::Step;

/// How often one step is shown. Some are taken for each element of a list.
const MOST_OF_ONE: usize = 1000;

/// Algorithms with the steps that decide something, of which all that is written shows the reason.
const DECISIVE: [(&str, &[&str]); 6] = [
    (
        "concept-main-fetch",
        &[
            "12[basic].1",
            "12[use-cors-preflight-flag].1",
            "12[otherwise].1",
        ],
    ),
    ("cors-unsafe-request-header-names", &["4.1", "5"]),
    (
        "cors-preflight-fetch-0",
        &["3", "5.1", "7.4", "7.5", "7.7", "7.16", "8"],
    ),
    ("concept-cors-check", &["2", "3", "4", "5", "7", "8"]),
    ("concept-http-fetch", &["6.3[follow].2"]),
    ("concept-http-redirect-fetch", &["5"]),
];

fn is_decisive(entry: &Entry) -> bool {
    is_decisive_step(entry.at.anchor, entry.at.step)
}

fn is_decisive_step(anchor: &str, step: &str) -> bool {
    DECISIVE
        .iter()
        .any(|(known, steps)| *known == anchor && steps.contains(&step))
}

/// Whether a step that is cited as `fetch#anchor/step` is one of those that decide something.
pub fn is_decisive_citation(at: &str) -> bool {
    at.strip_prefix("fetch#")
        .and_then(|at| at.split_once('/'))
        .is_some_and(|(anchor, step)| is_decisive_step(anchor, step))
}

/// The steps as they are shown.
pub fn view(steps: &Steps, refusal: Option<&Refusal>, redactor: &Redactor) -> Vec<Step> {
    let mut views: Vec<Step> = Vec::new();
    let mut known = BTreeSet::new();
    // Of each place in the standard: how often it was left, and behind which view that is said.
    let mut left: BTreeMap<Cite, usize> = BTreeMap::new();
    let mut taken: BTreeMap<Cite, (usize, usize)> = BTreeMap::new();
    for entry in &steps.0 {
        let refuses =
            refusal.is_some_and(|refusal| refusal.at == entry.at && refusal.stage == entry.stage);
        let (count, last) = taken.entry(entry.at).or_default();
        *count = count.saturating_add(1);
        if *count > MOST_OF_ONE && !refuses {
            let left = left.entry(entry.at).or_default();
            *left = left.saturating_add(1);
            continue;
        }
        *last = views.len();
        let decisive = refuses || is_decisive(entry);
        // Judging the headers is done at several places, with the same result.
        let step = (entry.at.anchor, entry.at.step, &entry.said);
        let repeated = decisive && !known.insert(step);
        views.push(Step {
            decisive: decisive && !repeated,
            said: redactor.text(&entry.said),
            at: entry.at.to_string(),
            link: entry.at.url(),
        });
    }
    for (at, more) in left {
        let last = taken.get(&at).and_then(|(_, last)| views.get_mut(*last));
        if let Some(last) = last {
            let said = format!(" The same step is taken {more} more times.");
            last.said.push_str(&said);
        }
    }
    views
}
