//! Text of a case: readable strings, and the bytes that JSON strings cannot hold.

use std::collections::BTreeSet;
use std::fmt;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A byte string as a case writes it, before placeholders are filled.
///
/// A plain JSON string holds printable ASCII and placeholders in braces (`{allowed}`, `{origin}`);
/// a brace that means itself is doubled. Bytes outside printable ASCII are written in hex, long
/// values as a repetition, mixtures as a concatenation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hex {
    /// Pairs of hex digits, in either case.
    pub hex: String,
}

/// See [`Text::Repeat`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// What is repeated, and how often (at most 1,000,000 bytes in all).
    pub repeat: (Box<Text>, u32),
}

/// See [`Text::Concat`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Concat {
    /// The parts, in order.
    pub concat: Vec<Text>,
}

/// A header as a case writes it: name and value. Order and repetition are kept.
pub type HeaderPair = (Text, Text);

/// The largest number of bytes that a text may expand to.
pub const MAX_TEXT: usize = 1_000_000;

/// Why a text cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A plain text holds something else than printable ASCII.
    #[error(
        "`{found}` is not printable ASCII: write such bytes as {{\"hex\": \"…\"}}, \
         joined by {{\"concat\": […]}}"
    )]
    NotPrintable {
        /// The offending character, escaped.
        found: String,
    },
    /// An opening brace has no closing one.
    #[error(
        "a `{{` without its `}}`: a placeholder ends with `}}`, a brace itself is written `{{{{`"
    )]
    Unclosed,
    /// A closing brace has no opening one.
    #[error("a `}}` without its `{{`: a brace itself is written `}}}}`")]
    Stray,
    /// What stands in braces is no placeholder name.
    #[error(
        "`{{{name}}}` is no placeholder: expected lower-case letters, digits, `_` and `.` \
         (a brace itself is written twice)"
    )]
    BadName {
        /// What stands in the braces.
        name: String,
    },
    /// The placeholder has no value here.
    #[error("the placeholder `{{{name}}}` has no value here")]
    Unfilled {
        /// The placeholder's name.
        name: String,
    },
    /// The hex digits are not pairs of hex digits.
    #[error("`{found}` is not pairs of hex digits")]
    BadHex {
        /// What was found.
        found: String,
    },
    /// The text would be too long.
    #[error("the text is longer than 1,000,000 bytes")]
    TooLong,
}

impl Text {
    /// The text that stands for just these bytes: plain where they are printable ASCII, hex
    /// otherwise.
    pub fn literal(bytes: &[u8]) -> Self {
        if bytes.iter().all(|byte| (0x20..0x7f).contains(byte)) {
            let text: String = bytes.iter().copied().map(char::from).collect();
            return Self::Plain(text.replace('{', "{{").replace('}', "}}"));
        }
        let digit = |value: u8| char::from_digit(u32::from(value), 16);
        let hex = bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
            .flatten()
            .collect();
        Self::Hex(Hex { hex })
    }

