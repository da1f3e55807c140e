//! Text of a case: readable strings, and the bytes that JSON strings cannot hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A byte string as a case writes it, before placeholders are filled.
///
/// A plain JSON string holds printable ASCII and placeholders in braces (`{allowed}`, `{origin}`);
/// a brace that means itself is doubled. Bytes outside printable ASCII are written in hex, long
/// values as a repetition, mixtures as a concatenation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// Printable ASCII, with placeholders.
    Plain(String),
    /// Bytes as pairs of hex digits: `{"hex": "c3a9"}`.
    Hex(Hex),
    /// The same text several times: `{"repeat": ["a", 129]}`.
    Repeat(Repeat),
    /// Several texts one after the other: `{"concat": ["bytes=", {"repeat": ["9", 121]}, "-"]}`.
    Concat(Concat),
}

/// See [`Text::Hex`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hex {
    /// Pairs of hex digits, in either case.
    pub hex: String,
}

/// See [`Text::Repeat`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// What is repeated, and how often (at most 1,000,000 bytes in all).
    pub repeat: (Box<Text>, u32),
}

/// See [`Text::Concat`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concat {
    /// The parts, in order.
    pub concat: Vec<Text>,
}

/// A header as a case writes it: name and value. Order and repetition are kept.
pub type HeaderPair = (Text, Text);
