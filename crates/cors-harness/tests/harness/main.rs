//! The harness against small scripted servers.
#![cfg(test)]

mod cases;
mod controls;
mod ends;
mod fixes;
mod kits;
mod manifests;
mod probes;
mod requests;
mod runs;
mod support;
mod targets;
mod tls;
mod unserved;
