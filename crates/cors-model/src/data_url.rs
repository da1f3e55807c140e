//! The content of `data:` URLs.

use alloc::string::String;
use alloc::vec::Vec;

use crate::mime::parse_mime_type;
use crate::url::Url;

/// The data: URL processor, for the type and the body:
/// <https://fetch.spec.whatwg.org/#data-url-processor>
pub(crate) fn data_url_processor(data_url: &Url) -> Option<(String, Vec<u8>)> {
    let input = data_url.serialize(true);
    let input = input.strip_prefix("data:")?;
    let (mime_type, encoded_body) = input.split_once(',')?;
    let mime_type = mime_type.trim_matches(' ');
    let mut body = percent_decode(encoded_body.as_bytes());
    let mime_type = match base64_marker(mime_type) {
        None => mime_type,
        Some(before) => {
            body = forgiving_base64_decode(&body)?;
            before
        }
    };
    let mut text = String::new();
    if mime_type.starts_with(';') {
        text.push_str("text/plain");
    }
    text.push_str(mime_type);
    let mime_type = parse_mime_type(&text).map_or_else(
        |_| String::from("text/plain;charset=US-ASCII"),
        |parsed| parsed.serialize(),
    );
    Some((mime_type, body))
}

/// What stands before `;base64`, with spaces allowed behind the semicolon.
fn base64_marker(mime_type: &str) -> Option<&str> {
    let before = mime_type.len().checked_sub("base64".len())?;
    let (before, marker) = mime_type.split_at_checked(before)?;
    let before = before.trim_end_matches(' ').strip_suffix(';')?;
    marker.eq_ignore_ascii_case("base64").then_some(before)
}

/// To percent-decode: <https://url.spec.whatwg.org/#percent-decode>
pub(crate) fn percent_decode(bytes: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        rest = after;
        output.push(match (byte, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *byte,
        });
    }
    output
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// To forgiving-base64 decode: <https://infra.spec.whatwg.org/#forgiving-base64-decode>
fn forgiving_base64_decode(data: &[u8]) -> Option<Vec<u8>> {
    let mut data: Vec<u8> = data
        .iter()
        .copied()
        .filter(|byte| !is_ascii_whitespace(*byte))
        .collect();
    if data.len().is_multiple_of(4) {
        for _ in 0..2 {
            data.pop_if(|byte| *byte == b'=');
        }
    }
    if data.len() % 4 == 1 {
        return None;
    }
    let mut output = Vec::with_capacity(data.len() / 4 * 3 + 2);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in data {
        let position = ALPHABET.iter().position(|letter| *letter == byte)?;
        buffer = buffer << 6 | u32::try_from(position).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            output.push(u8::try_from(buffer >> bits & 0xFF).ok()?);
        }
    }
    Some(output)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const fn is_ascii_whitespace(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::url;

    fn read(text: &str) -> Option<(String, Vec<u8>)> {
        data_url_processor(&url(text))
    }

    fn content(mime_type: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        Some((mime_type.into(), body.to_vec()))
    }

    const DEFAULT: &str = "text/plain;charset=US-ASCII";

    #[test]
    fn types_are_read_before_the_comma() {
        assert_eq!(read("data:,x"), content(DEFAULT, b"x"));
        assert_eq!(read("data:text/html,x,y"), content("text/html", b"x,y"));
        assert_eq!(
            read("data:;charset=utf-8,x"),
            content("text/plain;charset=utf-8", b"x")
        );
        assert_eq!(read("data: text/css ,x#f"), content("text/css", b"x"));
        assert_eq!(read("data:nonsense,x?y"), content(DEFAULT, b"x?y"));
        assert_eq!(read("data:x"), None);
    }

    #[test]
    fn bodies_are_percent_decoded() {
        assert_eq!(read("data:,a%20b%zz%4"), content(DEFAULT, b"a b%zz%4"));
        assert_eq!(
            read("data:,%FF%0a%g0%0g"),
            content(DEFAULT, b"\xFF\n%g0%0g")
        );
    }

    #[test]
    fn bodies_may_be_base64() {
        assert_eq!(
            read("data:;base64,YWI="),
            content("text/plain;charset=US-ASCII", b"ab")
        );
        assert_eq!(read("data:text/x; BASE64,YWJj"), content("text/x", b"abc"));
        assert_eq!(read("data:text/x;base64,YQ"), content("text/x", b"a"));
        assert_eq!(
            read("data:text/x;base64,Y Q%3D%3D"),
            content("text/x", b"a")
        );
        assert_eq!(
            read("data:text/x;base64,+/+/"),
            content("text/x", b"\xFB\xFF\xBF")
        );
        assert_eq!(read("data:text/x;base64,"), content("text/x", b""));
        for bad in ["a", "abcde", "ab=", "a===", "ab-_", "====", "ab==cd=="] {
            assert_eq!(
                read(&alloc::format!("data:text/x;base64,{bad}")),
                None,
                "{bad}"
            );
        }
        assert_eq!(read("data:text/xbase64,YQ"), content("text/xbase64", b"YQ"));
        assert_eq!(read("data:;base65,YQ"), content("text/plain", b"YQ"));
        assert_eq!(
            read("data:text/x;base64;a=b,YQ"),
            content("text/x;a=b", b"YQ")
        );
    }
}
