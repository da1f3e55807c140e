//! Flags: the kinds of mistakes that server cases find.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The file of flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlagFile {
    /// Path of the schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the file is, in a sentence.
    pub about: String,
    /// The flags.
    pub flags: Vec<Flag>,
}

/// One kind of mistake. A server case has the flags of the faulty servers that it catches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Its name; permanent.
    pub id: String,
    /// The class of faulty servers that make the mistake.
    pub class: String,
    /// What comes of it.
    pub bug_type: BugType,
    /// What such a server does, as a sentence.
    pub description: String,
    /// What that means for pages, visitors and operators, in sentences.
    pub effect: String,
    /// Addresses of advisories of such mistakes in real libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// What comes of a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BugType {
    /// Somebody can read or send what the policy forbids.
    Access,
    /// A page cannot do what the policy allows.
    Refusal,
    /// A cache in between gives the wrong response.
    Cache,
    /// A response breaks a grammar or a protocol.
    Malformed,
    /// A request ends in an error or takes the server down.
    Crash,
    /// Browsers never show it; it is advice.
    Advice,
}
