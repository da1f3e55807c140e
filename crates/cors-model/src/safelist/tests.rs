//! Tests of the safelists, with the inputs on both sides of each rule.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::header::{HeaderList, HeaderName};
use crate::support::{header, headers};
use crate::trace::NoTrace;

fn safelisted(name: &str, value: impl AsRef<[u8]>) -> bool {
    is_cors_safelisted_request_header(name, value, &mut NoTrace)
}

/// All bytes that can be inside a header value.
fn legal() -> impl Iterator<Item = u8> {
    (1..=255).filter(|byte| !matches!(byte, b'\n' | b'\r'))
}

#[test]
fn forty_two_bytes_of_those_that_are_legal_are_unsafe() {
    let safe = |name: &str| {
        legal()
            .filter(|byte| safelisted(name, [b'a', *byte, b'b']))
            .collect::<Vec<_>>()
    };
    assert_eq!(safe("accept").len(), 211);
    let unsafe_bytes = legal()
        .filter(|byte| is_cors_unsafe_request_header_byte(*byte))
        .count();
    assert_eq!(unsafe_bytes, 42);
    for byte in *b"\x01\x08\x0B\x1F\x7F\"():<>?@[\\]{}" {
        assert!(is_cors_unsafe_request_header_byte(byte), "{byte}");
    }
    for byte in *b"\t !,/;=~\x80\xA0\xFF" {
        assert!(!is_cors_unsafe_request_header_byte(byte), "{byte}");
    }
    for name in ["Accept-Language", "content-LANGUAGE"] {
        let expected =
            legal().filter(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte));
        assert!(safe(name).into_iter().eq(expected));
        assert_eq!(safe(name).len(), 69);
    }
}

#[test]
fn five_names_can_be_safelisted() {
    for (name, value) in [
        ("aCCePt", "x"),
        ("accept-language", "de"),
        ("CONTENT-language", "de"),
        ("Content-Type", "text/plain"),
        ("RANGE", "bytes=0-"),
    ] {
        assert!(safelisted(name, value), "{name}");
    }
    for name in [
        "X-Foo",
        "Authorization",
        "Cache-Control",
        "If-None-Match",
        "User-Agent",
        "DPR",
        "Save-Data",
        "Accept-",
        "Accep",
        "Last-Event-ID",
    ] {
        assert!(!safelisted(name, "x"), "{name}");
        assert!(!safelisted(name, ""), "{name}");
    }
}

#[test]
fn values_have_at_most_128_bytes() {
    let a = |count| "a".repeat(count);
    for name in ["accept", "accept-language", "content-language"] {
        assert!(safelisted(name, a(127)) && safelisted(name, a(128)) && !safelisted(name, a(129)));
    }
    let plain = |count| format!("text/plain;{}", a(count));
    assert!(safelisted("content-type", plain(117)) && !safelisted("content-type", plain(118)));
    let range = |count| format!("bytes={}-", "9".repeat(count));
    assert!(safelisted("range", range(121)) && !safelisted("range", range(122)));
    assert!(safelisted("accept", [0xE9; 128]));
}

#[test]
fn accept_has_no_grammar() {
    for value in [
        "",
        "*/*",
        "text/html;q=0.9,*/*;q=0.8",
        "garbage!!",
        ";;;===",
    ] {
        assert!(safelisted("accept", value), "{value}");
    }
    for value in ["text/html;p=\"1\"", "a:b", "(a)", "{}", "\\"] {
        assert!(!safelisted("accept", value), "{value}");
    }
}

#[test]
fn content_types_are_those_of_forms() {
    for value in [
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "Text/PLAIN",
        "TEXT/plain;CHARSET=UTF-8",
        "text/plain;",
        "text/plain;;",
        "text/plain;garbage",
        "text/plain;=",
        "text/plain ; charset=x",
        "text/plain\t;x",
        "text/plain;/",
        "text/plain;a='b'",
        "text/plain;x=1,application/json",
        "text/plain;,application/json",
        "text/plain;charset=utf-8, application/json",
        "multipart/form-data; boundary=----WebKitFormBoundaryAb",
    ] {
        assert!(safelisted("content-type", value), "{value}");
    }
    assert!(safelisted("content-type", b"text/plain;x=\xE9"));
    for value in [
        "application/json",
        "text/html",
        "multipart/mixed",
        "text/plain+json",
        "text/*",
        "*/*",
        "",
        "text",
        "text/",
        "/plain",
        "text /plain",
        "text/ plain",
        "text/plain,",
        ",text/plain",
        "text/plain garbage",
        "text/plain/x",
        "text/plain;charset=\"utf-8\"",
        "multipart/form-data; boundary=\"abc\"",
        "text/plain;a=b:c",
        "text/plain;a=b@c",
        "text/plain;v=(1)",
        "text/plain\x0B",
        "text/plain,application/json",
        "application/json,text/plain",
        "text/plain, text/plain",
    ] {
        assert!(!safelisted("content-type", value), "{value}");
    }
    assert!(!safelisted("content-type", b"t\xE9xt/plain"));
    assert!(!safelisted("content-type", b"text/plain\xE9"));
}

#[test]
fn ranges_say_where_they_start() {
    for value in ["bytes=0-", "bytes=0-0", "bytes=100-200", "bytes=009-9"] {
        assert!(safelisted("range", value), "{value}");
    }
    for value in [
        "bytes=-500",
        "bytes=-",
        "",
        "bytes=200-100",
        "BYTES=0-1",
        "bytes= 0-1",
    ] {
        assert!(!safelisted("range", value), "{value}");
    }
}

