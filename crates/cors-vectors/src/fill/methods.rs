//! Methods for placeholders.

use cors_policy::names::is_cors_safelisted_method;
use cors_policy::policy::{Any, AnyOr, Policy};

use super::listed::{Value, some_of};

/// The placeholders about methods.
pub(super) fn values(policy: &Policy) -> Vec<Value> {
    let mut values = Vec::new();
    let mut put = |name, value: Option<String>| values.push((name, value));
    let mut methods = some_of(&policy.allow_methods, &["PUT", "DELETE"], |method| {
        !is_cors_safelisted_method(method.as_bytes())
    });
    let method = methods.next();
    let is_listed = |method: &str| match &policy.allow_methods {
        AnyOr::Any(Any::Any) => true,
        AnyOr::Listed(listed) => listed.iter().any(|entry| entry == method),
    };
    let only_get = is_listed("GET") && !is_listed("POST");
    let asked = if only_get { "GET" } else { "POST" };
    let asked = method.clone().unwrap_or_else(|| asked.to_owned());
    put("asked_method", Some(asked));
    let method2 = methods.next();
    put(
        "method_last",
        methods
            .last()
            .or_else(|| method2.clone())
            .or_else(|| method.clone()),
    );
    put("method", method);
    put("method2", method2);
    let unlisted = unlisted(policy).find(|method| *method != "QUERY");
    put("unlisted_method", unlisted.map(str::to_owned));

    values
}

/// Methods that somebody may have listed, of which the policy lists none, in any case.
pub(super) fn unlisted(policy: &Policy) -> impl Iterator<Item = &'static str> {
    const METHODS: [&str; 6] = ["PUT", "DELETE", "PATCH", "QUERY", "PROPFIND", "X-UNLISTED"];
    METHODS
        .into_iter()
        .filter(|method| match &policy.allow_methods {
            AnyOr::Any(Any::Any) => false,
            AnyOr::Listed(listed) => !listed
                .iter()
                .any(|entry| entry.eq_ignore_ascii_case(method)),
        })
}
