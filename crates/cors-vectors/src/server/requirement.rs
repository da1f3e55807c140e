//! What a policy must be like for a case to mean something.

use std::collections::BTreeSet;

use cors_policy::names::{is_cors_safelisted_method, is_safelisted_request_header_name};
use cors_policy::policy::{Any, AnyOr, Policy};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact about a policy that a case needs. Where it does not hold the case is skipped, with it as
/// the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub enum Requirement {
    /// Any origin is allowed.
    #[serde(rename = "origins.any")]
    OriginsAny,
    /// Pages of some origin are allowed that is not opaque: any, or those that are listed.
    #[serde(rename = "origins.some")]
    OriginsSome,
    /// Pages of some origins are not allowed, so that an invented one can be refused.
    #[serde(rename = "origins.some-refused")]
    OriginsSomeRefused,
    /// Origins are listed (exact origins or patterns), so that some are not allowed.
    #[serde(rename = "origins.list")]
    OriginsList,
    /// At least two exact origins are listed.
    #[serde(rename = "origins.several")]
    OriginsSeveral,
    /// Exactly one exact origin is listed, and nothing else.
    #[serde(rename = "origins.one")]
    OriginsOne,
    /// At least one pattern such as `https://*.example` is listed.
    #[serde(rename = "origins.pattern")]
    OriginsPattern,
    /// `null` is listed.
    #[serde(rename = "origins.null")]
    OriginsNull,
    /// Origins are listed and `null` is not among them.
    #[serde(rename = "origins.no-null")]
    OriginsNoNull,
    /// No origin is allowed at all.
    #[serde(rename = "origins.none")]
    OriginsNone,
    /// Credentials are allowed.
    #[serde(rename = "credentials")]
    Credentials,
    /// Credentials are not allowed.
    #[serde(rename = "no-credentials")]
    NoCredentials,
    /// Something is allowed that needs a preflight: another method than GET, HEAD and POST, or a
    /// request header that is not safelisted.
    #[serde(rename = "preflights")]
    Preflights,
    /// Methods are listed.
    #[serde(rename = "methods.list")]
    MethodsList,
    /// Any method is allowed.
    #[serde(rename = "methods.any")]
    MethodsAny,
    /// Request headers are listed.
    #[serde(rename = "headers.list")]
    HeadersList,
    /// Any request header is allowed.
    #[serde(rename = "headers.any")]
    HeadersAny,
    /// Exposed headers are listed.
    #[serde(rename = "expose.list")]
    ExposeList,
    /// Every response header is exposed.
    #[serde(rename = "expose.any")]
    ExposeAny,
    /// No response header is exposed.
    #[serde(rename = "expose.none")]
    ExposeNone,
    /// A max-age is stated.
    #[serde(rename = "max-age")]
    MaxAge,
    /// A max-age of zero is stated.
    #[serde(rename = "max-age.zero")]
    MaxAgeZero,
    /// A max-age of at most a day is stated, which no server needs to cut.
    #[serde(rename = "max-age.day")]
    MaxAgeDay,
    /// No max-age is stated.
    #[serde(rename = "max-age.none")]
    MaxAgeNone,
    /// The target is told our policies (kit mode), so that it behaves as a kit server.
    #[serde(rename = "kit")]
    Kit,
}

impl Requirement {
    /// The facts about a policy that cases can require. [`Requirement::Kit`] is not one: it is a
    /// fact about the target.
    pub fn of(policy: &Policy) -> BTreeSet<Self> {
        Self::of_rule(policy, policy)
    }

