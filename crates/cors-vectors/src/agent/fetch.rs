//! What a page does: one fetch, where it goes, and how.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::server::Credentials;
use crate::text::{HeaderPair, Text};

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

pub(super) fn cross() -> Place {
    Place::Cross
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
pub(super) fn is_cross(place: &Place) -> bool {
    *place == Place::Cross
}

/// What a reader assumes when a member is left out is left out when writing, too.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
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
