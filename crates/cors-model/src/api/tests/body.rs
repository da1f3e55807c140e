use alloc::string::String;

use crate::api::body::{BodyInit, extract};
use crate::error::Reason;
use crate::trace::NoTrace;

fn extracted(object: BodyInit) -> (String, Option<String>, bool) {
    let (body, r#type) = extract(object, false, &mut NoTrace).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        text(&body.bytes),
        r#type.map(|value| text(value.as_bytes())),
        body.source_is_null,
    )
}

fn expected(bytes: &str, r#type: Option<&str>, stream: bool) -> (String, Option<String>, bool) {
    (bytes.into(), r#type.map(String::from), stream)
}

#[test]
fn kinds_of_bodies_have_types() {
    assert_eq!(
        extracted(BodyInit::Text("é".into())),
        expected("é", Some("text/plain;charset=UTF-8"), false)
    );
    assert_eq!(
        extracted(BodyInit::BufferSource(b"x".to_vec())),
        expected("x", None, false)
    );
    assert_eq!(
        extracted(BodyInit::Stream(b"x".to_vec())),
        expected("x", None, true)
    );
    assert_eq!(
        extracted(BodyInit::blob(b"{}".to_vec(), "Application/JSON")),
        expected("{}", Some("application/json"), false)
    );
    for r#type in ["", "text/é", "a\nb", "\u{7f}"] {
        assert_eq!(
            extracted(BodyInit::blob(b"x".to_vec(), r#type)),
            expected("x", None, false)
        );
    }
    assert_eq!(
        extracted(BodyInit::blob(b"x".to_vec(), " ~ ")),
        expected("x", Some("~"), false)
    );
}

#[test]
fn parameters_are_encoded_like_a_form() {
    let list = [("a b", "1&2"), ("é", "*-._~"), ("", "+=")];
    let list = list.map(|(name, value)| (name.into(), value.into())).into();
    assert_eq!(
        extracted(BodyInit::UrlSearchParams(list)),
        expected(
            "a+b=1%262&%C3%A9=*-._%7E&=%2B%3D",
            Some("application/x-www-form-urlencoded;charset=UTF-8"),
            false
        )
    );
}

#[test]
fn forms_are_encoded_with_their_boundary() {
    let entries = [("a\"b\nc", "x\ny\r\nz\r"), ("d", "")];
    let entries = entries
        .map(|(name, value)| (name.into(), value.into()))
        .into();
    assert_eq!(
        extracted(BodyInit::FormData {
            entries,
            boundary: "BBB".into()
        }),
        expected(
            "--BBB\r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac\"\r\n\r\n\
             x\r\ny\r\nz\r\n\r\n--BBB\r\nContent-Disposition: form-data; name=\"d\"\r\n\r\n\r\n\
             --BBB--\r\n",
            Some("multipart/form-data; boundary=BBB"),
            false
        )
    );
}

#[test]
fn streams_do_not_outlive_their_page() {
    let error = extract(BodyInit::Stream(b"x".to_vec()), true, &mut NoTrace).unwrap_err();
    assert_eq!(error.refusal.reason, Reason::StreamWithKeepalive);
    assert_eq!(error.refusal.at.step, "10[readablestream]");
    assert!(extract(BodyInit::Text("x".into()), true, &mut NoTrace).is_ok());
}
