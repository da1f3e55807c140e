//! `cargo xtask mutants`: would a test notice if cors-model did something else?
//!
//! cargo-mutants changes one thing at a time and runs the tests. Most changes are caught by the
//! tests of cors-model itself, which build fast; so these run first, and only what they miss is
//! run against all agent cases too (the tests of cors-agents, which build and run for longer).
//! Who survives both is a gap in the tests, or has a reason in `crates/cors-model/mutants.toml`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use results::{Mutant, Phase, Verdicts, mutants_of};

mod results;
mod survivors;

/// The version of cargo-mutants; another one may make other mutants.
const VERSION: &str = "27.1.0";

/// The package whose sources are changed.
const PACKAGE: &str = "cors-model";

/// How much of what compiles has to be caught, in per cent.
const ENOUGH: f64 = 97.0;

/// Where runs are kept, below the root.
const RUNS: &str = "target/mutants";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Go on where earlier runs stopped: what they caught or could not build is not run again, and
    /// what they missed only if tests have changed since
    #[arg(long)]
    resume: bool,

    /// How many mutants are built and tested at the same time
    #[arg(long, default_value_t = 2, value_name = "N")]
    jobs: u32,

    /// Options of cargo mutants that select: `--shard k/n`, `--in-diff FILE`, `--file GLOB`,
    /// `--re REGEX`
    #[arg(last = true, value_name = "ARGS")]
    select: Vec<OsString>,
}

/// Runs the mutants that are asked for and compares what survives with what is known to.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let program = crate::tools::program("cargo-mutants", VERSION)?;
    let all = list(&program, &[])?;
    let known = survivors::read(&crate::root().join(survivors::FILE), &all)?;
    let selected = if args.select.is_empty() {
        all.clone()
    } else {
        let names = list(&program, &args.select)?;
        let selected = |mutant: &&Mutant| names.iter().any(|other| other.name == mutant.name);
        all.iter().filter(selected).cloned().collect()
    };
    if selected.is_empty() {
        bail!("no mutant is selected; `cargo mutants --list` shows those that there are");
    }
    let mut verdicts = prepare(args.resume)?;
    for phase in [Phase::Model, Phase::Agents] {
        let pending: Vec<&Mutant> = selected
            .iter()
            .filter(|mutant| verdicts.is_pending(&mutant.name, phase))
            .collect();
        if pending.is_empty() {
            continue;
        }
        println!("{} mutants against {phase}", pending.len());
        let folder = next_folder(phase)?;
        execute(&program, &pending, phase, args.jobs, &folder)?;
        verdicts.read(&folder, phase)?;
    }
    let report = survivors::compare(&all, &verdicts, &known, ENOUGH);
    print!("{}", report.text);
    Ok(if report.fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The verdicts to start from: none, or those of earlier runs over the same sources.
fn prepare(resume: bool) -> anyhow::Result<Verdicts> {
    let runs = crate::root().join(RUNS);
    let state = runs.join("state");
    let sources = digest(&["crates/cors-model/src"])?;
    let tests = digest(&[
        "crates/cors-model/tests",
        "crates/cors-agents/src",
        "crates/cors-agents/tests",
        "crates/cors-vectors/src",
        "vectors",
    ])?;
    let mut verdicts = Verdicts::default();
    if resume {
        let text = std::fs::read_to_string(&state)
            .with_context(|| format!("nothing to resume: cannot read {}", state.display()))?;
        let (old_sources, old_tests) = text.trim().split_once(' ').unwrap_or_default();
        if old_sources != sources {
            bail!("crates/cors-model/src has changed since: run again without --resume");
        }
        for (folder, phase) in folders()? {
            verdicts.read(&folder, phase)?;
        }
        if old_tests != tests {
            println!("the tests have changed since: what was missed is run again");
            verdicts.forget_missed();
        }
    } else if runs.is_dir() {
        std::fs::remove_dir_all(&runs)
            .with_context(|| format!("cannot remove {}", runs.display()))?;
    }
    std::fs::create_dir_all(&runs)?;
    std::fs::write(&state, format!("{sources} {tests}\n"))?;
    Ok(verdicts)
}

/// What identifies the contents of folders below the root.
fn digest(folders: &[&str]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut pending: Vec<PathBuf> = folders
        .iter()
        .map(|folder| crate::root().join(folder))
        .collect();
    while let Some(folder) = pending.pop() {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
        {
            paths.push(entry?.path());
        }
        paths.sort();
        for path in paths {
            if path.is_dir() {
                pending.push(path);
            } else {
                hash.update(path.to_string_lossy().as_bytes());
                hash.update(std::fs::read(&path)?);
            }
        }
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// The folders of earlier runs, oldest first.
fn folders() -> anyhow::Result<Vec<(PathBuf, Phase)>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(crate::root().join(RUNS))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let phase = name.split_once('-').and_then(|(_, word)| Phase::of(word));
        if let Some(phase) = phase {
            paths.push((path, phase));
        }
    }
    paths.sort();
    Ok(paths)
}

fn next_folder(phase: Phase) -> anyhow::Result<PathBuf> {
    let number = folders()?.len() + 1;
    let name = format!("{number:04}-{}", phase.word());
    let folder = crate::root().join(RUNS).join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The mutants that options select, in the order of the sources.
fn list(program: &Path, select: &[OsString]) -> anyhow::Result<Vec<Mutant>> {
    let output = Command::new(program)
        .args(["mutants", "--list", "--json", "--package", PACKAGE])
        .args(select)
        .current_dir(crate::root())
        .output()
        .context("cannot start cargo-mutants")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("cargo mutants --list: {}\n{said}", output.status);
    }
    mutants_of(&output.stdout)
}

/// Runs cargo-mutants on some mutants; its results are in the folder, whatever they are.
fn execute(
    program: &Path,
    mutants: &[&Mutant],
    phase: Phase,
    jobs: u32,
    folder: &Path,
) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command
        .args(["mutants", "--package", PACKAGE])
        .args(["--test-package", phase.package()])
        .args(["--jobs", &jobs.to_string(), "--output"])
        .arg(folder)
        // The same verdict each time, and nothing left behind for the next mutant.
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("INSTA_UPDATE", "no")
        // This command's own choice of a compiler's output folder is not theirs.
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(crate::root());
    for mutant in mutants {
        command.arg("--re").arg(mutant.as_regex());
    }
    let status = command.status().context("cannot start cargo-mutants")?;
    // 2 and 3 tell that some were missed or timed out, which the results say too.
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        Some(4) => bail!("the tests of {} fail without any change", phase.package()),
        _ => bail!("cargo mutants: {status}; go on with --resume"),
    }
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_is_that_of_names_and_contents() {
        let one = digest(&["xtask/src/mutants"]).unwrap();
        assert_eq!(one.len(), 64);
        assert_eq!(digest(&["xtask/src/mutants"]).unwrap(), one);
        assert_ne!(digest(&["xtask/src"]).unwrap(), one);
        assert!(digest(&["xtask/nothing"]).is_err());
    }
}
