//! Text that came from elsewhere, made safe for a terminal.
//!
//! A server under test chooses its header values, and a terminal obeys control bytes. The stream
//! of events holds bytes from the wire as printable ASCII already; a stream may also come from a
//! file that somebody else wrote, so nothing is printed but through here.
//!
//! CI systems read the output of a job, too, and obey some of it: `::error …::` at the beginning of a
//! line, which wrapping can make of the middle of a text, and `##vso[…]`, `##teamcity[…]` and `##[…]`
//! anywhere.

/// One line in which whatever a terminal or a CI system could obey or hide is written `\u{…}`.
/// Typography stays; a line feed becomes a space.
pub fn sentence(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '\n' => shown.push(' '),
            ':' | '#' if is_command(text, at) => shown.extend(character.escape_unicode()),
            '\'' | '"' | '\\' => shown.push(character),
            // Escapes control characters and everything without a glyph, the bidirectional
            // controls among it.
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

/// Whether a CI system could take what begins there for a command.
fn is_command(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    if let Some(command) = rest.strip_prefix("::") {
        let begins = !before.ends_with(|character: char| !character.is_whitespace());
        return begins
            && command.starts_with(|first: char| first.is_ascii_alphabetic())
            && command.contains("::");
    }
    let azure = |word: &str| word.starts_with('[') || word.starts_with("vso[");
    rest.strip_prefix("##")
        .is_some_and(|word| azure(word) || word.starts_with("teamcity["))
}

/// At most `limit` characters of a text, safe for a terminal, and how many were left out.
pub fn clipped(text: &str, limit: usize) -> (String, usize) {
    let kept: String = text.chars().take(limit).collect();
    (sentence(&kept), text.chars().count().saturating_sub(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_its_typography_and_loses_its_controls() {
        assert_eq!(sentence("steps 6–8 don’t\nend"), "steps 6–8 don’t end");
        assert_eq!(
            sentence("\u{1b}[2J\u{202e}\u{9b}x"),
            r"\u{1b}[2J\u{202e}\u{9b}x"
        );
        assert_eq!(sentence(r#"say "a\b""#), r#"say "a\b""#);
        let controls: String = (0..=0x9f).filter_map(char::from_u32).collect();
        assert!(
            sentence(&controls)
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte))
        );
    }

    #[test]
    fn no_ci_system_finds_a_command() {
        for (text, shown) in [
            ("::error file=a.js::x", r"\u{3a}:error file=a.js::x"),
            ("a\n::stop-commands::x", r"a \u{3a}:stop-commands::x"),
            ("a ##vso[task.complete]", r"a \u{23}#vso[task.complete]"),
            ("a##[error]b", r"a\u{23}#[error]b"),
            ("##teamcity[x]", r"\u{23}#teamcity[x]"),
            (
                "http://[::1]/ and ::1, x::y::z",
                "http://[::1]/ and ::1, x::y::z",
            ),
            ("## a heading #1", "## a heading #1"),
        ] {
            assert_eq!(sentence(text), shown);
        }
    }

    #[test]
    fn what_is_cut_is_counted() {
        assert_eq!(clipped("abcdef", 4), ("abcd".to_owned(), 2));
        assert_eq!(clipped("ab", 4), ("ab".to_owned(), 0));
        assert_eq!(clipped("\u{1b}\u{1b}", 1), (r"\u{1b}".to_owned(), 1));
    }
}