    /// The bytes, with each placeholder replaced by what `fill` returns for its name.
    ///
    /// # Errors
    ///
    /// When the text is malformed, longer than [`MAX_TEXT`], or `fill` knows no value for a
    /// placeholder ([`TextError::Unfilled`]).
    pub fn expand(&self, fill: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Vec<u8>, TextError> {
        let mut out = Vec::new();
        self.expand_into(fill, &mut out)?;
        Ok(out)
    }

    /// The names of the placeholders in the text.
    ///
    /// # Errors
    ///
    /// When the text is malformed.
    pub fn placeholders(&self) -> Result<BTreeSet<String>, TextError> {
        let mut names = BTreeSet::new();
        self.collect_placeholders(&mut names)?;
        Ok(names)
    }

    fn collect_placeholders(&self, names: &mut BTreeSet<String>) -> Result<(), TextError> {
        match self {
            Self::Plain(text) => pieces(text, |piece| {
                if let Piece::Placeholder(name) = piece {
                    names.insert(name.to_owned());
                }
                Ok(())
            }),
            Self::Hex(hex) => decode_hex(&hex.hex).map(drop),
            Self::Repeat(Repeat { repeat: (text, _) }) => text.collect_placeholders(names),
            Self::Concat(Concat { concat }) => concat
                .iter()
                .try_for_each(|text| text.collect_placeholders(names)),
        }
    }

    fn expand_into(
        &self,
        fill: &dyn Fn(&str) -> Option<Vec<u8>>,
        out: &mut Vec<u8>,
    ) -> Result<(), TextError> {
        match self {
            Self::Plain(text) => pieces(text, |piece| match piece {
                Piece::Literal(text) => append(out, text.as_bytes()),
                Piece::Placeholder(name) => {
                    let value = fill(name).ok_or_else(|| TextError::Unfilled {
                        name: name.to_owned(),
                    })?;
                    append(out, &value)
                }
            }),
            Self::Hex(hex) => append(out, &decode_hex(&hex.hex)?),
            Self::Repeat(Repeat {
                repeat: (text, times),
            }) => {
                let once = text.expand(fill)?;
                let total = usize::try_from(*times)
                    .ok()
                    .and_then(|times| once.len().checked_mul(times));
                if total.is_none_or(|total| total > MAX_TEXT) {
                    return Err(TextError::TooLong);
                }
                if once.is_empty() {
                    return Ok(());
                }
                (0..*times).try_for_each(|_| append(out, &once))
            }
            Self::Concat(Concat { concat }) => concat
                .iter()
                .try_for_each(|text| text.expand_into(fill, out)),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

fn append(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TextError> {
    if out.len() + bytes.len() > MAX_TEXT {
        return Err(TextError::TooLong);
    }
    out.extend_from_slice(bytes);
    Ok(())
}

enum Piece<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

/// Calls `each` for every literal run and every placeholder of a plain text, in order.
fn pieces(
    text: &str,
    mut each: impl FnMut(Piece<'_>) -> Result<(), TextError>,
) -> Result<(), TextError> {
    if let Some(found) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(TextError::NotPrintable {
            found: found.escape_default().to_string(),
        });
    }
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, braces) = rest.split_at(at);
        each(Piece::Literal(literal))?;
        if let Some(after) = braces.strip_prefix("{{") {
            each(Piece::Literal("{"))?;
            rest = after;
        } else if let Some(after) = braces.strip_prefix("}}") {
            each(Piece::Literal("}"))?;
            rest = after;
        } else if let Some(open) = braces.strip_prefix('{') {
            let (name, after) = open.split_once('}').ok_or(TextError::Unclosed)?;
            if !is_placeholder_name(name) {
                return Err(TextError::BadName {
                    name: name.to_owned(),
                });
            }
            each(Piece::Placeholder(name))?;
            rest = after;
        } else {
            return Err(TextError::Stray);
        }
    }
    each(Piece::Literal(rest))
}

fn is_placeholder_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'))
}

fn decode_hex(hex: &str) -> Result<Vec<u8>, TextError> {
    let bad = || TextError::BadHex {
        found: hex.to_owned(),
    };
    hex.as_bytes()
        .chunks(2)
        .map(|pair| {
            let &[high, low] = pair else {
                return Err(bad());
            };
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(high)
                .zip(digit(low))
                .map(|(high, low)| high * 16 + low);
            value
                .and_then(|value| u8::try_from(value).ok())
                .ok_or_else(bad)
        })
        .collect()
}

/// Not derived: an untagged enum would only say that "no variant matched", and nowhere.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

const FORMS: &[&str] = &["hex", "repeat", "concat"];

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a text: a string, {\"hex\": \"…\"}, {\"repeat\": [text, times]} or {\"concat\": [text, …]}",
        )
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
        let text = Text::Plain(text.to_owned());
        text.placeholders().map_err(E::custom)?;
        Ok(text)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(A::Error::custom("an empty object where a text is expected"));
        };
        let text = match key.as_str() {
            "hex" => {
                let hex: String = map.next_value()?;
                decode_hex(&hex).map_err(A::Error::custom)?;
                Text::Hex(Hex { hex })
            }
            "repeat" => Text::Repeat(Repeat {
                repeat: map.next_value()?,
            }),
            "concat" => Text::Concat(Concat {
                concat: map.next_value()?,
            }),
            other => return Err(A::Error::unknown_field(other, FORMS)),
        };
        if let Some(key) = map.next_key::<String>()? {
            return Err(A::Error::custom(format!(
                "`{key}` next to another member: a text has exactly one of `hex`, `repeat`, `concat`"
            )));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Text {
        serde_json::from_str(json).unwrap()
    }

    fn expand(json: &str) -> Result<Vec<u8>, TextError> {
        text(json).expand(&|name| (name == "a.b").then(|| b"X".to_vec()))
    }

    #[test]
    fn every_form_expands() {
        assert_eq!(expand(r#""1{a.b}2""#).unwrap(), b"1X2");
        assert_eq!(expand(r#""{{a.b}} {{}}""#).unwrap(), b"{a.b} {}");
        assert_eq!(expand(r#"{"hex": "00fF"}"#).unwrap(), b"\x00\xff");
        assert_eq!(expand(r#"{"repeat": ["{a.b}y", 3]}"#).unwrap(), b"XyXyXy");
        assert_eq!(expand(r#"{"repeat": ["", 4000000000]}"#).unwrap(), b"");
        assert_eq!(
            expand(r#"{"concat": ["a", {"hex": "0b"}, {"concat": []}, "b"]}"#).unwrap(),
            b"a\x0bb"
        );
    }

    #[test]
    fn placeholders_are_found_at_every_depth() {
        let names =
            text(r#"{"concat": ["{b}{{c}}", {"repeat": ["{a}", 2]}, "{b}"]}"#).placeholders();
        assert_eq!(names.unwrap().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn lengths_are_bounded_before_memory_is_used() {
        assert_eq!(
            expand(r#"{"repeat": ["a", 1000000]}"#).unwrap().len(),
            MAX_TEXT
        );
        assert_eq!(
            expand(r#"{"repeat": ["a", 1000001]}"#),
            Err(TextError::TooLong)
        );
        let nested = r#"{"repeat": [{"repeat": ["ab", 500000]}, 4294967295]}"#;
        assert_eq!(expand(nested), Err(TextError::TooLong));
        let joined = r#"{"concat": [{"repeat": ["a", 1000000]}, "b"]}"#;
        assert_eq!(expand(joined), Err(TextError::TooLong));
    }

    #[test]
    fn a_placeholder_without_value_is_an_error() {
        assert_eq!(
            expand(r#""{other}""#),
            Err(TextError::Unfilled {
                name: "other".to_owned()
            })
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |json: &str| serde_json::from_str::<Text>(json).unwrap_err().to_string();
        for (json, expected) in [
            (
                r#""é""#,
                "`\\u{e9}` is not printable ASCII: write such bytes as {\"hex\": \"…\"}, joined by {\"concat\": […]} at line 1 column 4",
            ),
            (
                r#""a{b""#,
                "a `{` without its `}`: a placeholder ends with `}`, a brace itself is written `{{` at line 1 column 5",
            ),
            (
                r#""a}b""#,
                "a `}` without its `{`: a brace itself is written `}}` at line 1 column 5",
            ),
            (
                r#""{A b}""#,
                "`{A b}` is no placeholder: expected lower-case letters, digits, `_` and `.` (a brace itself is written twice) at line 1 column 7",
            ),
            (
                r#"{"hex": "abc"}"#,
                "`abc` is not pairs of hex digits at line 1 column 14",
            ),
            (
                r#"{"hex": "+a"}"#,
                "`+a` is not pairs of hex digits at line 1 column 13",
            ),
            (
                "{}",
                "an empty object where a text is expected at line 1 column 2",
            ),
            (
                r#"{"bytes": "00"}"#,
                "unknown field `bytes`, expected one of `hex`, `repeat`, `concat` at line 1 column 8",
            ),
            (
                r#"{"hex": "00", "concat": []}"#,
                "`concat` next to another member: a text has exactly one of `hex`, `repeat`, `concat` at line 1 column 22",
            ),
            (
                "7",
                "invalid type: integer `7`, expected a text: a string, {\"hex\": \"…\"}, {\"repeat\": [text, times]} or {\"concat\": [text, …]} at line 1 column 1",
            ),
        ] {
            assert_eq!(error(json), expected, "{json}");
        }
    }

    #[test]
    fn any_bytes_have_a_text() {
        for bytes in [&b"plain {x} }"[..], b"\x00\xff", b"", "é".as_bytes()] {
            let text = Text::literal(bytes);
            let json = serde_json::to_string(&text).unwrap();
            let back: Text = serde_json::from_str(&json).unwrap();
            assert_eq!(back.expand(&|_| None).unwrap(), bytes);
        }
    }
}
