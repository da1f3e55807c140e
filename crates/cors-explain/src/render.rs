//! An explanation as text.

use std::fmt::Write as _;

use crate::advice::listed;
use crate::change::{Change, ChangedLine};
use crate::console::ConsoleView;
use crate::engine::EngineView;
use crate::view::{AnswerView, Exchange, Explanation, Line, Page, Step, Verdict};
use cors_text::style::{BAD, FAINT, GOOD, STRONG};
use cors_text::terminal::{clipped, sentence, wrapped};

/// Columns of a header value that are shown.
const VALUE: usize = 200;
/// Columns of a value that is to be copied.
const COPIED: usize = 1000;
/// Lines of one kind that are shown.
const LINES: usize = 20;
/// Columns of prose at most.
const WIDTH: usize = 96;

/// The text, with styles; ends in a line feed.
pub fn text(explanation: &Explanation, verbose: bool) -> String {
    text_within(explanation, verbose, WIDTH)
}

/// [`text`] on a terminal of so many columns. Longer lines hold a URL or a header value.
pub fn text_within(explanation: &Explanation, verbose: bool, columns: usize) -> String {
    let mut text = Text {
        lines: String::new(),
        columns: columns.min(WIDTH),
    };
    let style = match explanation.verdict {
        Verdict::Refused | Verdict::NotCors => BAD,
        Verdict::Shared | Verdict::AllowedSoFar => GOOD,
    };
    for line in wrapped(&sentence(&explanation.said), text.columns) {
        text.line(&format!("{style}{line}{style:#}"));
    }
    if let Some(engine) = &explanation.engine {
        text.engine(engine);
    }
    text.page(&explanation.page);
    let count = explanation.exchanges.len();
    let mut before = Before::Nothing;
    for (number, exchange) in (1..).zip(&explanation.exchanges) {
        let number = (count > 1).then_some(number);
        text.exchange(number, exchange, before, verbose);
        if !exchange.preflight {
            let status = exchange.answer.as_ref().map(|answer| answer.status);
            before = if status == Some(421) {
                Before::Misdirected
            } else {
                Before::Redirect
            };
        }
    }
    text.steps(&explanation.steps, verbose);
    text.console(&explanation.console);
    let goal = if explanation.next.is_some() {
        "what would make a browser go on"
    } else {
        "what would make a browser share it"
    };
    text.changes(goal, &explanation.changes);
    if explanation.verdict == Verdict::Refused && explanation.changes.is_empty() {
        text.heading(goal);
        text.prose(
            "  ",
            "No change of the answers that are given: see the reason above.",
        );
    }
    if let Some(next) = &explanation.next {
        text.heading(if explanation.changes.is_empty() {
            "what comes next"
        } else {
            "what comes then"
        });
        text.line(&format!(
            "  > {} {}",
            sentence(&next.method),
            sentence(&next.url)
        ));
        if !next.must_hold.is_empty() {
            text.prose("  ", "Its answer has to hold, whatever its status:");
            for line in &next.must_hold {
                text.set(line);
            }
        }
    }
    if !explanation.notes.is_empty() {
        text.heading("good to know");
        for note in &explanation.notes {
            text.prose("  - ", note);
        }
    }
    text.lines
}

/// What led to a request.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Redirect,
    /// The status 421.
    Misdirected,
}

/// At most so many columns of a value; that something was cut is said at the end.
fn cut(value: &str, columns: usize) -> String {
    match clipped(value, columns) {
        (value, 0) => value,
        (value, more) => format!("{value} … ({more} more characters)"),
    }
}

/// Whose behaviour it is, and where that is not what the standard says; ends in a line feed.
pub fn engine(engine: &EngineView) -> String {
    let mut text = Text {
        lines: String::new(),
        columns: WIDTH,
    };
    text.engine(engine);
    text.lines
}

