use alloc::vec::Vec;

use crate::api::headers::{Guard, Headers};
use crate::api::{ApiError, ApiErrorName};
use crate::error::Reason;
use crate::header::HeaderList;
use crate::support::headers as list;
use crate::trace::NoTrace;

fn new(guard: Guard) -> Headers {
    Headers::new(HeaderList::new(), guard)
}

fn append(headers: &mut Headers, name: &str, value: &str) {
    headers
        .append(name.as_bytes(), value.as_bytes(), &mut NoTrace)
        .unwrap();
}

fn get(headers: &Headers, name: &str) -> Option<Vec<u8>> {
    headers.get(name.as_bytes(), &mut NoTrace).unwrap()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the error is looked at and dropped"
)]
fn step(error: ApiError) -> (&'static str, &'static str, ApiErrorName) {
    (error.refusal.at.anchor, error.refusal.at.step, error.name)
}

#[test]
fn names_and_values_are_validated_before_anything_is_ignored() {
    let mut headers = new(Guard::Request);
    let invalid = ("headers-validate", "1", ApiErrorName::TypeError);
    for name in ["", "x foo", "x:foo", "é", "x\n"] {
        assert_eq!(
            step(
                headers
                    .append(name.as_bytes(), b"1", &mut NoTrace)
                    .unwrap_err()
            ),
            invalid
        );
        assert_eq!(
            step(
                headers
                    .set(name.as_bytes(), b"1", &mut NoTrace)
                    .unwrap_err()
            ),
            invalid
        );
        assert_eq!(
            step(headers.delete(name.as_bytes(), &mut NoTrace).unwrap_err()),
            invalid
        );
        let error = headers.get(name.as_bytes(), &mut NoTrace).unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::InvalidHeaderName { name: name.into() }
        );
        assert_eq!(error.refusal.at.anchor, "dom-headers-get");
        let error = headers.has(name.as_bytes(), &mut NoTrace).unwrap_err();
        assert_eq!(error.refusal.at.anchor, "dom-headers-has");
    }
    for value in ["a\nb", "a\rb", "a\0b"] {
        assert_eq!(
            step(
                headers
                    .append(b"Cookie", value.as_bytes(), &mut NoTrace)
                    .unwrap_err()
            ),
            invalid
        );
        let error = headers
            .set(b"x", value.as_bytes(), &mut NoTrace)
            .unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::InvalidHeaderValue {
                value: value.into()
            }
        );
    }
    assert!(headers.header_list().is_empty());
    append(&mut headers, "x", "\t\r\n a b \n");
    assert_eq!(get(&headers, "X").as_deref(), Some(&b"a b"[..]));
    headers.set(b"x", b" c ", &mut NoTrace).unwrap();
    assert_eq!(headers.into_header_list(), list(&[("x", "c")]));
}

#[test]
fn immutable_headers_stay() {
    let mut headers = Headers::new(list(&[("x", "1")]), Guard::Immutable);
    let refused = ("headers-validate", "2", ApiErrorName::TypeError);
    assert_eq!(
        step(headers.append(b"y", b"1", &mut NoTrace).unwrap_err()),
        refused
    );
    assert_eq!(
        step(headers.set(b"x", b"2", &mut NoTrace).unwrap_err()),
        refused
    );
    assert_eq!(
        step(headers.delete(b"x", &mut NoTrace).unwrap_err()),
        refused
    );
    assert_eq!(get(&headers, "x").as_deref(), Some(&b"1"[..]));
    assert_eq!(headers.has(b"X", &mut NoTrace), Ok(true));
    assert_eq!(headers.has(b"y", &mut NoTrace), Ok(false));
}

