//! Requests that a server does not survive, and state that leaks from one into another.

use super::fault::{Fault, fault, line};
use crate::behaviour::{Grant, Interception, reference};
use crate::header::append;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "crash-on-non-ascii-origin",
        "D1",
        "An origin that is not ASCII is answered 500.",
        |b| {
            b.intercept = |x| crash(!x.lines("origin").concat().is_ascii());
        },
    ),
    fault(
        "hang-up-on-non-ascii-origin",
        "D1",
        "An origin that is not ASCII ends the connection.",
        |b| {
            b.intercept =
                |x| (!x.lines("origin").concat().is_ascii()).then_some(Interception::HangUp);
        },
    ),
    fault(
        "crash-without-origin",
        "D1",
        "A request without an origin is answered 500.",
        |b| {
            b.intercept = |x| crash(x.lines("origin").is_empty());
        },
    ),
    fault(
        "crash-on-empty-origin",
        "D1",
        "An empty origin is answered 500.",
        |b| {
            b.intercept = |x| crash(x.lines("origin").iter().any(String::is_empty));
        },
    ),
    fault(
        "crash-on-null-origin",
        "D1",
        "The origin null is answered 500.",
        |b| {
            b.intercept = |x| crash(x.origin_text() == "null");
        },
    ),
    fault(
        "crash-on-origin-without-scheme",
        "D1",
        "An origin without a scheme is answered 500.",
        |b| {
            b.intercept = |x| {
                crash(!matches!(x.origin_text(), "" | "null") && !x.origin_text().contains("://"))
            };
        },
    ),
    fault(
        "crash-on-broken-address",
        "D1",
        "An origin with an opening bracket only is answered 500.",
        |b| {
            b.intercept =
                |x| crash(x.origin_text().contains('[') && !x.origin_text().contains(']'));
        },
    ),
    fault(
        "crash-on-port-overflow",
        "D1",
        "An origin with a port above 65535 is answered 500.",
        |b| {
            b.intercept = |x| {
                let port = super::fault::parts(x.origin_text()).2;
                crash(
                    port.len() > 4
                        && port.bytes().all(|b| b.is_ascii_digit())
                        && port.parse::<u16>().is_err(),
                )
            };
        },
    ),
    fault(
        "crash-on-letters-in-port",
        "D1",
        "An origin with a port that is no number is answered 500.",
        |b| {
            b.intercept = |x| {
                let port = super::fault::parts(x.origin_text()).2;
                crash(x.origin_text().contains("://") && port.contains(char::is_alphabetic))
            };
        },
    ),
    fault(
        "crash-on-long-origin",
        "D1",
        "An origin of more than 1024 bytes is answered 500.",
        |b| {
            b.intercept = |x| crash(x.origin_text().len() > 1024);
        },
    ),
    fault(
        "crash-on-several-origins",
        "D1",
        "Several Origin lines are answered 500.",
        |b| {
            b.intercept = |x| crash(x.lines("origin").len() > 1);
        },
    ),
    fault(
        "crash-on-unknown-method",
        "D1",
        "A preflight for a method that is not widely used is answered 500.",
        |b| {
            b.intercept = |x| {
                crash(x.requested_method.as_deref().is_some_and(|method| {
                    !["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].contains(&method)
                }))
            };
        },
    ),
    fault(
        "crash-on-malformed-method",
        "D1",
        "A preflight for what is no method is answered 500.",
        |b| {
            b.intercept = |x| crash(x.is_preflight() && x.requested_method.is_none());
        },
    ),
    fault(
        "crash-without-request-headers",
        "D1",
        "A preflight that asks for no headers is answered 500.",
        |b| {
            b.intercept = |x| crash(x.is_preflight() && x.lines(REQUEST_HEADERS).is_empty());
        },
    ),
    fault(
        "crash-on-malformed-request-headers",
        "D1",
        "A preflight whose requested headers are malformed is answered 500.",
        |b| {
            b.intercept = |x| crash(x.is_preflight() && x.requested_headers.is_none());
        },
    ),
    fault(
        "hang-up-on-non-ascii-request-headers",
        "D1",
        "A preflight whose requested headers are not ASCII ends the connection.",
        |b| {
            b.intercept =
                |x| (!x.lines(REQUEST_HEADERS).concat().is_ascii()).then_some(Interception::HangUp);
        },
    ),
    fault(
        "hang-up-on-many-header-names",
        "D2",
        "A preflight that asks for more than 64 headers ends the connection.",
        |b| {
            b.intercept = |x| {
                let names = x.requested_headers.as_ref().map_or(0, Vec::len);
                (names > 64).then_some(Interception::HangUp)
            };
        },
    ),
    fault(
        "crash-on-many-header-lines",
        "D2",
        "A preflight with more than 20 lines of requested headers is answered 500.",
        |b| {
            b.intercept = |x| crash(x.lines(REQUEST_HEADERS).len() > 20);
        },
    ),
    fault(
        "refused-headers-repeated",
        "D4",
        "Refused header names are repeated in Access-Control-Allow-Headers as they came.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && !x.granted {
                    for line in x.lines(REQUEST_HEADERS) {
                        append(reply.headers_mut(), Grant::Headers.header(), &line);
                    }
                }
            };
        },
    ),
    fault(
        "refused-method-repeated",
        "D4",
        "A refused method is repeated in Access-Control-Allow-Methods as it came.",
        |b| {
            b.finish = |x, reply| {
                if x.is_preflight() && !x.granted {
                    for line in x.lines("access-control-request-method") {
                        append(reply.headers_mut(), Grant::Methods.header(), &line);
                    }
                }
            };
        },
    ),
    fault(
        "malformed-origin-repeated",
        "D4",
        "An origin that is none is repeated as it came.",
        |b| {
            b.match_origin = |x| {
                super::fault::or_origin(x, |origin| {
                    !origin.is_empty() && origin.contains(['<', '\'', '"', ' ', '('])
                })
            };
        },
    ),
    fault(
        "credentials-leak-into-next-answer",
        "D5",
        "Credentials are allowed against the policy once a request had a cookie.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.headers.contains_key("cookie") {
                    x.memory.remember("cookie", "seen");
                }
                match x.memory.recall("cookie") {
                    Some(_) => line("true"),
                    None => reference::allow_credentials_value(x),
                }
            };
        },
    ),
    fault(
        "allow-origin-accumulates",
        "D5",
        "Each answer has the allowed origins of all earlier ones too.",
        |b| {
            b.allow_origin_value = |x| {
                let line = reference::allow_origin_value(x).concat();
                let earlier = x.memory.recall("origins").unwrap_or_default();
                let mut lines: Vec<String> = earlier
                    .split(' ')
                    .filter(|origin| !origin.is_empty())
                    .map(str::to_owned)
                    .collect();
                if !lines.contains(&line) {
                    lines.push(line);
                }
                x.memory.remember("origins", &lines.join(" "));
                lines
            };
        },
    ),
    fault(
        "allowed-headers-accumulate",
        "D5",
        "A header name that was refused once is allowed from then on.",
        |b| {
            b.match_headers = |x| {
                let names = x.requested_headers.clone().unwrap_or_default();
                let new = |name: &&String| {
                    x.memory
                        .remember(&format!("header {name}"), "seen")
                        .is_none()
                };
                let news = names.iter().filter(new).count();
                reference::match_headers(x) || (x.requested_headers.is_some() && news == 0)
            };
            b.allow_headers_value =
                |x| reference::list(x.requested_headers.clone().unwrap_or_default());
        },
    ),
    fault(
        "allowed-methods-accumulate",
        "D5",
        "A method that was refused once is allowed from then on.",
        |b| {
            b.match_method = |x| {
                let method = x.requested_method.clone().unwrap_or_default();
                let known = x
                    .memory
                    .remember(&format!("method {method}"), "seen")
                    .is_some();
                reference::match_method(x) || (x.requested_method.is_some() && known)
            };
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
        },
    ),
    fault(
        "first-preflight-answers-all",
        "D5",
        "The headers allowed to the first preflight are sent to all later ones.",
        |b| {
            b.allow_headers_value = |x| {
                let lines = reference::list(x.requested_headers.clone().unwrap_or_default());
                match x.memory.recall("headers") {
                    Some(first) => reference::list([first]),
                    None => lines
                        .into_iter()
                        .inspect(|first| drop(x.memory.remember("headers", first)))
                        .collect(),
                }
            };
        },
    ),
    fault(
        "crash-when-application-sets-headers",
        "D6",
        "The answer is 500 when the application sets a CORS header.",
        |b| {
            b.finish = |x, reply| {
                if x.application_headers
                    .iter()
                    .any(|name| name == Grant::Origin.header())
                {
                    *reply = crate::reply::with_status(500);
                }
            };
        },
    ),
    fault(
        "crash-when-application-sets-vary",
        "D6",
        "The answer is 500 when the application sets Vary.",
        |b| {
            b.finish = |x, reply| {
                if x.application_headers.iter().any(|name| name == "vary") {
                    *reply = crate::reply::with_status(500);
                }
            };
        },
    ),
];

const REQUEST_HEADERS: &str = "access-control-request-headers";

fn crash(when: bool) -> Option<Interception> {
    when.then_some(Interception::Answer(500))
}
