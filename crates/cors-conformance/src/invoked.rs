//! What the user typed to start the program, for the command lines that are printed.

use std::env;
use std::ffi::OsString;

use cors_harness::escape::shell_word;

/// The variable by which a program that starts this one, such as `cargo xtask`, says how it was
/// called itself: words for a shell.
const VARIABLE: &str = "CORS_CONFORMANCE_INVOKED_AS";

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
    use super::words;

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
