//! `fuzz`: generated exchanges against a server; what does not hold is made short, explained, and
//! kept as cases.

pub(crate) mod hunt;

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{ErrorKind, Write};
use std::path::Path;

use cors_fuzzer::{Finding, Fuzzed, Fuzzing, fuzz, fuzz_command, made_up as policy, promoted};
use cors_harness::event::{Counts, EndEvent, Event, Mode, RunEvent, SubjectEvent};
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Subject};
use cors_harness::run::Options;
use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server_library;

use crate::args::FuzzArgs;
use crate::message;
use crate::output::{Sheet, people, unwritable};
use crate::reference::Reference;
use crate::run::{interrupt, options};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::target::{self, Named, Target};
use cors_report::block;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD, STRONG};

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
    let fuzzing = fuzzing(args);
    let Named { target, name } = if args.url.is_none() && args.cmd.is_none() {
        in_process(fuzzing.seed, library.policies())?
    } else {
        runtime.block_on(target::named(&as_run, library, &headers))?
    };
    let mut options = options(&as_run, name, headers)?;
    if args.promote.is_none() {
        // Without a file of the findings there is nothing that could be run again.
        options.cli = None;
    }
    let mut sheets = Sheet::open_all(&args.report, options.fail_on)?;
    let mut sink = people(&args.report, args.color)?;
    let mut told = begin(&mut sink, &options, fuzzing.seed);
    let mut found = |finding: &Finding| {
        if told.is_ok() {
            told = tell(&mut sink, finding);
        }
    };
    let (fuzzed, policies, mode, log) = runtime.block_on(async {
        match target {
            Target::Subject(subject) => {
                let fuzzed = fuzz(
                    &subject,
                    &fuzzing,
                    &options,
                    &|| (),
                    interrupt(),
                    &mut found,
                )
                .await;
                let policies = policies_of(&subject, &fuzzing.area);
                Ok((fuzzed, policies, subject.mode(), Vec::new()))
            }
            Target::Unknown(_) => Err(Stop::usage(
                "what the server is meant to allow is not known: give --policy FILE (`run URL \
                 --write-policy FILE` writes what it seems to be, to be corrected)",
            )),
            Target::Command(command) => {
                let named = library.policies();
                let done =
                    fuzz_command(&command, named, &fuzzing, &options, interrupt(), &mut found);
                let (fuzzed, log) = done.await;
                let policies = named
                    .iter()
                    .map(|(name, named)| (name.clone(), named.policy.clone()))
                    .collect();
                Ok((fuzzed, policies, Mode::Kit, log))
            }
        }
    })?;
    let fuzzed = named_after(fuzzed, mode, &fuzzing.area);
    if told.is_ok() {
        told = sums(&mut sink, &fuzzed, fuzzing.seed, &log);
    }
    // A reader that has seen enough is no trouble.
    if let Err(error) = told
        && error.kind() != ErrorKind::BrokenPipe
    {
        return Err(unwritable("the terminal report", &error));
    }
    if let Some(path) = &args.promote {
        promote(path, &fuzzed, &fuzzing, &policies, |name| {
            library.policies().contains_key(name)
        })?;
    }
    report(&mut sheets, &fuzzed, &options, (mode, fuzzing.seed), log)?;
    Ok(fuzzed.exit)
}

fn fuzzing(args: &FuzzArgs) -> Fuzzing {
    // Short enough to be typed again.
    let drawn = || RandomState::new().build_hasher().finish() % 1_000_000_000;
    let runs = args.runs.map(u64::from);
    Fuzzing {
        seed: args.seed.unwrap_or_else(drawn),
        runs: runs.or_else(|| args.duration.is_none().then_some(RUNS)),
        requests: None,
        duration: args.duration,
        keep_going: args.keep_going,
        area: args.area(),
    }
}

/// The reference server, under the named policies and some that are made up.
fn in_process(seed: u64, named: &BTreeMap<String, NamedPolicy>) -> Result<Named, Stop> {
    let mut policies = named.clone();
    policies.extend(made_up(seed));
    let kit = Kit::in_process(&Reference, &policies).map_err(Stop::bug)?;
    Ok(Named {
        target: Target::Subject(Subject::Kit(kit)),
        name: "the reference server in this program".to_owned(),
    })
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
        Subject::Site { site, .. } => BTreeMap::from([(stated(area), site.policy.clone())]),
        Subject::Kit(kit) => kit
            .sites()
            .filter_map(|(name, site)| Some((name.to_owned(), site.as_ref().ok()?.policy.clone())))
            .collect(),
    }
}

/// How the policy that a user stated is called among the findings.
fn stated(area: &str) -> String {
    format!("{area}-policy")
}

/// The findings with the name of the policy that a user stated.
fn named_after(mut fuzzed: Fuzzed, mode: Mode, area: &str) -> Fuzzed {
    if mode != Mode::Kit {
        for finding in &mut fuzzed.findings {
            finding.case.policy = stated(area);
        }
    }
    fuzzed
}

