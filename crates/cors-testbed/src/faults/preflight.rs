//! OPTIONS requests that are told apart, routed or answered in the wrong way.

use bytes::Bytes;
use cors_policy::names::is_cors_safelisted_method;
use http::Method;
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::fault::{Fault, fault};
use crate::behaviour::{Exchange, Grant, Interception, Kind, reference};
use crate::header::set;

const REQUEST_METHOD: &str = "access-control-request-method";
const REQUEST_HEADERS: &str = "access-control-request-headers";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "options-swallowed",
        "P1",
        "Every OPTIONS request is answered in the application's place.",
        |b| {
            b.classify = |x| {
                if x.method == Method::OPTIONS {
                    Kind::Preflight
                } else {
                    reference::classify(x)
                }
            };
            b.read_method = method_or_get;
        },
    ),
    fault(
        "options-with-origin-swallowed",
        "P1",
        "Every OPTIONS request with an origin is answered in the application's place.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Actual if x.method == Method::OPTIONS => Kind::Preflight,
                kind => kind,
            };
            b.read_method = method_or_get;
        },
    ),
    fault(
        "options-with-request-method-swallowed",
        "P1",
        "OPTIONS with Access-Control-Request-Method is a preflight even without an origin.",
        |b| {
            b.classify = |x| {
                if x.method == Method::OPTIONS && x.headers.contains_key(REQUEST_METHOD) {
                    Kind::Preflight
                } else {
                    reference::classify(x)
                }
            };
        },
    ),
    fault(
        "options-with-request-headers-swallowed",
        "P1",
        "OPTIONS with Access-Control-Request-Headers is a preflight even without a requested method.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Actual
                    if x.method == Method::OPTIONS && x.headers.contains_key(REQUEST_HEADERS) =>
                {
                    Kind::Preflight
                }
                kind => kind,
            };
            b.read_method = method_or_get;
        },
    ),
    fault(
        "any-method-taken-for-preflight",
        "P1",
        "Each request with Access-Control-Request-Method is taken for a preflight.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Actual if x.headers.contains_key(REQUEST_METHOD) => Kind::Preflight,
                kind => kind,
            };
        },
    ),
    fault(
        "options-refused-with-405",
        "P2",
        "OPTIONS requests that are no preflights are answered 405.",
        |b| {
            b.block = |x| (x.method == Method::OPTIONS).then_some(405);
        },
    ),
    fault(
        "options-refused-with-400",
        "P2",
        "OPTIONS requests without Access-Control-Request-Method are answered 400.",
        |b| {
            b.block = |x| {
                (x.method == Method::OPTIONS && !x.headers.contains_key(REQUEST_METHOD))
                    .then_some(400)
            };
        },
    ),
    fault(
        "options-without-origin-refused",
        "P2",
        "OPTIONS requests without an origin are answered 403.",
        |b| {
            b.block = |x| (x.method == Method::OPTIONS && x.origin.is_none()).then_some(403);
        },
    ),
    fault(
        "preflight-answered-404",
        "P3",
        "Granted preflights are answered 404.",
        |b| b.preflight_status = |_| 404,
    ),
    fault(
        "preflight-answered-405",
        "P3",
        "Granted preflights are answered 405.",
        |b| b.preflight_status = |_| 405,
    ),
    fault(
        "preflight-answered-500",
        "P3",
        "Granted preflights are answered 500.",
        |b| b.preflight_status = |_| 500,
    ),
    fault(
        "preflight-answered-304",
        "P3",
        "Granted preflights are answered 304.",
        |b| b.preflight_status = |_| 304,
    ),
    fault(
        "preflight-redirected",
        "P3",
        "Granted preflights are redirected to the path with a slash.",
        |b| {
            b.preflight_status = |_| 308;
            b.finish = |x, reply| {
                if x.is_preflight() && x.granted {
                    set(reply.headers_mut(), "location", &format!("{}/", x.path));
                }
            };
        },
    ),
    fault(
        "preflight-redirected-to-login",
        "P3",
        "Preflights without a cookie are redirected to a login page.",
        |b| {
            b.preflight_status = |_| 302;
            b.finish = |x, reply| {
                if x.is_preflight() && x.granted {
                    set(reply.headers_mut(), "location", "/login");
                }
            };
        },
    ),
    fault(
        "preflight-needs-options-route",
        "P3",
        "Preflights for paths without an OPTIONS handler are answered 405.",
        |b| {
            b.preflight_status = |x| if x.path == "/options" { 204 } else { 405 };
        },
    ),
    fault(
        "preflight-needs-request-headers",
        "P3",
        "Preflights without Access-Control-Request-Headers are answered 400.",
        |b| {
            b.preflight_status = |x| {
                if x.headers.contains_key(REQUEST_HEADERS) {
                    204
                } else {
                    400
                }
            };
        },
    ),
    fault(
        "preflight-needs-sec-fetch-mode",
        "P3",
        "Preflights without Sec-Fetch-Mode are taken for ordinary OPTIONS requests.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Preflight if !x.headers.contains_key("sec-fetch-mode") => Kind::Actual,
                kind => kind,
            };
        },
    ),
    fault(
        "preflight-for-get-400",
        "P3",
        "Preflights that ask for a safelisted method are answered 400.",
        |b| {
            b.preflight_status = |x| match x.requested_method.as_deref() {
                Some("GET" | "HEAD" | "POST") => 400,
                _ => 204,
            };
        },
    ),
    fault(
        "preflight-taken-for-ordinary",
        "P3",
        "Preflights are served by the application as ordinary OPTIONS requests.",
        |b| {
            b.classify = |x| match reference::classify(x) {
                Kind::Preflight => Kind::Actual,
                kind @ (Kind::Ordinary | Kind::Actual) => kind,
            };
        },
    ),
    fault(
        "preflight-needs-authorization",
        "P4",
        "Preflights without Authorization are answered 401.",
        |b| {
            b.preflight_status = |x| {
                if x.headers.contains_key("authorization") {
                    204
                } else {
                    401
                }
            };
        },
    ),
    fault(
        "preflight-needs-cookie",
        "P4",
        "Preflights without a cookie are answered 403.",
        |b| {
            b.preflight_status = |x| {
                if x.headers.contains_key("cookie") {
                    204
                } else {
                    403
                }
            };
        },
    ),
    fault(
        "preflight-for-protected-path-401",
        "P4",
        "Preflights for a path behind a login are answered 401.",
        |b| {
            b.preflight_status = |x| if x.path == "/unauthorized" { 401 } else { 204 };
        },
    ),
    fault(
        "preflight-needs-csrf-token",
        "P4",
        "Preflights for methods that change something need a token that browsers do not send.",
        |b| {
            b.preflight_status = |x| match x.requested_method.as_deref() {
                Some("GET" | "HEAD") => 204,
                _ if x.headers.contains_key("x-csrf-token") => 204,
                _ => 419,
            };
        },
    ),
    fault(
        "preflight-reaches-application",
        "P5",
        "Granted preflights are served by the application too.",
        |b| {
            b.pass_preflight_on = |x| x.granted;
        },
    ),
    fault(
        "own-page-refused",
        "P6",
        "Origins that are not allowed are answered 403, that of the server's own pages too.",
        |b| b.block = |x| (x.kind == Kind::Actual && !x.origin_allowed).then_some(403),
    ),
    fault(
        "foreign-actual-refused-without-vary",
        "P6",
        "Foreign origins are answered 403 without Vary.",
        |b| {
            b.block = |x| (x.kind == Kind::Actual && !x.origin_allowed).then_some(403);
            b.vary_tokens = |x| {
                if x.kind == Kind::Actual && !x.origin_allowed {
                    Vec::new()
                } else {
                    reference::vary_tokens(x)
                }
            };
        },
    ),
    fault(
        "origin-required",
        "P6",
        "Requests without an origin are answered 403.",
        |b| {
            b.block = |x| x.origin.is_none().then_some(403);
        },
    ),
    fault(
        "unlisted-post-refused",
        "P6",
        "POST from allowed origins is answered 405 when it is not listed.",
        |b| {
            b.block = |x| {
                let listed = x.listed_methods().iter().any(|method| method == "POST");
                (x.method == Method::POST && x.kind == Kind::Actual && !listed).then_some(405)
            };
            b.covers = |x| x.status != 405;
        },
    ),
    fault(
        "preflight-needed-just-before",
        "P6",
        "What needs a preflight is refused unless that came with the request before.",
        |b| {
            b.match_origin = |x| {
                let kind = if x.is_preflight() {
                    "preflight"
                } else {
                    "other"
                };
                let before = x.memory.remember("request before", kind);
                let simple = is_cors_safelisted_method(x.method.as_str().as_bytes())
                    || x.method == Method::OPTIONS;
                reference::match_origin(x)
                    && (simple || x.origin.is_none() || before.as_deref() == Some("preflight"))
            };
        },
    ),
    fault(
        "actual-needs-preflight",
        "P6",
        "GET is refused until its origin has sent a preflight.",
        |b| {
            b.match_origin = |x| {
                let key = format!("preflight {}", x.origin_text());
                if x.is_preflight() {
                    x.memory.remember(&key, "seen");
                }
                reference::match_origin(x)
                    && (x.origin.is_none() || x.is_preflight() || x.memory.recall(&key).is_some())
            };
        },
    ),
    fault(
        "private-network-granted",
        "P10",
        "Access to a private network is allowed to anyone who asks.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight()
                    && x.headers
                        .contains_key("access-control-request-private-network")
                {
                    set(
                        reply.headers_mut(),
                        "access-control-allow-private-network",
                        "true",
                    );
                }
            };
        },
    ),
    fault(
        "private-network-always-granted",
        "P10",
        "Each granted preflight allows access to a private network.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && x.granted {
                    set(
                        reply.headers_mut(),
                        "access-control-allow-private-network",
                        "true",
                    );
                }
            };
        },
    ),
    fault(
        "private-network-preflight-refused",
        "P10",
        "Preflights that ask for a private network are refused although nobody configured that.",
        |b| {
            b.intercept = |x| {
                (x.is_preflight()
                    && x.headers
                        .contains_key("access-control-request-private-network"))
                .then_some(Interception::Answer(403))
            };
        },
    ),
    fault(
        "preflight-204-with-length",
        "P11",
        "Preflights are answered 204 with a Content-Length.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && x.granted {
                    reply
                        .headers_mut()
                        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
            };
        },
    ),
    fault(
        "preflight-204-with-body",
        "P11",
        "Preflights are answered 204 with a body.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && x.granted {
                    *reply.body_mut() = Bytes::from_static(b"OK");
                    set(reply.headers_mut(), "content-type", "text/plain");
                    set(reply.headers_mut(), "content-length", "2");
                }
            };
        },
    ),
    fault(
        "preflight-without-allow-origin",
        "P3",
        "Answers to preflights lack Access-Control-Allow-Origin.",
        |b| {
            b.carries = |x, grant| {
                !(x.is_preflight() && grant == Grant::Origin) && reference::carries(x, grant)
            };
        },
    ),
];

fn method_or_get(x: &Exchange<'_>) -> Option<String> {
    if x.headers.contains_key(REQUEST_METHOD) {
        reference::read_method(x)
    } else {
        Some("GET".to_owned())
    }
}