fn unsafe_names(list: &HeaderList) -> Vec<String> {
    let names = cors_unsafe_request_header_names(list, &mut NoTrace);
    names
        .iter()
        .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned())
        .collect()
}

#[test]
fn unsafe_names_are_sorted_lower_case_and_unique() {
    let list = headers(&[("X-B", "1"), ("x-a", "2"), ("X-b", "3"), ("Accept", "x")]);
    assert_eq!(unsafe_names(&list), ["x-a", "x-b"]);
    let list = headers(&[
        ("content-type", "application/json"),
        ("content-type", "text/plain"),
    ]);
    assert_eq!(unsafe_names(&list), ["content-type"]);
    let list = headers(&[("accept", &"a".repeat(100)), ("accept", &"b".repeat(100))]);
    assert!(unsafe_names(&list).is_empty());
}

#[test]
fn more_than_1024_safelisted_bytes_are_unsafe() {
    let long = "a".repeat(128);
    let mut list: HeaderList = ["accept", "accept-language"]
        .into_iter()
        .cycle()
        .take(8)
        .map(|name| header(name, long.as_bytes()))
        .collect();
    let foo = header("x-foo", &[b'x'; 5000]);
    list.append(foo.name, foo.value);
    assert_eq!(unsafe_names(&list), ["x-foo"]);
    let one_more = header("content-language", b"a");
    list.append(one_more.name, one_more.value);
    assert_eq!(
        unsafe_names(&list),
        ["accept", "accept-language", "content-language", "x-foo"]
    );
}

fn name(text: &str) -> HeaderName {
    HeaderName::try_from(text.as_bytes()).unwrap()
}

#[test]
fn single_names_have_rules_of_their_own() {
    assert!(is_cors_non_wildcard_request_header_name(&name(
        "aUTHORIZATION"
    )));
    assert!(!is_cors_non_wildcard_request_header_name(&name(
        "x-authorization"
    )));
    assert!(is_privileged_no_cors_request_header_name(&name("Range")));
    assert!(!is_privileged_no_cors_request_header_name(&name("accept")));
}

#[test]
fn no_cors_requests_carry_four_names() {
    let fits = |text: &str, value: &str| {
        is_no_cors_safelisted_request_header(&name(text), value, &mut NoTrace)
    };
    for text in ["Accept", "accept-language", "Content-Language"] {
        assert!(is_no_cors_safelisted_request_header_name(&name(text)) && fits(text, "x"));
    }
    assert!(fits("content-type", "text/plain;charset=utf-8"));
    assert!(!fits("content-type", "application/json"));
    assert!(!fits("accept-language", "en_US"));
    assert!(!is_no_cors_safelisted_request_header_name(&name("range")));
    assert!(!fits("range", "bytes=0-"));
}

fn forbidden(text: &str, value: &str) -> bool {
    is_forbidden_request_header(&name(text), value, &mut NoTrace)
}

#[test]
fn the_user_agents_headers_are_forbidden() {
    let names = "accept-charset accept-encoding access-control-request-headers \
        access-control-request-method connection content-length cookie cookie2 date dnt expect \
        host keep-alive origin referer set-cookie te trailer transfer-encoding upgrade via";
    assert_eq!(names.split_whitespace().count(), 21);
    for text in names.split_whitespace() {
        assert!(
            forbidden(text, "x") && forbidden(&text.to_uppercase(), ""),
            "{text}"
        );
    }
    for text in [
        "Proxy-Authorization",
        "PROXY-x",
        "Sec-",
        "sec-ch-ua",
        "Sec-GPC",
        "proxy-",
    ] {
        assert!(forbidden(text, "x"), "{text}");
    }
    for text in [
        "proxy",
        "proxyx",
        "sec",
        "secx",
        "x-sec-a",
        "security-token",
        "User-Agent",
        "If-None-Match",
        "Access-Control-Allow-Origin",
        "Access-Control-Request-Private-Network",
    ] {
        assert!(!forbidden(text, "x"), "{text}");
    }
}

#[test]
fn forbidden_methods_in_disguise_are_forbidden() {
    for text in [
        "X-HTTP-Method",
        "x-http-method-override",
        "X-Method-Override",
    ] {
        for value in [
            "TRACE",
            "track",
            "GET, track",
            "TRACE,",
            "connect , x",
            "\"a\",TRACE",
        ] {
            assert!(forbidden(text, value), "{text}: {value}");
        }
        for value in [
            "GET",
            "PUT",
            "TRACEX",
            "TRACE;x",
            "\"TRACE\"",
            "\"a,TRACE\"",
            "",
        ] {
            assert!(!forbidden(text, value), "{text}: {value}");
        }
    }
    assert!(!forbidden("x-method", "TRACE"));
}

#[test]
fn seven_response_headers_are_safelisted() {
    for text in [
        "Cache-Control",
        "content-language",
        "Content-Length",
        "content-TYPE",
        "Expires",
        "Last-Modified",
        "Pragma",
    ] {
        assert!(
            is_cors_safelisted_response_header_name(&name(text), &[]),
            "{text}"
        );
    }
    for text in ["ETag", "Location", "Access-Control-Allow-Origin", "X-Foo"] {
        assert!(
            !is_cors_safelisted_response_header_name(&name(text), &[]),
            "{text}"
        );
        assert!(is_cors_safelisted_response_header_name(
            &name(text),
            &[name("x"), name(text)]
        ));
    }
    for text in ["Set-Cookie", "set-cookie2"] {
        assert!(is_forbidden_response_header_name(&name(text)));
        assert!(!is_cors_safelisted_response_header_name(
            &name(text),
            &[name(text)]
        ));
    }
    assert!(!is_forbidden_response_header_name(&name("cookie")));
}
