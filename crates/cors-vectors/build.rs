//! Rebuilds the crate when a case file is added or removed: `include_dir!` alone only notices
//! changes inside the files that it has already read.

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=data/agent");
    println!("cargo::rerun-if-changed=data/server");
}
