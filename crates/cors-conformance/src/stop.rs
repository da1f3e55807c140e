//! Why a command ends without a result.

use std::fmt::Display;

use cors_harness::exit::Exit;

/// The end of a command before it had a result.
#[derive(Debug)]
pub struct Stop {
    /// The exit status.
    pub exit: Exit,
    /// What is said; lines are kept.
    pub said: String,
}

impl Stop {
    /// What was asked for cannot be used.
    pub fn usage(said: impl Display) -> Self {
        Self {
            exit: Exit::Usage,
            said: said.to_string(),
        }
    }

    /// What is embedded in the program, or happened within it, is wrong.
    pub fn bug(said: impl Display) -> Self {
        Self {
            exit: Exit::Bug,
            said: format!("this is a bug of the suite: {said}"),
        }
    }
}
