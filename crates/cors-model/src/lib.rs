//! The CORS parts of the Fetch standard, executable.
// No std, so that it runs anywhere; collections come from alloc.
#![no_std]

extern crate alloc;

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
pub mod tao_check;
pub mod trace;
pub mod url;
