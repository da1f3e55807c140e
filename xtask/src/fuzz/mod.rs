//! `cargo xtask fuzz`: builds the targets of `fuzz/`, runs them, and measures how fast they are.
//!
//! What the targets check is in `fuzz/src`, and `cargo test` runs every input that is kept through
//! them without any of this. Here they are driven by libFuzzer, which cargo-fuzz builds them for. No
//! sanitizer is asked for: the workspace forbids unsafe code, so one would slow every target down
//! for what the compiler excludes.

mod bench;
mod coverage;
mod program;
mod stats;
mod targets;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::sync::Mutex;

use anyhow::Context as _;
use program::{Bound, Programs};
use targets::{chosen, targets};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Chore,
}

#[derive(clap::Subcommand)]
enum Chore {
    /// Build every target and run each on the same inputs every time: its seeds, and so many that
    /// are made of them
    Smoke {
        /// How many inputs
        #[arg(long, default_value_t = 5000, value_name = "N")]
        inputs: u32,
    },
    /// Run targets for long, beginning with what was kept last time; a target ends when it finds
    /// something
    Run {
        /// The targets, or groups of them: bytes, readers, sinks, model, servers; all when left out
        targets: Vec<String>,
        /// How much processor time each gets
        #[arg(long, default_value_t = 600, value_name = "SECONDS")]
        seconds: u32,
        /// How many run at a time
        #[arg(long, default_value_t = 1, value_name = "N")]
        jobs: u16,
    },
    /// Say which lines of the model the inputs of all targets reach: the kept ones and the seeds
    Coverage {
        /// Fail when it is less than this many percent of the lines
        #[arg(long, default_value_t = 98.0, value_name = "PERCENT")]
        at_least: f64,
        /// Show each line that is not reached
        #[arg(long)]
        lines: bool,
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
        Chore::Smoke { inputs } => fuzz(&targets()?, Bound::Inputs(*inputs), 1),
        Chore::Run {
            targets,
            seconds,
            jobs,
        } => {
            let targets = chosen(targets)?;
            seed()?;
            fuzz(&targets, Bound::Processor(*seconds), *jobs)
        }
        Chore::Coverage { at_least, lines } => {
            seed()?;
            coverage::run(&targets()?, *at_least, *lines)
        }
        Chore::Hunt { args } => crate::conformance::program("fuzz-hunt", args),
        Chore::Bench { seconds } => bench::run(&targets()?, *seconds),
    }
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

/// Runs targets, some at a time, and fails when one finds something. What is new to them is kept,
/// but for a run that has to be the same every time.
fn fuzz(targets: &[String], bound: Bound, jobs: u16) -> anyhow::Result<ExitCode> {
    let programs = Programs::build()?;
    let waiting: Mutex<VecDeque<&String>> = Mutex::new(targets.iter().collect());
    let next = || waiting.lock().ok()?.pop_front();
    let work = || {
        let mut found = Vec::new();
        while let Some(target) = next() {
            let corpus = crate::root().join("fuzz/corpus").join(target);
            let corpus = (!matches!(bound, Bound::Inputs(_))).then_some(corpus.as_path());
            match programs.fuzz(target, bound, corpus)? {
                // A run of so few inputs says nothing of how fast they are.
                Some(stats) if matches!(bound, Bound::Inputs(_)) => {
                    println!("{target:<28} {:>12} inputs, nothing found", stats.executed);
                }
                Some(stats) => println!(
                    "{target:<28} {:>12} inputs, {} a second, nothing found",
                    stats.executed, stats.each_second
                ),
                None => found.push(target.as_str()),
            }
        }
        anyhow::Ok(found)
    };
    let found = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        let mut found = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(targets) => found.extend(targets?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        anyhow::Ok(found)
    })?;
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
