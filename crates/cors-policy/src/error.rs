//! What can be wrong with a policy.

use std::fmt;

use crate::origin::OriginProblem;
use crate::strict;

/// Everything that is wrong with a policy.
pub type Errors = strict::Errors<Error>;

/// One thing that is wrong with a policy, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The file, or what stands for one.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, where it is known.
    pub column: Option<usize>,
    /// The field, as a path such as `allow_origins[2]`; `None` when the text is not TOML.
    pub field: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            field,
            problem,
        } = self;
        write!(f, "{file}:{line}:")?;
        if let Some(column) = column {
            write!(f, "{column}:")?;
        }
        if let Some(field) = field {
            write!(f, " field `{field}`:")?;
        }
        write!(f, " {problem}")
    }
}

impl std::error::Error for Error {}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A value does not have the shape that is asked for.
    #[error("{0}")]
    Shape(String),
    /// A sentence of the format is broken.
    #[error("{0}")]
    Broken(&'static str),
    /// A value that contradicts another.
    #[error("{0}")]
    Contradiction(String),
    /// A name that exists already.
    #[error("`{name}` is taken: {by} has it")]
    Taken {
        /// The name.
        name: String,
        /// Who has it.
        by: String,
    },
    /// A value that is not a token.
    #[error(
        "`{found}` is no {what}: expected a token, that is letters, digits and !#$%&'*+-.^_`|~"
    )]
    Token {
        /// What was found.
        found: String,
        /// What it should be.
        what: &'static str,
    },
    /// A malformed origin.
    #[error(transparent)]
    Origin(#[from] OriginProblem),
}
