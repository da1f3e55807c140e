//! What of the steps that we cite has changed in another revision of the standard.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::cited::{Citation, Cited};
use super::finding::File;
use super::path::Outline;
use super::pin::{Pin, PinnedAlgorithm};
use super::source::collect;
use super::standard::Standard;

/// One change, with the places that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// What changed, such as `concept-cors-check: step 4 is now step 5`.
    pub(crate) what: String,
    /// The citations, `file:line`.
    pub(crate) places: Vec<String>,
}

/// How one step of the pin fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Moved(usize),
    Reworded(usize),
    Removed,
}

/// Compares the pin with another revision.
///
/// # Errors
///
/// The pin or the other revision cannot be read.
pub(crate) fn diff(
    pin: &Pin,
    other: &Standard,
    sources: &[File],
    cases: &[File],
) -> Result<Vec<Change>> {
    let cited = collect(sources, cases);
    let definitions = other.definitions();
    let mut changes = Vec::new();
    let mut anchors: BTreeSet<&str> = BTreeSet::new();
    for citation in &cited.citations {
        if pin.definitions.contains_key(&citation.anchor) {
            anchors.insert(&citation.anchor);
        }
    }
    for anchor in anchors {
        let Some(definition) = definitions.get(anchor) else {
            let what = format!("{anchor}: is no longer defined");
            changes.push(Change {
                what,
                places: places(&cited, anchor, |_| true),
            });
            continue;
        };
        if let Some(pinned) = pin.algorithm(anchor) {
            let new = definition.algorithm().map_err(|reason| anyhow!(reason))?;
            if pinned.text != new.text {
                let what = format!("{anchor}: what stands before the steps is reworded");
                changes.push(Change {
                    what,
                    places: places(&cited, anchor, |citation| citation.range.is_none()),
                });
            }
            algorithm(pinned, &new.steps, &cited, &mut changes)?;
        }
    }
    changes.retain(|change| !change.places.is_empty());
    Ok(changes)
}

fn places(
    cited: &Cited<'_>,
    anchor: &str,
    concerns: impl Fn(&Citation<'_>) -> bool,
) -> Vec<String> {
    let mut places: Vec<(&str, usize)> = cited
        .citations
        .iter()
        .filter(|citation| citation.anchor == anchor && concerns(citation))
        .map(|citation| (citation.file, citation.line))
        .collect();
    places.sort_unstable();
    places.dedup();
    places
        .into_iter()
        .map(|(file, line)| format!("{file}:{line}"))
        .collect()
}

fn algorithm(
    pinned: &PinnedAlgorithm,
    new: &[(String, String)],
    cited: &Cited<'_>,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let outline: Outline = pinned.outline()?;
    let anchor = pinned.anchor.as_str();
    let (fates, added) = fates(&pinned.steps, new);
    let name = |position: usize| new.get(position).map_or("", |(id, _)| id.as_str());
    for (position, (fate, (id, _))) in fates.iter().zip(&pinned.steps).enumerate() {
        let what = match fate {
            Fate::Kept => continue,
            Fate::Moved(to) => format!("{anchor}: step {id} is now step {}", name(*to)),
            Fate::Reworded(to) if name(*to) == id => format!("{anchor}: step {id} is reworded"),
            Fate::Reworded(to) => format!(
                "{anchor}: step {id} is reworded and is now step {}",
                name(*to)
            ),
            Fate::Removed => format!("{anchor}: step {id} is removed"),
        };
        let places = places(cited, anchor, |citation| {
            citation
                .range
                .as_ref()
                .and_then(|range| outline.span(range).ok())
                .is_some_and(|span| span.contains(&position))
        });
        changes.push(Change { what, places });
    }
    for position in added {
        let what = format!("{anchor}: step {} is added", name(position));
        // Nobody can cite it yet: it concerns those who cite the algorithm as a whole.
        let places = places(cited, anchor, |citation| {
            citation.range.is_none() && !citation.by_case
        });
        changes.push(Change { what, places });
    }
    Ok(())
}

type Pair = (String, String);

/// Pairs old and new steps: first the longest common subsequence of equal texts, then equal texts
/// elsewhere, then equal ids, then what stands in the same gap. Also says what is new.
fn fates(old: &[Pair], new: &[Pair]) -> (Vec<Fate>, Vec<usize>) {
    let hashes = |steps: &[Pair]| {
        steps
            .iter()
            .map(|(_, hash)| hash.clone())
            .collect::<Vec<_>>()
    };
    let mut target: BTreeMap<usize, usize> = BTreeMap::new();
    let mut gaps = Vec::new();
    for op in capture_diff_slices(Algorithm::Lcs, &hashes(old), &hashes(new)) {
        match op {
            DiffOp::Equal {
                old_index,
                new_index,
                len,
            } => {
                target.extend((old_index..old_index + len).zip(new_index..));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                gaps.push((op.old_range(), op.new_range()));
            }
        }
    }
    let in_gap = |from: usize, to: usize| {
        gaps.iter()
            .any(|(old, new)| old.contains(&from) && new.contains(&to))
    };
    pair(&mut target, old, new, |_, _, old, new| old.1 == new.1);
    let same_text = target.clone();
    pair(&mut target, old, new, |_, _, old, new| old.0 == new.0);
    pair(&mut target, old, new, |from, to, _, _| in_gap(from, to));
    let fate = |(from, (id, _)): (usize, &Pair)| match target.get(&from) {
        None => Fate::Removed,
        Some(to) if !same_text.contains_key(&from) => Fate::Reworded(*to),
        Some(to) if new.get(*to).is_some_and(|(other, _)| other == id) => Fate::Kept,
        Some(to) => Fate::Moved(*to),
    };
    let taken: BTreeSet<usize> = target.values().copied().collect();
    let added = (0..new.len())
        .filter(|position| !taken.contains(position))
        .collect();
    (old.iter().enumerate().map(fate).collect(), added)
}

/// Pairs what is left on both sides, in order, where `fits` agrees.
fn pair(
    target: &mut BTreeMap<usize, usize>,
    old: &[Pair],
    new: &[Pair],
    fits: impl Fn(usize, usize, &Pair, &Pair) -> bool,
) {
    let mut taken: BTreeSet<usize> = target.values().copied().collect();
    for (from, step) in old.iter().enumerate() {
        if target.contains_key(&from) {
            continue;
        }
        let mut others = new.iter().enumerate().filter(|(to, _)| !taken.contains(to));
        if let Some((to, _)) = others.find(|(to, other)| fits(from, *to, step, other)) {
            target.insert(from, to);
            taken.insert(to);
        }
    }
}
