//! What the application and the page hand over, and the layer loses, doubles or lets through.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use http::{Method, StatusCode};

use super::fault::{Fault, fault, table};
use crate::behaviour::{Grant, reference};
use crate::header::{append, text};
use crate::reply::Reply;

table! {
    "body-lost" D8 "The bodies of requests do not reach the application." {
        finish: |_, reply| receives_nothing(reply),
    }
    "body-lost-with-origin" D8 "The bodies of requests with an origin do not reach the application." {
        finish: |x, reply| if x.origin.is_some() {
            receives_nothing(reply);
        },
    }
    "form-lost" D8 "The bodies of forms do not reach the application." {
        finish: |x, reply| if x.line("content-type").is_some_and(|kind| kind.contains("form")) {
            receives_nothing(reply);
        },
    }
    "body-cut-at-64-kib" D8 "Of the body of a request 64 KiB reach the application." {
        finish: |x, reply| if x.received > 64 << 10 {
            reply.headers_mut().insert("x-received", HeaderValue::from(64 << 10));
        },
    }
    "errors-become-200" D8 "What the application answers to an allowed origin goes out as 200." {
        finish: |x, reply| if x.origin.is_some() && reply.status() == StatusCode::NOT_FOUND {
            *reply.status_mut() = StatusCode::OK;
        },
    }
    "failures-become-200" D8 "An error of the application goes out as 200 to an allowed origin." {
        finish: |x, reply| if x.origin_allowed && reply.status() == StatusCode::INTERNAL_SERVER_ERROR {
            *reply.status_mut() = StatusCode::OK;
        },
    }
    "own-expose-headers-added" E6 "Exposed headers that the application names are added to those of the policy." {
        merge_application_headers: |x, headers, grant, mut lines| {
            if grant == Grant::Expose && !lines.is_empty() {
                lines.extend(headers.get(grant.header()).map(text));
            }
            reference::merge_application_headers(x, headers, grant, lines);
        },
    }
    "expose-headers-missing-on-options" E6 "What the application answers to OPTIONS exposes nothing." {
        carries: |x, grant| {
            (grant != Grant::Expose || x.method != Method::OPTIONS) && reference::carries(x, grant)
        },
    }
    "answers-emptied" D8 "The body of an answer does not reach the pages of allowed origins." {
        finish: |x, reply| if x.origin.is_some() && x.origin_allowed {
            *reply.body_mut() = Bytes::new();
        },
    }
    "set-cookie-lost" D8 "The cookies that the application sets are lost where the origin is allowed." {
        finish: |x, reply| if x.origin_allowed {
            reply.headers_mut().remove(SET_COOKIE);
        },
    }
    "set-cookie-joined" D8 "The cookies that the application sets are joined on one line." {
        finish: |_, reply| with_cookies(reply.headers_mut(), |cookies| vec![cookies.join(", ")]),
    }
    "set-cookie-once" D8 "Of the cookies that the application sets only the last goes out." {
        finish: |_, reply| with_cookies(reply.headers_mut(), |cookies| {
            cookies.last().cloned().into_iter().collect()
        }),
    }
    "set-cookie-doubled" D8 "The cookies that the application sets go out twice." {
        finish: |_, reply| with_cookies(reply.headers_mut(), |cookies| [cookies, cookies].concat()),
    }
    "own-credentials-doubled" E1 "Access-Control-Allow-Credentials is added to the application's own." {
        merge_application_headers: |x, headers, grant, lines| {
            if grant == Grant::Credentials && !lines.is_empty() {
                append(headers, grant.header(), "true");
            } else {
                reference::merge_application_headers(x, headers, grant, lines);
            }
        },
    }
    "own-credentials-kept" E4 "Access-Control-Allow-Credentials of the application goes out against the policy." {
        merge_application_headers: |x, headers, grant, lines| {
            if grant != Grant::Credentials || !lines.is_empty() {
                reference::merge_application_headers(x, headers, grant, lines);
            }
        },
    }
    "own-expose-headers-win" E6 "Exposed headers that the application names replace those of the policy." {
        merge_application_headers: |x, headers, grant, lines| {
            if grant != Grant::Expose || !headers.contains_key(grant.header()) {
                reference::merge_application_headers(x, headers, grant, lines);
            }
        },
    }
    "header-names-decoded" D4 "Header names are percent-decoded before they are repeated, line ends included." {
        allow_headers_value: |x| match x.line("access-control-request-headers") {
            Some(names) if !names.is_empty() => vec![names],
            _ => reference::allow_headers_value(x),
        },
        finish: |_, reply| split(reply.headers_mut(), Grant::Headers),
    }
    "methods-decoded" D4 "Methods are percent-decoded before they are repeated, line ends included." {
        allow_methods_value: |x| x.requested_method.clone().into_iter().collect(),
        finish: |_, reply| split(reply.headers_mut(), Grant::Methods),
    }
    "any-origin-decoded" D4 "Where any origin is allowed it is percent-decoded and repeated, line ends included." {
        allow_origin_value: |x| match &x.origin {
            Some(origin) if !x.depends_on_origin() && origin.contains('%') => vec![origin.clone()],
            _ => reference::allow_origin_value(x),
        },
        finish: |_, reply| split(reply.headers_mut(), Grant::Origin),
    }
    "pattern-origin-decoded" D4 "The host of a subdomain is percent-decoded and repeated, line ends included." {
        match_origin: |x| super::fault::or_origin(x, |origin| {
            let escaped = origin.contains("%0d%0a");
            let mut ends = x.policy.patterns().filter_map(|pattern| pattern.split_once('*'));
            escaped && ends.any(|(_, end)| origin.ends_with(end))
        }),
        finish: |_, reply| split(reply.headers_mut(), Grant::Origin),
    }
}

/// As an application that got no body answers.
fn receives_nothing(reply: &mut Reply) {
    if let Some(received) = reply.headers_mut().get_mut("x-received") {
        *received = HeaderValue::from_static("0");
    }
}

fn with_cookies(headers: &mut HeaderMap, change: fn(&[String]) -> Vec<String>) {
    let cookies: Vec<String> = headers.get_all(SET_COOKIE).iter().map(text).collect();
    headers.remove(SET_COOKIE);
    for cookie in change(&cookies).iter().filter(|cookie| !cookie.is_empty()) {
        append(headers, "set-cookie", cookie);
    }
}

/// Writes the lines of a grant decoded: what follows a line end is a line of its own.
fn split(headers: &mut HeaderMap, grant: Grant) {
    let lines: Vec<String> = headers.get_all(grant.header()).iter().map(text).collect();
    headers.remove(grant.header());
    for line in lines {
        let decoded = line.replace("%3a", ":").replace("%20", " ");
        let mut parts = decoded.split("%0d%0a");
        append(headers, grant.header(), parts.next().unwrap_or_default());
        for (name, value) in parts.filter_map(|part| part.split_once(':')) {
            append(headers, name, value.trim());
        }
    }
}
