//! The rules of the citation grammar, R1 to R6.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use super::citations::{Cited, collect};
use super::path::Outline;
use super::pin::{Pin, Status, line_of, line_of_algorithm, uncited_span};
use super::{File, Finding, markers, names};

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
    use anyhow::Context as _;

    let pin = Pin::read(&pin_file.text).with_context(|| pin_file.path.clone())?;
    let cited = collect(sources, cases, &|anchor| {
        pin.definitions.contains_key(anchor)
    });
    let mut outlines = BTreeMap::new();
    for algorithm in &pin.algorithm {
        outlines.insert(algorithm.anchor.as_str(), algorithm.outline()?);
    }
    let mut checker = Checker {
        pin: &pin,
        pin_file,
        cited: &cited,
        outlines,
        findings: cited.findings.clone(),
        covered: BTreeMap::new(),
        whole: BTreeSet::new(),
        out_of_scope: BTreeMap::new(),
    };
    checker.citations();
    checker.transcriptions();
    checker.names();
    checker.coverage();
    checker.markers();
    let mut findings = checker.findings;
    findings.sort();
    findings.dedup();
    let (by_case, by_source): (Vec<_>, Vec<_>) = cited
        .citations
        .iter()
        .partition(|citation| citation.by_case);
    Ok(Report {
        findings,
        functions: cited.functions.len(),
        in_sources: by_source.len(),
        in_cases: by_case.len(),
    })
}

struct Checker<'a> {
    pin: &'a Pin,
    pin_file: &'a File,
    cited: &'a Cited<'a>,
    outlines: BTreeMap<&'a str, Outline>,
    findings: Vec<Finding>,
    /// Leaves that cases cite.
    covered: BTreeMap<&'a str, BTreeSet<usize>>,
    /// Anchors that cases cite.
    whole: BTreeSet<&'a str>,
    /// Leaves that the model marks.
    out_of_scope: BTreeMap<&'a str, BTreeSet<usize>>,
}

