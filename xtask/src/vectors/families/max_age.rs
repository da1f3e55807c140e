//! Spellings of Access-Control-Max-Age, seen by when the permission is gone.

use cors_vectors::agent::{AgentCase, AgentFile, OnRequest};
use cors_vectors::text::Text;

use super::build::{
    actual, allow_actual, allow_origin, answer, bytes, case, fetch, file, header, plain, preflight,
    shared,
};

/// What a user agent does without a usable value, in seconds
/// (<https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>, step 7.9).
const DEFAULT: u32 = 5;

/// Valid: delta-seconds is one or more digits (RFC 9111, section 1.2.2).
const VALID: [(&str, u32); 12] = [
    ("0", 0),
    ("1", 1),
    ("2", 2),
    ("00", 0),
    ("007", 7),
    ("10", 10),
    ("60", 60),
    ("0060", 60),
    ("599", 599),
    ("600", 600),
    (" 60", 60),
    ("60 ", 60),
];

/// Beyond what any user agent keeps: still valid, and cut to its limit.
const CAPPED: [&str; 6] = [
    "31536000",
    "2147483647",
    "2147483648",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999999999",
];

/// Anything but digits is a failure.
const INVALID: [&[u8]; 44] = [
    b"",
    b"-1",
    b"-0",
    b"+5",
    b"+600",
    b"5.0",
    b"60.0",
    b".5",
    b"5.",
    b"1e3",
    b"0x10",
    b"0b1",
    b"60s",
    b"600 s",
    b"60;",
    b"60;x=1",
    b"\"60\"",
    b"'60'",
    b"60,",
    b",60",
    b"60, 60",
    b"60,60",
    b"6 0",
    b"6_0",
    b"6'0",
    b"five",
    b"NaN",
    b"Infinity",
    b"true",
    b"null",
    b"*",
    b"#60",
    b"(60)",
    b"[60]",
    b"60\x0B",
    b"\x0B60",
    b"60\x0C",
    b"60\xA0",
    b"\xA060",
    b"\xD9\xA6",
    b"60/1",
    b"-",
    b"+",
    b"60\x7F",
];

/// PUT twice, `seconds` apart; the second one needs a preflight or not.
fn twice(
    slug: &str,
    title: String,
    lines: Vec<Text>,
    seconds: u32,
    again: bool,
    rules: &[&str],
) -> AgentCase {
    let mut first = fetch();
    first.method = Some(plain("PUT"));
    let mut second = first.clone();
    second.after_seconds = seconds;
    let mut headers = vec![
        allow_origin(),
        header("Access-Control-Allow-Methods", plain("PUT")),
    ];
    headers.extend(
        lines
            .into_iter()
            .map(|value| header("Access-Control-Max-Age", value)),
    );
    let mut requests = vec![preflight(plain("PUT"), None), actual(plain("PUT"))];
    if again {
        requests.push(preflight(plain("PUT"), None));
    }
    requests.push(actual(plain("PUT")));
    let mut case = case(
        format!("max-age-syntax/{slug}"),
        title,
        &[
            "fetch#cors-preflight-fetch-0/7.8-7.10",
            "fetch#concept-cache",
        ],
        rules,
        vec![first, second],
        vec![answer(OnRequest::Preflight, 204, headers), allow_actual()],
        requests,
        vec![shared(200), shared(200)],
    );
    if seconds > 0 {
        case.tags.push("slow".to_owned());
    }
    case
}

/// Both sides of a lifetime.
fn both_sides(
    slug: &str,
    what: &str,
    lines: &[&[u8]],
    lifetime: u32,
    rules: &[&str],
    cases: &mut Vec<AgentCase>,
) {
    let lines = || lines.iter().map(|line| bytes(line)).collect::<Vec<_>>();
    if lifetime > 0 {
        cases.push(twice(
            &format!("{slug}-within"),
            format!("{what} keeps a permission for {lifetime} s"),
            lines(),
            lifetime - 1,
            false,
            rules,
        ));
    }
    cases.push(twice(
        &format!("{slug}-after"),
        format!("{what} keeps a permission for no more than {lifetime} s"),
        lines(),
        lifetime + 1,
        true,
        rules,
    ));
}

/// See the module.
pub(super) fn family() -> AgentFile {
    let mut cases = Vec::new();
    for (i, (spelling, seconds)) in VALID.iter().enumerate() {
        both_sides(
            &format!("valid-{i}"),
            &format!("{spelling:?}"),
            &[spelling.as_bytes()],
            *seconds,
            &["CL-MAXAGE-02", "CL-CACHE-13"],
            &mut cases,
        );
    }
    for (i, spelling) in CAPPED.iter().enumerate() {
        cases.push(twice(
            &format!("capped-{i}"),
            format!("{spelling} is cut to the limit, neither refused nor wrapped around"),
            vec![plain(spelling)],
            DEFAULT + 1,
            false,
            &["CL-MAXAGE-04"],
        ));
    }
    for (i, spelling) in INVALID.iter().enumerate() {
        both_sides(
            &format!("invalid-{i}"),
            &format!(
                "`{}` is no number of seconds, so the default",
                spelling.escape_ascii()
            ),
            &[spelling],
            DEFAULT,
            &["CL-MAXAGE-02", "CL-PFRESP-18"],
            &mut cases,
        );
    }
    let lines: [(&str, &str, &[&[u8]]); 5] = [
        ("two-lines-equal", "Two equal lines", &[b"600", b"600"]),
        ("two-lines-different", "Two lines", &[b"10", b"20"]),
        (
            "two-lines-empty-first",
            "An empty line before a number",
            &[b"", b"600"],
        ),
        (
            "two-lines-empty-last",
            "An empty line after a number",
            &[b"600", b""],
        ),
        ("absent", "No Access-Control-Max-Age", &[]),
    ];
    for (slug, what, lines) in lines {
        both_sides(
            slug,
            what,
            lines,
            DEFAULT,
            &["CL-MAXAGE-01", "CL-MAXAGE-03", "CL-PARSE-02"],
            &mut cases,
        );
    }
    file(
        "max-age-syntax",
        "Digits are seconds; anything else, and several lines, count as no value: 5 seconds.",
        "max-age",
        cases,
    )
}
