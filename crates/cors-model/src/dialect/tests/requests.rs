//! What is unsafe of a request, and what is sent of it.

use super::{B, BodyInit, NoTrace, Page, RequestInit, all, asking, open, page, text, url};
use crate::dialect::Dialect;
use crate::header::{HeaderName, HeaderValue};
use crate::method::Method;
use crate::network::RequestKind;
use crate::request::CacheMode;
use std::prelude::rust_2024::*;
use std::{format, vec};

extern crate std;

/// Holds which headers need a preflight against what is recorded, with `x` for those that do.
#[track_caller]
pub(super) fn asked(case: &str, method: &str, pairs: super::Pairs<'_>, expected: [&str; 4]) {
    let names: Vec<_> = pairs
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    let mut once = names.clone();
    once.sort();
    once.dedup();
    let expected = expected.map(|word| match word {
        "" => format!("{method} =200"),
        "x" => format!("?{method}[{}] {method} =200", once.join(",")),
        "each" => format!("?{method}[{}] {method} =200", names.join(",")),
        other => format!("?{method}[{other}] {method} =200"),
    });
    let does = |page: &mut Page<'_>| {
        page.ask(method, pairs);
    };
    open(
        case,
        &[],
        does,
        [0, 1, 2, 3].map(|engine: usize| expected[engine].as_str()),
    );
}

#[test]
fn client_hints_are_safelisted_in_chromium() {
    for name in [
        "DPR",
        "Downlink",
        "save-data",
        "Viewport-Width",
        "Width",
        "Device-Memory",
        "ECT",
        "RTT",
    ] {
        asked(
            "safelisted-headers/other-dpr",
            "GET",
            &[(name, "1")],
            ["x", "", "x", "x"],
        );
    }
    let (fits, too_long) = ("1".repeat(128), "1".repeat(129));
    asked(
        "the limit of 128 bytes",
        "GET",
        &[("DPR", &fits)],
        ["x", "", "x", "x"],
    );
    asked(
        "the limit of 128 bytes",
        "GET",
        &[("DPR", &too_long)],
        ["x"; 4],
    );
    asked(
        "safelisted-headers/other-empty-value",
        "GET",
        &[("X-Foo", "")],
        ["x"; 4],
    );
}

#[test]
fn user_agents_by_script_are_dropped_in_chromium() {
    let both = "?GET[user-agent] GET(me) =200";
    let does = |page: &mut Page<'_>| {
        page.ask("GET", &[("User-Agent", "me")]);
    };
    open(
        "safelisted-headers/other-user-agent",
        &["User-Agent"],
        does,
        [both, "GET =200", both, both],
    );
}

#[test]
fn high_bytes_are_unsafe_in_firefox() {
    let ask = |name: &'static str, value: &'static [u8]| {
        move |page: &mut Page<'_>| {
            let init = RequestInit {
                headers: Some(vec![(name.as_bytes().to_vec(), value.to_vec())]),
                ..asking("POST", &[])
            };
            page.fetch(B, init);
        }
    };
    for (name, value) in [
        ("Accept", &b"\x80"[..]),
        ("Content-Type", b"text/plain;a=\xFF"),
    ] {
        let preflighted = format!("?POST[{}] POST =200", name.to_ascii_lowercase());
        open(
            "accept-bytes/80",
            &[],
            ask(name, value),
            ["POST =200", "POST =200", &preflighted, "POST =200"],
        );
    }
    open(
        "accept-bytes/7e",
        &[],
        ask("Accept", b"~"),
        all("POST =200"),
    );
    open(
        "another name",
        &[],
        ask("X-A", b"\x80"),
        all("?POST[x-a] POST =200"),
    );
    let language = all("?POST[accept-language] POST =200");
    open(
        "accept-language-bytes/80",
        &[],
        ask("Accept-Language", b"\x80"),
        language,
    );
}

