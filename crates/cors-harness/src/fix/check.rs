//! What may make a check hold.

use cors_model::error::{Remedy, Stage};
use cors_model::header::{HeaderName, HeaderValue};
use cors_text::blanks::trimmed;
use cors_vectors::check::Grammar;
use cors_vectors::names::is_token;

use crate::statement::{HeaderIs, Statement};
use crate::wire::Response;

pub(super) const ORIGIN: &str = "Access-Control-Allow-Origin";
pub(super) const CREDENTIALS: &str = "Access-Control-Allow-Credentials";

/// Changes of `answer` that may make a statement hold of it, the likeliest first. `origin` is that of
/// the page.
pub(super) fn candidates(
    statement: &Statement,
    answer: &Response,
    origin: Option<&[u8]>,
    on: Stage,
) -> Vec<Remedy> {
    match statement {
        Statement::Status(ranges) => ranges
            .iter()
            .map(|(first, _)| Remedy::SetStatus { on, status: *first })
            .collect(),
        // How a server frames its answers, and what is in them, is no header to set.
        Statement::Wire(_) | Statement::BodyKept => Vec::new(),
        Statement::Header { name, is } => {
            let values: Vec<&[u8]> = answer.values(name).collect();
            of_header(name, is, &values, origin, on)
        }
    }
}

fn of_header(
    name: &str,
    is: &HeaderIs,
    values: &[&[u8]],
    origin: Option<&[u8]>,
    on: Stage,
) -> Vec<Remedy> {
    // Only one header names the page.
    let origin = origin.filter(|_| name.eq_ignore_ascii_case(ORIGIN));
    let set = |value: &[u8]| set(name, value, on);
    let remove = || remove(name, on);
    let elements = || {
        values
            .iter()
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(trimmed)
    };
    let listing = |kept: Vec<&[u8]>| match kept.as_slice() {
        [] => remove(),
        _ => set(&kept.join(&b", "[..])),
    };
    let found = match is {
        HeaderIs::Absent(true) | HeaderIs::LacksBytes(_) => vec![remove()],
        HeaderIs::Not(_) => vec![origin.and_then(set), remove()],
        // What it says is known to the application.
        HeaderIs::Kept => Vec::new(),
        HeaderIs::Absent(false) if name.eq_ignore_ascii_case(CREDENTIALS) => vec![set(b"true")],
        HeaderIs::Absent(false) => vec![origin.and_then(set)],
        HeaderIs::Equals(text) => vec![set(text)],
        HeaderIs::OneOf(texts) => texts.iter().map(|text| set(text)).collect(),
        // What need not be there is not asked for.
        HeaderIs::AbsentOrOneOf(texts) => [remove()]
            .into_iter()
            .chain(texts.iter().map(|text| set(text)))
            .collect(),
        HeaderIs::HasToken(token) | HeaderIs::HasTokenIfDue(token) => {
            vec![add(name, token, on)]
        }
        HeaderIs::LacksToken(token) => {
            vec![listing(
                elements()
                    .filter(|one| !one.eq_ignore_ascii_case(token))
                    .collect(),
            )]
        }
        HeaderIs::MaxLines(_) => {
            let mut apart: Vec<&[u8]> = Vec::new();
            for element in elements() {
                if !apart.contains(&element) {
                    apart.push(element);
                }
            }
            vec![listing(apart), values.first().and_then(|value| set(value))]
        }
        HeaderIs::Grammar(grammar) => match grammar {
            Grammar::OriginOrNullOrWildcard => vec![origin.and_then(set), remove()],
            Grammar::True => vec![set(b"true"), remove()],
            Grammar::DeltaSeconds => vec![remove()],
            Grammar::TokenList => vec![listing(elements().filter(|one| is_token(one)).collect())],
        },
    };
    found.into_iter().flatten().collect()
}

fn header(name: &str) -> Option<HeaderName> {
    HeaderName::try_from(name.as_bytes()).ok()
}

/// The change to exactly one line of a name.
pub(super) fn set(name: &str, value: &[u8], on: Stage) -> Option<Remedy> {
    Some(Remedy::SetHeader {
        on,
        name: header(name)?,
        value: HeaderValue::try_from(value).ok()?,
    })
}

/// The change to a list with one more element.
pub(super) fn add(name: &str, element: &[u8], on: Stage) -> Option<Remedy> {
    Some(Remedy::AddToList {
        on,
        name: header(name)?,
        value: HeaderValue::try_from(element).ok()?,
    })
}

/// The change to no line of a name.
pub(super) fn remove(name: &str, on: Stage) -> Option<Remedy> {
    Some(Remedy::RemoveHeader {
        on,
        name: header(name)?,
    })
}
