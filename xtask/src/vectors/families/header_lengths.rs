//! Lengths around the two limits: 128 bytes for one value, 1024 for all safelisted ones together.

use cors_vectors::agent::{AgentCase, AgentFile};
use cors_vectors::text::Text;

use super::build::{
    actual, allow_actual, allow_preflight, case, concat, fetch, file, header, plain, preflight,
    repeat, shared,
};

/// The longest value of a safelisted request-header, in bytes
/// (<https://fetch.spec.whatwg.org/#cors-safelisted-request-header>, step 1).
const ONE_VALUE: u32 = 128;
/// The most that all safelisted values may have together
/// (<https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>, step 5).
const ALL_VALUES: u32 = 1024;

/// A value of the given length that is safelisted for its header but for the length.
fn value(name: &str, length: u32) -> Text {
    let (head, filler, tail) = match name {
        "Content-Type" => ("text/plain;", "a", ""),
        "Range" => ("bytes=", "9", "-"),
        _ => ("", "a", ""),
    };
    let fixed = u32::try_from(head.len() + tail.len()).unwrap_or(0);
    concat(vec![
        plain(head),
        repeat(filler, length - fixed),
        plain(tail),
    ])
}

fn one_value(name: &'static str, length: u32) -> AgentCase {
    let lower = name.to_ascii_lowercase();
    let mut f = fetch();
    f.headers = vec![header(name, value(name, length))];
    let mut requests = vec![actual(plain("GET"))];
    let verb = if length > ONE_VALUE {
        requests.insert(0, preflight(plain("GET"), Some(plain(&lower))));
        "is too long for the safelist"
    } else {
        "is short enough for the safelist"
    };
    case(
        format!("header-lengths/{lower}-{length}"),
        format!("{name} of {length} bytes {verb}"),
        &["fetch#cors-safelisted-request-header/1"],
        &["CL-HDR-02"],
        vec![f],
        vec![allow_preflight(None, Some(plain(&lower))), allow_actual()],
        requests,
        vec![shared(200)],
    )
}

/// Four Accept and four Accept-Language entries that together have `total` bytes. Both names are
/// set by the page, so the user agent adds no value of its own.
fn all_values(total: u32) -> AgentCase {
    let mut f = fetch();
    let full = ONE_VALUE - 2;
    let mut left = total;
    for i in 0..9_u32 {
        let name = if i % 2 == 0 {
            "Accept"
        } else {
            "Accept-Language"
        };
        let length = if i == 8 { left } else { full.min(left) };
        left -= length;
        f.headers.push(header(name, repeat("a", length)));
    }
    let names = "accept,accept-language";
    let mut requests = vec![actual(plain("GET"))];
    let verb = if total > ALL_VALUES {
        requests.insert(0, preflight(plain("GET"), Some(plain(names))));
        "are too many: every name becomes unsafe"
    } else {
        "stay safelisted"
    };
    case(
        format!("header-lengths/total-{total}"),
        format!("{total} bytes of safelisted values together {verb}"),
        &[
            "fetch#cors-unsafe-request-header-names/4.2",
            "fetch#cors-unsafe-request-header-names/5",
        ],
        &["CL-NAMES-02", "CL-HDR-04"],
        vec![f],
        vec![allow_preflight(None, Some(plain(names))), allow_actual()],
        requests,
        vec![shared(200)],
    )
}

/// See the module.
pub(super) fn family() -> AgentFile {
    let mut cases = Vec::new();
    for name in [
        "Accept",
        "Accept-Language",
        "Content-Language",
        "Content-Type",
        "Range",
    ] {
        cases.extend((ONE_VALUE - 8..=ONE_VALUE + 8).map(|length| one_value(name, length)));
    }
    cases.extend((ALL_VALUES - 8..=ALL_VALUES + 8).map(all_values));
    file(
        "header-lengths",
        "Values around 128 bytes, and sums of values around 1024 bytes.",
        "header-lengths",
        cases,
    )
}
