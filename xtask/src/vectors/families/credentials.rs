//! Credentials mode against every combination of Access-Control-Allow-Origin and
//! Access-Control-Allow-Credentials.

use cors_vectors::agent::{AgentFile, ErrorKind, OnRequest};
use cors_vectors::server::Credentials;
use cors_vectors::text::Text;

use super::build::{
    actual, allow_origin, answer, bytes, case, error, fetch, file, header, plain, preflight,
    shared, template,
};

/// Values of Access-Control-Allow-Origin: whether they match the request's origin, or are `*`.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Matches,
    Wildcard,
    Other,
}

fn origins() -> [(&'static str, Option<Text>, Origin); 5] {
    [
        ("exact", Some(template("{origin}")), Origin::Matches),
        ("wildcard", Some(plain("*")), Origin::Wildcard),
        ("other", Some(template("{third}")), Origin::Other),
        ("null", Some(plain("null")), Origin::Other),
        ("no-origin", None, Origin::Other),
    ]
}

/// Lines of Access-Control-Allow-Credentials, and whether together they are exactly `true`.
fn credentials_lines() -> [(&'static str, Vec<Text>, bool); 24] {
    let one = |text: &str| vec![plain(text)];
    [
        ("true", one("true"), true),
        ("true-spaces", one("  true "), true),
        ("true-tabs", vec![bytes(b"\ttrue\t")], true),
        ("absent", vec![], false),
        ("empty", one(""), false),
        ("false", one("false"), false),
        ("title-case", one("True"), false),
        ("upper-case", one("TRUE"), false),
        ("mixed-case", one("tRUE"), false),
        ("quoted", one("\"true\""), false),
        ("apostrophes", one("'true'"), false),
        ("one", one("1"), false),
        ("yes", one("yes"), false),
        ("structured", one("?1"), false),
        ("comma-after", one("true,"), false),
        ("comma-before", one(",true"), false),
        ("semicolon", one("true;"), false),
        ("twice-in-line", one("true, true"), false),
        ("trailing-word", one("true x"), false),
        ("vt", vec![bytes(b"true\x0B")], false),
        ("nbsp", vec![bytes(b"true\xA0")], false),
        ("two-lines", vec![plain("true"), plain("true")], false),
        ("two-lines-empty", vec![plain("true"), plain("")], false),
        (
            "two-lines-false",
            vec![plain("true"), plain("false")],
            false,
        ),
    ]
}

/// The CORS check in one line: `*` for requests without credentials, otherwise the origin, and
/// with credentials `true` beside it.
fn passes(mode: Credentials, origin: Origin, exactly_true: bool) -> bool {
    match (mode, origin) {
        (Credentials::Omit | Credentials::SameOrigin, Origin::Matches | Origin::Wildcard) => true,
        (Credentials::Include, Origin::Matches) => exactly_true,
        (Credentials::Include, Origin::Wildcard) | (_, Origin::Other) => false,
    }
}

/// See the module.
pub(super) fn family() -> AgentFile {
    let mut cases = Vec::new();
    for (mode_slug, mode) in [
        ("omit", Credentials::Omit),
        ("same-origin", Credentials::SameOrigin),
        ("include", Credentials::Include),
    ] {
        for (origin_slug, origin_line, origin) in origins() {
            for (slug, lines, exactly_true) in credentials_lines() {
                let mut headers = Vec::new();
                headers.extend(
                    origin_line
                        .clone()
                        .map(|v| header("Access-Control-Allow-Origin", v)),
                );
                headers.extend(
                    lines
                        .into_iter()
                        .map(|v| header("Access-Control-Allow-Credentials", v)),
                );
                let ok = passes(mode, origin, exactly_true);
                let verb = if ok { "passes" } else { "fails" };
                let mut simple = fetch();
                simple.credentials = mode;
                cases.push(case(
                    format!("credentials-combinations/{mode_slug}-{origin_slug}-{slug}"),
                    format!("{mode_slug}, Allow-Origin `{origin_slug}`, Allow-Credentials `{slug}`: the check {verb}"),
                    &["fetch#concept-cors-check/2-8"],
                    &["CL-CHECK-08", "CL-CHECK-09", "CL-CHECK-10", "CL-CHECK-11", "CL-CHECK-12"],
                    vec![simple.clone()],
                    vec![answer(OnRequest::Actual, 200, headers.clone())],
                    vec![actual(plain("GET"))],
                    vec![if ok { shared(200) } else { error(ErrorKind::CorsCheck) }],
                ));
                // The same lines on a preflight: it is the request's credentials mode that counts,
                // although the preflight itself carries no credentials.
                if origin != Origin::Other {
                    let mut put = simple;
                    put.method = Some(plain("PUT"));
                    headers.push(header("Access-Control-Allow-Methods", plain("PUT")));
                    let good = vec![
                        allow_origin(),
                        header("Access-Control-Allow-Credentials", plain("true")),
                    ];
                    let mut requests = vec![preflight(plain("PUT"), None)];
                    requests.extend(ok.then(|| actual(plain("PUT"))));
                    cases.push(case(
                        format!("credentials-combinations/{mode_slug}-{origin_slug}-{slug}-preflight"),
                        format!(
                            "{mode_slug}, the preflight's Allow-Origin `{origin_slug}`, Allow-Credentials `{slug}`: \
                             the check {verb}"
                        ),
                        &["fetch#cors-preflight-fetch-0/7", "fetch#concept-cors-check/2-8"],
                        &["CL-PFRESP-04"],
                        vec![put],
                        vec![answer(OnRequest::Preflight, 204, headers), answer(OnRequest::Actual, 200, good)],
                        requests,
                        vec![if ok { shared(200) } else { error(ErrorKind::Preflight) }],
                    ));
                }
            }
        }
    }
    file(
        "credentials-combinations",
        "Three credentials modes, five values of Allow-Origin, twenty-four of Allow-Credentials.",
        "credentials",
        cases,
    )
}