#[test]
fn a_high_byte_in_a_type_is_sent_as_utf_8_by_webkit() {
    let sent = |dialect: &Dialect, value: &[u8]| {
        let mut request = crate::support::request("POST", B);
        let value = HeaderValue::try_from(value).unwrap();
        request
            .header_list
            .append(HeaderName::from_static("Content-Type"), value);
        let mut headers = request.header_list.clone();
        dialect.sent(&request, &crate::dialect::History::default(), &mut headers);
        headers.get("content-type").unwrap().into_owned()
    };
    for (dialect, expected) in [
        (Dialect::CHROMIUM, &b"text/plain;x=\xE9"[..]),
        (Dialect::FIREFOX, b"text/plain;x=\xE9"),
        (Dialect::WEBKIT, b"text/plain;x=\xC3\xA9"),
    ] {
        assert_eq!(
            sent(&dialect, b"text/plain;x=\xE9"),
            expected,
            "content-type/non-ascii-parameter"
        );
        assert_eq!(sent(&dialect, b"text/plain;x=e"), b"text/plain;x=e");
    }
}

#[test]
fn parameters_of_types_are_checked_in_firefox() {
    for (case, value, expected) in [
        ("semicolon", "text/plain;", [""; 4]),
        ("two-semicolons", "text/plain;;", ["", "", "x", ""]),
        ("a semicolon after a parameter", "text/plain;a=b;", [""; 4]),
        ("a parameter after semicolons", "text/plain;;note", [""; 4]),
        (
            "comma-in-parameter",
            "text/plain;x=1,application/json",
            ["", "", "x", ""],
        ),
        (
            "comma-after-semicolon",
            "text/plain;,application/json",
            ["", "", "x", ""],
        ),
        (
            "comma-before-semicolon",
            "text/plain,x;charset=utf-8",
            ["x"; 4],
        ),
        ("plain", "text/plain", [""; 4]),
    ] {
        asked(case, "POST", &[("Content-Type", value)], expected);
    }
    asked("another name", "GET", &[("Accept", "a;b,c;;d")], [""; 4]);
}

#[test]
fn values_are_combined_before_they_are_judged() {
    let value = "a".repeat(64);
    let two = [("Accept", value.as_str()), ("Accept", value.as_str())];
    asked(
        "safelisted-headers/repeated-accept-judged-one-by-one",
        "GET",
        &two,
        ["", "x", "", "x"],
    );
    let ranges = [("Range", "bytes=0-1"), ("Range", "bytes=0-1")];
    asked(
        "safelisted-headers/repeated-range-safe",
        "GET",
        &ranges,
        ["", "x", "", "x"],
    );
    let types = [
        ("Content-Type", "text/plain"),
        ("Content-Type", "text/plain"),
    ];
    let does = |page: &mut Page<'_>| {
        page.ask("POST", &types);
    };
    let joined = "POST(text/plain, text/plain) =200";
    let preflighted = "?POST[content-type] POST(text/plain, text/plain) =200";
    open(
        "safelisted-headers/repeated-content-type-safe",
        &["Content-Type"],
        does,
        [joined, preflighted, "POST(text/plain) =200", preflighted],
    );
}

#[test]
fn empty_values_start_anew_in_firefox() {
    let does = |page: &mut Page<'_>| {
        page.ask(
            "GET",
            &[
                ("X-A", "1"),
                ("x-a", ""),
                ("X-A", "3"),
                ("X-B", "b"),
                ("X-B", "c"),
            ],
        );
    };
    let standard = "?GET[x-a,x-b] GET(1, , 3|b, c) =200";
    open(
        "header-parsing/get-request-headers",
        &["X-A", "X-B"],
        does,
        [
            standard,
            standard,
            "?GET[x-a,x-a,x-a,x-b,x-b] GET(3|b, c) =200",
            standard,
        ],
    );
    let last = |page: &mut Page<'_>| {
        page.ask("GET", &[("X-A", "1"), ("X-A", "")]);
    };
    let standard = "?GET[x-a] GET(1, ) =200";
    open(
        "an empty value at the end",
        &["X-A"],
        last,
        [standard, standard, "?GET[x-a,x-a] GET() =200", standard],
    );
}

#[test]
fn conditional_headers_have_another_cache_mode_in_chromium() {
    let shown = ["Cache-Control", "Pragma"];
    let standard = "?GET[if-none-match] GET(no-cache|no-cache) =200";
    let chromium = "?GET[if-none-match](max-age=0) GET(max-age=0) =200";
    let does = |page: &mut Page<'_>| {
        page.ask("GET", &[("If-None-Match", "\"a\"")]);
    };
    open(
        "unsafe-names/conditional-by-script",
        &shown,
        does,
        [standard, chromium, standard, standard],
    );
    let other = |page: &mut Page<'_>| {
        page.ask("PUT", &[("X-A", "1")]);
    };
    open(
        "no conditional header",
        &shown,
        other,
        all("?PUT[x-a] PUT =200"),
    );
    let reload = |page: &mut Page<'_>| {
        let cache = Some(CacheMode::ForceCache);
        page.fetch(
            B,
            RequestInit {
                cache,
                ..asking("GET", &[("If-None-Match", "\"a\"")])
            },
        );
    };
    open(
        "another mode of script's",
        &shown,
        reload,
        all("?GET[if-none-match] GET =200"),
    );
}

