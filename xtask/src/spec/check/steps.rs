//! R3: step comments are complete and in order.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::citations::{StepComment, Transcription};
use super::super::markers;
use super::super::path::Outline;
use super::Checker;

impl<'a> Checker<'a> {
    /// R3: step comments are complete and in order.
    pub(super) fn transcriptions(&mut self) {
        let cited = self.cited;
        let mut by_anchor: BTreeMap<&str, Vec<&Transcription<'_>>> = BTreeMap::new();
        for transcription in &cited.functions {
            match &transcription.anchor {
                Some(anchor) => by_anchor.entry(anchor).or_default().push(transcription),
                None if transcription.elsewhere => {}
                None => {
                    let message = format!(
                        "`{}` has step comments but its documentation cites no algorithm; expected a first or last line such as `/// The CORS check: <https://fetch.spec.whatwg.org/#concept-cors-check>`",
                        transcription.function.name
                    );
                    let line = transcription.steps.first().map_or(1, |step| step.line);
                    self.fail(transcription.file, line, message);
                }
            }
        }
        for (anchor, transcriptions) in by_anchor {
            let Some((anchor, outline)) = self.outlines.remove_entry(anchor) else {
                continue;
            };
            self.algorithm(anchor, &outline, &transcriptions);
            self.outlines.insert(anchor, outline);
        }
    }

    fn algorithm(&mut self, anchor: &'a str, outline: &Outline, all: &[&'a Transcription<'a>]) {
        let (parts, wholes): (Vec<_>, Vec<_>) = all
            .iter()
            .copied()
            .partition(|transcription| transcription.part.is_some());
        let mut delegated: BTreeMap<usize, String> = BTreeMap::new();
        for part in &parts {
            let (file, line) = (part.file, part.function.line);
            let span = match part.part.as_ref().map(|range| (range, outline.span(range))) {
                Some((range, Ok(span))) if range.last.is_none() => outline.subtree(span.start),
                Some((_, Ok(span))) => span,
                Some((_, Err(reason))) => {
                    self.fail(file, line, format!("{anchor}: {reason}"));
                    continue;
                }
                None => continue,
            };
            if !part.steps.is_empty() {
                self.steps(anchor, outline, part, span.clone(), &BTreeMap::new());
            }
            for leaf in outline.leaves(span) {
                let place = format!("{file}:{line}");
                if let Some(other) = delegated.insert(leaf, place) {
                    let message = format!(
                        "step {} of {anchor} is also given to the function at {other}; expected it once",
                        outline.path(leaf)
                    );
                    self.fail(file, line, message);
                }
            }
        }
        let mut complete = false;
        for whole in wholes {
            if !whole.steps.is_empty() {
                complete = true;
                self.steps(anchor, outline, whole, 0..outline.len(), &delegated);
            }
        }
        if let (false, Some(part)) = (complete, parts.first()) {
            let missing: Vec<usize> = outline
                .leaves(0..outline.len())
                .filter(|leaf| !delegated.contains_key(leaf))
                .collect();
            if !missing.is_empty() {
                let message = format!(
                    "steps {} of {anchor} are in no function; expected them in one that cites it as a whole",
                    outline.describe(&missing)
                );
                self.fail(part.file, part.function.line, message);
            }
        }
    }

    /// Checks the step comments of one function against the span that it must cover.
    fn steps(
        &mut self,
        anchor: &'a str,
        outline: &Outline,
        transcription: &Transcription<'_>,
        span: Range<usize>,
        delegated: &BTreeMap<usize, String>,
    ) {
        let file = transcription.file;
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        let mut latest: Option<(usize, String)> = None;
        for step in &transcription.steps {
            let Some(covered) = self.reach(anchor, outline, step) else {
                continue;
            };
            let range = &step.range;
            if covered.start < span.start || covered.end > span.end {
                let message = format!(
                    "step {range} of {anchor} does not belong to this function's part of it"
                );
                self.fail(file, step.line, message);
                continue;
            }
            let twice = covered
                .clone()
                .find_map(|one| Some((one, *seen.get(&one)?)));
            let elsewhere = covered
                .clone()
                .find_map(|one| Some((one, delegated.get(&one)?)));
            if let Some((one, line)) = twice {
                let message = format!(
                    "step {} of {anchor} stands here for the second time, after line {line}; expected it once",
                    outline.path(one)
                );
                self.fail(file, step.line, message);
            } else if let Some((one, place)) = elsewhere {
                let message = format!(
                    "step {} of {anchor} is given to the function at {place}; expected it there only",
                    outline.path(one)
                );
                self.fail(file, step.line, message);
            } else if let Some((_, path)) = latest.as_ref().filter(|(end, _)| *end > covered.start)
            {
                let message = format!(
                    "step {range} of {anchor} stands after step {path}; expected the order of the standard"
                );
                self.fail(file, step.line, message);
            }
            if latest.as_ref().is_none_or(|(end, _)| *end < covered.end) {
                latest = Some((covered.end, outline.path(covered.end.saturating_sub(1))));
            }
            for one in covered {
                seen.entry(one).or_insert(step.line);
            }
        }
        let missing: Vec<usize> = outline
            .leaves(span)
            .filter(|leaf| !seen.contains_key(leaf) && !delegated.contains_key(leaf))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "`{}` has no step comment for {} of {anchor}; expected every step without steps inside it once",
                transcription.function.name,
                outline.describe(&missing)
            );
            self.fail(file, transcription.function.line, message);
        }
    }

    /// What a step comment stands for: a range with all inside it, a marked step with all inside
    /// it, or one step, which for a parent says nothing about what is inside.
    fn reach(
        &mut self,
        anchor: &'a str,
        outline: &Outline,
        step: &StepComment,
    ) -> Option<Range<usize>> {
        let span = outline.span(&step.range).ok()?;
        if !markers::is_out_of_scope(&step.text) {
            return Some(span);
        }
        let span = if step.range.last.is_none() {
            outline.subtree(span.start)
        } else {
            span
        };
        self.out_of_scope
            .entry(anchor)
            .or_default()
            .extend(outline.leaves(span.clone()));
        Some(span)
    }
}
