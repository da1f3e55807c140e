//! Exact origins that are compared in the wrong way.

use super::{Fault, but_not, equal_but_dots, fault, line, or_entry, or_origin, parts};
use crate::behaviour::{Grant, reference};
use crate::exchange::Exchange;

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
        "null-always-allowed",
        "O6",
        "The origin null is allowed without being listed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin == "null");
        },
    ),
    fault(
        "null-any-case",
        "O6",
        "Null is allowed in any case where origins are listed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin.eq_ignore_ascii_case("null"));
        },
    ),
    fault(
        "null-refused-under-any",
        "O6",
        "Any origin is allowed, except for null.",
        |b| {
            b.match_origin = |x| {
                if x.depends_on_origin() {
                    reference::match_origin(x)
                } else {
                    but_not(x, |origin| origin == "null")
                }
            };
        },
    ),
    fault(
        "null-refused-though-listed",
        "O6",
        "The origin null is refused although it is listed.",
        |b| {
            b.match_origin = |x| but_not(x, |origin| x.depends_on_origin() && origin == "null");
        },
    ),
    fault(
        "null-answered-with-wildcard",
        "O6",
        "The origin null is answered with a star.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin == "null");
            b.allow_origin_value = |x| match x.origin_text() {
                "null" => line("*"),
                _ => reference::allow_origin_value(x),
            };
        },
    ),
    fault(
        "null-listed-without-credentials",
        "O6",
        "Null is allowed as listed, but without the credentials of the policy.",
        |b| {
            b.allow_credentials_value = |x| match x.origin_text() {
                "null" => Vec::new(),
                _ => reference::allow_credentials_value(x),
            };
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
    fault("origin-reflected", "O8", "Every origin is allowed.", |b| {
        b.match_origin = |x| or_origin(x, |_| true);
    }),
    fault(
        "origin-reflected-under-any",
        "O8",
        "Where any origin is allowed without credentials, each is repeated with credentials.",
        |b| {
            b.allow_origin_value = |x| line(x.origin.as_deref().unwrap_or("*"));
            b.allow_credentials_value = |x| match x.origin {
                Some(_) if !x.depends_on_origin() => line("true"),
                _ => reference::allow_credentials_value(x),
            };
        },
    ),
    fault(
        "origin-reflected-with-cookie",
        "O8",
        "Every origin is allowed as soon as the request has a cookie.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.headers.contains_key("cookie"));
        },
    ),
    fault(
        "origin-reflected-on-errors",
        "O8",
        "Answers of 400 and above repeat every origin.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Origin | Grant::Credentials if x.status >= 400 && !x.is_preflight() => {
                    x.origin.is_some()
                }
                _ => reference::carries(x, grant),
            };
        },
    ),
    fault(
        "origin-reflected-unless-get",
        "O8",
        "Every origin is allowed unless the method is GET.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.method != http::Method::GET);
        },
    ),
    fault(
        "origin-reflected-to-https",
        "O8",
        "Every https origin is allowed.",
        |b| {
            b.match_origin = |x| or_origin(x, |origin| origin.starts_with("https://"));
        },
    ),
    fault(
        "empty-list-allows-all",
        "O9",
        "An empty list of origins allows every origin.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.listed_origins().is_empty());
        },
    ),
    fault(
        "any-header-opens-origins",
        "O9",
        "Where any request header is allowed, every origin is.",
        |b| {
            b.match_origin = |x| or_origin(x, |_| x.policy.allows_header(b"x-any-other-name"));
        },
    ),
    fault(
        "list-answered-with-wildcard",
        "O9",
        "A list of origins without credentials is answered with a star to everybody.",
        |b| {
            b.match_origin = |x| !x.policy.allow_credentials || reference::match_origin(x);
            b.allow_origin_value = |x| {
                if x.policy.allow_credentials {
                    reference::allow_origin_value(x)
                } else {
                    line("*")
                }
            };
        },
    ),
    fault(
        "wildcard-with-credentials",
        "O10",
        "With credentials the star is sent instead of the origin.",
        |b| {
            b.allow_origin_value = |x| {
                if x.policy.allow_credentials {
                    line("*")
                } else {
                    reference::allow_origin_value(x)
                }
            };
        },
    ),
    fault(
        "credentials-beside-wildcard",
        "O10",
        "The star of a policy without credentials comes with permission for credentials.",
        |b| {
            b.allow_credentials_value = |x| {
                if x.depends_on_origin() {
                    reference::allow_credentials_value(x)
                } else {
                    line("true")
                }
            };
        },
    ),
    fault(
        "wildcard-with-credentials-on-preflight",
        "O10",
        "With credentials a preflight is answered with the star.",
        |b| {
            b.allow_origin_value = |x| {
                if x.is_preflight() {
                    line("*")
                } else {
                    reference::allow_origin_value(x)
                }
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
        "origin-lines-first-decides",
        "O14",
        "Of several Origin lines the first decides.",
        |b| {
            b.read_origin = |x| x.line("origin");
        },
    ),
    fault(
        "origin-lines-last-decides",
        "O14",
        "Of several Origin lines the last decides.",
        |b| {
            b.read_origin = |x| x.lines("origin").pop();
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

fn after_scheme(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, rest)| rest)
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
