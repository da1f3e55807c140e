//! What the APIs make of what script gives them.

use super::{
    BodyInit, NoTrace, Page, RequestInit, XhrBody, all, asking, each, open, page, text, url, with,
};
use crate::dialect::Dialect;
use crate::request::RequestMode;
use std::prelude::rust_2024::*;

extern crate std;

const TYPE: &str = "Content-Type";

fn no_cors(pairs: super::Pairs<'_>, body: BodyInit) -> RequestInit {
    RequestInit {
        mode: Some(RequestMode::NoCors),
        body: Some(body),
        ..asking("POST", pairs)
    }
}

fn blob(r#type: &str) -> BodyInit {
    BodyInit::blob(b"{}".to_vec(), r#type)
}

fn plain() -> BodyInit {
    BodyInit::Text("x".to_owned())
}

#[test]
fn overrides_of_the_method() {
    for (case, name, value, kept) in [
        (
            "override-unclosed-quote",
            "X-HTTP-Method-Override",
            "\"a,TRACE",
            [true, true, false, false],
        ),
        (
            "override-escaped-quote-unclosed",
            "x-http-method",
            "\"a\\\", TRACE",
            [true, true, false, false],
        ),
        (
            "override-inside-quotes",
            "X-Method-Override",
            "\"a,TRACE\"",
            [true; 4],
        ),
        (
            "override-after-quoted",
            "X-HTTP-Method",
            "\"a\",TRACE",
            [false; 4],
        ),
        (
            "override-other-name",
            "X-HTTP-Methods",
            "\"a,TRACE",
            [true; 4],
        ),
        (
            "override-put",
            "X-HTTP-Method-Override",
            "\"a,PUT",
            [true; 4],
        ),
    ] {
        let asked = std::format!("?GET[{}] GET =200", name.to_ascii_lowercase());
        let expected = kept.map(|kept| if kept { asked.as_str() } else { "GET =200" });
        open(
            case,
            &[],
            |page| {
                page.ask("GET", &[(name, value)]);
            },
            expected,
        );
        open(
            case,
            &[],
            |page| {
                page.send("GET", &[(name, value)], None, false);
            },
            expected,
        );
    }
}

#[test]
fn types_of_blobs_without_cors() {
    let post = |r#type: &'static str| {
        move |page: &mut Page<'_>| {
            page.fetch(super::B, no_cors(&[], blob(r#type)));
        }
    };
    let json = "POST(application/json) =0";
    open(
        "no-cors/post-json-blob",
        &[TYPE],
        post("application/json"),
        ["POST =0", "POST =0", "POST =0", json],
    );
    open(
        "no-cors/post-blob-text",
        &[TYPE],
        post("text/plain"),
        all("POST(text/plain) =0"),
    );
    open("a Blob without a type", &[TYPE], post(""), all("POST =0"));
    let chosen = |page: &mut Page<'_>| {
        page.fetch(
            super::B,
            no_cors(&[(TYPE, "text/plain")], blob("application/json")),
        );
    };
    open(
        "script's own type",
        &[TYPE],
        chosen,
        all("POST(text/plain) =0"),
    );
}

#[test]
fn several_types_without_cors() {
    let two = |one: &'static str, other: &'static str| {
        move |page: &mut Page<'_>| {
            page.fetch(super::B, no_cors(&[(TYPE, one), (TYPE, other)], plain()));
        }
    };
    let joined = "POST(text/plain;a=b, application/json) =0";
    open(
        "no-cors/joined-json-after-semicolon",
        &[TYPE],
        two("text/plain;a=b", "application/json"),
        [joined, joined, "POST(text/plain;a=b) =0", joined],
    );
    open(
        "no-cors/joined-content-type",
        &[TYPE],
        two("text/plain", "text/plain"),
        all("POST(text/plain) =0"),
    );
    // What was not taken counts no more: the third value fits behind the first.
    let (long, short) = ("a".repeat(100), "b".repeat(20));
    let kept = std::format!("POST({long}, {short}) =0");
    let accept = |page: &mut Page<'_>| {
        let pairs = [
            ("Accept", long.as_str()),
            ("Accept", long.as_str()),
            ("Accept", short.as_str()),
        ];
        page.fetch(super::B, no_cors(&pairs, plain()));
    };
    open("the limit of 128 bytes", &["Accept"], accept, all(&kept));
    // With CORS nothing is ignored.
    let cors = |page: &mut Page<'_>| {
        page.fetch(
            super::B,
            asking("POST", &[(TYPE, "application/json"), ("X-A", "1")]),
        );
    };
    open(
        "another mode",
        &[],
        cors,
        all("?POST[content-type,x-a] POST =200"),
    );
    // Other names are the standard's to ignore.
    let other = |page: &mut Page<'_>| {
        page.fetch(super::B, no_cors(&[("X-A", "1")], plain()));
    };
    open("another name", &["X-A"], other, all("POST =0"));
}

#[test]
fn what_is_no_header_is_the_standard_s_to_refuse() {
    for dialect in [Dialect::STANDARD, Dialect::CHROMIUM, Dialect::FIREFOX] {
        for (name, value) in [("a b", "1"), ("a", "1\n2")] {
            let init = asking("GET", &[(name, value)]);
            let made = dialect.request(&page(), url(super::B), init, &mut NoTrace);
            assert_eq!(made.unwrap_err().name, crate::api::ApiErrorName::TypeError);
        }
    }
}

