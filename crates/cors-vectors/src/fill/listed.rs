//! What is taken of a list.

use cors_policy::names::fitting_name;
use cors_policy::policy::{Any, AnyOr};

/// A placeholder with what it stands for.
pub(super) type Value = (&'static str, Option<String>);

/// Of a longer list as many from its beginning and from its end are asked about, so that a run
/// stays short whatever a policy lists.
const MOST_OF_EITHER_END: usize = 50;

/// The beginning and the end of a long list.
pub(super) fn ends<T>(mut entries: Vec<T>) -> Vec<T> {
    if let Some(middle_end) = entries.len().checked_sub(MOST_OF_EITHER_END)
        && middle_end > MOST_OF_EITHER_END
    {
        entries.drain(MOST_OF_EITHER_END..middle_end);
    }
    entries
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_asked_about_at_both_ends() {
        let numbers = |count: usize| (0..count).map(|number| number.to_string()).collect();
        assert_eq!(ends(numbers(100)).len(), 100);
        let some = ends(numbers(1000));
        assert_eq!(some.len(), 100);
        assert_eq!((some[49].as_str(), some[50].as_str()), ("49", "950"));
    }
}
