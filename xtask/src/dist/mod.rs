//! `cargo xtask dist`: what is handed out, so that nobody needs a compiler.
//!
//! The program for a platform with its pages in an archive, a Python wheel, two npm packages, and the
//! sums of all. `--check` tries each in an empty folder, where no clone is. `--join` makes one release of
//! what was made on several machines.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use sha2::{Digest as _, Sha256};

use made::{Made, PLATFORMS, Platform, copy, emptied, package};

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
    /// The target to make them for, on a machine of its kind
    #[arg(long, value_name = "TRIPLE", default_value = "x86_64-unknown-linux-musl",
          value_parser = Platform::of)]
    target: Platform,
    /// Make nothing: put what was made for each target, in a folder of its own within this one,
    /// together
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["check", "archive_only", "target"])]
    join: Option<PathBuf>,
    /// With --join: the tag of the release, which has to name the version
    #[arg(long, requires = "join")]
    tag: Option<String>,
}

/// Makes everything, and tries it.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let package = package()?;
    let folder = crate::root().join("target/handed-out");
    emptied(&folder)?;
    if let Some(parts) = &args.join {
        let version = package.version.to_string();
        if let Some(tag) = &args.tag {
            ensure!(
                *tag == format!("v{version}"),
                "the tag is {tag}, and the version in Cargo.toml {version}"
            );
        }
        let archives = PLATFORMS.iter().map(|platform| {
            let name = archive::name(&package, *platform);
            format!("{name}.tar.gz")
        });
        join(parts, &archives.collect::<Vec<_>>(), &folder)?;
        print!("{}", written_sums(&folder)?);
        println!("dist: {}", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    let platform = args.target;
    let program = archive::build(platform)?;
    let archive = archive::make(&program, &package, platform, &folder)?;
    let mut made = Made {
        platform,
        package,
        folder,
        program,
        archive,
        wheel: None,
        npm: Vec::new(),
    };
    if !args.archive_only {
        made.wheel = Some(python::wheel(platform, &made.folder)?);
        made.npm = npm::packages(&made)?;
    }
    let ci = crate::root().join("crates/cors-conformance/ci");
    copy(&ci, &["install.sh", "Dockerfile"], &made.folder)?;
    let sums = written_sums(&made.folder)?;
    if args.check {
        check::check(&made)?;
    }
    print!("{sums}");
    println!("dist: {}", made.folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Copies the files of all parts into one folder, but for their sums. No archive may be missing.
fn join(parts: &Path, archives: &[String], folder: &Path) -> anyhow::Result<()> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
        let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
        paths.map_err(|error: std::io::Error| anyhow::Error::from(error))
    };
    for part in entries(parts)? {
        for file in entries(&part)? {
            let name = file.file_name().unwrap_or_default();
            if name != SUMS {
                std::fs::copy(&file, folder.join(name))
                    .with_context(|| format!("{}", file.display()))?;
            }
        }
    }
    let mut missing = archives.iter().filter(|name| !folder.join(name).is_file());
    if let Some(name) = missing.next() {
        anyhow::bail!("{}: none of the folders in it has {name}", parts.display());
    }
    Ok(())
}

/// Writes the sums of the files in a folder beside them.
fn written_sums(folder: &Path) -> anyhow::Result<String> {
    let sums = sums(folder)?;
    std::fs::write(folder.join(SUMS), &sums).context("cannot write the sums")?;
    Ok(sums)
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
    fn what_was_made_on_several_machines_is_one_release() {
        let (parts, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (part, file) in [("a", "x.tar.gz"), ("b", "y.tar.gz")] {
            let part = parts.path().join(part);
            std::fs::create_dir(&part).unwrap();
            std::fs::write(part.join(file), file).unwrap();
            std::fs::write(part.join(SUMS), "of this part").unwrap();
        }
        let archives = ["x.tar.gz", "y.tar.gz"].map(str::to_owned);
        join(parts.path(), &archives, out.path()).unwrap();
        let sums = written_sums(out.path()).unwrap();
        assert_eq!(sums.lines().count(), 2, "{sums}");
        assert!(sums.contains("  y.tar.gz\n"), "{sums}");
        let more = [archives.as_slice(), &["z.tar.gz".to_owned()]].concat();
        let error = join(parts.path(), &more, out.path()).unwrap_err();
        assert!(error.to_string().contains("z.tar.gz"), "{error}");
    }

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
