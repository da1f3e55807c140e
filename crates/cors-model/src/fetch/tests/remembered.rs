//! What is remembered of preflights.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::B;
use crate::cache::Timestamp;
use crate::fetch::UserAgent;
use crate::network::RequestKind;
use crate::request::{CredentialsMode, Request};
use crate::support::{Script, answer, header, request, run_traced, url};
use crate::trace::NoTrace;

const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";
const AGE: &str = "Access-Control-Max-Age";
const SHARED: [(&str, &str); 2] = [
    ("Access-Control-Allow-Origin", "https://a.test"),
    ("Access-Control-Allow-Credentials", "true"),
];

type Pairs = [(&'static str, &'static str)];

struct Browser(UserAgent);

impl Browser {
    fn new() -> Self {
        Self(UserAgent::default())
    }

    /// Fetches at a moment and says whether a preflight was made.
    fn asks(&mut self, request: &Request, seconds: u64, pairs: &Pairs) -> bool {
        let pairs: Vec<_> = SHARED.iter().chain(pairs).copied().collect();
        let mut network = Script::new([answer(200, &pairs), answer(200, &SHARED)]);
        let result = run_traced(
            &mut self.0,
            &mut network,
            request.clone(),
            seconds,
            &mut NoTrace,
        );
        assert_eq!(result.unwrap().status(), 200);
        network.seen[0].kind == RequestKind::Preflight
    }

    fn fails(&mut self, request: &Request, answers: Vec<(u16, &Pairs)>) {
        let answers = answers
            .into_iter()
            .map(|(status, pairs)| answer(status, pairs));
        let mut network = Script::new(answers);
        run_traced(&mut self.0, &mut network, request.clone(), 0, &mut NoTrace).unwrap_err();
    }
}

fn with_header(method: &str, name: &str) -> Request {
    let mut request = request(method, B);
    let header = header(name, b"1");
    request.header_list.append(header.name, header.value);
    request
}

const LONG: (&str, &str) = (AGE, "600");

#[test]
fn what_was_allowed_is_remembered_for_its_max_age() {
    for (age, seconds) in [
        (&[][..], 5),
        (&[(AGE, "2")], 2),
        (&[(AGE, "banana")], 5),
        (&[(AGE, "-1")], 5),
        (&[(AGE, "10"), (AGE, "10")], 5),
        (&[(AGE, "007")], 7),
        (&[(AGE, "4294967296")], 86400),
        (&[(AGE, "86401")], 86400),
        (&[(AGE, "86399")], 86399),
    ] {
        let mut browser = Browser::new();
        let put = request("PUT", B);
        let pairs: Vec<_> = [(METHODS, "PUT")].iter().chain(age).copied().collect();
        assert!(browser.asks(&put, 0, &pairs));
        assert!(!browser.asks(&put, seconds - 1, &[]), "{age:?}");
        assert!(browser.asks(&put, seconds, &pairs), "{age:?}");
    }
    let mut browser = Browser::new();
    let put = request("PUT", B);
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), (AGE, "0")]));
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT")]));
}

#[test]
fn everything_that_was_allowed_is_remembered() {
    let mut browser = Browser::new();
    assert!(browser.asks(
        &request("PUT", B),
        0,
        &[(METHODS, "PUT, DELETE"), (HEADERS, "x-a, X-B"), LONG]
    ));
    for request in [
        request("DELETE", B),
        with_header("PUT", "x-b"),
        with_header("GET", "X-A"),
        with_header("POST", "x-a"),
    ] {
        assert!(!browser.asks(&request, 1, &[]));
    }
    assert!(browser.asks(&request("PATCH", B), 1, &[(METHODS, "PATCH")]));
    assert!(browser.asks(
        &with_header("PUT", "x-c"),
        1,
        &[(METHODS, "PUT"), (HEADERS, "x-c")]
    ));
}

#[test]
fn of_long_lists_each_entry_is_remembered_once() {
    let list = |prefix: &str| {
        let names: Vec<String> = (0..200).map(|n| format!("{prefix}{}", n % 150)).collect();
        String::leak(names.join(", "))
    };
    let pairs = [(METHODS, &*list("M")), (HEADERS, &*list("x-")), LONG];
    let mut browser = Browser::new();
    assert!(browser.asks(&with_header("M7", "x-7"), 0, &pairs));
    assert_eq!(browser.0.preflight_cache.entries().len(), 300);
    assert!(!browser.asks(&with_header("M149", "X-149"), 1, &[]));
    // A second preflight finds all of them there.
    let longer = |prefix| &*String::leak(format!("{}, new", list(prefix)));
    let more = [(METHODS, longer("M")), (HEADERS, longer("x-")), LONG];
    assert!(browser.asks(&with_header("new", "new"), 2, &more));
    assert_eq!(browser.0.preflight_cache.entries().len(), 302);
}

