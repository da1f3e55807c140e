//! The ways to be refused, with a sentence for each.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::header::HeaderName;
use crate::method::Method;
use crate::network::TransportError;
use crate::request::{RedirectMode, RequestMode};
use crate::trace::Shown;

/// The ways to be refused.
///
/// What the standard leaves out of its [network error](https://fetch.spec.whatwg.org/#concept-network-error).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A method that is not a token.
    MethodNotAToken {
        /// What script gave.
        method: Vec<u8>,
    },
    /// `CONNECT`, `TRACE` or `TRACK`.
    ForbiddenMethod {
        /// What script gave.
        method: Vec<u8>,
    },
    /// A URL with a user name or password, for `fetch()`.
    UrlIncludesCredentials,
    /// A header name that is not a token.
    InvalidHeaderName {
        /// What script gave.
        name: Vec<u8>,
    },
    /// A header value with NUL, CR or LF in it.
    InvalidHeaderValue {
        /// What script gave, normalized.
        value: Vec<u8>,
    },
    /// A change of headers that never change.
    ImmutableHeaders,
    /// The mode `navigate`, which script cannot choose.
    NavigateMode,
    /// The cache mode `only-if-cached` in another mode than `same-origin`.
    OnlyIfCachedMode,
    /// A method that a `no-cors` request cannot have.
    MethodInNoCorsMode {
        /// The method, normalized.
        method: Method,
    },
    /// A body for GET or HEAD.
    BodyNotAllowed {
        /// The method.
        method: Method,
    },
    /// A stream for a request that outlives its page.
    StreamWithKeepalive,
    /// A stream without `duplex`.
    StreamWithoutDuplex,
    /// A stream in another mode than `same-origin` and `cors`.
    StreamInMode {
        /// The mode.
        mode: RequestMode,
    },
    /// `open()` has not been called.
    NotOpened,
    /// `send()` has been called already.
    AlreadySent,

    /// A port that other services than HTTP use.
    BadPort {
        /// The port.
        port: u16,
    },
    /// Another origin in the mode `same-origin`.
    SameOriginMode,
    /// Another origin in the mode `no-cors` with a redirect mode other than `follow`.
    RedirectModeInNoCorsMode {
        /// The redirect mode.
        redirect_mode: RedirectMode,
    },
    /// Another origin in the mode `cors` whose scheme is not HTTP(S).
    SchemeNotHttp {
        /// The scheme.
        scheme: String,
    },
    /// A URL without HTTP that nothing can be fetched from.
    NothingToFetch {
        /// The scheme.
        scheme: String,
    },
    /// More than 64 KiB in flight in requests that outlive their page.
    KeepaliveLimit {
        /// What would be in flight, in bytes.
        bytes: u64,
    },
    /// The cache mode `only-if-cached`, and nothing in the HTTP cache.
    NotCached,
    /// A stream, and a connection that cannot carry it.
    StreamOverHttp1,
    /// The exchange failed below HTTP.
    Transport(TransportError),
    /// A proxy asks who is there, and there is no one to ask.
    ProxyAuthentication,

    /// A preflight's status that is not 200 to 299.
    PreflightStatus {
        /// The status.
        status: u16,
    },
    /// A preflight's list that does not match its grammar.
    MalformedList {
        /// Which list.
        name: HeaderName,
    },
    /// A method that the preflight's response does not list.
    MethodNotAllowed {
        /// The method.
        method: Method,
    },
    /// A header that the preflight's response does not list.
    HeaderNotAllowed {
        /// The name, in lower case.
        name: HeaderName,
    },
    /// A header that has to be listed by name, since `*` does not cover it.
    NonWildcardHeaderNotAllowed {
        /// The name, as it was set.
        name: HeaderName,
    },

    /// A response without `Access-Control-Allow-Origin`.
    AllowOriginMissing,
    /// A response whose `Access-Control-Allow-Origin` is for another origin.
    AllowOriginMismatch,
    /// A response to a request with credentials that does not allow them.
    CredentialsNotAllowed,
    /// A response that says it is not for other origins or sites.
    CrossOriginResourcePolicy,

    /// A redirect in the redirect mode `error`.
    RedirectModeError {
        /// The status.
        status: u16,
    },
    /// A `Location` that there are several of, or that is not a URL.
    LocationInvalid,
    /// A redirect that the standard would follow, and an engine does not.
    EngineRefusesRedirect {
        /// The engine.
        engine: &'static str,
    },
    /// A `Location` whose scheme is not HTTP(S).
    LocationScheme {
        /// The scheme.
        scheme: String,
    },
    /// The 21st redirect.
    TooManyRedirects,
    /// A `Location` with a user name or password, in a CORS request.
    LocationIncludesCredentials,
    /// A stream that would have to be sent again.
    StreamRedirected,
}

