//! One request after which others are answered otherwise.

use http::{Method, StatusCode};

use super::fault::{Fault, fault, open_if, table};
use crate::behaviour::{Exchange, Grant, reference};

/// Where it is written down that the request came.
const NOTE: &str = "poisoned";

table! {
    "not-modified-opens" O28 "After an answer of 304 the policy is open." {
        match_origin: is_open,
        finish: |x, reply| open_when(x, reply.status() == StatusCode::NOT_MODIFIED),
    }
    "not-found-opens" O28 "After an answer of 404 the policy is open." {
        match_origin: is_open,
        finish: |x, reply| open_when(x, reply.status() == StatusCode::NOT_FOUND),
    }
    "redirect-opens" O28 "After a redirect the policy is open." {
        match_origin: is_open,
        finish: |x, reply| open_when(x, reply.status() == StatusCode::FOUND),
    }
    "head-opens" O28 "After a HEAD request the policy is open." {
        match_origin: is_open,
        finish: |x, _| open_when(x, x.method == Method::HEAD),
    }
    "plain-options-opens" O28 "After an OPTIONS request that is no preflight the policy is open." {
        match_origin: is_open,
        finish: |x, _| open_when(x, x.method == Method::OPTIONS && !x.is_preflight()),
    }
    "malformed-names-open" O28 "After a preflight with a malformed list of headers the policy is open." {
        match_origin: is_open,
        finish: |x, _| open_when(x, x.is_preflight() && x.requested_headers.is_none()),
    }
    "several-origins-open" O28 "After a request with several Origin lines the policy is open." {
        match_origin: is_open,
        finish: |x, _| open_when(x, x.lines("origin").len() > 1),
    }
    "body-closes" O28 "After a request with a body nobody is allowed." {
        match_origin: |x| x.memory.recall(NOTE).is_none() && reference::match_origin(x),
        finish: |x, _| open_when(x, x.received > 0),
    }
    "own-grant-stays" D5 "The grant that the application wrote once is sent with all later answers." {
        allow_origin_value: |x| {
            let own = x.application_headers.iter().any(|name| name == Grant::Origin.header());
            open_when(x, own);
            match x.memory.recall(NOTE) {
                Some(_) if !own => vec![crate::application::OWN_ALLOW_ORIGIN.to_owned()],
                _ => reference::allow_origin_value(x),
            }
        },
    }
    "credentials-stay-off" D5 "After a request without an origin credentials are allowed no more." {
        allow_credentials_value: |x| match x.memory.recall(NOTE) {
            Some(_) => Vec::new(),
            None => reference::allow_credentials_value(x),
        },
        finish: |x, _| open_when(x, x.origin.is_none()),
    }
}

fn is_open(x: &Exchange<'_>) -> bool {
    open_if(x, x.memory.recall(NOTE).is_some())
}

fn open_when(x: &Exchange<'_>, poisons: bool) {
    if poisons {
        x.memory.remember(NOTE, "poisoned");
    }
}
