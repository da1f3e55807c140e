//! A whole fetch against scripted answers: what holds whatever is asked and answered.
//!
//! Input: flags (credentials, an upload listener, another origin first), the method, the request's
//! headers, one a line; then, after a line with nothing, each answer: its status in one byte and its
//! headers, up to the next line with nothing.

use cors_model::fetch::UserAgent;
use cors_model::header::{HeaderList, HeaderName};
use cors_model::network::RequestKind;
use cors_model::request::{CredentialsMode, Request};
use cors_model::response::{FilteredResponse, Response, ResponseType};
use cors_model::trace::{NoTrace, Steps};

use crate::input::{choice, flags, headers, is_drawn, paragraphs};
use crate::naive::tables;
use crate::support::{Script, request, run_traced};

pub(crate) const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "DELETE", "patch", "OPTIONS", "FOO",
];
pub(crate) const STATUSES: &[u16] = &[
    200, 204, 206, 301, 302, 303, 304, 307, 308, 401, 403, 404, 407, 421, 500,
];

/// Response headers that script always sees.
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// What script may not set, it is not given here either.
fn settable(list: &HeaderList) -> HeaderList {
    let forbidden = |name: &[u8]| {
        let name = name.to_ascii_lowercase();
        name.starts_with(b"sec-")
            || name.starts_with(b"access-control-")
            || [
                &b"origin"[..],
                b"cookie",
                b"content-length",
                b"host",
                b"referer",
                b"range",
            ]
            .contains(&name.as_slice())
    };
    list.iter()
        .filter(|header| !forbidden(header.name.as_bytes()))
        .cloned()
        .collect()
}

/// Whether a request is one that any form could make.
fn is_simple(request: &Request) -> bool {
    let size: usize = request
        .header_list
        .iter()
        .map(|header| header.value.as_bytes().len())
        .sum();
    matches!(request.method.as_bytes(), b"GET" | b"HEAD" | b"POST")
        && !request.use_cors_preflight
        && size <= 1024
        && request
            .header_list
            .iter()
            .all(|header| tables::safelisted(header.name.as_bytes(), header.value.as_bytes()))
}

/// Script sees no header that was not exposed.
fn check_exposed(response: &FilteredResponse) {
    if response.response_type() != ResponseType::Cors {
        return;
    }
    let exposed = &response.internal().cors_exposed_header_name_list;
    for name in response.header_names() {
        let name: &[u8] = name.as_bytes();
        let known = SAFELISTED.iter().any(|safe| safe.as_bytes() == name)
            || exposed
                .iter()
                .any(|listed: &HeaderName| listed.as_bytes().eq_ignore_ascii_case(name));
        assert!(known, "script sees {}", name.escape_ascii());
        assert!(name != b"set-cookie" && name != b"set-cookie2");
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([include, listener, elsewhere, ..], data) = flags(data);
    let (&method, data) = choice(data, METHODS);
    let mut parts = paragraphs(data).into_iter();
    let first = if elsewhere {
        "https://b.test/r"
    } else {
        "https://a.test/r"
    };
    let mut asking = request(method, first);
    asking.use_cors_preflight = listener;
    asking.header_list = settable(&headers(parts.next().unwrap_or_default()));
    if include {
        asking.credentials_mode = CredentialsMode::Include;
    }
    let answers: Vec<Response> = parts
        .take(8)
        .map(|part| {
            let (&status, rest) = choice(part, STATUSES);
            Response::new(status, headers(rest), Some(b"x".to_vec()))
        })
        .collect();
    let fetch = |request: Request, steps: Option<&mut Steps>| {
        let mut agent = UserAgent::default();
        let mut network = Script::new(answers.iter().cloned().map(Ok));
        let result = match steps {
            Some(steps) => run_traced(&mut agent, &mut network, request, 0, steps),
            None => run_traced(&mut agent, &mut network, request, 0, &mut NoTrace),
        };
        (result, network.seen, agent)
    };
    let (result, seen, agent) = fetch(asking.clone(), None);

    // At most one preflight for each of a request and its twenty redirects, and one more try of it.
    assert!(seen.len() <= 2 * 21 + 1, "{} requests", seen.len());
    // What no form can do is asked for before it is done on another origin.
    if elsewhere && !is_simple(&asking) {
        assert_eq!(
            seen.first().map(|line| line.kind),
            Some(RequestKind::Preflight)
        );
    }
    for pair in seen.windows(2) {
        if pair[0].kind == RequestKind::Preflight && pair[1].kind == RequestKind::Actual {
            assert_eq!(
                pair[0].url, pair[1].url,
                "what is asked for is what is done"
            );
            assert_eq!(
                pair[0].header("access-control-request-method"),
                Some(pair[1].method.clone())
            );
        }
    }
    for line in &seen {
        if line.kind == RequestKind::Preflight {
            assert_eq!(line.method, "OPTIONS");
            assert!(!line.credentials && line.header("cookie").is_none());
            assert!(line.header("origin").is_some());
        }
    }
    match &result {
        Ok(response) => check_exposed(response),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if !is_drawn(data, 0, 8) {
        return;
    }
    let mut steps = Steps::default();
    let traced = fetch(asking, Some(&mut steps));
    assert_eq!((&traced.0, &traced.1, &traced.2), (&result, &seen, &agent));
    if let Err(error) = &result {
        assert!(
            steps.0.iter().any(|entry| entry.at == error.refusal.at),
            "{error}"
        );
    }
}
