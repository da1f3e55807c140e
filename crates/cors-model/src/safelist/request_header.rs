//! Request headers that cause no preflight.

use alloc::vec::Vec;

use crate::header::names::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LANGUAGE, CONTENT_TYPE, RANGE,
};
use crate::header::{
    HeaderList, HeaderName, convert_header_names_to_sorted_lowercase_set, isomorphic_decode,
    parse_single_range_header_value,
};
use crate::mime::parse_mime_type;
use crate::trace::{Shown, Trace, anchor, step};

/// Whether a byte is a CORS-unsafe request-header byte:
/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>
pub const fn is_cors_unsafe_request_header_byte(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t')
        || matches!(byte, b'"' | b'(' | b')' | b':' | b'<' | b'>' | b'?' | b'@')
        || matches!(byte, b'[' | b'\\' | b']' | b'{' | b'}' | 0x7F)
}

/// The first of the bytes that is unsafe.
fn unsafe_byte(value: &[u8], trace: &mut impl Trace) -> Option<u8> {
    anchor!("cors-unsafe-request-header-byte");
    let mut bytes = value.iter().copied();
    let byte = bytes.find(|&byte| is_cors_unsafe_request_header_byte(byte))?;
    step!(trace, "": "The byte {} is unsafe.", Shown(&[byte]));
    Some(byte)
}

const fn is_language_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
        || matches!(byte, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'=')
}

/// Whether a header is a CORS-safelisted request-header, which script may send across origins
/// without asking: <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
pub fn is_cors_safelisted_request_header(
    name: impl AsRef<[u8]>,
    value: impl AsRef<[u8]>,
    trace: &mut impl Trace,
) -> bool {
    anchor!("cors-safelisted-request-header");
    let (name, value) = (name.as_ref(), value.as_ref());
    let is = |known: HeaderName| known.as_bytes().eq_ignore_ascii_case(name);
    let (shown_name, shown) = (Shown(name), Shown(value));
    if value.len() > 128 {
        step!(trace, "1": "The value of {shown_name} has {} bytes, more than 128.", value.len());
        return false;
    }
    if is(ACCEPT) {
        if let Some(byte) = unsafe_byte(value, trace) {
            step!(trace, "2[accept]":
                "{shown_name}: {shown} contains the unsafe byte {}.", Shown(&[byte]));
            return false;
        }
        step!(trace, "2[accept]": "{shown_name}: {shown} contains no unsafe byte.");
    } else if is(ACCEPT_LANGUAGE) || is(CONTENT_LANGUAGE) {
        if let Some(byte) = value.iter().find(|&&byte| !is_language_byte(byte)) {
            step!(trace, "2[accept-language]":
                "{shown_name}: {shown} contains {}, which no language range does.",
                Shown(&[*byte]));
            return false;
        }
        step!(trace, "2[accept-language]":
            "{shown_name}: {shown} contains only bytes of language ranges.");
    } else if is(CONTENT_TYPE) {
        if let Some(byte) = unsafe_byte(value, trace) {
            step!(trace, "2[content-type].1":
                "{shown_name}: {shown} contains the unsafe byte {}.", Shown(&[byte]));
            return false;
        }
        step!(trace, "2[content-type].1": "{shown_name}: {shown} contains no unsafe byte.");
        let mime_type = parse_mime_type(&isomorphic_decode(value));
        step!(trace, "2[content-type].2": "{shown} is read as one MIME type.");
        let Ok(mime_type) = mime_type else {
            step!(trace, "2[content-type].3": "{shown} is not a MIME type.");
            return false;
        };
        let essence = mime_type.essence();
        step!(trace, "2[content-type].3": "{shown} is the MIME type {essence}.");
        if ![
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain",
        ]
        .contains(&essence)
        {
            step!(trace, "2[content-type].4": "{essence} is not a type that a form can send.");
            return false;
        }
        step!(trace, "2[content-type].4": "{essence} is a type that a form can send.");
    } else if is(RANGE) {
        let range_value = parse_single_range_header_value(value, false, trace);
        step!(trace, "2[range].1": "{shown} is read as one range.");
        let Ok(range_value) = range_value else {
            step!(trace, "2[range].2": "{shown} is not one range.");
            return false;
        };
        step!(trace, "2[range].2": "{shown} is one range.");
        if range_value.start.is_none() {
            step!(trace, "2[range].3": "{shown} counts from the end.");
            return false;
        }
        step!(trace, "2[range].3": "{shown} states where it starts.");
    } else {
        step!(trace, "2[otherwise]":
            "{shown_name} is not one of the five names that can be safelisted.");
        return false;
    }
    step!(trace, "3": "{shown_name}: {shown} is safelisted.");
    true
}

