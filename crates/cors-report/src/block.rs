//! The block that explains one failure.

use std::fmt::Write as _;

use cors_harness::event::{
    CaseEvent, CheckOutcome, ExchangeEvent, Got, Kind, Outcome, ResponseEvent, StepEvent,
    TraceEvent,
};
use cors_vectors::server::{Level, Verdict};

use crate::cite::cited;
use crate::difference::{Mark, marks};
use cors_explain::console;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD, STRONG};
use cors_text::terminal as escape;

/// Columns before the text of a section.
const INDENT: usize = 10;
/// Columns of a header value that are shown.
const VALUE: usize = 160;
/// Header lines of a message that are shown.
const LINES: usize = 40;

/// The block of a failed case, ending in a line feed.
pub fn failure(case: &CaseEvent) -> String {
    let mut block = Block::default();
    block.title(case);
    block.exchanges(case, true);
    block.browser(case);
    block.checks(case);
    if case.outcome == Outcome::Error {
        block.section("result", &reason(case));
    }
    block.section("so", &escape::sentence(&case.why));
    block.again(case);
    block.0
}

/// What `-vv` says of a case that did not fail: the requirement, exchanges and steps taken.
pub fn verbose(case: &CaseEvent) -> String {
    let mut block = Block::default();
    block.title(case);
    block.exchanges(case, false);
    block.browser(case);
    block.checks(case);
    block.trace(case);
    block.0
}

/// The word for an outcome, in its colour.
pub fn word(case: &CaseEvent) -> String {
    let (style, word) = match case.outcome {
        Outcome::Pass => (GOOD, "pass"),
        Outcome::Fail if case.level < Level::Must => (DOUBT, "FAIL"),
        Outcome::Fail => (BAD, "FAIL"),
        Outcome::Error => (BAD, "ERROR"),
        Outcome::Blocked => (DOUBT, "blocked"),
        Outcome::Skip => (FAINT, "skip"),
    };
    format!("{style}{word}{style:#}")
}

/// The word for a level.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Should => "should",
        Level::Must => "must",
    }
}

fn reason(case: &CaseEvent) -> String {
    escape::sentence(case.reason.as_deref().unwrap_or("no reason was given"))
}

/// Whether the failure of a case shows in this step.
fn failed(case: &CaseEvent, index: usize, step: &StepEvent) -> bool {
    let verdict = step.wanted.is_some() && step.got != step.wanted.map(Got::from);
    verdict
        || case
            .checks
            .iter()
            .any(|check| check.step == index && check.outcome == CheckOutcome::Fail)
}

/// Blanks at the ends of a value that was sent matter, and are not seen unless they are written.
fn visible_blanks(value: &str) -> String {
    let inner = value.trim_matches(' ');
    let before = value.len() - value.trim_start_matches(' ').len();
    let after = value.len() - before - inner.len();
    format!("{}{inner}{}", r"\x20".repeat(before), r"\x20".repeat(after))
}

#[derive(Default)]
struct Block(String);

impl Block {
    /// A line of its own, without trailing space.
    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    /// A line under a heading; headings are said once.
    fn section(&mut self, heading: &str, text: &str) {
        let width = INDENT - 2;
        self.line(&format!("  {FAINT}{heading:<width$}{FAINT:#}{text}"));
    }

    /// A line that continues a section.
    fn more(&mut self, text: &str) {
        self.line(&format!("{:INDENT$}{text}", ""));
    }

    fn title(&mut self, case: &CaseEvent) {
        let policy = case
            .policy
            .as_deref()
            .map(|policy| format!(", policy {}", escape::sentence(policy)));
        self.line(&format!(
            "{} {STRONG}{}{STRONG:#} ({}{})",
            word(case),
            escape::sentence(&case.id),
            level(case.level),
            policy.unwrap_or_default()
        ));
        self.line(&format!(
            "  {STRONG}{}{STRONG:#}",
            escape::sentence(&case.title)
        ));
    }

    /// The exchanges of all steps, or only of those in which the failure shows.
    fn exchanges(&mut self, case: &CaseEvent, only_failed: bool) {
        let is_failed = |(index, step): &(usize, &StepEvent)| failed(case, *index, step);
        let only_failed = only_failed && case.steps.iter().enumerate().any(|step| is_failed(&step));
        let mut left_out = 0;
        for (index, step) in case.steps.iter().enumerate() {
            let step_failed = failed(case, index, step);
            if only_failed && !step_failed {
                left_out += step.exchanges.len();
                continue;
            }
            let last = step.exchanges.len().saturating_sub(1);
            for (place, exchange) in step.exchanges.iter().enumerate() {
                let marks = match &exchange.response {
                    Some(answer) if step_failed && place == last => {
                        marks(case, index, step, answer)
                    }
                    _ => Vec::new(),
                };
                self.exchange(step, exchange, &marks);
            }
            if step.exchanges.is_empty() {
                self.section("asked", "nothing was sent");
            }
            if let Some(note) = &step.note {
                self.section("note", &escape::sentence(note));
            }
        }
        if left_out > 0 {
            let said = if left_out == 1 {
                "exchange is"
            } else {
                "exchanges are"
            };
            self.section(
                "",
                &format!("{FAINT}({left_out} more {said} as wanted: see -vv){FAINT:#}"),
            );
        }
    }

