//! The case library of cors-conformance: types, strict reading, selection, embedded data.

pub mod agent;
pub mod policy;
pub mod server;
pub mod text;
