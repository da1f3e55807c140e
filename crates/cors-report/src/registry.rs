//! The report formats by name: what `--report KIND=PATH` takes.

use cors_vectors::server::Level;

use crate::format::Format;
use crate::junit::Junit;
use crate::markdown::Markdown;
use crate::ndjson::Ndjson;

/// A report format that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    make: fn(Level) -> Box<dyn Format>,
}

/// All of them, by name.
pub const FORMATS: &[Kind] = &[
    Kind {
        name: "junit",
        what: "a JUnit document",
        make: |fail_on| Box::new(Junit::new(fail_on)),
    },
    Kind {
        name: "markdown",
        what: "a Markdown document",
        make: |_| Box::new(Markdown::default()),
    },
    Kind {
        name: "ndjson",
        what: "the events, a JSON object a line",
        make: |_| Box::new(Ndjson),
    },
];

impl Kind {
    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|kind| kind.name == name).copied()
    }

    /// Begins a report of a run in which failures from a level on count.
    pub fn begin(self, fail_on: Level) -> Box<dyn Format> {
        (self.make)(fail_on)
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kind {}