    fn exchange(&mut self, step: &StepEvent, exchange: &ExchangeEvent, marks: &[Mark]) {
        let page = step.origin.as_deref().map(escape::sentence);
        let who = match (exchange.kind, page) {
            (Kind::Preflight, Some(page)) => {
                format!("by a browser for a page of {page}, first a preflight")
            }
            (Kind::Actual, Some(page)) => format!("by a browser for a page of {page}"),
            (Kind::Preflight, None) => "by a browser, first a preflight".to_owned(),
            (Kind::Actual, None) => "by a browser".to_owned(),
            (Kind::Raw, _) => "by a client that is no browser".to_owned(),
        };
        self.section("asked", &who);
        let request = &exchange.request;
        self.more(&format!(
            "> {} {}",
            escape::sentence(&request.method),
            escape::sentence(&request.url)
        ));
        self.headers('>', &request.headers, &[]);
        match (&exchange.response, &exchange.transport) {
            (Some(answer), _) => self.answer(answer, marks),
            (None, Some(transport)) => {
                self.section(
                    "came",
                    &format!("{BAD}{}{BAD:#}", escape::sentence(transport)),
                );
            }
            (None, None) => self.section("came", "nothing"),
        }
    }

    fn answer(&mut self, answer: &ResponseEvent, marks: &[Mark]) {
        self.section("came", &format!("< {}", answer.status));
        if marks.contains(&Mark::Status) {
            self.more(&format!("  {BAD}^^^{BAD:#}"));
        }
        self.headers('<', &answer.headers, marks);
        for mark in marks {
            if let Mark::Missing(name) = mark {
                let said = format!("(no {})", escape::sentence(name));
                self.more(&format!("< {said}"));
                self.more(&format!("  {BAD}{}{BAD:#}", "^".repeat(said.len())));
            }
        }
    }

    fn headers(&mut self, direction: char, headers: &[(String, String)], marks: &[Mark]) {
        for (index, (name, value)) in headers.iter().enumerate() {
            let marked = marks.iter().find_map(|mark| match mark {
                Mark::Value(line, range) if *line == index => Some(range),
                Mark::Value(..) | Mark::Missing(_) | Mark::Status => None,
            });
            if index >= LINES && marked.is_none() {
                continue;
            }
            let name = escape::sentence(name);
            let (mut shown, cut) = escape::clipped(value, VALUE);
            if direction == '>' {
                shown = visible_blanks(&shown);
            }
            let rest = if cut == 0 {
                String::new()
            } else {
                format!(" … ({cut} more)")
            };
            self.more(&format!("{direction} {name}: {shown}{rest}"));
            if let Some(range) = marked {
                let start = range.start.min(VALUE);
                let width = range.end.min(VALUE).saturating_sub(start).max(1);
                let before = name.chars().count() + 4 + start;
                self.more(&format!("{:before$}{BAD}{}{BAD:#}", "", "^".repeat(width)));
            }
        }
        if let Some(hidden) = headers
            .len()
            .checked_sub(LINES)
            .filter(|hidden| *hidden > 0)
        {
            self.more(&format!("{direction} … ({hidden} more lines)"));
        }
    }

