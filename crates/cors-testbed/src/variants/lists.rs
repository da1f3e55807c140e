//! How lists are written, and what they name beyond need.

use cors_policy::policy::AnyOr;
use http::HeaderMap;

use super::variant::{Variant, map, variant};
use crate::behaviour::reference::{self, list};
use crate::behaviour::{Exchange, Grant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "allow-methods-repeats-request",
        "Only the requested method is named.",
        |b| {
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
        },
    ),
    variant(
        "allow-headers-repeats-request",
        "Only the requested headers are named.",
        |b| {
            b.allow_headers_value = |x| list(x.requested_headers.clone().unwrap_or_default());
        },
    ),
    variant(
        "allow-lists-repeat-request",
        "Only the requested method and headers are named.",
        |b| {
            b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
            b.allow_headers_value = |x| list(x.requested_headers.clone().unwrap_or_default());
        },
    ),
    variant(
        "allow-headers-as-requested",
        "The lines of requested headers are sent back as they came.",
        |b| {
            b.allow_headers_value = |x| {
                x.lines("access-control-request-headers")
                    .into_iter()
                    .filter(|line| {
                        !line.is_empty() && line.split(',').all(|name| !name.trim().is_empty())
                    })
                    .chain(list(x.requested_headers.clone().unwrap_or_default()))
                    .collect()
            };
        },
    ),
    variant(
        "allow-methods-omits-safelisted",
        "GET, HEAD and POST are left out of the methods.",
        |b| {
            b.allow_methods_value = |x| {
                let methods = reference::allow_methods_value(x).concat();
                list(
                    methods
                        .split(", ")
                        .filter(|method| !SAFELISTED_METHODS.contains(method)),
                )
            };
        },
    ),
    variant(
        "allow-methods-omitted-when-safelisted",
        "No methods are named when a safelisted one is asked for.",
        |b| {
            b.allow_methods_value = |x| match x.requested_method.as_deref() {
                Some(method) if SAFELISTED_METHODS.contains(&method) => Vec::new(),
                _ => reference::allow_methods_value(x),
            };
        },
    ),
    variant(
        "allow-headers-omitted-when-none-requested",
        "No headers are named when none is asked for.",
        |b| {
            b.allow_headers_value = |x| match x.requested_headers.as_deref() {
                Some([]) => Vec::new(),
                _ => reference::allow_headers_value(x),
            };
        },
    ),
    variant(
        "allow-methods-adds-safelisted",
        "GET, HEAD and POST are named too.",
        |b| {
            b.allow_methods_value =
                |x| [list(SAFELISTED_METHODS), reference::allow_methods_value(x)].concat();
        },
    ),
    variant(
        "allow-headers-adds-safelisted",
        "Headers that need no permission are named too.",
        |b| {
            b.allow_headers_value = |x| {
                [
                    list(reference::SAFELISTED),
                    reference::allow_headers_value(x),
                ]
                .concat()
            };
        },
    ),
    variant(
        "allow-methods-under-any-named",
        "Where any method is allowed, the requested one is named.",
        |b| {
            b.allow_methods_value = |x| match x.policy.allow_methods {
                AnyOr::Any(_) => x.requested_method.clone().into_iter().collect(),
                AnyOr::Listed(_) => reference::allow_methods_value(x),
            };
        },
    ),
    variant(
        "allow-headers-under-any-named",
        "Where any header is allowed, the requested ones are named.",
        |b| {
            b.allow_headers_value = |x| match x.policy.allow_headers {
                AnyOr::Any(_) => list(x.requested_headers.clone().unwrap_or_default()),
                AnyOr::Listed(_) => reference::allow_headers_value(x),
            };
        },
    ),
    variant(
        "expose-headers-under-any-named",
        "Where any header is exposed, each is named.",
        |b| {
            b.expose_headers_value = |x| match x.policy.expose_headers {
                AnyOr::Any(_) => list(&x.application_headers),
                AnyOr::Listed(_) => reference::expose_headers_value(x),
            };
        },
    ),
    variant(
        "lists-on-several-lines",
        "Each element of a list stands on its own line.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    line.split(", ").map(str::to_owned).collect()
                });
            };
        },
    ),
    variant("lists-reversed", "Lists are sent in reverse order.", |b| {
        b.merge_application_headers = |x, headers, grant, lines| {
            merge_lists(x, headers, grant, &lines, |line| {
                list(line.split(", ").collect::<Vec<_>>().into_iter().rev())
            });
        };
    }),
    variant(
        "lists-with-repetitions",
        "Elements of lists are repeated.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![format!("{line}, {line}")]
                });
            };
        },
    ),
    variant(
        "lists-without-spaces",
        "Elements of lists are separated by commas only.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", ",")]
                });
            };
        },
    ),
    variant(
        "lists-with-extra-spaces",
        "Elements of lists are separated by spaces around commas.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", "  ,   ")]
                });
            };
        },
    ),
    variant(
        "lists-with-tabs",
        "Elements of lists are separated by commas and tabs.",
        |b| {
            b.merge_application_headers = |x, headers, grant, lines| {
                merge_lists(x, headers, grant, &lines, |line| {
                    vec![line.replace(", ", "\t,\t")]
                });
            };
        },
    ),
    variant(
        "header-names-lower-cased",
        "Header names in lists are in lower case.",
        |b| {
            b.allow_headers_value =
                |x| map(&reference::allow_headers_value(x), str::to_ascii_lowercase);
            b.expose_headers_value =
                |x| map(&reference::expose_headers_value(x), str::to_ascii_lowercase);
        },
    ),
    variant(
        "header-names-upper-cased",
        "Header names in lists are in upper case.",
        |b| {
            b.allow_headers_value =
                |x| map(&reference::allow_headers_value(x), str::to_ascii_uppercase);
            b.expose_headers_value =
                |x| map(&reference::expose_headers_value(x), str::to_ascii_uppercase);
        },
    ),
    variant(
        "method-case-lenient",
        "A method in the wrong case is granted with the listed spelling, which helps no browser.",
        |b| {
            b.match_method = |x| {
                let fits = |method: &str| {
                    x.listed_methods()
                        .iter()
                        .any(|listed| listed.eq_ignore_ascii_case(method))
                };
                reference::match_method(x) || x.requested_method.as_deref().is_some_and(fits)
            };
        },
    ),
    variant(
        "expose-headers-on-preflight",
        "Exposed headers are named in answers to preflights too.",
        |b| {
            b.carries = |x, grant| match grant {
                Grant::Expose if x.is_preflight() => x.granted,
                _ => reference::carries(x, grant),
            };
        },
    ),
    variant(
        "expose-headers-adds-safelisted",
        "Headers that every page may read are named as exposed too.",
        |b| {
            b.expose_headers_value = |x| {
                [
                    reference::expose_headers_value(x),
                    list(["Cache-Control", "Content-Type"]),
                ]
                .concat()
            };
        },
    ),
    variant(
        "max-age-capped",
        "A max-age above a day is sent as a day.",
        |b| {
            b.max_age_value = |x| {
                x.policy
                    .max_age
                    .map(|seconds| seconds.min(86400).to_string())
                    .into_iter()
                    .collect()
            };
        },
    ),
];

const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// Writes the lines of a grant, those of lists after a change.
fn merge_lists(
    x: &Exchange<'_>,
    headers: &mut HeaderMap,
    grant: Grant,
    lines: &[String],
    change: fn(&str) -> Vec<String>,
) {
    let lines = match grant {
        Grant::Methods | Grant::Headers | Grant::Expose => {
            lines.iter().flat_map(|line| change(line)).collect()
        }
        Grant::Origin | Grant::Credentials | Grant::MaxAge => lines.to_vec(),
    };
    reference::merge_application_headers(x, headers, grant, lines);
}
