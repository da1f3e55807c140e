//! The message around the CORS headers.

use http::Version;
use http::header::{CONNECTION, HeaderValue};

use super::variant::{Variant, variant};
use crate::behaviour::Interception;
use crate::header::{append, set};
use crate::reply::Chunked;
use crate::wire::Wire;

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "title-case-header-names",
        "Header names go out in title case.",
        |b| b.title_case_headers = true,
    ),
    variant(
        "chunked",
        "Bodies are sent in chunks, without their length.",
        |b| {
            b.finish = |_, reply| {
                reply.extensions_mut().insert(Chunked);
            };
        },
    ),
    variant(
        "chunked-preflight",
        "Preflights are granted with 200 and an empty chunked body.",
        |b| {
            b.preflight_status = |_| 200;
            b.finish = |x, reply| {
                if x.is_preflight() {
                    reply.extensions_mut().insert(Chunked);
                }
            };
        },
    ),
    variant(
        "connection-close",
        "Each answer ends its connection.",
        |b| {
            b.finish = |_, reply| {
                reply
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            };
        },
    ),
    variant("http-1-0", "Answers are of HTTP/1.0.", |b| {
        b.finish = |_, reply| *reply.version_mut() = Version::HTTP_10;
    }),
    variant(
        "header-lines-limited",
        "A request of more than 96 header lines is answered 431, a limit that real servers have.",
        |b| b.intercept = |x| (x.headers.len() > 96).then_some(Interception::Answer(431)),
    ),
    variant("early-hints", "An interim answer comes before each.", |b| {
        b.wire = Some(Wire {
            before: |_| {
                "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n".to_owned()
            },
            ..Wire::REFERENCE
        });
    }),
    variant(
        "blanks-around-values",
        "Values have blanks around them, and names are in capitals.",
        |b| {
            b.wire = Some(Wire {
                line: |name, value| format!("{}: \t {value} \t\r\n", name.to_ascii_uppercase()),
                ..Wire::REFERENCE
            });
        },
    ),
    variant("not-stored", "No answer may be stored.", |b| {
        b.finish = |_, reply| set(reply.headers_mut(), "cache-control", "no-store");
    }),
    variant(
        "stored-for-an-hour",
        "Answers may be stored for an hour.",
        |b| {
            b.finish = |_, reply| set(reply.headers_mut(), "cache-control", "public, max-age=3600");
        },
    ),
    variant("sets-a-cookie", "Each answer sets a cookie.", |b| {
        b.finish = |_, reply| {
            append(
                reply.headers_mut(),
                "set-cookie",
                "session=1; SameSite=None; Secure",
            );
        };
    }),
    variant(
        "other-security-headers",
        "Each answer has headers that restrict other things.",
        |b| {
            b.finish = |_, reply| {
                let headers = reply.headers_mut();
                set(headers, "x-content-type-options", "nosniff");
                set(headers, "content-security-policy", "default-src 'none'");
                set(headers, "cross-origin-opener-policy", "same-origin");
                set(headers, "timing-allow-origin", "*");
            };
        },
    ),
    variant(
        "names-its-software",
        "Each answer names the software and has a request number.",
        |b| {
            b.finish = |x, reply| {
                set(reply.headers_mut(), "server", "testbed");
                set(
                    reply.headers_mut(),
                    "x-number",
                    &x.memory.visits("number").to_string(),
                );
            };
        },
    ),
];
