//! What else a request holds, or what came before it, decides who may read the answer.

use http::{Method, StatusCode};

use super::fault::{Fault, fault, line, or_origin};
use crate::behaviour::{Exchange, reference};

/// A place to write down what came before.
const NOTE: &str = "circumstances";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "x-origin-obeyed",
        "O26",
        "X-Origin stands in for Origin.",
        |b| b.read_origin = |x| instead(x, "x-origin"),
    ),
    fault(
        "x-forwarded-origin-obeyed",
        "O26",
        "X-Forwarded-Origin stands in for Origin.",
        |b| b.read_origin = |x| instead(x, "x-forwarded-origin"),
    ),
    fault(
        "original-origin-obeyed",
        "O26",
        "X-Original-Origin stands in for Origin.",
        |b| b.read_origin = |x| instead(x, "x-original-origin"),
    ),
    fault(
        "forwarded-obeyed",
        "O26",
        "An origin whose host is named by Forwarded is allowed.",
        |b| {
            b.match_origin = |x| {
                let by = x.line("forwarded").unwrap_or_default();
                or_origin(x, |origin| named(&by, origin))
            };
        },
    ),
    fault(
        "referer-opens-origins",
        "O26",
        "An origin from which the Referer comes is allowed.",
        |b| {
            b.match_origin = |x| {
                let referer = x.line("referer").unwrap_or_default();
                or_origin(x, |origin| referer.starts_with(origin))
            };
        },
    ),
    fault(
        "query-names-the-origin",
        "O26",
        "The parameter origin of the query is granted.",
        |b| {
            b.allow_origin_value = |x| match queried(x) {
                Some(origin) => line(origin),
                None => reference::allow_origin_value(x),
            };
            b.match_origin = |x| reference::match_origin(x) || queried(x).is_some();
        },
    ),
    fault(
        "cookie-opens-origins",
        "O27",
        "Every origin is allowed when the request has a cookie.",
        |b| b.match_origin = |x| with(x, "cookie"),
    ),
    fault(
        "authorization-opens-origins",
        "O27",
        "Every origin is allowed when the request has Authorization.",
        |b| b.match_origin = |x| with(x, "authorization"),
    ),
    fault(
        "range-opens-origins",
        "O27",
        "Every origin is allowed to read a part.",
        |b| b.match_origin = |x| with(x, "range"),
    ),
    fault(
        "condition-opens-origins",
        "O27",
        "Every origin is allowed when the request is conditional.",
        |b| b.match_origin = |x| with(x, "if-none-match"),
    ),
    fault(
        "query-opens-origins",
        "O27",
        "Every origin is allowed when there is a query.",
        |b| b.match_origin = |x| or_origin(x, |_| !x.query.is_empty()),
    ),
    fault(
        "events-open-origins",
        "O27",
        "Every origin is allowed to read a stream of events.",
        |b| {
            b.match_origin = |x| {
                let accept = x.line("accept").unwrap_or_default();
                or_origin(x, |_| accept.contains("text/event-stream"))
            };
        },
    ),
    fault(
        "missing-user-agent-opens-origins",
        "O27",
        "Every origin is allowed when the request does not say what sent it.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |_| {
                    x.line("user-agent").is_none_or(|agent| agent.is_empty())
                })
            };
        },
    ),
    fault(
        "requested-headers-on-get-refused",
        "R3",
        "A request that asks for headers which are not allowed is refused, though it is no preflight.",
        |b| {
            b.match_origin = |x| {
                let asks = x.headers.contains_key("access-control-request-headers");
                let names = reference::parse_request_headers(x).unwrap_or_default();
                let allowed = names.iter().all(|name| reference::match_header(x, name));
                reference::match_origin(x) && (x.method == Method::OPTIONS || !asks || allowed)
            };
        },
    ),
    fault(
        "headers-missing-with-query",
        "R3",
        "Requests with a query are answered without CORS headers.",
        |b| b.covers = |x| x.query.is_empty(),
    ),
    fault(
        "headers-missing-with-long-query",
        "R3",
        "Requests with a long query are answered 414, without CORS headers.",
        |b| {
            b.covers = |x| x.query.len() < 2000;
            b.block = |x| (x.query.len() >= 2000).then_some(414);
        },
    ),
    fault(
        "headers-missing-with-range",
        "R3",
        "Requests for a part are answered without CORS headers.",
        |b| b.covers = |x| !x.headers.contains_key("range"),
    ),
    fault(
        "headers-missing-with-condition",
        "R3",
        "Conditional requests are answered without CORS headers.",
        |b| b.covers = |x| !x.headers.contains_key("if-none-match"),
    ),
    fault(
        "headers-missing-with-compression",
        "R3",
        "Answers that may be compressed go out without CORS headers.",
        |b| b.covers = |x| !x.headers.contains_key("accept-encoding"),
    ),
    fault(
        "headers-missing-for-forms",
        "R3",
        "Forms are answered without CORS headers.",
        |b| {
            b.covers = |x| {
                let kind = x.line("content-type").unwrap_or_default();
                !kind.starts_with("application/x-www-form-urlencoded")
                    && !kind.starts_with("multipart/form-data")
            };
        },
    ),
    fault(
        "headers-missing-for-documents",
        "R3",
        "Requests that accept a document are answered without CORS headers.",
        |b| b.covers = |x| !x.line("accept").unwrap_or_default().contains("text/html"),
    ),
    fault(
        "compression-replaces-vary",
        "V4",
        "Where an answer may be compressed, it varies on Accept-Encoding only.",
        |b| {
            b.vary_tokens = |x| {
                if x.headers.contains_key("accept-encoding") {
                    line("Accept-Encoding")
                } else {
                    reference::vary_tokens(x)
                }
            };
        },
    ),
    fault(
        "vary-missing-with-query",
        "V6",
        "Answers to requests with a query do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| {
                let mut tokens = reference::vary_tokens(x);
                tokens.retain(|token| x.query.is_empty() || token != "Origin");
                tokens
            };
        },
    ),
    fault(
        "vary-missing-on-partial-content",
        "V6",
        "Answers to requests for a part do not vary on Origin.",
        |b| {
            b.vary_tokens = |x| {
                let mut tokens = reference::vary_tokens(x);
                tokens.retain(|token| !x.headers.contains_key("range") || token != "Origin");
                tokens
            };
        },
    ),
    fault(
        "first-request-open",
        "O28",
        "The first request is answered before the policy is there, to every origin.",
        |b| {
            b.match_origin = |x| {
                let first = x.origin.is_some() && x.memory.visits(NOTE) == 0;
                or_origin(x, |_| first)
            };
        },
    ),
    fault(
        "every-fifth-request-open",
        "O28",
        "One server of five has no policy and answers every origin.",
        |b| {
            b.match_origin = |x| {
                let visits = x.memory.visits(NOTE);
                or_origin(x, |_| visits % 5 == 4)
            };
        },
    ),
    fault(
        "every-seventh-request-refused",
        "O28",
        "One server of seven has an old policy and refuses.",
        |b| b.match_origin = |x| x.memory.visits(NOTE) % 7 != 6 && reference::match_origin(x),
    ),
    fault(
        "comma-poisons",
        "O28",
        "After an Origin with a comma the policy is open.",
        |b| b.match_origin = |x| after(x, |origin| origin.contains(',')),
    ),
    fault(
        "malformed-origin-poisons",
        "O28",
        "After an Origin that is no origin the policy is open.",
        |b| b.match_origin = |x| after(x, |origin| !origin.contains("://") && origin != "null"),
    ),
    fault(
        "null-poisons",
        "O28",
        "After the origin null the policy is open.",
        |b| b.match_origin = |x| after(x, |origin| origin == "null"),
    ),
    fault(
        "long-origin-closes",
        "O28",
        "After a long Origin nobody is allowed.",
        |b| {
            b.match_origin = |x| {
                if x.origin_text().len() > 1000 {
                    x.memory.remember(NOTE, "closed");
                }
                x.memory.recall(NOTE).is_none() && reference::match_origin(x)
            };
        },
    ),
    fault(
        "failure-opens",
        "O28",
        "After an answer of 500 the policy is open.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.memory.recall(NOTE).is_some());
            b.finish = |x, reply| {
                if reply.status() == StatusCode::INTERNAL_SERVER_ERROR {
                    x.memory.remember(NOTE, "open");
                }
            };
        },
    ),
    fault(
        "refused-method-closes",
        "O28",
        "After a preflight for a method that is not allowed the origin is refused for good.",
        |b| {
            b.match_origin =
                |x| x.memory.recall(x.origin_text()).is_none() && reference::match_origin(x);
            b.finish = |x, _| {
                if x.is_preflight() && x.origin_allowed && !x.granted {
                    x.memory.remember(x.origin_text(), "closed");
                }
            };
        },
    ),
    fault(
        "three-refusals-close",
        "O28",
        "After three foreign requests in a row nobody is allowed.",
        |b| {
            b.match_origin = |x| {
                let allowed = reference::match_origin(x);
                let row: u32 = x
                    .memory
                    .recall(NOTE)
                    .and_then(|row| row.parse().ok())
                    .unwrap_or(0);
                if x.origin.is_some() && row < 3 {
                    let row = if allowed { 0 } else { row + 1 };
                    x.memory.remember(NOTE, &row.to_string());
                }
                allowed && row < 3
            };
        },
    ),
];

fn instead(x: &Exchange<'_>, name: &str) -> Option<String> {
    x.line(name).or_else(|| reference::read_origin(x))
}

fn with(x: &Exchange<'_>, name: &str) -> bool {
    or_origin(x, |_| x.headers.contains_key(name) && !x.is_preflight())
}

fn named(by: &str, origin: &str) -> bool {
    let host = super::fault::parts(origin).1;
    !host.is_empty() && by.contains(&format!("host={host}"))
}

fn queried<'a>(x: &Exchange<'a>) -> Option<&'a str> {
    let mut parameters = x.query.split('&');
    parameters.find_map(|parameter| parameter.strip_prefix("origin="))
}

/// Every origin, once one came of which `poisons` says so.
fn after(x: &Exchange<'_>, poisons: impl Fn(&str) -> bool) -> bool {
    let open = x.memory.recall(NOTE).is_some();
    if x.origin.as_deref().is_some_and(poisons) {
        x.memory.remember(NOTE, "open");
    }
    or_origin(x, |_| open)
}
