//! The harness against small scripted servers.
#![cfg(test)]

mod cases;
mod ends;
mod runs;
mod support;
mod targets;
