//! What is taken of a list.

use cors_policy::names::fitting_name;
use cors_policy::policy::{Any, AnyOr};

/// A placeholder with what it stands for.
pub(super) type Value = (&'static str, Option<String>);

/// The listed names that fit, or those to take when any is allowed.
pub(super) fn some_of(
    names: &AnyOr<Vec<String>>,
    when_any: &'static [&'static str],
    fits: impl Fn(&str) -> bool,
) -> std::vec::IntoIter<String> {
    let names: Vec<String> = match names {
        AnyOr::Any(Any::Any) => when_any.iter().map(|name| (*name).to_owned()).collect(),
        AnyOr::Listed(listed) => listed.iter().filter(|name| fits(name)).cloned().collect(),
    };
    names.into_iter()
}

/// The same of header names, where an entry can be a prefix: then names that begin with it.
pub(super) fn names_of(
    names: &AnyOr<Vec<String>>,
    when_any: &'static [&'static str],
    fits: impl Fn(&str) -> bool,
) -> std::vec::IntoIter<String> {
    let names = match names {
        AnyOr::Any(any) => AnyOr::Any(*any),
        AnyOr::Listed(listed) => {
            let first = listed.iter().map(|entry| fitting_name(entry, 0));
            let starts = listed.iter().filter(|entry| entry.ends_with('*'));
            let second = starts.map(|entry| fitting_name(entry, 1));
            AnyOr::Listed(first.chain(second).collect())
        }
    };
    some_of(&names, when_any, fits)
}
