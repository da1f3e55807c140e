//! Agent cases: what a page does, what servers answer, and what a browser must then do.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::server::Credentials;
use crate::text::{HeaderPair, Text};

/// A file of agent cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentFile {
    /// Path of the schema, for editors; always `../schema/agent.schema.json`.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the file is about; the first half of each case's id.
    pub area: String,
    /// What belongs in this file, in a sentence.
    pub about: String,
    /// For a generated file: the generator's name, as `cargo xtask vectors generate` lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// The cases.
    pub cases: Vec<AgentCase>,
}

/// What a page does and how scripted servers answer, with what a browser must do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentCase {
    /// `area/slug`, permanent.
    pub id: String,
    /// Earlier ids of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The rule at work, as a sentence.
    pub title: String,
    /// Why the expectation follows from the cited steps, when that is not evident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where it comes from: `fetch#anchor/step` or a range `fetch#anchor/6-8`.
    pub spec: Vec<String>,
    /// Ids of the rules (`vectors/rules.json`) that the case shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Free words to select by, such as `slow` (waits) or `model-only` (needs origins that a
    /// loopback set-up cannot have).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Origins of `page`, `cross` and `third` that the case needs to be just these. Where a runner
    /// cannot have them it skips the case.
    #[serde(
        default,
        deserialize_with = "cors_policy::strict::unique",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub origins: BTreeMap<Place, String>,
    /// What the page does, one after the other.
    pub fetches: Vec<Fetch>,
    /// How the servers answer: the first rule that fits a request answers it. A request that no
    /// rule fits is answered with 200 and no headers at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server: Vec<Answer>,
    /// What must happen.
    pub expect: Expectation,
    /// Where the standard's text and every engine are known to disagree: the other outcome that is
    /// accepted too, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
}

/// One of the three origins that a case plays on. `page` is the page's own; all are cross-site to
/// each other unless the case states origins that are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The origin of the page.
    Page,
    /// Another origin.
    Cross,
    /// A third origin.
    Third,
}

/// One fetch by the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// Where the request goes: the case's own URL at that origin. A runner gives each case a path
    /// of its own, so that caches never leak between cases.
    #[serde(default = "cross", skip_serializing_if = "is_cross")]
    pub to: Place,
    /// Appended to the case's URL, such as `/2`, `?q=1` or `#f`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// A whole URL instead of `to` and `suffix`, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// The API that makes the request.
    #[serde(default, skip_serializing_if = "is_default")]
    pub api: Api,
    /// The kind of page that acts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub page: PageKind,
    /// The method as the script gives it; left out, the API's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// Headers in the order the script sets them: `Headers.append` or `setRequestHeader` for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// The credentials mode; for `xhr`, `include` means `withCredentials`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credentials: Credentials,
    /// The request mode, for `fetch`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// The redirect mode, for `fetch`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub redirect: Redirect,
    /// The cache mode, for `fetch`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cache: Cache,
    /// The referrer policy, for `fetch`; the empty string when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_policy: Option<String>,
    /// Whether the request may outlive the page, for `fetch`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keepalive: bool,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// `duplex: "half"`, for `fetch`; set it for stream bodies, leave it out to see the API refuse.
    #[serde(default, skip_serializing_if = "is_default")]
    pub duplex_half: bool,
    /// Upload listeners, for `xhr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_listener: Option<UploadListener>,
    /// Seconds that pass between the end of the previous fetch and this one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after_seconds: u32,
}

fn cross() -> Place {
    Place::Cross
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_cross(place: &Place) -> bool {
    *place == Place::Cross
}

/// What a reader assumes when a member is left out is left out when writing, too.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The API that makes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// `fetch()`.
    #[default]
    Fetch,
    /// `XMLHttpRequest`, asynchronous.
    Xhr,
}

/// The kind of page that acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// A page of the origin `page`.
    #[default]
    Ordinary,
    /// A page with an opaque origin: a sandboxed frame.
    Opaque,
}

/// A request mode that `fetch()` can state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `cors`.
    #[default]
    Cors,
    /// `no-cors`.
    NoCors,
    /// `same-origin`.
    SameOrigin,
}

/// A redirect mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Redirect {
    /// `follow`.
    #[default]
    Follow,
    /// `error`.
    Error,
    /// `manual`.
    Manual,
}

/// A cache mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cache {
    /// `default`.
    #[default]
    Default,
    /// `no-store`.
    NoStore,
    /// `reload`.
    Reload,
    /// `no-cache`.
    NoCache,
    /// `force-cache`.
    ForceCache,
}

/// A request body as script gives it. Exactly one member, next to `type` for a blob.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// A string.
    Text(String),
    /// A `Blob` with its type (empty: none).
    Blob {
        /// The content.
        text: String,
        /// The `type` of the blob, as given to its constructor.
        r#type: String,
    },
    /// A `FormData` with these fields.
    FormData(Vec<(String, String)>),
    /// A `URLSearchParams` with these fields.
    UrlSearchParams(Vec<(String, String)>),
    /// An `ArrayBuffer` with these bytes.
    ArrayBuffer(Text),
    /// A `ReadableStream` that yields this string.
    Stream(String),
    /// An XML document, for `xhr`.
    XmlDocument(String),
    /// An HTML document, for `xhr`.
    HtmlDocument(String),
}

