//! What is kept of preflights, what replaces it and what ends it.

use super::{
    ANY, B, HEADERS, LONG, METHODS, NoTrace, ORIGIN, OWN, Page, RequestInit, all, anew, any,
    asking, each, opaque, open, says, says_each, url, with, with_credentials,
};
use crate::network::{HttpRequest, RequestKind};
use crate::request::CacheMode;
use crate::response::Response;
use core::cell::Cell;
use std::prelude::rust_2024::*;

extern crate std;

#[test]
fn what_a_later_preflight_does_to_what_is_kept() {
    let accumulates = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")])
            .ask("GET", &[("X-B", "1")])
            .ask("GET", &[("X-A", "1"), ("X-B", "1")]);
    };
    let lists = || {
        says_each(std::vec![
            std::vec![(HEADERS, "x-a"), LONG],
            std::vec![(HEADERS, "x-b"), LONG]
        ])
    };
    let kept = "?GET[x-a] GET =200 ?GET[x-b] GET =200 GET =200";
    let replaced = "?GET[x-a] GET =200 ?GET[x-b] GET =200 ?GET[x-a,x-b] =!";
    anew(
        "preflight-cache/accumulates",
        lists,
        accumulates,
        [kept, replaced, kept, replaced],
    );
    let shortens = |page: &mut Page<'_>| {
        page.ask("PUT", &[])
            .ask("PUT", &[("X-A", "1")])
            .ask("PUT", &[]);
    };
    let lists = || {
        says_each(std::vec![
            std::vec![(METHODS, "PUT"), LONG],
            std::vec![
                (METHODS, "PUT"),
                (HEADERS, "x-a"),
                ("Access-Control-Max-Age", "0")
            ],
        ])
    };
    let again = "?PUT PUT =200 ?PUT[x-a] PUT =200 ?PUT PUT =200";
    let kept = "?PUT PUT =200 ?PUT[x-a] PUT =200 PUT =200";
    anew(
        "preflight-cache/update-shortens",
        lists,
        shortens,
        [again, again, kept, again],
    );
}

#[test]
fn what_bypasses_the_cache() {
    for (case, mode, expected) in [
        (
            "cache-mode-no-store",
            CacheMode::NoStore,
            [false, true, true, false],
        ),
        (
            "cache-mode-reload",
            CacheMode::Reload,
            [false, true, true, false],
        ),
        (
            "cache-mode-no-cache",
            CacheMode::NoCache,
            [false, true, false, false],
        ),
        ("cache-mode-force-cache", CacheMode::ForceCache, [false; 4]),
        ("cache-mode-default", CacheMode::Default, [false; 4]),
    ] {
        let does = |page: &mut Page<'_>| {
            page.ask("PUT", &[]).fetch(
                B,
                RequestInit {
                    cache: Some(mode),
                    ..asking("PUT", &[])
                },
            );
        };
        let words = |again| {
            if again {
                "?PUT PUT =200 ?PUT PUT =200"
            } else {
                "?PUT PUT =200 PUT =200"
            }
        };
        let put = says(&[(ORIGIN, "https://a.test"), (METHODS, "PUT"), LONG]);
        each(case, &[], &put, does, expected.map(words));
    }
}

#[test]
fn a_preflight_has_its_request_s_cache_mode_in_chromium() {
    let does = |page: &mut Page<'_>| {
        page.fetch(
            B,
            RequestInit {
                cache: Some(CacheMode::NoCache),
                ..asking("PUT", &[])
            },
        );
    };
    let usual = "?PUT PUT(max-age=0) =200";
    let chromium = "?PUT(max-age=0) PUT(max-age=0) =200";
    open(
        "unsafe-names/conditional-by-script",
        &["Cache-Control"],
        does,
        [usual, chromium, usual, usual],
    );
}

