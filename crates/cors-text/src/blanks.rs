//! The white space of HTTP.

/// Bytes without the tabs and spaces at both ends: no other byte is white space within a line of
/// HTTP, as [RFC 9110, 5.6.3](https://www.rfc-editor.org/rfc/rfc9110.html#section-5.6.3) has it. A
/// form feed, a vertical tab or a no-break space is a part of the value, and for browsers too.
pub const fn trimmed(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [b' ' | b'\t', after @ ..] = rest {
        rest = after;
    }
    while let [before @ .., b' ' | b'\t'] = rest {
        rest = before;
    }
    rest
}

/// [`trimmed`] of a text.
pub fn trimmed_text(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tabs_and_spaces_are_taken_away() {
        assert_eq!(trimmed(b" \t a\t b \t"), b"a\t b");
        assert_eq!(trimmed(b" \t "), b"");
        for kept in [&b"\x0cx\x0c"[..], b"\x0bx\x0b", b"\xa0x\xa0", b"\rx\n"] {
            assert_eq!(trimmed(kept), kept);
        }
        assert_eq!(trimmed_text("\t\u{a0}x\u{c} "), "\u{a0}x\u{c}");
    }
}
