//! The arguments of `run`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use url::Url;

use super::probe::ProbeArgs;
use super::requests::RequestArgs;
use super::selection::{BaselineFile, Selection};
use super::values::{Color, FailOn, Report, parse_report, parse_seconds, parse_url, report_help};

/// The arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The resource to test, such as http://127.0.0.1:8080/resource; or a server with a /kit.json.
    /// Without it, and without --cmd, the reference server inside this program
    #[arg(value_name = "URL", value_parser = parse_url)]
    pub url: Option<Url>,
    /// What the server is meant to allow (TOML); without it that is learnt from the server
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Start this command once for each policy that the cases need, with PORT and CORS_POLICY in
    /// its environment, and test what then listens
    #[arg(long, value_name = "CMD",
          conflicts_with_all = ["url", "policy", "rate", "unsafe_methods"])]
    pub cmd: Option<String>,
    /// How long the command may take until it listens [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, requires = "cmd")]
    pub start_timeout: Option<Duration>,
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
    #[arg(long, value_name = "N", default_value = "1")]
    pub repeat: NonZeroU32,
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
    /// Reports to write.
    #[arg(long, value_name = "KIND=PATH", value_parser = parse_report, help = report_help())]
    pub report: Vec<Report>,
    /// List each case; twice: with exchanges and steps, of passes too
    #[arg(short = 'v', long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}
