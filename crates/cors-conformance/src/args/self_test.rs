//! The arguments of `self-test`.

use std::path::PathBuf;

use clap::Args;

use super::selection::Selection;

/// The arguments of `self-test`.
#[derive(Debug, Args)]
pub struct SelfTestArgs {
    /// Which cases.
    #[command(flatten)]
    pub selection: Selection,
    /// Write which cases catch which faults as JSON; `-` is standard output (people's text then
    /// goes to standard error)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Compare what was caught with this file
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Write that file instead
    #[arg(long, requires = "snapshot")]
    pub update: bool,
    /// Run the faulty servers in probe mode too, and count which of them are caught there; that
    /// takes several times as long
    #[arg(long)]
    pub probe: bool,
    /// Run the faulty servers under policies as users have them, by URL and with a stated policy,
    /// instead of under the named ones
    #[arg(long, conflicts_with_all = ["snapshot", "probe"])]
    pub policies: bool,
    /// With --policies: look at one pair of a server and a policy out of so many
    #[arg(long, value_name = "N", requires = "policies",
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub sample: Option<usize>,
    /// With --policies: only those policies of the grid whose names begin so
    #[arg(long = "policy", value_name = "NAME", requires = "policies")]
    pub shapes: Vec<String>,
    /// With --policies: only these servers, faulty or right
    #[arg(long = "server", value_name = "NAME", requires = "policies")]
    pub servers: Vec<String>,
}
