//! The invariants of ARCHITECTURE.md that can be read off the manifests and the sources.
//!
//! What clippy can see (printing, `exit`, reading the clock) is left to clippy; what only
//! `cargo metadata` or a look at all files can see is here. Each rule returns sentences, one per
//! violation.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use cargo_metadata::Metadata;

use crate::workspace::metadata;
use circles::Circle;

mod circles;
mod fresh;
mod light;
mod lines;
mod manifests;
mod sources;
mod syntax;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Count the lines of Rust outside tests instead, for each crate
    #[arg(long)]
    lines: bool,
    /// Show the circles of files instead
    #[arg(long, conflicts_with = "lines")]
    circles: bool,
    /// See instead that a changed case rebuilds nothing: writes the files of cases as they are, and
    /// builds the tests
    #[arg(long, conflicts_with_all = ["lines", "circles"])]
    fresh: bool,
}

/// Reports the violations.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.lines {
        let crates = lines::lines(crate::root())?;
        for (name, count) in &crates {
            println!("{count:6}  {name}");
        }
        println!("{:6}  in all", crates.values().sum::<usize>());
        return Ok(ExitCode::SUCCESS);
    }
    if args.circles {
        let metadata = metadata()?;
        let found = circular(&metadata)?;
        for (name, circle) in &found {
            println!("{name}: {circle}");
        }
        println!("{} circles", found.len());
        return Ok(ExitCode::SUCCESS);
    }
    let violations = if args.fresh {
        let rebuilt = fresh::rebuilt(crate::root())?;
        let rebuilt = rebuilt
            .iter()
            .map(|name| format!("a changed case builds {name} again"));
        rebuilt.collect()
    } else {
        check()?
    };
    for violation in &violations {
        eprintln!("invariant: {violation}");
    }
    if violations.is_empty() {
        println!("invariants: hold");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// All violations in this workspace.
pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    let metadata = metadata()?;
    let mut violations = manifests::manifests(&metadata);
    violations.extend(manifests::unused_arrows(&metadata));
    violations.extend(light::heavy(crate::root())?);
    let registry = read(&crate::root().join("crates/cors-report/src/registry.rs"))?;
    let formats = sources::formats(&registry);
    for package in &metadata.packages {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest without a folder")?;
        let manifest = read(package.manifest_path.as_std_path())?;
        if !manifest.contains("[lints]\nworkspace = true") {
            violations.push(format!(
                "{} does not take the workspace's lints",
                package.name
            ));
        }
        for path in rust_files(folder.join("src").as_std_path())? {
            let text = read(&path)?;
            let shown = path
                .strip_prefix(crate::root())
                .unwrap_or(&path)
                .to_string_lossy();
            let shown = shown.replace('\\', "/");
            violations.extend(sources::source(&package.name, &shown, &text));
            violations.extend(sources::names_format(&shown, &text, &formats));
        }
    }
    let circles = circular(&metadata)?.into_iter();
    violations.extend(circles.map(|(name, circle)| format!("{name}: {circle}")));
    Ok(violations)
}

/// The circles of files of all libraries and programs, with the names of their crates.
fn circular(metadata: &Metadata) -> anyhow::Result<Vec<(&str, Circle)>> {
    let mut found = Vec::new();
    for package in &metadata.packages {
        let built = |target: &&cargo_metadata::Target| target.is_lib() || target.is_bin();
        for target in package.targets.iter().filter(built) {
            let circles = circles::circles(target.src_path.as_std_path(), crate::root())?;
            found.extend(
                circles
                    .into_iter()
                    .map(|circle| (package.name.as_str(), circle)),
            );
        }
    }
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The Rust files below a folder, in order of path.
fn rust_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hold_in_this_workspace() {
        assert_eq!(check().unwrap(), Vec::<String>::new());
    }
}
