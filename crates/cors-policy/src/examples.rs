//! Origins that a regular expression or code decides on, known by examples.

use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::origin::Parts;

/// Origins that a regular expression or code decides on: what it says of a few of them, since not
/// all can be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// A regular expression that the whole origin must match. Without one, code decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Regex>,
    /// Origins that are allowed.
    pub allowed: Vec<String>,
    /// Origins that are not allowed though they look like those that are.
    #[serde(default)]
    pub refused: Vec<String>,
}

impl Examples {
    /// Whether the origin is allowed; `None` where only the code knows: neither an example, nor so
    /// different from all allowed examples that no code would take it for one of their kind.
    pub fn decide(&self, origin: &[u8]) -> Option<bool> {
        let is = |listed: &Vec<String>| listed.iter().any(|one| one.as_bytes() == origin);
        let text = std::str::from_utf8(origin).ok();
        if is(&self.allowed) {
            return Some(true);
        }
        if is(&self.refused) {
            return Some(false);
        }
        match (&self.pattern, text) {
            (_, None) => Some(false),
            (Some(pattern), Some(text)) => Some(pattern.fits(text)),
            (None, Some(text)) => {
                let lowered = text.to_ascii_lowercase();
                let near = self.allowed.iter().any(|one| is_akin(one, &lowered));
                (!near).then_some(false)
            }
        }
    }
}

/// Whether two origins may well be of one family: names below one domain of two labels, names of
/// one label, addresses that begin alike, hosts of one scheme of an application. Both are in lower
/// case, as browsers write them.
fn is_akin(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (Parts::of(one), Parts::of(other)) else {
        return one == other;
    };
    let web = |scheme: &str| ["http", "https"].contains(&scheme);
    if !web(one.scheme) || !web(other.scheme) {
        return one.scheme == other.scheme;
    }
    family(one.host) == family(other.host)
}

/// What the names or addresses of one family share, so that hosts are of one if it is the same.
fn family(host: &str) -> &str {
    if host.starts_with('[') {
        return host.split(':').next().unwrap_or_default();
    }
    let host = host.trim_end_matches('.');
    let mut from_end = host.rmatch_indices('.').map(|(dot, _)| dot);
    let last = from_end.next();
    let label = host.get(last.map_or(0, |dot| dot.saturating_add(1))..);
    let is_number = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
    if label.is_some_and(is_number) {
        return host.split('.').next().unwrap_or_default();
    }
    let from = from_end.next().map_or(0, |dot| dot.saturating_add(1));
    host.get(from..).unwrap_or_default()
}

/// A regular expression that a whole origin has to match.
#[derive(Clone, Serialize)]
#[serde(into = "String")]
pub struct Regex {
    text: String,
    whole: regex_lite::Regex,
}

impl Regex {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let whole = regex_lite::Regex::new(&format!("^(?:{text})$")).map_err(|error| {
            format!(
                "`{text}` is no regular expression that is understood here ({error}): leave \
                 `pattern` out, so that the examples alone say what is allowed"
            )
        })?;
        let text = text.to_owned();
        Ok(Self { text, whole })
    }

    /// Whether all of the text matches.
    pub fn fits(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.text).finish()
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Regex {}

impl From<Regex> for String {
    fn from(regex: Regex) -> Self {
        regex.text
    }
}

impl<'de> Deserialize<'de> for Regex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Regex {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Regex".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}
