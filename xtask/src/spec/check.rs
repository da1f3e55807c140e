//! The rules of the citation grammar, R1 to R6.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::cited::{Cited, Function};
use super::finding::{File, Finding};
use super::path::Outline;
use super::pin::{Pin, Status, line_of, line_of_algorithm};
use super::source::collect;
use super::{names, path};

/// What a check looked at and what it found wrong.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Everything wrong, by file and line.
    pub(crate) findings: Vec<Finding>,
    /// How many functions transcribe something.
    pub(crate) functions: usize,
    /// How many citations there are in the model.
    pub(crate) in_sources: usize,
    /// How many citations of cases there are.
    pub(crate) in_cases: usize,
}

/// Checks sources and cases against the pin.
///
/// # Errors
///
/// The pin itself cannot be read. Everything else is in the report.
pub(crate) fn check(pin_file: &File, sources: &[File], cases: &[File]) -> anyhow::Result<Report> {
    let pin = Pin::read(&pin_file.text).with_context(|| pin_file.path.clone())?;
    let cited = collect(sources, cases);
    let mut outlines = BTreeMap::new();
    for algorithm in &pin.algorithm {
        outlines.insert(algorithm.anchor.as_str(), algorithm.outline()?);
    }
    let mut checker = Checker {
        pin: &pin,
        pin_file,
        outlines: &outlines,
        findings: cited.findings.clone(),
        covered: BTreeMap::new(),
        whole: BTreeSet::new(),
        out_of_scope: BTreeMap::new(),
    };
    checker.citations(&cited);
    for function in &cited.functions {
        checker.steps(function);
    }
    checker.names(&cited);
    checker.coverage();
    checker.markers(&cited);
    let mut findings = checker.findings;
    findings.sort();
    findings.dedup();
    let in_cases = cited
        .citations
        .iter()
        .filter(|citation| citation.by_case)
        .count();
    Ok(Report {
        findings,
        functions: cited.functions.len(),
        in_sources: cited.citations.len() - in_cases,
        in_cases,
    })
}

/// Positions of leaves by anchor.
type Leaves<'a> = BTreeMap<&'a str, BTreeSet<usize>>;

struct Checker<'a> {
    pin: &'a Pin,
    pin_file: &'a File,
    outlines: &'a BTreeMap<&'a str, Outline>,
    findings: Vec<Finding>,
    /// Leaves that cases cite.
    covered: Leaves<'a>,
    /// Anchors that cases cite.
    whole: BTreeSet<&'a str>,
    /// Leaves that the model marks.
    out_of_scope: Leaves<'a>,
}

impl<'a> Checker<'a> {
    fn fail(&mut self, file: &str, line: usize, message: String) {
        self.findings.push(Finding {
            file: file.to_owned(),
            line,
            message,
        });
    }

    fn fail_pin(&mut self, table: &str, key: &str, message: String) {
        let line = line_of(&self.pin_file.text, table, key);
        self.fail(&self.pin_file.path, line, message);
    }

    /// An exception in the pin: it has a reason, and is needed.
    fn exception(&mut self, table: &str, key: &str, reason: &str, unneeded: Option<&str>) {
        if let Some(why) = unneeded {
            self.fail_pin(table, key, format!("{table} {key} is {why}"));
        }
        if reason.trim().is_empty() {
            let message = format!("{table} {key} is empty; expected the reason");
            self.fail_pin(table, key, message);
        }
    }

    /// R1 and R2: anchors are definitions, and steps exist.
    fn citations(&mut self, cited: &'a Cited<'_>) {
        let mut unpinned = BTreeSet::new();
        for citation in &cited.citations {
            let anchor = citation.anchor.as_str();
            let outline = self.outlines.get(anchor);
            let message = match (&citation.range, outline) {
                _ if !self.pin.definitions.contains_key(anchor) => format!(
                    "`{anchor}` is no definition of the standard (headings and examples are none); {}",
                    self.similar(anchor)
                ),
                (None, _) => {
                    if citation.by_case {
                        self.whole.insert(anchor);
                    }
                    continue;
                }
                // Once per file: a whole function cites it step by step.
                (Some(_), None) if !unpinned.insert((citation.file, anchor)) => continue,
                (Some(_), None) => format!(
                    "`{anchor}` has no pinned steps; expected the anchor alone, or an [[algorithm]] entry for it in {}",
                    self.pin_file.path
                ),
                (Some(range), Some(outline)) => match outline.span(range) {
                    Err(reason) => format!("{anchor}: {reason}"),
                    Ok(span) => {
                        if citation.by_case {
                            self.whole.insert(anchor);
                            self.covered
                                .entry(anchor)
                                .or_default()
                                .extend(outline.leaves(span));
                        }
                        continue;
                    }
                },
            };
            self.fail(citation.file, citation.line, message);
        }
    }

