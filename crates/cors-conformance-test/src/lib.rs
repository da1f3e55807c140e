#![doc = include_str!("../README.md")]

mod suite;

pub use suite::*;
