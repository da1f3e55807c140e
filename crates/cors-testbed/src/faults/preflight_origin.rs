//! Decisions about the origin that preflights and other requests take differently.

use http::Method;

use super::fault::{
    Fault, begins_with_label, equal_but_dots, fault, goes_on_oddly, lacks_first_letters, or_entry,
    or_origin, parts,
};
use crate::behaviour::{Exchange, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "preflight-origin-suffix-match",
        "O24",
        "On preflights a host is allowed when it ends in an allowed one.",
        |b| b.match_origin = |x| entry(x, |e, o| same_ends(e, o) && host(o).ends_with(host(e))),
    ),
    fault(
        "preflight-origin-prefix-match",
        "O24",
        "On preflights an origin is allowed when it begins with an allowed one.",
        |b| b.match_origin = |x| entry(x, |e, o| o.starts_with(e)),
    ),
    fault(
        "preflight-origin-substring-match",
        "O24",
        "On preflights an origin is allowed when it contains an allowed host.",
        |b| b.match_origin = |x| entry(x, |e, o| o.contains(host(e))),
    ),
    fault(
        "preflight-odd-character-ends-host",
        "O24",
        "On preflights a mark such as an underscore ends the host that is compared.",
        |b| b.match_origin = |x| entry(x, goes_on_oddly),
    ),
    fault(
        "preflight-origin-beheaded",
        "O24",
        "On preflights a host is allowed when an allowed one ends in it, within its first label.",
        |b| b.match_origin = |x| entry(x, lacks_first_letters),
    ),
    fault(
        "preflight-labels-merged",
        "O24",
        "On preflights an allowed host may have the first label of an allowed one in front.",
        |b| b.match_origin = |x| entry(x, |e, o| begins_with_label(x, e, o)),
    ),
    fault(
        "preflight-hosts-run-together",
        "O24",
        "On preflights two allowed hosts in a row are one.",
        |b| {
            b.match_origin = |x| {
                entry(x, |e, o| {
                    let mut others = x.policy.exact_origins();
                    o.strip_prefix(e)
                        .is_some_and(|rest| others.any(|other| other != e && host(other) == rest))
                })
            };
        },
    ),
    fault(
        "preflight-five-labels-at-most",
        "O24",
        "On preflights the star of a pattern stands for five labels at most.",
        |b| {
            b.match_origin = |x| {
                let deep = x.origin_text().split('.').count() > 9;
                reference::match_origin(x) && !(x.is_preflight() && has_pattern(x) && deep)
            };
        },
    ),
    fault(
        "preflight-origin-subdomains",
        "O24",
        "On preflights subdomains of an exact origin are allowed.",
        |b| {
            b.match_origin = |x| {
                entry(x, |e, o| {
                    same_ends(e, o) && host(o).ends_with(&format!(".{}", host(e)))
                })
            };
        },
    ),
    fault(
        "preflight-origin-cut-short",
        "O24",
        "On preflights an origin is allowed when an allowed one begins with it.",
        |b| b.match_origin = |x| entry(x, |e, o| e.starts_with(o)),
    ),
    fault(
        "preflight-origin-parent",
        "O24",
        "On preflights the domain above an allowed host is allowed.",
        |b| {
            b.match_origin = |x| {
                entry(x, |e, o| {
                    same_ends(e, o) && host(e).ends_with(&format!(".{}", host(o)))
                })
            };
        },
    ),
    fault(
        "preflight-origin-dots",
        "O24",
        "On preflights a dot of an allowed origin stands for any character.",
        |b| b.match_origin = |x| entry(x, |e, o| equal_but_dots(e, o, 0)),
    ),
    fault(
        "preflight-origin-scheme-ignored",
        "O24",
        "On preflights schemes are not compared.",
        |b| {
            b.match_origin = |x| {
                entry(x, |e, o| {
                    let ((_, host, port), (_, h, p)) = (parts(e), parts(o));
                    host == h && port == p
                })
            };
        },
    ),
    fault(
        "preflight-origin-port-ignored",
        "O24",
        "On preflights ports are not compared.",
        |b| {
            b.match_origin = |x| {
                entry(x, |e, o| {
                    let ((scheme, host, _), (s, h, _)) = (parts(e), parts(o));
                    scheme == s && host == h
                })
            };
        },
    ),
    fault(
        "preflight-origin-trailing-dot",
        "O24",
        "On preflights a dot at the end of the host is ignored.",
        |b| b.match_origin = |x| entry(x, |e, o| o.strip_suffix('.') == Some(e)),
    ),
    fault(
        "preflight-origin-unchecked",
        "O24",
        "Preflights are granted to every origin.",
        |b| b.match_origin = |x| on_preflight(x, |_| true),
    ),
    fault(
        "preflight-null-allowed",
        "O24",
        "Preflights are granted to the origin null.",
        |b| b.match_origin = |x| on_preflight(x, |origin| origin == "null"),
    ),
    fault(
        "preflight-localhost-allowed",
        "O24",
        "Preflights are granted to pages on localhost.",
        |b| b.match_origin = |x| on_preflight(x, |origin| host(origin) == "localhost"),
    ),
    fault(
        "preflight-https-allowed",
        "O24",
        "Preflights are granted to every https origin.",
        |b| b.match_origin = |x| on_preflight(x, |origin| origin.starts_with("https://")),
    ),
    fault(
        "preflight-pattern-dot-missing",
        "O24",
        "On preflights the dot after the star of a pattern may be missing.",
        |b| {
            b.match_origin = |x| {
                pattern(x, |start, end, origin| {
                    origin.starts_with(start) && origin.ends_with(end.trim_start_matches('.'))
                })
            };
        },
    ),
    fault(
        "preflight-pattern-apex",
        "O24",
        "On preflights a pattern allows its own domain.",
        |b| {
            b.match_origin = |x| {
                pattern(x, |start, end, origin| {
                    origin.strip_prefix(start) == Some(end.trim_start_matches('.'))
                })
            };
        },
    ),
    fault(
        "preflight-pattern-unanchored",
        "O24",
        "On preflights anything may follow what fits a pattern.",
        |b| {
            b.match_origin = |x| {
                pattern(x, |start, end, origin| {
                    origin.starts_with(start) && origin.contains(end)
                })
            };
        },
    ),
    fault(
        "preflight-pattern-scheme-ignored",
        "O24",
        "On preflights the scheme of a pattern is not compared.",
        |b| {
            b.match_origin = |x| {
                pattern(x, |_, end, origin| {
                    origin.contains("://") && origin.ends_with(end)
                })
            };
        },
    ),
    fault(
        "preflight-second-origin-forgotten",
        "O24",
        "Preflights are granted to the first listed origin only.",
        |b| {
            b.match_origin = |x| {
                let first = x.listed_origins().first();
                let first = first.is_none_or(|first| *first == x.origin_text());
                reference::match_origin(x) && (first || !x.is_preflight() || has_pattern(x))
            };
        },
    ),
    fault(
        "preflight-patterns-taken-literally",
        "O24",
        "Preflights know no patterns.",
        |b| {
            b.match_origin = |x| {
                let exact = x
                    .policy
                    .exact_origins()
                    .any(|entry| entry == x.origin_text());
                reference::match_origin(x) && (exact || !x.is_preflight() || !has_pattern(x))
            };
        },
    ),
    fault(
        "head-origin-unchecked",
        "O24",
        "Every origin may read answers to HEAD.",
        |b| b.match_origin = |x| or_origin(x, |_| x.method == Method::HEAD),
    ),
    fault(
        "post-origin-unchecked",
        "O24",
        "Every origin may read answers to POST.",
        |b| b.match_origin = |x| or_origin(x, |_| x.method == Method::POST),
    ),
    fault(
        "plain-options-origin-unchecked",
        "O25",
        "OPTIONS without a requested method is answered to every origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.method == Method::OPTIONS && !x.is_preflight());
        },
    ),
    fault(
        "requested-method-opens-origins",
        "O25",
        "Whatever has a requested method and is no OPTIONS is answered to every origin.",
        |b| b.match_origin = |x| or_origin(x, |_| asks(x) && x.method != Method::OPTIONS),
    ),
    fault(
        "requested-headers-open-origins",
        "O25",
        "Whatever has requested headers and is no preflight is answered to every origin.",
        |b| {
            b.match_origin = |x| {
                let names = x.headers.contains_key("access-control-request-headers");
                or_origin(x, |_| names && !x.is_preflight())
            };
        },
    ),
    fault(
        "malformed-method-opens-origins",
        "O25",
        "A preflight whose requested method is no token is answered to every origin.",
        |b| {
            b.match_origin = |x| {
                let broken = x.is_preflight() && reference::read_method(x).is_none();
                or_origin(x, |_| broken)
            };
            b.match_method = |_| true;
        },
    ),
];

fn host(origin: &str) -> &str {
    parts(origin).1
}

fn same_ends(entry: &str, origin: &str) -> bool {
    parts(entry).0 == parts(origin).0 && parts(entry).2 == parts(origin).2
}

fn asks(x: &Exchange<'_>) -> bool {
    x.headers.contains_key("access-control-request-method")
}

fn has_pattern(x: &Exchange<'_>) -> bool {
    x.policy.patterns().next().is_some()
}

fn entry(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    or_entry(x, |entry, origin| x.is_preflight() && also(entry, origin))
}

fn on_preflight(x: &Exchange<'_>, also: impl Fn(&str) -> bool) -> bool {
    or_origin(x, |origin| x.is_preflight() && also(origin))
}

/// What stands before and after the star of a pattern, and the origin.
fn pattern(x: &Exchange<'_>, also: impl Fn(&str, &str, &str) -> bool) -> bool {
    on_preflight(x, |origin| {
        let mut halves = x
            .policy
            .patterns()
            .filter_map(|entry| entry.split_once('*'));
        halves.any(|(start, end)| also(start, end, origin))
    })
}
