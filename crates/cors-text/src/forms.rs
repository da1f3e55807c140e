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
    let mut forms = written(secret);
    let mut encoded = encoded(secret);
    // As it is, and with quotation marks escaped.
    encoded.extend(forms.split_off(2));
    encoded.retain(|form| form.len() >= SHORTEST_ENCODED);
    forms.extend(encoded);
    forms
}

/// As it is written in texts: alone; where quotation marks are escaped as well, as the model does
/// where it writes what it compared; and in strings of programming languages and of JSON.
pub(crate) fn written(bytes: &[u8]) -> Vec<String> {
    let quoted = bytes.escape_ascii().to_string();
    vec![
        escape(bytes),
        quoted.clone(),
        escape(quoted.as_bytes()),
        escape(&in_json(bytes, false)),
        escape(&in_json(bytes, true)),
    ]
}

/// In the codes of URLs, in hexadecimal and in base64.
pub(crate) fn encoded(secret: &[u8]) -> Vec<String> {
    let in_urls = percent_encode(secret, RESERVED).to_string();
    let mut encoded = vec![
        in_urls.replace("%20", "+"),
        in_urls,
        percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        in_hexadecimal(secret, "%"),
        in_hexadecimal(secret, ""),
    ];
    encoded.extend(in_base64(secret));
    encoded
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

/// As it stands in a string of JSON, which may hold what is beyond ASCII or not.
fn in_json(secret: &[u8], is_ascii: bool) -> Vec<u8> {
    let mut written = Vec::new();
    for part in secret.utf8_chunks() {
        for letter in part.valid().chars() {
            if matches!(letter, '"' | '\\') {
                written.push(b'\\');
            }
            if letter < ' ' || (is_ascii && !letter.is_ascii()) {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    written.extend(format!("\\u{unit:04x}").bytes());
                }
            } else {
                written.extend(letter.encode_utf8(&mut [0; 4]).bytes());
            }
        }
        written.extend(part.invalid());
    }
    written
}

/// In base64, alone and behind other bytes: the three ways in which the groups of three can fall,
/// each without the characters at the ends that other bytes have a part in.
fn in_base64(secret: &[u8]) -> impl Iterator<Item = String> {
    let within = [&b""[..], b"x", b"xy"].into_iter().flat_map(|before| {
        let bytes = [before, secret].concat();
        // A character is six bits.
        let own = (before.len() * 8).div_ceil(6)..bytes.len() * 8 / 6;
        [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD].map(|alphabet| {
            let text = alphabet.encode(&bytes);
            text.get(own.clone()).unwrap_or_default().to_owned()
        })
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
            r#"kEy %41+/=zz9\\"x"#,
            "kEy%20%2541%2B%2F%3Dzz9%22x",
            "kEy+%2541%2B%2F%3Dzz9%22x",
            "%6b%45%79%20%25%34%31%2b%2f%3d%7a%7a%39%22%78",
            "6b4579202534312b2f3d7a7a392278",
            r#"kEy %41+/=zz9\\"x"#,
            "a0V5ICU0MSsvPXp6OSJ4",
            // `XkEy %41…` and `XYkEy %41…` in base64, without what X and Y have a part in.
            "tFeSAlNDErLz16ejkie",
            "rRXkgJTQxKy89eno5In",
        ] {
            assert!(
                forms.iter().any(|form| form == wanted),
                "{wanted}: {forms:?}"
            );
        }
    }

    #[test]
    fn what_is_beyond_ascii_is_known_in_json() {
        let forms = forms("pa\u{df}word\u{1f511}".as_bytes());
        for wanted in [
            r"pa\xc3\x9fword\xf0\x9f\x94\x91",
            r"pa\\u00dfword\\ud83d\\udd11",
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
