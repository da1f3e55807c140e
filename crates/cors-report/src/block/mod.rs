//! The block that explains one failure.

use std::fmt::Write as _;

use cors_harness::attribute::{misses, sent_against_the_policy, shows};
use cors_harness::cause::Fix;
use cors_harness::event::{
    AgentEvent, CaseEvent, CheckEvent, CheckOutcome, ExchangeEvent, Got, Kind, Outcome,
    RefusalEvent, StepEvent, TraceEvent,
};
use cors_vectors::server::{Level, Verdict};

use crate::cite::cited;
use crate::reasons::reason;
use cors_explain::console::{self, ConsoleView, Refused};
use cors_text::command::broken;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD, STRONG};
use cors_text::terminal as escape;

mod exchanges;
mod impact;

/// Columns before the text of a section.
const INDENT: usize = 12;

/// The section of the commands that show a failure again.
const REPRODUCE: &str = "reproduce";

/// A part of a block, in colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is: `request`, `response`, `browser`, `expected`, `impact`, `fix`, `reproduce` …
    pub heading: &'static str,
    /// Its text.
    pub lines: Vec<String>,
}

/// Columns of a command where those of the terminal are not known.
const COMMAND: usize = 100;

/// Sections whose lines are never wrapped: URLs and header values are compared by eye with what a server
/// sent.
const AS_IT_IS: [&str; 3] = ["request", "response", "docs"];

impl Section {
    /// The same in lines that fit behind the headings of a block of so many columns.
    fn within(&self, columns: usize) -> Self {
        let is_known = columns < usize::MAX;
        let columns = columns.saturating_sub(INDENT);
        let lines = self.lines.iter();
        let lines = if AS_IT_IS.contains(&self.heading) {
            let is_message = |line: &str| line.starts_with(['>', '<', ' ']);
            lines
                .flat_map(|line| match self.heading {
                    "request" | "response" if !is_message(line) => escape::wrapped(line, columns),
                    _ => vec![line.clone()],
                })
                .collect()
        } else if self.heading == REPRODUCE {
            let columns = if is_known { columns } else { COMMAND };
            lines.flat_map(|line| broken(line, columns)).collect()
        } else {
            lines
                .flat_map(|line| escape::wrapped(line, columns))
                .collect()
        };
        Self {
            heading: self.heading,
            lines,
        }
    }
}

/// The block of a failed case, ending in a line feed.
pub fn failure(case: &CaseEvent) -> String {
    failure_within(case, usize::MAX)
}

/// [`failure`] in lines of at most so many columns, but for requests, responses and commands.
pub fn failure_within(case: &CaseEvent, columns: usize) -> String {
    text(case, &sections(case), columns)
}

/// The parts of the block of a failed case, in order.
pub fn sections(case: &CaseEvent) -> Vec<Section> {
    let mut block = Block::default();
    match &case.agent {
        Some(agent) => block.agent(agent),
        None => block.server(case, true),
    }
    if case.outcome == Outcome::Error {
        block.section("result", &escape::sentence(reason(case)));
    }
    if let Some(text) = impact::text(case) {
        block.section("impact", &escape::sentence(&text));
    }
    block.fix(case);
    block.reproduce(case);
    block.docs(case);
    block.0
}

/// What `-vv` says of a case that did not fail: the requirement, exchanges and steps taken.
pub fn verbose(case: &CaseEvent, columns: usize) -> String {
    let mut block = Block::default();
    if let Some(known) = &case.known {
        block.section("known", &escape::sentence(&known.reason));
    }
    if let Some(agent) = &case.agent {
        block.agent(agent);
    } else {
        block.server(case, false);
        block.trace(case);
    }
    text(case, &block.0, columns)
}

