//! Checks: statements about one answer of a server, beyond the verdict.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::level::Level;
use crate::text::Text;

/// A statement about one answer, with its own level.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Check {
    /// Name of the check within the case.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why, when the case's own `why` does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Which answer it looks at. The last one of the step when left out. A check on an answer that
    /// was never received fails.
    #[serde(default)]
    pub on: On,
    /// What must hold of the same answer for the check to apply; where it does not, the check is
    /// skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Statement>,
    /// What is stated.
    #[serde(flatten)]
    pub statement: Statement,
}

/// Which answer of a step a check looks at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// The last answer received.
    #[default]
    Last,
    /// The answer to the preflight.
    Preflight,
    /// The answer to the actual request.
    Actual,
}

/// What a check states.
///
/// Header statements look at all lines of the field. Elements of list fields are compared
/// ASCII case-insensitively except for `Access-Control-Allow-Methods`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub enum Statement {
    /// Something about a response header.
    Header(HeaderStatement),
    /// Something about the status.
    Status(StatusStatement),
    /// Something about the bytes, after a `send` with `raw`.
    Wire(WireStatement),
    /// Something about the body.
    Body(BodyStatement),
}

/// A statement about a response header.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct HeaderStatement {
    /// The header's name.
    pub header: String,
    /// What holds of it.
    #[serde(flatten)]
    pub is: HeaderIs,
}

/// What holds of a response header.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeaderIs {
    /// There is no such line (`false`: there is at least one).
    Absent(bool),
    /// There is exactly one line and its value is this text.
    Equals(Text),
    /// There is exactly one line and its value is one of these texts.
    OneOf(Vec<Text>),
    /// There is no line, or exactly one with one of these values.
    AbsentOrOneOf(Vec<Text>),
    /// No line holds this value.
    Not(Text),
    /// The comma-separated list over all lines has this element, or `*` where `*` means it.
    HasToken(Text),
    /// As `has_token`, where it is due: where the answers of the case to the same method and URL
    /// do not all have the same `Access-Control-Allow-Origin`, so that a cache would give one page
    /// the answer for another. Where all have the same, the check is skipped. An answer to a request
    /// without `Origin` is not counted beside answers that all have `*`.
    HasTokenIfDue(Text),
    /// There is such a line, as another answer of the case to the same method and URL has one. Where
    /// none has, the check is skipped.
    Kept(bool),
    /// The list over all lines lacks this element.
    LacksToken(Text),
    /// No line contains these bytes.
    LacksBytes(Text),
    /// There are at most this many lines.
    MaxLines(u32),
    /// Each line present matches this grammar.
    Grammar(Grammar),
}

/// The grammars that a check can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grammar {
    /// `*`, `null`, or one serialized origin: no path, no default port, lower case.
    OriginOrNullOrWildcard,
    /// Exactly `true`.
    True,
    /// Digits only.
    DeltaSeconds,
    /// A comma-separated list of tokens without empty elements.
    TokenList,
}

/// A statement about the status.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct StatusStatement {
    /// The ranges of statuses that satisfy it, each `[first, last]` inclusive.
    pub status: Vec<(u16, u16)>,
}

/// A statement about the body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BodyStatement {
    /// What holds of it.
    pub body: BodyIs,
}

/// What holds of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BodyIs {
    /// It is that of the answers of the case to the same method and URL without an `Origin`. Skipped
    /// unless there are two of these, with the same body and the status of this one; and where the
    /// body holds the `Origin` of the request, as an echo of it does. Compared are the first 1,024
    /// bytes.
    Kept,
}

/// A statement about the bytes of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct WireStatement {
    /// What holds of them.
    pub wire: WireIs,
}

/// What holds of the bytes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WireIs {
    /// Nothing follows the head, and the head announces nothing: no `Transfer-Encoding`, and no
    /// `Content-Length` but of 0.
    NoContent,
    /// What follows the head is what the head announces: of the stated length, or whole chunks up
    /// to the last; after a request with HEAD, and with the status 204 or 304, nothing.
    WellFramed,
    /// Each line of each head is a name, a colon right behind it, and a value without control
    /// characters, ended by CR and LF; none is folded.
    WellFormedFields,
    /// The interim answers before the last, if there are any, have a status from 100 to 199 other
    /// than 101, and neither `Content-Length` nor `Transfer-Encoding`.
    PlainInterim,
}

impl Check {
    /// Every text of the check.
    pub fn texts(&self) -> Vec<&Text> {
        let when = self.when.iter().flat_map(Statement::texts);
        when.chain(self.statement.texts()).collect()
    }
}

