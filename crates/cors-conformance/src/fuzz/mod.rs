//! `fuzz`: generated exchanges against a server; what does not hold is made short, explained, and
//! kept as cases.

pub(crate) mod hunt;

mod known;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::Write as _;
use std::path::Path;

use cors_fuzzer::{
    AsItIs, Finding, Fresh, Fuzzing, Supply, fuzz, fuzz_command, made_up as policy, not_begun,
    promoted,
};
use cors_harness::event::Mode;
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Subject};
use cors_harness::known::Known;
use cors_harness::run::cut_short;
use cors_harness::wire::Line;
use cors_report::terminal::{Terminal, Verbosity};
use cors_vectors::Library;
use cors_vectors::known::file::Reasons;
use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server_library;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::args::{FuzzArgs, RunArgs};
use crate::message;
use crate::output::{Output, unwritable};
use crate::reference::Reference;
use crate::run::{in_time, interrupt, options};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::target::{self, Target};

/// Sequences that are made unless told otherwise.
const RUNS: u64 = 1000;

/// Policies that are made up beside the named ones, for targets that take on whatever they are given.
const POLICIES: u64 = 4;

/// Fuzzes the target and reports.
pub(crate) fn run(args: &FuzzArgs) -> Result<Exit, Stop> {
    if let Some(path) = &args.promote
        && path.exists()
    {
        return Err(Stop::usage(format_args!(
            "--promote {}: there is such a file already: name another",
            path.display()
        )));
    }
    let library = server_library().map_err(Stop::bug)?;
    let as_run = args.as_run();
    let headers = as_run.requests.lines();
    let runtime = runtime()?;
    let fuzzing = fuzzing(args)?;
    let mut options = options(&as_run, headers.clone())?;
    if args.promote.is_none() {
        // Without a file of the findings there is nothing that could be run again.
        options.cli = None;
    }
    let verbosity = Verbosity::asked_for(args.output.quiet, 0);
    let terminal = Terminal::new(verbosity, options.fail_on);
    let output = Output::open(terminal, &args.output, options.fail_on)?;
    // That something was not found is no sign that it is not there.
    let narrowed = true;
    let list = fuzzing.known.clone().map(RefCell::new);
    let mut sink = Known::new(output, list.as_ref(), narrowed, options.fail_on);
    let mut policies: BTreeMap<String, Policy> = library
        .policies()
        .iter()
        .map(|(name, named)| (name.clone(), named.policy.clone()))
        .collect();
    let fuzzed = runtime.block_on(async {
        let cancel = interrupt().shared();
        let found = if args.target.is_none() {
            Ok(in_process(fuzzing.seed, library.policies())?)
        } else {
            let cut = cut_short(&options, cancel.clone());
            in_time(cut, target::find(&as_run, library, &headers)).await?
        };
        options.spent = options.clock.elapsed();
        let target = match found {
            Ok(target) => target,
            Err(halt) => return Ok(not_begun(Mode::Probe, &fuzzing, &options, &halt, &mut sink)),
        };
        match target {
            Target::Subject(subject) => {
                policies.extend(policies_of(&subject, &fuzzing.area));
                let by_url = Connections {
                    args: &as_run,
                    library,
                    headers: &headers,
                };
                let supply: &dyn Supply = if args.target.url.is_some() {
                    &by_url
                } else {
                    &AsItIs
                };
                let done = fuzz(&subject, &fuzzing, &options, supply, cancel, &mut sink);
                Ok(done.await)
            }
            Target::Unknown(_) => Err(Stop::usage(
                "what the server is meant to allow is not known: give --policy FILE (`run URL \
                 --write-policy FILE` writes what it seems to be, to be corrected)",
            )),
            Target::Command(command) => {
                let named = library.policies();
                let done = fuzz_command(&command, named, &fuzzing, &options, cancel, &mut sink);
                Ok(done.await)
            }
        }
    })?;
    let (_, output) = sink.into_parts();
    let exit = output.finish(fuzzed.end.exit);
    if let Some(path) = &args.promote {
        promote(path, &fuzzed.findings, &fuzzing, &policies, library)?;
    }
    match &args.baseline {
        Some(path) if args.update_baseline => known::update(path, &fuzzed, fuzzing.known.as_ref()),
        Some(_) | None => Ok(exit),
    }
}

