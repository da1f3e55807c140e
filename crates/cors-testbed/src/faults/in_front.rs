//! What stands in front of the CORS layer: caches, file servers, limits, and what takes browsers for
//! intruders.

use http::header::{HeaderMap, VARY};
use http::{Method, StatusCode};

use super::fault::{Fault, fault, line, open_if, parts, table};
use crate::behaviour::{Exchange, Grant, Interception, reference};
use crate::header::{append, text};

table! {
    "cache-without-origin-key" V7 "A cache in front hands its copy to every origin, whatever Vary says." {
        finish: |x, reply| if x.method == Method::GET {
            copied(x, reply.headers_mut(), &address(x));
        },
    }
    "cache-key-without-scheme" V7 "A cache in front keeps a copy for each host, and forgets the scheme of the origin." {
        finish: |x, reply| if x.method == Method::GET {
            copied(x, reply.headers_mut(), &format!("{} {}", parts(x.origin_text()).1, address(x)));
        },
    }
    "preflights-kept-in-front" V7 "A cache in front keeps the answer to the first preflight for an address." {
        finish: |x, reply| if x.is_preflight() {
            copied(x, reply.headers_mut(), &format!("preflight {}", address(x)));
        },
    }
    "cache-hit-without-vary" V7 "A cache in front leaves Vary out of the copies that it hands out." {
        finish: |x, reply| {
            let key = format!("{} {} {}", x.method, x.origin_text(), address(x));
            if !x.is_preflight() && x.memory.visits(&key) > 0 {
                reply.headers_mut().remove(VARY);
            }
        },
    }
    "revalidated-for-first-origin" V7 "A 304 names the origin that asked first." {
        finish: |x, reply| if reply.status() == StatusCode::NOT_MODIFIED {
            copied(x, reply.headers_mut(), "304");
        },
    }
    "expose-headers-missing-with-compression" E6 "Answers that may be compressed do not name the exposed headers." {
        carries: |x, grant| reference::carries(x, grant)
            && !(grant == Grant::Expose && x.headers.contains_key("accept-encoding")),
    }
    "expose-headers-missing-with-range" E6 "Answers to requests for a part do not name the exposed headers." {
        carries: |x, grant| reference::carries(x, grant)
            && !(grant == Grant::Expose && x.headers.contains_key("range")),
    }
    "headers-missing-with-several-ranges" R3 "Requests for several parts are answered without CORS headers." {
        covers: |x| !x.line("range").unwrap_or_default().contains(','),
    }
    "headers-missing-beyond-the-end" R3 "Requests for a part that does not exist are answered 416, without CORS headers." {
        covers: |x| !is_beyond_the_end(x),
        block: |x| is_beyond_the_end(x).then_some(416),
    }
    "headers-missing-on-large-bodies" R3 "Bodies of more than 64 KiB are answered 413, without CORS headers." {
        covers: |x| x.received <= 64 << 10,
        block: |x| (x.received > 64 << 10).then_some(413),
    }
    "small-bodies-only" R3 "Bodies of more than 1 KiB are answered 413, without CORS headers." {
        covers: |x| x.received <= 1 << 10,
        block: |x| (x.received > 1 << 10).then_some(413),
    }
    "headers-missing-with-long-values" R3 "Requests with a header value of more than 4 KiB are answered 431, without CORS headers." {
        intercept: |x| x.headers.values().any(|value| value.len() > 4096)
            .then_some(Interception::Answer(431)),
    }
    "headers-missing-on-errors-of-post" R3 "Errors that POST meets are answered without CORS headers." {
        covers: |x| x.method != Method::POST || x.status < 400,
    }
    "cross-site-requests-blocked" P6 "Requests that say they are cross-site are answered 403, without CORS headers." {
        intercept: |x| (!x.is_preflight() && says(x, "sec-fetch-site", "cross-site"))
            .then_some(Interception::Answer(403)),
    }
    "referer-checked-on-post" P6 "POST is answered 403 when its Referer is not the server's own, without CORS headers." {
        intercept: |x| (x.method == Method::POST && x.line("referer").is_some_and(|referer| {
            !referer.contains(&x.line("host").unwrap_or_default())
        })).then_some(Interception::Answer(403)),
    }
    "headers-missing-with-language" R3 "Requests that name a language are answered without CORS headers." {
        covers: |x| !x.headers.contains_key("accept-language"),
    }
    "images-open-origins" O27 "Every origin is allowed to read what may be an image." {
        match_origin: |x| open_if(x, x.line("accept").unwrap_or_default().contains("image/")
            && !x.is_preflight()),
    }
    "api-key-opens-origins" O27 "Every origin is allowed when the request has X-Api-Key." {
        match_origin: |x| open_if(x, x.headers.contains_key("x-api-key") && !x.is_preflight()),
    }
    "own-grant-in-request-obeyed" O26 "A request that has Access-Control-Allow-Origin itself is granted it." {
        match_origin: |x| open_if(x, x.headers.contains_key(Grant::Origin.header())),
    }
    "credentials-with-authorization" E4 "Credentials are allowed against the policy when the request has Authorization." {
        allow_credentials_value: |x| if x.headers.contains_key("authorization") {
            line("true")
        } else {
            reference::allow_credentials_value(x)
        },
    }
    "headers-only-on-first-of-connection" R3 "Only the first answer on a connection has CORS headers." {
        covers: |x| x.memory.visits(&format!("connection {}", x.connection)) == 0,
    }
}

/// Path and query.
fn address(x: &Exchange<'_>) -> String {
    format!("{}?{}", x.path, x.query)
}

fn says(x: &Exchange<'_>, name: &str, value: &str) -> bool {
    x.line(name).is_some_and(|line| line == value)
}

fn is_beyond_the_end(x: &Exchange<'_>) -> bool {
    x.line("range")
        .is_some_and(|range| range.starts_with("bytes=9"))
}

/// Replaces the grants by those that were sent first for the same key.
fn copied(x: &Exchange<'_>, headers: &mut HeaderMap, key: &str) {
    let lines = Grant::ALL.into_iter().flat_map(|grant| {
        let values = headers.get_all(grant.header()).into_iter();
        values.map(move |value| format!("{}\n{}\n", grant.header(), text(value)))
    });
    let sent: String = lines.collect();
    let Some(first) = x.memory.recall(key) else {
        x.memory.remember(key, &sent);
        return;
    };
    for grant in Grant::ALL {
        headers.remove(grant.header());
    }
    let mut lines = first.lines();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        append(headers, name, value);
    }
}
