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

/// The words of a line in lines of at most so many columns, where words allow. What sets a style
/// takes no column. Blanks before the first word stay there.
pub fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let words = line.trim_start_matches(' ');
    let indent = line.len() - words.len();
    let mut lines = vec![" ".repeat(indent)];
    let mut width = indent;
    for (number, word) in words.split(' ').enumerate() {
        let wide = shown_width(word);
        let Some(last) = lines.last_mut() else {
            break;
        };
        if number == 0 {
            last.push_str(word);
            width += wide;
        } else if width + 1 + wide <= columns {
            last.push(' ');
            last.push_str(word);
            width += 1 + wide;
        } else {
            lines.push(word.to_owned());
            width = wide;
        }
    }
    lines
}

/// The characters of a text that a terminal shows: those without the sequences that set a style.
pub fn shown_width(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().chars().count();
    let behind = |part: &str| {
        part.split_once('m')
            .map_or(0, |(_, text)| text.chars().count())
    };
    first + parts.map(behind).sum::<usize>()
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
    fn words_are_wrapped_and_styles_take_no_column() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("  one two", 5), ["  one", "two"]);
        assert_eq!(wrapped("much-too-long a", 5), ["much-too-long", "a"]);
        assert_eq!(wrapped("a  b", 9), ["a  b"]);
        assert_eq!(wrapped("", 5), [""]);
        let styled = "\u{1b}[1mone\u{1b}[0m two";
        assert_eq!(wrapped(styled, 7), [styled]);
        assert_eq!(shown_width(styled), 7);
    }

    #[test]
    fn what_is_cut_is_counted() {
        assert_eq!(clipped("abcdef", 4), ("abcd".to_owned(), 2));
        assert_eq!(clipped("ab", 4), ("ab".to_owned(), 0));
        assert_eq!(clipped("\u{1b}\u{1b}", 1), (r"\u{1b}".to_owned(), 1));
    }
}
