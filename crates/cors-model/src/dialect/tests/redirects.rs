//! Where redirects lead, and what becomes of the request.

use super::{ANY, B, Page, RequestInit, all, any, asking, each, with};
use crate::network::{HttpRequest, RequestKind};
use crate::request::{RedirectMode, RequestMode};
use crate::response::Response;
use std::prelude::rust_2024::*;

extern crate std;

/// A server that answers one URL with a redirect, and all else with 200.
fn moves(
    from: &'static str,
    status: u16,
    pairs: &[(&'static str, &'static str)],
) -> impl Fn(&HttpRequest<'_>) -> Response + use<> {
    let pairs = pairs.to_vec();
    move |request| {
        let moved = request.kind == RequestKind::Actual && request.url.serialize(true) == from;
        if moved {
            with(status, &ANY, &pairs)
        } else {
            any(200, &[])
        }
    }
}

const OWN: &str = "https://a.test/r";
const C: &str = "https://c.test/";

fn to(location: &'static str) -> [(&'static str, &'static str); 1] {
    [("Location", location)]
}

fn ask(
    method: &'static str,
    pairs: &'static [(&'static str, &'static str)],
) -> impl Fn(&mut Page<'_>) {
    move |page| {
        page.ask(method, pairs);
    }
}

#[test]
fn preflights_after_a_redirect() {
    let origin = ["Origin"];
    let first = "?PUT(https://a.test) PUT(https://a.test)";
    let null = std::format!("{first} ?PUT@c.test/(null) PUT@c.test/(null) =200");
    let page = std::format!("{first} ?PUT@c.test/(https://a.test) PUT@c.test/(null) =200");
    let server = moves(B, 307, &to(C));
    let case = "redirect-preflight/put-to-third";
    each(
        case,
        &origin,
        &server,
        ask("PUT", &[]),
        [&null, &null, &page, &null],
    );
    let plain = std::format!("{first} GET@c.test/(null) =200");
    let firefox = std::format!("{first} ?GET@c.test/(https://a.test) GET@c.test/(null) =200");
    let webkit = std::format!("{first} ?GET@c.test/(null) GET@c.test/(null) =200");
    let server = moves(B, 303, &to(C));
    let case = "redirect-preflight/put-303";
    each(
        case,
        &origin,
        &server,
        ask("PUT", &[]),
        [&plain, &plain, &firefox, &webkit],
    );
    // What needed none has none.
    let simple = "GET(https://a.test) GET@c.test/(null) =200";
    each(
        "a simple request",
        &origin,
        &moves(B, 302, &to(C)),
        ask("GET", &[]),
        all(simple),
    );
}

#[test]
fn headers_that_a_redirect_drops() {
    let server = moves(B, 307, &to(C));
    let put = "?PUT[authorization] PUT ?PUT@c.test/ PUT@c.test/ =200";
    let webkit = "?PUT[authorization] PUT ?PUT[authorization]@c.test/ PUT@c.test/ =200";
    let case = "redirect-credentials/authorization-put";
    each(
        case,
        &[],
        &server,
        ask("PUT", &[("Authorization", "t")]),
        [put, put, put, webkit],
    );
    let plain = "?GET[authorization] GET GET@c.test/ =200";
    let firefox = "?GET[authorization] GET ?GET@c.test/ GET@c.test/ =200";
    let webkit = "?GET[authorization] GET ?GET[authorization]@c.test/ GET@c.test/ =200";
    let case = "redirect-credentials/authorization-cross-to-third";
    each(
        case,
        &[],
        &server,
        ask("GET", &[("Authorization", "t")]),
        [plain, plain, firefox, webkit],
    );
    let from_own = |page: &mut Page<'_>| {
        page.fetch(OWN, asking("GET", &[("Authorization", "t")]));
    };
    let server = moves(OWN, 302, &to(B));
    let case = "redirect-credentials/authorization-own-to-cross";
    let first = "GET@a.test/r";
    let plain = std::format!("{first} GET =200");
    let firefox = std::format!("{first} ?GET GET =200");
    let webkit = std::format!("{first} ?GET[authorization] GET =200");
    each(
        case,
        &[],
        &server,
        from_own,
        [&plain, &plain, &firefox, &webkit],
    );
}

