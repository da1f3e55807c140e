//! Methods that are compared in the wrong way.

use super::fault::{Fault, fault, is_empty_list};
use crate::behaviour::{Behaviour, Exchange, Grant, reference};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "method-unchecked",
        "P7",
        "Every method is allowed by repeating it.",
        |b| {
            b.match_method = |_| true;
            repeat_method(b);
        },
    ),
    fault(
        "method-substring-match",
        "P7",
        "A method is allowed and repeated when the list contains its letters.",
        |b| {
            b.match_method = |x| or_method(x, |listed, method| listed.contains(method));
            repeat_method(b);
        },
    ),
    fault(
        "method-prefix-match",
        "P7",
        "A method is allowed and repeated when it begins with an allowed one.",
        |b| {
            b.match_method = |x| or_method(x, |listed, method| method.starts_with(listed));
            repeat_method(b);
        },
    ),
    fault(
        "method-any-case",
        "P7",
        "Methods are compared without regard to case, and repeated.",
        |b| {
            b.match_method = |x| or_method(x, str::eq_ignore_ascii_case);
            repeat_method(b);
        },
    ),
    fault(
        "method-list-accepted",
        "P7",
        "A list of methods is allowed and repeated when it begins with an allowed one.",
        |b| {
            b.read_method = |x| x.line("access-control-request-method");
            b.match_method =
                |x| or_method(x, |listed, method| method.split(',').next() == Some(listed));
            repeat_method(b);
        },
    ),
    fault(
        "all-common-methods-allowed",
        "P7",
        "A fixed list of methods is allowed whatever the policy says.",
        |b| {
            b.match_method = |x| {
                or_method(x, |_, _| false)
                    || x.requested_method
                        .as_deref()
                        .is_some_and(|m| COMMON.contains(&m))
            };
            b.allow_methods_value = |_| reference::list(COMMON);
        },
    ),
    fault(
        "query-always-allowed",
        "P7",
        "QUERY is allowed beside what the policy lists.",
        |b| {
            b.match_method =
                |x| reference::match_method(x) || x.requested_method.as_deref() == Some("QUERY");
            b.allow_methods_value =
                |x| [reference::allow_methods_value(x), vec!["QUERY".to_owned()]].concat();
        },
    ),
    fault(
        "empty-method-list-allows-all",
        "P7",
        "An empty list of methods allows every method.",
        |b| {
            b.match_method = |x| {
                let known = x.requested_method.is_some();
                reference::match_method(x) || (known && is_empty_list(&x.policy.allow_methods))
            };
            b.allow_methods_value = |x| {
                if is_empty_list(&x.policy.allow_methods) {
                    x.requested_method.clone().into_iter().collect()
                } else {
                    reference::allow_methods_value(x)
                }
            };
        },
    ),
    fault(
        "empty-method-list-left-to-browser",
        "P7",
        "Preflights are answered with the origin and all lists, and no line where no method is listed.",
        |b| {
            b.refused_preflight_status = |_| 204;
            b.carries = |x, grant| {
                let grants = x.origin_allowed && x.requested_method.is_some();
                reference::carries(x, grant)
                    || (x.is_preflight()
                        && grants
                        && grant != Grant::Expose
                        && is_empty_list(&x.policy.allow_methods))
            };
        },
    ),
    fault(
        "unlisted-method-left-to-browser",
        "P7",
        "A preflight for an unlisted method is answered with the origin and without a list.",
        |b| {
            b.refused_preflight_status = |_| 200;
            b.carries = |x, grant| {
                let left = x.is_preflight()
                    && x.origin_allowed
                    && x.requested_method.is_some()
                    && !reference::match_method(x);
                reference::carries(x, grant)
                    || (left && matches!(grant, Grant::Origin | Grant::Credentials))
            };
        },
    ),
    fault(
        "method-malformed-accepted",
        "P7",
        "Where any method is allowed, anything in its place is repeated.",
        |b| {
            b.read_method = |x| x.line("access-control-request-method");
            b.allow_methods_value = |x| {
                if x.listed_methods().is_empty() {
                    x.requested_method.clone().into_iter().collect()
                } else {
                    reference::allow_methods_value(x)
                }
            };
        },
    ),
    fault(
        "method-unchecked-with-wildcard",
        "P7",
        "Refusing a method is left to the browser, which is told that all are allowed.",
        |b| {
            b.match_method = |_| true;
            b.allow_methods_value = |x| {
                if x.policy.allow_credentials {
                    x.lines("access-control-request-method")
                } else {
                    vec!["*".to_owned()]
                }
            };
        },
    ),
    fault(
        "allow-methods-lower-cased",
        "P7",
        "Allowed methods are sent in lower case.",
        |b| {
            b.allow_methods_value = |x| {
                reference::allow_methods_value(x)
                    .iter()
                    .map(|line| line.to_ascii_lowercase())
                    .collect()
            };
        },
    ),
    fault(
        "allow-methods-capitalised",
        "P7",
        "Allowed methods are sent with only the first letter in upper case.",
        |b| {
            b.allow_methods_value = |x| {
                let capitalised = x.listed_methods().iter().map(|method| {
                    let (first, rest) = method.split_at_checked(1).unwrap_or(("", method));
                    format!("{first}{}", rest.to_ascii_lowercase())
                });
                if x.listed_methods().is_empty() {
                    reference::allow_methods_value(x)
                } else {
                    reference::list(capitalised)
                }
            };
        },
    ),
    fault(
        "allow-methods-missing",
        "P7",
        "Allowed methods are not sent.",
        |b| b.allow_methods_value = |_| Vec::new(),
    ),
    fault(
        "allow-methods-only-first",
        "P7",
        "Of the allowed methods only the first is sent.",
        |b| {
            b.allow_methods_value = |x| {
                if x.listed_methods().is_empty() {
                    reference::allow_methods_value(x)
                } else {
                    reference::list(x.listed_methods().iter().take(1))
                }
            };
        },
    ),
    fault(
        "allow-methods-without-last",
        "P7",
        "The last allowed method is not sent.",
        |b| {
            b.allow_methods_value = |x| match x.listed_methods().split_last() {
                Some((_, others)) => reference::list(others),
                None => reference::allow_methods_value(x),
            };
        },
    ),
    fault(
        "safelisted-method-refused",
        "P7",
        "GET, HEAD and POST are refused in preflights unless they are listed.",
        |b| {
            b.match_method = |x| {
                reference::match_method(x)
                    && (!matches!(x.requested_method.as_deref(), Some("GET" | "HEAD" | "POST"))
                        || x.listed_methods()
                            .iter()
                            .any(|listed| Some(listed) == x.requested_method.as_ref()))
            };
        },
    ),
    fault(
        "head-refused",
        "P12",
        "HEAD is refused in preflights.",
        |b| {
            b.match_method = |x| but_not(x, |method| method == "HEAD");
        },
    ),
    fault(
        "delete-refused",
        "P12",
        "DELETE is refused although it is allowed.",
        |b| {
            b.match_method = |x| but_not(x, |method| method == "DELETE");
        },
    ),
    fault(
        "patch-refused",
        "P12",
        "PATCH is refused although it is allowed.",
        |b| {
            b.match_method = |x| but_not(x, |method| method == "PATCH");
        },
    ),
    fault(
        "put-refused",
        "P12",
        "PUT is refused although it is allowed.",
        |b| {
            b.match_method = |x| but_not(x, |method| method == "PUT");
        },
    ),
    fault(
        "uncommon-methods-refused",
        "P12",
        "Allowed methods are refused unless they are widely used ones.",
        |b| {
            b.match_method = |x| but_not(x, |method| !COMMON.contains(&method));
        },
    ),
    fault(
        "any-method-is-a-fixed-list",
        "P12",
        "Where any method is allowed a fixed list is sent.",
        |b| {
            b.allow_methods_value = |x| match x.policy.allow_methods {
                cors_policy::policy::AnyOr::Any(_) => reference::list(COMMON),
                cors_policy::policy::AnyOr::Listed(_) => reference::allow_methods_value(x),
            };
        },
    ),
];

const COMMON: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

/// What is asked for is sent back, where it is allowed.
fn repeat_method(b: &mut Behaviour) {
    b.allow_methods_value = |x| x.requested_method.clone().into_iter().collect();
}

fn or_method(x: &Exchange<'_>, also: impl Fn(&str, &str) -> bool) -> bool {
    let Some(method) = x.requested_method.as_deref() else {
        return false;
    };
    reference::match_method(x) || x.listed_methods().iter().any(|listed| also(listed, method))
}

fn but_not(x: &Exchange<'_>, unless: impl Fn(&str) -> bool) -> bool {
    reference::match_method(x) && !x.requested_method.as_deref().is_some_and(unless)
}
