//! Bytes from the wire as text that no terminal, browser or parser can be tricked by.

use std::fmt::Write as _;

/// Longest value that an event holds, in bytes before escaping.
pub const LONGEST_VALUE: usize = 4096;

/// What stands behind the beginning of a value that was cut.
pub const CUT: &str = "… (";

/// Printable ASCII as it is, a backslash doubled, every other byte as `\xNN`.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str(r"\\"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(text, r"\x{byte:02x}");
            }
        }
    }
    text
}

/// [`escape`] of at most [`LONGEST_VALUE`] bytes; that something was cut is said at the end.
pub fn escape_cut(bytes: &[u8]) -> String {
    match bytes.get(..LONGEST_VALUE) {
        Some(start) => escape_start(start, bytes.len()),
        None => escape(bytes),
    }
}

/// The beginning of bytes, escaped, with how many there are in all where there are more.
pub fn escape_start(start: &[u8], whole: usize) -> String {
    if whole > start.len() {
        format!("{}{CUT}{whole} bytes in all)", escape(start))
    } else {
        escape(start)
    }
}

/// Bytes as a single-quoted word of a POSIX shell, or in `$'…'` when there is something to escape.
pub fn shell_word(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(byte);
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return escape(bytes);
    }
    if bytes
        .iter()
        .all(|byte| (b' '..=b'~').contains(byte) && *byte != b'\'')
    {
        return format!("'{}'", String::from_utf8_lossy(bytes));
    }
    let mut word = String::from("$'");
    for &byte in bytes {
        match byte {
            b'\\' => word.push_str(r"\\"),
            b'\'' => word.push_str(r"\'"),
            b'\n' => word.push_str(r"\n"),
            b'\r' => word.push_str(r"\r"),
            b'\t' => word.push_str(r"\t"),
            b' '..=b'~' => word.push(char::from(byte)),
            _ => {
                let _ = write!(word, r"\x{byte:02x}");
            }
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_printable_ascii() {
        assert_eq!(escape(b"a\\b\x00\xff\r\nz"), r"a\\b\x00\xff\x0d\x0az");
    }

    #[test]
    fn long_values_are_cut_and_say_so() {
        let long = escape_cut(&[b'a'; LONGEST_VALUE + 1]);
        assert!(long.ends_with("a… (4097 bytes in all)"), "{long}");
        assert_eq!(escape_cut(&[b'a'; LONGEST_VALUE]).len(), LONGEST_VALUE);
    }

    #[test]
    fn shell_words_are_quoted_as_needed() {
        assert_eq!(shell_word(b"https://a.example/x"), "https://a.example/x");
        assert_eq!(shell_word(b"Origin: null"), "'Origin: null'");
        assert_eq!(shell_word(b""), "''");
        assert_eq!(shell_word(b"$(x) `y`"), "'$(x) `y`'");
        assert_eq!(shell_word(b"it's\\\n\xe9"), r"$'it\'s\\\n\xe9'");
    }
}
