//! How preflights are answered.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::variant::{Variant, variant};
use crate::behaviour::{Exchange, Grant, reference};
use crate::header::set;

pub(super) const VARIANTS: &[Variant] = &[
    variant("preflight-200", "Preflights are granted with 200.", |b| {
        b.preflight_status = |_| 200;
    }),
    variant("preflight-202", "Preflights are granted with 202.", |b| {
        b.preflight_status = |_| 202;
    }),
    variant("preflight-299", "Preflights are granted with 299.", |b| {
        b.preflight_status = |_| 299;
    }),
    variant(
        "preflight-200-with-length",
        "Preflights are granted with 200 and Content-Length: 0.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    reply
                        .headers_mut()
                        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
            };
        },
    ),
    variant(
        "preflight-200-with-body",
        "Preflights are granted with 200 and a body.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    *reply.body_mut() = Bytes::from_static(b"OK");
                }
            };
        },
    ),
    variant(
        "refused-preflight-200",
        "Preflights are refused with 200.",
        |b| b.refused_preflight_status = |_| 200,
    ),
    variant(
        "refused-preflight-204",
        "Preflights are refused with 204.",
        |b| b.refused_preflight_status = |_| 204,
    ),
    variant(
        "refused-preflight-400",
        "Preflights are refused with 400.",
        |b| b.refused_preflight_status = |_| 400,
    ),
    variant(
        "refused-preflight-401",
        "Preflights are refused with 401.",
        |b| b.refused_preflight_status = |_| 401,
    ),
    variant(
        "refused-preflight-404",
        "Preflights are refused with 404.",
        |b| b.refused_preflight_status = |_| 404,
    ),
    variant(
        "refused-preflight-405",
        "Preflights are refused with 405.",
        |b| b.refused_preflight_status = |_| 405,
    ),
    variant(
        "refused-preflight-explained",
        "Refused preflights say why.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && !x.granted {
                    *reply.body_mut() =
                        Bytes::from_static(b"origin, method or headers not allowed\n");
                    set(reply.headers_mut(), "content-type", "text/plain");
                }
            };
        },
    ),
    variant(
        "refused-preflight-names-lists",
        "Preflights of refused origins are answered 204 with the lists and without the origin.",
        |b| {
            b.refused_preflight_status = |_| 204;
            b.carries = |x, grant| match grant {
                Grant::Methods | Grant::Headers if x.requested_method.is_some() => x.is_preflight(),
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "refused-preflight-names-origin",
        "Preflights refused for their method or headers still say that the origin is allowed.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Origin | Grant::Credentials => x.origin_allowed && may_name_origin(x),
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "preflight-left-to-browser",
        "Preflights of allowed origins are answered with all lists, whatever they ask for.",
        |b| {
            b.refused_preflight_status = |_| 204;
            b.carries = |x, grant| {
                (x.is_preflight()
                    && x.origin_allowed
                    && grant != Grant::Expose
                    && may_name_origin(x))
                    || reference::carries(x, grant)
            };
            // An upload listener makes browsers take a missing list for leave.
            b.allow_methods_value = |x| match reference::allow_methods_value(x) {
                none if none.is_empty() => vec!["GET".to_owned()],
                lines => lines,
            };
        },
    ),
    variant(
        "allow-beside-allow-methods",
        "Preflights are answered with Allow as well.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() {
                    set(reply.headers_mut(), "allow", "GET, HEAD, POST, OPTIONS");
                }
            };
        },
    ),
];

/// Whether naming the origin on a refused preflight leaves the refusal to be seen by browsers: the
/// lists must not cover what is asked for, so what is refused must be readable.
fn may_name_origin(x: &Exchange<'_>) -> bool {
    !x.is_preflight() || (x.requested_method.is_some() && x.requested_headers.is_some())
}
