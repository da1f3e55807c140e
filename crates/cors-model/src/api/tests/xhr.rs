use alloc::string::String;

use crate::api::body::BodyInit;
use crate::api::xhr::{Xhr, XhrBody};
use crate::api::{ApiError, ApiErrorName};
use crate::error::Reason;
use crate::request::{CredentialsMode, Request, RequestMode};
use crate::support::{headers, page, url};
use crate::trace::NoTrace;

fn opened(method: &str) -> Xhr {
    let mut xhr = Xhr::new(page());
    xhr.open(
        method.as_bytes(),
        url("https://b.test/"),
        None,
        None,
        &mut NoTrace,
    )
    .unwrap();
    xhr
}

fn set(xhr: &mut Xhr, name: &str, value: &str) -> Result<(), ApiError> {
    xhr.set_request_header(name.as_bytes(), value.as_bytes(), &mut NoTrace)
}

fn send(xhr: &mut Xhr, body: Option<XhrBody>) -> Result<Request, ApiError> {
    xhr.send(body, &mut NoTrace)
}

fn text(text: &str) -> Option<XhrBody> {
    Some(BodyInit::Text(text.into()).into())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the error is looked at and dropped"
)]
fn step(error: ApiError) -> (&'static str, ApiErrorName) {
    (error.refusal.at.step, error.name)
}

#[test]
fn a_request_is_cors_and_scripts_own() {
    let request = send(&mut opened("put"), None).unwrap();
    assert_eq!(
        (request.method.as_bytes(), request.mode),
        (&b"PUT"[..], RequestMode::Cors)
    );
    assert_eq!(*request.current_url(), url("https://b.test/"));
    assert_eq!(
        (request.client, request.origin),
        (Some(page()), page().origin)
    );
    assert!(request.unsafe_request && !request.use_cors_preflight && !request.use_url_credentials);
    assert_eq!((request.body, request.header_list.len()), (None, 0));
    assert_eq!(request.credentials_mode, CredentialsMode::SameOrigin);
}

#[test]
fn methods_are_tokens_and_not_forbidden() {
    let open = |method: &str| {
        let url = url("https://b.test/");
        Xhr::new(page()).open(method.as_bytes(), url, None, None, &mut NoTrace)
    };
    for bad in ["", "G ET", "GET\n"] {
        let error = open(bad).unwrap_err();
        assert_eq!(
            error.refusal.reason,
            Reason::MethodNotAToken { method: bad.into() }
        );
        assert_eq!(step(error), ("2", ApiErrorName::SyntaxError));
    }
    for bad in ["track", "CONNECT", "tRACE"] {
        assert_eq!(
            step(open(bad).unwrap_err()),
            ("3", ApiErrorName::SecurityError)
        );
    }
    assert!(open("TRACEX").is_ok());
}

#[test]
fn urls_may_have_credentials() {
    let sent = |to: &str, username: Option<&str>, password: Option<&str>| {
        let mut xhr = Xhr::new(page());
        xhr.open(b"GET", url(to), username, password, &mut NoTrace)
            .unwrap();
        let request = send(&mut xhr, None).unwrap();
        (
            request.current_url().serialize(false),
            request.use_url_credentials,
        )
    };
    let own = "https://u:p@b.test/";
    assert_eq!(sent(own, None, None), (own.into(), true));
    let b = "https://b.test/";
    assert_eq!(sent(b, Some("x"), None), ("https://x@b.test/".into(), true));
    assert_eq!(
        sent(b, None, Some("y")),
        ("https://:y@b.test/".into(), true)
    );
    assert_eq!(
        sent(own, Some("a:b@é~"), Some(" ")),
        ("https://a%3Ab%40%C3%A9~:%20@b.test/".into(), true)
    );
    assert_eq!(sent(own, Some(""), Some("")), (b.into(), false));
    assert_eq!(sent("data:,x", Some("x"), None), ("data:,x".into(), false));
    let mut reserved = String::new();
    for c in "!$&'()*+,-._\"#<>?^`{}/:;=[\\]|".chars() {
        let name = String::from(c);
        let (url, _) = sent(b, Some(&name), None);
        if url.contains('%') {
            reserved.push(c);
        }
    }
    assert_eq!(reserved, "\"#<>?^`{}/:;=[\\]|");
}

