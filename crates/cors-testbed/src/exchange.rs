//! One request on its way through the server, with what has been decided about it so far.

use cors_policy::policy::{AnyOr, Policy};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, request::Parts};

use crate::behaviour::Behaviour;
use crate::memory::Memory;

/// What a request is to the CORS layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No cross-origin request; answers that are the same for everybody still carry their headers.
    Ordinary,
    /// A request with an `Origin`, to be served by the application.
    Actual,
    /// A preflight, to be answered in the application's place.
    Preflight,
}

/// A number that tells connections apart; an extension of each request that came over a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionId(pub u64);

/// One request, and what has been decided about it so far. The fields are filled from top to
/// bottom; a decision may look at those filled before it is asked.
///
/// Header values are handled as text in which each byte is the character of the same number, so
/// that none is lost.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// What the server is meant to allow.
    pub policy: &'a Policy,
    /// The decisions in force.
    pub behaviour: &'a Behaviour,
    /// State shared by all requests to this server.
    pub memory: &'a Memory,
    /// The connection the request came over; 0 in process.
    pub connection: u64,
    /// The request's method.
    pub method: &'a Method,
    /// The request's path below the server's base path.
    pub path: &'a str,
    /// The request's query, without the question mark.
    pub query: &'a str,
    /// The request's header lines.
    pub headers: &'a HeaderMap,
    /// The request's origin, when it names exactly one.
    pub origin: Option<String>,
    /// Whether this is a preflight, another cross-origin request, or neither.
    pub kind: Kind,
    /// Whether the policy allows the origin.
    pub origin_allowed: bool,
    /// The method that a preflight asks for; `None` when it is not one token.
    pub requested_method: Option<String>,
    /// The header names that a preflight asks for; `None` when they cannot be read.
    pub requested_headers: Option<Vec<String>>,
    /// Whether a preflight asks for nothing but what the policy allows.
    pub granted: bool,
    /// The status of the answer.
    pub status: u16,
    /// Whether the application failed without answering.
    pub thrown: bool,
    /// The names of the header lines that the application set.
    pub application_headers: Vec<String>,
}

impl<'a> Exchange<'a> {
    /// An exchange about which nothing has been decided.
    pub(crate) fn new(
        policy: &'a Policy,
        behaviour: &'a Behaviour,
        memory: &'a Memory,
        request: &'a Parts,
        path: &'a str,
    ) -> Self {
        Self {
            policy,
            behaviour,
            memory,
            connection: request
                .extensions
                .get::<ConnectionId>()
                .map_or(0, |id| id.0),
            method: &request.method,
            path,
            query: request.uri.query().unwrap_or_default(),
            headers: &request.headers,
            origin: None,
            kind: Kind::Ordinary,
            origin_allowed: false,
            requested_method: None,
            requested_headers: None,
            granted: false,
            status: 200,
            thrown: false,
            application_headers: Vec::new(),
        }
    }

    /// Whether the request is a preflight.
    pub fn is_preflight(&self) -> bool {
        self.kind == Kind::Preflight
    }

    /// The origin, or an empty text when there is not exactly one.
    pub fn origin_text(&self) -> &str {
        self.origin.as_deref().unwrap_or_default()
    }

    /// The lines of a request header.
    pub fn lines(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).iter().map(text).collect()
    }

    /// The first line of a request header.
    pub fn line(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(text)
    }

    /// Whether answers depend on the origin: they do unless any origin may read them without
    /// credentials.
    pub fn depends_on_origin(&self) -> bool {
        listed(&self.policy.allow_origins).is_some() || self.policy.allow_credentials
    }

    /// The origins of the policy, patterns and `null` included; none when any is allowed.
    pub fn listed_origins(&self) -> &'a [String] {
        listed(&self.policy.allow_origins).unwrap_or_default()
    }

    /// The methods of the policy; none when any is allowed.
    pub fn listed_methods(&self) -> &'a [String] {
        listed(&self.policy.allow_methods).unwrap_or_default()
    }

    /// The request headers of the policy; none when any is allowed.
    pub fn listed_headers(&self) -> &'a [String] {
        listed(&self.policy.allow_headers).unwrap_or_default()
    }

    /// The exposed headers of the policy; none when any is exposed.
    pub fn listed_exposed(&self) -> &'a [String] {
        listed(&self.policy.expose_headers).unwrap_or_default()
    }
}

/// What is listed, unless the policy says `"any"`.
pub(crate) fn listed(what: &AnyOr<Vec<String>>) -> Option<&[String]> {
    match what {
        AnyOr::Any(_) => None,
        AnyOr::Listed(list) => Some(list),
    }
}

/// The bytes of a header value, each as the character of the same number.
pub(crate) fn text(value: &HeaderValue) -> String {
    value
        .as_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect()
}

/// The inverse of [`text`]; `None` for what a header line cannot hold.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// Adds a header line; one that cannot be written is left out.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, line: &str) {
    if let (Ok(name), Some(line)) = (HeaderName::try_from(name), value(line)) {
        headers.append(name, line);
    }
}

/// Sets a header to one line; one that cannot be written is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, line: &str) {
    if let (Ok(name), Some(line)) = (HeaderName::try_from(name), value(line)) {
        headers.insert(name, line);
    }
}
