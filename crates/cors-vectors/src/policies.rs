//! The file of named policies.

use std::collections::BTreeMap;

use cors_policy::Policy;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The named policies of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Path of the schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The policies by name.
    #[serde(deserialize_with = "cors_policy::strict::unique")]
    pub policies: BTreeMap<String, NamedPolicy>,
}

/// A named policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NamedPolicy {
    /// What it stands for, in a sentence.
    pub about: String,
    /// The policy.
    pub policy: Policy,
}
