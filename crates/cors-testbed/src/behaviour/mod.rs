//! The decisions of a server, by name. A faulty server is the reference server with one of them
//! replaced.

pub mod reference;

use http::HeaderMap;

use crate::exchange::{Exchange, Kind};
use crate::wire::Wire;

/// An answer before it goes out. The extension [`Chunked`] asks for a body without known length.
pub type Reply = http::Response<bytes::Bytes>;

/// Marks a [`Reply`] whose length is not to be stated.
#[derive(Debug, Clone, Copy)]
pub struct Chunked;

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

impl Behaviour {
    /// The careful server.
    pub const REFERENCE: Self = Self {
        read_origin: reference::read_origin,
        classify: reference::classify,
        match_origin: reference::match_origin,
        read_method: reference::read_method,
        parse_request_headers: reference::parse_request_headers,
        match_method: reference::match_method,
        match_headers: reference::match_headers,
        intercept: |_| None,
        preflight_status: |_| 204,
        refused_preflight_status: |_| 403,
        pass_preflight_on: |_| false,
        block: |_| None,
        covers: |_| true,
        carries: reference::carries,
        allow_origin_value: reference::allow_origin_value,
        allow_credentials_value: reference::allow_credentials_value,
        allow_methods_value: reference::allow_methods_value,
        allow_headers_value: reference::allow_headers_value,
        max_age_value: reference::max_age_value,
        expose_headers_value: reference::expose_headers_value,
        merge_application_headers: reference::merge_application_headers,
        vary_tokens: reference::vary_tokens,
        merge_vary: reference::merge_vary,
        finish: |_, _| (),
        title_case_headers: false,
        wire: None,
    };

    /// The reference server with some decisions replaced.
    pub fn but(replace: fn(&mut Self)) -> Self {
        let mut behaviour = Self::REFERENCE;
        replace(&mut behaviour);
        behaviour
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::REFERENCE
    }
}
