//! What a person reads: cases as they finish when asked for, then the failures, then the sums.

use std::cmp::Reverse;
use std::io::{self, Write};

use cors_harness::event::{
    CaseEvent, EndEvent, Event, Mode, NoteAbout, Outcome, RunEvent, SubjectEvent,
};
use cors_vectors::server::Level;

use crate::block;
use crate::diagnosis::diagnosis;
use crate::groups::{Group, groups};
use crate::last_line::last_line;
use crate::reasons::{Reason, Reasons, reason, shown};
pub use crate::verbosity::Verbosity;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD, STRONG};
use cors_text::terminal as escape;

/// How many cases of one cause are named below the one that is explained.
const NAMED: usize = 12;

/// Ids of failed cases that are listed at the end.
const LISTED: usize = 24;
/// Columns of lists of ids where those of the terminal are not known.
const IDS: usize = 100;
/// How many reasons for skipping are told.
const REASONS: usize = 8;

/// Renders one run; events go in, text comes out.
#[derive(Debug)]
pub struct Terminal {
    verbosity: Verbosity,
    /// The lowest level that makes the run a failure.
    fail_on: Level,
    failures: Vec<CaseEvent>,
    skipped: Reasons,
    blocked: Reasons,
    /// What is recorded of servers that pass.
    info: Reasons,
    /// Failures that are accepted, by the reason for that.
    known: Reasons,
    /// What engines make of cases otherwise, by what that is.
    engines: Reasons,
    /// About the target as a whole.
    notes: Vec<String>,
    /// Of a fuzzer, what makes the same requests again.
    seed: Option<u64>,
    /// Columns of a line.
    columns: usize,
}

impl Terminal {
    /// A renderer for one run.
    pub const fn new(verbosity: Verbosity, fail_on: Level) -> Self {
        Self {
            verbosity,
            fail_on,
            failures: Vec::new(),
            skipped: Reasons::new(),
            blocked: Reasons::new(),
            info: Reasons::new(),
            known: Reasons::new(),
            engines: Reasons::new(),
            notes: Vec::new(),
            seed: None,
            columns: usize::MAX,
        }
    }

    /// Lines of at most so many columns. Longer ones are those of requests, responses and commands,
    /// since URLs and header values are compared by eye and commands are copied, and those of one
    /// word.
    #[must_use]
    pub const fn within(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// A line, wrapped; what does not fit stands this far from the edge.
    fn prose(&self, sink: &mut dyn Write, hanging: usize, line: &str) -> io::Result<()> {
        write_wrapped(sink, self.columns, hanging, line)
    }

    /// Ids, in lines that are not long where the columns are not known either.
    fn ids(&self, sink: &mut dyn Write, hanging: usize, line: &str) -> io::Result<()> {
        let columns = if self.columns == usize::MAX {
            IDS
        } else {
            self.columns
        };
        write_wrapped(sink, columns, hanging, line)
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
            Event::Note(note) => {
                // Whatever comes is to be read with this in mind.
                if note.about == NoteAbout::Status {
                    let text = escape::sentence(&note.text);
                    return self.prose(sink, 2, &format!("{DOUBT}note: {text}{DOUBT:#}"));
                }
                self.notes.push(note.text.clone());
                Ok(())
            }
            Event::Case(case) => self.case(sink, case),
            Event::End(end) => self.end(sink, end),
        }
    }

