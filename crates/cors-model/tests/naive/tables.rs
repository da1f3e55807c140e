//! Bytes as tables, and headers judged by them.

/// The bytes of tokens.
pub(crate) const TOKEN: &[u8] =
    b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The bytes that cause a preflight, of those that can be in a value.
pub(crate) const UNSAFE: &[u8] =
    b"\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0C\x0E\x0F\x10\x11\x12\x13\
    \x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\"():<>?@[\\]{}\x7F";

/// The bytes of language ranges.
const LANGUAGE: &[u8] = b" *,-.;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a header causes no preflight.
pub(crate) fn safelisted(name: &[u8], value: &[u8]) -> bool {
    let clean = value.iter().all(|byte| !UNSAFE.contains(byte));
    if value.len() > 128 {
        return false;
    }
    match name.to_ascii_lowercase().as_slice() {
        b"accept" => clean,
        b"accept-language" | b"content-language" => {
            value.iter().all(|byte| LANGUAGE.contains(byte))
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
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u128>().ok();
    !start.is_empty()
        && digits(start)
        && digits(end)
        && (end.is_empty() || number(start) <= number(end))
}
