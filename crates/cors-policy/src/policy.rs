//! Policies: what a server is meant to allow.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::endpoint::Endpoint;
use crate::names::{is_cors_safelisted_method, is_safelisted_request_header_name};
use crate::origin;
use crate::strict::unique;

/// What a server is meant to allow: a user's TOML file, or a named policy of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The origins whose pages may read responses: `"any"`, or a list of serialized origins,
    /// patterns such as `https://*.trusted.example` (one or more labels in place of the star,
    /// same scheme and port), and `"null"` for opaque origins.
    pub allow_origins: AnyOr<Vec<String>>,
    /// Whether requests may carry credentials.
    #[serde(default)]
    pub allow_credentials: bool,
    /// The methods allowed beyond the safelisted GET, HEAD and POST; naming those is harmless.
    pub allow_methods: AnyOr<Vec<String>>,
    /// The request headers allowed beyond the safelisted ones.
    pub allow_headers: AnyOr<Vec<String>>,
    /// The response headers that pages may read beyond the safelisted ones.
    pub expose_headers: AnyOr<Vec<String>>,
    /// Seconds that a preflight may be cached; `None` when not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// Other paths of the target, by what they do. `resource` is the target itself.
    #[serde(
        default,
        deserialize_with = "unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub endpoints: BTreeMap<Endpoint, String>,
}

/// Everything, or what is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum AnyOr<T> {
    /// The word `"any"`.
    Any(Any),
    /// What is listed.
    Listed(T),
}

/// The word `"any"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Any {
    /// The word itself.
    #[serde(rename = "any")]
    Any,
}

impl Policy {
    /// Whether pages of the origin with this serialization may read responses. The comparison is
    /// of bytes, as a browser's is; `null` only fits `"null"` and `"any"`.
    pub fn allows_origin(&self, serialized: &[u8]) -> bool {
        match &self.allow_origins {
            AnyOr::Any(Any::Any) => true,
            AnyOr::Listed(listed) => listed.iter().any(|entry| {
                if is_pattern(entry) {
                    origin::fits_pattern(serialized, entry)
                } else {
                    entry.as_bytes() == serialized
                }
            }),
        }
    }

    /// Whether requests with the method may be made: the safelisted ones always, others when they
    /// are listed, byte for byte.
    pub fn allows_method(&self, method: &[u8]) -> bool {
        is_cors_safelisted_method(method)
            || match &self.allow_methods {
                AnyOr::Any(Any::Any) => true,
                AnyOr::Listed(listed) => listed.iter().any(|entry| entry.as_bytes() == method),
            }
    }

    /// Whether requests with a header of this name and a value that is not safelisted may be made.
    pub fn allows_header(&self, name: &[u8]) -> bool {
        lists_name(&self.allow_headers, name)
    }

    /// Whether pages may read response headers of this name; the safelisted ones are not looked at.
    pub fn exposes_header(&self, name: &[u8]) -> bool {
        lists_name(&self.expose_headers, name)
    }

    /// The path of an endpoint below the target; `None` for [`Endpoint::Resource`], which is the
    /// target itself, and for what the policy does not declare.
    pub fn endpoint(&self, endpoint: Endpoint) -> Option<&str> {
        self.endpoints.get(&endpoint).map(String::as_str)
    }

    /// The listed origins that are neither patterns nor `null`.
    pub fn exact_origins(&self) -> impl Iterator<Item = &str> {
        self.listed_origins()
            .filter(|entry| !is_pattern(entry) && *entry != "null")
    }

    /// The listed patterns, such as `https://*.trusted.example`.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.listed_origins().filter(|entry| is_pattern(entry))
    }

    fn listed_origins(&self) -> impl Iterator<Item = &str> {
        match &self.allow_origins {
            AnyOr::Any(Any::Any) => &[][..],
            AnyOr::Listed(listed) => listed,
        }
        .iter()
        .map(String::as_str)
    }

    /// What the policy wants a browser to decide about a request, or `None` where that depends on
    /// more than the policy (a header that is safelisted for some values only, unless it is a
    /// `Content-Type` that no form can have).
    pub fn wants_shared(
        &self,
        origin: &[u8],
        method: &[u8],
        headers: &[(Vec<u8>, Vec<u8>)],
        credentials: bool,
    ) -> Option<bool> {
        if !self.allows_origin(origin)
            || !self.allows_method(method)
            || (credentials && !self.allow_credentials)
        {
            return Some(false);
        }
        let mut refused = headers
            .iter()
            .filter(|(name, _)| !self.allows_header(name))
            .peekable();
        if refused.peek().is_none() {
            return Some(true);
        }
        refused
            .any(|(name, value)| needs_leave(name, value))
            .then_some(false)
    }
}

/// Whether a header needs leave for sure. Beyond the type of `Content-Type`, values are not looked
/// at: what of them is harmless is for browsers to know.
fn needs_leave(name: &[u8], value: &[u8]) -> bool {
    if !name.eq_ignore_ascii_case(b"content-type") {
        return !is_safelisted_request_header_name(name);
    }
    let value = String::from_utf8_lossy(value);
    let essence = value.split(';').next().unwrap_or_default();
    let essence = essence.trim_matches([' ', '\t']);
    ![
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ]
    .iter()
    .any(|harmless| essence.eq_ignore_ascii_case(harmless))
}

/// Whether an entry of `allow_origins` is a pattern.
pub fn is_pattern(entry: &str) -> bool {
    entry.contains('*')
}

fn lists_name(names: &AnyOr<Vec<String>>, name: &[u8]) -> bool {
    match names {
        AnyOr::Any(Any::Any) => true,
        AnyOr::Listed(listed) => listed
            .iter()
            .any(|entry| entry.as_bytes().eq_ignore_ascii_case(name)),
    }
}

/// Not derived: an untagged enum would only say that "no variant matched", and nowhere.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for AnyOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyOrVisitor(PhantomData))
    }
}

struct AnyOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyOrVisitor<T> {
    type Value = AnyOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`\"any\"` or a list of strings")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
        if word == "any" {
            return Ok(AnyOr::Any(Any::Any));
        }
        Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(seq)).map(AnyOr::Listed)
    }
}
