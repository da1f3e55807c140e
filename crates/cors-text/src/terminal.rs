//! Text that came from elsewhere, made safe for a terminal.
//!
//! A server under test chooses its header values, and a terminal obeys control bytes. The stream
//! of events holds bytes from the wire as printable ASCII already; a stream may also come from a
//! file that somebody else wrote, so nothing is printed but through here.

/// One line in which whatever a terminal could obey or hide is written `\u{…}`. Typography stays;
/// a line feed becomes a space.
pub fn sentence(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push(' '),
            '\'' | '"' | '\\' => shown.push(character),
            // Escapes control characters and everything without a glyph, the bidirectional
            // controls among it.
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
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
    fn what_is_cut_is_counted() {
        assert_eq!(clipped("abcdef", 4), ("abcd".to_owned(), 2));
        assert_eq!(clipped("ab", 4), ("ab".to_owned(), 0));
        assert_eq!(clipped("\u{1b}\u{1b}", 1), (r"\u{1b}".to_owned(), 1));
    }
}
