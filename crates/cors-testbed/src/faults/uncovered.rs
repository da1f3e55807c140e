//! Answers that the CORS layer forgets, so that pages see a CORS error instead of the real one.

use http::Method;

use super::fault::{Fault, fault};
use crate::behaviour::{Grant, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "headers-missing-on-404",
        "R1",
        "Answers of 404 go out without CORS headers.",
        |b| {
            b.covers = |x| x.status != 404;
        },
    ),
    fault(
        "headers-missing-on-500",
        "R1",
        "Answers of 500 by the application go out without CORS headers.",
        |b| {
            b.covers = |x| x.status != 500 || x.thrown;
        },
    ),
    fault(
        "headers-missing-on-failure",
        "R1",
        "Answers after an unhandled failure go out without CORS headers.",
        |b| {
            b.covers = |x| !x.thrown;
        },
    ),
    fault(
        "headers-missing-on-401",
        "R1",
        "Answers of 401 go out without CORS headers.",
        |b| {
            b.covers = |x| x.status != 401;
        },
    ),
    fault(
        "headers-missing-on-client-errors",
        "R1",
        "Answers of 400 to 499 go out without CORS headers.",
        |b| {
            b.covers = |x| !(400..500).contains(&x.status) || x.is_preflight();
        },
    ),
    fault(
        "headers-missing-on-server-errors",
        "R1",
        "Answers of 500 to 599 go out without CORS headers.",
        |b| {
            b.covers = |x| x.status < 500;
        },
    ),
    fault(
        "headers-only-on-success",
        "R1",
        "Only answers of 200 to 299 go out with CORS headers.",
        |b| {
            b.covers = |x| (200..300).contains(&x.status) || x.is_preflight();
        },
    ),
    fault(
        "headers-missing-on-redirect",
        "R1",
        "Redirects go out without CORS headers.",
        |b| {
            b.covers = |x| x.status != 302;
        },
    ),
    fault(
        "headers-missing-on-304",
        "R1",
        "Answers of 304 go out without CORS headers.",
        |b| {
            b.covers = |x| x.status != 304;
        },
    ),
    fault(
        "headers-missing-on-head",
        "R1",
        "Answers to HEAD go out without CORS headers.",
        |b| {
            b.covers = |x| x.method != Method::HEAD;
        },
    ),
    fault(
        "headers-missing-on-post",
        "R1",
        "Answers to POST go out without CORS headers.",
        |b| {
            b.covers = |x| x.method != Method::POST;
        },
    ),
    fault(
        "headers-missing-on-put",
        "R1",
        "Answers to PUT go out without CORS headers.",
        |b| {
            b.covers = |x| x.method != Method::PUT;
        },
    ),
    fault(
        "headers-missing-on-delete",
        "R1",
        "Answers to DELETE go out without CORS headers.",
        |b| {
            b.covers = |x| x.method != Method::DELETE;
        },
    ),
    fault(
        "headers-missing-on-options",
        "R1",
        "Answers to OPTIONS requests that are no preflights go out without CORS headers.",
        |b| {
            b.covers = |x| x.method != Method::OPTIONS || x.is_preflight();
        },
    ),
    fault(
        "headers-only-on-preflight",
        "R1",
        "Only answers to preflights go out with CORS headers.",
        |b| {
            b.covers = |x| x.is_preflight();
        },
    ),
    fault(
        "headers-missing-with-authorization",
        "R1",
        "Requests with Authorization are answered without CORS headers.",
        |b| {
            b.covers = |x| !x.headers.contains_key("authorization");
        },
    ),
    fault(
        "headers-missing-with-cookie",
        "R1",
        "Requests with a cookie are answered without CORS headers.",
        |b| {
            b.covers = |x| !x.headers.contains_key("cookie");
        },
    ),
    fault(
        "allow-origin-of-application-wins",
        "R2",
        "An Access-Control-Allow-Origin of the application replaces that of the layer.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                if !headers.contains_key(grant.header()) {
                    reference::merge_application_headers(x, headers, grant, lines);
                }
            };
        },
    ),
    fault(
        "application-allow-origin-switches-layer-off",
        "R2",
        "The layer does nothing when the application sets Access-Control-Allow-Origin.",
        |b| {
            b.covers = |x| {
                !x.application_headers
                    .iter()
                    .any(|name| name == Grant::Origin.header())
            };
        },
    ),
    fault(
        "allow-origin-of-application-survives-refusal",
        "R2",
        "An Access-Control-Allow-Origin of the application goes out to refused origins.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                if x.origin_allowed {
                    reference::merge_application_headers(x, headers, grant, lines);
                }
            };
        },
    ),
    fault(
        "headers-lost-to-vary",
        "R2",
        "The CORS headers are lost when the application sets Vary.",
        |b| {
            b.covers = |x| !x.application_headers.iter().any(|name| name == "vary");
        },
    ),
];
