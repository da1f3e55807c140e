//! The steps of the standard that a fetch took, as events hold them.

use std::collections::BTreeMap;

use cors_model::trace::{Cite, Entry, Trace};

use crate::event::TraceEvent;
use crate::redact::Redactor;

/// How often one step is kept. Some are taken for each element of a list that the target chose, of
/// which there can be a hundred thousand; a redirect or a retry repeats the others a few times.
const MOST_OF_ONE: usize = 50;

/// Keeps the steps in order, of each place in the standard the first ones only.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    steps: Vec<Entry>,
    of: BTreeMap<Cite, Count>,
}

/// How often a step was taken.
#[derive(Debug, Default)]
struct Count {
    taken: usize,
    /// Where its last one is that was kept.
    last: usize,
}

impl Trace for Taken {
    fn record(&mut self, entry: impl FnOnce() -> Entry) {
        let entry = entry();
        let count = self.of.entry(entry.at).or_default();
        count.taken = count.taken.saturating_add(1);
        if count.taken <= MOST_OF_ONE {
            count.last = self.steps.len();
            self.steps.push(entry);
        }
    }
}

impl Taken {
    /// As events; a step that was taken more often than it was kept is counted behind its last one.
    pub(crate) fn events(&self, redactor: &Redactor) -> Vec<TraceEvent> {
        let mut events = Vec::with_capacity(self.steps.len());
        for (place, entry) in self.steps.iter().enumerate() {
            let at = entry.at.to_string();
            events.push(TraceEvent {
                at: at.clone(),
                said: redactor.text(&entry.said),
            });
            let count = self.of.get(&entry.at).filter(|count| count.last == place);
            let more = count.map_or(0, |count| count.taken.saturating_sub(MOST_OF_ONE));
            if more > 0 {
                let said = format!("The same step is taken {more} more times.");
                events.push(TraceEvent { at, said });
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_for_each_of_many_elements_is_counted() {
        let mut taken = Taken::default();
        let (first, each) = (Cite::new("a", "1"), Cite::new("a", "2"));
        taken.record(|| Entry::at(first, format_args!("first")));
        for element in 0..70 {
            taken.record(|| Entry::at(each, format_args!("element {element}")));
        }
        taken.record(|| Entry::at(first, format_args!("again")));
        let events = taken.events(&Redactor::default());
        let said: Vec<_> = events.iter().map(|event| event.said.as_str()).collect();
        assert_eq!(said.len(), 1 + 50 + 1 + 1);
        assert_eq!(said[0], "first");
        assert_eq!(said[50], "element 49");
        assert_eq!(said[51], "The same step is taken 20 more times.");
        assert_eq!(said[52], "again");
    }
}
