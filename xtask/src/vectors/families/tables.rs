//! The tables of the standard that the families enumerate, written down a second time, apart from
//! the model, so that a slip in one shows against the other.

/// Whether a byte is a CORS-unsafe request-header byte
/// (<https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>): the control bytes without
/// HT, and fourteen listed ones.
pub(super) fn cors_unsafe(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0A..=0x1F) || b"\"():<>?@[\\]{}\x7F".contains(&byte)
}

/// Whether `Accept-Language` and `Content-Language` may hold a byte and stay safelisted
/// (<https://fetch.spec.whatwg.org/#cors-safelisted-request-header>, step 2).
pub(super) fn language(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte)
}

/// Whether a byte is a tchar, the stuff of methods and header names (RFC 9110, section 5.6.2).
pub(super) fn tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The bytes that no header value can hold (<https://fetch.spec.whatwg.org/#header-value>).
pub(super) const NEVER_IN_A_VALUE: [u8; 3] = [0x00, 0x0A, 0x0D];

/// The bytes that are removed from both ends of a value that script gives
/// (<https://fetch.spec.whatwg.org/#concept-header-value-normalize>).
pub(super) const TRIMMED_BY_NORMALIZE: [u8; 4] = [0x09, 0x0A, 0x0D, 0x20];

/// Serial name of a byte in an id: two hex digits.
pub(super) fn hex(byte: u8) -> String {
    format!("{byte:02x}")
}

/// All spellings of an ASCII word in upper and lower case, the given one first.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let letters = word.len();
    let mut all: Vec<String> = (0..1_u32 << letters)
        .map(|mask| {
            word.chars()
                .enumerate()
                .map(|(i, c)| {
                    if mask >> i & 1 == 0 {
                        c.to_ascii_uppercase()
                    } else {
                        c.to_ascii_lowercase()
                    }
                })
                .collect()
        })
        .collect();
    all.dedup();
    all
}
