//! Policies and a way to ask a server.

use cors_testbed::reply::Reply;
use cors_testbed::{HungUp, Server};
use cors_vectors::policy::{Any, AnyOr, Policy};
use http::Request;

pub(crate) const A: &str = "https://a.example";
pub(crate) const B: &str = "http://b.example:8080";
pub(crate) const EVIL: &str = "https://evil.example";

fn names<L: FromIterator<String>>(names: &[&str]) -> AnyOr<L> {
    AnyOr::Listed(names.iter().map(|&name| name.to_owned()).collect())
}

/// Two origins, a pattern, credentials, lists of everything.
pub(crate) fn listed() -> Policy {
    Policy {
        allow_origins: names(&[A, B, "https://*.wild.example"]),
        allow_credentials: true,
        allow_methods: names(&["PUT", "DELETE", "PATCH"]),
        allow_headers: names(&["Content-Type", "X-Token", "X-Second"]),
        expose_headers: names(&["X-Request-Id", "X-Shown"]),
        max_age: Some(600),
        ..Policy::default()
    }
}

/// Anything, without credentials.
pub(crate) fn open() -> Policy {
    Policy {
        allow_origins: AnyOr::Any(Any::Any),
        allow_credentials: false,
        allow_methods: AnyOr::Any(Any::Any),
        allow_headers: AnyOr::Any(Any::Any),
        expose_headers: AnyOr::Any(Any::Any),
        max_age: Some(0),
        ..Policy::default()
    }
}

/// One origin, nothing else.
pub(crate) fn one() -> Policy {
    Policy {
        allow_origins: names(&[A]),
        allow_credentials: false,
        allow_methods: names(&[]),
        allow_headers: names(&[]),
        expose_headers: names(&[]),
        max_age: None,
        ..Policy::default()
    }
}

/// One origin with credentials, any method and header.
pub(crate) fn one_any() -> Policy {
    Policy {
        allow_origins: names(&[A, "null"]),
        allow_credentials: true,
        ..open()
    }
}

/// No origin at all.
pub(crate) fn nobody() -> Policy {
    Policy {
        allow_origins: names(&[]),
        ..listed()
    }
}

/// The answer to a request without body.
pub(crate) fn ask(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Reply, HungUp> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(c).unwrap()).collect();
        request = request.header(*name, bytes);
    }
    server.answer(&request.body(()).unwrap().into_parts().0)
}

/// The lines of a header.
pub(crate) fn lines(reply: &Reply, name: &str) -> Vec<String> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    reply.headers().get_all(name).iter().map(text).collect()
}

/// The elements of a list header, in lower case and sorted.
pub(crate) fn tokens(reply: &Reply, name: &str) -> Vec<String> {
    let mut tokens: Vec<String> = lines(reply, name)
        .iter()
        .flat_map(|line| line.split(','))
        .map(|token| token.trim().to_ascii_lowercase())
        .collect();
    tokens.sort();
    tokens
}
