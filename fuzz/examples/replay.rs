//! Puts every input below some folders, which hold a folder for each target, through its target.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use cors_fuzz::TARGETS;

/// Fails when an input cannot be read, as when a fuzzer that runs meanwhile replaces it.
fn main() -> io::Result<()> {
    for folder in env::args_os().skip(1).map(PathBuf::from) {
        for target in TARGETS {
            let folder = folder.join(target.name);
            // Not every target has inputs of each kind.
            if !folder.is_dir() {
                continue;
            }
            for entry in fs::read_dir(&folder).map_err(|error| naming(&folder, &error))? {
                let input = entry.map_err(|error| naming(&folder, &error))?.path();
                (target.run)(&fs::read(&input).map_err(|error| naming(&input, &error))?);
            }
        }
    }
    Ok(())
}

/// What went wrong, and where.
fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
