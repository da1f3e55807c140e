//! `run` for what the arguments and the file ask for: once, or whenever something changes.

use std::ffi::OsString;

use cors_harness::exit::{Exit, Exits};

use crate::args::RunArgs;
use crate::config::{self, Run};
use crate::message;
use crate::run;
use crate::stop::Stop;
use crate::watch::{Stamps, Watch, paths};

/// Does what the arguments (the program's name first), read as `args`, say.
pub(crate) fn run(arguments: &[OsString], args: &RunArgs) -> Result<Exit, Stop> {
    if !args.watch {
        return all(&config::runs(arguments, args)?);
    }
    let mut watch = Watch::begin()?;
    loop {
        let runs = config::runs(arguments, args);
        let before = Stamps::of(paths(args, runs.as_deref().unwrap_or_default()));
        let done = runs.and_then(|runs| all(&runs));
        if let Err(stop) = &done {
            message::error(&stop.said);
        }
        if watch.is_changed(&before) {
            continue;
        }
        return Ok(done.unwrap_or_else(|stop| stop.exit));
    }
}

/// Runs one after the other; the end is the most telling one.
fn all(runs: &[Run]) -> Result<Exit, Stop> {
    if let [one] = runs {
        return run::run(&one.args);
    }
    let mut exits = Exits::default();
    for one in runs {
        let name = one.name.as_deref().unwrap_or_default();
        message::note(&format!("target {name}:"));
        exits.add(run::run(&one.args).unwrap_or_else(|stop| {
            message::error(&stop.said);
            stop.exit
        }));
    }
    Ok(exits.settle())
}
