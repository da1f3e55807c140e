//! A run as a Markdown document (CommonMark with GitHub's tables), to be pasted or posted.
//!
//! First how the run ended, then how many cases of each level had which outcome, then each cause
//! once, with the cases that have it.
//!
//! A server under test, or the author of a stream, chooses part of the text. It stands in fences
//! that are longer than any in it, in code spans, or as prose in which what Markdown could obey is
//! escaped; no line begins with it and no table holds it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use cors_harness::event::{CaseEvent, EndEvent, Event, Outcome, RunEvent};
use cors_harness::exit::Exit;
use cors_text::terminal::sentence;
use cors_vectors::server::Level;

use crate::block::{self, Section, uncoloured};
use crate::cite::cited;
use crate::diagnosis::diagnosis;
use crate::format::Format;
use crate::groups::{Group, groups};
use crate::reasons::{Reasons, reason};

/// The columns of the table of sums.
const COLUMNS: [&str; 7] = [
    "passed",
    "info",
    "failed",
    "without an answer",
    "known failures",
    "blocked",
    "skipped",
];

/// Collects a run; it is written when the run ends.
#[derive(Debug, Default)]
pub struct Markdown {
    run: String,
    notes: Vec<String>,
    failures: Vec<CaseEvent>,
    sums: BTreeMap<Level, [usize; COLUMNS.len()]>,
    info: Reasons,
    known: Reasons,
    /// How many of those are failures, not blocked.
    known_failures: usize,
    blocked: Reasons,
    skipped: Reasons,
}

impl Format for Markdown {
    fn event(&mut self, event: &Event, sink: &mut dyn Write) -> io::Result<()> {
        match event {
            Event::Run(run) => self.run = begun(run),
            Event::Note(note) => self.notes.push(note.text.clone()),
            Event::Case(case) => self.case(case),
            Event::End(end) => {
                sink.write_all(self.document(end).as_bytes())?;
                sink.flush()?;
            }
        }
        Ok(())
    }
}

impl Markdown {
    fn case(&mut self, case: &CaseEvent) {
        let column = match (&case.known, case.outcome) {
            (Some(known), outcome) => {
                self.known_failures += usize::from(outcome != Outcome::Blocked);
                self.known.add(&known.to_string(), &case.id);
                4
            }
            (None, Outcome::Pass) => 0,
            (None, Outcome::Info) => {
                self.info.add(reason(case), &case.id);
                1
            }
            (None, Outcome::Fail) => 2,
            (None, Outcome::Error) => 3,
            (None, Outcome::Blocked) => {
                self.blocked.add(reason(case), &case.id);
                5
            }
            (None, Outcome::Skip) => {
                self.skipped.add(reason(case), &case.id);
                6
            }
        };
        if let 2 | 3 = column {
            self.failures.push(case.clone());
        }
        let sums = self.sums.entry(case.level).or_default();
        if let Some(sum) = sums.get_mut(column) {
            *sum += 1;
        }
    }

    fn document(&mut self, end: &EndEvent) -> String {
        let mut text = format!("# {}\n\n{}\n", self.verdict(end), self.run);
        for sentence in self.notes.iter().chain(&end.reason) {
            paragraph(&mut text, &begin(sentence));
        }
        if !end.log.is_empty() {
            paragraph(&mut text, "It printed last:");
            paragraph(&mut text, &fence("text", &end.log));
        }
        paragraph(&mut text, &self.table());
        if end.counts.unjudged > 0 {
            paragraph(&mut text, &format!("{} not judged.", end.counts.unjudged));
        }
        // Cases finish in any order; people compare runs.
        self.failures.sort_by(|one, other| one.id.cmp(&other.id));
        for (number, group) in (1..).zip(groups(&self.failures)) {
            failure(&mut text, number, &group);
        }
        list(&mut text, "Info", &self.info);
        list(&mut text, "Known failures", &self.known);
        list(&mut text, "Blocked", &self.blocked);
        list(&mut text, "Skipped", &self.skipped);
        if !end.out_of_date.is_empty() {
            let lines = end.out_of_date.iter().map(|line| item(&begin(line)));
            let lines: Vec<String> = lines.collect();
            paragraph(&mut text, "## Out of date");
            paragraph(&mut text, &lines.join("\n"));
        }
        text
    }

    /// How the run ended, in a word and numbers.
    fn verdict(&self, end: &EndEvent) -> String {
        let word = if end.exit == Exit::AsExpected {
            "Passed"
        } else if end.exit == Exit::Failed {
            "Failed"
        } else {
            let (meaning, code) = (end.exit.meaning(), end.exit.code());
            return format!("No verdict: {meaning} (exit status {code})");
        };
        let (counts, known) = (end.counts, self.known_failures);
        let failed = (counts.fail + counts.error).saturating_sub(known);
        let skipped = counts.skip + counts.blocked + counts.unjudged;
        let passed = counts.pass;
        let known = match known {
            0 => String::new(),
            1 => ", 1 known failure".to_owned(),
            many => format!(", {many} known failures"),
        };
        let info = match counts.info {
            0 => String::new(),
            info => format!(", {info} info"),
        };
        format!("{word}: {passed} passed{info}, {failed} failed{known}, {skipped} skipped")
    }

