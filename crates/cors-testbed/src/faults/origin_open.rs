//! Origins that are allowed without being compared: null, every one, or the star.

use super::fault::{Fault, but_not, fault, line, or_origin};
use crate::behaviour::{Grant, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "null-always-allowed",
        "O6",
        "The origin null is allowed without being listed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin == "null");
        },
    ),
    fault(
        "null-any-case",
        "O6",
        "Null is allowed in any case where origins are listed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin.eq_ignore_ascii_case("null"));
        },
    ),
    fault(
        "null-refused-under-any",
        "O6",
        "Any origin is allowed, except for null.",
        |b| {
            b.match_origin = |x| {
                if x.depends_on_origin() {
                    reference::match_origin(x)
                } else {
                    but_not(x, |origin| origin == "null")
                }
            };
        },
    ),
    fault(
        "null-refused-though-listed",
        "O6",
        "The origin null is refused although it is listed.",
        |b| {
            b.match_origin = |x| but_not(x, |origin| x.depends_on_origin() && origin == "null");
        },
    ),
    fault(
        "null-answered-with-wildcard",
        "O6",
        "The origin null is answered with a star.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin == "null");
            b.allow_origin_value = |x| match x.origin_text() {
                "null" => line("*"),
                _ => reference::allow_origin_value(x),
            };
        },
    ),
    fault("origin-reflected", "O8", "Every origin is allowed.", |b| {
        b.match_origin = |x| or_origin(x, |_| true);
    }),
    fault(
        "origin-reflected-under-any",
        "O8",
        "Where any origin is allowed without credentials, each is repeated with credentials.",
        |b| {
            b.allow_origin_value = |x| line(x.origin.as_deref().unwrap_or("*"));
            b.allow_credentials_value = |x| match x.origin {
                Some(_) if !x.depends_on_origin() => line("true"),
                _ => reference::allow_credentials_value(x),
            };
        },
    ),
    fault(
        "any-bytes-repeated-under-any",
        "O8",
        "Where any origin is allowed, whatever stands in Origin is repeated.",
        |b| {
            b.allow_origin_value = |x| match &x.origin {
                Some(origin) => line(origin.as_str()),
                None => reference::allow_origin_value(x),
            };
            b.vary_tokens = |_| line("Origin");
        },
    ),
    fault(
        "origin-reflected-with-cookie",
        "O8",
        "Every origin is allowed as soon as the request has a cookie.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.headers.contains_key("cookie"));
        },
    ),
    fault(
        "origin-reflected-on-errors",
        "O8",
        "Answers of 400 and above repeat every origin.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Origin | Grant::Credentials if x.status >= 400 && !x.is_preflight() => {
                    x.origin.is_some()
                }
                _ => reference::carries(x, grant),
            };
        },
    ),
    fault(
        "origin-reflected-unless-get",
        "O8",
        "Every origin is allowed unless the method is GET.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.method != http::Method::GET);
        },
    ),
    fault(
        "origin-reflected-to-https",
        "O8",
        "Every https origin is allowed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin.starts_with("https://"));
        },
    ),
    fault(
        "empty-list-allows-all",
        "O9",
        "An empty list of origins allows every origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.listed_origins().is_empty());
        },
    ),
    fault(
        "any-header-opens-origins",
        "O9",
        "Where any request header is allowed, every origin is.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.policy.allows_header(b"x-any-other-name"));
        },
    ),
    fault(
        "list-answered-with-wildcard",
        "O9",
        "A list of origins without credentials is answered with a star to everybody.",
        |b| {
            b.match_origin = |x| !x.policy.allow_credentials || reference::match_origin(x);
            b.allow_origin_value = |x| {
                if x.policy.allow_credentials {
                    reference::allow_origin_value(x)
                } else {
                    line("*")
                }
            };
        },
    ),
    fault(
        "wildcard-with-credentials",
        "O10",
        "With credentials the star is sent instead of the origin.",
        |b| {
            b.allow_origin_value = |x| {
                if x.policy.allow_credentials {
                    line("*")
                } else {
                    reference::allow_origin_value(x)
                }
            };
        },
    ),
    fault(
        "credentials-beside-wildcard",
        "O10",
        "The star of a policy without credentials comes with permission for credentials.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.depends_on_origin() {
                    reference::allow_credentials_value(x)
                } else {
                    line("true")
                }
            };
        },
    ),
    fault(
        "wildcard-with-credentials-on-preflight",
        "O10",
        "With credentials a preflight is answered with the star.",
        |b| {
            b.allow_origin_value = |x| {
                if x.is_preflight() {
                    line("*")
                } else {
                    reference::allow_origin_value(x)
                }
            };
        },
    ),
];
