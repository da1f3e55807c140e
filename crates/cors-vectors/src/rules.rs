//! The rules that the cases show: what the standards ask of browsers and of servers, one by one.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The file of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Path of the schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the file is, in a sentence.
    pub about: String,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `CL-…` for browsers, `SV-…` for servers; permanent.
    pub id: String,
    /// Whom it binds.
    pub side: Side,
    /// How it binds.
    pub level: RuleLevel,
    /// Where it comes from, in the grammar of a case's `spec`.
    pub spec: Vec<String>,
    /// The rule, as a sentence.
    pub statement: String,
    /// Why no case shows it, when it is outside what the project covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<String>,
}

/// Whom a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Browsers and other user agents.
    Client,
    /// Servers.
    Server,
}

/// How a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    /// A step of an algorithm, a grammar or an RFC's MUST.
    Must,
    /// It follows from following the algorithms, without a sentence that says so.
    Derived,
    /// An RFC's SHOULD, or the standard's own advice.
    Should,
    /// Permitted.
    May,
    /// Advice that is not the standard's.
    Advice,
    /// Binding only in a text that has been superseded.
    Historic,
    /// Written nowhere, but a browser rejects what breaks it, or an attacker profits.
    Interop,
}