    /// The same of one of the rules of a policy.
    pub fn of_rule(policy: &Policy, whole: &Policy) -> BTreeSet<Self> {
        let mut facts = Vec::new();
        match &policy.allow_origins {
            AnyOr::Any(Any::Any) => facts.extend([Self::OriginsAny, Self::OriginsSome]),
            AnyOr::Listed(listed) => {
                let is_all = whole.rules.is_empty() && policy.examples.is_empty();
                let exact = policy.exact_origins().count();
                let patterns = policy.patterns().count();
                let null = listed.iter().any(|entry| entry == "null");
                facts.push(if null {
                    Self::OriginsNull
                } else {
                    Self::OriginsNoNull
                });
                let any = |rule: &Policy| rule.allow_origins == AnyOr::Any(Any::Any);
                facts.extend((!whole.each_rule().any(any)).then_some(Self::OriginsSomeRefused));
                if exact + patterns > 0 {
                    facts.extend([Self::OriginsSome, Self::OriginsList]);
                }
                facts.extend((exact > 1).then_some(Self::OriginsSeveral));
                facts.extend(
                    (exact == 1 && listed.len() == 1 && is_all).then_some(Self::OriginsOne),
                );
                facts.extend((patterns > 0).then_some(Self::OriginsPattern));
                facts.extend(listed.is_empty().then_some(Self::OriginsNone));
            }
        }
        facts.push(if policy.allow_credentials {
            Self::Credentials
        } else {
            Self::NoCredentials
        });
        let methods = match &policy.allow_methods {
            AnyOr::Any(Any::Any) => true,
            AnyOr::Listed(listed) => listed
                .iter()
                .any(|method| !is_cors_safelisted_method(method.as_bytes())),
        };
        let headers = match &policy.allow_headers {
            AnyOr::Any(Any::Any) => true,
            AnyOr::Listed(listed) => listed.iter().any(|name| {
                name.eq_ignore_ascii_case("content-type")
                    || !is_safelisted_request_header_name(name.as_bytes())
            }),
        };
        facts.extend((methods || headers).then_some(Self::Preflights));
        facts.push(match &policy.allow_methods {
            AnyOr::Any(Any::Any) => Self::MethodsAny,
            AnyOr::Listed(_) => Self::MethodsList,
        });
        facts.push(match &policy.allow_headers {
            AnyOr::Any(Any::Any) => Self::HeadersAny,
            AnyOr::Listed(_) => Self::HeadersList,
        });
        facts.push(match &policy.expose_headers {
            AnyOr::Any(Any::Any) => Self::ExposeAny,
            AnyOr::Listed(listed) if listed.is_empty() => Self::ExposeNone,
            AnyOr::Listed(_) => Self::ExposeList,
        });
        match policy.max_age {
            None => facts.push(Self::MaxAgeNone),
            Some(seconds) => {
                facts.push(Self::MaxAge);
                facts.extend((seconds == 0).then_some(Self::MaxAgeZero));
                facts.extend((seconds <= 86_400).then_some(Self::MaxAgeDay));
            }
        }
        facts.into_iter().collect()
    }

    /// The name in files, such as `origins.list`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OriginsAny => "origins.any",
            Self::OriginsSome => "origins.some",
            Self::OriginsSomeRefused => "origins.some-refused",
            Self::OriginsList => "origins.list",
            Self::OriginsSeveral => "origins.several",
            Self::OriginsOne => "origins.one",
            Self::OriginsPattern => "origins.pattern",
            Self::OriginsNull => "origins.null",
            Self::OriginsNoNull => "origins.no-null",
            Self::OriginsNone => "origins.none",
            Self::Credentials => "credentials",
            Self::NoCredentials => "no-credentials",
            Self::Preflights => "preflights",
            Self::MethodsList => "methods.list",
            Self::MethodsAny => "methods.any",
            Self::HeadersList => "headers.list",
            Self::HeadersAny => "headers.any",
            Self::ExposeList => "expose.list",
            Self::ExposeAny => "expose.any",
            Self::ExposeNone => "expose.none",
            Self::MaxAge => "max-age",
            Self::MaxAgeZero => "max-age.zero",
            Self::MaxAgeDay => "max-age.day",
            Self::MaxAgeNone => "max-age.none",
            Self::Kit => "kit",
        }
    }

    /// What a policy must be like, as a sentence's end: "the policy …".
    pub fn meaning(self) -> &'static str {
        match self {
            Self::OriginsAny => "allows any origin",
            Self::OriginsSome => "allows pages of some origin",
            Self::OriginsSomeRefused => "refuses pages of some origins",
            Self::OriginsList => "lists allowed origins",
            Self::OriginsSeveral => "lists at least two exact origins",
            Self::OriginsOne => "lists exactly one exact origin",
            Self::OriginsPattern => "lists a pattern of origins",
            Self::OriginsNull => "allows the origin `null`",
            Self::OriginsNoNull => "does not allow the origin `null`",
            Self::OriginsNone => "allows no origin",
            Self::Credentials => "allows credentials",
            Self::NoCredentials => "does not allow credentials",
            Self::Preflights => "allows something that needs a preflight",
            Self::MethodsList => "lists allowed methods",
            Self::MethodsAny => "allows any method",
            Self::HeadersList => "lists allowed request headers",
            Self::HeadersAny => "allows any request header",
            Self::ExposeList => "lists exposed headers",
            Self::ExposeAny => "exposes every header",
            Self::ExposeNone => "exposes no header",
            Self::MaxAge => "states a max-age",
            Self::MaxAgeZero => "states a max-age of 0",
            Self::MaxAgeDay => "states a max-age of at most a day",
            Self::MaxAgeNone => "states no max-age",
            Self::Kit => "is one of ours, on a kit server",
        }
    }
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_files() {
        let all = schemars::schema_for!(Requirement).to_value();
        let names: Vec<&str> = all["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|variant| variant["const"].as_str().unwrap())
            .collect();
        assert_eq!(names.len(), 25);
        for name in names {
            let requirement: Requirement = serde_json::from_value(name.into()).unwrap();
            assert_eq!(requirement.name(), name);
        }
    }
}
