//! Requests that are turned away for other reasons than CORS, with an answer that the page may read;
//! and foreign or malformed ones that are turned away for their origin.

use cors_policy::origin::check_serialized;
use http::{Method, StatusCode};

use super::variant::{Variant, is_foreign, table, variant};
use crate::application::ENDPOINTS;
use crate::behaviour::{Exchange, Interception, Kind};
use crate::header::set;
use crate::routes;

table! {
    "large-bodies-413" "Bodies of more than 64 KiB are answered 413, with the grants." {
        block: |x| (x.received > 64 << 10).then_some(413),
    }
    "long-queries-414" "Queries of more than 1,000 bytes are answered 414, with the grants." {
        block: |x| (x.query.len() > 1000).then_some(414),
    }
    "long-values-431" "Header values of more than 4 KiB are answered 431, with the grants." {
        block: |x| x.headers.values().any(|value| value.len() > 4096).then_some(431),
    }
    "writes-need-a-token" "What changes something is answered 403 without a token, with the grants." {
        finish: |x, reply| if !is_safe(x) {
            *reply.status_mut() = StatusCode::FORBIDDEN;
        },
    }
    "unlisted-method-405" "Requests with a method that no preflight grants are answered 405." {
        block: |x| is_unlisted(x).then_some(405),
    }
    "unlisted-method-403" "Requests with a method that no preflight grants are answered 403, without grants." {
        intercept: |x| is_unlisted(x).then_some(Interception::Answer(403)),
    }
    "head-405" "HEAD, for which there is no route, is answered 405, with the grants." {
        finish: |x, reply| if x.method == Method::HEAD {
            *reply.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        },
    }
    "trailing-slash-308" "A path with a slash at its end leads to the one without, with the grants." {
        block: |x| x.path.ends_with('/').then_some(308),
        finish: |x, reply| if reply.status() == 308 {
            set(reply.headers_mut(), "location", x.path.trim_end_matches('/'));
        },
    }
    "other-spellings-301" "Other spellings of a path lead to the path, without grants." {
        resolve: routes::every_spelling,
        intercept: |x| (x.respells.is_some() && x.is_preflight()).then_some(Interception::Answer(301)),
        block: |x| x.respells.is_some().then_some(301),
        covers: |x| x.respells.is_none(),
        finish: |x, reply| if reply.status() == 301 {
            set(reply.headers_mut(), "location", x.path);
        },
    }
    "other-spellings-served" "Other spellings of a path are served as the path, with the same policy." {
        resolve: routes::every_spelling,
    }
    "policy-of-exact-paths" "Paths without a route have no policy: answers to them have no CORS headers." {
        covers: |x| has_route(x),
    }
    "foreign-refused-400" "Requests of foreign origins are answered 400, and vary." {
        block: |x| is_foreign(x).then_some(400),
    }
    "foreign-refused-401" "Requests of foreign origins are answered 401, and vary." {
        block: |x| is_foreign(x).then_some(401),
        finish: |x, reply| if is_foreign(x) {
            set(reply.headers_mut(), "www-authenticate", "Bearer realm=\"kit\"");
        },
    }
    "foreign-sent-to-login" "Requests of foreign origins are redirected to a login page, and vary." {
        block: |x| is_foreign(x).then_some(302),
        finish: |x, reply| if is_foreign(x) {
            set(reply.headers_mut(), "location", "/login");
        },
    }
    "null-refused-403" "Requests with the origin null are answered 403 where it is not listed." {
        block: |x| (is_foreign(x) && x.origin_text() == "null").then_some(403),
    }
    "malformed-origin-400" "An Origin value that is no origin is answered 400." {
        block: |x| x.origin.as_deref()
            .is_some_and(|origin| origin != "null" && check_serialized(origin).is_err())
            .then_some(400),
    }
    "several-origins-400" "Several Origin lines are answered 400." {
        block: |x| (x.lines("origin").len() > 1).then_some(400),
    }
    "long-origin-431" "An Origin of more than 1,024 bytes is answered 431." {
        block: |x| (x.origin_text().len() > 1024).then_some(431),
    }
    "malformed-preflight-400" "Preflights that are malformed are answered 400, others that are refused 403." {
        refused_preflight_status: |x| match (&x.requested_method, &x.requested_headers) {
            (Some(_), Some(_)) => 403,
            _ => 400,
        },
    }
    "refused-preflight-422" "Preflights are refused with 422." { refused_preflight_status: |_| 422 }
    "refused-preflight-451" "Preflights are refused with 451." { refused_preflight_status: |_| 451 }
}

/// Whether the application has a route for the path, or the policy an endpoint that is none.
fn has_route(x: &Exchange<'_>) -> bool {
    let path = x.path.strip_prefix('/').unwrap_or(x.path);
    ENDPOINTS
        .into_iter()
        .any(|endpoint| endpoint.path() == path)
}

fn is_safe(x: &Exchange<'_>) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(x.method)
}

fn is_unlisted(x: &Exchange<'_>) -> bool {
    let listed = x.policy.allows_method(x.method.as_str().as_bytes());
    x.kind == Kind::Actual && x.method != Method::OPTIONS && !listed
}
