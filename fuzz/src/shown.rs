//! What may stand in text for a terminal.

use std::collections::BTreeSet;
use std::ops::Range;

use base64::engine::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

/// The colours that are written, and their end.
const COLOURS: [&str; 6] = [
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[2m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
];

/// Characters that change how others are shown, or are not seen: those of the category Cf, and the
/// separators that end lines.
const HIDDEN: [(char, char); 14] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The text without its colours, once nothing else in it could be obeyed or hidden.
pub(crate) fn plain(text: &str) -> String {
    let plain = COLOURS
        .iter()
        .fold(text.to_owned(), |text, colour| text.replace(colour, ""));
    check(&plain, true);
    plain
}

/// One line, or a text of several where `several`, that is safe to print.
pub(crate) fn check(text: &str, several: bool) {
    let harmful = |character: char| {
        (character.is_control() && !(several && character == '\n'))
            || HIDDEN
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&character))
    };
    let found = text.chars().find(|character| harmful(*character));
    assert_eq!(found, None, "{text:?}");
}

/// The bytes of a secret in a row that may be shown nowhere, in any form.
const WINDOW: usize = 8;

/// Bytes in base64 behind others, and where their own characters are: at both ends stands one that
/// other bytes have a part in, unless they begin or end a group of three.
pub(crate) fn in_base64(before: &[u8], bytes: &[u8]) -> (String, Range<usize>) {
    let text = STANDARD_NO_PAD.encode([before, bytes].concat());
    let own = (before.len() * 8).div_ceil(6)..(before.len() + bytes.len()) * 8 / 6;
    (text, own)
}

/// Bytes as digits, each behind a mark.
pub(crate) fn in_hexadecimal(bytes: &[u8], mark: &str) -> String {
    let digits = bytes.iter().map(|byte| format!("{mark}{byte:02x}"));
    digits.collect()
}

/// Bytes as in the query of a URL.
pub(crate) fn in_percent(bytes: &[u8]) -> String {
    let of = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => {
            char::from(*byte).to_string()
        }
        byte => format!("%{byte:02x}"),
    };
    bytes.iter().map(of).collect()
}

/// The ways in which some bytes may stand in a text, in lower case.
fn forms(bytes: &[u8]) -> Vec<String> {
    let quoted = bytes.escape_ascii().to_string();
    let mut forms = vec![
        cors_harness::escape::escape(quoted.as_bytes()),
        quoted,
        cors_harness::escape::escape(bytes),
        in_percent(bytes),
        in_hexadecimal(bytes, "%"),
        in_hexadecimal(bytes, ""),
    ];
    if let Ok(text) = str::from_utf8(bytes) {
        let json = serde_json::to_string(text).expect("a string can be written");
        let json = &json[1..json.len() - 1];
        let units = text.encode_utf16().map(|unit| match unit {
            0x20..0x7f => char::from_u32(unit.into()).into_iter().collect(),
            _ => format!("\\u{unit:04x}"),
        });
        let ascii: String = units.collect();
        forms.extend([json, &ascii].map(|json| cors_harness::escape::escape(json.as_bytes())));
        forms.extend([text.to_owned(), json.to_owned(), ascii]);
    }
    for before in [&b""[..], b"x", b"xy"] {
        let (text, own) = in_base64(before, bytes);
        let own = &text[own];
        forms.extend([own.to_owned(), own.replace('+', "-").replace('/', "_")]);
    }
    for form in &mut forms {
        form.make_ascii_lowercase();
    }
    forms
}

/// The texts that nothing may hold that is shown: each part of a secret of eight bytes in every form,
/// in lower case.
pub(crate) fn parts(secret: &str) -> BTreeSet<String> {
    let windows = secret.as_bytes().windows(WINDOW);
    windows.flat_map(forms).collect()
}

/// That no part of a secret is in a text.
pub(crate) fn check_secret(text: &str, parts: &BTreeSet<String>) {
    let sought_in = text.to_ascii_lowercase();
    for part in parts {
        assert!(!sought_in.contains(part), "{part} in {text}");
    }
}

/// That no part of a secret is in a text of a document of JSON.
pub(crate) fn check_secret_in(value: &Value, parts: &BTreeSet<String>) {
    match value {
        Value::String(text) => check_secret(text, parts),
        Value::Array(values) => {
            for value in values {
                check_secret_in(value, parts);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                check_secret(name, parts);
                check_secret_in(value, parts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{check_secret, parts};

    #[test]
    fn eight_bytes_in_a_row_are_found_in_every_form() {
        let parts = parts("s3cr3t-t\u{f8}ken");
        check_secret("s3cr3t-, 3cr3t-t", &parts);
        for shown in [
            "x3CR3T-T\u{f8}y",
            "3cr3t-t\\xc3\\xb8",
            r"3cr3t-t\u00f8",
            "s3cr3t-t%C3",
            "%73%33%63%72%33%74%2d%74",
            "7333637233742D74",
            // `s3cr3t-t` behind no byte, one and two.
            "czNjcjN0LX",
            "MzY3IzdC10",
            "HlzM2NyM3QtdA",
        ] {
            let found = std::panic::catch_unwind(|| check_secret(shown, &parts));
            assert!(found.is_err(), "{shown}: {parts:?}");
        }
    }
}
