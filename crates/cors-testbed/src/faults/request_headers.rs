//! `Access-Control-Request-Headers` that is read or compared in the wrong way.

use cors_policy::names::is_token;

use super::asked_names::{REQUEST_HEADERS, all_names, names, or_listed, raw, read, repeat_headers};
use super::fault::{Fault, fault, is_empty_list};
use crate::behaviour::reference;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "header-case-compared",
        "P8",
        "Header names are compared with regard to case.",
        |b| {
            b.match_headers = |x| {
                all_names(x, |name| {
                    x.listed_headers().is_empty()
                        || reference::SAFELISTED.contains(&name)
                        || x.listed_headers().iter().any(|listed| listed == name)
                })
            };
        },
    ),
    fault(
        "header-upper-case-refused",
        "P8",
        "Header names are refused unless they are in lower case.",
        |b| {
            b.parse_request_headers = |x| {
                reference::parse_request_headers(x)
                    .filter(|_| !raw(x).contains(|c: char| c.is_ascii_uppercase()))
            };
        },
    ),
    fault(
        "header-spaces-kept",
        "P8",
        "Spaces around header names are taken for a part of them.",
        |b| {
            b.parse_request_headers =
                |x| reference::parse_request_headers(x).filter(|_| !raw(x).contains(' '));
        },
    ),
    fault(
        "header-tabs-kept",
        "P8",
        "Tabs around header names are taken for a part of them.",
        |b| {
            b.parse_request_headers =
                |x| reference::parse_request_headers(x).filter(|_| !raw(x).contains('\t'));
        },
    ),
    fault(
        "header-space-before-comma-kept",
        "P8",
        "Spaces before a comma are taken for a part of the name.",
        |b| {
            b.parse_request_headers =
                |x| reference::parse_request_headers(x).filter(|_| !raw(x).contains(" ,"));
        },
    ),
    fault(
        "header-space-needed",
        "P8",
        "Header names are separated by comma and space only, so that a lone comma belongs to a name.",
        |b| {
            b.parse_request_headers = |x| {
                reference::parse_request_headers(x)
                    .filter(|_| !raw(x).replace(", ", " ").contains(','))
            };
        },
    ),
    fault(
        "header-empty-elements-refused",
        "P8",
        "Empty elements in the list of headers are refused.",
        |b| {
            b.parse_request_headers = |x| {
                let raw = x.lines(REQUEST_HEADERS).join(",");
                reference::parse_request_headers(x).filter(|names| {
                    names.is_empty() || raw.split(',').all(|name| !name.trim().is_empty())
                })
            };
        },
    ),
    fault(
        "header-empty-list-refused",
        "P8",
        "An empty list of headers is refused.",
        |b| {
            b.parse_request_headers = |x| {
                let present = x.headers.contains_key(REQUEST_HEADERS);
                reference::parse_request_headers(x).filter(|names| !(present && names.is_empty()))
            };
        },
    ),
    fault(
        "header-first-line-decides",
        "P8",
        "Of several lines of requested headers only the first is read.",
        |b| {
            b.parse_request_headers = |x| read(x, |lines| lines.truncate(1));
        },
    ),
    fault(
        "header-last-line-decides",
        "P8",
        "Of several lines of requested headers only the last is read.",
        |b| {
            b.parse_request_headers = |x| {
                read(x, |lines| {
                    drop(lines.drain(..lines.len().saturating_sub(1)));
                })
            };
        },
    ),
    fault(
        "header-empty-line-refused",
        "P8",
        "An empty line of requested headers beside others is refused.",
        |b| {
            b.parse_request_headers = |x| {
                let lines = x.lines(REQUEST_HEADERS);
                let refused = lines.len() > 1 && lines.iter().any(String::is_empty);
                reference::parse_request_headers(x).filter(|_| !refused)
            };
        },
    ),
    fault(
        "header-many-blanks-refused",
        "P8",
        "Three blanks or more around a header name are refused.",
        |b| {
            b.parse_request_headers = |x| {
                let blanks = x.lines(REQUEST_HEADERS).concat().contains("   ");
                reference::parse_request_headers(x).filter(|_| !blanks)
            };
        },
    ),
    fault(
        "header-lines-refused",
        "P8",
        "Several lines of requested headers are refused.",
        |b| {
            b.parse_request_headers = |x| {
                reference::parse_request_headers(x).filter(|_| x.lines(REQUEST_HEADERS).len() < 2)
            };
        },
    ),
    fault(
        "header-lines-run-together",
        "P8",
        "Several lines of requested headers are joined without a comma.",
        |b| {
            b.parse_request_headers = |x| read(x, |lines| *lines = vec![lines.concat()]);
        },
    ),
    fault(
        "header-any-match",
        "P8",
        "One allowed header is enough, and all are repeated.",
        |b| {
            b.match_headers = |x| {
                reference::match_headers(x)
                    || names(x).iter().any(|name| reference::match_header(x, name))
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-first-name-decides",
        "P8",
        "Of the requested headers only the first is looked at, and all are repeated.",
        |b| {
            b.match_headers = |x| {
                names(x)
                    .first()
                    .is_none_or(|name| reference::match_header(x, name))
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-last-name-decides",
        "P8",
        "Of the requested headers only the last is looked at, and all are repeated.",
        |b| {
            b.match_headers = |x| {
                names(x)
                    .last()
                    .is_none_or(|name| reference::match_header(x, name))
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-unchecked",
        "P8",
        "Every header is allowed by repeating it.",
        |b| {
            b.match_headers = |x| x.requested_headers.is_some();
            repeat_headers(b);
        },
    ),
    fault(
        "header-substring-match",
        "P8",
        "A header is allowed and repeated when the list contains its letters.",
        |b| {
            b.match_headers = |x| or_listed(x, |listed, name| listed.contains(name));
            repeat_headers(b);
        },
    ),
    fault(
        "header-prefix-match",
        "P8",
        "A header is allowed and repeated when it begins with an allowed one.",
        |b| {
            b.match_headers = |x| or_listed(x, |listed, name| name.starts_with(listed));
            repeat_headers(b);
        },
    ),
    fault(
        "header-listed-prefix-cut-short",
        "P8",
        "Of a listed prefix the last letters are not compared; what fits is repeated.",
        |b| {
            b.match_headers = |x| {
                or_listed(x, |listed, name| {
                    let prefix = listed
                        .strip_suffix('*')
                        .map(|prefix| prefix.trim_end_matches('-'));
                    let most = prefix.and_then(|prefix| prefix.split_at_checked(prefix.len() - 1));
                    most.is_some_and(|(start, _)| name.starts_with(start))
                })
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-listed-prefix-without-hyphen",
        "P8",
        "The hyphen at the end of a listed prefix is not compared; what fits is repeated.",
        |b| {
            b.match_headers = |x| {
                or_listed(x, |listed, name| {
                    let prefix = listed.strip_suffix('*');
                    prefix.is_some_and(|prefix| name.starts_with(prefix.trim_end_matches('-')))
                })
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-suffix-match",
        "P8",
        "A header is allowed and repeated when it ends in an allowed one.",
        |b| {
            b.match_headers = |x| or_listed(x, |listed, name| name.ends_with(listed));
            repeat_headers(b);
        },
    ),
    fault(
        "header-underscore-for-hyphen",
        "P8",
        "An underscore does for a hyphen in header names, which are repeated.",
        |b| {
            b.match_headers = |x| or_listed(x, |listed, name| name.replace('_', "-") == listed);
            repeat_headers(b);
        },
    ),
    fault(
        "header-punctuation-dropped",
        "P8",
        "Only letters, digits and hyphens of header names are compared; all are repeated.",
        |b| {
            b.match_headers = |x| {
                or_listed(x, |listed, name| {
                    name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "") == listed
                })
            };
            repeat_headers(b);
        },
    ),
    fault(
        "header-x-prefix-allowed",
        "P8",
        "Every header that begins with x- is allowed and repeated.",
        |b| {
            b.match_headers = |x| or_listed(x, |_, name| name.starts_with("x-"));
            repeat_headers(b);
        },
    ),
    fault(
        "header-token-characters-refused",
        "P8",
        "Header names other than of letters, digits and hyphens are refused.",
        |b| {
            b.match_headers = |x| {
                reference::match_headers(x)
                    && names(x)
                        .iter()
                        .all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
            };
        },
    ),
    fault(
        "header-star-is-wildcard",
        "P8",
        "A requested header named star stands for all of them.",
        |b| {
            b.match_headers =
                |x| reference::match_headers(x) || names(x).iter().any(|name| name == "*");
            repeat_headers(b);
        },
    ),
    fault(
        "header-malformed-skipped",
        "P8",
        "Names that are malformed are skipped, and repeated.",
        |b| {
            b.parse_request_headers = |x| {
                let mut names = reference::elements(&x.lines(REQUEST_HEADERS));
                names.retain(|name| is_token(name.as_bytes()));
                Some(names)
            };
            b.allow_headers_value =
                |x| reference::list(reference::elements(&x.lines(REQUEST_HEADERS)));
        },
    ),
    fault(
        "header-order-matters",
        "P8",
        "Header names are refused unless they come in the order of the alphabet.",
        |b| {
            b.match_headers = |x| reference::match_headers(x) && names(x).is_sorted();
        },
    ),
    fault(
        "header-duplicates-refused",
        "P8",
        "A header name that comes twice is refused.",
        |b| {
            b.match_headers = |x| {
                let mut sorted = names(x).to_vec();
                sorted.sort();
                reference::match_headers(x)
                    && sorted.windows(2).all(|pair| pair.first() != pair.last())
            };
        },
    ),
    fault(
        "header-sixteen-at-most",
        "P8",
        "More than sixteen header names are refused.",
        |b| {
            b.match_headers = |x| reference::match_headers(x) && names(x).len() <= 16;
        },
    ),
    fault(
        "header-one-at-most",
        "P8",
        "More than one header name is refused.",
        |b| {
            b.match_headers = |x| reference::match_headers(x) && names(x).len() <= 1;
        },
    ),
    fault(
        "header-list-cut-at-256-bytes",
        "P8",
        "What stands after 256 bytes of requested headers is not looked at, and repeated.",
        |b| {
            b.parse_request_headers = |x| {
                read(x, |lines| {
                    *lines = vec![lines.join(",").chars().take(256).collect()];
                })
            };
            b.match_headers = |x| {
                let cut = raw(x).len() > 256;
                let looked_at = names(x).len().saturating_sub(usize::from(cut));
                names(x)
                    .iter()
                    .take(looked_at)
                    .all(|name| reference::match_header(x, name))
            };
            b.allow_headers_value =
                |x| reference::list(reference::elements(&x.lines(REQUEST_HEADERS)));
        },
    ),
    fault(
        "empty-header-list-allows-all",
        "P8",
        "An empty list of headers allows every header.",
        |b| {
            b.match_headers = |x| {
                let known = x.requested_headers.is_some();
                reference::match_headers(x) || (known && is_empty_list(&x.policy.allow_headers))
            };
            b.allow_headers_value = |x| {
                if is_empty_list(&x.policy.allow_headers) {
                    reference::list(names(x))
                } else {
                    reference::allow_headers_value(x)
                }
            };
        },
    ),
    fault(
        "allow-headers-missing",
        "P8",
        "Allowed headers are not sent.",
        |b| b.allow_headers_value = |_| Vec::new(),
    ),
    fault(
        "allow-headers-only-first",
        "P8",
        "Of the allowed headers only the first is sent.",
        |b| {
            b.allow_headers_value = |x| {
                if x.listed_headers().is_empty() {
                    reference::allow_headers_value(x)
                } else {
                    reference::list(x.listed_headers().iter().take(1))
                }
            };
        },
    ),
    fault(
        "allow-headers-without-last",
        "P8",
        "The last allowed header is not sent.",
        |b| {
            b.allow_headers_value = |x| match x.listed_headers().split_last() {
                Some((_, others)) => reference::list(others),
                None => reference::allow_headers_value(x),
            };
        },
    ),
    fault(
        "allow-headers-underscored",
        "P8",
        "The hyphens of allowed headers are sent as underscores.",
        |b| {
            b.allow_headers_value = |x| {
                reference::allow_headers_value(x)
                    .iter()
                    .map(|list| list.replace('-', "_"))
                    .collect()
            };
        },
    ),
    fault(
        "authorization-refused-under-any",
        "P8",
        "Where any header is allowed, Authorization is refused.",
        |b| {
            b.match_headers = |x| {
                reference::match_headers(x)
                    && (!x.listed_headers().is_empty()
                        || !names(x).iter().any(|name| name == "authorization"))
            };
        },
    ),
    fault(
        "content-type-refused",
        "P9",
        "Content-Type is refused although it is allowed.",
        |b| {
            b.match_headers = |x| {
                reference::match_headers(x) && !names(x).iter().any(|name| name == "content-type")
            };
        },
    ),
    fault(
        "allow-headers-without-content-type",
        "P9",
        "Content-Type is left out of the allowed headers, as if it needed no permission.",
        |b| {
            b.allow_headers_value = |x| {
                let lines = reference::allow_headers_value(x);
                let names = lines.iter().flat_map(|line| line.split(", "));
                reference::list(names.filter(|name| !name.eq_ignore_ascii_case("content-type")))
            };
        },
    ),
    fault(
        "content-type-always-allowed",
        "P9",
        "Content-Type is allowed with every value although it is not listed.",
        |b| {
            b.match_headers = |x| {
                all_names(x, |name| {
                    name == "content-type" || reference::match_header(x, name)
                })
            };
            repeat_headers(b);
        },
    ),
];
