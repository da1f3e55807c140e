//! How much of a run people read.

/// What to say beyond failures and sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Not even the failures: the last line alone, and what keeps a run from judging.
    Quiet,
    /// Nothing.
    Failures,
    /// Each case, in a line.
    Cases,
    /// Each case with its exchanges and the steps of the standard that were taken.
    Everything,
}

impl Verbosity {
    /// What `-q`, or `-v` given so often, asks for.
    pub const fn asked_for(quiet: bool, count: u8) -> Self {
        if quiet {
            Self::Quiet
        } else {
            Self::from_count(count)
        }
    }

    /// What `-v`, given so often, asks for.
    pub const fn from_count(count: u8) -> Self {
        match count {
            0 => Self::Failures,
            1 => Self::Cases,
            _ => Self::Everything,
        }
    }
}