/// A server that refuses to share the second of the requests themselves.
fn refuses_second(methods: &'static str) -> impl Fn(&HttpRequest<'_>) -> Response + use<> {
    let count = Cell::new(0);
    move |request| {
        if request.kind == RequestKind::Preflight {
            return with(
                200,
                &[(ORIGIN, "https://a.test"), (METHODS, methods), LONG],
                &[],
            );
        }
        count.set(count.get() + 1);
        if count.get() == 2 {
            with(200, &[], &[])
        } else {
            with(200, &OWN, &[])
        }
    }
}

#[test]
fn what_ends_what_is_kept() {
    let thrice = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("PUT", &[]).ask("PUT", &[]);
    };
    let kept = "?PUT PUT =200 PUT =! PUT =200";
    let cleared = "?PUT PUT =200 PUT =! ?PUT PUT =200";
    let put = || refuses_second("PUT");
    anew(
        "preflight-cache/cleared-by-refused-response",
        put,
        thrice,
        [cleared, kept, cleared, kept],
    );
    let simple = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("GET", &[]).ask("PUT", &[]);
    };
    let kept = "?PUT PUT =200 GET =! PUT =200";
    let cleared = "?PUT PUT =200 GET =! ?PUT PUT =200";
    anew(
        "preflight-cache/not-cleared-by-simple-request",
        put,
        simple,
        [kept, kept, cleared, kept],
    );
    let shared = |page: &mut Page<'_>| {
        page.ask("PUT", &[])
            .ask("PUT", &[])
            .ask("GET", &[])
            .ask("PUT", &[]);
    };
    let put = says(&[(ORIGIN, "https://a.test"), (METHODS, "PUT"), LONG]);
    each(
        "nothing fails",
        &[],
        &put,
        shared,
        all("?PUT PUT =200 PUT =200 GET =200 PUT =200"),
    );
    let refused = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("DELETE", &[]).ask("PUT", &[]);
    };
    let cleared = "?PUT PUT =200 ?DELETE =! ?PUT PUT =200";
    let case = "preflight-cache/cleared-by-method-not-allowed";
    each(
        case,
        &[],
        &put,
        refused,
        [
            cleared,
            cleared,
            cleared,
            "?PUT PUT =200 ?DELETE =! PUT =200",
        ],
    );
    // A preflight that cannot be read or is not shared leaves nothing, in WebKit too.
    for second in [
        std::vec![(METHODS, "DELETE, b@d")],
        std::vec![(ORIGIN, "https://c.test")],
    ] {
        let first = std::vec![(METHODS, "PUT"), LONG];
        let lists = || says_each(std::vec![first.clone(), second.clone(), first.clone()]);
        anew(
            "preflight-cache/cleared-by-refused-preflight",
            lists,
            refused,
            all(cleared),
        );
    }
    let names = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")])
            .ask("GET", &[("X-B", "1")])
            .ask("GET", &[("X-A", "1")]);
    };
    let again = "?GET[x-a] GET =200 ?GET[x-b] =! ?GET[x-a] GET =200";
    let x_a = says(&[(ORIGIN, "https://a.test"), (HEADERS, "x-a"), LONG]);
    each(
        "a name that is not allowed",
        &[],
        &x_a,
        names,
        [
            again,
            again,
            again,
            "?GET[x-a] GET =200 ?GET[x-b] =! GET =200",
        ],
    );
    let authorization = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")])
            .ask("GET", &[("Authorization", "1")])
            .ask("GET", &[("X-A", "1")]);
    };
    let again = "?GET[x-a] GET =200 ?GET[authorization] =! ?GET[x-a] GET =200";
    let kept = "?GET[x-a] GET =200 ?GET[authorization] =! GET =200";
    each(
        "Authorization",
        &[],
        &x_a,
        authorization,
        [again, again, again, kept],
    );
}

