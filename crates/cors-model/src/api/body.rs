//! What script can send as a body, and the type that goes with it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::{ApiError, ApiErrorName, throw};
use crate::error::Reason;
use crate::header::HeaderValue;
use crate::request::Body;
use crate::trace::{Trace, anchor, cite, step};

/// A body as script gives it: the standard's `BodyInit`.
///
/// See [extracting a body](https://fetch.spec.whatwg.org/#concept-bodyinit-extract).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyInit {
    /// A `Blob`; [`BodyInit::blob`] makes one as script does.
    Blob {
        /// The content.
        bytes: Vec<u8>,
        /// The `type` attribute, empty when there is none.
        r#type: String,
    },
    /// An `ArrayBuffer` or a view of one.
    BufferSource(Vec<u8>),
    /// A `FormData`.
    FormData {
        /// Names and values.
        entries: Vec<(String, String)>,
        /// The boundary, which a browser makes up: letters and digits that occur nowhere inside.
        boundary: String,
    },
    /// A `URLSearchParams`, names and values.
    UrlSearchParams(Vec<(String, String)>),
    /// A string.
    Text(String),
    /// A `ReadableStream`, and what will come out of it.
    Stream(Vec<u8>),
}

impl BodyInit {
    /// What `new Blob([bytes], { type })` gives: types in lower case, and none where the text has
    /// anything but printable ASCII.
    pub fn blob(bytes: Vec<u8>, r#type: &str) -> Self {
        let printable = r#type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let r#type = if printable {
            r#type.to_ascii_lowercase()
        } else {
            String::new()
        };
        Self::Blob { bytes, r#type }
    }
}

/// To extract a body and its type, which is `None` when it has none:
/// <https://fetch.spec.whatwg.org/#concept-bodyinit-extract>
pub fn extract(
    object: BodyInit,
    keepalive: bool,
    trace: &mut impl Trace,
) -> Result<(Body, Option<HeaderValue>), ApiError> {
    anchor!("concept-bodyinit-extract");
    step!("1–9": "OUT OF SCOPE: streams of the browser; bodies are bytes here.");
    let mut source_is_null = false;
    let (bytes, r#type) = match object {
        BodyInit::Blob { bytes, r#type } => {
            step!(trace, "10[blob]": "A blob of type `{}`.", r#type);
            let value = HeaderValue::normalize(r#type.as_bytes());
            let r#type = (!r#type.is_empty()).then(|| HeaderValue::from_algorithm(value));
            (bytes, r#type)
        }
        BodyInit::BufferSource(bytes) => {
            step!("10[byte-sequence]": "OUT OF SCOPE: bytes that do not come from script.");
            step!(trace, "10[buffersource]": "{} bytes without a type.", bytes.len());
            (bytes, None)
        }
        BodyInit::FormData { entries, boundary } => {
            step!(trace, "10[formdata]":
                "A form with {} entries and the boundary {boundary}.", entries.len());
            let bytes = encode_multipart(&entries, &boundary);
            let r#type = alloc::format!("multipart/form-data; boundary={boundary}").into_bytes();
            (bytes, Some(HeaderValue::from_algorithm(r#type)))
        }
        BodyInit::UrlSearchParams(list) => {
            step!(trace, "10[urlsearchparams]": "Parameters: {}.", list.len());
            let r#type = "application/x-www-form-urlencoded;charset=UTF-8";
            (
                serialize_urlencoded(&list).into_bytes(),
                Some(HeaderValue::from_static(r#type)),
            )
        }
        BodyInit::Text(text) => {
            step!(trace, "10[scalar-value-string]": "A string of {} bytes.", text.len());
            (
                text.into_bytes(),
                Some(HeaderValue::from_static("text/plain;charset=UTF-8")),
            )
        }
        BodyInit::Stream(bytes) => {
            if keepalive {
                let (at, reason) = (cite!("10[readablestream]"), Reason::StreamWithKeepalive);
                return Err(throw(ApiErrorName::TypeError, at, reason, trace));
            }
            step!(trace, "10[readablestream]": "A stream.");
            source_is_null = true;
            (bytes, None)
        }
    };
    step!("11–12": "OUT OF SCOPE: how bytes come out of streams.");
    let body = Body {
        bytes,
        source_is_null,
    };
    step!(trace, "13": "The body is {body:?}.");
    step!(trace, "14":
        "Its type is {}.", crate::trace::ShownOr(r#type.as_ref().map(HeaderValue::as_bytes)));
    Ok((body, r#type))
}

/// The multipart/form-data encoding algorithm:
/// <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart/form-data-encoding-algorithm>
fn encode_multipart(entries: &[(String, String)], boundary: &str) -> Vec<u8> {
    let mut text = String::new();
    for (name, value) in entries {
        let name = with_crlf(name)
            .replace('\r', "%0D")
            .replace('\n', "%0A")
            .replace('"', "%22");
        text.push_str("--");
        text.push_str(boundary);
        text.push_str("\r\nContent-Disposition: form-data; name=\"");
        text.push_str(&name);
        text.push_str("\"\r\n\r\n");
        text.push_str(&with_crlf(value));
        text.push_str("\r\n");
    }
    text.push_str("--");
    text.push_str(boundary);
    text.push_str("--\r\n");
    text.into_bytes()
}

/// Every newline, however it is written, as CR and LF.
fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}

/// The application/x-www-form-urlencoded serializer:
/// <https://url.spec.whatwg.org/#concept-urlencoded-serializer>
fn serialize_urlencoded(list: &[(String, String)]) -> String {
    let mut output = String::new();
    for (name, value) in list {
        if !output.is_empty() {
            output.push('&');
        }
        encode_into(name, &mut output);
        output.push('=');
        encode_into(value, &mut output);
    }
    output
}

fn encode_into(text: &str, output: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => output.push('+'),
            b'*' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'_' | b'a'..=b'z' => {
                output.push(char::from(byte));
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(output, "%{byte:02X}");
            }
        }
    }
}
