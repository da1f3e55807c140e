//! Exact origins that are compared in the wrong way.

use super::fault::{
    Fault, equal_but_dots, fault, goes_on_oddly, lacks_first_letters, or_entry, or_origin, parts,
};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "origin-prefix-match",
        "O1",
        "An origin is allowed when it begins with an allowed one.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| origin.starts_with(entry));
        },
    ),
    fault(
        "origin-word-boundary-match",
        "O1",
        "An allowed origin may be followed by anything but a letter, digit or hyphen.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin.strip_prefix(entry).is_some_and(|rest| {
                        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
                    })
                })
            };
        },
    ),
    fault(
        "origin-host-as-leading-labels",
        "O1",
        "The host of an allowed origin may be the leading labels of a longer one.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin
                        .strip_prefix(entry)
                        .is_some_and(|rest| rest.starts_with('.'))
                })
            };
        },
    ),
    fault(
        "origin-odd-character-ends-host",
        "O1",
        "A mark such as an underscore ends the host that is compared.",
        |b| {
            b.match_origin = |x| or_entry(x, goes_on_oddly);
        },
    ),
    fault(
        "origin-suffix-match",
        "O2",
        "A host is allowed when it ends in an allowed one.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, host, port), (s, h, p)) = (parts(entry), parts(origin));
                    scheme == s && port == p && h.ends_with(host)
                })
            };
        },
    ),
    fault(
        "origin-subdomains-of-exact",
        "O2",
        "Subdomains of an exact origin are allowed too.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, host, port), (s, h, p)) = (parts(entry), parts(origin));
                    scheme == s && port == p && h.ends_with(&format!(".{host}"))
                })
            };
        },
    ),
    fault(
        "origin-substring-match",
        "O3",
        "An origin is allowed when it contains an allowed one.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| origin.contains(entry));
        },
    ),
    fault(
        "origin-host-substring-match",
        "O3",
        "A host is allowed when it contains an allowed one.",
        |b| {
            b.match_origin =
                |x| or_entry(x, |entry, origin| parts(origin).1.contains(parts(entry).1));
        },
    ),
    fault(
        "origin-begins-allowed-one",
        "O3",
        "An origin is allowed when an allowed one begins with it.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| entry.starts_with(origin));
        },
    ),
    fault(
        "origin-beheaded",
        "O3",
        "A host is allowed when an allowed one ends in it, within its first label.",
        |b| {
            b.match_origin = |x| or_entry(x, lacks_first_letters);
        },
    ),
    fault(
        "origin-found-in-joined-list",
        "O3",
        "The allowed origins are joined to one text, in which the origin is searched.",
        |b| {
            b.match_origin =
                |x| or_origin(x, |origin| x.listed_origins().join(",").contains(origin));
        },
    ),
    fault(
        "origin-dot-is-any-character",
        "O4",
        "A dot of an allowed origin stands for any character.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| equal_but_dots(entry, origin, 0));
        },
    ),
    fault(
        "origin-dot-is-any-character-unanchored",
        "O4",
        "A dot of an allowed origin stands for any character, and anything may follow.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let start: String = origin.chars().take(entry.chars().count()).collect();
                    equal_but_dots(entry, &start, 0)
                })
            };
        },
    ),
    fault(
        "origin-start-unanchored",
        "O5",
        "Anything may precede an allowed origin.",
        |b| {
            b.match_origin = |x| or_entry(x, |entry, origin| origin.ends_with(entry));
        },
    ),
    fault(
        "scheme-ignored",
        "O7",
        "The schemes of origins are not compared.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin.contains("://") && after_scheme(entry) == after_scheme(origin)
                })
            };
        },
    ),
    fault(
        "scheme-http-for-https",
        "O7",
        "An http origin is allowed where the https one is.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    entry.strip_prefix("https:") == origin.strip_prefix("http:")
                })
            };
        },
    ),
    fault(
        "scheme-https-for-http",
        "O7",
        "An https origin is allowed where the http one is.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    entry.starts_with("http:")
                        && entry.strip_prefix("http:") == origin.strip_prefix("https:")
                })
            };
        },
    ),
    fault(
        "scheme-beginning-with-http",
        "O7",
        "Each scheme that begins with http does for https.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    origin.starts_with("http")
                        && origin.contains("://")
                        && after_scheme(entry) == after_scheme(origin)
                })
            };
        },
    ),
    fault(
        "port-ignored",
        "O12",
        "The ports of origins are not compared.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, host, _), (s, h, _)) = (parts(entry), parts(origin));
                    scheme == s && host == h
                })
            };
        },
    ),
    fault(
        "port-any-when-unstated",
        "O12",
        "An allowed origin without port allows every port of its host.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, host, port), (s, h, _)) = (parts(entry), parts(origin));
                    scheme == s && host == h && port.is_empty()
                })
            };
        },
    ),
    fault(
        "port-dropped-when-stated",
        "O12",
        "An allowed origin with a port allows its host without one.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, host, _), (s, h, p)) = (parts(entry), parts(origin));
                    scheme == s && host == h && p.is_empty()
                })
            };
        },
    ),
    fault(
        "port-digits-appended",
        "O12",
        "Digits may follow the port of an allowed origin.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    !parts(entry).2.is_empty()
                        && origin
                            .strip_prefix(entry)
                            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
                })
            };
        },
    ),
    fault(
        "default-port-accepted",
        "O12",
        "The default port, which browsers leave out, is accepted and repeated.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| match parts(entry) {
                    ("https", _, "") => origin == format!("{entry}:443"),
                    ("http", _, "") => origin == format!("{entry}:80"),
                    _ => false,
                })
            };
        },
    ),
    fault(
        "origin-any-case",
        "O13",
        "Origins are compared without regard to case.",
        |b| {
            b.match_origin = |x| or_entry(x, str::eq_ignore_ascii_case);
        },
    ),
    fault(
        "origin-scheme-any-case",
        "O13",
        "The schemes of origins are compared without regard to case.",
        |b| {
            b.match_origin = |x| {
                or_entry(x, |entry, origin| {
                    let ((scheme, ..), (s, ..)) = (parts(entry), parts(origin));
                    scheme.eq_ignore_ascii_case(s) && after_scheme(entry) == after_scheme(origin)
                })
            };
        },
    ),
];

fn after_scheme(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, rest)| rest)
}
