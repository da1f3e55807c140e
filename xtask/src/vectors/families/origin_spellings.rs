//! Spellings of Access-Control-Allow-Origin on the answer and on the preflight's answer.

use cors_vectors::agent::{AgentCase, AgentFile, ErrorKind, OnRequest};
use cors_vectors::server::Credentials;
use cors_vectors::text::Text;

use super::build::{
    actual, allow_actual, answer, bytes, case, concat, error, fetch, file, header, plain,
    preflight, shared, template,
};

/// Which requests a spelling shares with.
#[derive(Clone, Copy, PartialEq)]
enum Shares {
    /// Nobody.
    Never,
    /// Requests without credentials.
    WithoutCredentials,
    /// All requests.
    Always,
}

/// Lines of Access-Control-Allow-Origin. `{origin}` is the request's own. The comparison is of
/// bytes, after the white space that HTTP removes at both ends of a line and the joining of several
/// lines with a comma and a space.
fn table() -> Vec<(&'static str, Vec<Text>, Shares)> {
    use Shares::{Always, Never, WithoutCredentials};
    let one = |text: &str| vec![template(text)];
    let mut table = vec![
        ("absent", vec![], Never),
        ("empty", one(""), Never),
        ("exact", one("{origin}"), Always),
        ("exact-space-around", one("  {origin}  "), Always),
        ("wildcard", one("*"), WithoutCredentials),
        ("wildcard-space-around", one(" * "), WithoutCredentials),
        ("wildcard-twice", one("**"), Never),
        ("wildcard-comma", one("*,"), Never),
        ("wildcard-list", one("*,*"), Never),
        ("wildcard-space-list", one("* *"), Never),
        ("wildcard-quoted", one("\"*\""), Never),
        ("wildcard-apostrophes", one("'*'"), Never),
        ("wildcard-escaped", one("%2A"), Never),
        ("wildcard-semicolon", one("*;"), Never),
        ("wildcard-and-origin", one("* {origin}"), Never),
        ("wildcard-comma-origin", one("*, {origin}"), Never),
        ("origin-and-wildcard", one("{origin} *"), Never),
        ("wildcard-subdomain", one("https://*.test"), Never),
        ("wildcard-scheme", one("*://{page.host}"), Never),
        ("wildcard-port", one("{origin}:*"), Never),
        ("null", one("null"), Never),
        ("null-upper", one("NULL"), Never),
        ("none", one("none"), Never),
        ("false", one("false"), Never),
        ("true", one("true"), Never),
        ("undefined", one("undefined"), Never),
        ("trailing-slash", one("{origin}/"), Never),
        ("path", one("{origin}/path"), Never),
        ("query", one("{origin}?"), Never),
        ("fragment", one("{origin}#"), Never),
        ("trailing-dot", one("{origin}."), Never),
        ("trailing-comma", one("{origin},"), Never),
        ("leading-comma", one(",{origin}"), Never),
        ("trailing-semicolon", one("{origin};"), Never),
        ("quoted", one("\"{origin}\""), Never),
        ("angle-brackets", one("<{origin}>"), Never),
        ("brackets", one("[{origin}]"), Never),
        ("twice-comma", one("{origin}, {origin}"), Never),
        ("twice-comma-tight", one("{origin},{origin}"), Never),
        ("twice-space", one("{origin} {origin}"), Never),
        ("list-comma", one("{origin}, {cross}"), Never),
        ("list-space", one("{origin} {cross}"), Never),
        ("other-origin", one("{third}"), Never),
        ("target-origin", one("{cross}"), Never),
        ("host-only", one("{page.host}"), Never),
        ("scheme-relative", one("//{page.host}"), Never),
        ("scheme-upper", one("HTTP://{page.host}"), Never),
        ("scheme-upper-tls", one("HTTPS://{page.host}"), Never),
        ("scheme-missing-slash", one("https:{page.host}"), Never),
        ("scheme-websocket", one("wss://{page.host}"), Never),
        ("user", one("https://user@{page.host}"), Never),
        ("subdomain", one("https://www.{page.host}"), Never),
        ("prefix", one("https://{page.host}.test"), Never),
        ("longer", one("{origin}x"), Never),
        (
            "header-name-inside",
            one("Access-Control-Allow-Origin: {origin}"),
            Never,
        ),
        (
            "two-lines-same",
            vec![template("{origin}"), template("{origin}")],
            Never,
        ),
        (
            "two-lines-wildcard",
            vec![template("*"), template("*")],
            Never,
        ),
        (
            "two-lines-wildcard-origin",
            vec![template("*"), template("{origin}")],
            Never,
        ),
        (
            "two-lines-origin-wildcard",
            vec![template("{origin}"), template("*")],
            Never,
        ),
        (
            "two-lines-empty-first",
            vec![template(""), template("{origin}")],
            Never,
        ),
        (
            "two-lines-empty-last",
            vec![template("{origin}"), template("")],
            Never,
        ),
        (
            "two-lines-other",
            vec![template("{third}"), template("{origin}")],
            Never,
        ),
    ];
    // White space as HTTP means it is SP and HTAB; every other byte at the ends is part of the value.
    for (slug, byte) in [
        ("tab", 0x09),
        ("vt", 0x0B),
        ("ff", 0x0C),
        ("nbsp", 0xA0),
        ("del", 0x7F),
        ("unit", 0x1F),
    ] {
        let shares = if byte == 0x09 {
            (WithoutCredentials, Always)
        } else {
            (Never, Never)
        };
        let (wildcard, exact, exact_before): (&str, &str, &str) = match slug {
            "tab" => ("wildcard-tab", "exact-tab", "tab-exact"),
            "vt" => ("wildcard-vt", "exact-vt", "vt-exact"),
            "ff" => ("wildcard-ff", "exact-ff", "ff-exact"),
            "nbsp" => ("wildcard-nbsp", "exact-nbsp", "nbsp-exact"),
            "del" => ("wildcard-del", "exact-del", "del-exact"),
            _ => ("wildcard-unit", "exact-unit", "unit-exact"),
        };
        table.push((
            wildcard,
            vec![concat(vec![plain("*"), bytes(&[byte])])],
            shares.0,
        ));
        table.push((
            exact,
            vec![concat(vec![template("{origin}"), bytes(&[byte])])],
            shares.1,
        ));
        table.push((
            exact_before,
            vec![concat(vec![bytes(&[byte]), template("{origin}")])],
            shares.1,
        ));
    }
    table
}

