//! Server cases: a policy, what a page or another client does, and what must then hold.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::check::{
    Check, Grammar, HeaderIs, HeaderStatement, On, Statement, StatusStatement, WireIs,
    WireStatement,
};
pub use crate::level::Level;
use crate::policies::NamedPolicy;
use crate::text::{HeaderPair, Text};

pub use cors_policy::endpoint::Endpoint;
pub use requirement::Requirement;
pub use spelling::Spelling;

mod requirement;
mod spelling;

/// A file of server cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerFile {
    /// Path of the schema, for editors; always `../schema/server.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the file is about; the first half of each case's id.
    pub area: String,
    /// What belongs in this file, in a sentence.
    pub about: String,
    /// Policies that the file brings for its cases, by name, beside those of the library.
    #[serde(
        default,
        deserialize_with = "cors_policy::strict::unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub policies: BTreeMap<String, NamedPolicy>,
    /// The cases.
    pub cases: Vec<ServerCase>,
}

/// One requirement on a server that has a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerCase {
    /// `area/slug`, permanent: never reused, a rename leaves an alias.
    pub id: String,
    /// Earlier ids of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The requirement, as a sentence.
    pub title: String,
    /// What breaks, or who profits, when it does not hold.
    pub why: String,
    /// Where it comes from: `fetch#anchor/step`, `rfc9110#section-8.6`, …
    pub spec: Vec<String>,
    /// Ids of the rules (`vectors/rules.json`) that the case shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Free words to select by, such as `slow` or `state`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How binding the verdicts of the case are.
    #[serde(default)]
    pub level: Level,
    /// Why the level is lower than what the case rests on allows; see [`basis`](crate::basis). All
    /// checks are then at most at that level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// What the policy must say for the case to mean something; see [`Requirement`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Requirement>,
    /// The named policy (`vectors/policies.json`) under which kit mode runs the case.
    pub policy: String,
    /// The case that shows the opposite outcome under the same policy: for a case with a `refused`
    /// verdict a case whose verdicts are `shared`. When that one does not pass, this one is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired_with: Option<String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// Names of the testbed's faulty servers that this case alone must fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catches: Vec<String>,
}

/// One step of a server case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What a page does: carried out by the model user agent, whose decision is the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<PageFetch>,
    /// A request as it is, such as no browser sends; only checks can judge it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<RawSend>,
    /// What a browser must decide; with `fetch`, and only with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What must hold of the answers beyond the verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// What a browser decides about a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The page may read the response.
    Shared,
    /// The page may not.
    Refused,
}

/// A fetch by a page of some origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageFetch {
    /// The page's origin: a serialized origin, or `null` for an opaque one.
    pub origin: Text,
    /// The method, as the page gives it to the API.
    #[serde(default = "get")]
    pub method: Text,
    /// The endpoint of the target; `resource` when left out.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// The credentials mode.
    #[serde(default)]
    pub credentials: Credentials,
    /// The request headers the page sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// The request body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// Whether an XMLHttpRequest with an upload listener makes the request, which forces a
    /// preflight whatever the method.
    #[serde(default, skip_serializing_if = "is_false")]
    pub upload_listener: bool,
    /// Response header names that the page must be able to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Text>,
    /// Response header names that the page must not be able to read although they were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cannot_read: Vec<Text>,
}

/// A request as it goes onto the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RawSend {
    /// The method.
    #[serde(default = "get")]
    pub method: Text,
    /// The endpoint of the target; `resource` when left out.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// How the path is spelled, where it is otherwise than the policy has it. The checks of the step
    /// are judged only where the case shows that the application serves this spelling as it serves
    /// the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelling: Option<Spelling>,
    /// Appended to the endpoint's path as it stands, such as `?x=1` or `/sub`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// The header lines, in order; `Host` is added when it is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// Whether it is written and read below any HTTP library, over HTTP/1.1 on a connection of its
    /// own: names go out as they are spelled, and `wire` checks can look at the answer's bytes.
    /// Skipped where there is no such connection, as with a target in process.
    #[serde(default, skip_serializing_if = "is_false")]
    pub raw: bool,
}

fn get() -> Text {
    Text::Plain("GET".into())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A credentials mode.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Never.
    Omit,
    /// Only towards the page's own origin.
    #[default]
    SameOrigin,
    /// Always.
    Include,
}

impl ServerCase {
    /// Whether a step is written and read below any HTTP library.
    pub fn is_raw(&self) -> bool {
        let raw = |step: &Step| step.send.as_ref().is_some_and(|send| send.raw);
        self.steps.iter().any(raw)
    }

    /// The case for a resource that is asked by another method than GET: the requests for the resource
    /// itself that are GETs, which is what a case means that states no method, have this one.
    #[must_use]
    pub fn asked_by(mut self, method: &str) -> Self {
        for step in &mut self.steps {
            let fetch = step.fetch.iter_mut();
            let fetch = fetch.map(|fetch| (fetch.endpoint, &mut fetch.method));
            let send = step.send.iter_mut();
            let send = send.map(|send| (send.endpoint, &mut send.method));
            for (endpoint, asked) in fetch.chain(send) {
                if endpoint == Endpoint::Resource && *asked == get() {
                    *asked = Text::Plain(method.to_owned());
                }
            }
        }
        self
    }
}

impl Step {
    /// Every text of the step, in the order of the types.
    pub fn texts(&self) -> Vec<&Text> {
        let mut texts = Vec::new();
        if let Some(fetch) = &self.fetch {
            texts.extend([&fetch.origin, &fetch.method]);
            texts.extend(fetch.headers.iter().flat_map(|(name, value)| [name, value]));
            texts.extend(&fetch.body);
            texts.extend(&fetch.reads);
            texts.extend(&fetch.cannot_read);
        }
        if let Some(send) = &self.send {
            texts.push(&send.method);
            texts.extend(&send.suffix);
            texts.extend(send.headers.iter().flat_map(|(name, value)| [name, value]));
            texts.extend(&send.body);
        }
        texts.extend(self.checks.iter().flat_map(Check::texts));
        texts
    }
}
