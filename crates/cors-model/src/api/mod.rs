//! What `fetch()`, `Request`, `Headers` and `XMLHttpRequest` do to a request before it is fetched,
//! and what they refuse.

pub mod body;
pub mod fetch;
pub mod headers;
pub mod xhr;

use alloc::boxed::Box;
use core::fmt;

use crate::error::{Reason, Refusal, Stage};
use crate::trace::{Cite, Trace, step};

pub use crate::request::Client;

/// An exception that script gets, or that its promise is rejected with, before anything is sent.
///
/// What [`fetch()`](https://fetch.spec.whatwg.org/#dom-global-fetch) and [`send()`](https://xhr.spec.whatwg.org/#dom-xmlhttprequest-send) throw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The exception's name.
    pub name: ApiErrorName,
    /// Why.
    pub refusal: Box<Refusal>,
}

/// The name of an exception.
///
/// One that [the `Request` constructor](https://fetch.spec.whatwg.org/#dom-request) or [`open()`](https://xhr.spec.whatwg.org/#dom-xmlhttprequest-open) throws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiErrorName {
    /// A `TypeError`.
    TypeError,
    /// A `DOMException` with the name `SyntaxError`.
    SyntaxError,
    /// A `DOMException` with the name `SecurityError`.
    SecurityError,
    /// A `DOMException` with the name `InvalidStateError`.
    InvalidStateError,
}

impl ApiErrorName {
    /// The name as script sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TypeError => "TypeError",
            Self::SyntaxError => "SyntaxError",
            Self::SecurityError => "SecurityError",
            Self::InvalidStateError => "InvalidStateError",
        }
    }
}

impl fmt::Display for ApiErrorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.refusal)
    }
}

impl core::error::Error for ApiError {}

/// An exception at a step, which is recorded.
fn throw(name: ApiErrorName, at: Cite, reason: Reason, trace: &mut impl Trace) -> ApiError {
    let error = ApiError {
        name,
        refusal: Box::new(Refusal::new(at, Stage::Api, reason)),
    };
    step!(trace, at: "{error}");
    error
}

#[cfg(test)]
mod tests;
