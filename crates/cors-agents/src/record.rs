//! What an engine did in all cases, as a file that is kept.

use std::collections::BTreeMap;

use cors_vectors::agent::AgentCase;
use cors_vectors::observed::ObservedFile;

use crate::compare::{Comparison, compare};
use crate::decision::decision;
use crate::run::Played;

/// A record that is being made.
#[derive(Debug)]
pub struct Recording {
    record: ObservedFile,
}

impl Recording {
    /// An empty record of an engine.
    pub fn new(engine: &str, version: &str) -> Self {
        Self {
            record: ObservedFile {
                schema: Some("../../schema/observed.schema.json".to_owned()),
                engine: engine.to_owned(),
                version: version.to_owned(),
                date: String::new(),
                run: 0,
                cases: BTreeMap::new(),
                skipped: BTreeMap::new(),
                differing: BTreeMap::new(),
                console: Vec::new(),
            },
        }
    }

    /// Adds a case. One of which nothing can be said is not in the record; the run fails with it.
    pub fn add(&mut self, case: &AgentCase, played: &Played) {
        let record = &mut self.record;
        match played {
            // Nothing is recorded of it.
            Played::Broken(_) => return,
            Played::Observed(world, observed) => {
                record.run += 1;
                if !matches!(compare(case, world, observed), Ok(Comparison::Same)) {
                    let did = decision(case, world, observed);
                    record.differing.insert(case.id.clone(), did);
                }
            }
            Played::Skipped(reason) | Played::Nothing(reason) => record
                .skipped
                .entry(reason.clone())
                .or_default()
                .push(case.id.clone()),
        }
        record.cover(&case.id);
    }

    /// The record, with today's date.
    pub fn finish(self) -> ObservedFile {
        ObservedFile {
            date: cors_harness::clock::today(),
            ..self.record
        }
    }
}