#[test]
fn headers_are_combined() {
    let mut xhr = opened("GET");
    for (name, value) in [
        ("Accept-Language", " en\n"),
        ("ACCEPT-language", "fr"),
        ("X", ""),
        ("Host", "h"),
    ] {
        set(&mut xhr, name, value).unwrap();
    }
    let request = send(&mut xhr, None).unwrap();
    assert_eq!(
        request.header_list.get("accept-language").as_deref(),
        Some(&b"en, fr"[..])
    );
    assert_eq!(
        request.header_list,
        headers(&[("Accept-Language", "en, fr"), ("X", "")])
    );
}

#[test]
fn headers_have_to_be_valid() {
    let mut xhr = opened("GET");
    for (name, value) in [("x y", "1"), ("", "1"), ("x", "a\nb"), ("Cookie", "a\0b")] {
        assert_eq!(
            step(set(&mut xhr, name, value).unwrap_err()),
            ("4", ApiErrorName::SyntaxError)
        );
    }
    let error = set(&mut xhr, "x", "\0").unwrap_err();
    assert_eq!(
        error.refusal.reason,
        Reason::InvalidHeaderValue {
            value: b"\0".to_vec()
        }
    );
    let error = set(&mut xhr, "é", "1").unwrap_err();
    assert_eq!(
        error.refusal.reason,
        Reason::InvalidHeaderName { name: "é".into() }
    );
}

#[test]
fn calls_have_an_order() {
    let mut xhr = Xhr::new(page());
    let early = ("1", ApiErrorName::InvalidStateError);
    assert_eq!(step(set(&mut xhr, "x", "1").unwrap_err()), early);
    assert_eq!(step(send(&mut xhr, None).unwrap_err()), early);
    let mut xhr = opened("GET");
    set(&mut xhr, "x", "1").unwrap();
    assert_eq!(xhr.set_with_credentials(true, &mut NoTrace), Ok(()));
    send(&mut xhr, None).unwrap();
    let late = ("2", ApiErrorName::InvalidStateError);
    assert_eq!(step(set(&mut xhr, "x", "1").unwrap_err()), late);
    assert_eq!(
        step(xhr.set_with_credentials(false, &mut NoTrace).unwrap_err()),
        late
    );
    let error = send(&mut xhr, None).unwrap_err();
    assert_eq!(error.refusal.reason, Reason::AlreadySent);
    assert_eq!(step(error), late);
    xhr.open(b"GET", url("https://b.test/"), None, None, &mut NoTrace)
        .unwrap();
    let again = send(&mut xhr, None).unwrap();
    assert!(again.header_list.is_empty());
    assert_eq!(again.credentials_mode, CredentialsMode::Include);
}

#[test]
fn listeners_on_the_upload_force_a_preflight() {
    let forced = |xhr: &mut Xhr| send(xhr, None).unwrap().use_cors_preflight;
    let mut xhr = opened("GET");
    xhr.add_upload_listener();
    assert!(forced(&mut xhr));
    xhr.open(b"GET", url("https://b.test/"), None, None, &mut NoTrace)
        .unwrap();
    assert!(forced(&mut xhr));
    xhr.open(b"GET", url("https://b.test/"), None, None, &mut NoTrace)
        .unwrap();
    xhr.remove_upload_listener();
    assert!(!forced(&mut xhr));
    let mut xhr = opened("GET");
    xhr.remove_upload_listener();
    xhr.add_upload_listener();
    xhr.add_upload_listener();
    xhr.remove_upload_listener();
    assert!(forced(&mut xhr));
}

fn content_type(method: &str, own: Option<&str>, body: XhrBody) -> Option<String> {
    let mut xhr = opened(method);
    if let Some(own) = own {
        set(&mut xhr, "content-type", own).unwrap();
    }
    let list = send(&mut xhr, Some(body)).unwrap().header_list;
    list.get("Content-Type")
        .map(|value| String::from_utf8_lossy(&value).into_owned())
}

