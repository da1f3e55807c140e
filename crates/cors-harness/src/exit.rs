//! Exit statuses: how a run ended, the same whatever the output format.

use std::collections::BTreeSet;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a run ended. The number is the exit status of the program; the order of the variants is the
/// order in which they win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(into = "u8", try_from = "u8")]
#[cfg_attr(feature = "schema", schemars(with = "u8"))]
pub enum Exit {
    /// 6: a bug of the suite itself, or this machine has no more descriptors, ports or memory.
    Bug,
    /// 2: usage, or an unreadable policy, baseline or case file, or a selector that matches nothing.
    Usage,
    /// 3: the target is unreachable, was not started, or is not understood.
    Unreachable,
    /// 1: a failure at or above the level asked for, outside the baseline.
    Failed,
    /// 7: the run was cut short by its deadline or by hand.
    CutShort,
    /// 4: nothing ran.
    NothingRan,
    /// 5: the expectations are out of date.
    OutOfDate,
    /// 0: as expected.
    AsExpected,
}

impl Exit {
    /// All of them, the one that wins first.
    pub const BY_PRECEDENCE: [Self; 8] = [
        Self::Bug,
        Self::Usage,
        Self::Unreachable,
        Self::Failed,
        Self::CutShort,
        Self::NothingRan,
        Self::OutOfDate,
        Self::AsExpected,
    ];

    /// The exit status, 0 to 7.
    pub const fn code(self) -> u8 {
        match self {
            Self::AsExpected => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::NothingRan => 4,
            Self::OutOfDate => 5,
            Self::Bug => 6,
            Self::CutShort => 7,
        }
    }

    /// What the status means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::AsExpected => "as expected",
            Self::Failed => "a requirement failed",
            Self::Usage => "the command line, a policy, a baseline or a case file is wrong",
            Self::Unreachable => "the target is unreachable, was not started or is not understood",
            Self::NothingRan => "nothing ran",
            Self::OutOfDate => "the expectations are out of date",
            Self::Bug => "a fault of the suite, or of the machine it runs on",
            Self::CutShort => "the run was cut short",
        }
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// A number that is no exit status of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an exit status of cors-conformance: expected 0 to 7")]
pub struct UnknownExit(pub u8);

impl TryFrom<u8> for Exit {
    type Error = UnknownExit;

    fn try_from(code: u8) -> Result<Self, UnknownExit> {
        Self::BY_PRECEDENCE
            .into_iter()
            .find(|exit| exit.code() == code)
            .ok_or(UnknownExit(code))
    }
}

/// Everything that was found to be so at the end of a run; the first by precedence is its exit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exits(BTreeSet<Exit>);

impl Exits {
    /// Adds a finding.
    pub fn add(&mut self, exit: Exit) {
        self.0.insert(exit);
    }

    /// Takes a finding back: a baseline does so with failures that are all known.
    pub fn remove(&mut self, exit: Exit) {
        self.0.remove(&exit);
    }

    /// Whether it is among them.
    pub fn contains(&self, exit: Exit) -> bool {
        self.0.contains(&exit)
    }

    /// The one that wins: [`Exit::AsExpected`] when nothing was found.
    pub fn settle(&self) -> Exit {
        self.0.first().copied().unwrap_or(Exit::AsExpected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_6_2_3_1_7_4_5_0() {
        let codes: Vec<u8> = Exit::BY_PRECEDENCE.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [6, 2, 3, 1, 7, 4, 5, 0]);
        for (rank, winner) in Exit::BY_PRECEDENCE.into_iter().enumerate() {
            let mut exits = Exits::default();
            for exit in Exit::BY_PRECEDENCE.into_iter().skip(rank) {
                exits.add(exit);
            }
            assert_eq!(exits.settle(), winner);
        }
        assert_eq!(Exits::default().settle(), Exit::AsExpected);
    }

    #[test]
    fn a_finding_can_be_taken_back() {
        let mut exits = Exits::default();
        exits.add(Exit::Failed);
        exits.add(Exit::OutOfDate);
        exits.remove(Exit::Failed);
        assert_eq!(exits.settle(), Exit::OutOfDate);
    }

    #[test]
    fn codes_round_trip_and_strangers_are_refused() {
        for exit in Exit::BY_PRECEDENCE {
            assert_eq!(Exit::try_from(exit.code()), Ok(exit));
            let json = serde_json::to_string(&exit).unwrap();
            assert_eq!(json, exit.code().to_string());
            assert_eq!(serde_json::from_str::<Exit>(&json).unwrap(), exit);
        }
        assert_eq!(Exit::try_from(8), Err(UnknownExit(8)));
        assert!(
            serde_json::from_str::<Exit>("9")
                .unwrap_err()
                .to_string()
                .contains("0 to 7")
        );
    }
}
