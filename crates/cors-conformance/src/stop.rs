//! Why a command ends without a result.

use std::fmt::Display;

use cors_harness::exit::Exit;

/// The end of a command before it had a result.
#[derive(Debug)]
pub(crate) struct Stop {
    /// The exit status.
    pub(crate) exit: Exit,
    /// What is said; lines are kept.
    pub(crate) said: String,
}

impl Stop {
    /// What was asked for cannot be used.
    pub(crate) fn usage(said: impl Display) -> Self {
        Self {
            exit: Exit::Usage,
            said: said.to_string(),
        }
    }

    /// The target is unreachable or not understood.
    pub(crate) fn unreachable(said: impl Display) -> Self {
        Self {
            exit: Exit::Unreachable,
            said: said.to_string(),
        }
    }

    /// What is embedded in the program, or happened within it, is wrong.
    pub(crate) fn bug(said: impl Display) -> Self {
        Self {
            exit: Exit::Bug,
            said: format!("this is a bug of the suite: {said}"),
        }
    }
}
