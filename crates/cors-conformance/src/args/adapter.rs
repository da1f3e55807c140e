//! The arguments of `adapter`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `adapter`.
#[derive(Debug, Args)]
pub struct AdapterArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AdapterCommand,
}

/// What to do with an adapter.
#[derive(Debug, Subcommand)]
pub enum AdapterCommand {
    /// Write a program that the suite can start, to put your library into
    New(NewArgs),
    /// Look at a program point by point: does it do what --cmd expects?
    Check(CheckAdapterArgs),
}

/// Arguments of `adapter new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The language of the program
    #[arg(value_enum)]
    pub language: Language,
    /// The file to write; one of that name in this folder when left out
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `adapter check`.
#[derive(Debug, Args)]
pub struct CheckAdapterArgs {
    /// The command that starts the program, for `sh -c`, as in --cmd
    #[arg(value_name = "CMD")]
    pub command: String,
    /// Seconds that it may take until it listens
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub start_timeout: u64,
}

/// A language that there is a program in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Python, standard library only
    Python,
    /// Node.js, standard library only
    Node,
    /// Go, standard library only
    Go,
    /// Rust, standard library only
    Rust,
    /// Java, with Gson
    Java,
}