fn begin(sink: &mut dyn Write, options: &Options, seed: u64) -> std::io::Result<()> {
    let tool = cors_text::terminal::sentence(&options.about.tool);
    let target = cors_text::terminal::sentence(&options.about.target);
    writeln!(
        sink,
        "{STRONG}{tool}{STRONG:#}: fuzzing {target}, seed {seed}"
    )?;
    sink.flush()
}

/// One finding, as a failure of `run` is told.
fn tell(sink: &mut dyn Write, finding: &Finding) -> std::io::Result<()> {
    writeln!(sink)?;
    write!(sink, "{}", block::failure(&finding.event))?;
    let after = finding.after;
    if finding.replays {
        writeln!(sink, "  {FAINT}found   after {after} requests{FAINT:#}")?;
    } else {
        writeln!(
            sink,
            "  {DOUBT}found   after {after} requests, and not seen again when only these were \
             sent: it depends on what was sent before, or comes and goes{DOUBT:#}"
        )?;
    }
    sink.flush()
}

fn sums(sink: &mut dyn Write, fuzzed: &Fuzzed, seed: u64, log: &[String]) -> std::io::Result<()> {
    writeln!(sink)?;
    for finding in fuzzed.findings.iter().filter(|finding| finding.times > 1) {
        let id = cors_text::terminal::sentence(&finding.case.id);
        let times = finding.times;
        writeln!(sink, "{times} sequences failed like {id}")?;
    }
    for finding in fuzzed.findings.iter().filter(|one| !one.also.is_empty()) {
        let id = cors_text::terminal::sentence(&finding.case.id);
        let rules = finding.also.join(", ");
        writeln!(sink, "requests as odd as those of {id} break, too: {rules}")?;
    }
    for line in log {
        writeln!(
            sink,
            "  {FAINT}| {}{FAINT:#}",
            cors_text::terminal::sentence(line)
        )?;
    }
    if let Some(reason) = &fuzzed.reason {
        writeln!(
            sink,
            "{BAD}{}{BAD:#}",
            cors_text::terminal::sentence(reason)
        )?;
    }
    let Fuzzed {
        passed,
        failed,
        skipped,
        requests,
        ..
    } = fuzzed;
    let findings = fuzzed.findings.len();
    let style = if findings == 0 { GOOD } else { BAD };
    let noun = if findings == 1 { "finding" } else { "findings" };
    writeln!(
        sink,
        "fuzz: {} sequences in {requests} requests ({skipped} could not be made), \
         {style}{findings} {noun}{style:#}, seed {seed}",
        passed + failed
    )
}

/// Writes the findings as cases.
fn promote(
    path: &Path,
    fuzzed: &Fuzzed,
    fuzzing: &Fuzzing,
    policies: &BTreeMap<String, Policy>,
    known: impl Fn(&str) -> bool,
) -> Result<(), Stop> {
    if fuzzed.findings.is_empty() {
        return Ok(());
    }
    let name = path.display().to_string();
    let file = promoted(&fuzzing.area, &fuzzed.findings, policies, known);
    let mut text = serde_json::to_string_pretty(&file).map_err(Stop::bug)?;
    text.push('\n');
    let file = File::create_new(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unwritable(&name, &error))?;
    message::note(&format!(
        "{name}: {} written",
        plural(fuzzed.findings.len())
    ));
    Ok(())
}

fn plural(findings: usize) -> String {
    match findings {
        1 => "1 finding".to_owned(),
        several => format!("{several} findings"),
    }
}

/// Writes the stream of events: a case for each finding, and sums that count every sequence.
fn report(
    sheets: &mut [Sheet],
    fuzzed: &Fuzzed,
    options: &Options,
    (mode, seed): (Mode, u64),
    log: Vec<String>,
) -> Result<(), Stop> {
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let counts = Counts {
        pass: count(fuzzed.passed),
        fail: count(fuzzed.failed),
        skip: count(fuzzed.skipped),
        ..Counts::default()
    };
    let about = options.about.clone();
    let run = Event::Run(RunEvent {
        tool: about.tool,
        vectors: about.vectors,
        standard: about.standard,
        subject: SubjectEvent::Fuzz {
            target: about.target,
            mode,
            seed,
        },
        selected: counts.total(),
    });
    let cases = fuzzed
        .findings
        .iter()
        .map(|finding| Event::Case(Box::new(finding.event.clone())));
    let end = Event::End(EndEvent {
        complete: fuzzed.reason.is_none(),
        exit: fuzzed.exit,
        reason: fuzzed.reason.clone(),
        log,
        out_of_date: Vec::new(),
        counts,
    });
    for event in std::iter::once(run).chain(cases).chain([end]) {
        for sheet in &mut *sheets {
            let written = sheet.write(&event);
            written.map_err(|error| sheet.unwritable(&error))?;
        }
    }
    Ok(())
}
