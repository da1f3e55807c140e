//! How a step is written: `4`, `7.5`, `2[content-type].1`, and ranges of siblings, `6–8`.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// One level of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The number of a step in its list, from 1.
    Number(u32),
    /// An arm of a switch. Arms restart the numbering, so they are told apart by a label.
    Arm(String),
}

/// The path of a step inside its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepPath(pub(crate) Vec<Part>);

/// A step, or siblings from one to another with all that is inside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepRange {
    /// The first or only step.
    pub(crate) first: StepPath,
    /// The last step, when it was written as a range.
    pub(crate) last: Option<StepPath>,
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (level, part) in self.0.iter().enumerate() {
            match part {
                Part::Number(number) if level == 0 => write!(f, "{number}")?,
                Part::Number(number) => write!(f, ".{number}")?,
                Part::Arm(label) => write!(f, "[{label}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for StepRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.last
            .as_ref()
            .map_or(Ok(()), |last| write!(f, "–{last}"))
    }
}

impl StepPath {
    fn parent(&self) -> &[Part] {
        self.0.split_last().map_or(&[], |(_, parent)| parent)
    }
}

/// Reads a path from the start of a text, and returns what follows it.
fn read_path(text: &str, arm_first: bool) -> Option<(StepPath, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    if !arm_first || !rest.starts_with('[') {
        let (number, after) = read_number(rest)?;
        parts.push(number);
        rest = after;
    }
    loop {
        if let Some((number, after)) = rest.strip_prefix('.').and_then(read_number) {
            parts.push(number);
            rest = after;
        } else if let Some((label, after)) = rest
            .strip_prefix('[')
            .and_then(|inside| inside.split_once(']'))
        {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if label.is_empty() || !label.chars().all(plain) {
                return None;
            }
            parts.push(Part::Arm(label.to_owned()));
            rest = after;
        } else {
            return (!parts.is_empty()).then_some((StepPath(parts), rest));
        }
    }
}

fn read_number(text: &str) -> Option<(Part, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.starts_with('0') {
        return None;
    }
    Some((Part::Number(digits.parse().ok()?), rest))
}

/// Reads a step or range from the start of a text, and returns what follows it.
///
/// The end of a range may be shortened to its last level: `7.12–15`, `2[basic]–[opaque]`.
pub(crate) fn read_range(text: &str) -> Option<(StepRange, &str)> {
    let (first, rest) = read_path(text, false)?;
    let end = rest.strip_prefix('–').or_else(|| rest.strip_prefix('-'));
    let Some((last, after)) = end.and_then(|end| read_path(end, true)) else {
        return Some((StepRange { first, last: None }, rest));
    };
    let last = if let [only] = last.0.as_slice() {
        StepPath(first.parent().iter().chain([only]).cloned().collect())
    } else {
        last
    };
    Some((
        StepRange {
            first,
            last: Some(last),
        },
        after,
    ))
}

/// Reads a text that is a step or range and nothing else.
pub(crate) fn parse_range(text: &str) -> Option<StepRange> {
    read_range(text).and_then(|(range, rest)| rest.is_empty().then_some(range))
}

/// The steps of one algorithm in the order of the document, so that a path has a position.
#[derive(Debug)]
pub(crate) struct Outline {
    paths: Vec<StepPath>,
    positions: BTreeMap<String, usize>,
    same: BTreeMap<String, String>,
}

impl Outline {
    /// Takes the ids of the steps in order, and pairs of another name of an arm and its id.
    pub(crate) fn new<'a>(
        ids: impl Iterator<Item = &'a str>,
        same: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, String> {
        let mut paths = Vec::new();
        let mut positions = BTreeMap::new();
        for id in ids {
            let Some((path, "")) = read_path(id, false) else {
                return Err(format!(
                    "`{id}` is not the id of a step, such as 7.5 or 2[accept].1"
                ));
            };
            if positions.insert(id.to_owned(), paths.len()).is_some() {
                return Err(format!("step {id} is listed twice"));
            }
            paths.push(path);
        }
        let same = same
            .map(|(other, id)| (other.to_owned(), id.to_owned()))
            .collect();
        Ok(Self {
            paths,
            positions,
            same,
        })
    }

    /// How many steps there are, at all depths.
    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// The path at a position, in the standard's spelling.
    pub(crate) fn path(&self, position: usize) -> String {
        self.paths
            .get(position)
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// The position of a step, whichever of an arm's names is used.
    ///
    /// An arm that is one paragraph is a step itself, and may be written as the first of its arm
    /// too: `2[accept]` is `2[accept].1`.
    pub(crate) fn position(&self, path: &StepPath) -> Option<usize> {
        let mut id = String::new();
        for (level, part) in path.0.iter().enumerate() {
            match part {
                Part::Number(number) if level == 0 => id = number.to_string(),
                Part::Number(number) => id = format!("{id}.{number}"),
                Part::Arm(label) => {
                    id = format!("{id}[{label}]");
                    if let Some(first) = self.same.get(&id) {
                        id.clone_from(first);
                    }
                }
            }
        }
        let alone = || id.strip_suffix(".1").filter(|arm| arm.ends_with(']'));
        self.positions
            .get(&id)
            .or_else(|| self.positions.get(alone()?))
            .copied()
    }

    /// A step and all steps inside it.
    pub(crate) fn subtree(&self, position: usize) -> Range<usize> {
        let Some(root) = self.paths.get(position) else {
            return position..position;
        };
        let inside = self
            .paths
            .iter()
            .skip(position + 1)
            .take_while(|path| path.0.starts_with(&root.0))
            .count();
        position..position + 1 + inside
    }

    /// Whether a step has no steps inside it.
    pub(crate) fn is_leaf(&self, position: usize) -> bool {
        self.subtree(position).len() == 1
    }

    /// The positions of the leaves in a span.
    pub(crate) fn leaves(&self, span: Range<usize>) -> impl Iterator<Item = usize> {
        span.filter(|&position| self.is_leaf(position))
    }

    /// What a range spans: the step alone, or all from its first to the end of its last.
    ///
    /// # Errors
    ///
    /// A step does not exist, or the two ends are not siblings in this order; the text says so.
    pub(crate) fn span(&self, range: &StepRange) -> Result<Range<usize>, String> {
        let find = |path: &StepPath| {
            self.position(path)
                .ok_or_else(|| format!("step {path} does not exist; {}", self.nearby(path)))
        };
        let first = find(&range.first)?;
        let Some(last) = &range.last else {
            return Ok(first..first + 1);
        };
        let last_position = find(last)?;
        if range.first.0.len() != last.0.len() || !self.siblings(first, last_position) {
            return Err(format!(
                "{range} is no range: its ends must be steps of the same list"
            ));
        }
        if first >= last_position {
            return Err(format!(
                "{range} is no range: its end must come after its start"
            ));
        }
        Ok(first..self.subtree(last_position).end)
    }

    fn siblings(&self, one: usize, other: usize) -> bool {
        match (self.paths.get(one), self.paths.get(other)) {
            (Some(one), Some(other)) => one.parent() == other.parent(),
            _ => false,
        }
    }

    /// What there is at the place where a step was looked for.
    fn nearby(&self, path: &StepPath) -> String {
        let parent = path.parent();
        let siblings: Vec<usize> = (0..self.len())
            .filter(|&position| {
                self.paths
                    .get(position)
                    .is_some_and(|one| one.parent() == parent)
            })
            .collect();
        let parent = StepPath(parent.to_vec());
        match (siblings.first(), siblings.last()) {
            (Some(&first), Some(&last)) if parent.0.is_empty() => {
                format!("expected {} to {}", self.path(first), self.path(last))
            }
            (Some(_), Some(_)) => {
                let all: Vec<_> = siblings.iter().map(|&sibling| self.path(sibling)).collect();
                format!("expected one of {}", all.join(", "))
            }
            _ => format!("and {parent} has no such steps inside it"),
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
        let runs: Vec<_> = runs
            .into_iter()
            .map(|(first, last)| {
                if first == last {
                    self.path(first)
                } else {
                    format!("{}–{}", self.path(first), self.path(last))
                }
            })
            .collect();
        runs.join(", ")
    }
}