#[test]
fn guards_ignore_what_is_the_user_agents() {
    for (guard, host, cookie) in [
        (Guard::None, true, true),
        (Guard::Request, false, false),
        (Guard::Response, true, false),
    ] {
        let mut headers = new(guard);
        append(&mut headers, "Host", "x");
        append(&mut headers, "Set-Cookie", "x");
        append(&mut headers, "X-Foo", "x");
        assert_eq!(get(&headers, "host").is_some(), host, "{guard:?}");
        assert_eq!(get(&headers, "set-cookie").is_some(), cookie, "{guard:?}");
        assert!(get(&headers, "x-foo").is_some());
        headers.set(b"set-cookie", b"y", &mut NoTrace).unwrap();
        assert_eq!(get(&headers, "set-cookie").is_some(), cookie, "{guard:?}");
    }
    let mut headers = Headers::new(list(&[("host", "x"), ("y", "1")]), Guard::Request);
    headers.delete(b"Host", &mut NoTrace).unwrap();
    headers.delete(b"Y", &mut NoTrace).unwrap();
    headers.delete(b"missing", &mut NoTrace).unwrap();
    assert_eq!(headers.header_list(), &list(&[("host", "x")]));
}

#[test]
fn no_cors_headers_are_judged_together_when_appended() {
    let mut headers = new(Guard::RequestNoCors);
    for (name, value) in [
        ("X-Foo", "1"),
        ("Authorization", "x"),
        ("Range", "bytes=0-1"),
        ("Content-Type", "application/json"),
        ("Accept-Language", "en_US"),
    ] {
        append(&mut headers, name, value);
    }
    assert!(headers.header_list().is_empty());
    append(&mut headers, "Accept", &"a".repeat(64));
    append(&mut headers, "accept", &"b".repeat(63));
    assert_eq!(headers.header_list().len(), 1);
    append(&mut headers, "accept", &"b".repeat(62));
    assert_eq!(get(&headers, "accept").unwrap().len(), 128);
    append(&mut headers, "content-type", "text/plain");
    append(&mut headers, "content-type", "text/plain");
    assert_eq!(
        get(&headers, "content-type").as_deref(),
        Some(&b"text/plain"[..])
    );
}

#[test]
fn no_cors_headers_are_judged_alone_when_set() {
    let mut headers = new(Guard::RequestNoCors);
    headers.set(b"Accept", b"x", &mut NoTrace).unwrap();
    headers.set(b"Accept", b"\"", &mut NoTrace).unwrap();
    assert_eq!(get(&headers, "accept").as_deref(), Some(&b"x"[..]));
    headers.set(b"X-Foo", b"x", &mut NoTrace).unwrap();
    assert_eq!(headers.header_list().len(), 1);
}

#[test]
fn privileged_headers_go_when_script_touches_others() {
    let privileged = || {
        Headers::new(
            list(&[("Range", "bytes=0-"), ("accept", "x"), ("x-foo", "1")]),
            Guard::RequestNoCors,
        )
    };
    let left =
        |headers: &Headers| ["range", "accept", "x-foo"].map(|name| get(headers, name).is_some());
    let mut headers = privileged();
    append(&mut headers, "accept", "y");
    assert_eq!(left(&headers), [false, true, true]);
    let mut headers = privileged();
    append(&mut headers, "x-foo", "y");
    assert_eq!(left(&headers), [true, true, true]);
    let mut headers = privileged();
    headers.set(b"accept", b"y", &mut NoTrace).unwrap();
    assert_eq!(left(&headers), [false, true, true]);
    for (name, expected) in [
        ("accept", [false, false, true]),
        ("x-foo", [true; 3]),
        ("range", [false, true, true]),
        ("content-type", [true; 3]),
    ] {
        let mut headers = privileged();
        headers.delete(name.as_bytes(), &mut NoTrace).unwrap();
        assert_eq!(left(&headers), expected, "{name}");
    }
    // Elsewhere a range is a header like any other.
    let mut headers = Headers::new(list(&[("Range", "bytes=0-")]), Guard::Request);
    append(&mut headers, "accept", "y");
    headers.set(b"accept", b"z", &mut NoTrace).unwrap();
    headers.delete(b"accept", &mut NoTrace).unwrap();
    assert_eq!(headers.header_list().len(), 1);
}

#[test]
fn filling_stops_at_what_is_invalid() {
    let mut headers = new(Guard::None);
    let pairs = [("a", "1"), ("a", "2"), ("b c", "3"), ("d", "4")];
    let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
    assert!(headers.fill(&pairs, &mut NoTrace).is_err());
    assert_eq!(headers.into_header_list(), list(&[("a", "1"), ("a", "2")]));
}
