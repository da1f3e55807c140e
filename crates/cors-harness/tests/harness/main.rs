//! The harness against small scripted servers.
#![cfg(test)]

mod cases;
mod ends;
mod kits;
mod runs;
mod support;
mod targets;
