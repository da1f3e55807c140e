//! What the algorithms ask of the world.

use alloc::string::String;
use core::fmt;

use crate::header::{HeaderList, HeaderValue};
use crate::method::Method;
use crate::request::Body;
use crate::response::Response;
use crate::url::Url;

/// The network and what a user agent keeps for it. No clock: time is an argument of
/// [`fetch`](crate::fetch::fetch).
///
/// Below it is what [HTTP-network fetch](https://fetch.spec.whatwg.org/#concept-http-network-fetch) leaves to HTTP.
#[expect(
    async_fn_in_trait,
    reason = "the algorithms run on any executor, so nothing has to be Send"
)]
pub trait Network {
    /// One HTTP exchange on the wire: no redirect is followed, nothing is cached. Interim responses
    /// are skipped, content codings undone.
    ///
    /// # Errors
    ///
    /// The connection fails, or what comes over it is not a response.
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError>;

    /// The URL parser, for `Location`: the input has a code point for each byte of the header.
    fn parse_url(&self, input: &str, base: &Url) -> Option<Url> {
        base.join(input).ok()
    }

    /// Which version of HTTP a connection to the URL has.
    fn http_version(&mut self, _url: &Url) -> HttpVersion {
        HttpVersion::Http1
    }

    /// The value of `Cookie` for a URL. Asked only when credentials are included.
    fn cookie(&mut self, _url: &Url) -> Option<HeaderValue> {
        None
    }

    /// The value of `Authorization` from what the user agent remembers. Asked only when credentials
    /// are included and script has set none.
    fn authorization_entry(&mut self, _url: &Url) -> Option<HeaderValue> {
        None
    }
}

/// A version of HTTP, as far as requests depend on it.
///
/// [HTTP-network fetch](https://fetch.spec.whatwg.org/#concept-http-network-fetch) refuses stream bodies over the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2 or later.
    Http2OrLater,
}

/// What a request is for.
///
/// A [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request), or what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// A CORS-preflight request: <https://fetch.spec.whatwg.org/#cors-preflight-request>
    Preflight,
    /// Any other, also the one after a redirect.
    Actual,
}

/// A request as it goes on the wire.
///
/// What [HTTP-network fetch](https://fetch.spec.whatwg.org/#concept-http-network-fetch) makes.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// What it is for.
    pub kind: RequestKind,
    /// The method.
    pub method: &'a Method,
    /// The URL.
    pub url: &'a Url,
    /// All headers but those of the connection: `Origin` and `Cookie` are there, `Host`,
    /// `User-Agent` and framing are not.
    pub header_list: &'a HeaderList,
    /// The body.
    pub body: Option<&'a Body>,
    /// Whether credentials are included, so that cookies of the response may be kept.
    pub includes_credentials: bool,
    /// Whether the exchange has to be on a new connection.
    pub force_new_connection: bool,
}

/// An exchange that failed below HTTP.
///
/// [HTTP-network fetch](https://fetch.spec.whatwg.org/#concept-http-network-fetch) makes a network error of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// What happened, for a person, without a full stop.
    pub said: String,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl core::error::Error for TransportError {}