/// The CORS-unsafe request-header names: lower-cased, sorted, each once. If there are any, a
/// preflight asks for them: <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>
pub fn cors_unsafe_request_header_names(
    headers: &HeaderList,
    trace: &mut impl Trace,
) -> Vec<HeaderName> {
    anchor!("cors-unsafe-request-header-names");
    step!(trace, "1": "No name is unsafe so far.");
    let mut unsafe_names = Vec::new();
    step!(trace, "2": "No name may become unsafe so far.");
    step!(trace, "3": "No safelisted bytes so far.");
    let mut safelist_value_size = 0;
    for header in headers {
        let name = &header.name;
        if !is_cors_safelisted_request_header(name, &header.value, trace) {
            unsafe_names.push(name.clone());
            step!(trace, "4.1": "{name} is unsafe.");
            continue;
        }
        safelist_value_size += header.value.as_bytes().len();
        step!(trace, "4.2":
            "{name} is safelisted; the values amount to {safelist_value_size} bytes.");
    }
    if safelist_value_size > 1024 {
        unsafe_names = headers.iter().map(|header| header.name.clone()).collect();
        step!(trace, "5":
            "The safelisted values amount to {safelist_value_size} bytes, more than 1024: all of \
            them are unsafe.");
    }
    let unsafe_names = convert_header_names_to_sorted_lowercase_set(unsafe_names, trace);
    step!(trace, "6": "Unsafe names: {}.", unsafe_names.len());
    unsafe_names
}

/// Whether a name is a CORS non-wildcard request-header name, which `*` never covers:
/// <https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name>
pub fn is_cors_non_wildcard_request_header_name(name: &HeaderName) -> bool {
    *name == AUTHORIZATION
}

/// The privileged no-CORS request-header names.
pub(crate) const PRIVILEGED_NO_CORS_REQUEST_HEADER_NAMES: [HeaderName; 1] = [RANGE];

/// Whether a name is a privileged no-CORS request-header name, set by the user agent only:
/// <https://fetch.spec.whatwg.org/#privileged-no-cors-request-header-name>
pub fn is_privileged_no_cors_request_header_name(name: &HeaderName) -> bool {
    PRIVILEGED_NO_CORS_REQUEST_HEADER_NAMES.contains(name)
}

/// Whether a name is a no-CORS-safelisted request-header name:
/// <https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header-name>
pub fn is_no_cors_safelisted_request_header_name(name: &HeaderName) -> bool {
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE].contains(name)
}

/// Whether a header is a no-CORS-safelisted request-header:
/// <https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header>
pub fn is_no_cors_safelisted_request_header(
    name: &HeaderName,
    value: impl AsRef<[u8]>,
    trace: &mut impl Trace,
) -> bool {
    anchor!("no-cors-safelisted-request-header");
    if !is_no_cors_safelisted_request_header_name(name) {
        step!(trace, "1": "{name} is not a name that a no-cors request can carry.");
        return false;
    }
    let safelisted = is_cors_safelisted_request_header(name, value, trace);
    step!(trace, "2":
        "{name} is {} with this value.", if safelisted { "safelisted" } else { "not safelisted" });
    safelisted
}
