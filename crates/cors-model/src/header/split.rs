//! Values that are split at commas outside of quotes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::trace::step;

/// The isomorphic decoding of bytes: each byte is the code point of the same number.
pub(crate) fn isomorphic_decode(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// Takes the longest start of `rest` without any of the two code points.
fn collect_until<'a>(rest: &mut &'a str, stop: [char; 2]) -> &'a str {
    let end = rest.find(stop).unwrap_or(rest.len());
    let (collected, after) = rest.split_at(end);
    *rest = after;
    collected
}

/// To get, decode, and split a header value:
/// <https://fetch.spec.whatwg.org/#header-value-get-decode-and-split>
///
/// Elements may be empty, and quoted strings keep their quotes.
pub fn get_decode_and_split(value: &[u8]) -> Vec<String> {
    step!("1": "The value as text.");
    let input = isomorphic_decode(value);
    step!("2": "What is still to be read.");
    let mut rest = input.as_str();
    step!("3": "No parts yet.");
    let mut values = Vec::new();
    step!("4": "What has been read of the current one.");
    let mut temporary_value = String::new();
    loop {
        step!("5.1": "Everything up to a quote or a comma.");
        temporary_value.push_str(collect_until(&mut rest, ['"', ',']));
        if rest.starts_with('"') {
            step!("5.2.1": "A quoted string is taken whole, commas and all.");
            temporary_value.push_str(&collect_http_quoted_string(&mut rest, false));
            step!("5.2.2": "Something may follow it in the same part.");
            if !rest.is_empty() {
                continue;
            }
        }
        step!("5.3–5.4": "A part has no tabs and spaces at its ends.");
        values.push(String::from(temporary_value.trim_matches(['\t', ' '])));
        step!("5.5": "The next part starts afresh.");
        temporary_value.clear();
        step!("5.6": "The end of the value is the end of the last part.");
        step!("5.7–5.8": "Otherwise a comma follows, and another part behind it.");
        match rest.strip_prefix(',') {
            None => return values,
            Some(after) => rest = after,
        }
    }
}

/// To collect an HTTP quoted string, from a text that starts with a quote; reads on in `input`:
/// <https://fetch.spec.whatwg.org/#collect-an-http-quoted-string>
///
/// A string without its closing quote ends with the text.
pub fn collect_http_quoted_string(input: &mut &str, extract_value: bool) -> String {
    step!("1": "Where the string starts.");
    let start = *input;
    step!("2": "What is inside, with escapes resolved.");
    let mut value = String::new();
    step!("3–4": "The opening quote.");
    let mut rest = start.strip_prefix('"').unwrap_or(start);
    loop {
        step!("5.1": "Everything up to a quote or a backslash.");
        value.push_str(collect_until(&mut rest, ['"', '\\']));
        step!("5.2–5.4": "One of the two, or the end.");
        let mut chars = rest.chars();
        let Some(quote_or_backslash) = chars.next() else {
            break;
        };
        rest = chars.as_str();
        if quote_or_backslash == '\\' {
            step!("5.5.1": "A backslash at the end stands for itself.");
            let Some(escaped) = chars.next() else {
                value.push('\\');
                break;
            };
            step!("5.5.2–5.5.3": "Elsewhere it stands for what follows.");
            value.push(escaped);
            rest = chars.as_str();
        } else {
            step!("5.6.1–5.6.2": "The closing quote.");
            break;
        }
    }
    *input = rest;
    step!("6": "Some want what is inside.");
    if extract_value {
        return value;
    }
    step!("7": "Others want all of it, as it was written.");
    String::from(start.strip_suffix(rest).unwrap_or(start))
}
