//! `cargo xtask spec`: whether what we say about the Fetch standard is true of it.
//!
//! The model, the cases and the reports cite steps of the standard, and the standard renumbers
//! its steps. `vectors/spec/fetch.toml` pins one revision: its definitions, and the steps of the
//! algorithms in scope with the hashes of their texts. `check` compares our citations with the
//! pin and needs nothing else; `pin` and `diff` read the standard's own source.
//!
//! The rules are: R1 a cited anchor is a definition; R2 a cited step exists; R3 a function that
//! transcribes an algorithm step by step has every leaf in one place and in order; R4 it is called after
//! the algorithm; R5 every leaf in scope is cited by a case or stated not to be; R6 markers have
//! reasons, and reasons have markers.

mod check;
mod cited;
mod diff;
mod finding;
mod names;
pub(crate) mod path;
pub(crate) mod pin;
mod reader;
mod source;
mod standard;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use finding::File;

const PIN: &str = "vectors/spec/fetch.toml";
const SOURCES: &str = "crates/cors-model/src";
const CASES: [&str; 2] = ["vectors/agent", "vectors/server"];

/// Compare what we say about the Fetch standard with the standard.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Check every citation in the model and the cases against the pin.
    Check,
    /// List what has changed of the steps that we cite; exit 1 when something has.
    Diff {
        /// A checkout of whatwg/fetch, or its fetch.bs.
        path: PathBuf,
        /// The commit of the checkout to compare with, instead of its files.
        #[arg(long)]
        commit: Option<String>,
    },
    /// Write the pin anew; tables written by hand stay.
    Pin {
        /// A checkout of whatwg/fetch, or its fetch.bs.
        path: PathBuf,
        /// The commit that is pinned; needed when the path is a file.
        #[arg(long)]
        commit: Option<String>,
    },
}

/// Carries out a command.
///
/// # Errors
///
/// A file or the standard cannot be read. What a check finds is no error but the exit code 1.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let root = crate::root();
    match &args.command {
        Action::Check => check(root),
        Action::Diff { path, commit } => diff(root, path, commit.as_deref()),
        Action::Pin { path, commit } => pin(root, path, commit.as_deref()),
    }
}

fn check(root: &Path) -> Result<ExitCode> {
    let report = check::check(&pin_file(root)?, &sources(root)?, &case_files(root)?)?;
    for finding in &report.findings {
        println!("{finding}");
    }
    println!(
        "spec check: {} citations in the model, {} functions, {} citations in cases, {} errors",
        report.in_sources,
        report.functions,
        report.in_cases,
        report.findings.len()
    );
    Ok(status(report.findings.is_empty()))
}

fn diff(root: &Path, path: &Path, commit: Option<&str>) -> Result<ExitCode> {
    let file = pin_file(root)?;
    let pin = pin::Pin::read(&file.text).with_context(|| file.path.clone())?;
    let other = standard(path, commit)?;
    let changes = diff::diff(&pin, &other, &sources(root)?, &case_files(root)?)?;
    for change in &changes {
        println!("{}", change.what);
        for place in &change.places {
            println!("    {place}");
        }
    }
    println!(
        "spec diff: {} changes of what we cite since {}",
        changes.len(),
        pin.commit
    );
    Ok(status(changes.is_empty()))
}

fn pin(root: &Path, path: &Path, commit: Option<&str>) -> Result<ExitCode> {
    let file = pin_file(root)?;
    let commit = match (commit, path.is_dir()) {
        (Some(commit), _) => commit.to_owned(),
        (None, true) => git(path, &["rev-parse", "HEAD"])?.trim().to_owned(),
        (None, false) => bail!(
            "`{}` is a file, which does not say its revision; expected --commit with its 40 digits",
            path.display()
        ),
    };
    let standard = standard(path, path.is_dir().then_some(commit.as_str()))?;
    let text = pin::repin(&file.text, &standard, &commit).with_context(|| file.path.clone())?;
    fs::write(root.join(PIN), text).with_context(|| format!("cannot write {PIN}"))?;
    println!("spec pin: {PIN} is at {commit}");
    Ok(ExitCode::SUCCESS)
}

fn status(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Reads the standard from a file, a folder, or a commit of the checkout in a folder.
fn standard(path: &Path, commit: Option<&str>) -> Result<standard::Standard> {
    let source = match commit {
        Some(commit) if path.is_dir() => git(path, &["show", &format!("{commit}:fetch.bs")])?,
        Some(_) => bail!(
            "`{}` is no folder; --commit needs a checkout of whatwg/fetch",
            path.display()
        ),
        None => {
            let file = if path.is_dir() {
                path.join("fetch.bs")
            } else {
                path.to_owned()
            };
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?
        }
    };
    let standard = standard::Standard::read(&source);
    if standard.definitions().is_empty() {
        bail!(
            "`{}` defines nothing; expected the source of the Fetch standard, fetch.bs",
            path.display()
        );
    }
    Ok(standard)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .context("cannot start git")?;
    if !output.status.success() {
        bail!(
            "git {} in {} failed: {}",
            arguments.join(" "),
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("git printed something that is no UTF-8")
}

fn pin_file(root: &Path) -> Result<File> {
    read(root, &root.join(PIN))
}

fn sources(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    folder(root, &root.join(SOURCES), "rs", &mut files)?;
    Ok(files)
}

fn case_files(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for cases in CASES {
        folder(root, &root.join(cases), "json", &mut files)?;
    }
    Ok(files)
}

/// Reads all files with an extension in a folder and its folders, in the order of their names.
fn folder(root: &Path, path: &Path, extension: &str, files: &mut Vec<File>) -> Result<()> {
    if !path.is_dir() {
        return Ok(());
    }
    let list = fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    let mut entries = list.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            folder(root, &path, extension, files)?;
        } else if path.extension().is_some_and(|one| one == extension) {
            files.push(read(root, &path)?);
        }
    }
    Ok(())
}

fn read(root: &Path, path: &Path) -> Result<File> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.strip_prefix(root).unwrap_or(path);
    Ok(File {
        path: name.display().to_string(),
        text,
    })
}