#[test]
fn methods_and_headers_are_remembered_apart() {
    let mut browser = Browser::new();
    assert!(browser.asks(&with_header("GET", "x-a"), 0, &[(HEADERS, "x-a"), LONG]));
    assert!(browser.asks(&request("PUT", B), 1, &[(METHODS, "PUT"), LONG]));
    assert!(!browser.asks(&with_header("PUT", "x-a"), 1, &[]));
    assert_eq!(browser.0.preflight_cache.entries().len(), 2);
}

#[test]
fn wildcards_are_remembered_without_authorization() {
    let mut browser = Browser::new();
    assert!(browser.asks(
        &with_header("PUT", "x-a"),
        0,
        &[(METHODS, "*"), (HEADERS, "*"), LONG]
    ));
    assert!(!browser.asks(&with_header("chicken", "x-b"), 1, &[]));
    let authorized = with_header("PUT", "authorization");
    assert!(browser.asks(
        &authorized,
        1,
        &[(METHODS, "*"), (HEADERS, "authorization"), LONG]
    ));
    assert!(!browser.asks(&authorized, 2, &[]));
}

#[test]
fn credentials_cover_requests_without_them_and_not_the_other_way_round() {
    let put = request("PUT", B);
    let mut including = put.clone();
    including.credentials_mode = CredentialsMode::Include;
    let allowed = [(METHODS, "PUT"), LONG];
    let mut browser = Browser::new();
    assert!(browser.asks(&including, 0, &allowed));
    assert!(!browser.asks(&put, 1, &[]));
    assert!(!browser.asks(&including, 1, &[]));
    let mut browser = Browser::new();
    assert!(browser.asks(&put, 0, &allowed));
    assert!(browser.asks(&including, 1, &allowed));
    assert!(!browser.asks(&including, 2, &[]));
}

#[test]
fn urls_origins_and_partitions_are_apart() {
    let allowed = [(METHODS, "PUT"), LONG];
    let mut browser = Browser::new();
    assert!(browser.asks(&request("PUT", "https://b.test/r"), 0, &allowed));
    for other in [
        "https://b.test/r/",
        "https://b.test/r?1",
        "http://b.test/r",
        "https://b.test/r#f",
    ] {
        assert!(browser.asks(&request("PUT", other), 1, &allowed), "{other}");
        assert!(!browser.asks(&request("PUT", other), 1, &[]), "{other}");
    }
    let mut partition = request("PUT", B);
    let client = partition.client.as_mut().unwrap();
    client.network_partition_key.top_level_site = "https://top.test".into();
    assert!(browser.asks(&partition, 1, &allowed));
    let mut elsewhere = request("PUT", B);
    elsewhere.origin = url("https://c.test").origin().clone();
    let answers = [
        (
            200,
            &[("Access-Control-Allow-Origin", "*"), (METHODS, "PUT")][..],
        ),
        (200, &[("Access-Control-Allow-Origin", "*")]),
    ];
    let mut network = Script::new(answers.map(|(status, pairs)| answer(status, pairs)));
    run_traced(&mut browser.0, &mut network, elsewhere, 1, &mut NoTrace).unwrap();
    assert_eq!(network.seen.len(), 2);
}

#[test]
fn a_further_preflight_sets_the_max_age_of_what_is_known() {
    let mut browser = Browser::new();
    let put = request("PUT", B);
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), (HEADERS, "x-z"), (AGE, "60")]));
    assert!(browser.asks(
        &with_header("PUT", "x-a"),
        1,
        &[(METHODS, "PUT"), (HEADERS, "x-a, x-z"), (AGE, "10")]
    ));
    assert_eq!(browser.0.preflight_cache.entries().len(), 3);
    // The clock of the older entry goes on.
    assert!(!browser.asks(&put, 9, &[]));
    assert!(!browser.asks(&with_header("GET", "x-z"), 9, &[]));
    assert!(browser.asks(&put, 10, &[(METHODS, "PUT"), (AGE, "60")]));
    assert!(browser.asks(&with_header("GET", "x-z"), 10, &[(HEADERS, "x-z")]));
    let mut browser = Browser::new();
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), LONG]));
    assert!(browser.asks(
        &with_header("PUT", "x-a"),
        1,
        &[(METHODS, "PUT"), (HEADERS, "x-a"), (AGE, "0")]
    ));
    assert!(browser.asks(&put, 1, &[(METHODS, "PUT")]));
}

