#![doc = include_str!("../README.md")]

pub mod runner;
mod suite;

pub use suite::*;
