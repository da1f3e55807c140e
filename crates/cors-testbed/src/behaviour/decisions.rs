//! The decisions of a server, and one request on its way through them, with what has been decided
//! about it so far.

use std::borrow::Cow;

use cors_policy::policy::{AnyOr, Policy};
use http::header::HeaderMap;
use http::{Method, request::Parts};

use super::arrival::{ConnectionId, Received};
use crate::header::text;
use crate::memory::Memory;
use crate::reply::Reply;
use crate::wire::Wire;

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

/// One request, and what has been decided about it so far. The fields are filled from top to
/// bottom; a decision may look at those filled before it is asked.
///
/// Header values are handled as text in which each byte is the character of the same number, so
/// that none is lost.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// What the server is meant to allow: the rule that is in force for the origin.
    pub policy: &'a Policy,
    /// All rules, of which an origin has one.
    pub rules: &'a Policy,
    /// All paths with policies of their own, and the rules of the others.
    pub whole: &'a Policy,
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
    /// The path that was asked for, where the application takes it as another spelling of this one.
    pub respells: Option<&'a str>,
    /// The request's query, without the question mark.
    pub query: &'a str,
    /// The request's header lines.
    pub headers: &'a HeaderMap,
    /// Bytes of the request's body; 0 for a server that is asked directly.
    pub received: usize,
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
        rules: &'a Policy,
        whole: &'a Policy,
        behaviour: &'a Behaviour,
        memory: &'a Memory,
        request: &'a Parts,
        path: &'a str,
    ) -> Self {
        let origin = request.headers.get("origin");
        Self {
            policy: rules.rule_for(origin.map_or(&[], |origin| origin.as_bytes())),
            rules,
            whole,
            behaviour,
            memory,
            connection: request
                .extensions
                .get::<ConnectionId>()
                .map_or(0, |id| id.0),
            method: &request.method,
            path,
            respells: None,
            query: request.uri.query().unwrap_or_default(),
            headers: &request.headers,
            received: request
                .extensions
                .get::<Received>()
                .map_or(0, |received| received.0),
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
    /// credentials, by the only rule.
    pub fn depends_on_origin(&self) -> bool {
        !self.rules.rules.is_empty()
            || matches!(self.policy.allow_origins, AnyOr::Listed(_))
            || self.policy.allow_credentials
    }

    /// The origins of the policy, patterns and `null` included; none when any is allowed.
    pub fn listed_origins(&self) -> &'a [String] {
        match &self.policy.allow_origins {
            AnyOr::Any(_) => &[],
            AnyOr::Listed(listed) => listed,
        }
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

/// What the CORS layer may grant in a header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// `Access-Control-Allow-Origin`.
    Origin,
    /// `Access-Control-Allow-Credentials`.
    Credentials,
    /// `Access-Control-Allow-Methods`.
    Methods,
    /// `Access-Control-Allow-Headers`.
    Headers,
    /// `Access-Control-Max-Age`.
    MaxAge,
    /// `Access-Control-Expose-Headers`.
    Expose,
}

impl Grant {
    /// Each grant, in the order in which the lines are written.
    pub const ALL: [Self; 6] = [
        Self::Origin,
        Self::Credentials,
        Self::Methods,
        Self::Headers,
        Self::MaxAge,
        Self::Expose,
    ];

    /// The name of the header.
    pub fn header(self) -> &'static str {
        match self {
            Self::Origin => "access-control-allow-origin",
            Self::Credentials => "access-control-allow-credentials",
            Self::Methods => "access-control-allow-methods",
            Self::Headers => "access-control-allow-headers",
            Self::MaxAge => "access-control-max-age",
            Self::Expose => "access-control-expose-headers",
        }
    }
}

/// What a server does with a request before it looks at CORS at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interception {
    /// Ends the connection without an answer.
    HangUp,
    /// Answers with this status and nothing else.
    Answer(u16),
}

