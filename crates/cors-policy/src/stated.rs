//! Policies as they are written in files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::any_or::{Any, AnyOr};
use crate::endpoint::Endpoint;
use crate::examples::Examples;
use crate::listed::ListedOrigins;
use crate::pattern::is_pattern;
use crate::strict::unique;

/// A policy as it is written. The fields that say what is allowed may only be left out where
/// `rules` or `resources` say it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Stated {
    /// The origins whose pages may read responses: `"any"`, or a list of serialized origins,
    /// patterns such as `https://*.trusted.example` (one or more labels in place of the star,
    /// same scheme and port), `"null"` for opaque origins, and tables with `allowed` and `refused`
    /// origins where a regular expression or code decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allow_origins: Option<AnyOr<Vec<Entry>>>,
    /// Whether requests may carry credentials.
    #[serde(default)]
    pub(crate) allow_credentials: bool,
    /// Whether that is meant although any origin is allowed: every page then acts as its visitors.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) credentials_for_any_origin: bool,
    /// The methods allowed beyond the safelisted GET, HEAD and POST; naming those is harmless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allow_methods: Option<AnyOr<Vec<String>>>,
    /// The request headers allowed beyond the safelisted ones; a star at the end is for any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allow_headers: Option<AnyOr<Vec<String>>>,
    /// The response headers that pages may read beyond the safelisted ones; a star at the end is
    /// for any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expose_headers: Option<AnyOr<Vec<String>>>,
    /// Seconds that a preflight may be cached, or `"never"`; left out when not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<MaxAge>,
    /// Other paths of the target, by what they do. `resource` is the target itself.
    #[serde(
        default,
        deserialize_with = "unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) endpoints: BTreeMap<Endpoint, String>,
    /// Further rules: the first that fits the origin says what else is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<Self>,
    /// Policies of single paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Self>,
    /// The path of a resource; a star at the end is for any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// A path below that of a resource that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<String>,
}

/// An entry of `allow_origins`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub(crate) enum Entry {
    /// An origin or a pattern.
    Text(String),
    /// Examples.
    Examples(Examples),
}

/// Not derived: an untagged enum would only say that "no variant matched", and nowhere.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;

        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an origin, a pattern, or a table with `allowed` and `refused` origins")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Entry, E> {
                Ok(Entry::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Examples::deserialize(MapAccessDeserializer::new(map)).map(Entry::Examples)
            }
        }

        deserializer.deserialize_any(EntryVisitor)
    }
}

/// How long a preflight may be cached.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub(crate) enum MaxAge {
    /// For so many seconds.
    Seconds(u32),
    /// The word `"never"`, which is the same as 0.
    Never(Never),
}

/// The word `"never"`.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub(crate) enum Never {
    /// The word itself.
    #[serde(rename = "never")]
    Never,
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxAgeVisitor;

        impl MaxAgeVisitor {
            fn seconds<E: serde::de::Error>(
                &self,
                number: Option<u32>,
                found: serde::de::Unexpected<'_>,
            ) -> Result<MaxAge, E> {
                number
                    .map(MaxAge::Seconds)
                    .ok_or_else(|| E::invalid_value(found, self))
            }
        }

        impl Visitor<'_> for MaxAgeVisitor {
            type Value = MaxAge;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds from 0 to 4294967295, or `\"never\"`")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<MaxAge, E> {
                let found = serde::de::Unexpected::Signed(number);
                self.seconds(number.try_into().ok(), found)
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<MaxAge, E> {
                let found = serde::de::Unexpected::Unsigned(number);
                self.seconds(number.try_into().ok(), found)
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<MaxAge, E> {
                if word == "never" {
                    return Ok(MaxAge::Never(Never::Never));
                }
                Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
            }
        }

        deserializer.deserialize_any(MaxAgeVisitor)
    }
}

/// What a list of names or origins is when nothing is allowed.
pub(crate) fn nothing<T>() -> AnyOr<Vec<T>> {
    AnyOr::Listed(Vec::new())
}

