//! Authentication that is passed by what looks like a preflight.

use cors_policy::origin::check_serialized;
use http::{Method, StatusCode};

use super::fault::{Fault, fault};
use crate::behaviour::{Exchange, Kind, reference};
use crate::reply::Reply;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "options-pass-authentication",
        "P13",
        "Every OPTIONS gets past authentication.",
        |b| b.finish = |x, reply| pass(reply, x.method == Method::OPTIONS),
    ),
    fault(
        "options-with-origin-pass-authentication",
        "P13",
        "Every OPTIONS with an Origin gets past authentication.",
        |b| {
            b.finish = |x, reply| {
                let origin = x.headers.contains_key("origin");
                pass(reply, x.method == Method::OPTIONS && origin);
            };
        },
    ),
    fault(
        "requested-method-passes-authentication",
        "P13",
        "Whatever has a requested method gets past authentication.",
        |b| b.finish = |x, reply| pass(reply, asks(x)),
    ),
    fault(
        "requested-method-and-origin-pass-authentication",
        "P13",
        "Whatever has an Origin and a requested method gets past authentication.",
        |b| {
            b.finish = |x, reply| pass(reply, asks(x) && x.headers.contains_key("origin"));
        },
    ),
    fault(
        "preflight-without-page-passes-authentication",
        "P13",
        "OPTIONS with a requested method gets past authentication, whatever its Origin is.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Preflight if !is_of_page(x) => Kind::Actual,
                kind => kind,
            };
            b.finish = |x, reply| {
                pass(
                    reply,
                    x.method == Method::OPTIONS && asks(x) && !is_of_page(x),
                );
            };
        },
    ),
    fault(
        "requested-headers-pass-authentication",
        "P13",
        "Whatever has requested headers gets past authentication.",
        |b| {
            b.finish = |x, reply| {
                pass(
                    reply,
                    x.headers.contains_key("access-control-request-headers"),
                );
            };
        },
    ),
    fault(
        "origin-passes-authentication",
        "P13",
        "Whatever has an allowed Origin gets past authentication.",
        |b| b.finish = |x, reply| pass(reply, x.origin.is_some() && x.origin_allowed),
    ),
    fault(
        "cors-mode-passes-authentication",
        "P13",
        "What says that it is fetched with CORS gets past authentication.",
        |b| {
            b.finish = |x, reply| {
                pass(
                    reply,
                    x.line("sec-fetch-mode").is_some_and(|mode| mode == "cors"),
                );
            };
        },
    ),
];

/// Whether the request has the origin that a page can have.
fn is_of_page(x: &Exchange<'_>) -> bool {
    let origin = x.origin_text();
    origin == "null" || check_serialized(origin).is_ok()
}

fn asks(x: &Exchange<'_>) -> bool {
    x.headers.contains_key("access-control-request-method")
}

/// Serves what needs authentication after all.
fn pass(reply: &mut Reply, passes: bool) {
    if passes && reply.status() == StatusCode::UNAUTHORIZED {
        *reply.status_mut() = StatusCode::OK;
    }
}
