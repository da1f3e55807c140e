//! Where results go: the arguments that all commands which run cases share.

use clap::Args;

use super::values::{Color, Report, parse_report, report_help};

/// Reports and colours.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Reports to write.
    #[arg(long, value_name = "KIND=PATH", value_parser = parse_report, help = report_help())]
    pub report: Vec<Report>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}
