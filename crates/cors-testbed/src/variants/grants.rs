//! Grants that say more than they need to, and other spellings of what they say.

use bytes::Bytes;
use cors_policy::policy::AnyOr;
use http::StatusCode;

use super::variant::{Variant, map, table, variant};
use crate::behaviour::reference::{self, list};
use crate::behaviour::{Grant, Kind};
use crate::header::set;

table! {
    "max-age-padded" "Zeros precede the max-age." {
        max_age_value: |x| map(&reference::max_age_value(x), |seconds| format!("00{seconds}")),
    }
    "max-age-capped-at-two-hours" "A max-age above two hours is sent as two hours." {
        max_age_value: |x| {
            let seconds = x.policy.max_age.map(|seconds| seconds.min(7200).to_string());
            seconds.into_iter().collect()
        },
    }
    "credentials-stated-without-origin" "Credentials are allowed on answers to requests without an origin, too." {
        carries: |x, grant| (grant == Grant::Credentials && x.kind == Kind::Ordinary)
            || reference::carries(x, grant),
    }
    "expose-headers-without-origin" "Exposed headers are named on answers to requests without an origin, too." {
        carries: |x, grant| (grant == Grant::Expose && x.kind == Kind::Ordinary)
            || reference::carries(x, grant),
    }
    "lists-on-plain-options" "Lists are sent to OPTIONS requests that are no preflights, too." {
        carries: |x, grant| {
            let lists = matches!(grant, Grant::Methods | Grant::Headers | Grant::MaxAge);
            (lists && x.method == "OPTIONS" && x.origin_allowed && x.kind == Kind::Actual)
                || reference::carries(x, grant)
        },
    }
    "list-lines-twice" "Each line of a list is sent twice." {
        allow_methods_value: |x| twice(reference::allow_methods_value(x)),
        allow_headers_value: |x| twice(reference::allow_headers_value(x)),
        expose_headers_value: |x| twice(reference::expose_headers_value(x)),
    }
    "allow-headers-adds-forbidden" "Header names that no script may set are named too." {
        allow_headers_value: |x| [
            reference::allow_headers_value(x),
            list(["Origin", "Host", "Connection", "Access-Control-Request-Method"]),
        ].concat(),
    }
    "allow-methods-adds-forbidden" "Methods that no script may use are named too." {
        allow_methods_value: |x| [
            reference::allow_methods_value(x),
            list(["TRACE", "CONNECT"]),
        ].concat(),
    }
    "expose-headers-adds-forbidden" "Set-Cookie, which no page may read, is named as exposed too." {
        expose_headers_value: |x| [
            reference::expose_headers_value(x),
            list(["Set-Cookie"]),
        ].concat(),
    }
    "methods-beside-star" "Where any method is allowed, methods are named beside the star." {
        allow_methods_value: |x| match x.policy.allow_methods {
            AnyOr::Any(_) => [
                list(x.requested_method.as_deref()),
                list(["*", "GET", "PUT"]),
            ].concat(),
            AnyOr::Listed(_) => reference::allow_methods_value(x),
        },
    }
    "names-beside-star" "Where any header is allowed, those asked for are named beside the star." {
        allow_headers_value: |x| match x.policy.allow_headers {
            AnyOr::Any(_) => [
                list(["*"]),
                list(x.requested_headers.clone().unwrap_or_default()),
            ].concat(),
            AnyOr::Listed(_) => reference::allow_headers_value(x),
        },
    }
    "preflight-201" "Preflights are granted with 201." { preflight_status: |_| 201 }
    "preflight-206" "Preflights are granted with 206." { preflight_status: |_| 206 }
    "preflight-with-page" "Preflights are granted with 200 and a page." {
        preflight_status: |_| 200,
        finish: |x, reply| if x.is_preflight() {
            *reply.body_mut() = Bytes::from_static(b"<!doctype html><title>ok</title>\n");
            set(reply.headers_mut(), "content-type", "text/html; charset=utf-8");
        },
    }
    "preflight-204-with-type" "Preflights are granted with 204, and a type of the content that is not there." {
        finish: |_, reply| if reply.status() == StatusCode::NO_CONTENT {
            set(reply.headers_mut(), "content-type", "text/plain");
        },
    }
    "embedding-allowed" "Each answer may be embedded by other sites." {
        finish: |_, reply| set(reply.headers_mut(), "cross-origin-resource-policy", "cross-origin"),
    }
}

fn twice(lines: Vec<String>) -> Vec<String> {
    [lines.clone(), lines].concat()
}
