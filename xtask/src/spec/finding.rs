//! Files of ours, and what is wrong in them.

use std::fmt;

/// A file of ours, named as messages name it.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The path from the root of the repository.
    pub(super) path: String,
    pub(super) text: String,
}

/// Something wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
