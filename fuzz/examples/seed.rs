//! Writes first inputs for the targets: `cargo run -p cors-fuzz --example seed -- FOLDER [MOST]`.
//!
//! Each target gets a folder in FOLDER, and each input a file in it that is named after its
//! contents. With MOST, as many inputs as that at most, spread over all that there are.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::path::PathBuf;
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let usage = || io::Error::other("expected: FOLDER [MOST]");
    let folder = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let most: Option<usize> = match arguments.next() {
        Some(text) => Some(
            text.to_str()
                .and_then(|text| text.parse().ok())
                .ok_or_else(usage)?,
        ),
        None => None,
    };
    for target in cors_fuzz::TARGETS {
        let seeds = cors_fuzz::seeds::of(target.name)?;
        let step = most.map_or(1, |most| seeds.len().div_ceil(most.max(1)).max(1));
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        let mut count = 0;
        for seed in seeds.iter().step_by(step) {
            let digest = Sha256::digest(seed);
            let (first, _) = digest.split_at(8);
            let name = u64::from_be_bytes(first.try_into().map_err(io::Error::other)?);
            let name = format!("{name:016x}");
            fs::write(folder.join(name), seed)?;
            count += 1;
        }
        println!("{}: {count}", target.name);
    }
    Ok(())
}