#[test]
fn methods_after_a_redirect() {
    let delete = "?DELETE DELETE ?DELETE@c.test/ DELETE@c.test/ =200";
    let webkit = "?DELETE DELETE ?GET@c.test/ GET@c.test/ =200";
    for status in [301, 308] {
        let server = moves(B, status, &to(C));
        let case = "redirect-preflight/delete-301";
        each(
            case,
            &[],
            &server,
            ask("DELETE", &[]),
            [delete, delete, delete, webkit],
        );
    }
    let server = moves(B, 307, &to("/2"));
    let within = "?DELETE DELETE ?DELETE@b.test/2 DELETE@b.test/2 =200";
    each(
        "redirect-preflight/delete-within",
        &[],
        &server,
        ask("DELETE", &[]),
        all(within),
    );
    let server = moves(B, 307, &to(C));
    let put = "?PUT PUT ?PUT@c.test/ PUT@c.test/ =200";
    each("another method", &[], &server, ask("PUT", &[]), all(put));
}

#[test]
fn the_origin_of_what_becomes_a_get() {
    let post = |page: &mut Page<'_>| {
        page.fetch(OWN, asking("POST", &[]));
    };
    let server = moves(OWN, 302, &to("/2"));
    let none = "POST@a.test/r(https://a.test) GET@a.test/2 =200";
    let kept = "POST@a.test/r(https://a.test) GET@a.test/2(https://a.test) =200";
    each(
        "redirect-origin/post-to-get-own",
        &["Origin"],
        &server,
        post,
        [none, none, none, kept],
    );
    let get = |page: &mut Page<'_>| {
        page.fetch(OWN, asking("GET", &[]));
    };
    each(
        "a GET",
        &["Origin"],
        &server,
        get,
        all("GET@a.test/r GET@a.test/2 =200"),
    );
    // Where there is one anyway it stays as it is.
    let server = moves(B, 302, &to(C));
    let post = |page: &mut Page<'_>| {
        page.ask("POST", &[]);
    };
    let null = "POST(https://a.test) GET@c.test/(null) =200";
    each("across origins", &["Origin"], &server, post, all(null));
}

#[test]
fn a_second_redirect_needs_credentials_in_webkit() {
    let server = |credentials: bool| {
        move |request: &HttpRequest<'_>| match request.url.serialize(true).as_str() {
            OWN => any(302, &to("https://b.test/1")),
            "https://b.test/1" => {
                let origin = ("Access-Control-Allow-Origin", "https://a.test");
                let allow = ("Access-Control-Allow-Credentials", "true");
                let location = ("Location", B);
                let pairs = [origin, location, allow];
                with(302, if credentials { &pairs } else { &pairs[..2] }, &[])
            }
            _ => any(200, &[]),
        }
    };
    let get = |page: &mut Page<'_>| {
        page.fetch(OWN, asking("GET", &[]));
    };
    let followed = "GET@a.test/r GET@b.test/1 GET =200";
    let refused = "GET@a.test/r GET@b.test/1 =!";
    let case = "redirect-origin/own-to-cross-within";
    each(
        case,
        &[],
        &server(false),
        get,
        [followed, followed, followed, refused],
    );
    each("with credentials", &[], &server(true), get, all(followed));
    let from_other = |page: &mut Page<'_>| {
        page.fetch("https://b.test/1", asking("GET", &[]));
    };
    each(
        "from another origin",
        &[],
        &server(false),
        from_other,
        all("GET@b.test/1 GET =200"),
    );
    let no_cors = |page: &mut Page<'_>| {
        let mode = Some(RequestMode::NoCors);
        page.fetch(
            OWN,
            RequestInit {
                mode,
                ..asking("GET", &[])
            },
        );
    };
    each(
        "without CORS",
        &[],
        &server(false),
        no_cors,
        all("GET@a.test/r GET@b.test/1 GET =0"),
    );
}

