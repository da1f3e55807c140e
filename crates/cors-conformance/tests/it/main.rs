//! The program as its users meet it: a child process, real sockets on loopback, exit statuses.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what goes wrong here is a failed test, with its place"
)]

mod adapter;
mod attacks;
mod baselines;
mod browsers;
mod causes;
mod ci;
mod commands;
mod docs;
mod documents;
mod exits;
mod fuzz;
mod fuzzed_commands;
mod hostile;
mod inputs;
mod kits;
mod machine;
mod output;
mod pages;
mod probes;
mod program;
mod safety;
mod servers;
mod targets;
mod testbed;
mod transcripts;
mod transports;
