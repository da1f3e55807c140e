//! Origins that are read, taken apart or doubted in the wrong way.

use super::fault::{Fault, but_not, fault, or_entry, or_origin, parts};
use crate::behaviour::{Exchange, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "trailing-slash-tolerated",
        "O14",
        "A slash may follow an allowed origin, and is repeated.",
        |b| {
            b.match_origin =
                |x| or_entry(x, |entry, origin| origin.strip_suffix('/') == Some(entry));
        },
    ),
    fault(
        "path-ignored",
        "O14",
        "Path and query of an origin are ignored, and repeated.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin
                        .strip_prefix(entry)
                        .is_some_and(|rest| rest.starts_with(['/', '?', '#']))
                })
            };
        },
    ),
    fault(
        "userinfo-ignored",
        "O14",
        "What precedes an at sign in an origin is ignored.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
                    rest.rsplit_once('@')
                        .is_some_and(|(_, host)| entry == format!("{scheme}://{host}"))
                })
            };
        },
    ),
    fault(
        "userinfo-taken-for-host",
        "O14",
        "What follows an at sign in an origin is ignored.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin
                        .strip_prefix(entry)
                        .is_some_and(|rest| rest.starts_with('@'))
                })
            };
        },
    ),
    fault(
        "trailing-dot-tolerated",
        "O14",
        "A dot may follow the host of an allowed origin.",
        |b| {
            b.match_origin =
                |x| or_entry(x, |entry, origin| origin.strip_suffix('.') == Some(entry));
        },
    ),
    fault(
        "leading-dot-or-brackets-tolerated",
        "O14",
        "A dot or brackets around the host of an allowed origin are ignored, and repeated.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let trimmed = origin.replacen("://.", "://", 1);
                    trimmed == entry || origin.replace(['[', ']'], "") == entry
                })
            };
        },
    ),
    fault(
        "scheme-of-letters-only-under-any",
        "O15",
        "Where any origin is allowed, schemes are of letters and hyphens only.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    let odd = |mark: char| !mark.is_ascii_alphabetic() && mark != '-';
                    reference::allows_any(x) && parts(origin).0.contains(odd)
                })
            };
        },
    ),
    fault(
        "broken-scheme-repeated-under-any",
        "O14",
        "Where any origin is allowed, one without a scheme that is one is repeated.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| is_broken_scheme(x, origin));
            b.allow_origin_value = |x| match &x.origin {
                Some(origin) if is_broken_scheme(x, origin) => vec![origin.clone()],
                _ => reference::allow_origin_value(x),
            };
        },
    ),
    fault(
        "origin-list-first-decides",
        "O14",
        "Of a list of origins the first decides, and the whole is repeated.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin.split([' ', ',']).next() == Some(entry)
                })
            };
        },
    ),
    fault(
        "origin-list-any-decides",
        "O14",
        "One allowed origin in a list is enough, and the whole is repeated.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin.split([' ', ',']).any(|element| element == entry)
                })
            };
        },
    ),
    fault(
        "origin-unicode-space-trimmed",
        "O14",
        "A no-break space around an origin is trimmed before the comparison.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| origin.trim() == entry);
        },
    ),
    fault(
        "origin-percent-decoded",
        "O14",
        "An origin is cut at an escaped zero byte.",
        |b| {
            b.match_origin =
                |x| or_entry(x, |entry, origin| origin.split("%00").next() == Some(entry));
        },
    ),
    fault(
        "extension-origins-allowed",
        "O14",
        "Every browser extension is allowed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| parts(origin).0.ends_with("-extension"));
        },
    ),
    fault(
        "last-origin-never-matches",
        "O15",
        "The last listed origin is refused.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    x.listed_origins().last().is_some_and(|last| last == origin)
                })
            };
        },
    ),
    fault(
        "only-first-origin-matches",
        "O15",
        "Of the exact origins only the first is allowed.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    x.policy
                        .exact_origins()
                        .skip(1)
                        .any(|entry| entry == origin)
                })
            };
        },
    ),
    fault(
        "ports-refused",
        "O15",
        "Listed origins with a port are refused.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    x.depends_on_origin() && !parts(origin).2.is_empty()
                })
            };
        },
    ),
    fault(
        "http-refused",
        "O15",
        "Listed http origins are refused.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    x.depends_on_origin() && parts(origin).0 == "http"
                })
            };
        },
    ),
    fault(
        "unusual-schemes-refused-under-any",
        "O15",
        "Any origin is allowed, except for those that are not http or https.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    !x.depends_on_origin() && !matches!(parts(origin).0, "http" | "https")
                })
            };
        },
    ),
    fault(
        "referer-stands-in-for-origin",
        "O21",
        "An allowed Referer stands in for a foreign Origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| referer_is_allowed(x));
        },
    ),
    fault(
        "origin-read-from-referer",
        "O21",
        "Where there is a Referer, its origin is taken for the request's.",
        |b| {
            b.read_origin = |x| referer_origin(x).or_else(|| reference::read_origin(x));
        },
    ),
];

/// Whether what any origin is allowed under has a host behind something that is no scheme.
fn is_broken_scheme(x: &Exchange<'_>, origin: &str) -> bool {
    let (scheme, host, _) = parts(origin);
    let letters = |mark: char| mark.is_ascii_alphanumeric() || "+-.".contains(mark);
    let is_one = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(letters);
    reference::allows_any(x) && !scheme.is_empty() && !host.is_empty() && !is_one
}

/// The origin of the `Referer`.
fn referer_origin(x: &Exchange<'_>) -> Option<String> {
    let referer = x.line("referer")?;
    let (scheme, rest) = referer.split_once("://")?;
    Some(format!("{scheme}://{}", rest.split(['/', '?']).next()?))
}

fn referer_is_allowed(x: &Exchange<'_>) -> bool {
    referer_origin(x).is_some_and(|origin| x.policy.allows_origin(origin.as_bytes()))
}