/// The decisions of a server, in the order in which they are taken. [`Behaviour::REFERENCE`] is the
/// careful server; `reference` documents what each decision is there.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The path that the application takes a path below the base path for.
    pub resolve: fn(&str) -> Cow<'_, str>,
    /// Whether the policy in force is that of the path as it was written.
    pub policy_of_written_path: bool,
    /// Reads the request's origin: `None` unless there is exactly one line.
    pub read_origin: fn(&Exchange<'_>) -> Option<String>,
    /// Tells preflights, other cross-origin requests and the rest apart.
    pub classify: fn(&Exchange<'_>) -> Kind,
    /// Whether the policy allows the origin.
    pub match_origin: fn(&Exchange<'_>) -> bool,
    /// Reads the method that a preflight asks for: `None` unless it is one token.
    pub read_method: fn(&Exchange<'_>) -> Option<String>,
    /// Reads the header names that a preflight asks for: `None` when they are malformed.
    pub parse_request_headers: fn(&Exchange<'_>) -> Option<Vec<String>>,
    /// Whether the policy allows the method that a preflight asks for.
    pub match_method: fn(&Exchange<'_>) -> bool,
    /// Whether the policy allows every header that a preflight asks for.
    pub match_headers: fn(&Exchange<'_>) -> bool,
    /// Whether the request ends before CORS is looked at.
    pub intercept: fn(&Exchange<'_>) -> Option<Interception>,
    /// The status with which a preflight is granted.
    pub preflight_status: fn(&Exchange<'_>) -> u16,
    /// The status with which a preflight is refused.
    pub refused_preflight_status: fn(&Exchange<'_>) -> u16,
    /// Whether a preflight reaches the application, which then answers it.
    pub pass_preflight_on: fn(&Exchange<'_>) -> bool,
    /// The status with which a request other than a preflight is kept from the application.
    pub block: fn(&Exchange<'_>) -> Option<u16>,
    /// Whether the CORS layer gets to see the answer; it is known with its status by now.
    pub covers: fn(&Exchange<'_>) -> bool,
    /// Which grants the answer carries.
    pub carries: fn(&Exchange<'_>, Grant) -> bool,
    /// The lines of `Access-Control-Allow-Origin` where it is carried.
    pub allow_origin_value: fn(&Exchange<'_>) -> Vec<String>,
    /// The lines of `Access-Control-Allow-Credentials` where it is carried.
    pub allow_credentials_value: fn(&Exchange<'_>) -> Vec<String>,
    /// The lines of `Access-Control-Allow-Methods` where it is carried.
    pub allow_methods_value: fn(&Exchange<'_>) -> Vec<String>,
    /// The lines of `Access-Control-Allow-Headers` where it is carried.
    pub allow_headers_value: fn(&Exchange<'_>) -> Vec<String>,
    /// The lines of `Access-Control-Max-Age` where it is carried.
    pub max_age_value: fn(&Exchange<'_>) -> Vec<String>,
    /// The lines of `Access-Control-Expose-Headers` where it is carried.
    pub expose_headers_value: fn(&Exchange<'_>) -> Vec<String>,
    /// Writes the lines of one grant over what the application set; none when it is not carried.
    pub merge_application_headers: fn(&Exchange<'_>, &mut HeaderMap, Grant, Vec<String>),
    /// The request header names on which the answer depends.
    pub vary_tokens: fn(&Exchange<'_>) -> Vec<String>,
    /// Writes the names on which the answer depends beside those that the application set.
    pub merge_vary: fn(&Exchange<'_>, &mut HeaderMap, Vec<String>),
    /// Changes the finished answer.
    pub finish: fn(&Exchange<'_>, &mut Reply),
    /// Whether header names go out in title case where a socket is served.
    pub title_case_headers: bool,
    /// How messages are read and written where a socket is served with HTTP/1.1; `None` is as the
    /// HTTP library does it.
    pub wire: Option<Wire>,
}
