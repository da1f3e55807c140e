//! How a step is written: `4`, `7.5`, `2[content-type].1`, and ranges of siblings, `6–8`.

use std::fmt;
use std::ops::Range;

/// A step, or siblings from one to another with all that is inside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepRange {
    /// The first or only step.
    pub(crate) first: String,
    /// The last step, when it was written as a range.
    pub(crate) last: Option<String>,
}

impl fmt::Display for StepRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        self.last
            .as_ref()
            .map_or(Ok(()), |last| write!(f, "–{last}"))
    }
}

/// The levels of a path, each a number with the dot before it, or an arm in its brackets; nothing
/// when it is no path. Arms restart the numbering, so they are told apart by a label.
fn levels(path: &str) -> Option<Vec<&str>> {
    let mut levels = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (level, plain): (_, fn(char) -> bool) = if rest.starts_with('[') {
            let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            (rest.get(..=rest.find(']')?)?, inside)
        } else {
            let end = rest.get(1..)?.find(['.', '[']).map(|end| end + 1);
            (rest.get(..end.unwrap_or(rest.len()))?, |c| {
                c.is_ascii_digit()
            })
        };
        let name = level.trim_start_matches(['.', '[']).trim_end_matches(']');
        let number = !level.starts_with('[');
        let zero = number && (name.starts_with('0') || name.len() > 9);
        if name.is_empty() || !name.chars().all(plain) || zero {
            return None;
        }
        if number && levels.is_empty() == level.starts_with('.') {
            return None;
        }
        levels.push(level);
        rest = rest.get(level.len()..)?;
    }
    Some(levels)
}

/// The path without its last level.
fn parent(path: &str) -> &str {
    path.rfind(['.', '['])
        .and_then(|end| path.get(..end))
        .unwrap_or("")
}

/// Whether a path is a step inside of another.
fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Reads a step or range.
///
/// The end of a range may be shortened to its last level: `7.12–15`, `2[basic]–[opaque]`.
pub(crate) fn parse_range(text: &str) -> Option<StepRange> {
    let path = |text: &str| {
        let levels = levels(text)?;
        levels
            .first()?
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| text.to_owned())
    };
    if let Some(first) = path(text) {
        return Some(StepRange { first, last: None });
    }
    // A hyphen may stand inside a label, too.
    text.match_indices(['–', '-']).find_map(|(position, dash)| {
        let first = path(text.get(..position)?)?;
        let end = text.get(position + dash.len()..)?;
        let last = match *levels(end)?.as_slice() {
            [arm] if arm.starts_with('[') => format!("{}{arm}", parent(&first)),
            [number] if parent(&first).is_empty() => number.to_owned(),
            [number] => format!("{}.{number}", parent(&first)),
            _ => path(end)?,
        };
        Some(StepRange {
            first,
            last: Some(last),
        })
    })
}

/// The steps of one algorithm in the order of the document, so that a path has a position.
#[derive(Debug)]
pub(crate) struct Outline {
    ids: Vec<String>,
    same: Vec<(String, String)>,
}

impl Outline {
    /// Takes the ids of the steps in order, and pairs of another name of an arm and its id.
    pub(crate) fn new(
        steps: &[(String, String)],
        same: &[(String, String)],
    ) -> Result<Self, String> {
        let mut ids: Vec<String> = Vec::new();
        for (id, _) in steps {
            if parse_range(id).is_none_or(|range| range.last.is_some()) {
                return Err(format!(
                    "`{id}` is not the id of a step, such as 7.5 or 2[accept].1"
                ));
            }
            if ids.contains(id) {
                return Err(format!("step {id} is listed twice"));
            }
            ids.push(id.clone());
        }
        Ok(Self {
            ids,
            same: same.to_vec(),
        })
    }

    /// How many steps there are, at all depths.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The path at a position, in the standard's spelling.
    pub(crate) fn path(&self, position: usize) -> &str {
        self.ids.get(position).map_or("", String::as_str)
    }

