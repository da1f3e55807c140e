//! Forms of policies beyond the first: lists of whole origins and names, and subdomains.
//!
//! A target that reads policies was written when there were certain forms. One that it does not
//! know may make it crash or, worse, mean something else to it: `x-amz-*` is a name of a header
//! too. So a program gets the forms of [`Form`] only when it says that it knows them.

use std::collections::BTreeSet;

use crate::pattern::{HostPattern, LabelPattern, OriginPattern, PortPattern};
use crate::policy::{AnyOr, Policy};

/// A form of policies that a target may not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Patterns of origins other than `https://*.trusted.example`, such as `http://localhost:*`.
    Patterns,
    /// Tables in `allow_origins`: what a regular expression or code allows, told by examples.
    Examples,
    /// Names of headers with a star at the end, for any rest.
    HeaderPrefixes,
    /// Credentials for any origin, where that is meant.
    CredentialsForAnyOrigin,
    /// Several rules.
    Rules,
    /// Paths with policies of their own.
    Resources,
}

impl Form {
    /// All forms, in the order of their declaration.
    pub const ALL: [Self; 6] = [
        Self::Patterns,
        Self::Examples,
        Self::HeaderPrefixes,
        Self::CredentialsForAnyOrigin,
        Self::Rules,
        Self::Resources,
    ];

    /// The name by which a target says that it knows the form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patterns => "patterns",
            Self::Examples => "examples",
            Self::HeaderPrefixes => "header_prefixes",
            Self::CredentialsForAnyOrigin => "credentials_for_any_origin",
            Self::Rules => "rules",
            Self::Resources => "resources",
        }
    }

    /// The forms that a policy has.
    pub fn of(policy: &Policy) -> BTreeSet<Self> {
        let mut forms = BTreeSet::new();
        forms.extend((!policy.resources.is_empty()).then_some(Self::Resources));
        let resources = policy.resources.iter();
        let scopes = std::iter::once(policy).chain(resources.map(|resource| &resource.policy));
        for scope in scopes {
            forms.extend((!scope.rules.is_empty()).then_some(Self::Rules));
            for rule in scope.each_rule() {
                forms.extend(Self::of_rule(rule));
            }
        }
        forms
    }

    /// The forms of a rule's own fields.
    fn of_rule(rule: &Policy) -> impl Iterator<Item = Self> {
        let has_prefix = |names: &AnyOr<Vec<String>>| match names {
            AnyOr::Any(_) => false,
            AnyOr::Listed(names) => names.iter().any(|name| name.ends_with('*')),
        };
        let prefixes = has_prefix(&rule.allow_headers) || has_prefix(&rule.expose_headers);
        [
            (Self::Patterns, !rule.patterns().all(is_of_subdomains)),
            (Self::Examples, !rule.examples.is_empty()),
            (Self::HeaderPrefixes, prefixes),
            (
                Self::CredentialsForAnyOrigin,
                rule.credentials_for_any_origin,
            ),
        ]
        .into_iter()
        .filter_map(|(form, has)| has.then_some(form))
    }
}

/// Whether a pattern is the first of its kind: a star for one or more labels in front of a host.
fn is_of_subdomains(pattern: &str) -> bool {
    let Ok(OriginPattern { host, port, .. }) = OriginPattern::read(pattern) else {
        // What is no pattern is for the target to refuse.
        return true;
    };
    let HostPattern::Labels(labels) = host else {
        return false;
    };
    let is_exact = |label: &LabelPattern<'_>| matches!(label, LabelPattern::Exact(_));
    matches!(port, PortPattern::Is(_))
        && labels
            .split_first()
            .is_some_and(|(first, rest)| *first == LabelPattern::Many && rest.iter().all(is_exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::{Value, json};

    /// A policy in JSON, whose other fields allow nothing.
    fn policy(fields: &str) -> Value {
        let mut json = json!({
            "allow_origins": [], "allow_methods": [], "allow_headers": [], "expose_headers": [],
        });
        let fields: serde_json::Map<_, _> = serde_json::from_str(fields).unwrap();
        json.as_object_mut().unwrap().extend(fields);
        json
    }

    /// The names of the forms that a policy has.
    fn forms(policy: Value) -> Vec<&'static str> {
        let policy: Policy = serde_json::from_value(policy).unwrap();
        Form::of(&policy).into_iter().map(Form::name).collect()
    }

    #[test]
    fn lists_and_subdomains_are_of_no_further_form() {
        for fields in [
            "{}",
            r#"{"allow_origins": "any", "allow_methods": "any", "allow_headers": "any"}"#,
            r#"{"allow_origins": ["https://app.example", "null", "app://localhost"]}"#,
            r#"{"allow_origins": ["https://*.trusted.example", "https://*.trusted.example:8443"]}"#,
            r#"{"allow_credentials": true, "max_age": 0, "endpoints": {"missing": "/missing"}}"#,
            r#"{"allow_headers": ["x-token"], "allow_methods": ["PATCH"]}"#,
            // Not a pattern: a target that reads its policies refuses it.
            r#"{"allow_origins": ["not an origin\u0000"]}"#,
        ] {
            assert_eq!(forms(policy(fields)), [""; 0], "{fields}");
        }
        // A single rule is written as the policy itself.
        assert_eq!(forms(json!({"rules": [policy("{}")]})), [""; 0]);
    }

    #[test]
    fn each_form_is_seen_wherever_it_stands() {
        for (fields, expected) in [
            (r#"{"allow_origins": ["http://localhost:*"]}"#, "patterns"),
            (
                r#"{"allow_origins": ["https://*.a.example:*"]}"#,
                "patterns",
            ),
            (
                r#"{"allow_origins": ["https://app-*.a.example"]}"#,
                "patterns",
            ),
            (
                r#"{"allow_origins": ["https://{label}.a.example"]}"#,
                "patterns",
            ),
            (
                r#"{"allow_origins": ["https://app.*.example"]}"#,
                "patterns",
            ),
            (r#"{"allow_origins": ["https://*"]}"#, "patterns"),
            (r#"{"allow_origins": ["http://10.20.0.0/16"]}"#, "patterns"),
            (
                r#"{"allow_origins": [{"allowed": ["https://a.example"], "refused": []}]}"#,
                "examples",
            ),
            (r#"{"allow_headers": ["x-amz-*"]}"#, "header_prefixes"),
            (r#"{"expose_headers": ["x-amz-*"]}"#, "header_prefixes"),
            (
                r#"{"allow_origins": "any", "credentials_for_any_origin": true}"#,
                "credentials_for_any_origin",
            ),
        ] {
            assert_eq!(forms(policy(fields)), [expected], "{fields}");
            let rules = json!({"rules": [policy("{}"), policy(fields)]});
            assert_eq!(forms(rules), [expected, "rules"], "{fields}");
            let mut resource = policy(fields);
            resource["path"] = "/a".into();
            let resources = json!({"resources": [resource]});
            assert_eq!(forms(resources), [expected, "resources"], "{fields}");
        }
    }
}