fn shares_with(shares: Shares, credentials: Credentials) -> bool {
    match shares {
        Shares::Never => false,
        Shares::Always => true,
        Shares::WithoutCredentials => credentials != Credentials::Include,
    }
}

fn cases_of(
    slug: &str,
    lines: &[Text],
    shares: Shares,
    credentials: Credentials,
    cases: &mut Vec<AgentCase>,
) {
    let mode = if credentials == Credentials::Include {
        "include"
    } else {
        "same-origin"
    };
    let mut headers: Vec<(Text, Text)> = lines
        .iter()
        .map(|line| header("Access-Control-Allow-Origin", line.clone()))
        .collect();
    headers.push(header("Access-Control-Allow-Credentials", plain("true")));
    let shared_here = shares_with(shares, credentials);
    let verb = if shared_here {
        "shares with"
    } else {
        "does not share with"
    };
    let spec: &[&str] = match shares {
        Shares::Always => &["fetch#concept-cors-check/4", "fetch#concept-cors-check/5-7"],
        Shares::WithoutCredentials => &["fetch#concept-cors-check/3"],
        Shares::Never if lines.is_empty() => &["fetch#concept-cors-check/2"],
        Shares::Never => &["fetch#concept-cors-check/1", "fetch#concept-cors-check/4"],
    };
    let rules = [
        "CL-CHECK-02",
        "CL-CHECK-03",
        "CL-CHECK-04",
        "CL-CHECK-05",
        "CL-CHECK-06",
        "CL-PARSE-07",
    ];

    let mut simple = fetch();
    simple.credentials = credentials;
    cases.push(case(
        format!("allow-origin-spellings/{slug}-{mode}"),
        format!("`{slug}` on the answer {verb} a request whose credentials mode is {mode}"),
        spec,
        &rules,
        vec![simple.clone()],
        vec![answer(OnRequest::Actual, 200, headers.clone())],
        vec![actual(plain("GET"))],
        vec![if shared_here {
            shared(200)
        } else {
            error(ErrorKind::CorsCheck)
        }],
    ));

    let mut put = simple;
    put.method = Some(plain("PUT"));
    headers.push(header("Access-Control-Allow-Methods", plain("PUT")));
    let mut good = allow_actual();
    good.headers
        .push(header("Access-Control-Allow-Credentials", plain("true")));
    let mut requests = vec![preflight(plain("PUT"), None)];
    requests.extend(shared_here.then(|| actual(plain("PUT"))));
    cases.push(case(
        format!("allow-origin-spellings/{slug}-{mode}-preflight"),
        format!(
            "`{slug}` on the preflight's answer {verb} a request whose credentials mode is {mode}"
        ),
        &[
            "fetch#cors-preflight-fetch-0/7",
            spec.first().copied().unwrap_or_default(),
        ],
        &["CL-PFRESP-16", "CL-PFRESP-04"],
        vec![put],
        vec![answer(OnRequest::Preflight, 204, headers), good],
        requests,
        vec![if shared_here {
            shared(200)
        } else {
            error(ErrorKind::Preflight)
        }],
    ));
}

/// See the module.
pub(super) fn family() -> AgentFile {
    let mut cases = Vec::new();
    for (slug, lines, shares) in table() {
        for credentials in [Credentials::SameOrigin, Credentials::Include] {
            cases_of(slug, &lines, shares, credentials, &mut cases);
        }
    }
    file(
        "allow-origin-spellings",
        "Access-Control-Allow-Origin is compared byte for byte, and `*` only means something alone.",
        "origin-spellings",
        cases,
    )
}
