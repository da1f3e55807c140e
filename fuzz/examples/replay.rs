//! Puts every input below some folders, which hold a folder for each target, through its target.

use std::path::PathBuf;
use std::{env, fs, io};

use cors_fuzz::TARGETS;

fn main() -> io::Result<()> {
    for folder in env::args_os().skip(1).map(PathBuf::from) {
        for target in TARGETS {
            let folder = folder.join(target.name);
            // Not every target has inputs of each kind.
            if !folder.is_dir() {
                continue;
            }
            for entry in fs::read_dir(folder)? {
                (target.run)(&fs::read(entry?.path())?);
            }
        }
    }
    Ok(())
}