/// What a script does with `xhr.upload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UploadListener {
    /// A listener for `progress` is added before `send()`.
    BeforeSend,
    /// A listener for an event type that never fires is added before `send()`.
    OtherEvent,
    /// A listener is added and removed again before `send()`.
    Removed,
    /// A listener is added right after `send()`.
    AfterSend,
    /// `xhr.upload` is read, without a listener.
    Touched,
}

/// How a server answers a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which requests it answers: preflights (OPTIONS with `Access-Control-Request-Method`),
    /// actual requests, or both.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: OnRequest,
    /// Only at this origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// Only where the URL continues the case's own with exactly this, such as `/2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// Only during this fetch of the case, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<u32>,
    /// Only for the n-th request, counted from 1, among those to the same URL of the same kind
    /// (preflight or actual) within the fetch. For redirect loops and chains on one URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// The status, 200 when left out.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub status: u16,
    /// The header lines, in order. `Content-Length` is added by the server when neither it nor
    /// `Transfer-Encoding` is among them and the status allows a body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// The body; empty when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// Interim responses sent first: status and header lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interim: Vec<Interim>,
    /// Trailer lines, sent after a chunked body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<HeaderPair>,
    /// Instead of answering, close the connection after reading the request.
    #[serde(default, skip_serializing_if = "is_default")]
    pub drop: bool,
}

fn ok() -> u16 {
    200
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_ok(status: &u16) -> bool {
    *status == 200
}

/// An interim (1xx) response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interim {
    /// The status, 100 to 199 without 101.
    pub status: u16,
    /// The header lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
}

/// Which requests an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OnRequest {
    /// Both kinds.
    #[default]
    Any,
    /// OPTIONS requests with `Access-Control-Request-Method`.
    Preflight,
    /// Everything else.
    Actual,
}

/// What must happen: every request that reaches a server, in order, and what each fetch ends in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// All requests, in order. None may be missing and none may come on top.
    pub requests: Vec<ExpectedRequest>,
    /// One outcome for each fetch.
    pub outcomes: Vec<Outcome>,
}

/// A request that must arrive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpectedRequest {
    /// Preflight or actual.
    pub kind: RequestKind,
    /// At which origin it arrives.
    #[serde(default = "cross", skip_serializing_if = "is_cross")]
    pub at: Place,
    /// How its URL continues the case's own; not looked at when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text>,
    /// The method. For a preflight always `OPTIONS`, so not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// The `Origin` header: the serialized origin of a place, `null`, or `none` for no header.
    pub origin: OriginHeader,
    /// `Access-Control-Request-Method` of a preflight; stated for every preflight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_method: Option<Text>,
    /// `Access-Control-Request-Headers` of a preflight, byte for byte; left out: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_headers: Option<Text>,
    /// Other header lines that must be there: name and combined value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<HeaderPair>,
    /// Header names that must not be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The body, byte for byte; not looked at when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
}

/// Preflight or actual request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// A CORS-preflight request.
    Preflight,
    /// The request itself, or its continuation after a redirect.
    Actual,
}

/// What the `Origin` header of a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OriginHeader {
    /// The serialized origin of the page.
    Page,
    /// The serialized origin of `cross`.
    Cross,
    /// The serialized origin of `third`.
    Third,
    /// The word `null`.
    Null,
    /// There is no such header.
    None,
}

/// What a fetch ends in, as script sees it. Either `error` or `type` is stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// A network error, or an exception that the API throws before any request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
    /// The response's type; with `xhr`, where script cannot see it, what it would be.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub response_type: Option<ResponseType>,
    /// The status that script sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers that script can read, with their combined values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPair>,
    /// Header names that script cannot read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Text>,
    /// The response's URL as script sees it (the empty string for opaque responses).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// Whether script sees that it was redirected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected: Option<bool>,
    /// Whether the Timing-Allow-Origin check passed on every hop (only the model can say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing_allowed: Option<bool>,
}

/// Where a fetch fails. Script cannot tell the network errors apart; the requests that arrived can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The API throws a `TypeError` (or its promise is rejected with one) before anything is sent.
    TypeError,
    /// The API throws a `SyntaxError`.
    SyntaxError,
    /// The API throws a `SecurityError`.
    SecurityError,
    /// A network error before any request of this fetch is sent.
    Blocked,
    /// A network error because a preflight failed.
    Preflight,
    /// A network error because a response failed the CORS check.
    CorsCheck,
    /// A network error because a redirect may not be followed.
    Redirect,
    /// A network error of the transport: a dropped connection, a broken answer.
    Transport,
    /// A network error for another reason, such as a body that the connection cannot carry.
    Other,
    /// Some error. Only in records of what an engine did, since script cannot tell which.
    Any,
}

/// The type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ResponseType {
    /// `basic`.
    Basic,
    /// `cors`.
    Cors,
    /// `opaque`.
    Opaque,
    /// `opaqueredirect`.
    OpaqueRedirect,
}

/// An outcome that is accepted beside the standard's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// Why both are accepted: where the text and the engines part.
    pub reason: String,
    /// The other outcome.
    pub also: Expectation,
}
