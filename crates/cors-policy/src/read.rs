//! Reading policies: the shape first, then what the types cannot say.
//!
//! Nothing is read but the arguments; the name of a file is only for the errors.

use toml::de::{DeTable, DeValue};

use crate::check::check;
use crate::error::{Error, Errors, Problem};
use crate::policy::Policy;
use crate::stated::Stated;
use crate::strict::{Lines, field_of};

/// Reads a user's policy, a TOML file.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_policy_toml(name: &str, text: &str) -> Result<Policy, Errors> {
    let lines = Lines::of(text);
    let error = |at: usize, field, problem| {
        let (line, column) = lines.position(at);
        Error {
            file: name.to_owned(),
            line,
            column: Some(column),
            field,
            problem,
        }
    };
    let deserializer = toml::Deserializer::parse(text).map_err(|wrong| {
        let at = wrong.span().map_or(0, |span| span.start);
        error(at, None, Problem::Syntax(wrong.message().to_owned()))
    })?;
    let read: Result<Stated, _> = serde_path_to_error::deserialize(deserializer);
    let stated = read.map_err(|wrong| {
        let field = field_of(wrong.path().iter());
        let wrong = wrong.into_inner();
        let at = wrong.span().map_or(0, |span| span.start);
        let problem = Problem::Shape(with_nearest(wrong.message()));
        error(at, Some(field), problem)
    })?;
    let problems = check(&stated);
    // Where each value stands is needed for errors only, and takes as much room as the policy.
    let table = if problems.is_empty() {
        None
    } else {
        DeTable::parse(text).ok()
    };
    let errors = problems.into_iter().map(|(field, problem)| {
        let at = table.as_ref().and_then(|table| {
            // What is missing is missing in what is around it.
            let around = field.rsplit_once('.').map(|(around, _)| around);
            offset(table.get_ref(), &field).or_else(|| offset(table.get_ref(), around?))
        });
        let error = error(at.unwrap_or(0), Some(field), problem);
        Error {
            column: None,
            ..error
        }
    });
    let stated = Errors::none_or(errors.collect(), stated)?;
    // What can be missing was checked.
    Policy::try_from(stated).map_err(|wrong| error(0, None, Problem::Shape(wrong)).into())
}

/// The sentence of serde about an unknown field: where a name looks like it, that one in the place of
/// all there are.
fn with_nearest(message: &str) -> String {
    let near = || {
        let (unknown, expected) = message.strip_prefix("unknown field `")?.split_once('`')?;
        let names = expected.split('`').skip(1).step_by(2);
        let near = names.map(|name| (strsim::damerau_levenshtein(name, unknown), name));
        let (distance, name) = near.min()?;
        let message = format!("unknown field `{unknown}`; did you mean `{name}`?");
        (distance * 3 <= unknown.len()).then_some(message)
    };
    near().unwrap_or_else(|| message.to_owned())
}

/// Everything that is wrong with a policy whose shape is right: field and problem.
pub fn problems(policy: &Policy) -> Vec<(String, Problem)> {
    check(&policy.clone().into())
}

/// Checks a policy that was read by other means, such as one inferred from answers.
///
/// # Errors
///
/// Everything that is wrong; the name stands where a file's would.
pub fn check_policy(name: &str, policy: &Policy) -> Result<(), Errors> {
    let errors = problems(policy).into_iter().map(|(field, problem)| Error {
        file: name.to_owned(),
        line: 1,
        column: None,
        field: Some(field),
        problem,
    });
    Errors::none_or(errors.collect(), ())
}

/// The offset at which the value of a field such as `rules[1].allow_origins[2]` stands.
fn offset(table: &DeTable<'_>, field: &str) -> Option<usize> {
    let mut names = field.split(['.', '[', ']']).filter(|name| !name.is_empty());
    let mut value = table.get(names.next()?)?;
    for name in names {
        value = match (value.get_ref(), name.parse::<usize>()) {
            (DeValue::Array(items), Ok(index)) => items.get(index)?,
            (other, _) => other.get(name)?,
        };
    }
    Some(value.span().start)
}
