//! How often an agent did otherwise than expected.

use cors_vectors::agent::AgentCase;
use cors_vectors::summary::SummaryFile;

use super::differences::{Column, Standing};

/// How many of the cases an agent ran, and in how many it did otherwise.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) ran: usize,
    pub(super) differs: usize,
    pub(super) unexplained: usize,
    pub(super) skipped: usize,
}

impl Tally {
    /// Of an emulator, of whose record there is a summary.
    pub(super) fn sum(summary: &SummaryFile) -> Self {
        let classes = summary.classes.iter();
        Self {
            ran: summary.run,
            differs: classes.filter_map(|class| class.known.count).sum(),
            unexplained: 0,
            skipped: summary.skipped.values().sum(),
        }
    }

    /// Of an agent in some cases.
    pub(super) fn of<'a>(column: &Column, cases: impl Iterator<Item = &'a &'a AgentCase>) -> Self {
        let mut tally = Self::default();
        for case in cases {
            match column.standing(&case.id) {
                None => {}
                Some(Standing::Skipped(_)) => tally.skipped += 1,
                Some(Standing::Same) => tally.ran += 1,
                Some(Standing::Differs(departure)) => {
                    tally.ran += 1;
                    tally.differs += 1;
                    if departure.name() == "-" {
                        tally.unexplained += 1;
                    }
                }
            }
        }
        tally
    }
}
