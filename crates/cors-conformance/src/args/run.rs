//! The arguments of `run`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::output::OutputArgs;
use super::probe::ProbeArgs;
use super::requests::RequestArgs;
use super::selection::{BaselineFile, Selection};
use super::target::TargetArgs;
use super::values::{FailOn, Method, parse_count, parse_seconds};

/// The arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The target.
    #[command(flatten)]
    pub target: TargetArgs,
    /// What helps to learn a policy that is not stated.
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// How requests are sent to the target.
    #[command(flatten)]
    pub requests: RequestArgs,
    /// Give up after this many seconds, for the whole run [default: 120]
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub max_time: Option<Duration>,
    /// Run this many cases at a time
    #[arg(short = 'j', long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Run the cases this many times, one round after the other
    #[arg(long, value_name = "N", default_value = "1", value_parser = parse_count)]
    pub repeat: NonZeroU32,
    /// Run this target of cors-conformance.toml; may be repeated. Without it, and without a URL or
    /// --cmd, all of them
    #[arg(long = "target", value_name = "NAME", conflicts_with_all = ["url", "cmd", "policy"])]
    pub targets: Vec<String>,
    /// Run again whenever the policy, cors-conformance.toml, the case files or a file that --cmd names
    /// change; until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// With --watch: run again when this file, or something in this folder, changes too
    #[arg(long = "watch-path", value_name = "PATH", requires = "watch")]
    pub watch_paths: Vec<PathBuf>,
    /// Judge nothing unless a plain request for the resource is answered with success (2xx): a wrong path
    /// is then an error, exit status 3, and not a note
    #[arg(long)]
    pub require_success: bool,
    /// How the resource is asked where a case says nothing of methods, for one that answers no GET;
    /// this method is let out
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "GET",
        conflicts_with = "cmd"
    )]
    pub method: Method,
    /// Known failures.
    #[command(flatten)]
    pub baseline: BaselineFile,
    /// Ask again as Chromium, Firefox and WebKit do, and say where their verdict, or what they send,
    /// is not the standard's
    #[arg(long)]
    pub engines: bool,
    /// The lowest level whose failure makes the exit status 1
    #[arg(long, value_name = "LEVEL", default_value = "must")]
    pub fail_on: FailOn,
    /// List each case; twice: with exchanges and steps, of passes too
    #[arg(short = 'v', long, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArgs,
}
