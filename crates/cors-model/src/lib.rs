//! The CORS parts of the Fetch standard, executable.
//!
//! One algorithm of the standard is one function with the standard's name and the standard's steps,
//! in their order. Its documentation links to the definition, and a comment at each step gives the
//! step's path: `// 7.5.` is step 7.5. Which revision of the standard that is, and that nothing is
//! left out unsaid, `cargo xtask spec check` sees to.
//!
//! - [`fetch::fetch`] takes a [`request::Request`] and comes to what script sees of the response, a
//!   [`response::FilteredResponse`], or to an [`error::NetworkError`].
//! - [`api::fetch::request`] and [`api::xhr::Xhr`] make the request from what script gives to
//!   `fetch()` and `XMLHttpRequest`, or say which exception they throw.
//! - The parts stand by themselves, too: [`cors_check`], [`cache`], [`safelist`], [`header`].
//!
//! The crate has no dependencies and needs no standard library. It does no I/O and knows no clock:
//! the network is a [`network::Network`] that the caller implements, and time is an argument.
//!
//! Every step that is taken can be recorded in a [`trace`]. A refusal carries the step that refused,
//! the two values that were compared, and changes of the response that would have satisfied it.
//!
//! # Example
//!
//! A page wants to send a PUT request to another origin. The server allows PUT in lower case, which
//! is another method.
//!
//! ```
//! use cors_model::api::{Client, fetch::{RequestInit, request}};
//! use cors_model::cache::Timestamp;
//! use cors_model::error::Reason;
//! use cors_model::fetch::{UserAgent, block_on, fetch};
//! use cors_model::header::{HeaderList, HeaderValue, names};
//! use cors_model::host::Host;
//! use cors_model::method::Method;
//! use cors_model::network::{HttpRequest, Network, RequestKind, TransportError};
//! use cors_model::response::Response;
//! use cors_model::trace::Steps;
//! use cors_model::url::{Url, UrlParts};
//!
//! /// A server that knows one answer.
//! struct Server;
//!
//! impl Network for Server {
//!     async fn http_network_fetch(
//!         &mut self,
//!         request: HttpRequest<'_>,
//!     ) -> Result<Response, TransportError> {
//!         assert_eq!(request.kind, RequestKind::Preflight);
//!         let mut headers = HeaderList::new();
//!         headers.append(names::ACAO, HeaderValue::from_static("https://app.example"));
//!         headers.append(names::ACAM, HeaderValue::from_static("put"));
//!         Ok(Response::new(204, headers, None))
//!     }
//! }
//!
//! let url = |host: &str| {
//!     let host = Some(Host::Domain(host.into()));
//!     Url::new(UrlParts { scheme: "https".into(), host, path: "/".into(), ..UrlParts::default() })
//! };
//! let page = Client::new(url("app.example"));
//! let init = RequestInit { method: Some(b"put".to_vec()), ..RequestInit::default() };
//! let mut steps = Steps::default();
//! let request = request(&page, url("api.example"), init, &mut steps)?;
//!
//! let (mut agent, mut server) = (UserAgent::default(), Server);
//! let fetched = fetch(&mut agent, &mut server, &mut steps, request, Timestamp(0));
//! let refusal = block_on(fetched).unwrap_err().refusal;
//!
//! assert_eq!(refusal.reason, Reason::MethodNotAllowed { method: Method::PUT });
//! assert_eq!(refusal.at.to_string(), "fetch#cors-preflight-fetch-0/7.5");
//! assert_eq!(
//!     refusal.to_string(),
//!     "The preflight fails, so the request itself is not sent: the server does not allow the \
//!      method `PUT` (Access-Control-Allow-Methods: `put`, expected a list with `PUT` or `*`)."
//! );
//! assert_eq!(
//!     refusal.remedies[0].to_string(),
//!     "list `PUT` in `Access-Control-Allow-Methods`"
//! );
//! # Ok::<(), cors_model::api::ApiError>(())
//! ```
//!
//! # What is left out
//!
//! | what | why |
//! |---|---|
//! | service workers | their responses are not judged by CORS, and they see no preflights |
//! | navigations, early hints, WebSocket and WebTransport beyond their `Origin` | none of them is a CORS request |
//! | loads by elements, potential destinations, prefetches, preloads | they never ask for a preflight; what is left of them is a request with another mode |
//! | `sendBeacon`, `fetchLater` | the same algorithms, by way of APIs of their own |
//! | `Request` and `Headers` objects as input, signals, priorities, integrity metadata | what they come to is a request that can be stated directly |
//! | CSP, mixed content, HSTS, upgrades to HTTPS, Fetch Metadata, nosniff | other standards; they block or change a request before CORS, or a response after it |
//! | embedder policies (COEP) | they concern `no-cors` requests of pages that ask for it |
//! | the contents of the HTTP cache | the cache here stores nothing, which HTTP permits; its modes still add their headers |
//! | asking a user: passwords, client certificates, proxies | there is none; a 401 is delivered, a 407 is a network error |
//! | timing, progress events, aborting, how a body arrives piece by piece | they decide nothing about CORS |
//! | `blob:` URLs | there is no store of blobs; such a URL has nothing behind it |
//! | the public suffix list, Punycode, cookies, connections | the caller has them: [`network::Network`], [`url::UrlParts`] |
//! | Private and Local Network Access | no part of the standard |
//! | WebDriver BiDi | it watches and overrides, for automation |
// No std, so that it runs anywhere; collections come from alloc.
#![no_std]
// Tests write what they expect with the type that it is compared with.
#![cfg_attr(test, expect(clippy::unnecessary_wraps, reason = "see above"))]

extern crate alloc;

// Test support is shared with the tests outside of the crate, which know it by its name.
#[cfg(test)]
extern crate self as cors_model;

pub mod api;
pub mod bad_port;
mod byte_string;
pub mod cache;
pub mod corp_check;
pub mod cors_check;
mod data_url;
mod determine_referrer;
pub mod dialect;
pub mod error;
pub mod fetch;
pub mod header;
pub mod host;
pub mod location;
pub mod method;
pub mod mime;
mod modes;
pub mod network;
pub mod origin;
pub mod origin_header;
mod reason;
pub mod referrer;
pub mod request;
pub mod response;
pub mod safelist;
mod stage;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
pub mod tao_check;
pub mod trace;
pub mod url;
pub mod url_parser;
pub mod ways;

/// The examples of the package's page, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
