//! A conformance suite for the CORS protocol: the command line, as a library.

pub mod args;
pub mod escape;
pub mod render;
