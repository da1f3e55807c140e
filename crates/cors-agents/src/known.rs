//! Failures of an emulator that are known by what they show, while a run goes on.

use std::cell::RefCell;

use cors_vectors::agent::AgentCase;
use cors_vectors::known::file::KnownFile;
use cors_vectors::summary::{Classifier, SummaryFile};

use crate::decision::decision;
use crate::run::Played;

/// The classes of an emulator's failures, and the cases of a run that belong to each.
#[derive(Debug)]
pub struct Classes {
    classifier: Classifier,
    /// The known failures, for [`Known`](cors_harness::known::Known).
    pub list: RefCell<KnownFile>,
    /// How many cases they are about.
    pub cases: usize,
}

impl Classes {
    /// Those of an emulator's summary.
    ///
    /// # Errors
    ///
    /// Names the class that cannot be used.
    pub fn new(summary: &SummaryFile) -> Result<Self, String> {
        let known = summary.classes.iter().map(|class| &class.known);
        Ok(Self {
            classifier: Classifier::new(known)?,
            list: RefCell::new(summary.list()),
            cases: summary.cases(),
        })
    }

    /// Looks for the class of what was done in a case, before its event comes.
    pub fn note(&self, case: &AgentCase, played: &Played) {
        if let Played::Observed(world, observed) = played
            && let Ok(class) = self
                .classifier
                .class(case, &decision(case, world, observed))
        {
            self.add(class, &case.id);
        }
    }

    fn add(&self, class: usize, id: &str) {
        let mut list = self.list.borrow_mut();
        let entry = list.entries.get_mut(class);
        if let Some(named) = entry.and_then(|entry| entry.named.first_mut()) {
            named.insert(id.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cors_harness::event::{CaseEvent, Event, Outcome, RunEvent, SubjectEvent};
    use cors_harness::exit::Exit;
    use cors_harness::known::Known;
    use cors_harness::stream::Stream;
    use cors_vectors::server::Level;
    use cors_vectors::summary::summary;

    /// A run on all cases, which fail: how it ends, the names of what is known, and what is out of
    /// date.
    fn run(classes: &Classes, ids: &[&str]) -> (Exit, Vec<Option<String>>, Vec<String>) {
        let mut names = Vec::new();
        let mut out_of_date = Vec::new();
        let inner = |event: &Event| match event {
            Event::Case(case) => names.push(case.known.clone().and_then(|known| known.name)),
            Event::End(end) => out_of_date.clone_from(&end.out_of_date),
            Event::Run(_) | Event::Note(_) => {}
        };
        let mut sink = Known::new(inner, Some(&classes.list), false, Level::Must);
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
        let exit = stream.end().exit;
        (exit, names, out_of_date)
    }

    #[test]
    fn known_classes_do_not_count_and_their_numbers_are_compared() {
        let mut summary = summary("jsdom").unwrap().unwrap();
        summary.classes.truncate(1);
        summary.classes[0].known.count = Some(1);
        let known = summary.classes[0].known.name.clone();
        let classes = || {
            let classes = Classes::new(&summary).unwrap();
            classes.add(0, "a/b");
            classes
        };

        let (exit, names, _) = run(&classes(), &["a/b"]);
        assert_eq!((exit, names), (Exit::AsExpected, vec![known.clone()]));
        let (exit, names, _) = run(&classes(), &["a/b", "c/d"]);
        assert_eq!((exit, names), (Exit::Failed, vec![known, None]));
        // There is one more of the class.
        let more = classes();
        more.add(0, "c/d");
        let (exit, _, out_of_date) = run(&more, &["a/b", "c/d"]);
        assert_eq!((exit, out_of_date.len()), (Exit::OutOfDate, 1));
        assert!(out_of_date[0].contains("the count 1"), "{out_of_date:?}");
    }
}