fn fuzzing(args: &FuzzArgs) -> Result<Fuzzing, Stop> {
    // Short enough to be typed again.
    let drawn = || RandomState::new().build_hasher().finish() % 1_000_000_000;
    let runs = args.runs.map(u64::from);
    let reasons = if args.update_baseline {
        Reasons::Optional
    } else {
        Reasons::Needed
    };
    let known = match &args.baseline {
        Some(path) => known::read(path, reasons)?,
        None => None,
    };
    Ok(Fuzzing {
        seed: args.seed.unwrap_or_else(drawn),
        runs: runs.or_else(|| args.duration.is_none().then_some(RUNS)),
        requests: None,
        duration: args.duration,
        keep_going: args.keep_going,
        area: args.area(),
        known,
    })
}

/// The same server over new connections: what it remembers nobody outside can put back.
struct Connections<'a> {
    args: &'a RunArgs,
    library: &'a Library,
    headers: &'a [Line],
}

impl Supply for Connections<'_> {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        Box::pin(async move {
            match target::find(self.args, self.library, self.headers).await {
                Ok(Ok(Target::Subject(subject))) => Ok(Fresh::Other(subject)),
                Ok(Ok(_)) => Err("the target no longer takes on policies".to_owned()),
                Ok(Err(halt)) => Err(halt.text),
                Err(stop) => Err(stop.said),
            }
        })
    }

    fn is_cheap(&self) -> bool {
        true
    }
}

/// The reference server, under the named policies and some that are made up.
fn in_process(seed: u64, named: &BTreeMap<String, NamedPolicy>) -> Result<Target, Stop> {
    let mut policies = named.clone();
    policies.extend(made_up(seed));
    let kit = Kit::in_process(&Reference, &policies).map_err(Stop::bug)?;
    Ok(Target::Subject(Subject::Kit(kit)))
}

/// Policies that this seed makes.
fn made_up(seed: u64) -> impl Iterator<Item = (String, NamedPolicy)> {
    (1..=POLICIES).map(move |number| {
        let named = NamedPolicy {
            about: "A policy that was made up.".to_owned(),
            policy: policy(seed, number),
        };
        (format!("made-up-{number}"), named)
    })
}

/// What each policy that a finding can name says.
fn policies_of(subject: &Subject, area: &str) -> BTreeMap<String, Policy> {
    match subject {
        Subject::Site { site, .. } => BTreeMap::from([(stated(area), Policy::clone(&site.policy))]),
        Subject::Kit(kit) => kit
            .sites()
            .filter_map(|(name, site)| {
                Some((name.to_owned(), Policy::clone(&site.as_ref().ok()?.policy)))
            })
            .collect(),
    }
}

/// How the policy that a user stated is called among the findings.
fn stated(area: &str) -> String {
    format!("{area}-policy")
}

/// Writes the findings as cases.
fn promote(
    path: &Path,
    findings: &[Finding],
    fuzzing: &Fuzzing,
    policies: &BTreeMap<String, Policy>,
    library: &Library,
) -> Result<(), Stop> {
    if findings.is_empty() {
        return Ok(());
    }
    let name = path.display().to_string();
    let mut findings = findings.to_vec();
    for finding in &mut findings {
        if finding.case.policy.is_empty() {
            finding.case.policy = stated(&fuzzing.area);
        }
    }
    let known = |name: &str| library.policies().contains_key(name);
    let file = promoted(&fuzzing.area, &findings, policies, known);
    let mut text = serde_json::to_string_pretty(&file).map_err(Stop::bug)?;
    text.push('\n');
    let file = File::create_new(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unwritable(&name, &error))?;
    let noun = if findings.len() == 1 {
        "finding"
    } else {
        "findings"
    };
    message::note(&format!("{name}: {} {noun} written", findings.len()));
    Ok(())
}
