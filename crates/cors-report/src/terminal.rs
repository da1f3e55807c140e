//! What a person reads: cases as they finish when asked for, then the failures, then the sums.

use std::cmp::Reverse;
use std::io::{self, Write};

use cors_harness::event::{
    CaseEvent, Counts, EndEvent, Event, Mode, Outcome, RunEvent, SubjectEvent,
};
use cors_vectors::server::Level;

use crate::block;
use crate::groups::groups;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD, STRONG};
use cors_text::terminal as escape;

/// How many cases of one cause are named below the one that is explained.
const NAMED: usize = 12;

/// How many reasons for skipping are told.
const REASONS: usize = 8;

/// What to say beyond failures and sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Nothing.
    Failures,
    /// Each case, in a line.
    Cases,
    /// Each case with its exchanges and the steps of the standard that were taken.
    Everything,
}

impl Verbosity {
    /// What `-v`, given so often, asks for.
    pub const fn from_count(count: u8) -> Self {
        match count {
            0 => Self::Failures,
            1 => Self::Cases,
            _ => Self::Everything,
        }
    }
}

/// Renders one run; events go in, text comes out.
#[derive(Debug)]
pub struct Terminal {
    verbosity: Verbosity,
    /// The lowest level that makes the run a failure.
    fail_on: Level,
    failures: Vec<CaseEvent>,
    skipped: Reasons,
    blocked: Reasons,
    /// Failures that are accepted, by the reason for that.
    known: Reasons,
    /// What engines make of cases otherwise, by what that is.
    engines: Reasons,
}

impl Terminal {
    /// A renderer for one run.
    pub const fn new(verbosity: Verbosity, fail_on: Level) -> Self {
        Self {
            verbosity,
            fail_on,
            failures: Vec::new(),
            skipped: Reasons(Vec::new()),
            blocked: Reasons(Vec::new()),
            known: Reasons(Vec::new()),
            engines: Reasons(Vec::new()),
        }
    }

    /// Whether what was seen of cases that pass is to be read.
    pub fn wants_passes(&self) -> bool {
        self.verbosity == Verbosity::Everything
    }

    /// Number of failures and errors so far.
    pub const fn failures(&self) -> usize {
        self.failures.len()
    }

    /// Takes an event in and writes what is to be read of it now.
    pub fn event(&mut self, sink: &mut dyn Write, event: &Event) -> io::Result<()> {
        match event {
            Event::Run(run) => self.run(sink, run),
            Event::Case(case) => self.case(sink, case),
            Event::End(end) => self.end(sink, end),
        }
    }

    fn run(&self, sink: &mut dyn Write, run: &RunEvent) -> io::Result<()> {
        let cases = if run.selected == 1 { "case" } else { "cases" };
        let name = escape::sentence(run.subject.name());
        let known = |mode: &Mode| match mode {
            Mode::Probe => "its policy is not stated: below is what it seems to be",
            Mode::Policy => "its policy was stated",
            Mode::Kit => "it takes on the policies of the cases",
        };
        let subject = match &run.subject {
            SubjectEvent::Server { mode, .. } => {
                format!("{} {cases} against {name} ({})", run.selected, known(mode))
            }
            SubjectEvent::Agent { .. } => {
                let standard = run.standard.get(..8).unwrap_or(&run.standard);
                let standard = escape::sentence(standard);
                format!(
                    "{} {cases} of the Fetch standard at {standard} on {name}",
                    run.selected
                )
            }
            SubjectEvent::Fuzz { seed, .. } => format!("fuzzing {name}, seed {seed}"),
        };
        let tool = escape::sentence(&run.tool);
        writeln!(sink, "{STRONG}{tool}{STRONG:#}: {subject}")?;
        if let SubjectEvent::Server {
            inferred: Some(inferred),
            ..
        } = &run.subject
        {
            writeln!(sink)?;
            for line in inferred.lines() {
                writeln!(sink, "{}", escape::sentence(line))?;
            }
            writeln!(sink)?;
        }
        if self.verbosity > Verbosity::Failures {
            let standard = escape::sentence(&run.standard);
            let vectors = escape::sentence(&run.vectors);
            writeln!(
                sink,
                "{FAINT}cases {vectors}, Fetch standard {standard}{FAINT:#}"
            )?;
        }
        Ok(())
    }

