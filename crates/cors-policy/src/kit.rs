//! Kits: targets that take on named policies, one beside the other or one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::policy::{AnyOr, Policy};

/// A policy that a target cannot express.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the target cannot express it: {reason}")]
pub struct Unsupported {
    /// Why, in the target's words.
    pub reason: String,
}

impl Unsupported {
    /// With this reason.
    pub fn because(reason: impl Display) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }
}

/// A policy that no target can express: its origin is no origin, its method no method, its header
/// no header. A target that accepts it does not read its policies.
pub fn nonsense() -> Policy {
    Policy {
        allow_origins: AnyOr::Listed(vec!["not an origin\0".into()].into()),
        allow_credentials: true,
        allow_methods: AnyOr::Listed(vec!["not a method\0".into()]),
        allow_headers: AnyOr::Listed(vec!["not a header\0".into()]),
        expose_headers: AnyOr::Listed(vec!["not a header\0".into()]),
        max_age: Some(0),
        ..Policy::default()
    }
}

/// `kit.json`: how a server says which named policies it takes on, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the manifest's form; [`Manifest::VERSION`].
    pub kit: u32,
    /// What there is of each named policy. One that is left out is not supported.
    pub policies: BTreeMap<String, ManifestEntry>,
}

impl Manifest {
    /// The only version so far.
    pub const VERSION: u32 = 1;
}

/// What a server says of a named policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "expected {\"base\": \"NAME/\", \"endpoints\": [...]} or {\"unsupported\": \"why\"}"
)]
pub enum ManifestEntry {
    /// It is there.
    Here(ManifestSite),
    /// It cannot be expressed.
    Not(ManifestUnsupported),
}

/// Where a server takes on a named policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ManifestSite {
    /// Path or URL, relative to the manifest's, below which `resource` and the endpoints lie. Its
    /// last segment is the policy's name; with a name in its place that is no policy's, everything
    /// below is answered with 501.
    pub base: String,
    /// The endpoints beyond `resource` that exist there.
    #[serde(default)]
    pub endpoints: BTreeSet<Endpoint>,
}

/// Why a server does not take on a named policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ManifestUnsupported {
    /// The reason.
    pub unsupported: String,
}
