//! Agent cases: what a page does, what servers answer, and what a browser must then do.

mod answer;
mod case;
mod expectation;
mod fetch;

pub use answer::{Answer, Interim, OnRequest};
pub use case::{AgentCase, AgentFile, Quarantine};
pub use expectation::{
    ErrorKind, Expectation, ExpectedRequest, OriginHeader, Outcome, RequestKind, ResponseType,
};
pub use fetch::{Api, Body, Cache, Fetch, Mode, PageKind, Place, Redirect, UploadListener};
