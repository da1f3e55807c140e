//! What can be wrong with case files, policies and rules.

use cors_policy::origin::OriginProblem;
use cors_policy::strict;

use crate::input::InputError;
use crate::text::TextError;

/// One thing that is wrong, with where it stands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file of a kind that is not known.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        problem: Problem,
    },
    /// The text is not JSON or TOML at all.
    #[error("{file}:{line}:{column}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// The text does not have the shape that the types ask for.
    #[error("{file}:{line}:{column}: {}field `{field}`: {problem}", in_case(case.as_deref()))]
    Shape {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The case (or rule, or policy), when the field is inside one that has a name.
        case: Option<String>,
        /// The field, as a path.
        field: String,
        /// What was expected.
        problem: String,
    },
    /// The shape is right, a value is not.
    #[error("{file}:{line}: {}field `{field}`: {problem}", in_case(case.as_deref()))]
    Value {
        /// The file.
        file: String,
        /// The line where the case (or the field) begins, from 1.
        line: usize,
        /// The case (or rule, or policy), when the field is inside one that has a name.
        case: Option<String>,
        /// The field, as a path.
        field: String,
        /// What is wrong.
        problem: Box<Problem>,
    },
}

fn in_case(case: Option<&str>) -> String {
    case.map(|case| format!("`{case}`: ")).unwrap_or_default()
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A sentence of the format is broken.
    #[error("{0}")]
    Broken(&'static str),
    /// The file's name says another area.
    #[error("the area is the file's name: expected `{expected}`, found `{found}`")]
    Area {
        /// What the file's name asks for.
        expected: String,
        /// What the file says.
        found: String,
    },
    /// Not an id.
    #[error(
        "`{found}` is no id: expected `{area}/` and a slug of lower-case letters, digits and hyphens"
    )]
    Id {
        /// What was found.
        found: String,
        /// The area of the file.
        area: String,
    },
    /// A name that exists already.
    #[error("`{name}` is taken: {by} has it")]
    Taken {
        /// The name.
        name: String,
        /// Who has it.
        by: String,
    },
    /// A name that must refer to something.
    #[error("there is no {what} `{name}`{}", did_you_mean(nearest))]
    Unknown {
        /// What it should be.
        what: &'static str,
        /// The name.
        name: String,
        /// Names that look like it.
        nearest: Vec<String>,
    },
    /// A placeholder that nothing fills.
    #[error(
        "the placeholder `{{{name}}}` is not known here: expected one of {}",
        braced(known)
    )]
    Placeholder {
        /// The placeholder.
        name: String,
        /// Those that are known.
        known: Vec<&'static str>,
    },
    /// A malformed text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// What is wrong with a policy.
    #[error(transparent)]
    Policy(#[from] cors_policy::Problem),
    /// A malformed origin.
    #[error(transparent)]
    Origin(#[from] OriginProblem),
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
    /// A citation that does not follow the grammar.
    #[error("`{found}` is no citation: {reason}")]
    Citation {
        /// What was found.
        found: String,
        /// Why.
        reason: &'static str,
    },
    /// A value that contradicts another.
    #[error("{0}")]
    Contradiction(String),
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        several => format!("; did you mean one of `{}`?", several.join("`, `")),
    }
}

fn braced(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("{{{name}}}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Everything that is wrong with what was read.
pub type Errors = strict::Errors<Error>;

/// Up to three of the names that look most like `name`, best first.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut scored: Vec<(usize, &str)> = names
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance * 3 <= name.len().max(candidate.len()) || candidate.contains(name)
        })
        .collect();
    scored.sort_unstable();
    scored
        .into_iter()
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}