impl Reason {
    /// The method, or the header name in lower case, that a list lacks.
    ///
    /// As [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0) looks for it.
    pub fn missing_element(&self) -> Option<Vec<u8>> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only these are about an element of a list"
        )]
        match self {
            Self::MethodNotAllowed { method } => Some(method.as_bytes().to_vec()),
            Self::HeaderNotAllowed { name } | Self::NonWildcardHeaderNotAllowed { name } => {
                Some(name.as_bytes().to_ascii_lowercase())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MethodNotAToken { method } => {
                return write!(f, "{} is not a method", Shown(method));
            }
            Self::ForbiddenMethod { method } => {
                return write!(f, "script may not use the method {}", Shown(method));
            }
            Self::UrlIncludesCredentials => "the URL contains a user name or a password",
            Self::InvalidHeaderName { name } => {
                return write!(f, "{} is not a header name", Shown(name));
            }
            Self::InvalidHeaderValue { value } => {
                return write!(f, "{} is not a header value", Shown(value));
            }
            Self::ImmutableHeaders => "these headers cannot be changed",
            Self::NavigateMode => "script may not choose the mode `navigate`",
            Self::OnlyIfCachedMode => {
                "the cache mode `only-if-cached` needs the mode `same-origin`"
            }
            Self::MethodInNoCorsMode { method } => {
                return write!(
                    f,
                    "in the mode `no-cors` the method {method} is not available"
                );
            }
            Self::BodyNotAllowed { method } => {
                return write!(f, "a request with the method {method} has no body");
            }
            Self::StreamWithKeepalive => "a stream cannot outlive its page",
            Self::StreamWithoutDuplex => "a stream as the body needs the member `duplex`",
            Self::StreamInMode { mode } => {
                return write!(f, "a stream cannot be sent in the mode `{mode}`");
            }
            Self::NotOpened => "`open()` has to be called first",
            Self::AlreadySent => "`send()` has been called already",
            Self::BadPort { port } => {
                return write!(f, "port {port} belongs to another service than HTTP");
            }
            Self::SameOriginMode => {
                "the mode `same-origin` allows no other origin than the page's own"
            }
            Self::RedirectModeInNoCorsMode { redirect_mode } => {
                return write!(
                    f,
                    "a `no-cors` request to another origin has to follow redirects, and its \
                     redirect mode is `{redirect_mode}`"
                );
            }
            Self::SchemeNotHttp { scheme } => {
                return write!(f, "CORS is for HTTP and HTTPS, not for `{scheme}:`");
            }
            Self::NothingToFetch { scheme } => {
                return write!(f, "there is nothing to fetch at this `{scheme}:` URL");
            }
            Self::KeepaliveLimit { bytes } => {
                return write!(
                    f,
                    "requests that outlive their page would have {bytes} bytes in flight, more \
                     than 65536"
                );
            }
            Self::NotCached => "only the HTTP cache may answer, and it has nothing",
            Self::StreamOverHttp1 => "a stream cannot be sent over HTTP/1.1",
            Self::Transport(error) => return write!(f, "{error}"),
            Self::ProxyAuthentication => "a proxy wants to know who is asking",
            Self::PreflightStatus { status } => {
                return write!(f, "the response to it has the status {status}");
            }
            Self::MalformedList { name } => {
                return write!(f, "{name} is not a list that can be read");
            }
            Self::MethodNotAllowed { method } => {
                return write!(f, "the server does not allow the method {method}");
            }
            Self::HeaderNotAllowed { name } => {
                return write!(f, "the server does not allow the header {name}");
            }
            Self::NonWildcardHeaderNotAllowed { name } => {
                return write!(
                    f,
                    "the server does not allow the header {name} by its name, and `*` does not \
                     cover it"
                );
            }
            Self::AllowOriginMissing => "the server does not say which origin may read it",
            Self::AllowOriginMismatch => "the server allows another origin than the request's",
            Self::CredentialsNotAllowed => "the server does not allow credentials",
            Self::CrossOriginResourcePolicy => "the server keeps it from other origins",
            Self::RedirectModeError { status } => {
                return write!(f, "the redirect mode is `error` and the status is {status}");
            }
            Self::LocationInvalid => "`Location` is not one URL",
            Self::EngineRefusesRedirect { engine } => {
                return write!(f, "{engine} does not follow it, though the standard would");
            }
            Self::LocationScheme { scheme } => {
                return write!(f, "it leads away from HTTP, to `{scheme}:`");
            }
            Self::TooManyRedirects => "there were 20 redirects already",
            Self::LocationIncludesCredentials => {
                "`Location` contains a user name or a password, which a CORS request may not"
            }
            Self::StreamRedirected => "the body is a stream, which cannot be sent again",
        })
    }
}
