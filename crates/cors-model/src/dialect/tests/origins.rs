//! The `Origin` of requests that are not of the mode `cors`.

use super::{B, Page, RequestInit, all, any, asking, each, open};
use crate::request::RequestMode;
use std::prelude::rust_2024::*;
use std::{format, vec};

extern crate std;

#[test]
fn origins_of_requests_without_cors() {
    let post = |policy: &'static str, to: &'static str| {
        move |page: &mut Page<'_>| {
            let init = RequestInit {
                mode: Some(RequestMode::NoCors),
                referrer_policy: crate::referrer::ReferrerPolicy::from_string(policy),
                ..asking("POST", &[])
            };
            page.fetch(to, init);
        }
    };
    let own = "POST(https://a.test) =0";
    let null = "POST(null) =0";
    let no_referrer = post("no-referrer", B);
    open(
        "origin-header/no-cors-post-no-referrer",
        &["Origin"],
        no_referrer,
        [null, own, null, null],
    );
    let usual = post("", B);
    open("the usual policy", &["Origin"], usual, all(own));
    let get = |page: &mut Page<'_>| {
        let mode = Some(RequestMode::NoCors);
        page.fetch(
            B,
            RequestInit {
                mode,
                ..asking("GET", &[])
            },
        );
    };
    open("a GET", &["Origin"], get, all("GET =0"));
    let head = |page: &mut Page<'_>| {
        let mode = Some(RequestMode::NoCors);
        page.fetch(
            B,
            RequestInit {
                mode,
                ..asking("HEAD", &[])
            },
        );
    };
    open("a HEAD", &["Origin"], head, all("HEAD =0"));
    let same_origin = |page: &mut Page<'_>| {
        let init = RequestInit {
            mode: Some(RequestMode::SameOrigin),
            referrer_policy: crate::referrer::ReferrerPolicy::from_string("no-referrer"),
            ..asking("POST", &[])
        };
        page.fetch("https://a.test/r", init);
    };
    let (own, null) = (
        "POST@a.test/r(https://a.test) =200",
        "POST@a.test/r(null) =200",
    );
    open(
        "origin-header/same-origin-mode-post-no-referrer",
        &["Origin"],
        same_origin,
        [null, own, null, null],
    );
    // A request of the mode cors to its own origin is left alone.
    let cors = |page: &mut Page<'_>| {
        let init = RequestInit {
            referrer_policy: crate::referrer::ReferrerPolicy::from_string("no-referrer"),
            ..asking("POST", &[])
        };
        page.fetch("https://a.test/r", init);
    };
    open(
        "the mode cors",
        &["Origin"],
        cors,
        all("POST@a.test/r(https://a.test) =200"),
    );
}

#[test]
fn what_a_redirect_does_to_origins_without_cors() {
    let moved = |own: bool, policy: Option<&'static str>| {
        move |request: &crate::network::HttpRequest<'_>| {
            let at_page = request.url.serialize(true) == "https://a.test/r";
            if !at_page {
                return any(200, &[]);
            }
            let to = if own { "/2" } else { B };
            let mut pairs = vec![("Location", to)];
            pairs.extend(policy.map(|policy| ("Referrer-Policy", policy)));
            any(307, &pairs)
        }
    };
    let post = |policy: &'static str| {
        move |page: &mut Page<'_>| {
            let init = RequestInit {
                mode: Some(RequestMode::NoCors),
                referrer_policy: crate::referrer::ReferrerPolicy::from_string(policy),
                ..asking("POST", &[])
            };
            page.fetch("https://a.test/r", init);
        }
    };
    let first = "POST@a.test/r(https://a.test)";
    let (own, null) = (
        format!("{first} POST(https://a.test) =0"),
        format!("{first} POST(null) =0"),
    );
    each(
        "redirect-origin/no-cors-post-own-to-cross",
        &["Origin"],
        &moved(false, None),
        post("unsafe-url"),
        [&own, &null, &own, &own],
    );
    each(
        "redirect-origin/redirect-sets-policy",
        &["Origin"],
        &moved(false, Some("no-referrer")),
        post("unsafe-url"),
        [&null, &null, &null, &own],
    );
    let within = format!("{first} POST@a.test/2(https://a.test) =200");
    each(
        "within the own origin",
        &["Origin"],
        &moved(true, None),
        post(""),
        all(&within),
    );
}
