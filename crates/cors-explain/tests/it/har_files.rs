//! HAR files as browsers and tools write them.

use super::*;

const PAGE: &str = "https://app.example";
const REFERER: (&str, &str) = ("Referer", "https://app.example/");
const ORIGIN: (&str, &str) = ("Origin", PAGE);
const STAR: (&str, &str) = ("Access-Control-Allow-Origin", "*");

fn unclear(entries: &[Value], entry: Option<usize>) -> String {
    let explained = of_har("input", &har_file(entries), entry, &Stated::default());
    explained.unwrap_err().0
}

fn with_error(mut entry: Value, error: &str) -> Value {
    let response = entry.get_mut("response").unwrap();
    let response = response.as_object_mut().unwrap();
    response.insert("_error".to_owned(), json!(error));
    entry
}

/// A preflight for a POST with JSON, and its response.
fn preflight(url: &str, response: &[(&str, &str)]) -> Value {
    let asks = [
        ORIGIN,
        REFERER,
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    entry("OPTIONS", url, &asks, 204, response)
}

#[test]
fn one_entry_that_failed_spoils_no_other() {
    let url = "https://api.example/items";
    let json = ("Content-Type", "application/json");
    let post = with_error(
        entry("POST", url, &[ORIGIN, REFERER, json], 0, &[]),
        "net::ERR_FAILED",
    );
    let refusing = preflight(url, &[("Access-Control-Allow-Origin", PAGE)]);
    for status in [-1, -2] {
        let failed = entry(
            "PUT",
            "https://api.example/items/1",
            &[REFERER, json],
            status,
            &[],
        );
        let explanation = har(&[post.clone(), refusing.clone(), failed.clone()]);
        assert_verdict(&explanation, Verdict::Refused);
        assert!(
            explanation.said.contains("content-type"),
            "{}",
            explanation.said
        );
        let why = unclear(&[failed], None);
        assert!(why.contains("curl -sv -o /dev/null -X OPTIONS"), "{why}");
    }
}

#[test]
fn a_line_that_is_no_header_spoils_no_entry() {
    let odd = [("GET /x?u=http", "//app.example/ HTTP/1.1"), ORIGIN];
    let one = entry("GET", "https://api.example/x", &odd, 200, &[]);
    let explanation = har(&[one]);
    assert_verdict(&explanation, Verdict::Refused);
    assert!(
        tells(&explanation, "`GET /x?u=http` is left out"),
        "{:?}",
        explanation.notes
    );
}

#[test]
fn what_developer_tools_add_was_never_sent() {
    let name = "X-DevTools-Emulate-Network-Conditions-Client-Id";
    let first = entry(
        "GET",
        "https://cdn.example/font",
        &[ORIGIN, (name, "1")],
        200,
        &[STAR],
    );
    let explanation = har(&[first]);
    assert_verdict(&explanation, Verdict::Shared);
    assert!(explanation.page.preflight_because.is_empty());
    assert!(tells(&explanation, "developer tools add it"));
}

#[test]
fn an_entry_without_its_preflight_spoils_no_other() {
    let token = ("X-Token", "1");
    let without = entry(
        "GET",
        "https://api.example/a",
        &[ORIGIN, token],
        200,
        &[STAR],
    );
    let plain = entry("GET", "https://api.example/b", &[ORIGIN], 200, &[STAR]);
    let explanation = har(&[without, plain]);
    assert_verdict(&explanation, Verdict::Shared);
    assert_eq!(explanation.page.url, "https://api.example/b");
    assert!(tells(&explanation, "Nothing can be concluded from entry 0"));
}

#[test]
fn credentials_are_not_assumed_against_what_was_sent() {
    let url = "https://api.example/stats";
    let allows = [
        STAR,
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Headers", "content-type"),
    ];
    let json = ("Content-Type", "application/json");
    let posted = entry("POST", url, &[ORIGIN, json], 200, &allows[..2]);
    let explanation = har(&[preflight(url, &allows), posted]);
    assert_verdict(&explanation, Verdict::Shared);
    assert_eq!(explanation.page.credentials, "same-origin");
    assert!(tells(
        &explanation,
        "without credentials, since the request was sent"
    ));
    // Where it was not sent, nothing speaks against the guess.
    let explanation = har(&[preflight(url, &allows)]);
    assert_verdict(&explanation, Verdict::Refused);
    assert_eq!(explanation.page.credentials, "include");
}

#[test]
fn what_a_browser_blocks_by_itself_is_not_cors() {
    for (error, words) in [
        ("net::ERR_BLOCKED_BY_CLIENT", "an extension"),
        (
            "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
            "Local Network Access",
        ),
        ("net::ERR_CERT_AUTHORITY_INVALID", "certificate"),
    ] {
        let failed = entry("GET", "http://10.0.0.10/status", &[REFERER], 0, &[]);
        let explanation = har(&[with_error(failed, error)]);
        assert_verdict(&explanation, Verdict::NotCors);
        assert!(explanation.said.contains(words), "{}", explanation.said);
        assert!(
            explanation.said.contains("not CORS"),
            "{}",
            explanation.said
        );
        assert!(explanation.changes.is_empty());
    }
}

#[test]
fn requests_to_other_origins_that_are_not_by_cors_are_named() {
    let entries = [
        entry("GET", "https://app.example/", &[], 200, &[]),
        entry(
            "GET",
            "https://cdn.example/jquery.js",
            &[REFERER],
            200,
            &[STAR],
        ),
        entry("GET", "https://fonts.example/css", &[REFERER], 200, &[STAR]),
    ];
    let why = unclear(&entries, None);
    assert!(
        why.contains("have no Origin header") && why.contains("1, 2"),
        "{why}"
    );
    let why = unclear(&entries, Some(1));
    assert!(why.contains("but not by CORS"), "{why}");
}

#[test]
fn a_misdirected_request_is_tried_again_and_is_no_redirect() {
    let url = "https://internal.example/api";
    let misdirected = entry("GET", url, &[ORIGIN], 421, &[]);
    let explanation = har(std::slice::from_ref(&misdirected));
    assert_verdict(&explanation, Verdict::AllowedSoFar);
    assert!(
        explanation.said.contains("once more, on a new connection"),
        "{}",
        explanation.said
    );
    assert!(!explanation.said.contains("redirect"));
    assert!(tells(&explanation, "reuses an HTTP/2 connection"));
    let again = entry("GET", url, &[ORIGIN], 200, &[STAR]);
    assert_verdict(&har(&[misdirected.clone(), again]), Verdict::Shared);
    assert_verdict(&har(&[misdirected.clone(), misdirected]), Verdict::Refused);
}

#[test]
fn a_response_from_the_cache_is_said_to_be_one() {
    let mut one = entry("GET", "https://api.example/x", &[ORIGIN], 200, &[]);
    one["_fromCache"] = json!("disk");
    assert!(tells(&har(&[one]), "from the browser's own cache"));
}

#[test]
fn many_entries_are_gone_through_once() {
    // With a search among all others for each, this takes minutes.
    let many: Vec<Value> = (0..20_000)
        .map(|_| entry("GET", "https://api.example/poll", &[ORIGIN], 200, &[STAR]))
        .collect();
    assert_verdict(&har(&many), Verdict::Shared);
    let many: Vec<Value> = (0..10_000)
        .flat_map(|_| {
            let url = "https://api.example/poll";
            let json = ("Content-Type", "application/json");
            let allows = [STAR, ("Access-Control-Allow-Headers", "content-type")];
            [
                preflight(url, &allows),
                entry("POST", url, &[ORIGIN, json], 200, &[STAR]),
            ]
        })
        .collect();
    let explanation = har(&many);
    assert_verdict(&explanation, Verdict::Shared);
    assert!(tells(&explanation, "Of the 10000 exchanges"));
}
