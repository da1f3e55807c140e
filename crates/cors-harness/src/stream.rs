//! The stream of events of a run, whatever is tested: who hears of it, and what it adds up to.

use std::collections::BTreeSet;
use std::fmt;

use cors_vectors::server::Level;

use crate::event::{
    CaseEvent, Counts, EndEvent, Event, GeneratedEvent, NoteAbout, NoteEvent, Outcome, RunEvent,
};
use crate::exit::{Exit, Exits};

/// Who hears of a run.
pub trait Sink {
    /// A line of the stream. Cases come in the order of the plan.
    fn event(&mut self, event: &Event);

    /// Whether cases that pass are wanted with all that was seen of them. Without it their events
    /// have no `steps`, no `again`, and of the `checks` only those that fail, and cost a fraction:
    /// what a run does is then mostly to exchange messages. Asked once, at the beginning.
    fn wants_passes(&self) -> bool {
        true
    }

    /// Called once before the `end` line: a baseline takes back failures that are all known, and
    /// adds what it found to be out of date.
    fn settle(&mut self, exits: &mut Exits) {
        let _ = exits;
    }
}

impl<F: FnMut(&Event)> Sink for F {
    fn event(&mut self, event: &Event) {
        self(event);
    }
}

/// A [`Sink`] for those who look only at what does not pass; see [`Sink::wants_passes`].
#[derive(Debug)]
pub struct Briefly<F>(pub F);

impl<F: FnMut(&Event)> Sink for Briefly<F> {
    fn event(&mut self, event: &Event) {
        (self.0)(event);
    }

    fn wants_passes(&self) -> bool {
        false
    }
}

/// A stream that is being told: the `run` line is out, cases follow, and [`Stream::end`] adds up.
pub struct Stream<'s> {
    sink: &'s mut dyn Sink,
    wants_passes: bool,
    /// The lowest level at which a failure counts.
    fail_on: Level,
    selected: usize,
    counts: Counts,
    exits: Exits,
    reason: Option<String>,
    noted: BTreeSet<NoteAbout>,
    /// Cases without an answer in time.
    late: usize,
    log: Vec<String>,
    generated: Option<GeneratedEvent>,
}

impl fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("selected", &self.selected)
            .field("counts", &self.counts)
            .field("exits", &self.exits)
            .finish_non_exhaustive()
    }
}

impl<'s> Stream<'s> {
    /// Whether a case failed so far.
    pub(crate) const fn has_failures(&self) -> bool {
        self.counts.fail > 0
    }

    /// Begins the stream of a run in which failures from a level on count.
    pub fn begin(run: RunEvent, fail_on: Level, sink: &'s mut dyn Sink) -> Self {
        let selected = run.selected;
        sink.event(&Event::Run(run));
        Self {
            wants_passes: sink.wants_passes(),
            sink,
            fail_on,
            selected,
            counts: Counts::default(),
            exits: Exits::default(),
            reason: None,
            noted: BTreeSet::new(),
            late: 0,
            log: Vec::new(),
            generated: None,
        }
    }

    /// Whether the sink wants what was seen of cases that pass.
    pub const fn wants_passes(&self) -> bool {
        self.wants_passes
    }

    /// Notes something that decides the exit status.
    pub fn add(&mut self, exit: Exit) {
        self.exits.add(exit);
    }

    /// Notes why the run cannot go on; the first reason is the one that is shown.
    pub fn stop(&mut self, exit: Exit, reason: String) {
        self.add(exit);
        self.reason.get_or_insert(reason);
    }

    /// Whether there is a reason not to go on.
    pub const fn is_stopped(&self) -> bool {
        self.reason.is_some()
    }

    /// Tells something about the target as a whole. Of several notes about the same the first is told.
    pub fn note(&mut self, note: NoteEvent) {
        if self.noted.insert(note.about) {
            self.sink.event(&Event::Note(note));
        }
    }

    /// Sets what a program under test printed last, in escaped lines.
    pub fn log(&mut self, lines: Vec<String>) {
        self.log = lines;
    }

    /// Hands on a judged case.
    pub fn case(&mut self, case: Box<CaseEvent>) {
        self.counts.add(case.outcome);
        let counts = match case.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip => false,
            Outcome::Fail | Outcome::Blocked | Outcome::Error => {
                case.level >= self.fail_on && case.level > Level::Info
            }
        };
        if counts {
            self.exits.add(Exit::Failed);
        }
        self.sink.event(&Event::Case(case));
    }

    /// Hands on a case that could not be judged since there was no answer in time. How long an answer
    /// takes is no verdict: the run counts as cut short.
    pub fn late(&mut self, case: Box<CaseEvent>) {
        self.counts.add(case.outcome);
        self.exits.add(Exit::CutShort);
        self.late += 1;
        self.sink.event(&Event::Case(case));
    }

    /// Counts what a fuzzer made instead of the cases, which are its findings.
    pub fn generated(&mut self, counts: Counts, generated: GeneratedEvent) {
        self.counts = counts;
        self.generated = Some(generated);
    }

    /// Ends the stream: what was selected and not told was not judged.
    pub fn end(mut self) -> EndEvent {
        if self.late > 0 {
            let cases = if self.late == 1 { "case" } else { "cases" };
            self.reason.get_or_insert_with(|| {
                format!(
                    "{} {cases} had no answer in time, which is no verdict: --request-timeout \
                     gives more",
                    self.late
                )
            });
        }
        self.counts.unjudged = self.selected.saturating_sub(self.counts.total());
        // How many sequences a fuzzer would have made is not known.
        let cut = self.generated.is_some() && self.reason.is_some();
        let complete = self.counts.unjudged == 0 && !cut;
        if complete && self.counts.ran() == 0 {
            self.exits.add(Exit::NothingRan);
        }
        self.sink.settle(&mut self.exits);
        let end = EndEvent {
            complete,
            exit: self.exits.settle(),
            reason: self.reason,
            log: self.log,
            out_of_date: Vec::new(),
            counts: self.counts,
            generated: self.generated,
        };
        self.sink.event(&Event::End(end.clone()));
        end
    }
}
