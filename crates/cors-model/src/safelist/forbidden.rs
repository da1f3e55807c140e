//! Request headers that script cannot set.

use alloc::vec::Vec;

use crate::header::{HeaderName, get_decode_and_split};
use crate::method::is_forbidden_method;
use crate::trace::{Shown, Trace, anchor, step};

const FORBIDDEN: [&str; 21] = [
    "Accept-Charset",
    "Accept-Encoding",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
];

/// The headers in which servers look for another method.
pub(crate) const METHOD_OVERRIDES: [&str; 3] = [
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
];

/// Whether a header is a forbidden request-header, which the user agent keeps to itself:
/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
pub fn is_forbidden_request_header(
    name: &HeaderName,
    value: impl AsRef<[u8]>,
    trace: &mut impl Trace,
) -> bool {
    anchor!("forbidden-request-header");
    let bytes = name.as_bytes();
    let is = |known: &&str| known.as_bytes().eq_ignore_ascii_case(bytes);
    if FORBIDDEN.iter().any(is) {
        step!(trace, "1": "{name} is the user agent's own.");
        return true;
    }
    let starts_with = |prefix: &[u8]| {
        bytes
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts_with(b"proxy-") || starts_with(b"sec-") {
        step!(trace, "2": "{name} starts with `proxy-` or `sec-`.");
        return true;
    }
    if METHOD_OVERRIDES.iter().any(is) {
        let parsed_values = get_decode_and_split(value.as_ref());
        step!(trace, "3.1": "{name} overrides the method. Methods in it: {}.", parsed_values.len());
        for method in parsed_values {
            let method: Vec<u8> = method
                .chars()
                .filter_map(|c| u8::try_from(c).ok())
                .collect();
            let forbidden = is_forbidden_method(&method);
            step!(trace, "3.2":
                "{} is {} method.",
                Shown(&method), if forbidden { "a forbidden" } else { "no forbidden" });
            if forbidden {
                return true;
            }
        }
    }
    step!(trace, "4": "Script may set {name}.");
    false
}
