//! What an engine did in all cases, as a file that is kept.

use std::collections::BTreeMap;

use cors_vectors::agent::{AgentCase, Expectation};
use cors_vectors::observed::ObservedFile;

use crate::compare::{Comparison, compare};
use crate::decision::decision;
use crate::run::Played;

/// A record that is being made.
#[derive(Debug)]
pub struct Recording {
    engine: String,
    version: String,
    run: usize,
    skipped: BTreeMap<String, Vec<String>>,
    differing: BTreeMap<String, Expectation>,
}

impl Recording {
    /// An empty record of an engine.
    pub fn new(engine: &str, version: &str) -> Self {
        Self {
            engine: engine.to_owned(),
            version: version.to_owned(),
            run: 0,
            skipped: BTreeMap::new(),
            differing: BTreeMap::new(),
        }
    }

    /// Adds a case. One of which nothing can be said is not in the record; the run fails with it.
    pub fn add(&mut self, case: &AgentCase, played: &Played) {
        match played {
            Played::Observed(world, observed) => {
                self.run += 1;
                if !matches!(compare(case, world, observed), Ok(Comparison::Same)) {
                    let did = decision(case, world, observed);
                    self.differing.insert(case.id.clone(), did);
                }
            }
            Played::Skipped(reason) | Played::Nothing(reason) => self
                .skipped
                .entry(reason.clone())
                .or_default()
                .push(case.id.clone()),
            Played::Broken(_) => {}
        }
    }

    /// The record, with today's date.
    pub fn finish(self) -> ObservedFile {
        ObservedFile {
            schema: Some("../../schema/observed.schema.json".to_owned()),
            engine: self.engine,
            version: self.version,
            date: cors_harness::clock::today(),
            run: self.run,
            skipped: self.skipped,
            differing: self.differing,
            console: Vec::new(),
        }
    }
}