#[test]
fn charsets_in_types_of_texts() {
    let long = std::format!("text/plain;a={}", "b".repeat(105));
    let long_after = std::format!("POST({long};charset=UTF-8) =200");
    let long_asked = std::format!("?POST[content-type] {long_after}");
    let too_long = std::format!("text/plain;charset={}", "a".repeat(120));
    let plain = "POST(text/plain;charset=UTF-8) =200";
    let asked = "?POST[content-type] POST(text/plain;charset=UTF-8) =200";
    let quoted = "?POST[content-type] POST(text/plain;charset=\"UTF-8\") =200";
    let lower = "?POST[content-type] POST(text/plain;charset=\"utf-8\") =200";
    let none = "?POST[content-type] POST(text/plain;charset=\"\") =200";
    let twice = "POST(text/plain;charset=UTF-8;charset=UTF-8) =200";
    let mixed = "POST(text/plain;charset=utf-8;charset=a) =200";
    let unquoted = "POST(text/plain;a=b;charset=UTF-8) =200";
    let unquoted_asked = "?POST[content-type] POST(text/plain;a=b;charset=UTF-8) =200";
    let still_quoted = "?POST[content-type] POST(text/plain;a=\"b\";charset=UTF-8) =200";
    let short = "POST(text/plain;charset=uTf-8) =200";
    for (case, value, expected) in [
        (
            "rewrites-quoted-charset",
            "text/plain;charset=\"iso-8859-1\"",
            [plain, quoted, asked, plain],
        ),
        (
            "keeps-quoted-utf-8",
            "text/plain;charset=\"utf-8\"",
            [lower, quoted, lower, lower],
        ),
        (
            "keeps-utf-8",
            "text/plain;charset=uTf-8",
            [short, plain, short, short],
        ),
        (
            "rewrites-and-normalizes",
            "TEXT/Plain; charset=iso-8859-1",
            [plain, "POST(TEXT/Plain; charset=UTF-8) =200", plain, plain],
        ),
        (
            "rewrites-drops-needless-quotes",
            "text/plain;a=\"b\";charset=x",
            [unquoted, still_quoted, unquoted_asked, unquoted],
        ),
        (
            "keeps-unparsable",
            "bogus;charset=x",
            [
                "?POST[content-type] POST(bogus;charset=x) =200",
                "?POST[content-type] POST(bogus;charset=UTF-8) =200",
                "?POST[content-type] POST(bogus;charset=x) =200",
                "?POST[content-type] POST(bogus;charset=x) =200",
            ],
        ),
        (
            "keeps-empty-charset",
            "text/plain;charset=",
            all("POST(text/plain;charset=) =200"),
        ),
        (
            "rewrites-empty-quoted-charset",
            "text/plain;charset=\"\"",
            [plain, none, asked, none],
        ),
        (
            "rewrites-first-charset",
            "text/plain;charset=a;charset=utf-8",
            [plain, twice, plain, plain],
        ),
        (
            "keeps-first-charset-utf-8",
            "text/plain;charset=utf-8;charset=a",
            [mixed, twice, mixed, mixed],
        ),
        (
            "rewrites-charset-name-case",
            "text/plain;CHARSET=x",
            [plain, "POST(text/plain;CHARSET=UTF-8) =200", plain, plain],
        ),
        ("rewrites-to-short", &too_long, [plain, plain, asked, plain]),
        (
            "rewrites-to-long",
            &std::format!("{long};charset=x"),
            [&long_asked, &long_asked, &long_after, &long_asked],
        ),
        (
            "keeps-without-charset",
            "text/plain",
            all("POST(text/plain) =200"),
        ),
    ] {
        let send = |page: &mut Page<'_>| {
            page.send("POST", &[(TYPE, value)], Some(text()), false);
        };
        open(case, &[TYPE], send, expected);
    }
}

#[test]
fn charsets_in_types_of_other_bodies_stay() {
    let value = "text/plain;charset=x";
    let kept = all("POST(text/plain;charset=x) =200");
    let send = |page: &mut Page<'_>| {
        page.send(
            "POST",
            &[(TYPE, value)],
            Some(blob("text/html").into()),
            false,
        );
    };
    open("xhr/keeps-for-blob", &[TYPE], send, kept);
    let fetch = |page: &mut Page<'_>| {
        let init = RequestInit {
            body: Some(plain()),
            ..asking("POST", &[(TYPE, value)])
        };
        page.fetch(super::B, init);
    };
    open("fetch() changes no charset", &[TYPE], fetch, kept);
    let document = |page: &mut Page<'_>| {
        let body = XhrBody::Document {
            serialized: "<a/>".to_owned(),
            html: false,
        };
        page.send("POST", &[(TYPE, value)], Some(body), false);
    };
    open(
        "xhr/rewrites-for-document",
        &[TYPE],
        document,
        all("POST(text/plain;charset=UTF-8) =200"),
    );
}

#[test]
fn a_charset_is_rewritten_again_after_a_redirect() {
    let to_c = |request: &crate::network::HttpRequest<'_>| {
        let at_b = request.url.serialize(true) == super::B;
        let location = [("Location", "/2")];
        let moved = at_b && request.kind == crate::network::RequestKind::Actual;
        with(
            if moved { 307 } else { 200 },
            &super::ANY,
            if moved { &location } else { &[] },
        )
    };
    let send = |page: &mut Page<'_>| {
        page.send(
            "POST",
            &[(TYPE, "text/plain;charset=x")],
            Some(text()),
            false,
        );
    };
    let both = all("POST(text/plain;charset=UTF-8) POST@b.test/2(text/plain;charset=UTF-8) =200");
    each("xhr/rewrites-first-charset", &[TYPE], &to_c, send, both);
}
