//! A conformance suite for the CORS protocol: the command line, as a library.
//!
//! - [`args`] is what can be said on the command line.
//! - One module per subcommand: `run`, `agent`, `list`, …
//! - [`cors_report`] turns the harness's stream of events into what people and machines read.
//!
//! Nothing here judges anything, and nothing opens a socket.

mod adapter;
mod agent;
pub mod args;
mod baseline;
mod cases;
mod config;
mod explain;
mod fuzz;
mod invoked;
mod list;
mod machine;
mod message;
mod output;
#[cfg(feature = "pages")]
mod pages;
mod probe;
mod progress;
mod reference;
mod report;
mod run;
mod runtime;
mod self_test;
mod serve;
mod stop;
mod target;
mod targets;
mod watch;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser as _;
use cors_harness::exit::Exit;

use crate::args::{Cli, Command};

/// Does what the arguments (the program's name first) say.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    machine::keep_word();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(message) => {
            if let Some(said) = args::mistaken::message(&arguments, &message) {
                message::error(&said);
                return Exit::Usage;
            }
            // Where it cannot be printed there is nobody to read it.
            let _ = message.print();
            return if message.use_stderr() {
                Exit::Usage
            } else {
                Exit::AsExpected
            };
        }
    };
    cli.color.apply();
    guarded(|| {
        let done = match &cli.command {
            None => targets::run(&arguments, &cli.run),
            Some(Command::Run(args)) => targets::run(&arguments, args),
            Some(Command::Agent(args)) => agent::run(args),
            Some(Command::Report(args)) => report::run(args),
            Some(Command::List(args)) => list::run(args),
            Some(Command::Baseline(args)) => baseline::run(&arguments, args),
            Some(Command::Adapter(args)) => adapter::run(args),
            Some(Command::Serve(args)) => serve::run(args),
            Some(Command::SelfTest(args)) => self_test::run(args),
            Some(Command::Explain(args)) => explain::run(args),
            Some(Command::Fuzz(args)) => fuzz::run(args),
            Some(Command::FuzzHunt(args)) => fuzz::hunt::run(args),
            #[cfg(feature = "pages")]
            Some(Command::Pages { folder }) => pages::write(folder),
        };
        done.unwrap_or_else(|stop| {
            message::error(&stop.said);
            stop.exit
        })
    })
}

/// Runs something that ends with an exit status; a panic in it is a bug of ours and never looks
/// like a result.
pub fn guarded(run: impl FnOnce() -> Exit) -> Exit {
    // Nothing that a panic could have left half done is used afterwards.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        message::error(
            "this is a bug of the suite: what it printed before says nothing about the target",
        );
        Exit::Bug
    })
}
