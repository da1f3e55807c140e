//! One known failure, as it is written.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Failures that are accepted for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// A short permanent name, such as that of an engine's deviation: lower-case words joined by
    /// hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Ids of cases, and globs of ids such as `preflight-cache/include-*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
    /// How they fail: the fingerprint of the cause. Without it they may fail in any way.
    #[serde(
        default,
        alias = "fingerprint",
        skip_serializing_if = "Option::is_none"
    )]
    pub fails: Option<String>,
    /// How many of the cases fail; when left out all do, and `cases` has no globs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Why that is accepted.
    pub reason: String,
    /// Where its owner keeps track of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The steps of the standard that are left, as cases cite them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spec: Vec<String>,
    /// Of an engine: the field of the model's dialect that makes the model do the same; absent
    /// where the model has nothing that corresponds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// Of an agent: whether the cases accept this beside what the standard says, so that no run
    /// fails there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// Of a server: the class of such faults, as that of the testbed's faulty servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Of a server: who has to correct it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<Whose>,
    /// Of an emulator, in place of `cases`: a case belongs to it when one of these fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Shows>,
}

/// One way to know that a case belongs to a known failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// All of these [`tags`](crate::tags::tags) have to be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<String>,
    /// Nothing else may be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The case has to match one of these selectors, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

impl Known {
    /// The reason, with the link where there is one.
    pub fn reason_with_link(&self) -> String {
        match &self.link {
            Some(link) => format!("{} ({link})", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// Who has to correct what was found in a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// The library that adds the CORS headers.
    Library,
    /// What it runs on: the server or the framework below it.
    Server,
    /// The configuration that people copy: the program can do better.
    Recipe,
}

impl Whose {
    /// Its word in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Server => "server",
            Self::Recipe => "recipe",
        }
    }
}
