//! What the user typed to start the program, for the command lines that are printed.

use std::env;
use std::ffi::OsString;

use cors_harness::escape::shell_word;

/// The variable by which a program that starts this one, such as `cargo xtask`, says how it was
/// called itself: words for a shell.
const VARIABLE: &str = "CORS_CONFORMANCE_INVOKED_AS";

/// The variable by which a test that starts this program for a server of its own says how the test is
/// run again for one case: words for a shell, with `{id}` for the case's id.
const REPRODUCE: &str = "CORS_CONFORMANCE_REPRODUCE";

/// The command line that runs one case again, before the case's id and behind it, where a test started
/// this program.
pub(crate) fn reproduce() -> Option<(String, String)> {
    around_id(&env::var(REPRODUCE).ok()?)
}

fn around_id(words: &str) -> Option<(String, String)> {
    let (before, behind) = words.split_once("{id}")?;
    Some((before.to_owned(), behind.to_owned()))
}

/// The words that start the program, for a shell: `cors-conformance`, `./cors-conformance`, `npx
/// cors-conformance`.
pub(crate) fn name() -> String {
    words(env::var(VARIABLE).ok(), env::args_os().next())
}

/// The command line that explains a case, but for the case's id.
pub(crate) fn explain() -> String {
    format!("{} explain", name())
}

fn words(by_starter: Option<String>, typed: Option<OsString>) -> String {
    let by_starter = by_starter.filter(|words| !words.is_empty());
    let typed = || {
        let word = typed.filter(|word| !word.is_empty())?;
        Some(shell_word(word.as_encoded_bytes()))
    };
    let name = by_starter.or_else(typed);
    name.unwrap_or_else(|| "cors-conformance".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{around_id, words};

    #[test]
    fn a_test_says_how_it_is_run_again() {
        let around = around_id("CORS_CASE={id} pytest x.py");
        let expected = ("CORS_CASE=".to_owned(), " pytest x.py".to_owned());
        assert_eq!(around, Some(expected));
        assert_eq!(around_id("pytest x.py"), None);
    }

    #[test]
    fn what_was_typed_is_repeated_as_a_shell_takes_it() {
        let typed = |word: &str| words(None, Some(word.into()));
        assert_eq!(typed("cors-conformance"), "cors-conformance");
        assert_eq!(typed("./bin/cors-conformance"), "./bin/cors-conformance");
        assert_eq!(typed("/my programs/c"), "'/my programs/c'");
        assert_eq!(typed(""), "cors-conformance");
        assert_eq!(words(None, None), "cors-conformance");
        let npx = words(Some("npx cors-conformance".into()), Some("/x/y".into()));
        assert_eq!(npx, "npx cors-conformance");
        assert_eq!(words(Some(String::new()), Some("c".into())), "c");
    }
}