#[test]
fn get_and_head_drop_the_body_and_its_type() {
    for method in ["get", "HEAD"] {
        let json = BodyInit::blob(b"{}".to_vec(), "application/json");
        assert_eq!(content_type(method, None, json.into()), None);
        assert_eq!(send(&mut opened(method), text("x")).unwrap().body, None);
    }
    let body = send(&mut opened("DELETE"), text("x"))
        .unwrap()
        .body
        .unwrap();
    assert_eq!(
        (body.bytes.as_slice(), body.source_is_null),
        (&b"x"[..], false)
    );
}

#[test]
fn bodies_bring_their_type() {
    let document = |html| XhrBody::Document {
        serialized: "<x/>".into(),
        html,
    };
    let of = |body: XhrBody| content_type("POST", None, body);
    assert_eq!(
        of(document(true)).as_deref(),
        Some("text/html;charset=UTF-8")
    );
    assert_eq!(
        of(document(false)).as_deref(),
        Some("application/xml;charset=UTF-8")
    );
    assert_eq!(
        of(text("x").unwrap()).as_deref(),
        Some("text/plain;charset=UTF-8")
    );
    assert_eq!(of(BodyInit::BufferSource(b"x".to_vec()).into()), None);
    assert_eq!(
        of(BodyInit::blob(b"x".to_vec(), "a/b").into()).as_deref(),
        Some("a/b")
    );
    let body = send(&mut opened("POST"), Some(document(true)))
        .unwrap()
        .body
        .unwrap();
    assert_eq!(
        (body.bytes.as_slice(), body.source_is_null),
        (&b"<x/>"[..], false)
    );
    let body = send(
        &mut opened("POST"),
        Some(BodyInit::Stream(b"x".to_vec()).into()),
    )
    .unwrap()
    .body
    .unwrap();
    assert_eq!(
        (body.bytes.as_slice(), body.source_is_null),
        (&b"[object ReadableStream]"[..], false)
    );
}

#[test]
fn charsets_that_script_sets_become_utf_8() {
    let document = XhrBody::Document {
        serialized: "<x/>".into(),
        html: false,
    };
    let parameters: XhrBody = BodyInit::UrlSearchParams([("a".into(), "b".into())].into()).into();
    let stream: XhrBody = BodyInit::Stream(b"x".to_vec()).into();
    for body in [text("x").unwrap(), document, parameters, stream] {
        for (own, expected) in [
            (
                "text/plain;charset=\"iso-8859-1\"",
                "text/plain;charset=UTF-8",
            ),
            (
                "TEXT/x;a=b;CHARSET=latin1;c=d",
                "text/x;a=b;charset=UTF-8;c=d",
            ),
            (
                "text/plain;charset=\"utf-8\"",
                "text/plain;charset=\"utf-8\"",
            ),
            ("text/plain;charset=Utf-8", "text/plain;charset=Utf-8"),
            ("text/plain", "text/plain"),
            ("nonsense;charset=x", "nonsense;charset=x"),
            ("", ""),
        ] {
            assert_eq!(
                content_type("POST", Some(own), body.clone()).as_deref(),
                Some(expected)
            );
        }
    }
    let blob = BodyInit::blob(b"x".to_vec(), "a/b");
    let own = "text/plain;charset=latin1";
    assert_eq!(
        content_type("POST", Some(own), blob.into()).as_deref(),
        Some(own)
    );
}

#[test]
fn with_credentials_is_for_other_origins() {
    let mut xhr = opened("GET");
    xhr.set_with_credentials(true, &mut NoTrace).unwrap();
    assert_eq!(
        send(&mut xhr, None).unwrap().credentials_mode,
        CredentialsMode::Include
    );
    let mut xhr = opened("GET");
    xhr.set_with_credentials(true, &mut NoTrace).unwrap();
    xhr.set_with_credentials(false, &mut NoTrace).unwrap();
    assert_eq!(
        send(&mut xhr, None).unwrap().credentials_mode,
        CredentialsMode::SameOrigin
    );
}
