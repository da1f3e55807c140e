//! The project's own commands: `cargo xtask`.
//!
//! One file or folder per subcommand: a clap type for its arguments and a function that runs it
//! and returns `anyhow::Result<ExitCode>`. This file only lists them. Dependencies are few and
//! light, and the alias builds in release mode, so that what is compiled here is not compiled
//! again for `cargo xtask conformance`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people: printing is its purpose"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod agents;
mod api;
mod bench;
mod chaos;
mod ci;
mod conformance;
mod deny;
mod dist;
mod fuzz;
mod invariants;
mod languages;
mod matrix;
mod mutants;
mod package;
mod processor_time;
mod python;
mod recipes;
mod replay;
mod spec;
mod subjects;
mod tools;
mod tried;
mod try_subject;
mod vectors;
mod workspace;

use workspace::{cargo, root};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the suite (the program cors-conformance, in release mode)
    Conformance(conformance::Args),
    /// Run the suite against a real server that this project did not write
    Try(try_subject::Try),
    /// Run the suite against all such servers, and compare with what is known of each
    Matrix(matrix::Args),
    /// Look for faults that libraries had in the versions that had them, and in those that do not
    Replay(replay::Args),
    /// Everything that a change must pass, cheapest first, stopping at the first failure
    Ci(ci::Args),
    /// Chores of the case library
    Vectors(vectors::Args),
    /// Compare what the model and the cases cite with the Fetch standard
    Spec(spec::Args),
    /// Run the programs in other languages: readers of the released cases, and servers
    Languages(languages::Args),
    /// Check who depends on whom, and the other invariants of ARCHITECTURE.md
    Invariants(invariants::Args),
    /// Look at the licences, sources and known vulnerabilities of the crates of others
    Deny,
    /// Install real browsers, run the agent cases on them, keep what they did
    Agents(agents::Args),
    /// Run the suite and the fuzzer while servers, signals, disks and descriptors fail at random
    Chaos(chaos::Args),
    /// Measure what the model costs, next to libraries that servers use, or what the suite does
    Bench(bench::Args),
    /// Run the fuzz targets of fuzz/, measure them, write their first inputs
    Fuzz(fuzz::Args),
    /// Build the packages of crates/, and the program from them alone, and try it in an empty folder
    Package(package::Args),
    /// Compare the public items of the libraries with those that were written down
    Api(api::Args),
    /// Make what is handed out: the program for a platform, a Python wheel, npm packages
    Dist(dist::Args),
    /// Hold the files for CI services against their schemas
    Recipes,
    /// Change the model in many small ways, and see whether a test notices each
    Mutants(mutants::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Conformance(args) => conformance::run(&args),
        Command::Try(args) => args.run(),
        Command::Matrix(args) => matrix::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Ci(args) => ci::run(&args),
        Command::Vectors(args) => vectors::run(&args),
        Command::Spec(args) => spec::run(&args),
        Command::Languages(args) => languages::run(&args),
        Command::Invariants(args) => invariants::run(&args),
        Command::Deny => deny::run(),
        Command::Agents(args) => agents::run(&args),
        Command::Chaos(args) => chaos::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Package(args) => package::run(&args),
        Command::Api(args) => api::run(&args),
        Command::Dist(args) => dist::run(&args),
        Command::Recipes => recipes::run(),
        Command::Mutants(args) => mutants::run(&args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        match error.downcast_ref::<tools::Missing>() {
            Some(_) => ExitCode::from(3),
            None => ExitCode::FAILURE,
        }
    })
}
