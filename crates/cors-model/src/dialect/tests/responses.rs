//! What is read of a response.

use super::{ANY, B, NoTrace, OWN, Page, asking, each, page, url, with, with_credentials};
use crate::dialect::Dialect;
use crate::fetch::{UserAgent, block_on, fetch};
use crate::support::{Script, answer};
use std::prelude::rust_2024::*;

extern crate std;

const EXPOSE: &str = "Access-Control-Expose-Headers";

/// What script reads of `X-A`, for each dialect.
fn read(pairs: &[(&str, &str)]) -> [Option<String>; 4] {
    [
        Dialect::STANDARD,
        Dialect::CHROMIUM,
        Dialect::FIREFOX,
        Dialect::WEBKIT,
    ]
    .map(|dialect| {
        let pairs: Vec<_> = ANY.iter().chain(pairs).copied().collect();
        let mut network = Script::new([answer(200, &pairs)]);
        let mut agent = UserAgent::new(dialect);
        let request = dialect
            .request(&page(), url(B), asking("GET", &[]), &mut NoTrace)
            .unwrap();
        let mut trace = NoTrace;
        let future = fetch(
            &mut agent,
            &mut network,
            &mut trace,
            request,
            crate::cache::Timestamp(0),
        );
        let value = block_on(future).unwrap().header(b"x-a")?;
        Some(String::from_utf8(value).unwrap())
    })
}

#[track_caller]
fn reads(case: &str, pairs: &[(&str, &str)], expected: [&str; 4]) {
    let expected = expected.map(|value| (value != "-").then(|| value.to_owned()));
    assert_eq!(read(pairs), expected, "{case}");
}

#[test]
fn empty_lines_do_not_count_in_firefox() {
    let x_a = (EXPOSE, "x-a");
    reads(
        "header-parsing/get-empty-values",
        &[x_a, ("X-A", ""), ("X-A", "")],
        [", ", ", ", "", ", "],
    );
    let joined = [x_a, ("X-A", "1"), ("x-a", "2"), ("X-A", "")];
    reads(
        "exposed-headers/joined",
        &joined,
        ["1, 2, ", "1, 2, ", "1, 2", "1, 2, "],
    );
    reads("an empty line alone", &[x_a, ("X-A", "")], [""; 4]);
    reads(
        "an empty line first",
        &[x_a, ("X-A", ""), ("X-A", "1")],
        [", 1", ", 1", "1", ", 1"],
    );
    reads(
        "another header's value",
        &[x_a, ("X-A", ""), ("X-B", "1")],
        [""; 4],
    );
}

#[test]
fn empty_lines_of_credentials_and_origins() {
    let ask = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("GET", &[]));
    };
    let empty = |_: &crate::network::HttpRequest<'_>| {
        with(200, &OWN, &[("Access-Control-Allow-Credentials", "")])
    };
    let refused = "GET =!";
    each(
        "cors-check/include-true-and-empty",
        &[],
        &empty,
        ask,
        [refused, refused, "GET =200", refused],
    );
    let origin = |_: &crate::network::HttpRequest<'_>| {
        with(200, &OWN, &[("Access-Control-Allow-Origin", "")])
    };
    each(
        "cors-check/two-origins-one-empty",
        &[],
        &origin,
        ask,
        [refused; 4],
    );
}

#[test]
fn broken_lists_with_a_star_expose_everything_in_firefox() {
    let x_a = ("X-A", "1");
    reads(
        "exposed-headers/broken-with-wildcard",
        &[(EXPOSE, "*, b@d"), x_a],
        ["-", "-", "1", "-"],
    );
    reads("without a star", &[(EXPOSE, "x-a, b@d"), x_a], ["-"; 4]);
    reads("a list of names", &[(EXPOSE, "x-a"), x_a], ["1"; 4]);
    reads("no list", &[x_a], ["-"; 4]);
}
