//! Request and response headers for placeholders.

use cors_policy::names::{
    is_forbidden_request_header_name, is_forbidden_response_header_name,
    is_safelisted_request_header_name, is_safelisted_response_header_name,
};
use cors_policy::policy::{AnyOr, Policy};

use super::listed::{Value, names_of, some_of};

/// The placeholders about request and response headers.
pub(super) fn values(policy: &Policy) -> Vec<Value> {
    let mut values = Vec::new();
    let mut put = |name, value: Option<String>| values.push((name, value));
    let names = names_of(
        &policy.allow_headers,
        &["x-cors-one", "x-cors-two"],
        |name| !is_forbidden_request_header_name(name.as_bytes()),
    );
    let mut headers: Vec<(u8, String)> = names
        .filter_map(|name| Some((last_resort(&name)?, name)))
        .collect();
    headers.sort_by_key(|(resort, _)| *resort);
    let mut headers = headers.into_iter().map(|(_, name)| name);
    let (header, header2) = (headers.next(), headers.next());
    let last = headers
        .next_back()
        .or_else(|| header2.clone())
        .or_else(|| header.clone());
    put("header_last.value", last.as_deref().map(value_of));
    put("header_last", last);
    if let Some(name) = &header {
        let hyphen = name.contains('-');
        let part = name.split('-').next().map(str::to_owned);
        put("header.part", part.filter(|_| hyphen));
        put("header.underscored", hyphen.then(|| name.replace('-', "_")));
        put("header.undashed", hyphen.then(|| name.replace('-', "")));
        put("header.upper", Some(name.to_ascii_uppercase()));
    }
    let asked = header.as_deref();
    put("asked_header", Some(asked.unwrap_or("accept").to_owned()));
    let value = asked.map_or_else(|| "*/*".to_owned(), value_of);
    put("asked_header.value", Some(value));
    put("header.value", header.as_deref().map(value_of));
    put("header2.value", header2.as_deref().map(value_of));
    put("header", header);
    put("header2", header2);
    put(
        "unlisted_header",
        ["x-unlisted", "x-not-listed", "x-cors-unlisted"]
            .into_iter()
            .find(|name| !policy.allows_header(name.as_bytes()))
            .map(str::to_owned),
    );

    let mut exposed = exposed(policy);
    let first = exposed.next();
    let exposed2 = exposed.next();
    put(
        "exposed_last",
        exposed
            .last()
            .or_else(|| exposed2.clone())
            .or_else(|| first.clone()),
    );
    put("exposed2", exposed2);
    put("exposed", first);
    put(
        "unexposed",
        ["x-unexposed", "x-not-exposed"]
            .into_iter()
            .find(|name| !policy.exposes_header(name.as_bytes()))
            .map(str::to_owned),
    );
    values
}

/// The exposed headers that are not safelisted. A server need not name what only fits a prefix: it
/// exposes what its responses have.
pub(super) fn exposed(policy: &Policy) -> impl Iterator<Item = String> + use<> {
    some_of(&policy.expose_headers, &[], |name| {
        !name.ends_with('*')
            && !is_safelisted_response_header_name(name.as_bytes())
            && !is_forbidden_response_header_name(name.as_bytes())
    })
}

/// Names that a listed prefix allows and that hold each character that a header name can have besides
/// letters and digits (RFC 9110, 5.6.2).
pub(super) fn punctuated(policy: &Policy) -> Vec<String> {
    let AnyOr::Listed(listed) = &policy.allow_headers else {
        return Vec::new();
    };
    let prefixes = listed.iter().filter_map(|entry| entry.strip_suffix('*'));
    let names = prefixes.map(|prefix| format!("{prefix}a!#$%&'*+-.^_`|~4"));
    names
        .filter(|name| needs_leave(name) && !is_forbidden_request_header_name(name.as_bytes()))
        .collect()
}

/// Names that are not allowed and begin nearly as a listed prefix does: with its beginning, or without
/// the hyphen at its end.
pub(super) fn near_prefixes(policy: &Policy) -> Vec<String> {
    let AnyOr::Listed(listed) = &policy.allow_headers else {
        return Vec::new();
    };
    let prefixes = listed.iter().filter_map(|entry| entry.strip_suffix('*'));
    let near = prefixes.flat_map(|prefix| {
        let word = prefix.trim_end_matches(['-', '_']);
        let mut letters = word.chars();
        letters.next_back();
        [format!("{}s-one", letters.as_str()), format!("{word}s-one")]
    });
    near.filter(|name| {
        !policy.allows_header(name.as_bytes())
            && needs_leave(name)
            && !is_forbidden_request_header_name(name.as_bytes())
    })
    .collect()
}

/// Whether a request header needs a preflight with the value that cases give it.
pub(super) fn needs_leave(name: &str) -> bool {
    last_resort(name).is_some()
}

/// Whether a header needs no preflight for sure, with the values that cases give it.
pub(super) fn is_harmless(name: &[u8], value: &[u8]) -> bool {
    let types: [&[u8]; 3] = [
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"text/plain",
    ];
    (name.eq_ignore_ascii_case(b"content-type") && types.contains(&value))
        || (name.eq_ignore_ascii_case(b"accept") && value == b"*/*")
}

/// How late a request header is chosen for a case; `None` for one whose harmless values need no
/// preflight.
fn last_resort(name: &str) -> Option<u8> {
    if name.eq_ignore_ascii_case("content-type") {
        Some(1)
    } else if name.eq_ignore_ascii_case("authorization") {
        Some(2)
    } else {
        (!is_safelisted_request_header_name(name.as_bytes())).then_some(0)
    }
}

/// A value with which a request header needs a preflight.
pub(super) fn value_of(name: &str) -> String {
    match last_resort(name) {
        Some(1) => "application/json",
        Some(2) => "Bearer x",
        _ => "1",
    }
    .to_owned()
}
