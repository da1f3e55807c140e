//! What a preflight allows, and what of that serves other requests.

use super::{
    B, HEADERS, LONG, METHODS, ORIGIN, OWN, Page, all, anew, asking, each, says, says_each, text,
    with_credentials,
};
use std::prelude::rust_2024::*;

extern crate std;

#[test]
fn a_star_covers_authorization() {
    let does = |page: &mut Page<'_>| {
        page.ask("GET", &[("Authorization", "t")]);
    };
    let star = [(ORIGIN, "https://a.test"), (HEADERS, "*")];
    let granted = "?GET[authorization] GET =200";
    let refused = "?GET[authorization] =!";
    let case = "preflight-response/authorization-wildcard";
    each(
        case,
        &[],
        &says(&star),
        does,
        [refused, granted, granted, granted],
    );
    let none = [(ORIGIN, "https://a.test"), (HEADERS, "x-a")];
    each("no star", &[], &says(&none), does, all(refused));
    let listed = [(ORIGIN, "https://a.test"), (HEADERS, "*, authorization")];
    each("listed", &[], &says(&listed), does, all(granted));
    let does = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("GET", &[("Authorization", "t")]));
    };
    let star: Vec<_> = OWN.into_iter().chain([(HEADERS, "*")]).collect();
    let case = "preflight-response/authorization-wildcard with credentials";
    each(case, &[], &says(&star), does, all(refused));
}

#[test]
fn a_star_that_was_kept_covers_authorization_in_webkit() {
    let does = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")])
            .ask("GET", &[("Authorization", "t")]);
    };
    let lists = || {
        says_each(std::vec![
            std::vec![(HEADERS, "*"), LONG],
            std::vec![(HEADERS, "authorization")]
        ])
    };
    let again = "?GET[x-a] GET =200 ?GET[authorization] GET =200";
    anew(
        "preflight-cache/header-wildcard-not-authorization",
        lists,
        does,
        [again, again, again, "?GET[x-a] GET =200 GET =200"],
    );
    let lists = || {
        says_each(std::vec![
            std::vec![(HEADERS, "x-a"), LONG],
            std::vec![(HEADERS, "authorization")]
        ])
    };
    anew("without a star", lists, does, all(again));
}

#[test]
fn a_forced_preflight_has_to_list_what_is_not_safelisted() {
    let send = |method: &'static str| {
        move |page: &mut Page<'_>| {
            page.send(method, &[], Some(text()), true);
        }
    };
    let none = says(&[(ORIGIN, "https://a.test")]);
    let case = "preflight-response/listener-put-no-methods";
    each(
        case,
        &[],
        &none,
        send("PUT"),
        ["?PUT PUT =200", "?PUT =!", "?PUT =!", "?PUT =!"],
    );
    each(
        "a safelisted method",
        &[],
        &none,
        send("POST"),
        all("?POST POST =200"),
    );
    let put = says(&[(ORIGIN, "https://a.test"), (METHODS, "PUT")]);
    each("listed", &[], &put, send("PUT"), all("?PUT PUT =200"));
}

#[test]
fn entries_for_forced_preflights() {
    let twice = |page: &mut Page<'_>| {
        page.send("POST", &[], Some(text()), true)
            .send("POST", &[], Some(text()), true);
    };
    let once = "?POST POST =200 POST =200";
    let again = "?POST POST =200 ?POST POST =200";
    let put = says(&[(ORIGIN, "https://a.test"), (METHODS, "PUT"), LONG]);
    let case = "preflight-cache/listener-method-not-listed";
    each(case, &[], &put, twice, [again, once, once, once]);
    let none = says(&[(ORIGIN, "https://a.test"), LONG]);
    let case = "preflight-cache/listener-no-methods";
    each(case, &[], &none, twice, all(once));
    // An entry that is over serves nothing, nor does one for another URL, nor for another method.
    let later = |page: &mut Page<'_>| {
        page.send("POST", &[], Some(text()), true)
            .after(60)
            .send("POST", &[], Some(text()), true);
    };
    each("an entry that is over", &[], &put, later, all(again));
    let other = |page: &mut Page<'_>| {
        page.fetch("https://b.test/2", asking("PUT", &[]))
            .send("POST", &[], Some(text()), true);
    };
    each(
        "another URL",
        &[],
        &put,
        other,
        all("?PUT@b.test/2 PUT@b.test/2 =200 ?POST POST =200"),
    );
    let delete = says(&[(ORIGIN, "https://a.test"), (METHODS, "PUT, DELETE"), LONG]);
    let method = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).send("PATCH", &[], Some(text()), true);
    };
    each(
        "another method",
        &[],
        &delete,
        method,
        all("?PUT PUT =200 ?PATCH =!"),
    );
    let plain = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("PATCH", &[]);
    };
    each(
        "no listener",
        &[],
        &delete,
        plain,
        all("?PUT PUT =200 ?PATCH =!"),
    );
}

#[test]
fn stars_for_requests_with_credentials_are_not_kept() {
    let allows: Vec<_> = OWN
        .into_iter()
        .chain([(METHODS, "PUT, *"), (HEADERS, "x-a, *"), LONG])
        .collect();
    let methods = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("PUT", &[]))
            .ask("DELETE", &[]);
    };
    let again = "?PUT PUT =200 ?DELETE DELETE =200";
    let case = "preflight-cache/star-with-credentials";
    each(
        case,
        &[],
        &says(&allows),
        methods,
        ["?PUT PUT =200 DELETE =200", again, again, again],
    );
    let names = |page: &mut Page<'_>| {
        page.fetch(B, with_credentials("GET", &[("X-A", "1")]))
            .ask("GET", &[("X-B", "1")]);
    };
    let again = "?GET[x-a] GET =200 ?GET[x-b] GET =200";
    let case = "preflight-cache/star-header-with-credentials";
    each(
        case,
        &[],
        &says(&allows),
        names,
        ["?GET[x-a] GET =200 GET =200", again, again, again],
    );
}

#[test]
fn kept_stars_cover_only_what_they_were_asked_for_in_firefox() {
    let star = says(&[
        (ORIGIN, "https://a.test"),
        (METHODS, "*"),
        (HEADERS, "*"),
        LONG,
    ]);
    let methods = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("DELETE", &[]).ask("PUT", &[]);
    };
    let once = "?PUT PUT =200 DELETE =200 PUT =200";
    let firefox = "?PUT PUT =200 ?DELETE DELETE =200 PUT =200";
    each(
        "preflight-cache/method-wildcard",
        &[],
        &star,
        methods,
        [once, once, firefox, once],
    );
    let names = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1")])
            .ask("GET", &[("X-B", "1")])
            .ask("GET", &[("X-A", "1")]);
    };
    let once = "?GET[x-a] GET =200 GET =200 GET =200";
    let firefox = "?GET[x-a] GET =200 ?GET[x-b] GET =200 GET =200";
    each(
        "preflight-cache/header-wildcard",
        &[],
        &star,
        names,
        [once, once, firefox, once],
    );
    let listed = says(&[
        (ORIGIN, "https://a.test"),
        (METHODS, "PUT, DELETE"),
        (HEADERS, "x-a, x-b"),
        LONG,
    ]);
    each(
        "listed",
        &[],
        &listed,
        names,
        all("?GET[x-a] GET =200 GET =200 GET =200"),
    );
    each(
        "listed",
        &[],
        &listed,
        methods,
        all("?PUT PUT =200 DELETE =200 PUT =200"),
    );
}
