//! `cargo xtask vectors`: the case library's own chores.

use std::process::ExitCode;

mod catches;
mod coverage;
mod families;
mod generate;
pub(crate) mod release;

/// Arguments of `cargo xtask vectors`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write the generated families of agent cases (vectors/agent/*.generated.json)
    Generate(generate::Args),
    /// Write which faulty servers each case catches (`catches` in vectors/server/*.json)
    Catches(catches::Args),
    /// Write the cases as data for programs in other languages (target/vectors)
    Release(release::Args),
    /// Say which rules have cases, and which steps the cases execute
    Coverage(coverage::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Generate(args) => generate::run(args),
        Command::Catches(args) => catches::run(args),
        Command::Release(args) => release::run(args),
        Command::Coverage(args) => coverage::run(args),
    }
}
