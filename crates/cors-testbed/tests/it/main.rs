//! The testbed's tests, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect must stop"
)]

mod common;
mod faults;
mod language;
mod non_servers;
mod probes;
mod proxy;
mod reference;
mod socket;
mod transports;
