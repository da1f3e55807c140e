//! The forms in which a secret comes back: servers log it, encode it and return it.

use std::fmt::Write as _;

use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine as _,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::escape::escape;

/// Shorter encoded forms are not looked for: they would be found by chance.
const SHORTEST_ENCODED: usize = 8;

/// What `encodeURIComponent` and form encoding leave as it is (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The texts that a secret may be found as. All are in the form of events, which hold printable
/// ASCII.
pub(crate) fn forms(secret: &[u8]) -> Vec<String> {
    let mut forms = vec![
        escape(secret),
        // The model escapes quotation marks as well where it writes what it compared.
        secret.escape_ascii().to_string(),
    ];
    let mut encoded = vec![
        percent_encode(secret, RESERVED).to_string(),
        percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        in_hexadecimal(secret, "%"),
        in_hexadecimal(secret, ""),
        in_json(secret),
    ];
    encoded.push(
        encoded
            .iter()
            .take(1)
            .map(|text| text.replace("%20", "+"))
            .collect(),
    );
    encoded.extend(in_base64(secret));
    encoded.retain(|form| form.len() >= SHORTEST_ENCODED);
    forms.extend(encoded);
    forms
}

/// The user's name with the password, and the password alone, of an `Authorization` line of the
/// scheme Basic (RFC 7617, 2).
pub(crate) fn basic_credentials(value: &[u8]) -> Vec<Vec<u8>> {
    let Some((scheme, encoded)) = value.split_at_checked(b"Basic ".len()) else {
        return Vec::new();
    };
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return Vec::new();
    }
    let Ok(both) = BASE64_STANDARD.decode(encoded.trim_ascii()) else {
        return Vec::new();
    };
    let colon = both.iter().position(|byte| *byte == b':');
    let password = colon
        .and_then(|colon| both.get(colon + 1..))
        .map(<[u8]>::to_vec);
    password.into_iter().chain([both]).collect()
}

/// Each byte as two digits behind a mark.
fn in_hexadecimal(secret: &[u8], mark: &str) -> String {
    let mut written = String::new();
    for byte in secret {
        // Writing to a string cannot fail.
        let _ = write!(written, "{mark}{byte:02x}");
    }
    written
}

/// As it stands in a string of JSON.
fn in_json(secret: &[u8]) -> String {
    let mut written = Vec::new();
    for &byte in secret {
        match byte {
            b'"' | b'\\' => written.extend([b'\\', byte]),
            b' '..=b'~' | 0x80.. => written.push(byte),
            _ => written.extend(format!("\\u{byte:04x}").bytes()),
        }
    }
    escape(&written)
}

/// In base64, alone and behind other bytes: the three ways in which the groups of three can fall,
/// each without the characters at the ends that other bytes have a part in.
fn in_base64(secret: &[u8]) -> impl Iterator<Item = String> {
    let within = (0..3).flat_map(|start| {
        let rest = secret.get(start..).unwrap_or_default();
        let whole = rest.get(..rest.len() / 3 * 3).unwrap_or_default();
        [
            BASE64_STANDARD_NO_PAD.encode(whole),
            BASE64_URL_SAFE_NO_PAD.encode(whole),
        ]
    });
    let alone = [
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ];
    alone.into_iter().chain(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_its_encodings() {
        let forms = forms(b"kEy %41+/=zz9\"x");
        for wanted in [
            r#"kEy %41+/=zz9"x"#,
            r#"kEy %41+/=zz9\"x"#,
            "kEy%20%2541%2B%2F%3Dzz9%22x",
            "kEy+%2541%2B%2F%3Dzz9%22x",
            "%6b%45%79%20%25%34%31%2b%2f%3d%7a%7a%39%22%78",
            "6b4579202534312b2f3d7a7a392278",
            r#"kEy %41+/=zz9\\"x"#,
            "a0V5ICU0MSsvPXp6OSJ4",
            // `XkEy %41…` and `XYkEy %41…` in base64, without what X and Y have a part in.
            "RXkgJTQxKy89eno5",
            "eSAlNDErLz16ejki",
        ] {
            assert!(
                forms.iter().any(|form| form == wanted),
                "{wanted}: {forms:?}"
            );
        }
    }

    #[test]
    fn short_encoded_forms_are_not_looked_for() {
        assert_eq!(forms(b"abcd"), ["abcd", "abcd", "%61%62%63%64", "61626364"]);
    }

    #[test]
    fn basic_credentials_are_decoded() {
        let both: &[u8] = b"usr:s3cr3t-pw";
        assert_eq!(
            basic_credentials(b"basic dXNyOnMzY3IzdC1wdw=="),
            [b"s3cr3t-pw", both]
        );
        for other in [&b"Bearer dXNyOnMz"[..], b"Basic ?", b"Basic", b""] {
            assert!(basic_credentials(other).is_empty());
        }
    }
}
