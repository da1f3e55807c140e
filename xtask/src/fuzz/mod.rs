//! `cargo xtask fuzz`: builds the targets of `fuzz/`, runs them, and measures how fast they are.
//!
//! What the targets check is in `fuzz/src`, and `cargo test` runs every input that is kept through
//! them without any of this. Here they are driven by libFuzzer, which cargo-fuzz builds them for. No
//! sanitizer is asked for: the workspace forbids unsafe code, so one would slow every target down
//! for what the compiler excludes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

mod stats;

use stats::Stats;

/// The version of cargo-fuzz.
const VERSION: &str = "0.13.2";

/// The target that does nothing: what the others are measured against.
const EMPTY: &str = "empty";

/// Targets that read bytes as they come, and have to be about as fast as the fuzzer itself.
const BYTE_LEVEL: [&str; 6] = [
    "header_lists",
    "mime",
    "origin",
    "range",
    "safelist",
    "unsafe_names",
];

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Chore,
}

#[derive(clap::Subcommand)]
enum Chore {
    /// Build every target and run each for some seconds
    Smoke {
        /// For how long each is run
        #[arg(long, default_value_t = 5, value_name = "SECONDS")]
        seconds: u32,
    },
    /// Run one target, or all of them one after the other, until something is found
    Run {
        /// The target; all of them when left out
        target: Option<String>,
        /// For how long each is run
        #[arg(long, default_value_t = 600, value_name = "SECONDS")]
        seconds: u32,
    },
    /// Write first inputs for every target into fuzz/corpus, cut out of the cases
    Seed,
    /// Let the live fuzzer look for the faults of the testbed, and count the requests it needs
    Hunt {
        /// Arguments of `cors-conformance fuzz-hunt`; `--help` lists them
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGS"
        )]
        args: Vec<OsString>,
    },
    /// Measure how many inputs a second each target takes, next to one that does nothing
    Bench {
        /// For how long each is run
        #[arg(long, default_value_t = 10, value_name = "SECONDS")]
        seconds: u32,
    },
}

/// Does one of the chores.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Chore::Seed => seed(),
        Chore::Smoke { seconds } => hunt(&targets()?, *seconds),
        Chore::Run {
            target: None,
            seconds,
        } => {
            seed()?;
            hunt(&targets()?, *seconds)
        }
        Chore::Run {
            target: Some(target),
            seconds,
        } => {
            let all = targets()?;
            if !all.contains(target) {
                bail!("there is no target {target}; there are: {}", all.join(", "));
            }
            seed()?;
            hunt(std::slice::from_ref(target), *seconds)
        }
        Chore::Hunt { args } => crate::conformance::program("fuzz-hunt", args),
        Chore::Bench { seconds } => bench(*seconds),
    }
}

/// The targets by their programs' names.
fn targets() -> anyhow::Result<Vec<String>> {
    let folder = crate::root().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in
        std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "rs") && name != EMPTY {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Writes the inputs that the cases have for each target.
fn seed() -> anyhow::Result<ExitCode> {
    let status = Command::new(crate::cargo())
        .args(["run", "--quiet", "--locked", "--package", "cors-fuzz"])
        .args(["--example", "seed", "--", "fuzz/corpus"])
        .current_dir(crate::root())
        .status()
        .context("cannot start cargo")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the targets for libFuzzer and says where their programs are.
fn build() -> anyhow::Result<PathBuf> {
    let program = crate::tools::program("cargo-fuzz", VERSION)?;
    let target = crate::root().join("target/fuzz");
    let status = Command::new(program)
        .args(["fuzz", "build", "--sanitizer", "none", "--target-dir"])
        .arg(&target)
        // The fuzzer gets what optimization there is; the workspace builds faster than that.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3")
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(crate::root().join("fuzz"))
        .status()
        .context("cannot start cargo-fuzz")?;
    if !status.success() {
        bail!("cargo fuzz build: {status}");
    }
    programs(&target)
}

/// The folder below a compiler's output folder with the program of the empty target: the name of
/// the platform is in between.
fn programs(target: &Path) -> anyhow::Result<PathBuf> {
    for entry in std::fs::read_dir(target)? {
        let folder = entry?.path().join("release");
        if folder.join(EMPTY).is_file() {
            return Ok(folder);
        }
    }
    bail!("cargo-fuzz left no program below {}", target.display())
}

/// Runs targets for some seconds each; fails when one finds something.
fn hunt(targets: &[String], seconds: u32) -> anyhow::Result<ExitCode> {
    let programs = build()?;
    let mut found = Vec::new();
    for target in targets {
        let stats = fuzz(&programs, target, seconds, true)?;
        match stats {
            Some(stats) => println!("{target:<16} {} inputs, nothing found", stats.executed),
            None => found.push(target.as_str()),
        }
    }
    println!(
        "fuzz: {} targets, {} with findings",
        targets.len(),
        found.len()
    );
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        eprintln!("see above, and fuzz/artifacts, for: {}", found.join(", "));
        ExitCode::FAILURE
    })
}

/// Runs one target, which says what it did unless it has found something.
fn fuzz(programs: &Path, target: &str, seconds: u32, keep: bool) -> anyhow::Result<Option<Stats>> {
    let fuzz = crate::root().join("fuzz");
    let temporary = tempfile::tempdir().context("cannot make a folder for inputs")?;
    // What a measurement finds is not kept, so that the next one starts where this one did.
    let corpus = if keep {
        fuzz.join("corpus").join(target)
    } else {
        temporary.path().to_path_buf()
    };
    let artifacts = fuzz.join("artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut command = Command::new(programs.join(target));
    command
        .arg(format!("-max_total_time={seconds}"))
        .args([
            "-print_final_stats=1",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-max_len=4096",
        ])
        .arg(format!("-artifact_prefix={}/", artifacts.display()));
    let dictionary = fuzz.join("cors.dict");
    if target != EMPTY {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command.arg(&corpus);
    let seeds = fuzz.join("seeds").join(target);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start the target {target}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        eprintln!("{target}: {}\n{said}", output.status);
        return Ok(None);
    }
    stats::read(&said)
        .with_context(|| format!("the target {target}"))
        .map(Some)
}

/// Measures every target and the empty one, and prints the table.
fn bench(seconds: u32) -> anyhow::Result<ExitCode> {
    let programs = build()?;
    let measure = |target: &str| {
        fuzz(&programs, target, seconds, false)?
            .with_context(|| format!("{target} found something, so that it cannot be measured"))
    };
    let empty = measure(EMPTY)?;
    println!("{:<16} {:>12} {:>9}", "target", "inputs/s", "of empty");
    println!("{EMPTY:<16} {:>12} {:>8}%", empty.each_second, 100);
    let mut slow = Vec::new();
    for target in targets()? {
        let stats = measure(&target)?;
        let share = stats.each_second * 100 / empty.each_second.max(1);
        println!("{target:<16} {:>12} {share:>8}%", stats.each_second);
        if BYTE_LEVEL.contains(&target.as_str()) && share < 30 {
            slow.push(target);
        }
    }
    Ok(if slow.is_empty() {
        ExitCode::SUCCESS
    } else {
        eprintln!("below 30 % of the empty target: {}", slow.join(", "));
        ExitCode::FAILURE
    })
}