#[test]
fn what_webkit_keeps_before_it_judges() {
    let does = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("DELETE", &[]);
    };
    let delete = says(&[(ORIGIN, "https://a.test"), (METHODS, "DELETE"), LONG]);
    let again = "?PUT =! ?DELETE DELETE =200";
    let case = "preflight-cache/refused-allows-nothing";
    each(
        case,
        &[],
        &delete,
        does,
        [again, again, again, "?PUT =! DELETE =200"],
    );
    let names = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")]).ask("GET", &[("X-B", "1")]);
    };
    let x_b = says(&[(ORIGIN, "https://a.test"), (HEADERS, "x-b"), LONG]);
    let again = "?GET[x-a] =! ?GET[x-b] GET =200";
    each(
        "names",
        &[],
        &x_b,
        names,
        [again, again, again, "?GET[x-a] =! GET =200"],
    );
    // What is listed has its limits there too.
    let later = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).after(600).ask("DELETE", &[]);
    };
    let long = says(&[
        (ORIGIN, "https://a.test"),
        (METHODS, "DELETE"),
        ("Access-Control-Max-Age", "9999"),
    ]);
    each(
        "the limit",
        &[],
        &long,
        later,
        all("?PUT =! ?DELETE DELETE =200"),
    );
    let later = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).after(5).ask("DELETE", &[]);
    };
    let unstated = says(&[(ORIGIN, "https://a.test"), (METHODS, "DELETE")]);
    each(
        "no max-age",
        &[],
        &unstated,
        later,
        all("?PUT =! ?DELETE DELETE =200"),
    );
    // A star counts only without credentials.
    let stars = says(&[OWN[0], OWN[1], (METHODS, "*"), (HEADERS, "*"), LONG]);
    let credentials = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("PUT", &[]))
            .ask("DELETE", &[])
            .ask("GET", &[("X-A", "1")]);
    };
    let again = "?PUT =! ?DELETE DELETE =200";
    let expected = [
        std::format!("{again} GET =200"),
        std::format!("{again} ?GET[x-a] GET =200"),
    ];
    let [kept, asks] = &expected;
    each(
        "stars and credentials",
        &[],
        &stars,
        credentials,
        [kept, kept, asks, kept],
    );
}

#[test]
fn entries_and_credentials_in_firefox() {
    let allows: Vec<_> = OWN.into_iter().chain([(METHODS, "PUT"), LONG]).collect();
    let does = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("PUT", &[]))
            .ask("PUT", &[])
            .fetch(B, with_credentials("PUT", &[]));
    };
    let once = "?PUT PUT =200 PUT =200 PUT =200";
    let firefox = "?PUT PUT =200 ?PUT PUT =200 PUT =200";
    each(
        "preflight-cache/include-then-omit",
        &[],
        &says(&allows),
        does,
        [once, once, firefox, once],
    );
}

#[test]
fn what_is_kept_for_null() {
    let opaque = |page: &mut Page<'_>| {
        for _ in 0..2 {
            let made = page
                .dialect
                .request(&opaque(), url(B), asking("PUT", &[]), &mut NoTrace);
            page.made(made.unwrap());
        }
    };
    let allow = |request: &HttpRequest<'_>| {
        let preflight = request.kind == RequestKind::Preflight;
        with(200, &ANY, if preflight { &[LONG] } else { &[] })
    };
    let (once, again) = ("?PUT PUT =200 PUT =200", "?PUT PUT =200 ?PUT PUT =200");
    each(
        "preflight-cache/opaque-again",
        &[],
        &allow,
        opaque,
        [once, again, once, once],
    );
    let moved = |request: &HttpRequest<'_>| {
        if request.kind == RequestKind::Preflight {
            return any(200, &[LONG]);
        }
        let moves = request.url.serialize(true) == B;
        any(
            if moves { 307 } else { 200 },
            if moves {
                &[("Location", "https://c.test/")]
            } else {
                &[]
            },
        )
    };
    let twice = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("PUT", &[]);
    };
    let once = "?PUT PUT ?PUT@c.test/ PUT@c.test/ =200 PUT PUT@c.test/ =200";
    let again = "?PUT PUT ?PUT@c.test/ PUT@c.test/ =200 PUT ?PUT@c.test/ PUT@c.test/ =200";
    each(
        "redirect-preflight/second-time-from-cache",
        &[],
        &moved,
        twice,
        [once, again, once, again],
    );
}
