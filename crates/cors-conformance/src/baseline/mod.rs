//! `baseline`: the file of known failures, and what is done with it.
//!
//! Known failures are run like all cases, and have to fail in the recorded way. What no longer does
//! makes the file out of date, which is exit 5; failures that it does not hold are exit 1.

pub(crate) mod file;

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use cors_harness::exit::Exit;
use cors_harness::known::Seen;

use cors_vectors::known::edit::pruned;
use cors_vectors::known::file::{Entry, Fate, Reasons};

use crate::args::{BaselineArgs, BaselineCommand, CheckArgs, RunArgs, Selection};
use crate::cases;
use crate::config;
use crate::message;
use crate::output::unwritable;
use crate::run::execute;
use crate::stop::Stop;

/// Does what the arguments (the program's name first), read as `args`, say.
pub(crate) fn run(arguments: &[OsString], args: &BaselineArgs) -> Result<Exit, Stop> {
    match &args.command {
        BaselineCommand::Init(args) => init(&one(arguments, args)?),
        BaselineCommand::Check(args) => check(args),
        BaselineCommand::Prune(args) => prune(&one(arguments, args)?),
    }
}

/// The arguments of the one target that is typed, or that the file of targets names, with its options.
fn one(arguments: &[OsString], args: &RunArgs) -> Result<RunArgs, Stop> {
    if args.watch {
        return Err(Stop::usage("--watch is an option of `run`"));
    }
    let mut runs = config::runs(arguments, args)?;
    let (Some(run), []) = (runs.pop(), runs.as_slice()) else {
        return Err(Stop::usage(format_args!(
            "known failures are those of one target: name one of {} with --target",
            file::path(args.baseline.baseline.as_deref()).display()
        )));
    };
    Ok(run.args)
}

fn init(args: &RunArgs) -> Result<Exit, Stop> {
    let path = file::path(args.baseline.baseline.as_deref());
    let name = path.display().to_string();
    let there = || {
        Stop::usage(format_args!(
            "{name}: there are known failures already, with reasons that somebody wrote: `baseline \
             prune` takes out what no longer fails, --baseline names another file"
        ))
    };
    let library = cases::load_for_servers(&args.selection)?;
    // A file of targets is added to; what somebody wrote there stays.
    let before = if path.exists() {
        let file = file::find(Some(&path), &library, Reasons::Optional)?;
        if file.is_some_and(|file| !file.entries.is_empty()) {
            return Err(there());
        }
        Some(file::text(&path)?)
    } else {
        None
    };
    let (exit, seen) = execute(args, &library, None)?;
    if !matches!(exit, Exit::Failed | Exit::AsExpected) {
        message::note(&format!("{name} is not written: {}", exit.meaning()));
        return Ok(exit);
    }
    let entries = file::new(&seen.failures, before.as_deref());
    let file = match before {
        Some(_) => File::options().append(true).open(&path),
        None => File::create_new(&path),
    };
    let written = file.and_then(|mut file| file.write_all(entries.as_bytes()));
    written.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            there()
        } else {
            unwritable(&name, &error)
        }
    })?;
    message::note(&format!(
        "{name} holds {} known failures: write the reason into each entry",
        seen.failures.len()
    ));
    Ok(Exit::AsExpected)
}

fn check(args: &CheckArgs) -> Result<Exit, Stop> {
    let selection = Selection {
        tests: Vec::new(),
        skip: Vec::new(),
        vectors: args.vectors.clone(),
    };
    let library = cases::load_for_servers(&selection)?;
    let named = args.file.baseline.as_deref();
    let Some(baseline) = file::find(named, &library, Reasons::Needed)? else {
        return Err(missing(named));
    };
    let unknown = baseline.unknown();
    if unknown.is_empty() {
        let count = baseline.entries.iter().map(Entry::count);
        let (count, name) = (count.sum::<usize>(), &baseline.name);
        message::note(&format!("{name} can be used: {count} known failures"));
        return Ok(Exit::AsExpected);
    }
    Err(Stop {
        exit: Exit::OutOfDate,
        said: unknown.join("\n"),
    })
}

fn prune(args: &RunArgs) -> Result<Exit, Stop> {
    let library = cases::load_for_servers(&args.selection)?;
    let named = args.baseline.baseline.as_deref();
    let Some(baseline) = file::find(named, &library, Reasons::Optional)? else {
        return Err(missing(named));
    };
    let (exit, seen) = execute(args, &library, Some(&baseline))?;
    if !matches!(exit, Exit::Failed | Exit::AsExpected | Exit::OutOfDate) {
        let name = &baseline.name;
        message::note(&format!("{name} stays as it is: {}", exit.meaning()));
        return Ok(exit);
    }
    let narrowed = file::is_narrowed(&args.selection);
    let kept: Vec<(Vec<String>, usize)> = baseline
        .entries
        .iter()
        .map(|entry| still_failing(entry, &seen, narrowed))
        .collect();
    let path = file::path(named);
    let text = pruned(&file::text(&path)?, &kept).map_err(Stop::usage)?;
    std::fs::write(path, &text).map_err(|error| unwritable(&baseline.name, &error))?;
    let failing = kept.iter().map(|(_, count)| count).sum::<usize>();
    let (name, before) = (&baseline.name, baseline.entries.iter());
    let before = before.map(Entry::count).sum::<usize>();
    message::note(&format!(
        "{name}: {before} known failures before, {failing} now"
    ));
    Ok(exit)
}

/// Of an entry, the cases that stay and how many of them fail. What did not run because it was not
/// selected stays.
fn still_failing(entry: &Entry, seen: &Seen, narrowed: bool) -> (Vec<String>, usize) {
    let fails = |id: &str| {
        matches!(
            seen.fates.get(id),
            Some(Fate::Failed(_) | Fate::Unanswered(_))
        )
    };
    let ran = |id: &str| seen.fates.contains_key(id);
    let stays = |id: &String| fails(id) || (narrowed && !ran(id));
    let kept = entry.known.cases.iter().zip(&entry.named);
    let kept = kept.filter(|(_, ids)| ids.iter().any(stays));
    let kept: Vec<String> = kept.map(|(text, _)| text.clone()).collect();
    let ids = entry.ids();
    let whole = !narrowed || ids.iter().all(|id| ran(id));
    let count = if whole {
        ids.into_iter().filter(|id| fails(id)).count()
    } else {
        entry.count()
    };
    (kept, count)
}

fn missing(named: Option<&Path>) -> Stop {
    Stop::usage(format_args!(
        "{}: there is no such file: `baseline init` writes one, --baseline names another",
        file::path(named).display()
    ))
}