    /// The position of a step, whichever of an arm's names is used.
    ///
    /// An arm that is one paragraph is a step itself, and may be written as the first of its arm
    /// too: `2[accept]` is `2[accept].1`.
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        let mut path = path.to_owned();
        for (other, id) in &self.same {
            if path == *other || is_inside(&path, other) {
                path = path.replacen(other.as_str(), id, 1);
            }
        }
        let alone = path.strip_suffix(".1").filter(|arm| arm.ends_with(']'));
        let find = |path: &str| self.ids.iter().position(|id| id == path);
        find(&path).or_else(|| find(alone?))
    }

    /// A step and all steps inside it.
    pub(crate) fn subtree(&self, position: usize) -> Range<usize> {
        let root = self.path(position);
        let rest = self.ids.iter().skip(position + 1);
        let inside = rest.take_while(|id| is_inside(id, root)).count();
        position..position + 1 + inside
    }

    /// The positions of the steps in a span without steps inside them.
    pub(crate) fn leaves(&self, span: Range<usize>) -> impl Iterator<Item = usize> {
        span.filter(|&position| self.subtree(position).len() == 1)
    }

    /// What a range spans: the step alone, or all from its first to the end of its last.
    ///
    /// # Errors
    ///
    /// A step does not exist, or the two ends are not siblings in this order; the text says so.
    pub(crate) fn span(&self, range: &StepRange) -> Result<Range<usize>, String> {
        let find = |path: &str| {
            let missing = || format!("step {path} does not exist; {}", self.nearby(path));
            self.position(path).ok_or_else(missing)
        };
        let first = find(&range.first)?;
        let Some(last) = &range.last else {
            return Ok(first..first + 1);
        };
        let last = find(last)?;
        if !self.siblings(first, last) {
            return Err(format!(
                "{range} is no range: its ends must be steps of the same list"
            ));
        }
        if first >= last {
            return Err(format!(
                "{range} is no range: its end must come after its start"
            ));
        }
        Ok(first..self.subtree(last).end)
    }

    /// The same, where a step alone stands for all inside it too.
    pub(crate) fn span_with_inside(&self, range: &StepRange) -> Result<Range<usize>, String> {
        let span = self.span(range)?;
        Ok(if range.last.is_none() {
            self.subtree(span.start)
        } else {
            span
        })
    }

    fn siblings(&self, one: usize, other: usize) -> bool {
        parent(self.path(one)) == parent(self.path(other))
    }

    /// What there is at the place where a step was looked for.
    fn nearby(&self, path: &str) -> String {
        let parent_path = parent(path);
        let siblings = self.ids.iter().filter(|id| parent(id) == parent_path);
        let siblings: Vec<&str> = siblings.map(String::as_str).collect();
        match siblings.as_slice() {
            [] => format!("and {parent_path} has no such steps inside it"),
            [first, .., last] if parent_path.is_empty() => format!("expected {first} to {last}"),
            all => format!("expected one of {}", all.join(", ")),
        }
    }

    /// Leaves as a text, neighbours joined into ranges.
    pub(crate) fn describe(&self, leaves: &[usize]) -> String {
        let all: Vec<usize> = self.leaves(0..self.len()).collect();
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for &leaf in leaves {
            let previous = all.iter().rev().find(|&&one| one < leaf).copied();
            match runs.last_mut() {
                Some(run) if Some(run.1) == previous && self.siblings(run.0, leaf) => run.1 = leaf,
                _ => runs.push((leaf, leaf)),
            }
        }
        let text = |&(first, last): &(usize, usize)| StepRange {
            first: self.path(first).to_owned(),
            last: (first != last).then(|| self.path(last).to_owned()),
        };
        let runs: Vec<_> = runs.iter().map(|run| text(run).to_string()).collect();
        runs.join(", ")
    }
}
