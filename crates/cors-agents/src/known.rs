//! Failures of an emulator that are known by their class, while a run goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cors_harness::event::{CaseEvent, EndEvent, Event, KnownEvent, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_harness::stream::Sink;
use cors_vectors::agent::AgentCase;
use cors_vectors::summary::{Classifier, SummaryFile};

use crate::decision::decision;
use crate::run::Played;

/// The known classes of failures, and the class of each failure of a run.
#[derive(Debug)]
pub struct Classes {
    classifier: Classifier,
    summary: SummaryFile,
    /// The places of the classes, by the case's id.
    found: RefCell<BTreeMap<String, usize>>,
}

impl Classes {
    /// Those of an emulator's summary.
    ///
    /// # Errors
    ///
    /// Names the class that cannot be used.
    pub fn new(summary: SummaryFile) -> Result<Self, String> {
        let classes = summary.classes.iter().map(|known| &known.class);
        Ok(Self {
            classifier: Classifier::new(classes)?,
            summary,
            found: RefCell::default(),
        })
    }

    /// Looks for the class of what was done in a case, before its event comes.
    pub fn note(&self, case: &AgentCase, played: &Played) {
        if let Played::Observed(world, observed) = played
            && let Ok(class) = self
                .classifier
                .class(case, &decision(case, world, observed))
        {
            self.found.borrow_mut().insert(case.id.clone(), class);
        }
    }

    fn known(&self, id: &str) -> Option<KnownEvent> {
        let class = *self.found.borrow().get(id)?;
        let class = &self.summary.classes.get(class)?.class;
        Some(KnownEvent {
            name: Some(class.name.clone()),
            reason: class.reason.clone(),
            spec: class.spec.clone(),
        })
    }

    /// What is out of date after a run on `cases` cases with these failures by class. Only of a run
    /// on as many cases as the summary is about anything can be said.
    pub fn check(&self, cases: usize, failures: &BTreeMap<String, usize>) -> Vec<String> {
        let skipped: usize = self.summary.skipped.values().sum();
        if cases != self.summary.run + skipped {
            return Vec::new();
        }
        let counted = self.summary.classes.iter();
        counted
            .filter(|known| !known.class.accepted)
            .filter_map(|known| {
                let (name, count) = (&known.class.name, known.count);
                let now = failures.get(name).copied().unwrap_or_default();
                (now != count).then(|| format!("`{name}` has {now} failures, the summary {count}"))
            })
            .collect()
    }
}

/// A sink before another one: failures of a known class are marked as known and do not count, and
/// a class with another number of failures than is known is told at the end.
#[derive(Debug)]
pub struct ByClass<'a, S> {
    inner: S,
    classes: Option<&'a Classes>,
    cases: usize,
    failures: BTreeMap<String, usize>,
    /// Whether there is a failure of no known class.
    unknown: bool,
    out_of_date: Vec<String>,
}

impl<'a, S: Sink> ByClass<'a, S> {
    /// Before a run on an agent whose failures are known by these classes, if by any.
    pub fn new(inner: S, classes: Option<&'a Classes>) -> Self {
        Self {
            inner,
            classes,
            cases: 0,
            failures: BTreeMap::new(),
            unknown: false,
            out_of_date: Vec::new(),
        }
    }

    /// The other sink.
    pub fn into_inner(self) -> S {
        self.inner
    }

    fn known(&mut self, case: &CaseEvent) -> Option<KnownEvent> {
        self.cases += 1;
        match case.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip => return None,
            Outcome::Fail => {}
            Outcome::Blocked | Outcome::Error => {
                self.unknown = true;
                return None;
            }
        }
        let known = self.classes.and_then(|classes| classes.known(&case.id));
        match known.as_ref().and_then(|known| known.name.clone()) {
            Some(name) => *self.failures.entry(name).or_default() += 1,
            None => self.unknown = true,
        }
        known
    }
}

impl<S: Sink> Sink for ByClass<'_, S> {
    fn wants_passes(&self) -> bool {
        self.inner.wants_passes()
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Run(_) | Event::Note(_) => self.inner.event(event),
            Event::Case(case) => match self.known(case) {
                Some(known) => {
                    let case = CaseEvent {
                        known: Some(known),
                        ..*case.clone()
                    };
                    self.inner.event(&Event::Case(Box::new(case)));
                }
                None => self.inner.event(event),
            },
            Event::End(end) => {
                let mut end: EndEvent = end.clone();
                end.out_of_date.append(&mut self.out_of_date);
                self.inner.event(&Event::End(end));
            }
        }
    }

    fn settle(&mut self, exits: &mut Exits) {
        if let Some(classes) = self.classes {
            self.out_of_date = classes.check(self.cases, &self.failures);
            if !self.out_of_date.is_empty() {
                exits.add(Exit::OutOfDate);
            }
            if !self.unknown {
                exits.remove(Exit::Failed);
            }
        }
        self.inner.settle(exits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cors_harness::event::{RunEvent, SubjectEvent};
    use cors_harness::stream::Stream;
    use cors_vectors::server::Level;
    use cors_vectors::summary::summary;

    /// A run whose cases fail as the samples of the summary and as `other`; how it ends, and the
    /// names of what is known.
    fn run(classes: &Classes, ids: &[&str]) -> (EndEvent, Vec<Option<String>>) {
        let mut names = Vec::new();
        let mut out_of_date = Vec::new();
        let end = {
            let inner = |event: &Event| match event {
                Event::Case(case) => names.push(case.known.clone().and_then(|known| known.name)),
                Event::End(end) => out_of_date.clone_from(&end.out_of_date),
                Event::Run(_) | Event::Note(_) => {}
            };
            let mut sink = ByClass::new(inner, Some(classes));
            let run = RunEvent {
                tool: String::new(),
                vectors: String::new(),
                standard: String::new(),
                subject: SubjectEvent::Agent {
                    agent: "x".to_owned(),
                },
                selected: ids.len(),
            };
            let mut stream = Stream::begin(run, Level::Must, &mut sink);
            for id in ids {
                let case = CaseEvent {
                    outcome: Outcome::Fail,
                    ..CaseEvent::blank(id, "Title.", Level::Must)
                };
                stream.case(Box::new(case));
            }
            stream.end()
        };
        let end = EndEvent { out_of_date, ..end };
        (end, names)
    }

    #[test]
    fn known_classes_do_not_count_and_their_numbers_are_compared() {
        let mut summary = summary("jsdom").unwrap().unwrap();
        summary.classes.truncate(1);
        summary.classes[0].count = 1;
        (summary.run, summary.skipped) = (1, BTreeMap::new());
        let name = summary.classes[0].class.name.clone();
        let classes = Classes::new(summary).unwrap();
        classes.found.borrow_mut().insert("a/b".to_owned(), 0);
        let known = Some(name.clone());

        let (end, names) = run(&classes, &["a/b"]);
        assert_eq!((end.exit, names), (Exit::AsExpected, vec![known.clone()]));
        let (end, names) = run(&classes, &["a/b", "c/d"]);
        assert_eq!((end.exit, names), (Exit::Failed, vec![known, None]));
        // It is of the known class no longer.
        classes.found.borrow_mut().clear();
        let (end, _) = run(&classes, &["a/b"]);
        assert_eq!(end.exit, Exit::Failed);
        let line = format!("`{name}` has 0 failures, the summary 1");
        assert_eq!(end.out_of_date, [line]);
    }
}
