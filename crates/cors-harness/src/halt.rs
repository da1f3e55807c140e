//! Why a run ends before its end.

use crate::exit::Exit;
use crate::target::Transport;

/// Why nothing can be judged, or nothing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Halt {
    /// The exit status that this means.
    pub exit: Exit,
    /// What was seen, and what to do about it.
    pub text: String,
}

impl Halt {
    /// That the target cannot be asked.
    pub const fn unreachable(text: String) -> Self {
        Self {
            exit: Exit::Unreachable,
            text,
        }
    }

    /// That this machine could not make the exchange.
    pub(crate) fn exhausted(transport: &Transport) -> Self {
        Self {
            exit: Exit::Bug,
            text: format!("{transport}; a lower --jobs needs less, and so do fewer other programs"),
        }
    }
}
