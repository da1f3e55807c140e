//! Method and header names that the standard gives a meaning, as far as cases and policies need
//! to tell them apart.

/// Whether a byte may stand in a token: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the bytes are a token: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().copied().all(is_token_byte)
}

/// CORS-safelisted method: <https://fetch.spec.whatwg.org/#cors-safelisted-method>
pub fn is_cors_safelisted_method(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"POST")
}

/// Forbidden method: <https://fetch.spec.whatwg.org/#forbidden-method>
pub fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|forbidden| method.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// What a browser makes of a method before it sends it:
/// <https://fetch.spec.whatwg.org/#concept-method-normalize>
pub fn normalize_method(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    match upper.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => method.to_owned(),
    }
}

/// Whether requests can carry a header of this name without a preflight, given a fitting value:
/// <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
pub fn is_safelisted_request_header_name(name: &[u8]) -> bool {
    [
        "accept",
        "accept-language",
        "content-language",
        "content-type",
        "range",
    ]
    .iter()
    .any(|safelisted| name.eq_ignore_ascii_case(safelisted.as_bytes()))
}

/// Whether pages can never set a header of this name, whatever its value:
/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
pub fn is_forbidden_request_header_name(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|forbidden| forbidden.as_bytes() == name)
        || name.starts_with(b"proxy-")
        || name.starts_with(b"sec-")
}

/// Whether pages can read a response header of this name without the server's leave:
/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
pub fn is_safelisted_response_header_name(name: &[u8]) -> bool {
    [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ]
    .iter()
    .any(|safelisted| name.eq_ignore_ascii_case(safelisted.as_bytes()))
}

/// Whether pages can never read a response header of this name:
/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
pub fn is_forbidden_response_header_name(name: &[u8]) -> bool {
    ["set-cookie", "set-cookie2"]
        .iter()
        .any(|forbidden| name.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// Whether an entry of a list of header names is for this one: itself in any case, or a prefix with
/// a star at its end and a name that goes on.
pub fn lists(entry: &str, name: &[u8]) -> bool {
    match entry.strip_suffix('*') {
        Some(prefix) => name
            .split_at_checked(prefix.len())
            .is_some_and(|(start, rest)| {
                start.eq_ignore_ascii_case(prefix.as_bytes()) && !rest.is_empty()
            }),
        None => entry.as_bytes().eq_ignore_ascii_case(name),
    }
}

/// A name that an entry of a list of header names is for: itself, or the prefix with a word after
/// it, another for each place.
pub fn fitting_name(entry: &str, place: usize) -> String {
    match entry.strip_suffix('*') {
        Some(prefix) => {
            let words = ["one", "two-2", "three"];
            format!("{prefix}{}", words.get(place).unwrap_or(&"more"))
        }
        None => entry.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert!(is_token(b"x-a!#$%&'*+-.^_`|~9") && !is_token(b"") && !is_token(b"a b"));
        assert!(is_forbidden_method(b"tRaCe") && !is_forbidden_method(b"TRACEX"));
        assert_eq!(normalize_method("dElEtE"), "DELETE");
        assert_eq!(normalize_method("patch"), "patch");
        assert!(is_cors_safelisted_method(b"GET") && !is_cors_safelisted_method(b"get"));
        assert!(is_safelisted_request_header_name(b"Content-TYPE"));
        assert!(is_forbidden_request_header_name(b"SEC-x"));
        assert!(!is_forbidden_request_header_name(b"authorization"));
        assert!(is_safelisted_response_header_name(b"Expires"));
        assert!(is_forbidden_response_header_name(b"Set-Cookie"));
    }
}
