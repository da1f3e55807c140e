//! The arguments of `baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::run::RunArgs;
use super::selection::BaselineFile;

/// The arguments of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to do with it
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What to do with the file of known failures.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Run the cases and write what fails into a new file; each entry then needs its reason
    Init(Box<RunArgs>),
    /// Check that the file can be used, without running anything
    Check(CheckArgs),
    /// Run the cases and take out of the file what no longer fails
    Prune(Box<RunArgs>),
}

/// The arguments of `baseline check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The file.
    #[command(flatten)]
    pub file: BaselineFile,
    /// Case files, or a folder of them, to add to the embedded ones
    #[arg(long, value_name = "PATH")]
    pub vectors: Vec<PathBuf>,
}