    /// How many cases of each level had which outcome, the gravest level first.
    fn table(&self) -> String {
        let mut table = format!("| level | {} |\n|---", COLUMNS.join(" | "));
        table += &"|--:".repeat(COLUMNS.len());
        table.push('|');
        for (level, sums) in self.sums.iter().rev() {
            let sums: Vec<String> = sums.iter().map(usize::to_string).collect();
            // Writing to a String does not fail.
            let _ = write!(
                table,
                "\n| {} | {} |",
                block::level(*level),
                sums.join(" | ")
            );
        }
        table
    }
}

/// What was run, in a sentence.
fn begun(run: &RunEvent) -> String {
    format!(
        "{} on {}, cases {}, Fetch standard {}.",
        prose(&run.tool),
        code(&sentence(run.subject.name())),
        code(&sentence(&run.vectors)),
        code(&sentence(&run.standard))
    )
}

/// A cause, explained by one of its cases.
fn failure(text: &mut String, number: usize, group: &Group<'_>) {
    let (case, others) = (group.first, &group.others);
    let is_of_agent = case.agent.is_some();
    let title = begin(&case.title);
    let heading = if is_of_agent {
        title.clone()
    } else {
        prose(&diagnosis(group))
    };
    paragraph(text, &format!("## {number}. {heading}"));
    if !is_of_agent {
        paragraph(text, &title);
    }
    let policy = case.policy.as_deref().map(sentence);
    let policy = policy.map(|policy| format!(", policy {}", code(&policy)));
    let mut cases = format!(
        "{} ({}{})",
        code(&sentence(&case.id)),
        block::level(case.level),
        policy.unwrap_or_default()
    );
    if !others.is_empty() {
        let ids: Vec<String> = others
            .iter()
            .map(|case| code(&sentence(&case.id)))
            .collect();
        let _ = write!(
            cases,
            ", the same in {} more: {}",
            ids.len(),
            ids.join(", ")
        );
    }
    paragraph(text, &cases);
    let sections = block::sections(case);
    let is_exchange = |section: &&Section| ["request", "response"].contains(&section.heading);
    let exchanges = sections.iter().filter(is_exchange);
    let exchanges: Vec<String> = exchanges
        .flat_map(block::indented)
        .map(|line| uncoloured(&line))
        .collect();
    if !exchanges.is_empty() {
        paragraph(text, &fence("text", &exchanges));
    }
    let mut items = Vec::new();
    let mut reproduce = None;
    for section in sections.iter().filter(|section| !is_exchange(section)) {
        let lines: Vec<String> = section.lines.iter().map(|line| uncoloured(line)).collect();
        match section.heading {
            "reproduce" => reproduce = Some(lines),
            // Below as links.
            "docs" => {}
            heading => {
                let lines: Vec<String> = lines.iter().map(|line| begin(line)).collect();
                items.push(item(&format!("**{heading}** {}", lines.join("\\\n  "))));
            }
        }
    }
    if !case.spec.is_empty() {
        let links: Vec<String> = case.spec.iter().map(|citation| link(citation)).collect();
        items.push(item(&format!("**docs** {}", links.join(", "))));
    }
    paragraph(text, &items.join("\n"));
    if let Some(lines) = reproduce {
        paragraph(text, "To reproduce:");
        paragraph(text, &fence("sh", &lines));
    }
}

fn list(text: &mut String, heading: &str, reasons: &Reasons) {
    let items = reasons.iter().map(|reason| {
        let more = if reason.count > 1 { ", …" } else { "" };
        let (why, first) = (prose(&reason.text), code(&sentence(&reason.first)));
        item(&format!("{}: {why} ({first}{more})", reason.count))
    });
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        paragraph(text, &format!("## {heading}"));
        paragraph(text, &items.join("\n"));
    }
}

fn paragraph(text: &mut String, paragraph: &str) {
    text.push('\n');
    text.push_str(paragraph);
    text.push('\n');
}

fn item(text: &str) -> String {
    format!("- {text}")
}

/// A citation, linked where its document is known.
fn link(citation: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/#()'%".contains(&byte);
    let shown = code(&sentence(citation));
    match cited(citation).filter(|cited| cited.link.bytes().all(is_plain)) {
        Some(cited) => format!("[{shown}](<{}>)", cited.link),
        None => shown,
    }
}

/// Lines in a fence that is longer than any in them.
fn fence(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| sentence(line)).collect();
    let inside = lines.iter().map(|line| longest_run(line)).max();
    let fence = "`".repeat(inside.unwrap_or_default().max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", lines.join("\n"))
}

/// A line as a code span, whatever is in it.
fn code(line: &str) -> String {
    if line.trim_matches(' ').is_empty() {
        return "` `".to_owned();
    }
    let delimiter = "`".repeat(longest_run(line) + 1);
    // One space at each end is not part of the span.
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{delimiter}{pad}{line}{pad}{delimiter}")
}

/// The length of the longest run of backticks.
fn longest_run(line: &str) -> usize {
    let runs = line.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// A sentence in which nothing is obeyed. One that GitHub would look for people and issues in, even
/// where it is escaped, is code.
fn prose(text: &str) -> String {
    let text = sentence(text);
    let text = text.trim();
    if text.is_empty() || text.contains(['@', '#']) {
        return code(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        let (before, after) = text.split_at(place);
        // The ways in which an address begins without brackets.
        let is_address =
            after.starts_with("://") || (character == '.' && before.ends_with(['w', 'W']));
        if is_address || r"\`*_[]<>&|~$^".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// [`prose`] that may begin a line.
fn begin(text: &str) -> String {
    if text.trim_start().starts_with(char::is_alphabetic) {
        prose(text)
    } else {
        code(&sentence(text))
    }
}
