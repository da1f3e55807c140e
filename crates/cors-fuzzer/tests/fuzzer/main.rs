//! The live fuzzer on services in this process.
#![cfg(test)]

mod confirmed;
mod findings;
mod support;
