//! Bytes as tables, and headers judged by them.

/// The bytes of tokens.
pub(crate) const TOKEN: &[u8] =
    b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Which bytes are in [`TOKEN`].
const IS_TOKEN: [bool; 256] = table(TOKEN);

/// Whether a byte is one of a token.
pub(crate) const fn is_token(byte: u8) -> bool {
    IS_TOKEN[byte as usize]
}

/// The bytes that cause a preflight, of those that can be in a value.
pub(crate) const UNSAFE: &[u8] =
    b"\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0C\x0E\x0F\x10\x11\x12\x13\
    \x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\"():<>?@[\\]{}\x7F";

/// Which bytes are in [`UNSAFE`].
const IS_UNSAFE: [bool; 256] = table(UNSAFE);

/// The bytes of language ranges.
const LANGUAGE: &[u8] = b" *,-.;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Which bytes are in [`LANGUAGE`].
const IS_LANGUAGE: [bool; 256] = table(LANGUAGE);

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut place = 0;
    while place < bytes.len() {
        table[bytes[place] as usize] = true;
        place += 1;
    }
    table
}

/// Whether a header causes no preflight.
pub(crate) fn safelisted(name: &[u8], value: &[u8]) -> bool {
    if value.len() > 128 {
        return false;
    }
    let clean = value.iter().all(|byte| !IS_UNSAFE[usize::from(*byte)]);
    match name.to_ascii_lowercase().as_slice() {
        b"accept" => clean,
        b"accept-language" | b"content-language" => {
            value.iter().all(|byte| IS_LANGUAGE[usize::from(*byte)])
        }
        b"content-type" => clean && form_type(value),
        b"range" => range(value),
        _ => false,
    }
}

/// Whether a value is one of the three types that forms have, with anything behind a semicolon.
fn form_type(value: &[u8]) -> bool {
    let end = value
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(value.len());
    let mut essence = value[..end].to_ascii_lowercase();
    while matches!(essence.last(), Some(b' ' | b'\t')) {
        essence.pop();
    }
    while matches!(essence.first(), Some(b' ' | b'\t')) {
        essence.remove(0);
    }
    let types = [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ];
    types.iter().any(|known| known.as_bytes() == essence)
}

/// Whether a value is one range with a start.
fn range(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"bytes=") else {
        return false;
    };
    let Some(hyphen) = rest.iter().position(|byte| *byte == b'-') else {
        return false;
    };
    let (start, end) = (&rest[..hyphen], &rest[hyphen + 1..]);
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    !start.is_empty()
        && digits(start)
        && digits(end)
        && (end.is_empty() || magnitude(start) <= magnitude(end))
}

/// What orders numbers of any length: how many digits there are from the first that counts on, and
/// then these.
pub(crate) fn magnitude(digits: &[u8]) -> (usize, &[u8]) {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[zeros..];
    (digits.len(), digits)
}
