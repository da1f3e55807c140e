//! Rules for different origins, and policies of different paths, that are taken for one another.

use cors_policy::policy::Policy;

use super::fault::{Fault, but_not, fault, or_origin, table};
use crate::behaviour::{Exchange, reference};

table! {
    "first-rule-only" O15 "Of several rules only the first allows anyone." {
        match_origin: |x| but_not(x, |_| !std::ptr::eq(x.policy, x.rules)),
    }
    "rule-methods-merged" P7 "The methods of all rules are allowed to the pages of each, and repeated." {
        match_method: |x| reference::match_method(x) || any_allows(x.rules.each_rule(), x),
        allow_methods_value: |x| or_requested(x, any_allows(x.rules.each_rule(), x)),
    }
    "rule-headers-of-first" P8 "The request headers of the first rule are those of all." {
        match_headers: |x| reference::match_headers(x) && x.requested_headers.iter().flatten()
            .all(|name| x.rules.allows_header(name.as_bytes()) || reference::SAFELISTED.contains(&&**name)),
    }
    "rule-credentials-of-first" E4 "The first rule decides about the credentials of all." {
        allow_credentials_value: |x| if x.rules.allow_credentials {
            reference::allow_credentials_value(x)
        } else {
            Vec::new()
        },
    }
    "rule-credentials-merged" E4 "Where one rule allows credentials, all do." {
        allow_credentials_value: |x| if x.rules.each_rule().any(|rule| rule.allow_credentials) {
            vec!["true".to_owned()]
        } else {
            reference::allow_credentials_value(x)
        },
    }
    "first-path-only" O15 "Of several paths only the first allows anyone." {
        match_origin: |x| but_not(x, |_| is_later_path(x)),
    }
    "origins-of-first-path" O22 "The origins that may read the first path may read every path." {
        match_origin: |x| or_origin(x, |origin| {
            x.whole.resources.first().is_some_and(|first| first.policy.allows_origin(origin.as_bytes()))
        }),
    }
    "path-methods-merged" P7 "The methods of all paths are allowed on each, and repeated." {
        match_method: |x| reference::match_method(x) || any_allows(paths(x), x),
        allow_methods_value: |x| or_requested(x, any_allows(paths(x), x)),
    }
    "methods-of-first-path" P7 "The methods of the first path are those of all." {
        match_method: |x| reference::match_method(x)
            && (!is_later_path(x) || any_allows(paths(x).take(1), x)),
    }
}

/// The policies of the paths that have one.
fn paths<'a>(x: &'a Exchange<'_>) -> impl Iterator<Item = &'a Policy> {
    x.whole.resources.iter().map(|resource| &resource.policy)
}

/// Whether the path has a policy of its own that is not the first.
fn is_later_path(x: &Exchange<'_>) -> bool {
    paths(x).skip(1).any(|later| std::ptr::eq(later, x.rules))
}

/// Whether one of them allows the method that a preflight asks for.
fn any_allows<'a>(mut policies: impl Iterator<Item = &'a Policy>, x: &Exchange<'_>) -> bool {
    let method = x.requested_method.as_deref().unwrap_or_default();
    policies.any(|policy| policy.allows_method(method.as_bytes()))
}

/// The methods of the policy, and the one that is asked for where that is allowed after all.
fn or_requested(x: &Exchange<'_>, allowed: bool) -> Vec<String> {
    let more = x
        .requested_method
        .clone()
        .filter(|_| allowed && !reference::match_method(x));
    [
        reference::allow_methods_value(x),
        more.into_iter().collect(),
    ]
    .concat()
}