    fn similar(&self, anchor: &str) -> String {
        let bare = anchor.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
        let near = |one: &&String| one.contains(bare) || strsim::levenshtein(one, anchor) == 1;
        let near = self.pin.definitions.keys().filter(near).take(3);
        let near: Vec<String> = near.map(|one| format!("`{one}`")).collect();
        if near.is_empty() {
            "expected an anchor listed under [definitions]".to_owned()
        } else {
            format!("expected one such as {}", near.join(", "))
        }
    }

    /// R3: a function that states steps of an algorithm states every leaf, in one place and in the
    /// order of the standard. A step with two outcomes may be stated for each, one after the other,
    /// and a range may be followed by a step of it.
    fn steps(&mut self, function: &'a Function<'_>) {
        let Some((anchor, outline)) = function
            .anchor
            .as_deref()
            .and_then(|anchor| self.outlines.get_key_value(anchor))
        else {
            return;
        };
        if function.steps.is_empty() {
            return;
        }
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        let mut latest = 0..0;
        for step in &function.steps {
            // A range stands for all inside it; one step with others inside for itself alone,
            // unless it is out of scope with them.
            let reach = if step.out_of_scope {
                outline.span_with_inside(&step.range)
            } else {
                outline.span(&step.range)
            };
            let Ok(reach) = reach else {
                continue;
            };
            if step.out_of_scope {
                let leaves = outline.leaves(reach.clone());
                self.out_of_scope.entry(anchor).or_default().extend(leaves);
            }
            let twice = reach.clone().find_map(|one| Some((one, *seen.get(&one)?)));
            if let Some((one, line)) =
                twice.filter(|_| !latest.contains(&reach.start) || reach.end > latest.end)
            {
                let message = format!(
                    "step {} of {anchor} stands here for the second time, after line {line}; expected it in one place",
                    outline.path(one)
                );
                self.fail(function.file, step.line, message);
            } else if reach.start < latest.start {
                let message = format!(
                    "step {} of {anchor} stands after step {}; expected the order of the standard",
                    step.range,
                    outline.path(latest.end.saturating_sub(1))
                );
                self.fail(function.file, step.line, message);
            }
            if latest.end <= reach.end {
                latest = reach.clone();
            }
            for one in reach {
                seen.entry(one).or_insert(step.line);
            }
        }
        let all = outline.leaves(0..outline.len());
        let missing: Vec<usize> = all.filter(|leaf| !seen.contains_key(leaf)).collect();
        if !missing.is_empty() {
            let message = format!(
                "`{}` does not state {} of {anchor}; expected every step without steps inside it",
                function.name,
                outline.describe(&missing)
            );
            self.fail(function.file, function.line, message);
        }
    }

    /// R4: functions are called after what they transcribe.
    fn names(&mut self, cited: &Cited<'_>) {
        let pin = self.pin;
        let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
        for function in &cited.functions {
            let (name, anchor) = (
                &function.name,
                function.anchor.as_deref().unwrap_or_default(),
            );
            let Some(notation) = pin.definitions.get(anchor) else {
                continue;
            };
            let expected = names::expected(notation, function.of.as_deref());
            if expected.contains(name) {
                continue;
            }
            if pin
                .names
                .get(anchor)
                .is_some_and(|all| all.contains_key(name))
            {
                used.insert((anchor, name));
                continue;
            }
            let plain = expected.iter().filter(|name| !name.starts_with("is_"));
            let plain: Vec<String> = plain.map(|name| format!("`{name}`")).collect();
            let message = format!(
                "`{name}` transcribes \"{notation}\"; expected the name {} (as a predicate with `is_` before it), or an entry under [names.{anchor}] in {} (a function that only mentions it takes a Markdown link instead of <…>)",
                plain.join(" or "),
                self.pin_file.path
            );
            self.fail(function.file, function.line, message);
        }
        for (anchor, all) in &pin.names {
            for (name, reason) in all {
                let unneeded = (!used.contains(&(anchor, name)))
                    .then_some("not needed: no function of another name than expected uses it");
                self.exception(&format!("[names.{anchor}]"), name, reason, unneeded);
            }
        }
    }