/// Text with styles, line by line.
struct Text {
    lines: String,
    columns: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.lines.push_str(line.trim_end());
        self.lines.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&format!("{STRONG}{heading}{STRONG:#}"));
    }

    /// Wrapped words; `mark` stands before the first line and as much space before the others.
    fn prose(&mut self, mark: &str, words: &str) {
        let indent = mark.chars().count();
        let lines = wrapped(&sentence(words), self.columns.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.line(&format!("{mark}{line}"));
            } else {
                self.line(&format!("{:indent$}{line}", ""));
            }
        }
    }

    /// How many of `count` things were left out, where some were.
    fn more(&mut self, indent: &str, count: usize, what: &str) {
        if let more @ 1.. = count.saturating_sub(LINES) {
            self.line(&format!("{indent}{FAINT}… {more} more {what}{FAINT:#}"));
        }
    }

    fn page(&mut self, page: &Page) {
        self.heading("what the page did");
        let origin = sentence(&page.origin);
        self.line(&format!("  page         {origin}"));
        let (method, url) = (sentence(&page.method), sentence(&page.url));
        self.line(&format!("  asks for     {method} {url}"));
        for (index, (name, value)) in page.headers.iter().take(LINES).enumerate() {
            let heading = if index == 0 { "with" } else { "" };
            let value = value.as_deref().map(|value| cut(value, VALUE));
            let value = value.unwrap_or_else(|| format!("{FAINT}(value not known){FAINT:#}"));
            self.line(&format!("  {heading:<11}  {}: {value}", sentence(name)));
        }
        self.more("               ", page.headers.len(), "headers");
        self.line(&format!("  credentials  {}", sentence(&page.credentials)));
        let preflight = if page.preflight_because.is_empty() {
            "none is needed".to_owned()
        } else {
            let because = &page.preflight_because;
            let because = match because.split_at_checked(LINES) {
                Some((first, rest)) if !rest.is_empty() => {
                    format!("{} and {} more", first.join(", "), rest.len())
                }
                _ => listed(because),
            };
            format!("is sent first, because of {because}")
        };
        self.prose("  preflight    ", &preflight);
        for (index, assumed) in page.assumed.iter().take(LINES).enumerate() {
            let heading = if index == 0 { "assumed" } else { "" };
            self.prose(&format!("  {heading:<11}  "), assumed);
        }
        self.more("               ", page.assumed.len(), "assumptions");
    }

    fn exchange(
        &mut self,
        number: Option<usize>,
        exchange: &Exchange,
        before: Before,
        verbose: bool,
    ) {
        let name = match (exchange.preflight, before) {
            (true, Before::Nothing) => "the preflight",
            (false, Before::Nothing) => "the request itself",
            (true, Before::Redirect) => "the preflight after the redirect",
            (false, Before::Redirect) => "the request after the redirect",
            (true, Before::Misdirected) => "the preflight, on a new connection",
            (false, Before::Misdirected) => "the request once more, on a new connection",
        };
        let number = number.map_or_else(String::new, |number| format!("{number}. "));
        self.heading(&format!("{number}{name}"));
        let (method, url) = (sentence(&exchange.method), sentence(&exchange.url));
        self.line(&format!("  > {method} {url}"));
        let lines = exchange.request.iter();
        let lines: Vec<&Line> = lines.filter(|line| verbose || line.concerned).collect();
        for line in lines.iter().take(if verbose { usize::MAX } else { LINES }) {
            let value = cut(&line.value, VALUE);
            self.line(&format!("  > {}: {value}", sentence(&line.name)));
        }
        if !verbose {
            self.more("  > ", lines.len(), "lines like these");
        }
        match &exchange.answer {
            Some(answer) => self.answer(answer, verbose),
            None => self.line(&format!("  {FAINT}(no answer is given){FAINT:#}")),
        }
    }

    fn answer(&mut self, answer: &AnswerView, verbose: bool) {
        let place = answer.place.as_deref().map(sentence);
        let place = place.map_or_else(String::new, |place| format!("  {FAINT}({place}){FAINT:#}"));
        self.line(&format!("  < {}{place}", answer.status));
        let expected = answer.expected.as_deref().map(sentence);
        let expected =
            expected.map_or_else(String::new, |expected| format!(" expected {expected}"));
        if answer.status_decided {
            self.line(&format!("    {BAD}^^^{expected}{BAD:#}"));
        }
        let marked = answer
            .headers
            .iter()
            .rposition(|line| line.decided.is_some());
        let mut hidden = 0;
        let mut shown = 0;
        for (index, line) in answer.headers.iter().enumerate() {
            if line.concerned {
                shown += 1;
            }
            if verbose || (line.concerned && (shown <= LINES || Some(index) == marked)) {
                let expected = if Some(index) == marked {
                    expected.as_str()
                } else {
                    ""
                };
                self.header(line, expected);
            } else if !line.concerned {
                hidden += 1;
            }
        }
        if !verbose {
            self.more("  < ", shown, "lines like these");
        }
        if let Some(name) = &answer.missing {
            let said = format!("(no {})", sentence(name));
            self.line(&format!("  < {said}"));
            self.line(&format!(
                "    {BAD}{}{expected}{BAD:#}",
                "^".repeat(said.len())
            ));
        }
        if hidden > 0 {
            let lines = if hidden == 1 {
                "line that does"
            } else {
                "lines that do"
            };
            self.line(&format!(
                "  {FAINT}< … {hidden} more {lines} not matter here{FAINT:#}"
            ));
        }
    }

    fn header(&mut self, line: &Line, expected: &str) {
        let name = sentence(&line.name);
        self.line(&format!("  < {name}: {}", cut(&line.value, VALUE)));
        if let Some((from, to)) = line.decided {
            let from = from.min(VALUE);
            let width = to.min(VALUE).saturating_sub(from).max(1);
            let before = 4 + name.chars().count() + 2 + from;
            let carets = "^".repeat(width);
            self.line(&format!("{:before$}{BAD}{carets}{expected}{BAD:#}", ""));
        }
    }

    /// Whose behaviour it is, and where that is not what the standard says.
    fn engine(&mut self, engine: &EngineView) {
        let heading = format!(
            "as {} does ({}, looked at on {})",
            engine.name, engine.version, engine.date
        );
        self.heading(&sentence(&heading));
        let Some(standard) = &engine.standard else {
            self.prose("  ", "The standard says the same.");
            return;
        };
        self.prose("  ", &format!("The standard says otherwise. {standard}"));
        for departure in &engine.departures {
            self.prose("  - ", &format!("{}: {}", departure.name, departure.reason));
            let spec: Vec<String> = departure.spec.iter().map(|step| sentence(step)).collect();
            let shown = format!(
                "    {FAINT}{}; shown by {}{FAINT:#}",
                spec.join(", "),
                sentence(&departure.case)
            );
            self.line(&shown);
        }
    }

    fn console(&mut self, messages: &[ConsoleView]) {
        if messages.is_empty() {
            return;
        }
        self.heading("what browsers say of it on their consoles");
        for message in messages {
            self.prose(&format!("  {}: ", message.engine), &message.said);
        }
    }

    fn steps(&mut self, steps: &[Step], verbose: bool) {
        if steps.is_empty() {
            return;
        }
        self.heading("why, step by step");
        self.line(&format!(
            "  {FAINT}(fetch#anchor/step is a step of https://fetch.spec.whatwg.org/#anchor){FAINT:#}"
        ));
        let shown: Vec<&Step> = steps
            .iter()
            .filter(|step| verbose || step.decisive)
            .collect();
        let width = shown.len().to_string().len();
        let mut alike = 0;
        for (index, (number, step)) in (1_usize..).zip(&shown).enumerate() {
            let same = |other: Option<&&Step>| other.is_some_and(|other| other.at == step.at);
            let first = !same(index.checked_sub(1).and_then(|index| shown.get(index)));
            alike = if first { 1 } else { alike + 1 };
            let last = !same(shown.get(number));
            if !verbose && alike > LINES {
                if last {
                    self.more(&format!("  {:width$}  ", ""), alike, "times the same step");
                }
                continue;
            }
            let columns = if verbose { usize::MAX } else { COPIED };
            self.prose(&format!("  {number:>width$}. "), &cut(&step.said, columns));
            let indent = width + 4;
            self.line(&format!(
                "{:indent$}{FAINT}{}{FAINT:#}",
                "",
                sentence(&step.at)
            ));
        }
    }

    fn changes(&mut self, goal: &str, changes: &[Change]) {
        for (index, change) in changes.iter().enumerate() {
            if index == 0 {
                self.heading(goal);
            }
            for (place, answer) in change.answers.iter().enumerate() {
                let or = if index > 0 && place == 0 { "or, " } else { "" };
                self.line(&format!("  {or}in {}:", sentence(&answer.answer)));
                if let Some(status) = answer.status {
                    self.line(&format!("    {GOOD}status {status}{GOOD:#}"));
                }
                for line in &answer.set {
                    self.set(line);
                }
                for name in &answer.remove {
                    self.line(&format!("    {GOOD}no {}{GOOD:#}", sentence(name)));
                }
            }
        }
    }

    fn set(&mut self, line: &ChangedLine) {
        let (name, value) = (sentence(&line.name), cut(&line.value, COPIED));
        self.line(&format!("    {GOOD}{name}: {value}{GOOD:#}"));
        let mut now = String::new();
        for (index, value) in line.now.iter().take(LINES).enumerate() {
            let separator = if index == 0 { "" } else { " and " };
            // Writing to a String does not fail.
            let _ = write!(now, "{separator}{}", cut(value, VALUE));
        }
        if let more @ 1.. = line.now.len().saturating_sub(LINES) {
            let _ = write!(now, " and {more} more");
        }
        if line.now.len() > 1 {
            self.prose(
                "      ",
                &format!("as the only line of its name, in place of {now}"),
            );
        } else if !now.is_empty() {
            self.prose("      ", &format!("in place of {now}"));
        }
    }
}