    /// What a browser does, and at which step of the standard, and what the policy wants.
    fn browser(&mut self, case: &CaseEvent) {
        let missed =
            |step: &&StepEvent| step.wanted.is_some() && step.got != step.wanted.map(Got::from);
        let by_check = || {
            let (_, step) = case
                .steps
                .iter()
                .enumerate()
                .find(|(index, step)| failed(case, *index, step))?;
            Some(step)
        };
        let step = case.steps.iter().find(missed).or_else(by_check);
        let Some(step) = step.or_else(|| case.steps.iter().rfind(|step| step.got.is_some())) else {
            return;
        };
        if step.got.is_none() && step.wanted.is_none() {
            self.section("browser", "sends no such request; other clients do");
            return;
        }
        let does = match (step.got, &step.refusal) {
            (Some(Got::Shared), _) => "lets the page read the answer",
            (Some(Got::Refused), Some(refusal)) if refusal.stage == "preflight" => {
                "gives up after the preflight: the request is never made"
            }
            (Some(Got::Refused), _) => "keeps the answer from the page",
            (Some(Got::Nothing) | None, _) => "has no answer to decide about",
        };
        self.section("browser", does);
        match &step.refusal {
            Some(refusal) => {
                self.more(&escape::sentence(&refusal.said));
                self.cite(&refusal.at);
                if step.wanted == Some(Verdict::Shared) {
                    for (index, remedy) in refusal.remedies.iter().enumerate() {
                        let word = if index == 0 { "would do:" } else { "or:" };
                        self.more(&format!("{word} {}", escape::sentence(remedy)));
                    }
                    let got = refusal.got.as_deref();
                    // An engine that does not refuse this says nothing of it.
                    let shares = |name: &str| {
                        let mut engines = case.engines.iter();
                        engines.any(|event| event.engine == name && event.got == Got::Shared)
                    };
                    for view in console::said(&refusal.at, &refusal.stage, got) {
                        if shares(&view.engine) {
                            continue;
                        }
                        let said = format!("{}'s console: {}", view.engine, view.said);
                        self.more(&format!("{FAINT}{}{FAINT:#}", escape::sentence(&said)));
                    }
                }
            }
            None if step.got == Some(Got::Shared) => self.granted(case, step),
            None => {}
        }
        for event in &case.engines {
            self.more(&escape::sentence(&event.said));
        }
        match step.wanted {
            Some(Verdict::Shared) => self.section("policy", "the page may read the answer"),
            Some(Verdict::Refused) => self.section("policy", "the page must not read the answer"),
            None => {}
        }
    }

    /// Why a browser took an answer: the last that the CORS check says of it, or, where the steps
    /// taken are not known, the step that the case is about.
    fn granted(&mut self, case: &CaseEvent, step: &StepEvent) {
        let check = |taken: &&TraceEvent| taken.at.starts_with("fetch#concept-cors-check/");
        if let Some(taken) = step.trace.iter().rfind(check) {
            self.more(&escape::sentence(&taken.said));
            self.cite(&taken.at);
        } else if let Some(citation) = case.spec.iter().find(|spec| spec.starts_with("fetch#")) {
            self.cite(citation);
        }
    }

    fn cite(&mut self, citation: &str) {
        if let Some(cited) = cited(citation) {
            let step = cited.step.map(|step| format!(" step {step}"));
            let said = format!("{}{}", cited.link, step.unwrap_or_default());
            self.more(&format!("{FAINT}{}{FAINT:#}", escape::sentence(&said)));
        } else {
            self.more(&escape::sentence(citation));
        }
    }

    fn checks(&mut self, case: &CaseEvent) {
        for check in case
            .checks
            .iter()
            .filter(|check| check.outcome == CheckOutcome::Fail)
        {
            let said = escape::sentence(&check.said);
            self.section(
                "check",
                &format!(
                    "{said} ({}, {})",
                    escape::sentence(&check.id),
                    level(check.level)
                ),
            );
            if let Some(why) = &check.why {
                self.more(&escape::sentence(why));
            }
        }
    }

    fn trace(&mut self, case: &CaseEvent) {
        for step in &case.steps {
            for (index, taken) in step.trace.iter().enumerate() {
                let said = format!(
                    "{}  {}",
                    escape::sentence(&taken.at),
                    escape::sentence(&taken.said)
                );
                if index == 0 {
                    self.section("steps", &said);
                } else {
                    self.more(&said);
                }
            }
        }
    }

    fn again(&mut self, case: &CaseEvent) {
        let Some(again) = &case.again else { return };
        let mut heading = "again";
        for line in [&again.cli, &again.curl].into_iter().flatten() {
            self.section(heading, &escape::sentence(line));
            heading = "";
        }
    }
}

/// One line for a case, as `-v` lists it.
pub fn line(case: &CaseEvent) -> String {
    let mut line = format!("{} {}", word(case), escape::sentence(&case.id));
    let unpassed = case.outcome != Outcome::Pass;
    if let Some(said) = case.reason.as_ref().filter(|_| unpassed) {
        // Writing to a String does not fail.
        let _ = write!(line, " {FAINT}({}){FAINT:#}", escape::sentence(said));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_ends_are_seen() {
        assert_eq!(visible_blanks(" a b  "), r"\x20a b\x20\x20");
        assert_eq!(visible_blanks("a"), "a");
        assert_eq!(visible_blanks("  "), r"\x20\x20");
        assert_eq!(visible_blanks(""), "");
    }
}