#[test]
fn upload_listeners_need_a_body_in_chromium() {
    let send = |method: &'static str, body: bool| {
        move |page: &mut Page<'_>| {
            page.send(method, &[], body.then(text), true);
        }
    };
    open(
        "xhr/upload-get",
        &[],
        send("GET", false),
        [
            "?GET GET =200",
            "GET =200",
            "?GET GET =200",
            "?GET GET =200",
        ],
    );
    open(
        "xhr/upload-post",
        &[],
        send("POST", true),
        all("?POST POST =200"),
    );
}

#[test]
fn long_keepalive_bodies_are_refused_before_the_preflight() {
    for (length, keepalive, expected) in [
        (65_537, true, ["?PUT =!", "=!", "=!", "=!"]),
        (65_536, true, all("?PUT PUT =200")),
        (65_537, false, all("?PUT PUT =200")),
    ] {
        let does = |page: &mut Page<'_>| {
            let init = RequestInit {
                keepalive: Some(keepalive),
                body: Some(BodyInit::BufferSource(vec![b'a'; length])),
                ..asking("PUT", &[])
            };
            page.fetch(B, init);
        };
        open(
            "preflight-trigger/keepalive-65537-preflighted",
            &[],
            does,
            expected,
        );
    }
    let mut request = crate::support::request("PUT", B);
    request.keepalive = true;
    request.body = Some(crate::request::Body {
        bytes: vec![b'a'; 65_537],
        source_is_null: false,
    });
    let refused = Dialect::FIREFOX.prepare(&mut request);
    let reason = crate::error::Reason::KeepaliveLimit { bytes: 65_537 };
    assert_eq!(refused.map_err(|(_, reason)| reason), Err(reason));
}

#[test]
fn the_standard_is_no_dialect() {
    assert!(!Dialect::STANDARD.departs());
    assert_eq!(Dialect::default(), Dialect::STANDARD);
    let names = [Dialect::CHROMIUM, Dialect::FIREFOX, Dialect::WEBKIT].map(|dialect| dialect.name);
    assert_eq!(names, ["Chromium", "Firefox", "WebKit"]);
    assert_eq!(Method::GET.as_bytes(), b"GET");
    // The fields do not count without a name.
    let nameless = Dialect {
        name: "",
        ..Dialect::CHROMIUM
    };
    let list = crate::support::headers(&[("DPR", "1")]);
    assert_eq!(nameless.unsafe_names(&list, &mut NoTrace).len(), 1);
    assert_eq!(Dialect::CHROMIUM.unsafe_names(&list, &mut NoTrace).len(), 0);
    let made = nameless
        .request(&page(), url(B), asking("GET", &[]), &mut NoTrace)
        .unwrap();
    assert_eq!(made.method, Method::GET);
    assert_ne!(RequestKind::Preflight, RequestKind::Actual);
}

#[test]
fn departures_are_those_fields_that_are_not_the_standard_s() {
    assert!(Dialect::STANDARD.departures().is_empty());
    for (engine, count) in [
        (Dialect::CHROMIUM, 25),
        (Dialect::FIREFOX, 24),
        (Dialect::WEBKIT, 28),
    ] {
        let departures = engine.departures();
        assert_eq!(departures.len(), count, "{}", engine.name);
        for (field, without) in &departures {
            assert_eq!(without.departures().len(), count - 1);
            assert!(without.departures().iter().all(|(other, _)| other != field));
            assert_eq!(without.name, engine.name);
        }
    }
    let all = Dialect::CHROMIUM.departures();
    let (field, without) = *all.last().expect("Chromium departs");
    let expected = Dialect {
        taints_own_redirect: false,
        ..Dialect::CHROMIUM
    };
    assert_eq!((field, without), ("taints_own_redirect", expected));
}
