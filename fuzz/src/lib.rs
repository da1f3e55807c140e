//! What is fuzzed: one module for each target, whose `run` takes bytes and panics when something
//! does not hold.
//!
//! The targets in `fuzz_targets` hand libFuzzer's bytes to them, and `tests/replay.rs` every file in
//! `seeds` and `regressions`, so that what was found once is found again by `cargo test`.

#![expect(
    clippy::missing_panics_doc,
    reason = "panicking is how a target says what it has found"
)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a body that panics has found something, in itself at worst"
)]

pub mod agent_cases;
pub mod cache;
pub mod case_reader;
pub mod cors_check;
pub mod differential;
pub mod empty;
pub mod exchange;
pub mod explained;
pub mod har;
pub mod header_lists;
pub mod html;
pub mod http_text;
mod input;
pub mod junit;
pub mod markdown;
pub mod max_age;
pub mod mime;
pub mod ndjson;
pub mod origin;
pub mod origin_urls;
pub mod policy_reader;
pub mod preflight;
pub mod range;
pub mod redirects;
mod runtime;
pub mod safelist;
pub mod script_apis;
mod scripted;
pub mod seeds;
pub mod sequences;
mod shown;
mod targets;
pub mod terminal;
pub mod unsafe_names;

// The second implementation, and a network that answers by a script, are those of the model's own
// tests.
#[path = "../../crates/cors-model/tests/naive/mod.rs"]
mod naive;
#[expect(dead_code, reason = "tests of the model use more of it")]
#[path = "../../crates/cors-model/tests/support/mod.rs"]
mod support;

// Under the names of their targets.
pub use differential::{
    actix_cors as differential_actix_cors, poem as differential_poem, salvo as differential_salvo,
    tower_http as differential_tower_http, warp as differential_warp,
};
pub use targets::{TARGETS, Target};

/// The program of a target: libFuzzer's under cargo-fuzz, and otherwise one that runs the files
/// that are named on its command line.
#[macro_export]
macro_rules! target {
    ($run:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $run(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for file in std::env::args_os().skip(1) {
                $run(&std::fs::read(file)?);
            }
            Ok(())
        }
    };
}
