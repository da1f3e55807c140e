//! Why a command ends without a result.

use std::fmt::Display;
use std::io;

use cors_harness::exit::Exit;
use cors_harness::target::exhaustion::what_ran_out;
use cors_vectors::input::{InputError, Why};

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

    /// Something of this machine cannot be had: the exit status is this one, unless the machine has
    /// no more of it.
    pub(crate) fn of_machine(exit: Exit, error: &io::Error, said: impl Display) -> Self {
        match what_ran_out(error) {
            None => Self {
                exit,
                said: said.to_string(),
            },
            Some(what) => Self {
                exit: Exit::Bug,
                said: format!("this machine has no more {what}: {said}"),
            },
        }
    }

    /// An input cannot be used.
    pub(crate) fn input(error: &InputError) -> Self {
        match &error.why {
            Why::Unreadable(why) => Self::of_machine(Exit::Usage, why, error),
            Why::Folder
            | Why::Endless
            | Why::TooLong(_)
            | Why::NoText(_)
            | Why::Utf16
            | Why::TooMany { .. } => Self::usage(error),
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