    fn run(&mut self, sink: &mut dyn Write, run: &RunEvent) -> io::Result<()> {
        let cases = if run.selected == 1 { "case" } else { "cases" };
        let name = escape::sentence(run.subject.name());
        let known = |mode: &Mode, inferred: &Option<String>| match (mode, inferred) {
            (Mode::Probe, Some(_)) => "its policy is not stated: below is what it seems to be",
            (Mode::Probe, None) => "its policy is not stated",
            (Mode::Policy, _) => "its policy was stated",
            (Mode::Kit, _) => "it takes on the policies of the cases",
        };
        let subject = match &run.subject {
            SubjectEvent::Server { mode, inferred, .. } => {
                let known = known(mode, inferred);
                format!("{} {cases} against {name} ({known})", run.selected)
            }
            SubjectEvent::Agent { .. } => {
                let standard = run.standard.get(..8).unwrap_or(&run.standard);
                let standard = escape::sentence(standard);
                format!(
                    "{} {cases} of the Fetch standard at {standard} on {name}",
                    run.selected
                )
            }
            SubjectEvent::Fuzz { seed, .. } => {
                self.seed = Some(*seed);
                format!("fuzzing {name}, seed {seed}")
            }
        };
        if self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let tool = escape::sentence(&run.tool);
        self.prose(sink, 2, &format!("{STRONG}{tool}{STRONG:#}: {subject}"))?;
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
            Verbosity::Quiet | Verbosity::Failures => {}
            Verbosity::Cases => self.prose(sink, 2, &block::line(case))?,
            Verbosity::Everything if !block::has_details(case) => {
                self.prose(sink, 2, &block::line(case))?;
            }
            Verbosity::Everything => writeln!(sink, "{}", block::verbose(case, self.columns))?,
        }
        for event in &case.engines {
            self.engines.add(&event.said, &case.id);
        }
        if let Some(known) = &case.known {
            self.known.add(&known.to_string(), &case.id);
            return Ok(());
        }
        match case.outcome {
            Outcome::Pass => {}
            Outcome::Info => self.info.add(reason(case), &case.id),
            Outcome::Fail | Outcome::Error => {
                // A search may go on for hours.
                if self.seed.is_some() && self.verbosity > Verbosity::Quiet {
                    self.finding(sink, case)?;
                }
                self.failures.push(case.clone());
            }
            Outcome::Skip => self.skipped.add(reason(case), &case.id),
            Outcome::Blocked => self.blocked.add(reason(case), &case.id),
        }
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        if self.verbosity == Verbosity::Quiet {
            self.why_not(sink, end)?;
            return self.last(sink, end);
        }
        if self.seed.is_some() {
            return self.sums(sink, end);
        }
        // Cases finish in any order; people compare runs.
        self.failures.sort_by(|one, other| one.id.cmp(&other.id));
        let groups = groups(&self.failures);
        let many = groups.len();
        for (number, group) in (1..).zip(&groups) {
            writeln!(sink)?;
            self.group(sink, group, number, many)?;
        }
        self.sums(sink, end)
    }

    /// What the server does wrong, and how much fails of it.
    fn diagnosis(
        &self,
        sink: &mut dyn Write,
        group: &Group<'_>,
        number: usize,
        many: usize,
    ) -> io::Result<()> {
        let text = escape::sentence(&diagnosis(group));
        let head = format!("cause {number} of {many} ({})", group.size());
        let text = format!("{FAINT}{head}:{FAINT:#} {STRONG}{text}{STRONG:#}");
        self.prose(sink, 2, &text)
    }

    /// The failures of one cause: what it is, the plainest case at length, the others by name.
    fn group(
        &self,
        sink: &mut dyn Write,
        group: &Group<'_>,
        number: usize,
        many: usize,
    ) -> io::Result<()> {
        if group.first.agent.is_none() {
            self.diagnosis(sink, group, number, many)?;
        }
        write!(sink, "{}", block::failure_within(group.first, self.columns))?;
        if group.others.is_empty() {
            return Ok(());
        }
        let same = format!("  {DOUBT}the same in {} more:{DOUBT:#}", group.others.len());
        if self.verbosity > Verbosity::Failures {
            writeln!(sink, "{same}")?;
            for case in &group.others {
                let (id, title) = (escape::sentence(&case.id), escape::sentence(&case.title));
                self.prose(sink, 6, &format!("    {id}  {FAINT}{title}{FAINT:#}"))?;
            }
            return Ok(());
        }
        let ids: Vec<String> = group
            .others
            .iter()
            .take(NAMED)
            .map(|case| escape::sentence(&case.id))
            .collect();
        let more = match group.others.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" {FAINT}and {more} that -v names{FAINT:#}"),
        };
        self.ids(sink, 4, &format!("{same} {}{more}", ids.join(", ")))
    }

    fn sums(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        let counts = end.counts;
        writeln!(sink)?;
        let mut skipped: Vec<&Reason> = self.skipped.iter().collect();
        skipped.sort_by_key(|reason| Reverse(reason.count));
        let most = if self.verbosity == Verbosity::Failures {
            REASONS
        } else {
            usize::MAX
        };
        for Reason { count, text, .. } in skipped.iter().take(most) {
            self.prose(
                sink,
                2,
                &format!("{count} skipped: {}", escape::sentence(text)),
            )?;
        }
        let rest: usize = skipped.iter().skip(most).map(|reason| reason.count).sum();
        if rest > 0 {
            writeln!(sink, "{rest} skipped for other reasons, which -v lists")?;
        }
        let blocked = self.blocked.iter().len();
        if self.verbosity == Verbosity::Failures && blocked > 1 {
            let count: usize = self.blocked.iter().map(|reason| reason.count).sum();
            let line = format!(
                "{count} skipped: each tests that something is refused, which shows nothing while \
                 what has to be allowed beside it fails too; -v names them"
            );
            self.prose(sink, 2, &line)?;
        }
        let named = self.verbosity > Verbosity::Failures || blocked == 1;
        for reason in self.blocked.iter().filter(|_| named) {
            let (count, shown) = (reason.count, shown(reason));
            self.prose(sink, 2, &format!("{count} skipped: {shown}"))?;
        }
        for reason in self.info.iter() {
            self.prose(
                sink,
                2,
                &format!("{} info: {}", reason.count, shown(reason)),
            )?;
        }
        for reason in self.known.iter() {
            let (count, shown) = (reason.count, shown(reason));
            self.prose(sink, 2, &format!("{count} known to fail: {shown}"))?;
        }
        for reason in self.engines.iter() {
            let cases = if reason.count == 1 { "case" } else { "cases" };
            self.prose(
                sink,
                2,
                &format!("{} {cases}: {}", reason.count, shown(reason)),
            )?;
        }
        self.out_of_date(sink, end)?;
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
            self.prose(
                sink,
                2,
                &format!(
                    "{below} of the failures {verb} advice (level should), which makes a run fail \
                     only with --fail-on should"
                ),
            )?;
        }
        if counts.unjudged > 0 {
            writeln!(sink, "{} not judged, counted as skipped", counts.unjudged)?;
        }
        for note in &self.notes {
            let note = escape::sentence(note);
            self.prose(sink, 2, &format!("{DOUBT}note:{DOUBT:#} {note}"))?;
        }
        self.reason(sink, end)?;
        if !end.log.is_empty() {
            writeln!(sink, "  it printed last:")?;
            for line in &end.log {
                writeln!(sink, "    {}", escape::sentence(line))?;
            }
        }
        if self.seed.is_none() {
            self.failed_ids(sink)?;
        }
        self.last(sink, end)
    }

    /// What keeps the run from judging, or its list of known failures from being right.
    fn why_not(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        self.out_of_date(sink, end)?;
        self.reason(sink, end)
    }

    fn out_of_date(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        for text in &end.out_of_date {
            let text = escape::sentence(text);
            self.prose(sink, 2, &format!("{DOUBT}out of date:{DOUBT:#} {text}"))?;
        }
        Ok(())
    }

    fn reason(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        let Some(reason) = &end.reason else {
            return Ok(());
        };
        let reason = escape::sentence(reason);
        self.prose(sink, 2, &format!("{BAD}{reason}{BAD:#}"))
    }

    fn last(&self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        match self.seed {
            Some(seed) => self.sums_of_search(sink, end, seed),
            None => writeln!(sink, "{}", last_line(&end.counts)),
        }
    }

    /// The ids of what failed, by level.
    fn failed_ids(&self, sink: &mut dyn Write) -> io::Result<()> {
        for level in [Level::Must, Level::Should, Level::Info] {
            let of_level = self.failures.iter().filter(|case| case.level == level);
            let ids: Vec<String> = of_level.map(|case| escape::sentence(&case.id)).collect();
            if ids.is_empty() {
                continue;
            }
            writeln!(sink, "{} failed ({}):", ids.len(), block::level(level))?;
            let shown = if self.verbosity == Verbosity::Failures {
                LISTED
            } else {
                usize::MAX
            };
            let listed = ids.iter().take(shown).cloned().collect::<Vec<_>>();
            let more = match ids.len().saturating_sub(shown) {
                0 => String::new(),
                more => format!(" {FAINT}and {more} that -v names{FAINT:#}"),
            };
            self.ids(sink, 2, &format!("  {}{more}", listed.join(", ")))?;
        }
        Ok(())
    }

    /// A finding of a fuzzer, as soon as it is there.
    fn finding(&self, sink: &mut dyn Write, case: &CaseEvent) -> io::Result<()> {
        writeln!(sink)?;
        if let Some(group) = groups(std::slice::from_ref(case)).first() {
            let text = escape::sentence(&diagnosis(group));
            self.prose(
                sink,
                2,
                &format!("{FAINT}cause:{FAINT:#} {STRONG}{text}{STRONG:#}"),
            )?;
        }
        write!(sink, "{}", block::failure_within(case, self.columns))?;
        let Some(found) = &case.found else {
            return Ok(());
        };
        let after = found.after;
        if found.confirmed {
            return writeln!(sink, "  {FAINT}found     after {after} requests{FAINT:#}");
        }
        let line = format!(
            "  {DOUBT}found     after {after} requests, and not seen again on a target to which \
             nothing else was sent: it depends on what was sent before, or comes and goes{DOUBT:#}"
        );
        self.prose(sink, 12, &line)
    }

    fn sums_of_search(&self, sink: &mut dyn Write, end: &EndEvent, seed: u64) -> io::Result<()> {
        let generated = end.generated.as_ref();
        for (id, times) in generated.into_iter().flat_map(|generated| &generated.times) {
            if *times > 1 {
                writeln!(
                    sink,
                    "{times} sequences failed like {}",
                    escape::sentence(id)
                )?;
            }
        }
        let requests = generated.map_or(0, |generated| generated.requests);
        let findings = self.failures.len();
        let style = if findings == 0 { GOOD } else { BAD };
        let noun = if findings == 1 { "finding" } else { "findings" };
        let line = format!(
            "fuzz: {} sequences in {requests} requests ({} could not be made), \
             {style}{findings} {noun}{style:#}, seed {seed}",
            end.counts.ran(),
            end.counts.skip
        );
        self.prose(sink, 2, &line)
    }
}

/// A line, wrapped; what does not fit stands this far from the edge.
fn write_wrapped(
    sink: &mut dyn Write,
    columns: usize,
    hanging: usize,
    line: &str,
) -> io::Result<()> {
    let lines = escape::wrapped(line, columns.saturating_sub(hanging));
    for (number, line) in lines.iter().enumerate() {
        let indent = if number == 0 { 0 } else { hanging };
        writeln!(sink, "{:indent$}{line}", "")?;
    }
    Ok(())
}
