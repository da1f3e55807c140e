//! What the page shows: a column for each agent, and where it stands in each case.

use std::collections::BTreeMap;

use cors_harness::event::Difference;
use cors_vectors::agent::Expectation;
use cors_vectors::summary::SummaryFile;

/// An agent.
#[derive(Debug)]
pub(super) struct Column {
    /// What the page calls it.
    pub(super) title: String,
    /// Its name and version, as it says it.
    pub(super) version: String,
    /// Where this is known from.
    pub(super) evidence: String,
    /// Whether it was given all cases: then it did as expected in those without a standing.
    pub(super) all: bool,
    /// The numbers of all cases, where only some have a standing.
    pub(super) summary: Option<SummaryFile>,
    /// Where it stands, by the case's id.
    pub(super) standings: BTreeMap<String, Standing>,
}

impl Column {
    /// Where it stands in a case; `None` when it was not given the case.
    pub(super) fn standing(&self, id: &str) -> Option<&Standing> {
        const SAME: Standing = Standing::Same;
        match self.standings.get(id) {
            None if self.all => Some(&SAME),
            standing => standing,
        }
    }
}

/// Where an agent stands in a case.
#[derive(Debug)]
pub(super) enum Standing {
    /// It did what the standard says, or what the case accepts beside that.
    Same,
    /// It was not run, or nothing can be said.
    Skipped(String),
    /// It did something else.
    Differs(Box<Departure>),
}

/// What an agent did that the standard does not say.
#[derive(Debug)]
pub(super) struct Departure {
    /// The deviation that it is known by.
    pub(super) explained: Option<Explained>,
    /// What it did.
    pub(super) did: Did,
    /// A command line that runs the case alone.
    pub(super) again: String,
}

impl Departure {
    /// What filters call it: the deviation's name, `-` when nothing is known of it.
    pub(super) fn name(&self) -> &str {
        self.explained
            .as_ref()
            .map_or("-", |explained| &explained.name)
    }
}

/// A known deviation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Explained {
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) spec: Vec<String>,
}

/// What was done, as the source at hand tells it.
#[derive(Debug)]
pub(super) enum Did {
    /// A record: requests and outcomes.
    Decision(Expectation),
    /// A stream of events: a line for each request, and what is not as expected.
    Told {
        requests: Vec<String>,
        differences: Vec<Difference>,
    },
}
