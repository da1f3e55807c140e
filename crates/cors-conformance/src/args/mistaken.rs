//! What is said of a command line that nobody understands, where clap's own words would be of no help
//! or would repeat a secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};
use cors_vectors::error::nearest;

use super::cli::Cli;

/// Options whose values may be secret.
const SECRET: [&str; 4] = ["--header", "--cookie", "--proxy", "--user"];

/// The message for arguments (the program's name first) in the place of clap's, if there is one.
pub(crate) fn message(arguments: &[OsString], error: &Error) -> Option<String> {
    subcommand(arguments).or_else(|| secret(error))
}

/// The first argument is a word that is neither a URL nor a subcommand.
fn subcommand(arguments: &[OsString]) -> Option<String> {
    let word = arguments.get(1)?.to_str()?;
    let is_word = word
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let command = Cli::command();
    if !is_word
        || word.starts_with('-')
        || ["help", "localhost"].contains(&word)
        || command.find_subcommand(word).is_some()
    {
        return None;
    }
    let all = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let near = nearest(word, all.map(clap::Command::get_name));
    Some(match near.first() {
        Some(near) => format!("there is no subcommand `{word}`; did you mean `{near}`?"),
        None => format!(
            "there is no subcommand `{word}`: `--help` lists them; a URL begins with http://"
        ),
    })
}

/// The value that cannot be read may be secret, or hold a password.
fn secret(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg)?;
    let has_password = text(ContextKind::InvalidValue)?.contains('@');
    if !has_password && !SECRET.iter().any(|name| argument.starts_with(name)) {
        return None;
    }
    let reason = std::error::Error::source(error)?;
    Some(format!(
        "the value of '{argument}' cannot be used: {reason}"
    ))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn said(arguments: &[&str]) -> Option<String> {
        let words = std::iter::once("cors-conformance").chain(arguments.iter().copied());
        let words: Vec<OsString> = words.map(OsString::from).collect();
        let error = Cli::try_parse_from(&words).unwrap_err();
        message(&words, &error)
    }

    #[test]
    fn a_mistyped_subcommand_is_one() {
        let near = said(&["serv"]).unwrap();
        assert!(near.ends_with("did you mean `serve`?"), "{near}");
        let far = said(&["compare", "a", "b"]).unwrap();
        assert!(
            far.starts_with("there is no subcommand `compare`:"),
            "{far}"
        );
        assert_eq!(said(&["localhost"]), None);
        assert_eq!(said(&["localhost:80"]), None);
        assert_eq!(said(&["list", "--what"]), None);
    }

    #[test]
    fn no_message_repeats_a_secret() {
        for arguments in [
            &["-H", "SECRETwithoutcolon"][..],
            &["http://user:SECRET@127.0.0.1/"],
            &["user:SECRET@127.0.0.1"],
            &["-b", "SECRET"],
            &["-x", "socks5://user:SECRET@localhost"],
        ] {
            let said = said(arguments).unwrap();
            assert!(!said.contains("SECRET"), "{said}");
        }
        let header = said(&["-H", "SECRET"]).unwrap();
        assert!(header.contains("no colon"), "{header}");
    }
}
