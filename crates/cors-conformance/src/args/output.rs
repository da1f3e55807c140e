//! Where results go: the arguments that all commands which run cases share.

use clap::Args;

use super::values::{Report, parse_report, report_help};

/// Reports, and what is printed.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Reports to write.
    #[arg(long, value_name = "KIND=PATH", value_parser = parse_report, help = report_help())]
    pub report: Vec<Report>,
    /// Print the last line alone, and what keeps the run from judging
    #[arg(short = 'q', long)]
    pub quiet: bool,
}
