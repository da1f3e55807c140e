//! The project's own commands: `cargo xtask`.

mod subjects;
mod try_subject;

use std::process::ExitCode;

use clap::Parser;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Xtask {
    /// Run the suite against a real server that this project did not write.
    Try(try_subject::Try),
}

fn main() -> anyhow::Result<ExitCode> {
    match Xtask::parse() {
        Xtask::Try(command) => command.run(),
    }
}
