//! What looks wrong and does no harm: no page, other client or cache can ever be misled by it.

use http::Method;

use super::variant::{Variant, variant};
use crate::behaviour::{Grant, reference};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "origin-lines-first-decides",
        "Of several Origin lines, which no browser sends, the first decides.",
        |b| b.read_origin = |x| x.line("origin"),
    ),
    variant(
        "origin-lines-last-decides",
        "Of several Origin lines, which no browser sends, the last decides.",
        |b| b.read_origin = |x| x.lines("origin").pop(),
    ),
    variant(
        "first-origin-sent-to-refused",
        "A refused origin is answered with the first listed one, which does not fit it.",
        |b| {
            b.carries = |x, grant| {
                (grant == Grant::Origin && x.origin.is_some()) || reference::carries(x, grant)
            };
            b.allow_origin_value = |x| {
                if x.origin_allowed {
                    reference::allow_origin_value(x)
                } else {
                    let first = x.policy.exact_origins().next();
                    first.map(str::to_owned).into_iter().collect()
                }
            };
        },
    ),
    variant(
        "post-without-vary",
        "Answers to POST, which caches do not hand to others, do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| {
                let mut tokens = reference::vary_tokens(x);
                tokens.retain(|token| x.method != Method::POST || token != "Origin");
                tokens
            };
        },
    ),
    variant(
        "expose-headers-to-refused",
        "Exposed headers are named to refused origins, which cannot read anything.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Expose => !x.is_preflight() && x.origin.is_some(),
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "max-age-on-actual",
        "Max-age is sent on answers that are not to preflights, where it means nothing.",
        |b| {
            b.carries = |x, grant| {
                (grant == Grant::MaxAge && x.origin_allowed) || reference::carries(x, grant)
            };
        },
    ),
    variant(
        "max-age-on-refused-preflight",
        "Max-age is sent on refused preflights, which browsers do not keep.",
        |b| {
            b.carries = |x, grant| {
                (grant == Grant::MaxAge && x.is_preflight()) || reference::carries(x, grant)
            };
        },
    ),
    variant(
        "preflight-for-missing-path-404",
        "Preflights for paths without a resource are answered 404, as the requests would be.",
        |b| b.preflight_status = |x| if x.path == "/missing" { 404 } else { 204 },
    ),
    variant(
        "refused-preflight-reaches-application",
        "Refused preflights are answered by the application.",
        |b| b.pass_preflight_on = |x| !x.granted,
    ),
    variant(
        "safelisted-headers-need-listing",
        "Accept, Accept-Language and Content-Language are refused in preflights unless they are listed.",
        |b| {
            b.match_headers = |x| {
                x.requested_headers.as_ref().is_some_and(|names| {
                    let mut names = names.iter();
                    names.all(|name| x.policy.allows_header(name.as_bytes()))
                })
            };
        },
    ),
];
