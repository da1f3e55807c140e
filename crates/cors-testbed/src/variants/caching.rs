//! Caches, compression, conditions and ranges, done right.

use bytes::Bytes;
use http::header::VARY;
use http::{Method, StatusCode};

use super::variant::{Variant, table, variant};
use crate::behaviour::{Exchange, reference};
use crate::header::{append, set};
use crate::reply::Reply;

table! {
    "compression-adds-vary" "Where an answer may be compressed, it varies on Accept-Encoding as well." {
        finish: |x, reply| if x.headers.contains_key("accept-encoding") {
            append(reply.headers_mut(), "vary", "Accept-Encoding");
        },
    }
    "vary-on-accept-encoding" "Every answer varies on Accept-Encoding as well." {
        vary_tokens: |x| with(x, &["Accept-Encoding"]),
    }
    "vary-on-preflight-headers" "Every answer varies on what preflights ask for." {
        vary_tokens: |x| with(x, &["Access-Control-Request-Method", "Access-Control-Request-Headers"]),
    }
    "vary-on-fetch-metadata" "Every answer varies on the fetch metadata as well." {
        vary_tokens: |x| with(x, &["Sec-Fetch-Mode", "Sec-Fetch-Site"]),
    }
    "vary-star-beside-names" "Every answer varies on what it depends on and on everything." {
        vary_tokens: |x| with(x, &["*"]),
    }
    "preflight-vary-star" "Preflights vary on everything." {
        finish: |x, reply| if x.is_preflight() {
            reply.headers_mut().remove(VARY);
            set(reply.headers_mut(), "vary", "*");
        },
    }
    "preflight-with-freshness" "Preflights say how long they are fresh, though no cache may store them." {
        finish: |x, reply| if x.is_preflight() {
            set(reply.headers_mut(), "cache-control", "public, max-age=3600");
        },
    }
    "cache-keyed-by-origin" "A cache in front keeps a copy for each origin, and says so." {
        finish: |x, reply| if x.method == Method::GET && reply.status() == StatusCode::OK {
            let hits = x.memory.visits(&format!("{} {}?{}", x.origin_text(), x.path, x.query));
            let headers = reply.headers_mut();
            set(headers, "x-cache", if hits == 0 { "MISS" } else { "HIT" });
            if hits > 0 {
                set(headers, "age", &hits.to_string());
            }
        },
    }
    "edge-headers" "Each answer has the headers of a network in front." {
        finish: |_, reply| {
            let headers = reply.headers_mut();
            set(headers, "via", "1.1 edge");
            set(headers, "x-cache", "Miss from edge");
            set(headers, "server-timing", "edge;dur=1");
            set(headers, "alt-svc", "h3=\":443\"; ma=86400");
            set(headers, "nel", "{\"report_to\":\"edge\",\"max_age\":1}");
        },
    }
    "fresh-for-an-hour" "Answers may be kept for an hour, by those that heed Vary." {
        finish: |_, reply| set(reply.headers_mut(), "cache-control", "public, max-age=3600"),
    }
    "etag-per-origin" "The entity tag is another one for each origin." {
        finish: |x, reply| {
            let tag = format!("\"{}\"", x.origin_text().len());
            if reply.headers().contains_key("etag") {
                set(reply.headers_mut(), "etag", &tag);
            }
        },
    }
    "conditions-answered" "The resource is answered 304 to those who have it, with the grants." {
        block: |x| (x.path == "/resource" && x.headers.contains_key("if-none-match"))
            .then_some(304),
    }
    "ranges-answered" "A part of the resource is answered 206, with the grants." {
        finish: |x, reply| if x.headers.contains_key("range") {
            partial(reply);
        },
    }
    "range-beyond-the-end-416" "A part that does not exist is answered 416, with the grants." {
        block: |x| x.line("range").is_some_and(|range| range.starts_with("bytes=9"))
            .then_some(416),
    }
}

fn with(x: &Exchange<'_>, names: &[&str]) -> Vec<String> {
    let mut tokens = reference::vary_tokens(x);
    for name in names {
        if !tokens.iter().any(|token| token == name) {
            tokens.push((*name).to_owned());
        }
    }
    tokens
}

fn partial(reply: &mut Reply) {
    if reply.status() == StatusCode::OK {
        *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes 0-0/{}", reply.body().len());
        *reply.body_mut() = Bytes::from_static(b"r");
        set(reply.headers_mut(), "content-range", &range);
    }
}
