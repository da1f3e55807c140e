//! `cargo xtask dist`: what is handed out, so that nobody needs a compiler.
//!
//! The static program for Linux with its pages in an archive, a Python wheel, two npm packages, and the
//! sums of all. `--check` tries each in an empty folder, where no clone is.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use made::{Made, copy, emptied, package};

mod archive;
mod check;
mod made;
mod npm;
mod python;

/// The sums of the other files.
const SUMS: &str = "SHA256SUMS";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Try what was made, each in an empty folder: on servers that are right and wrong
    #[arg(long)]
    check: bool,
    /// Make the archive only, without the packages for Python and Node
    #[arg(long)]
    archive_only: bool,
}

/// Makes everything, and tries it.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let package = package()?;
    let folder = crate::root().join("target/handed-out");
    emptied(&folder)?;
    let program = archive::build()?;
    let archive = archive::make(&program, &package, &folder)?;
    let mut made = Made {
        package,
        folder,
        program,
        archive,
        wheel: None,
        npm: Vec::new(),
    };
    if !args.archive_only {
        made.wheel = Some(python::wheel(&made.folder)?);
        made.npm = npm::packages(&made)?;
    }
    let ci = crate::root().join("crates/cors-conformance/ci");
    copy(&ci, &["install.sh", "Dockerfile"], &made.folder)?;
    let sums = sums(&made.folder)?;
    std::fs::write(made.folder.join(SUMS), &sums).context("cannot write the sums")?;
    if args.check {
        check::check(&made)?;
    }
    print!("{sums}");
    println!("dist: {}", made.folder.display());
    Ok(ExitCode::SUCCESS)
}

/// The sums of the files in a folder, as `sha256sum` writes them.
fn sums(folder: &Path) -> anyhow::Result<String> {
    let mut sums = Vec::new();
    for entry in std::fs::read_dir(folder).context("cannot list the files")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let digest = Sha256::digest(std::fs::read(entry.path())?);
        sums.push((name, digest.iter().copied().fold(String::new(), with_hex)));
    }
    sums.sort();
    let lines = sums.iter().map(|(name, hex)| format!("{hex}  {name}\n"));
    Ok(lines.collect())
}

/// Writes a byte behind others.
fn with_hex(mut hex: String, byte: u8) -> String {
    // Writing to a string does not fail.
    let _ = write!(hex, "{byte:02x}");
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b"), "").unwrap();
        std::fs::write(folder.path().join("a"), "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
                        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n";
        assert_eq!(sums(folder.path()).unwrap(), expected);
    }
}