#[test]
fn what_a_new_max_age_ends_is_stored_anew() {
    let mut browser = Browser::new();
    assert!(browser.asks(&request("PUT", B), 0, &[(METHODS, "PUT"), (AGE, "60")]));
    let both = [(METHODS, "PUT"), (HEADERS, "x-a"), (AGE, "10")];
    assert!(browser.asks(&with_header("PUT", "x-a"), 10, &both));
    assert!(!browser.asks(&request("PUT", B), 19, &[]));
    assert!(browser.asks(&request("PUT", B), 20, &[(METHODS, "PUT")]));
}

#[test]
fn errors_forget_what_was_remembered() {
    let put = request("PUT", B);
    let allowed: &Pairs = &[SHARED[0], SHARED[1], (METHODS, "PUT"), LONG];
    let mut browser = Browser::new();
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT, DELETE"), LONG]));
    browser.fails(&put, Vec::from([(200, &[][..])]));
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), LONG]));
    // So does a preflight that fails for something else.
    browser.fails(&request("PATCH", B), Vec::from([(200, allowed)]));
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), LONG]));
    // A request that asks for nothing forgets nothing.
    browser.fails(&request("GET", B), Vec::from([(200, &[][..])]));
    assert!(!browser.asks(&put, 0, &[]));
    // Nor does another URL.
    browser.fails(
        &request("PUT", "https://b.test/other"),
        Vec::from([(404, &[][..])]),
    );
    assert!(!browser.asks(&put, 0, &[]));
    assert_eq!(browser.0.preflight_cache.entries().len(), 1);
}

#[test]
fn failed_preflights_leave_nothing() {
    let mut browser = Browser::new();
    let refusing: &Pairs = &[SHARED[0], (METHODS, "PUT"), LONG];
    browser.fails(&with_header("PUT", "x-a"), Vec::from([(200, refusing)]));
    assert!(browser.0.preflight_cache.entries().is_empty());
}

#[test]
fn forced_preflights_are_remembered_by_their_method() {
    let mut forced = request("GET", B);
    forced.use_cors_preflight = true;
    let mut browser = Browser::new();
    assert!(browser.asks(&forced, 0, &[LONG]));
    assert!(!browser.asks(&forced, 1, &[]));
    let mut browser = Browser::new();
    assert!(browser.asks(&forced, 0, &[(METHODS, "PUT"), LONG]));
    assert!(browser.asks(&forced, 1, &[(METHODS, "PUT"), LONG]));
    let mut forced_post = with_header("POST", "x-a");
    let mut browser = Browser::new();
    assert!(browser.asks(&forced_post, 0, &[(HEADERS, "x-a"), LONG]));
    assert!(!browser.asks(&forced_post, 1, &[]));
    forced_post.use_cors_preflight = true;
    assert!(browser.asks(&forced_post, 1, &[(HEADERS, "x-a"), LONG]));
}

#[test]
fn user_agents_may_remember_less() {
    let put = request("PUT", B);
    let mut browser = Browser::new();
    browser.0.provides_preflight_cache = false;
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), LONG]));
    assert!(browser.asks(&put, 1, &[(METHODS, "PUT"), LONG]));
    let mut browser = Browser::new();
    browser.0.max_age_limit = 3;
    assert!(browser.asks(&put, 0, &[(METHODS, "PUT"), LONG]));
    assert!(!browser.asks(&put, 2, &[]));
    assert!(browser.asks(&put, 3, &[(METHODS, "PUT"), LONG]));
}

#[test]
fn what_is_over_is_removed_when_a_fetch_starts() {
    let mut browser = Browser::new();
    assert!(browser.asks(
        &request("PUT", B),
        0,
        &[(METHODS, "PUT, PUT, DELETE"), (AGE, "2")]
    ));
    assert_eq!(browser.0.preflight_cache.entries().len(), 2);
    let stored: Vec<_> = browser
        .0
        .preflight_cache
        .entries()
        .iter()
        .map(|entry| entry.stored)
        .collect();
    assert_eq!(stored, [Timestamp(0), Timestamp(0)]);
    assert!(!browser.asks(&request("GET", B), 2, &[]));
    assert!(browser.0.preflight_cache.entries().is_empty());
}