impl Statement {
    fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Header(HeaderStatement { is, .. }) => match is {
                HeaderIs::Equals(text)
                | HeaderIs::Not(text)
                | HeaderIs::HasToken(text)
                | HeaderIs::HasTokenIfDue(text)
                | HeaderIs::LacksToken(text)
                | HeaderIs::LacksBytes(text) => vec![text],
                HeaderIs::OneOf(texts) | HeaderIs::AbsentOrOneOf(texts) => texts.iter().collect(),
                HeaderIs::Absent(_)
                | HeaderIs::Kept(_)
                | HeaderIs::MaxLines(_)
                | HeaderIs::Grammar(_) => Vec::new(),
            },
            Self::Status(_) | Self::Wire(_) | Self::Body(_) => Vec::new(),
        }
    }
}

/// A check as it is written: all members side by side.
///
/// Read through this rather than with `flatten` and `untagged`, which would buffer the whole check
/// and then only say that nothing matched.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    id: String,
    level: Level,
    why: Option<String>,
    #[serde(default)]
    on: On,
    when: Option<Statement>,
    header: Option<String>,
    absent: Option<bool>,
    equals: Option<Text>,
    one_of: Option<Vec<Text>>,
    absent_or_one_of: Option<Vec<Text>>,
    not: Option<Text>,
    has_token: Option<Text>,
    has_token_if_due: Option<Text>,
    kept: Option<bool>,
    lacks_token: Option<Text>,
    lacks_bytes: Option<Text>,
    max_lines: Option<u32>,
    grammar: Option<Grammar>,
    status: Option<Vec<(u16, u16)>>,
    wire: Option<WireIs>,
    body: Option<BodyIs>,
}

/// The members of which a statement is made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    header: Option<String>,
    absent: Option<bool>,
    equals: Option<Text>,
    one_of: Option<Vec<Text>>,
    absent_or_one_of: Option<Vec<Text>>,
    not: Option<Text>,
    has_token: Option<Text>,
    has_token_if_due: Option<Text>,
    kept: Option<bool>,
    lacks_token: Option<Text>,
    lacks_bytes: Option<Text>,
    max_lines: Option<u32>,
    grammar: Option<Grammar>,
    status: Option<Vec<(u16, u16)>>,
    wire: Option<WireIs>,
    body: Option<BodyIs>,
}

const STATEMENTS: &str = "`absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, \
                          `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, \
                          `max_lines`, `grammar`";

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Flat {
            id,
            level,
            why,
            on,
            when,
            header,
            absent,
            equals,
            one_of,
            absent_or_one_of,
            not,
            has_token,
            has_token_if_due,
            kept,
            lacks_token,
            lacks_bytes,
            max_lines,
            grammar,
            status,
            wire,
            body,
        } = Flat::deserialize(deserializer)?;
        let members = Members {
            header,
            absent,
            equals,
            one_of,
            absent_or_one_of,
            not,
            has_token,
            has_token_if_due,
            kept,
            lacks_token,
            lacks_bytes,
            max_lines,
            grammar,
            status,
            wire,
            body,
        };
        let statement = members.statement().map_err(D::Error::custom)?;
        Ok(Self {
            id,
            level,
            why,
            on,
            when,
            statement,
        })
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        members.statement().map_err(D::Error::custom)
    }
}

