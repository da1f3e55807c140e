//! Compares a run with the known failures while it goes on.

use std::collections::{BTreeMap, BTreeSet};

use cors_harness::event::{CaseEvent, EndEvent, Event, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_harness::run::Sink;
use cors_vectors::server::Level;

use super::file::Baseline;
use super::fingerprint::fingerprint;
use crate::output::Output;

/// What became of the cases of a run.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The failures that count for the exit status, and how each fails.
    pub(crate) failures: BTreeMap<String, String>,
    /// How every case failed that did, whether or not it counts.
    pub(crate) failing: BTreeMap<String, String>,
    /// The cases that passed.
    pub(crate) passed: BTreeSet<String>,
    /// The cases that mean nothing for the target.
    pub(crate) skipped: BTreeSet<String>,
}

/// Hears of a run before the output does.
pub(crate) struct Known<'a> {
    output: Output,
    baseline: Option<&'a Baseline>,
    /// Whether cases were left out on purpose.
    narrowed: bool,
    fail_on: Level,
    pub(crate) seen: Seen,
    out_of_date: Vec<String>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(
        output: Output,
        baseline: Option<&'a Baseline>,
        narrowed: bool,
        fail_on: Level,
    ) -> Self {
        Self {
            output,
            baseline,
            narrowed,
            fail_on,
            seen: Seen::default(),
            out_of_date: Vec::new(),
        }
    }

    /// What was seen, and the output.
    pub(crate) fn into_parts(self) -> (Seen, Output) {
        (self.seen, self.output)
    }

    fn note(&mut self, case: &CaseEvent) {
        let id = case.id.clone();
        match case.outcome {
            Outcome::Pass => {
                self.seen.passed.insert(id);
            }
            Outcome::Skip => {
                self.seen.skipped.insert(id);
            }
            Outcome::Fail | Outcome::Blocked | Outcome::Error => {
                let how = fingerprint(case);
                if case.level >= self.fail_on && case.level > Level::Info {
                    self.seen.failures.insert(id.clone(), how.clone());
                }
                self.seen.failing.insert(id, how);
            }
        }
    }

    /// Why a failure is accepted, when it is known in this way.
    fn reason(&self, id: &str) -> Option<String> {
        let how = self.seen.failing.get(id)?;
        let entry = self.baseline?.entries.iter().find(|entry| {
            entry.fingerprint == *how && entry.cases.iter().any(|(_, ids)| ids.contains(id))
        })?;
        Some(match &entry.link {
            Some(link) => format!("{} ({link})", entry.reason),
            None => entry.reason.clone(),
        })
    }

    /// Everything in which the file is no longer right.
    fn compare(&self, baseline: &Baseline, complete: bool) -> Vec<String> {
        let Baseline { name, entries, .. } = baseline;
        let mut said = Vec::new();
        for entry in entries {
            let at = format!("{name}:{}", entry.line);
            let before = said.len();
            let ids = entry.cases.iter().flat_map(|(_, ids)| ids);
            let ids: BTreeSet<&String> = ids.collect();
            let mut failing = 0;
            let mut ran = 0;
            for id in &ids {
                match self.seen.failing.get(*id) {
                    Some(how) if *how == entry.fingerprint => failing += 1,
                    // Another entry may know it.
                    Some(_) if self.reason(id).is_some() => {}
                    Some(how) => said.push(format!(
                        "{at}: {id} fails in another way: recorded is `{}`, now it is `{how}`",
                        entry.fingerprint
                    )),
                    None if self.seen.passed.contains(*id) => {
                        // A glob may well name cases that hold.
                        let literal = entry.cases.iter().any(|(text, _)| text == *id);
                        if literal {
                            said.push(format!("{at}: {id} passes: take it out"));
                        }
                    }
                    None => continue,
                }
                ran += 1;
            }
            if self.narrowed || !complete {
                continue;
            }
            for (text, _) in entry.cases.iter().filter(|(_, ids)| ids.is_empty()) {
                said.push(format!("{at}: there is no case {text}: take it out"));
            }
            if said.len() > before {
                continue;
            }
            if ran == 0 {
                said.push(format!(
                    "{at}: it is not used: its cases are skipped against this target"
                ));
            } else if failing != entry.count {
                let verb = if failing == 1 { "fails" } else { "fail" };
                said.push(format!(
                    "{at}: {failing} of its cases {verb} in the recorded way, recorded is the count {}",
                    entry.count
                ));
            }
        }
        said
    }
}

impl Sink for Known<'_> {
    fn wants_passes(&self) -> bool {
        self.output.wants_passes()
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Run(_) => self.output.event(event),
            Event::Case(case) => {
                self.note(case);
                match self.reason(&case.id) {
                    Some(reason) if case.outcome != Outcome::Pass => {
                        let case = CaseEvent {
                            known: Some(reason),
                            ..*case.clone()
                        };
                        self.output.event(&Event::Case(Box::new(case)));
                    }
                    Some(_) | None => self.output.event(event),
                }
            }
            Event::End(end) => self.output.event(&Event::End(EndEvent {
                out_of_date: std::mem::take(&mut self.out_of_date),
                ..end.clone()
            })),
        }
    }

    fn settle(&mut self, exits: &mut Exits) {
        if let Some(baseline) = self.baseline {
            let broken = [Exit::Bug, Exit::Usage, Exit::Unreachable, Exit::CutShort];
            let complete = !broken.iter().any(|exit| exits.contains(*exit));
            self.out_of_date = self.compare(baseline, complete);
            if !self.out_of_date.is_empty() {
                exits.add(Exit::OutOfDate);
            }
            let listed = |id: &String| {
                let mut entries = baseline.entries.iter();
                entries.any(|entry| entry.cases.iter().any(|(_, ids)| ids.contains(id)))
            };
            if self.seen.failures.keys().all(listed) {
                exits.remove(Exit::Failed);
            }
        }
        self.output.settle(exits);
    }
}
