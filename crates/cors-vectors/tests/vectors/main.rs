//! The crate from outside: what is wrong with files is said, the embedded library holds together,
//! placeholders are filled, cases are chosen.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, where a panic is the report"
)]

mod embedded;
mod fill;
mod levels;
mod reader;
mod select;
mod skips;