impl Stated {
    /// Whether anything says what is allowed, beside rules and resources.
    pub(crate) fn allows(&self) -> bool {
        self.allow_origins.is_some()
            || self.allow_methods.is_some()
            || self.allow_headers.is_some()
            || self.expose_headers.is_some()
            || self.max_age.is_some()
            || self.allow_credentials
    }

    /// This, its rules, its resources and theirs, with where they stand.
    pub(crate) fn all(&self) -> Vec<(String, &Self)> {
        fn rules_of(policy: &Stated, at: String) -> impl Iterator<Item = (String, &Stated)> {
            let rules = policy.rules.iter().enumerate();
            rules.map(move |(number, rule)| (format!("{at}rules[{number}]."), rule))
        }
        let mut all = vec![(String::new(), self)];
        all.extend(rules_of(self, String::new()));
        for (number, resource) in self.resources.iter().enumerate() {
            let at = format!("resources[{number}].");
            all.push((at.clone(), resource));
            all.extend(rules_of(resource, at));
        }
        all
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        match &self.allow_origins {
            Some(AnyOr::Listed(entries)) => entries.as_slice(),
            Some(AnyOr::Any(Any::Any)) | None => &[],
        }
        .iter()
    }

    /// The listed patterns.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.entries().filter_map(|entry| match entry {
            Entry::Text(text) if is_pattern(text) => Some(text.as_str()),
            Entry::Text(_) | Entry::Examples(_) => None,
        })
    }

    /// The listed examples.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &Examples> {
        self.entries().filter_map(|entry| match entry {
            Entry::Examples(one) => Some(one),
            Entry::Text(_) => None,
        })
    }

    /// The fields that are needed and left out.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &'static str> {
        let elsewhere = !self.rules.is_empty() || !self.resources.is_empty();
        let needed = !elsewhere || self.allows();
        [
            ("allow_origins", self.allow_origins.is_none()),
            ("allow_methods", self.allow_methods.is_none()),
            ("allow_headers", self.allow_headers.is_none()),
            ("expose_headers", self.expose_headers.is_none()),
        ]
        .into_iter()
        .filter_map(move |(name, missing)| (needed && missing).then_some(name))
    }

    /// The seconds.
    pub(crate) fn seconds(&self) -> Option<u32> {
        self.max_age.map(|max_age| match max_age {
            MaxAge::Seconds(seconds) => seconds,
            MaxAge::Never(Never::Never) => 0,
        })
    }
}

/// The entries as origins and patterns on the one hand, the allowed examples among them, and
/// examples on the other.
pub(crate) fn split(entries: AnyOr<Vec<Entry>>) -> (AnyOr<ListedOrigins>, Vec<Examples>) {
    let entries = match entries {
        AnyOr::Any(Any::Any) => return (AnyOr::Any(Any::Any), Vec::new()),
        AnyOr::Listed(entries) => entries,
    };
    let (mut origins, mut examples) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Text(text) => origins.push(text),
            Entry::Examples(one) => examples.push(one),
        }
    }
    let allowed = examples.iter().flat_map(|one: &Examples| &one.allowed);
    origins.extend(allowed.cloned());
    (AnyOr::Listed(origins.into()), examples)
}

/// The opposite of [`split`].
pub(crate) fn join(origins: AnyOr<ListedOrigins>, examples: Vec<Examples>) -> AnyOr<Vec<Entry>> {
    let origins = match origins {
        AnyOr::Any(Any::Any) => return AnyOr::Any(Any::Any),
        AnyOr::Listed(origins) => Vec::from(origins),
    };
    let allowed = examples.iter().flat_map(|one| &one.allowed);
    let allowed: BTreeSet<&String> = allowed.collect();
    let plain = origins
        .into_iter()
        .filter(|origin| !allowed.contains(origin));
    let plain: Vec<Entry> = plain.map(Entry::Text).collect();
    let examples = examples.into_iter().map(Entry::Examples);
    AnyOr::Listed(plain.into_iter().chain(examples).collect())
}
