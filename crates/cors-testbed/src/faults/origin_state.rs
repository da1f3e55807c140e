//! Decisions about the origin that are taken from somewhere else: earlier requests, the server's
//! own host, the wrong rule.

use super::fault::{
    Fault, begins_with_label, but_not, fault, line, open_if, or_entry, or_origin, parts,
};
use crate::behaviour::{Exchange, Grant, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "own-host-with-any-scheme-allowed",
        "O16",
        "An origin with the host and port of the server is allowed, whatever its scheme.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |origin| {
                    let authority = origin.split_once("://").map(|(_, authority)| authority);
                    authority.is_some() && authority == x.line("host").as_deref()
                })
            };
        },
    ),
    fault(
        "own-host-allowed",
        "O16",
        "An origin whose host is that of the server is allowed, whatever its scheme.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |origin| {
                    x.line("host")
                        .is_some_and(|host| parts(origin).1 == parts(&host).1)
                })
            };
        },
    ),
    fault(
        "open-under-names",
        "O16",
        "Asked by another name than its own, or than localhost, the server allows every origin.",
        |b| {
            b.match_origin = |x| {
                let host = x.line("host").unwrap_or_default();
                let host = parts(&host).1;
                let is_own = ["localhost", "target.test"].contains(&host);
                open_if(
                    x,
                    host.starts_with(|first: char| first.is_ascii_alphabetic()) && !is_own,
                )
            };
        },
    ),
    fault(
        "sec-fetch-site-trusted",
        "O16",
        "A request that says it is same-origin is allowed whatever its origin.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |_| {
                    x.line("sec-fetch-site")
                        .is_some_and(|site| site == "same-origin")
                })
            };
        },
    ),
    fault(
        "forwarded-host-trusted",
        "O16",
        "An origin whose host is named by X-Forwarded-Host is allowed.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |origin| {
                    x.line("x-forwarded-host")
                        .is_some_and(|host| parts(origin).1 == parts(&host).1)
                })
            };
        },
    ),
    fault(
        "localhost-always-allowed",
        "O17",
        "Origins on localhost, meant for development, are allowed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| parts(origin).1 == "localhost");
        },
    ),
    fault(
        "loopback-always-allowed",
        "O17",
        "Origins on 127.0.0.1, meant for development, are allowed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| parts(origin).1 == "127.0.0.1");
        },
    ),
    fault(
        "ajax-header-opens-origins",
        "O17",
        "A request with X-Requested-With is allowed whatever its origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.headers.contains_key("x-requested-with"));
        },
    ),
    fault(
        "every-second-request-refused",
        "O18",
        "Every second request of an allowed origin is refused.",
        |b| {
            b.match_origin = |x| {
                reference::match_origin(x)
                    && (x.origin.is_none() || x.memory.visits(x.origin_text()) % 2 == 0)
            };
        },
    ),
    fault(
        "refused-after-a-refusal",
        "O18",
        "The request after a refused one is refused.",
        |b| {
            b.match_origin = |x| {
                let allowed = reference::match_origin(x);
                let before = x
                    .memory
                    .remember("allowed", if allowed { "yes" } else { "no" });
                allowed && before.as_deref() != Some("no")
            };
        },
    ),
    fault(
        "allowed-after-a-grant",
        "O18",
        "The request after an allowed one is allowed.",
        |b| {
            b.match_origin = |x| {
                let allowed = reference::match_origin(x);
                let before = x
                    .memory
                    .remember("allowed", if allowed { "yes" } else { "no" });
                allowed || (x.origin.is_some() && before.as_deref() == Some("yes"))
            };
        },
    ),
    fault(
        "decision-kept-per-connection",
        "O18",
        "The decision about the first origin on a connection holds for all that follow on it.",
        |b| {
            b.match_origin = |x| {
                let key = format!("connection {}", x.connection);
                let allowed = match x.memory.recall(&key) {
                    Some(kept) if x.origin.is_some() => kept == "yes",
                    _ => reference::match_origin(x),
                };
                if x.origin.is_some() {
                    x.memory.remember(&key, if allowed { "yes" } else { "no" });
                }
                allowed
            };
        },
    ),
    fault(
        "preflighted-origins-stay-allowed",
        "O18",
        "Any origin is allowed after it has sent a preflight.",
        |b| {
            b.match_origin = |x| {
                let seen = x.memory.recall(x.origin_text()).is_some();
                if x.is_preflight() {
                    x.memory.remember(x.origin_text(), "preflight");
                }
                or_origin(x, |_| seen)
            };
        },
    ),
    fault(
        "first-origin-kept",
        "O18",
        "The first allowed origin ever seen is repeated to all allowed ones.",
        |b| {
            b.allow_origin_value = |x| {
                let lines = reference::allow_origin_value(x);
                match x.memory.recall("first") {
                    Some(first) => line(first),
                    None => lines
                        .into_iter()
                        .inspect(|first| drop(x.memory.remember("first", first)))
                        .collect(),
                }
            };
        },
    ),
    fault(
        "origin-parts-matched-apart",
        "O19",
        "Scheme, host and port are each looked up among those of all listed origins.",
        |b| {
            b.match_origin = |x| {
                let (scheme, host, port) = parts(x.origin_text());
                let among = |part: &str, of: fn(&str) -> &str| {
                    x.policy.exact_origins().any(|entry| of(entry) == part)
                };
                reference::match_origin(x)
                    || (among(scheme, |e| parts(e).0)
                        && among(host, |e| parts(e).1)
                        && among(port, |e| parts(e).2))
            };
        },
    ),
    fault(
        "origin-labels-merged",
        "O19",
        "Two listed hosts that share an ending are stored so that one followed by the other is allowed.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| begins_with_label(x, entry, origin));
        },
    ),
    fault(
        "similar-length-origin-set",
        "O19",
        "An origin is looked up by its length and its last ten characters.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let tail = |text: &str| text.chars().rev().take(10).collect::<String>();
                    entry.len() == origin.len() && tail(entry) == tail(origin)
                })
            };
        },
    ),
    fault(
        "first-origin-sent-to-all",
        "O20",
        "Every allowed origin is answered with the first listed one.",
        |b| {
            b.allow_origin_value = |x| match x.policy.exact_origins().next() {
                Some(first) => line(first),
                None => reference::allow_origin_value(x),
            };
        },
    ),
    fault(
        "wildcard-sent-to-refused",
        "O20",
        "A refused origin is answered with the star.",
        |b| {
            b.carries = carries_origin_always;
            b.allow_origin_value = |x| {
                if x.origin_allowed {
                    reference::allow_origin_value(x)
                } else {
                    line("*")
                }
            };
        },
    ),
    fault(
        "own-origin-sent-to-refused",
        "O20",
        "A refused origin is answered with the server's own.",
        |b| {
            b.carries = carries_origin_always;
            b.allow_origin_value = |x| {
                if x.origin_allowed {
                    reference::allow_origin_value(x)
                } else {
                    line("https://api.example")
                }
            };
        },
    ),
    fault(
        "missing-paths-open",
        "O22",
        "Paths without a route have a policy of their own that allows every origin.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Origin | Grant::Credentials if x.status == 404 => x.origin.is_some(),
                _ => reference::carries(x, grant),
            };
        },
    ),
    fault(
        "options-path-open",
        "O22",
        "A route with its own OPTIONS handler allows every origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.path == "/options");
        },
    ),
    fault(
        "vary-path-closed",
        "O22",
        "A route of which the application answers in several encodings allows no origin.",
        |b| {
            b.match_origin = |x| but_not(x, |_| x.path == "/vary");
        },
    ),
];

/// `Access-Control-Allow-Origin` stands on every answer to a request with an origin.
fn carries_origin_always(x: &Exchange<'_>, grant: Grant) -> bool {
    (grant == Grant::Origin && x.origin.is_some()) || reference::carries(x, grant)
}
