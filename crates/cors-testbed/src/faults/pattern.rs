//! Patterns such as `https://*.app.example` that let too much or too little through.

use cors_policy::pattern::fits_pattern;

use super::fault::{Fault, but_not, equal_but_dots, fault, line, or_origin, parts};
use crate::behaviour::{Exchange, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "pattern-end-unanchored",
        "O1",
        "Anything may follow what a pattern describes.",
        |b| {
            b.match_origin = |x| or_pattern(x, |star, end| star.contains(end));
        },
    ),
    fault(
        "pattern-dot-missing",
        "O2",
        "The star of a pattern may end without a dot.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    star.strip_suffix(end.trim_start_matches('.'))
                        .is_some_and(are_labels)
                })
            };
        },
    ),
    fault(
        "pattern-dot-is-any-character",
        "O4",
        "The dots of a pattern stand for any character.",
        |b| {
            b.match_origin = |x| or_pattern(x, |star, end| ends_but_dots(star, end, 0));
        },
    ),
    fault(
        "pattern-only-first-dot-escaped",
        "O4",
        "The dots of a pattern after the first stand for any character.",
        |b| {
            b.match_origin = |x| or_pattern(x, |star, end| ends_but_dots(star, end, 1));
        },
    ),
    fault(
        "pattern-start-unanchored",
        "O5",
        "Anything may precede what a pattern describes.",
        |b| {
            b.match_origin = |x| {
                reference::match_origin(x)
                    || pattern_pieces(x).any(|(start, end)| {
                        x.origin_text().find(start).is_some_and(|at| at > 0)
                            && x.origin_text().ends_with(end)
                    })
            };
        },
    ),
    fault(
        "pattern-scheme-ignored",
        "O7",
        "The scheme of a pattern is not compared.",
        |b| {
            b.match_origin = |x| {
                reference::match_origin(x)
                    || pattern_pieces(x).any(|(_, end)| {
                        let rest = x.origin_text().split_once("://").map(|(_, rest)| rest);
                        rest.and_then(|rest| rest.strip_suffix(end))
                            .is_some_and(are_labels)
                    })
            };
        },
    ),
    fault(
        "pattern-allows-apex",
        "O11",
        "A pattern for subdomains allows the domain itself.",
        |b| {
            b.match_origin = |x| or_pattern(x, |star, end| end.strip_prefix('.') == Some(star));
        },
    ),
    fault(
        "pattern-any-port",
        "O11",
        "A pattern allows every port.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    let (host, port) = star.rsplit_once(':').unwrap_or((star, ""));
                    port.bytes().all(|byte| byte.is_ascii_digit())
                        && host.strip_suffix(parts(end).1).is_some_and(are_labels)
                })
            };
        },
    ),
    fault(
        "pattern-any-characters",
        "O11",
        "The star of a pattern stands for anything, slashes and colons included.",
        |b| {
            b.match_origin =
                |x| or_pattern(x, |star, end| star.len() > end.len() && star.ends_with(end));
        },
    ),
    fault(
        "pattern-userinfo",
        "O11",
        "The star of a pattern may hold an at sign.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    let host = star
                        .rsplit_once('@')
                        .and_then(|(_, host)| host.strip_suffix(end));
                    host.is_some_and(are_labels)
                })
            };
        },
    ),
    fault(
        "pattern-empty-labels",
        "O11",
        "The star of a pattern may hold empty labels.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    star.strip_suffix(end).is_some_and(|labels| {
                        labels
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
                    })
                })
            };
        },
    ),
    fault(
        "pattern-two-dots",
        "O11",
        "The star of a pattern may hold two dots in a row, or end in one.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    star.strip_suffix(end).is_some_and(|labels| {
                        are_small_labels(labels.replace("..", ".").trim_end_matches('.'))
                    })
                })
            };
        },
    ),
    fault(
        "pattern-colons",
        "O11",
        "The star of a pattern may hold a colon.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    star.strip_suffix(end).is_some_and(|labels| {
                        are_small_labels(labels.replace(':', ".").trim_end_matches('.'))
                    })
                })
            };
        },
    ),
    fault(
        "pattern-only-last-label",
        "O11",
        "Of a pattern only the last label is compared.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    end.rsplit_once('.')
                        .is_some_and(|(_, last)| star.ends_with(&format!(".{last}")))
                })
            };
        },
    ),
    fault(
        "pattern-any-case",
        "O13",
        "What a pattern describes is compared without regard to case.",
        |b| {
            b.match_origin = |x| {
                or_pattern(x, |star, end| {
                    star.to_ascii_lowercase()
                        .strip_suffix(end)
                        .is_some_and(are_labels)
                })
            };
        },
    ),
    fault(
        "patterns-taken-literally",
        "O15",
        "Patterns match nothing.",
        |b| {
            b.match_origin = |x| but_not(x, |_| by_pattern(x).is_some());
        },
    ),
    fault(
        "pattern-only-first-honoured",
        "O15",
        "Of several patterns only the first is honoured.",
        |b| {
            b.match_origin = |x| {
                let first = x.policy.patterns().next().unwrap_or_default();
                but_not(x, |origin| {
                    by_pattern(x).is_some() && !fits_pattern(origin.as_bytes(), first)
                })
            };
        },
    ),
    fault(
        "pattern-second-dot-missing",
        "O2",
        "The star of the second pattern may end without a dot.",
        |b| {
            b.match_origin = |x| {
                let second = pattern_pieces(x).nth(1);
                or_origin(x, |origin| {
                    second.is_some_and(|(start, end)| {
                        let star = origin.strip_prefix(start);
                        star.and_then(|star| star.strip_suffix(end.trim_start_matches('.')))
                            .is_some_and(are_small_labels)
                    })
                })
            };
        },
    ),
    fault(
        "expression-examples-only",
        "O15",
        "Of what an expression describes only the examples are allowed.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    let mut by = x.policy.examples.iter().filter(|one| one.pattern.is_some());
                    let listed = x.listed_origins().iter().any(|entry| entry == origin);
                    !listed && by.any(|one| one.allowed.iter().all(|example| example != origin))
                })
            };
        },
    ),
    fault(
        "expression-end-unanchored",
        "O1",
        "Anything may follow what an expression describes.",
        |b| {
            b.match_origin = |x| {
                or_origin(x, |origin| {
                    let mut allowed = x.policy.examples.iter().flat_map(|one| &one.allowed);
                    allowed.any(|example| {
                        origin
                            .strip_prefix(example.as_str())
                            .is_some_and(|rest| rest.starts_with('.'))
                    })
                })
            };
        },
    ),
    fault(
        "pattern-one-label-only",
        "O15",
        "The star of a pattern stands for one label only.",
        |b| {
            b.match_origin =
                |x| but_not(x, |_| by_pattern(x).is_some_and(|star| star.contains('.')));
        },
    ),
    fault(
        "pattern-without-hyphens",
        "O15",
        "The star of a pattern cannot hold a hyphen.",
        |b| {
            b.match_origin =
                |x| but_not(x, |_| by_pattern(x).is_some_and(|star| star.contains('-')));
        },
    ),
    fault(
        "pattern-without-digits",
        "O15",
        "The star of a pattern cannot hold a digit.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |_| {
                    by_pattern(x).is_some_and(|star| star.contains(|c: char| c.is_ascii_digit()))
                })
            };
        },
    ),
    fault(
        "pattern-short-hosts-only",
        "O15",
        "Hosts of more than 128 characters fit no pattern.",
        |b| {
            b.match_origin = |x| but_not(x, |origin| origin.len() > 136);
        },
    ),
    fault(
        "pattern-220-characters-at-most",
        "O15",
        "Origins of more than 220 characters fit no pattern.",
        |b| {
            b.match_origin = |x| but_not(x, |origin| origin.len() > 220 && by_pattern(x).is_some());
        },
    ),
    fault(
        "pattern-five-labels-at-most",
        "O15",
        "The star of a pattern stands for five labels at most.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |_| {
                    by_pattern(x).is_some_and(|star| star.split('.').count() > 5)
                })
            };
        },
    ),
    fault(
        "any-port-of-four-digits",
        "O15",
        "Where any port is allowed, only origins without a port or with one of four digits are.",
        |b| {
            b.match_origin = |x| {
                but_not(x, |origin| {
                    let port = parts(origin).2;
                    let any = x
                        .policy
                        .patterns()
                        .any(|pattern| pattern.ends_with(":*") || pattern.ends_with("://*"));
                    any && !port.is_empty() && port.len() != 4
                })
            };
        },
    ),
    fault(
        "pattern-short-labels-only",
        "O15",
        "The star of a pattern stands for at most 16 characters.",
        |b| {
            b.match_origin = |x| but_not(x, |_| by_pattern(x).is_some_and(|star| star.len() > 16));
        },
    ),
    fault(
        "pattern-as-allow-origin",
        "E3",
        "An origin that fits a pattern is answered with the pattern.",
        |b| {
            b.allow_origin_value = |x| match x.policy.patterns().next() {
                Some(pattern) if by_pattern(x).is_some() => line(pattern),
                _ => reference::allow_origin_value(x),
            };
        },
    ),
    fault(
        "pattern-regex-as-allow-origin",
        "E3",
        "An origin that fits a pattern is answered with the regular expression made of it.",
        |b| {
            b.allow_origin_value = |x| match x.policy.patterns().next() {
                Some(pattern) if by_pattern(x).is_some() => line(format!(
                    "/^{}$/",
                    pattern.replace('.', "\\.").replace('*', ".+")
                )),
                _ => reference::allow_origin_value(x),
            };
        },
    ),
];