impl Checker<'_> {
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

    /// R1 and R2: anchors are definitions, and steps exist.
    fn citations(&mut self) {
        let cited = self.cited;
        let mut unpinned = BTreeSet::new();
        for citation in &cited.citations {
            let anchor = citation.anchor.as_str();
            if !self.pin.definitions.contains_key(anchor) {
                let message = format!(
                    "`{anchor}` is no definition of the standard (headings and examples are none); {}",
                    self.similar(anchor)
                );
                self.fail(citation.file, citation.line, message);
                continue;
            }
            if citation.by_case {
                self.whole.insert(anchor);
            }
            let Some(range) = &citation.range else {
                continue;
            };
            let Some(outline) = self.outlines.get(anchor) else {
                // Once per file: a whole function cites it step by step.
                if !unpinned.insert((citation.file, anchor)) {
                    continue;
                }
                let message = format!(
                    "`{anchor}` has no pinned steps; expected the anchor alone, or an [[algorithm]] entry for it in {}",
                    self.pin_file.path
                );
                self.fail(citation.file, citation.line, message);
                continue;
            };
            match outline.span(range) {
                Err(reason) => {
                    let message = format!("{anchor}: {reason}");
                    self.fail(citation.file, citation.line, message);
                }
                Ok(span) if citation.by_case => {
                    let leaves: Vec<usize> = outline.leaves(span).collect();
                    self.covered.entry(anchor).or_default().extend(leaves);
                }
                Ok(_) => {}
            }
        }
    }

    fn similar(&self, anchor: &str) -> String {
        let bare = anchor.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
        let near: Vec<String> = self
            .pin
            .definitions
            .keys()
            .filter(|one| one.contains(bare) || differ_by_one(one, anchor))
            .take(3)
            .map(|one| format!("`{one}`"))
            .collect();
        if near.is_empty() {
            "expected an anchor listed under [definitions]".to_owned()
        } else {
            format!("expected one such as {}", near.join(", "))
        }
    }

    /// R4: functions are called after what they transcribe.
    fn names(&mut self) {
        let cited = self.cited;
        let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
        for transcription in &cited.functions {
            let Some(anchor) = &transcription.anchor else {
                continue;
            };
            let Some(notation) = self.pin.definitions.get(anchor) else {
                continue;
            };
            let function = &transcription.function;
            if transcription.part.is_some() {
                continue;
            }
            let expected = names::expected(notation, function.of.as_deref());
            let listed = self
                .pin
                .names
                .get(anchor)
                .is_some_and(|all| all.contains_key(&function.name));
            if expected.contains(&function.name) {
                continue;
            }
            if listed {
                used.insert((anchor, &function.name));
                continue;
            }
            let message = format!(
                "`{}` transcribes \"{notation}\"; expected the name {} (as a predicate with `is_` before it), or an entry under [names.{anchor}] in {} (a function that only mentions it takes a Markdown link instead of <…>)",
                function.name,
                expected
                    .iter()
                    .filter(|name| !name.starts_with("is_"))
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(" or "),
                self.pin_file.path
            );
            self.fail(transcription.file, function.line, message);
        }
        for (anchor, all) in &self.pin.names {
            for (name, reason) in all {
                let table = format!("[names.{anchor}]");
                if !used.contains(&(anchor, name)) {
                    let message = format!(
                        "{table} {name} is not needed: no function of another name than expected uses it"
                    );
                    self.fail_pin(&table, name, message);
                }
                self.reason(&table, name, reason);
            }
        }
    }

    fn reason(&mut self, table: &str, key: &str, reason: &str) {
        if reason.trim().is_empty() {
            self.fail_pin(
                table,
                key,
                format!("{table} {key} is empty; expected the reason"),
            );
        }
    }

    /// R5: what is in scope is cited by a case, or stated not to be.
    fn coverage(&mut self) {
        let mut stated: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (anchor, all) in &self.pin.uncited {
            let table = format!("[uncited.{anchor}]");
            for (key, reason) in all {
                self.reason(&table, key, reason);
                let Some(outline) = self.outlines.get(anchor.as_str()) else {
                    let message = format!(
                        "{table}: `{anchor}` is no pinned algorithm; expected an [[algorithm]] entry"
                    );
                    self.fail_pin(&table, key, message);
                    continue;
                };
                match uncited_span(outline, key) {
                    Err(message) => self.fail_pin(&table, key, format!("{table}: {message}")),
                    Ok(span) => {
                        let leaves: Vec<usize> = outline.leaves(span).collect();
                        let cited = self.covered.get(anchor.as_str());
                        if cited.is_some_and(|cited| leaves.iter().all(|leaf| cited.contains(leaf)))
                        {
                            let message =
                                format!("{table} {key} is not needed: cases cite every step of it");
                            self.fail_pin(&table, key, message);
                        }
                        stated.entry(anchor).or_default().extend(leaves);
                    }
                }
            }
        }
        for anchor in &self.pin.strict {
            if self
                .pin
                .algorithm(anchor)
                .is_none_or(|algorithm| algorithm.status == Status::Out)
            {
                let message =
                    format!("strict: `{anchor}` is no [[algorithm]] entry of status \"in\"");
                self.fail_pin("", "strict", message);
            }
        }
        let pin = self.pin;
        for algorithm in &pin.algorithm {
            let anchor = algorithm.anchor.as_str();
            let Some(outline) = self.outlines.get(anchor) else {
                continue;
            };
            if algorithm.status == Status::Out {
                continue;
            }
            let line = line_of_algorithm(&self.pin_file.text, anchor);
            let strict = pin.strict.iter().any(|one| one == anchor);
            if outline.len() == 0 {
                if strict && !self.whole.contains(anchor) {
                    let message = format!("no case cites fetch#{anchor}; expected at least one");
                    self.fail(&self.pin_file.path, line, message);
                }
                continue;
            }
            let has = |sets: &BTreeMap<&str, BTreeSet<usize>>, leaf: &usize| {
                sets.get(anchor).is_some_and(|set| set.contains(leaf))
            };
            let missing: Vec<usize> = outline
                .leaves(0..outline.len())
                .filter(|leaf| !has(&self.covered, leaf) && !has(&stated, leaf))
                .filter(|leaf| strict || !has(&self.out_of_scope, leaf))
                .collect();
            if !missing.is_empty() {
                let also = if strict {
                    ""
                } else {
                    ", OUT OF SCOPE: in the step comment"
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
    fn markers(&mut self) {
        let cited = self.cited;
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for remark in &cited.remarks {
            for key in markers::keys(&remark.text) {
                if let Some((key, _)) = self.pin.markers.get_key_value(key) {
                    used.insert(key);
                } else {
                    let message = format!(
                        "marker key `{key}` is unknown; expected an entry under [markers] in {}",
                        self.pin_file.path
                    );
                    self.fail(remark.file, remark.line, message);
                }
            }
        }
        for transcription in &cited.functions {
            for step in &transcription.steps {
                for message in markers::mistakes(&step.text) {
                    self.fail(transcription.file, step.line, message);
                }
            }
        }
        for (key, reason) in &self.pin.markers {
            if !used.contains(key.as_str()) {
                self.fail_pin(
                    "[markers]",
                    key,
                    format!("[markers] {key} is used by no comment of the model"),
                );
            }
            self.reason("[markers]", key, reason);
        }
    }
}

/// Whether two anchors differ in one character only.
fn differ_by_one(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let start = short
        .bytes()
        .zip(long.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let rest = |text: &str, skip: usize| text.bytes().skip(start + skip).collect::<Vec<_>>();
    match long.len() - short.len() {
        0 => rest(short, 1) == rest(long, 1),
        1 => rest(short, 0) == rest(long, 1),
        _ => false,
    }
}
