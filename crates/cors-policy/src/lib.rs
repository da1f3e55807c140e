//! What a server is meant to allow, and whether that covers a request.
//!
//! A [`Policy`] says whose pages may read the responses of a server, with which methods, request
//! headers and credentials: what the configuration of a CORS middleware says, in one form for all
//! of them. It answers what a browser *should* decide about a request if the server did as it is
//! meant to; what a browser does decide about the server's answers is for others.
//!
//! ```
//! use cors_policy::{Any, AnyOr, ListedOrigins, Policy};
//!
//! let origins = ["https://app.example", "https://*.trusted.example"];
//! let policy = Policy {
//!     allow_origins: AnyOr::Listed(ListedOrigins::from_iter(origins.map(str::to_owned))),
//!     allow_credentials: true,
//!     allow_methods: AnyOr::Listed(vec!["PUT".into()]),
//!     allow_headers: AnyOr::Any(Any::Any),
//!     expose_headers: AnyOr::Listed(Vec::new()),
//!     max_age: Some(600),
//!     ..Policy::default()
//! };
//! let wants = |origin: &str, method: &str| {
//!     policy.wants_shared(origin.as_bytes(), method.as_bytes(), &[], true)
//! };
//! assert_eq!(wants("https://app.example", "PUT"), Some(true));
//! assert_eq!(wants("https://shop.trusted.example", "GET"), Some(true));
//! assert_eq!(wants("https://app.example.evil.example", "GET"), Some(false));
//! assert_eq!(wants("https://app.example", "DELETE"), Some(false));
//! ```
//!
//! - [`policy`] has the policy and its questions.
//! - [`read`] reads a policy from a TOML file and says what is wrong with it, and where.
//! - [`origin`] has serialized origins, and what is wrong with a string that is not one.
//! - [`pattern`] has patterns of origins, and origins that fit them or nearly do.
//! - [`examples`] has origins that a regular expression or code decides on.
//! - [`names`] has the methods and header names that the standard gives a meaning.
//! - [`endpoint`] has the paths of a target that a policy may declare.
//! - [`forms`] has the forms of policies that not every target needs to know.
//! - [`kit`] has what a target says that takes on named policies.
//!
//! The crate does no I/O and builds for WebAssembly. It transcribes nothing of the standard's
//! algorithms and does not know the crate that does, so that neither can repeat a mistake of the
//! other.

mod any_or;
mod check;
pub mod endpoint;
pub mod error;
pub mod examples;
pub mod forms;
pub mod kit;
mod listed;
pub mod names;
pub mod origin;
pub mod pattern;
pub mod policy;
pub mod read;
mod stated;
pub mod strict;

pub use endpoint::Endpoint;
pub use error::{Error, Errors, Problem};
pub use policy::{Any, AnyOr, ListedOrigins, Policy};

/// The examples of the package's page, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
