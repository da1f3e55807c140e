//! With the feature `embedded`, rebuilds the crate when a case file is added or removed:
//! `include_dir!` alone only notices changes inside the files that it has already read. Without it,
//! no change of a case rebuilds anything.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBEDDED").is_some() {
        for folder in ["data", "data/agent", "data/server"] {
            println!("cargo::rerun-if-changed={folder}");
        }
    }
}