#[test]
fn locations() {
    let get = ask("GET", &[]);
    let round = std::format!("{}=!", "GET ".repeat(21));
    let empty = moves(B, 302, &to(""));
    each(
        "redirects/empty-location",
        &[],
        &empty,
        &get,
        [&round, "GET =302", &round, "GET =!"],
    );
    let same = moves(
        B,
        302,
        &[
            ("Location", "/2"),
            ("X-A", "/2"),
            ("X-A", "/2"),
            ("Location", "/2"),
        ],
    );
    let followed = "GET GET@b.test/2 =200";
    let joined = "GET GET@b.test/2,%20/2 =200";
    each(
        "redirects/two-locations-same",
        &[],
        &same,
        &get,
        ["GET =!", followed, followed, joined],
    );
    let two = moves(B, 302, &[("Location", "/2"), ("Location", "/3")]);
    let joined = "GET GET@b.test/2,%20/3 =200";
    each(
        "redirects/two-locations",
        &[],
        &two,
        &get,
        ["GET =!", "GET =!", "GET =!", joined],
    );
    each("one", &[], &moves(B, 302, &to("/2")), &get, all(followed));
    each("none", &[], &moves(B, 302, &[]), &get, all("GET =302"));
}

#[test]
fn the_redirect_mode_error() {
    let get = |page: &mut Page<'_>| {
        let redirect = Some(RedirectMode::Error);
        page.ask("GET", &[]);
        page.fetch(
            "https://b.test/2",
            RequestInit {
                redirect,
                ..asking("GET", &[])
            },
        );
    };
    let server = moves("https://b.test/2", 302, &[]);
    let refused = "GET =200 GET@b.test/2 =!";
    let given = "GET =200 GET@b.test/2 =302";
    let case = "redirects/mode-error-without-location";
    each(case, &[], &server, get, [refused, given, refused, given]);
    let server = moves("https://b.test/2", 302, &to("/3"));
    each("with a Location", &[], &server, get, all(refused));
}

#[test]
fn urls_with_credentials_are_refused_in_chromium() {
    let get = |page: &mut Page<'_>| {
        page.fetch(OWN, asking("GET", &[]));
    };
    let server = moves(OWN, 302, &to("https://u:p@a.test/2"));
    let followed = "GET@a.test/r GET@u:p@a.test/2 =200";
    let case = "redirect-credentials/url-within-own";
    each(
        case,
        &[],
        &server,
        get,
        [followed, "GET@a.test/r =!", followed, followed],
    );
    let server = moves(OWN, 302, &to("https://a.test/2"));
    each(
        "a URL without",
        &[],
        &server,
        get,
        all("GET@a.test/r GET@a.test/2 =200"),
    );
}

#[test]
fn the_cache_after_a_redirect() {
    let age = ("Access-Control-Max-Age", "60");
    let server = move |request: &HttpRequest<'_>| {
        if request.kind == RequestKind::Preflight {
            return any(200, &[age]);
        }
        if request.url.serialize(true) == B {
            any(307, &to(C))
        } else {
            any(200, &[])
        }
    };
    let does = |page: &mut Page<'_>| {
        page.fetch(C, asking("PUT", &[])).ask("PUT", &[]);
    };
    let first = "?PUT@c.test/ PUT@c.test/ =200 ?PUT PUT";
    let again = std::format!("{first} ?PUT@c.test/ PUT@c.test/ =200");
    let firefox = std::format!("{first} PUT@c.test/ =200");
    let case = "preflight-cache/redirect-target-under-null";
    each(case, &[], &server, does, [&again, &again, &firefox, &again]);
}

#[test]
fn a_failure_after_a_redirect_clears_what_the_page_has() {
    let age = ("Access-Control-Max-Age", "60");
    let count = core::cell::Cell::new(0);
    let server = move |request: &HttpRequest<'_>| {
        if request.kind == RequestKind::Preflight {
            return any(200, &[age]);
        }
        if request.url.serialize(true) == B {
            return any(307, &to(C));
        }
        count.set(count.get() + 1);
        if count.get() % 2 == 1 {
            with(200, &[], &[])
        } else {
            any(200, &[])
        }
    };
    let does = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).ask("PUT", &[]);
    };
    let again = "?PUT PUT ?PUT@c.test/ PUT@c.test/ =! PUT ?PUT@c.test/ PUT@c.test/ =200";
    each(
        "preflight-cache/refused-after-redirect",
        &[],
        &server,
        does,
        all(again),
    );
}
