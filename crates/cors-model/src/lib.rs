//! The CORS parts of the Fetch standard, executable
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
pub mod cache;
pub mod corp_check;
pub mod cors_check;
mod data_url;
pub mod error;
pub mod fetch;
pub mod header;
pub mod host;
pub mod method;
pub mod mime;
pub mod network;
pub mod origin;
pub mod origin_header;
pub mod referrer;
pub mod request;
pub mod response;
pub mod safelist;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
pub mod tao_check;
pub mod trace;
pub mod url;
