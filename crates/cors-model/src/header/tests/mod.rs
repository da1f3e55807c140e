//! Tests of headers, with the inputs on both sides of each rule.

mod extract;
mod list;
mod range;
mod split;
mod types;
