//! What of the steps that we cite has changed in another revision of the standard.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};

use super::File;
use super::citations::{Citation, Cited, collect};
use super::extract::Standard;
use super::path::Outline;
use super::pin::{Pin, PinnedAlgorithm};

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
    let cited = collect(sources, cases, &|anchor| {
        pin.definitions.contains_key(anchor)
    });
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
            let new = other
                .algorithm(definition)
                .map_err(|reason| anyhow!(reason))?;
            if pinned.text != new.text {
                let what = format!("{anchor}: what stands before the steps is reworded");
                changes.push(Change {
                    what,
                    places: places(&cited, anchor, |citation| citation.range.is_none()),
                });
            }
            let new: Vec<(String, String)> = new
                .steps
                .into_iter()
                .map(|step| (step.id, step.hash))
                .collect();
            algorithm(pinned, &new, &cited, &mut changes)?;
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

/// Pairs old and new steps: first the longest common subsequence of equal texts, then equal texts
/// elsewhere, then what stands in the same gap, equal ids first.
fn fates(old: &[(String, String)], new: &[(String, String)]) -> (Vec<Fate>, Vec<usize>) {
    let mut target: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (from, to) in common(old, new) {
        if let Some(slot) = target.get_mut(from) {
            *slot = Some(to);
            taken.insert(to);
        }
    }
    pair(&mut target, &mut taken, old, new, |_, _, old, new| {
        old.1 == new.1
    });
    let matched = target.clone();
    let gap_old = |position: usize| matched.iter().take(position).flatten().max().copied();
    let fixed = taken.clone();
    let gap_new = |position: usize| fixed.range(..position).next_back().copied();
    let exact: BTreeMap<usize, usize> = target
        .iter()
        .enumerate()
        .filter_map(|(from, to)| Some((from, (*to)?)))
        .collect();
    pair(&mut target, &mut taken, old, new, |_, _, old, new| {
        old.0 == new.0
    });
    pair(&mut target, &mut taken, old, new, |from, to, _, _| {
        gap_old(from) == gap_new(to)
    });
    let fates = target
        .iter()
        .enumerate()
        .map(|(from, to)| match to {
            None => Fate::Removed,
            Some(to) if !exact.contains_key(&from) => Fate::Reworded(*to),
            Some(to) if old.get(from).map(|step| &step.0) == new.get(*to).map(|step| &step.0) => {
                Fate::Kept
            }
            Some(to) => Fate::Moved(*to),
        })
        .collect();
    let added = (0..new.len())
        .filter(|position| !taken.contains(position))
        .collect();
    (fates, added)
}

type Pair = (String, String);

/// Pairs what is left on both sides, in order, where `fits` agrees.
fn pair(
    target: &mut [Option<usize>],
    taken: &mut BTreeSet<usize>,
    old: &[Pair],
    new: &[Pair],
    fits: impl Fn(usize, usize, &Pair, &Pair) -> bool,
) {
    for ((from, slot), step) in target.iter_mut().enumerate().zip(old) {
        if slot.is_some() {
            continue;
        }
        let found = new
            .iter()
            .enumerate()
            .find(|(to, other)| !taken.contains(to) && fits(from, *to, step, other));
        if let Some((to, _)) = found {
            *slot = Some(to);
            taken.insert(to);
        }
    }
}

/// The longest common subsequence by hash, as pairs of positions.
fn common(old: &[Pair], new: &[Pair]) -> Vec<(usize, usize)> {
    // lengths[i][j]: the best for the steps from i and j on.
    let mut lengths = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let at = |lengths: &Vec<Vec<usize>>, i: usize, j: usize| {
        lengths
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let best = if one.1 == other.1 {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(one), Some(other)) = (old.get(i), new.get(j)) {
        if one.1 == other.1 {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
