//! The arguments of `agent` and of `report`, which shows its runs.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::output::OutputArgs;
use super::selection::Selection;
use super::values::parse_seconds;

/// The arguments of `agent`.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// The user agent
    #[arg(value_name = "NAME", required_unless_present = "cmd")]
    pub name: Option<AgentName>,
    /// Run this program instead: it reads fetches and answers with what came of them, as JSON lines
    #[arg(long, value_name = "CMD", conflicts_with_all = ["name", "jobs", "record"])]
    pub cmd: Option<String>,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Run this many cases at a time
    #[arg(short = 'j', long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Give up after this many seconds, for the whole run [default: 300]
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub max_time: Option<Duration>,
    /// The file of known failures, instead of what is known of the agent
    #[arg(long, value_name = "FILE", alias = "expectations")]
    pub baseline: Option<PathBuf>,
    /// A script for the page, in place of its own: to see that a broken one fails
    #[arg(long, value_name = "FILE", hide = true)]
    pub page: Option<PathBuf>,
    /// A header that the scripted servers leave out: to see that broken ones fail
    #[arg(long, value_name = "NAME", hide = true)]
    pub leave_out: Option<String>,
    /// Write what the engine did, as vectors/agent/observed has it
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Run cases that are refused, one for each step that refuses, and write what the engine says of
    /// them on its console into this record
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "cmd"], hide = true)]
    pub console: Option<PathBuf>,
    /// List each case; twice: with requests and steps, of passes too
    #[arg(short = 'v', long, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The user agents that agent cases can be run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AgentName {
    /// The reference model of this suite
    Model,
    /// Chromium, headless (CORS_CHROMIUM, chromium)
    Chromium,
    /// Firefox, headless (CORS_FIREFOX, firefox-esr)
    Firefox,
    /// WebKitGTK's MiniBrowser on a virtual display (CORS_WEBKIT, CORS_XVFB)
    Webkit,
    /// jsdom in Node.js, from npm (CORS_NODE, CORS_EMULATORS)
    Jsdom,
    /// happy-dom in Node.js, from npm (CORS_NODE, CORS_EMULATORS)
    HappyDom,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Streams of events to show, as `agent NAME --report ndjson=FILE` writes them
    #[arg(value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// Show the embedded record of this agent; may be given several times. Without it and without
    /// FILE those of chromium, firefox and webkit
    #[arg(long, value_name = "NAME")]
    pub agent: Vec<AgentName>,
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Where the page is written; `-`, or without it, standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
