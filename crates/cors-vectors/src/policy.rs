//! Policies: what a server is meant to allow.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::server::Endpoint;

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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints: BTreeMap<Endpoint, String>,
}

/// Everything, or what is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// The named policies of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Path of the schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The policies by name.
    pub policies: BTreeMap<String, NamedPolicy>,
}

/// A named policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPolicy {
    /// What it stands for, in a sentence.
    pub about: String,
    /// The policy.
    pub policy: Policy,
}