/// A case's title and the sections below, each line without trailing space.
fn text(case: &CaseEvent, sections: &[Section], columns: usize) -> String {
    let policy = case
        .policy
        .as_deref()
        .map(|policy| format!(", policy {}", escape::sentence(policy)));
    let mut lines = vec![format!(
        "{} {STRONG}{}{STRONG:#} ({}{})",
        word(case),
        escape::sentence(&case.id),
        level(case.level),
        policy.unwrap_or_default()
    )];
    let title = escape::wrapped(&escape::sentence(&case.title), columns.saturating_sub(2));
    lines.extend(
        title
            .iter()
            .map(|line| format!("  {STRONG}{line}{STRONG:#}")),
    );
    for section in sections {
        lines.extend(indented(&section.within(columns)));
    }
    lines
        .iter()
        .fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// The lines of a section, with its heading before the first.
pub(crate) fn indented(section: &Section) -> impl Iterator<Item = String> {
    let width = INDENT - 2;
    let lines = section.lines.iter().enumerate();
    lines.map(move |(number, line)| match number {
        0 => format!("  {FAINT}{:<width$}{FAINT:#}{line}", section.heading),
        _ => format!("{:INDENT$}{line}", ""),
    })
}

/// Whether there is more to a case than its line.
pub fn has_details(case: &CaseEvent) -> bool {
    !case.steps.is_empty() || case.agent.is_some()
}

/// The word for an outcome, in its colour.
pub fn word(case: &CaseEvent) -> String {
    let (style, word) = match case.outcome {
        _ if case.known.is_some() => (FAINT, "known"),
        Outcome::Pass => (GOOD, "pass"),
        Outcome::Info => (FAINT, "info"),
        Outcome::Fail if case.level < Level::Must => (DOUBT, "FAIL"),
        Outcome::Fail => (BAD, "FAIL"),
        Outcome::Error => (BAD, "ERROR"),
        Outcome::Blocked => (DOUBT, "blocked"),
        Outcome::Skip => (FAINT, "skip"),
    };
    format!("{style}{word}{style:#}")
}

/// What is rendered for a terminal, without colours. Only for that: of other text it would drop
/// control characters that are to be seen.
pub fn uncoloured(rendered: &str) -> String {
    anstream::adapter::strip_str(rendered).to_string()
}

/// The word for a level.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Should => "should",
        Level::Must => "must",
    }
}

#[derive(Default)]
struct Block(Vec<Section>);

impl Block {
    /// Begins a section; one without a heading goes on with the last.
    fn section(&mut self, heading: &'static str, text: &str) {
        if heading.is_empty() {
            return self.more(text);
        }
        let lines = vec![text.to_owned()];
        self.0.push(Section { heading, lines });
    }

    /// A line that continues a section.
    fn more(&mut self, text: &str) {
        if let Some(section) = self.0.last_mut() {
            section.lines.push(text.to_owned());
        }
    }

    /// What came of a server, only in the steps in which the failure shows, or in all.
    fn server(&mut self, case: &CaseEvent, only_failed: bool) {
        self.exchanges(case, only_failed);
        self.browser(case);
        self.checks(case);
    }

    /// What a user agent did, and what was expected of it.
    fn agent(&mut self, agent: &AgentEvent) {
        for (number, request) in (1..).zip(&agent.requests) {
            let heading = if number == 1 { "request" } else { "" };
            self.section(heading, &format!("{number}  {}", escape::sentence(request)));
        }
        for difference in &agent.differences {
            let what = escape::sentence(&difference.what);
            let (got, wanted) = (&difference.got, &difference.wanted);
            self.section("browser", &format!("{what}: {}", escape::sentence(got)));
            self.section("expected", &format!("{what}: {}", escape::sentence(wanted)));
        }
        if !agent.steps.is_empty() {
            self.section("steps", &escape::sentence(&agent.steps.join(", ")));
        }
    }