    fn case(&mut self, sink: &mut dyn Write, case: &CaseEvent) -> io::Result<()> {
        match self.verbosity {
            Verbosity::Failures => {}
            Verbosity::Cases => writeln!(sink, "{}", block::line(case))?,
            Verbosity::Everything if !block::has_details(case) => {
                writeln!(sink, "{}", block::line(case))?;
            }
            Verbosity::Everything => writeln!(sink, "{}", block::verbose(case))?,
        }
        for event in &case.engines {
            self.engines.add(&event.said, &case.id);
        }
        if let Some(known) = &case.known {
            let name = known.name.as_ref().map(|name| format!("{name}: "));
            let reason = format!("{}{}", name.unwrap_or_default(), known.reason);
            self.known.add(&reason, &case.id);
            return Ok(());
        }
        match case.outcome {
            Outcome::Pass => {}
            Outcome::Fail | Outcome::Error => self.failures.push(case.clone()),
            Outcome::Skip => self.skipped.add(unpassed(case), &case.id),
            Outcome::Blocked => self.blocked.add(unpassed(case), &case.id),
        }
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        // Cases finish in any order; people compare runs.
        self.failures.sort_by(|one, other| one.id.cmp(&other.id));
        for group in groups(&self.failures) {
            writeln!(sink)?;
            write!(sink, "{}", block::failure(group.first))?;
            if !group.others.is_empty() {
                writeln!(
                    sink,
                    "  {DOUBT}the same in {} more:{DOUBT:#}",
                    group.others.len()
                )?;
                let shown = if self.verbosity == Verbosity::Failures {
                    NAMED
                } else {
                    usize::MAX
                };
                for case in group.others.iter().take(shown) {
                    let title = escape::sentence(&case.title);
                    writeln!(
                        sink,
                        "    {}  {FAINT}{title}{FAINT:#}",
                        escape::sentence(&case.id)
                    )?;
                }
                let unnamed = group.others.len().saturating_sub(shown);
                if unnamed > 0 {
                    writeln!(sink, "    {FAINT}and {unnamed} that -v names{FAINT:#}")?;
                }
            }
        }
        self.sums(sink, end)
    }

    fn sums(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        let counts = end.counts;
        writeln!(sink)?;
        let mut skipped: Vec<&(usize, String, String)> = self.skipped.0.iter().collect();
        skipped.sort_by_key(|(count, _, _)| Reverse(*count));
        let shown = if self.verbosity == Verbosity::Failures {
            REASONS
        } else {
            usize::MAX
        };
        for (count, reason, _) in skipped.iter().take(shown) {
            writeln!(sink, "{count} skipped: {}", escape::sentence(reason))?;
        }
        let rest: usize = skipped.iter().skip(shown).map(|(count, _, _)| count).sum();
        if rest > 0 {
            writeln!(sink, "{rest} skipped for other reasons, which -v lists")?;
        }
        for (count, reason, first) in &self.blocked.0 {
            let more = if *count > 1 { ", …" } else { "" };
            let (first, reason) = (escape::sentence(first), escape::sentence(reason));
            writeln!(
                sink,
                "{count} blocked, counted as skipped: {reason} ({first}{more})"
            )?;
        }
        for (count, reason, first) in &self.known.0 {
            let more = if *count > 1 { ", …" } else { "" };
            let (first, reason) = (escape::sentence(first), escape::sentence(reason));
            writeln!(sink, "{count} known to fail: {reason} ({first}{more})")?;
        }
        for (count, said, first) in &self.engines.0 {
            let more = if *count > 1 { ", …" } else { "" };
            let cases = if *count == 1 { "case" } else { "cases" };
            let (first, said) = (escape::sentence(first), escape::sentence(said));
            writeln!(sink, "{count} {cases}: {said} ({first}{more})")?;
        }
        for said in &end.out_of_date {
            writeln!(
                sink,
                "{DOUBT}out of date:{DOUBT:#} {}",
                escape::sentence(said)
            )?;
        }
        if counts.error > 0 {
            writeln!(
                sink,
                "{} without an answer to judge, counted as failed",
                counts.error
            )?;
        }
        let below = self
            .failures
            .iter()
            .filter(|case| case.outcome == Outcome::Fail && case.level < self.fail_on);
        let below = below.count();
        if below > 0 {
            let verb = if below == 1 { "is" } else { "are" };
            writeln!(
                sink,
                "{below} of the failures {verb} advice: --fail-on should lets it count"
            )?;
        }
        if counts.unjudged > 0 {
            writeln!(sink, "{} not judged, counted as skipped", counts.unjudged)?;
        }
        if let Some(reason) = &end.reason {
            writeln!(sink, "{BAD}{}{BAD:#}", escape::sentence(reason))?;
        }
        if !end.log.is_empty() {
            writeln!(sink, "  it printed last:")?;
            for line in &end.log {
                writeln!(sink, "    {}", escape::sentence(line))?;
            }
        }
        writeln!(sink, "{}", last_line(&counts))
    }
}

/// The last line of a run.
fn last_line(counts: &Counts) -> String {
    let (passed, failed) = (counts.pass, counts.fail + counts.error);
    let skipped = counts.skip + counts.blocked + counts.unjudged;
    let good = if passed > 0 && failed == 0 {
        GOOD
    } else {
        anstyle::Style::new()
    };
    let bad = if failed > 0 {
        BAD
    } else {
        anstyle::Style::new()
    };
    format!(
        "conformance: {good}{passed} passed{good:#}, {bad}{failed} failed{bad:#}, {skipped} skipped"
    )
}

/// Why a case did not pass.
fn unpassed(case: &CaseEvent) -> &str {
    case.reason.as_deref().unwrap_or("no reason was given")
}

/// Why cases were left out, each reason with a count and the first case that gave it, in the
/// order in which the reasons came up.
#[derive(Debug)]
struct Reasons(Vec<(usize, String, String)>);

impl Reasons {
    fn add(&mut self, reason: &str, id: &str) {
        match self.0.iter_mut().find(|(_, known, _)| known == reason) {
            Some((count, _, _)) => *count += 1,
            None => self.0.push((1, reason.to_owned(), id.to_owned())),
        }
    }
}
