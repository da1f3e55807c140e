//! `cors-conformance.toml`: targets and options, beside the known failures.
//!
//! A field is an option of `run` by its long name, with `_` for `-`, so that it is read, refused and
//! explained as on the command line. What is typed takes the place of the same option in the file, and
//! an option of a target that of `[options]`.

mod read;
#[cfg(test)]
mod tests;

pub(crate) use read::{Run, runs};
