//! The application behind the CORS layer: the kit paths, each of which does one thing that servers
//! get wrong.

use std::collections::BTreeSet;

use bytes::Bytes;
use cors_policy::Endpoint;
use cors_policy::names::fitting_name;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};

use crate::behaviour::Exchange;
use crate::header::{append, set};
use crate::reply::Reply;

/// The entity tag of `/resource` and `/not-modified`.
pub const ETAG: &str = "\"kit\"";
/// The value that `/own-headers` gives to `Access-Control-Allow-Origin`.
pub const OWN_ALLOW_ORIGIN: &str = "https://application.example";

/// The application failed without an answer, as by an exception or a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the application failed")]
pub(crate) struct Unhandled;

/// Every endpoint.
pub const ENDPOINTS: [Endpoint; 10] = [
    Endpoint::Resource,
    Endpoint::Missing,
    Endpoint::Error,
    Endpoint::Throws,
    Endpoint::Redirect,
    Endpoint::NotModified,
    Endpoint::Vary,
    Endpoint::OwnHeaders,
    Endpoint::Options,
    Endpoint::Unauthorized,
];

/// The endpoints beyond the resource.
pub fn endpoints() -> BTreeSet<Endpoint> {
    ENDPOINTS
        .into_iter()
        .filter(|endpoint| *endpoint != Endpoint::Resource)
        .collect()
}

/// Answers a request; `base` is the path below which the application lives.
pub(crate) fn answer(x: &Exchange<'_>, base: &str) -> Result<Reply, Unhandled> {
    let endpoint = ENDPOINTS
        .into_iter()
        .find(|endpoint| x.path.strip_prefix('/') == Some(endpoint.path()))
        .unwrap_or(Endpoint::Missing);
    let mut reply = Reply::new(Bytes::new());
    let (status, body) = match endpoint {
        Endpoint::Missing => (StatusCode::NOT_FOUND, "no such path\n"),
        Endpoint::Error => (StatusCode::INTERNAL_SERVER_ERROR, "error\n"),
        Endpoint::Throws => return Err(Unhandled),
        Endpoint::Redirect => (StatusCode::FOUND, "elsewhere\n"),
        Endpoint::NotModified if matches_etag(x) => (StatusCode::NOT_MODIFIED, ""),
        Endpoint::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized\n"),
        Endpoint::Resource
        | Endpoint::NotModified
        | Endpoint::Vary
        | Endpoint::OwnHeaders
        | Endpoint::Options => (StatusCode::OK, "resource\n"),
    };
    *reply.status_mut() = status;
    *reply.body_mut() = Bytes::from_static(body.as_bytes());

    let headers = reply.headers_mut();
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    set(headers, "x-request-id", "request");
    set(headers, "x-unexposed", "unexposed");
    for name in x.listed_exposed() {
        let name = &fitting_name(name, 0);
        if !FRAMING.contains(&name.to_ascii_lowercase().as_str()) && !headers.contains_key(name) {
            set(headers, name, "exposed");
        }
    }
    match endpoint {
        Endpoint::Resource => {
            set(headers, "x-calls", &x.memory.count_call().to_string());
            if x.received > 0 {
                set(headers, "x-received", &x.received.to_string());
            }
        }
        Endpoint::Redirect => set(headers, "location", &format!("{base}/resource")),
        Endpoint::Vary => {
            append(headers, "vary", "Accept-Encoding");
            append(headers, "vary", "Accept-Language");
            set(headers, "x-vary-lines", "2");
        }
        Endpoint::Missing | Endpoint::Error => {
            set(headers, "vary", "Accept-Encoding");
            set(headers, "x-vary-lines", "1");
        }
        Endpoint::OwnHeaders => own_headers(headers),
        Endpoint::Options if x.method == Method::OPTIONS => {
            set(headers, "x-options-handler", "application");
            set(headers, "allow", "GET, HEAD, OPTIONS");
        }
        Endpoint::Unauthorized => set(headers, "www-authenticate", "Bearer realm=\"kit\""),
        Endpoint::Throws | Endpoint::NotModified | Endpoint::Options => {}
    }
    if matches!(endpoint, Endpoint::Resource | Endpoint::NotModified) {
        set(headers, "etag", ETAG);
    }
    Ok(reply)
}

/// What the application sets itself, with what tells a case that it did.
fn own_headers(headers: &mut HeaderMap) {
    set(headers, "access-control-allow-origin", OWN_ALLOW_ORIGIN);
    set(headers, "access-control-allow-credentials", "true");
    set(
        headers,
        "access-control-expose-headers",
        "X-Own, X-Unexposed",
    );
    append(headers, "set-cookie", "one=1; SameSite=None; Secure");
    append(headers, "set-cookie", "two=2; SameSite=None; Secure");
    set(headers, "x-cookies", "2");
}

/// What the outer edge of the server makes of an unhandled failure.
pub(crate) fn unhandled() -> Reply {
    let mut reply = Reply::new(Bytes::from_static(b"internal server error\n"));
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    reply
}

/// Names that a policy may expose but that frame the message, so that no invented value will do.
const FRAMING: [&str; 6] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "transfer-encoding",
    "upgrade",
];

fn matches_etag(x: &Exchange<'_>) -> bool {
    x.lines("if-none-match")
        .iter()
        .flat_map(|line| line.split(','))
        .any(|tag| matches!(tag.trim(), "*" | "\"kit\"" | "W/\"kit\""))
}