/// What stands before and after the star of each pattern.
fn pattern_pieces<'a>(x: &'a Exchange<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    x.policy
        .patterns()
        .filter_map(|pattern| pattern.split_once('*'))
}

/// The reference decision, and beside it origins that begin as a pattern does and of whose rest
/// `also` approves, given what must follow the star.
fn or_pattern(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    let mut pieces = pattern_pieces(x);
    reference::match_origin(x)
        || pieces.any(|(start, end)| {
            x.origin_text()
                .strip_prefix(start)
                .is_some_and(|rest| also(rest, end))
        })
}

/// What the star stands for in an origin that fits a pattern.
fn by_pattern<'a>(x: &'a Exchange<'_>) -> Option<&'a str> {
    pattern_pieces(x).find_map(|(start, end)| {
        x.origin_text()
            .strip_prefix(start)?
            .strip_suffix(end)
            .filter(|star| are_labels(star))
    })
}

/// Whether the text is one or more labels.
fn are_labels(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// The same as a browser writes them.
fn are_small_labels(text: &str) -> bool {
    are_labels(text) && !text.contains(|letter: char| letter.is_ascii_uppercase())
}

/// Whether the text ends as told, after one or more labels, where dots beyond the first `literal`
/// ones stand for any character.
fn ends_but_dots(text: &str, end: &str, literal: usize) -> bool {
    text.is_ascii()
        && text
            .len()
            .checked_sub(end.len())
            .and_then(|at| text.split_at_checked(at))
            .is_some_and(|(star, rest)| are_labels(star) && equal_but_dots(end, rest, literal))
}
