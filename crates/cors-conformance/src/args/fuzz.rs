//! The arguments of `fuzz` and `fuzz-hunt`. What `run` has too has its name and meaning.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::output::OutputArgs;
use super::probe::ProbeArgs;
use super::requests::RequestArgs;
use super::run::RunArgs;
use super::selection::{BaselineFile, Selection};
use super::target::TargetArgs;
use super::values::{FailOn, Method, parse_seconds};

/// The arguments of `fuzz`.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// The target.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Make the requests that this number makes; without it one is drawn, and printed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Make this many sequences of requests [default: 1000, or with --for as many as there is time
    /// for]
    #[arg(long, value_name = "N")]
    pub runs: Option<NonZeroU64>,
    /// Stop looking after this many seconds
    #[arg(long = "for", value_name = "SECONDS", value_parser = parse_seconds)]
    pub duration: Option<Duration>,
    /// Go on after a finding, and report each cause once
    #[arg(long)]
    pub keep_going: bool,
    /// Write the findings as cases to this file, which must not exist yet; `run --vectors FILE`
    /// replays them
    #[arg(long, value_name = "FILE", value_parser = parse_promote)]
    pub promote: Option<PathBuf>,
    /// A file of known findings, which do not change the exit status and do not end the search
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Add what is found to the file of known findings; each new entry then needs its reason
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// How requests are sent to the target.
    #[command(flatten)]
    pub requests: RequestArgs,
    /// Give up after this many seconds [default: 120, and those of --for]
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub max_time: Option<Duration>,
    /// Carry out this many sequences at a time
    #[arg(short = 'j', long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// The lowest level at which a finding makes the exit status 1, and ends the search
    #[arg(long, value_name = "LEVEL", default_value = "must")]
    pub fail_on: FailOn,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The arguments of `fuzz-hunt`.
#[derive(Debug, Args)]
pub struct HuntArgs {
    /// Requests within which a fault has to be found
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub requests: usize,
    /// Requests in which nothing may be found on servers that are right
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub legitimate: usize,
    /// Where the choices come from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Only the servers whose names contain this
    #[arg(long, value_name = "WORD")]
    pub only: Option<String>,
    /// Show what was found
    #[arg(short = 'v', long)]
    pub verbose: bool,
}

/// Longer than the search itself a run may take for what comes before and after it.
const BESIDE: Duration = Duration::from_secs(120);

impl FuzzArgs {
    /// The same as arguments of `run`, which replays what was promoted.
    pub(crate) fn as_run(&self) -> RunArgs {
        RunArgs {
            target: self.target.clone(),
            probe: ProbeArgs {
                origins: Vec::new(),
                write_policy: None,
            },
            selection: Selection {
                tests: Vec::new(),
                skip: Vec::new(),
                vectors: self.promote.clone().into_iter().collect(),
            },
            requests: self.requests.clone(),
            max_time: self
                .max_time
                .or_else(|| Some(BESIDE + self.duration.unwrap_or_default())),
            jobs: self.jobs,
            repeat: NonZeroU32::MIN,
            targets: Vec::new(),
            watch: false,
            watch_paths: Vec::new(),
            require_success: false,
            method: Method::Get,
            baseline: BaselineFile { baseline: None },
            engines: false,
            fail_on: self.fail_on,
            verbose: 0,
            output: OutputArgs {
                report: Vec::new(),
                quiet: self.output.quiet,
            },
        }
    }

    /// The area of the findings' ids: what the file of cases has to be called after.
    pub(crate) fn area(&self) -> String {
        let stem = self.promote.as_ref().and_then(|path| path.file_stem());
        stem.map_or_else(
            || "fuzz".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }
}

/// The ids of cases begin with the name of their file.
fn parse_promote(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fits = name.strip_suffix(".json").is_some_and(|stem| {
        let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
        stem.split('-')
            .all(|part| !part.is_empty() && part.bytes().all(inner))
    });
    if fits {
        return Ok(path);
    }
    Err(
        "expected a name of lower-case letters, digits and hyphens that ends in .json, such as \
         found.json"
            .to_owned(),
    )
}