impl Members {
    fn statement(self) -> Result<Statement, String> {
        let mut stated = [
            self.absent.map(HeaderIs::Absent),
            self.equals.map(HeaderIs::Equals),
            self.one_of.map(HeaderIs::OneOf),
            self.absent_or_one_of.map(HeaderIs::AbsentOrOneOf),
            self.not.map(HeaderIs::Not),
            self.has_token.map(HeaderIs::HasToken),
            self.has_token_if_due.map(HeaderIs::HasTokenIfDue),
            self.kept.map(HeaderIs::Kept),
            self.lacks_token.map(HeaderIs::LacksToken),
            self.lacks_bytes.map(HeaderIs::LacksBytes),
            self.max_lines.map(HeaderIs::MaxLines),
            self.grammar.map(HeaderIs::Grammar),
        ]
        .into_iter()
        .flatten();
        let (first, second) = (stated.next(), stated.next());
        if let Some(body) = self.body {
            return match (self.header, first, self.status, self.wire) {
                (None, None, None, None) => Ok(Statement::Body(BodyStatement { body })),
                _ => Err(
                    "`body` beside another statement: a check states one thing, make two of it"
                        .to_owned(),
                ),
            };
        }
        if let Some(wire) = self.wire {
            return match (self.header, first, self.status) {
                (None, None, None) => Ok(Statement::Wire(WireStatement { wire })),
                (Some(_), _, _) | (_, Some(_), _) | (_, _, Some(_)) => Err(
                    "`wire` beside another statement: a check states one thing, make two of it"
                        .to_owned(),
                ),
            };
        }
        match (self.header, first, second, self.status) {
            (Some(header), Some(is), None, None) => {
                Ok(Statement::Header(HeaderStatement { header, is }))
            }
            (None, None, None, Some(status)) => Ok(Statement::Status(StatusStatement { status })),
            (Some(_), _, _, Some(_)) => Err(
                "both `header` and `status`: a check states one thing, make two of it".to_owned(),
            ),
            (Some(_), None, _, None) => Err(format!(
                "`header` without a statement: expected one of {STATEMENTS}"
            )),
            (Some(_), Some(_), Some(_), None) => Err(format!(
                "several statements: expected exactly one of {STATEMENTS}"
            )),
            (None, Some(_), _, _) => Err("a statement about a header without `header`".to_owned()),
            (None, None, _, _) => Err(
                "a check states nothing: expected `header`, `status`, `wire` or `body`".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_reads_back_as_written() {
        for json in [
            r#"{"id":"a","level":"must","on":"last","header":"Vary","has_token":"Origin"}"#,
            r#"{"id":"a","level":"should","why":"w","on":"preflight","header":"Vary","absent":true}"#,
            r#"{"id":"a","level":"info","on":"actual","header":"A","one_of":["x",{"hex":"00"}]}"#,
            r#"{"id":"a","level":"must","on":"last","header":"A","grammar":"delta-seconds"}"#,
            r#"{"id":"a","level":"should","on":"last","header":"Vary","has_token_if_due":"Origin"}"#,
            r#"{"id":"a","level":"must","on":"last","header":"A","max_lines":1}"#,
            r#"{"id":"a","level":"must","on":"last","status":[[200,299],[404,404]]}"#,
            r#"{"id":"a","level":"must","on":"last","wire":"well-framed"}"#,
            r#"{"id":"a","level":"should","on":"last","body":"kept"}"#,
            r#"{"id":"a","level":"must","on":"last","when":{"status":[[204,204]]},"header":"A","absent":true}"#,
            r#"{"id":"a","level":"must","on":"last","when":{"header":"B","not":"*"},"header":"A","absent":true}"#,
        ] {
            let check: Check = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&check).unwrap(), json);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, expected) in [
            (
                r#"{"id":"a","level":"must"}"#,
                "a check states nothing: expected `header`, `status`, `wire` or `body` at line 1 column 27",
            ),
            (
                r#"{"id":"a","level":"must","absent":true}"#,
                "a statement about a header without `header` at line 1 column 41",
            ),
            (
                r#"{"id":"a","level":"must","header":"A"}"#,
                "`header` without a statement: expected one of `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar` at line 1 column 40",
            ),
            (
                r#"{"id":"a","level":"must","header":"A","absent":true,"not":"x"}"#,
                "several statements: expected exactly one of `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar` at line 1 column 64",
            ),
            (
                r#"{"id":"a","level":"must","header":"A","status":[]}"#,
                "both `header` and `status`: a check states one thing, make two of it at line 1 column 52",
            ),
            (
                r#"{"id":"a","level":"must","header":"A","wire":"no-content"}"#,
                "`wire` beside another statement: a check states one thing, make two of it at line 1 column 60",
            ),
            (
                r#"{"id":"a","level":"must","body":"kept","status":[]}"#,
                "`body` beside another statement: a check states one thing, make two of it at line 1 column 53",
            ),
            (
                r#"{"id":"a","level":"must","header":"A","has":"x"}"#,
                "unknown field `has`, expected one of `id`, `level`, `why`, `on`, `when`, `header`, `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar`, `status`, `wire`, `body` at line 1 column 44",
            ),
            (
                r#"{"id":"a","level":"must","when":{"header":"A"},"status":[]}"#,
                "`header` without a statement: expected one of `absent`, `equals`, `one_of`, `absent_or_one_of`, `not`, `has_token`, `has_token_if_due`, `kept`, `lacks_token`, `lacks_bytes`, `max_lines`, `grammar` at line 1 column 47",
            ),
        ] {
            assert_eq!(
                serde_json::from_str::<[Check; 1]>(&format!("[{json}]"))
                    .unwrap_err()
                    .to_string(),
                expected
            );
        }
    }
}