    /// R5: what is in scope is cited by a case, or stated not to be.
    fn coverage(&mut self) {
        let pin = self.pin;
        let mut stated: Leaves<'_> = BTreeMap::new();
        for (anchor, all) in &pin.uncited {
            let table = format!("[uncited.{anchor}]");
            for (key, reason) in all {
                let span = match (self.outlines.get(anchor.as_str()), path::parse_range(key)) {
                    (None, _) => Err(format!(
                        "`{anchor}` is no pinned algorithm; expected an [[algorithm]] entry"
                    )),
                    (_, None) => Err(format!(
                        "`{key}` is no step; expected one such as 7.5 or a range such as 6-8"
                    )),
                    (Some(outline), Some(range)) => outline
                        .span_with_inside(&range)
                        .map(|span| outline.leaves(span).collect::<BTreeSet<usize>>()),
                };
                let cited = self.covered.get(anchor.as_str());
                let unneeded = match &span {
                    Ok(leaves) if cited.is_some_and(|cited| leaves.is_subset(cited)) => {
                        Some("not needed: cases cite every step of it")
                    }
                    _ => None,
                };
                self.exception(&table, key, reason, unneeded);
                match span {
                    Ok(leaves) => stated.entry(anchor).or_default().extend(leaves),
                    Err(message) => self.fail_pin(&table, key, format!("{table}: {message}")),
                }
            }
        }
        for anchor in &pin.strict {
            let algorithm = pin.algorithm(anchor);
            if algorithm.is_none_or(|algorithm| algorithm.status == Status::Out) {
                let message =
                    format!("strict: `{anchor}` is no [[algorithm]] entry of status \"in\"");
                self.fail_pin("", "strict", message);
            }
        }
        for algorithm in pin.algorithm.iter().filter(|one| one.status == Status::In) {
            let anchor = algorithm.anchor.as_str();
            let Some(outline) = self.outlines.get(anchor) else {
                continue;
            };
            let strict = pin.strict.iter().any(|one| one == anchor);
            let has = |leaves: &Leaves<'_>, leaf: usize| {
                leaves.get(anchor).is_some_and(|all| all.contains(&leaf))
            };
            let missing = outline.leaves(0..outline.len()).filter(|&leaf| {
                let marked = !strict && has(&self.out_of_scope, leaf);
                !marked && !has(&self.covered, leaf) && !has(&stated, leaf)
            });
            let missing: Vec<usize> = missing.collect();
            let line = line_of_algorithm(&self.pin_file.text, anchor);
            if outline.len() == 0 && strict && !self.whole.contains(anchor) {
                let message = format!("no case cites fetch#{anchor}; expected at least one");
                self.fail(&self.pin_file.path, line, message);
            } else if !missing.is_empty() {
                let also = if strict {
                    ""
                } else {
                    ", OUT OF SCOPE: in the step"
                };
                let message = format!(
                    "no case cites {} of {anchor}; expected a case{also}, or a reason under [uncited.{anchor}]",
                    outline.describe(&missing)
                );
                self.fail(&self.pin_file.path, line, message);
            }
        }
    }

    /// R6: markers have entries, and entries are used.
    fn markers(&mut self, cited: &Cited<'_>) {
        let pin = self.pin;
        for (key, file, line) in &cited.markers {
            if !pin.markers.contains_key(key) {
                let message = format!(
                    "marker key `{key}` is unknown; expected an entry under [markers] in {}",
                    self.pin_file.path
                );
                self.fail(file, *line, message);
            }
        }
        for (key, reason) in &pin.markers {
            let used = cited.markers.iter().any(|(one, ..)| one == key);
            let unneeded = (!used).then_some("used by no step of the model");
            self.exception("[markers]", key, reason, unneeded);
        }
    }
}