    /// What a browser does, and at which step of the standard, and what the policy wants.
    fn browser(&mut self, case: &CaseEvent) {
        let missed = |step: &&StepEvent| misses(step);
        let by_check = || {
            let (_, step) = case
                .steps
                .iter()
                .enumerate()
                .find(|(index, step)| shows(case, *index, step))?;
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
            (Some(Got::Refused), _) if sent_against_the_policy(step) => {
                "sends the request, since the preflight allows it, and keeps the response from the page"
            }
            (Some(Got::Shared), _) => "lets the page read the response",
            (Some(Got::Refused), Some(refusal)) if refusal.stage == "preflight" => {
                "gives up after the preflight: the request is never made"
            }
            (Some(Got::Refused), _) => "keeps the response from the page",
            (Some(Got::Nothing) | None, _) => "has no response to decide about",
        };
        self.section("browser", does);
        match &step.refusal {
            Some(refusal) => {
                self.more(&escape::sentence(&refusal.said));
                self.cite(&refusal.at);
                if step.wanted == Some(Verdict::Shared) {
                    // An engine that does not refuse this says nothing of it.
                    let shares = |name: &str| {
                        let mut engines = case.engines.iter();
                        engines.any(|event| event.engine == name && event.got == Got::Shared)
                    };
                    for view in on_console(step, refusal) {
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
            Some(Verdict::Shared) => self.section("expected", "the page may read the response"),
            Some(Verdict::Refused) if sent_against_the_policy(step) => {
                self.section(
                    "expected",
                    "the request must not be sent after the preflight",
                );
            }
            Some(Verdict::Refused) => {
                self.section("expected", "the page must not read the response");
            }
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
        self.more(&format!("{FAINT}{}{FAINT:#}", source(citation)));
    }

    /// The checks that do not hold; those that say the same are said once.
    fn checks(&mut self, case: &CaseEvent) {
        let failed = case.checks.iter();
        let failed = failed.filter(|check| check.outcome == CheckOutcome::Fail);
        let mut apart: Vec<(&CheckEvent, Vec<String>)> = Vec::new();
        for check in failed {
            let name = format!("{}, {}", escape::sentence(&check.id), level(check.level));
            let same = |(first, _): &&mut (&CheckEvent, Vec<String>)| {
                first.said == check.said && first.why == check.why
            };
            match apart.iter_mut().find(same) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => apart.push((check, vec![name])),
            }
        }
        for (check, names) in apart {
            let said = escape::sentence(&check.said);
            self.section("check", &format!("{said} ({})", names.join("; ")));
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

    /// The fixes: each was tried.
    fn fix(&mut self, case: &CaseEvent) {
        let fixes = case.cause.iter().flat_map(|cause| &cause.fixes);
        let mut last: Option<&Fix> = None;
        for fix in fixes {
            let said = escape::sentence(&fix.to_string());
            match last {
                None => self.section("fix", &said),
                Some(last) if last.check == fix.check => self.more(&format!("or {said}")),
                Some(_) => self.more(&format!("and {said}")),
            }
            last = Some(fix);
        }
    }

    fn reproduce(&mut self, case: &CaseEvent) {
        let Some(again) = &case.again else { return };
        let mut heading = REPRODUCE;
        for line in [&again.cli, &again.curl].into_iter().flatten() {
            self.section(heading, &escape::sentence(line));
            heading = "";
        }
    }

    /// Where the requirement comes from.
    fn docs(&mut self, case: &CaseEvent) {
        for (number, citation) in case.spec.iter().enumerate() {
            let heading = if number == 0 { "docs" } else { "" };
            self.section(heading, &format!("{FAINT}{}{FAINT:#}", source(citation)));
        }
        if let Some(line) = case.again.as_ref().and_then(|again| again.explain.as_ref()) {
            let heading = if case.spec.is_empty() { "docs" } else { "" };
            let line = escape::sentence(line);
            self.section(heading, &format!("{FAINT}{line}{FAINT:#}"));
        }
    }
}

/// What engines write of a refusal.
fn on_console(step: &StepEvent, refusal: &RefusalEvent) -> Vec<ConsoleView> {
    let of_preflight = refusal.stage == "preflight";
    let is_judged = |one: &&ExchangeEvent| (one.kind == Kind::Preflight) == of_preflight;
    let Some(judged) = step.exchanges.iter().rfind(is_judged) else {
        return Vec::new();
    };
    let first = step.exchanges.first().map(|one| one.request.url.as_str());
    console::written(&Refused {
        at: &refusal.at,
        stage: &refusal.stage,
        got: refusal.got.as_deref(),
        element: refusal.element.as_deref(),
        status: judged.response.as_ref().map(|response| response.status),
        page: step.origin.as_deref().unwrap_or("null"),
        url: &judged.request.url,
        asked: first.filter(|first| *first != judged.request.url),
    })
}

/// A citation as a link and a step.
fn source(citation: &str) -> String {
    match cited(citation) {
        Some(cited) => {
            let step = cited.step.map(|step| format!(" step {step}"));
            escape::sentence(&format!("{}{}", cited.link, step.unwrap_or_default()))
        }
        None => escape::sentence(citation),
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
