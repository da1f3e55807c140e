//! Policies as people write them, for targets that take on whatever policy they are given.

use cors_vectors::policy::{Any, AnyOr, Policy};

use crate::source::{Source, drawn};

const ORIGINS: [&str; 14] = [
    "https://app.example",
    "https://www.example.com",
    "https://admin.app.example:8443",
    "http://localhost:3000",
    "http://127.0.0.1:8080",
    "https://[::1]:9000",
    "https://a.b.c.example",
    "https://*.preview.example",
    "https://*.example.org:444",
    "http://intranet",
    "capacitor://localhost",
    "null",
    "https://xn--bcher-kva.example",
    "https://my-app-2.hosting.example",
];

const METHODS: [&str; 8] = [
    "GET", "PUT", "DELETE", "PATCH", "POST", "PROPFIND", "Merge", "HEAD",
];

const HEADERS: [&str; 8] = [
    "content-type",
    "authorization",
    "x-csrf-token",
    "X-Request-ID",
    "if-match",
    "x-a",
    "x-a-b",
    "cache-control",
];

const EXPOSED: [&str; 5] = ["x-request-id", "etag", "Location", "x-rate-limit", "link"];

/// The policy that a seed has for this number.
pub fn made_up(seed: u64, number: u64) -> Policy {
    // Not those of the sequences that are made under it.
    let bytes = drawn(!seed, number);
    let mut bytes = arbitrary::Unstructured::new(&bytes);
    policy(&mut Source::new(&mut bytes))
}

/// A policy.
pub fn policy(source: &mut Source<'_, '_>) -> Policy {
    let allow_origins = if source.happens(1, 6) {
        AnyOr::Any(Any::Any)
    } else {
        AnyOr::Listed(some(source, &ORIGINS, 1).into())
    };
    // Credentials for everybody are no policy that anyone should have.
    let allow_credentials = matches!(allow_origins, AnyOr::Listed(_)) && source.happens(1, 2);
    let mut any_or = |of: &[&str]| {
        if source.happens(1, 5) {
            AnyOr::Any(Any::Any)
        } else {
            AnyOr::Listed(some(source, of, 0))
        }
    };
    let (allow_methods, allow_headers) = (any_or(&METHODS), any_or(&HEADERS));
    let expose_headers = any_or(&EXPOSED);
    let max_age = [None, Some(0), Some(60), Some(86_400), Some(604_800)];
    Policy {
        allow_origins,
        allow_credentials,
        allow_methods,
        allow_headers,
        expose_headers,
        max_age: source.one(&max_age).copied().flatten(),
        ..Policy::default()
    }
}

/// Up to four of these, at least so many, each once.
fn some(source: &mut Source<'_, '_>, of: &[&str], least: usize) -> Vec<String> {
    let count = least + source.below(4);
    let mut chosen: Vec<String> = Vec::new();
    for _ in 0..count {
        let one = source.text(of).to_owned();
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    chosen
}
