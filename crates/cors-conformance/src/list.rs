//! `list`: the cases that a selection names, of servers and of user agents.

use std::collections::BTreeSet;
use std::io::{self, Write};

use cors_agents::browser::Engine;
use cors_harness::exit::Exit;
use cors_report::block::level;
use cors_text::style::{FAINT, STRONG};
use cors_text::terminal::sentence;
use cors_vectors::Library;
use cors_vectors::agent::AgentCase;
use cors_vectors::fill::Filler;
use cors_vectors::observed::observed;
use cors_vectors::select::AnyCase;
use cors_vectors::server::ServerCase;

use crate::args::{CaseKind, ListArgs};
use crate::stop::Stop;
use crate::target::policy as policy_file;
use crate::{cases, output};

/// Lists cases, one a line.
pub(crate) fn run(args: &ListArgs) -> Result<Exit, Stop> {
    let library = match args.kind {
        Some(CaseKind::Server) => cases::load_for_servers(&args.selection)?,
        Some(CaseKind::Agent) | None => cases::load(&args.selection)?,
    };
    let policy = args.policy.as_deref().map(policy_file).transpose()?;
    let of_kind = |kind| {
        let about_policy = policy.is_none() || kind == CaseKind::Server;
        args.kind.is_none_or(|only| only == kind) && about_policy
    };
    let servers = library.server_cases().map(AnyCase::Server);
    let agents = library.agent_cases().map(AnyCase::Agent);
    let all: Vec<AnyCase<'_>> = servers
        .filter(|_| of_kind(CaseKind::Server))
        .chain(agents.filter(|_| of_kind(CaseKind::Agent)))
        .collect();
    let chosen = cases::choose(all.iter(), &args.selection)?;
    let records = if of_kind(CaseKind::Agent) {
        records()?
    } else {
        Vec::new()
    };
    let filler = policy.as_ref().map(Filler::new);
    let mut sink = anstream::stdout();
    let mut counts = Counts::default();
    for case in &chosen {
        let printed = match case {
            AnyCase::Server(case) => {
                let printed = print_server(&mut sink, case, args.verbose);
                let left_out = filler
                    .as_ref()
                    .and_then(|filler| why_left_out(&library, case, filler));
                let count = match &left_out {
                    None => &mut counts.run,
                    Some((false, _)) => &mut counts.meaningless,
                    Some((true, _)) => &mut counts.skipped,
                };
                *count += 1;
                printed.and_then(|()| match left_out {
                    Some((asks, reason)) => {
                        let word = if asks { "skipped" } else { "does not apply" };
                        writeln!(sink, "  {FAINT}{word}: {}{FAINT:#}", sentence(&reason))
                    }
                    None => Ok(()),
                })
            }
            AnyCase::Agent(case) => print_agent(&mut sink, case, &records, args.verbose),
        };
        if let Err(error) = printed {
            return unread(&error);
        }
    }
    if policy.is_some() {
        let Counts {
            run,
            meaningless,
            skipped,
        } = counts;
        let printed = writeln!(
            sink,
            "list: {} cases: {run} run, {meaningless} do not apply to the policy, {skipped} skipped",
            run + meaningless + skipped
        );
        if let Err(error) = printed {
            return unread(&error);
        }
    }
    Ok(if chosen.is_empty() {
        Exit::NothingRan
    } else {
        Exit::AsExpected
    })
}

/// What it means that a line could not be written: a reader that has seen enough is no trouble.
fn unread(error: &io::Error) -> Result<Exit, Stop> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Ok(Exit::AsExpected)
    } else {
        Err(output::unwritable("standard output", error))
    }
}

/// What becomes of the cases under a policy.
#[derive(Default)]
struct Counts {
    run: usize,
    /// Those whose question means nothing there.
    meaningless: usize,
    skipped: usize,
}

/// Why a case says nothing about a server with a policy, and whether it leaves a question by that;
/// `None` when it runs.
fn why_left_out(
    library: &Library,
    case: &ServerCase,
    filler: &Filler<'_>,
) -> Option<(bool, String)> {
    if let Err(skip) = filler.fill(case, false) {
        return Some((skip.leaves_a_question(), skip.to_string()));
    }
    let pair = library.server_case(case.paired_with.as_deref()?)?;
    let skip = filler.fill(pair, false).err()?;
    let id = &pair.id;
    Some((
        skip.leaves_a_question(),
        format!("it needs {id}, which does not run: {skip}"),
    ))
}

/// Each browser with the cases that its record is about.
fn records() -> Result<Vec<(&'static str, BTreeSet<String>)>, Stop> {
    let of = |engine: Engine| {
        let record = observed(engine.name()).map_err(Stop::bug)?;
        let covered = record.map(|record| record.covered()).unwrap_or_default();
        Ok((engine.name(), covered))
    };
    Engine::ALL.into_iter().map(of).collect()
}

fn print_server(sink: &mut dyn Write, case: &ServerCase, verbose: bool) -> io::Result<()> {
    let title = sentence(&case.title);
    let (id, level) = (sentence(&case.id), level(case.level));
    if !verbose {
        return writeln!(sink, "{id}  {FAINT}{level}{FAINT:#}  {title}");
    }
    writeln!(
        sink,
        "{STRONG}{id}{STRONG:#} ({level}, policy {})",
        sentence(&case.policy)
    )?;
    writeln!(sink, "  {title}")?;
    writeln!(sink, "  {}", sentence(&case.why))?;
    lists(
        sink,
        &[
            ("spec", &case.spec),
            ("tags", &case.tags),
            ("catches", &case.catches),
        ],
    )?;
    if let Some(pair) = &case.paired_with {
        writeln!(sink, "  {FAINT}{:<8}{FAINT:#}{}", "pair", sentence(pair))?;
    }
    writeln!(sink)
}

fn print_agent(
    sink: &mut dyn Write,
    case: &AgentCase,
    records: &[(&'static str, BTreeSet<String>)],
    verbose: bool,
) -> io::Result<()> {
    let (id, title) = (sentence(&case.id), sentence(&case.title));
    let missing = records
        .iter()
        .filter(|(_, covered)| !covered.contains(&case.id));
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    let note = if missing.is_empty() {
        String::new()
    } else {
        format!("not yet recorded of {}", missing.join(", "))
    };
    if !verbose {
        let gap = if note.is_empty() { "" } else { "  " };
        return writeln!(
            sink,
            "{id}  {FAINT}agent{FAINT:#}  {title}{gap}{FAINT}{note}{FAINT:#}"
        );
    }
    writeln!(sink, "{STRONG}{id}{STRONG:#} (agent)")?;
    writeln!(sink, "  {title}")?;
    lists(sink, &[("spec", &case.spec), ("tags", &case.tags)])?;
    if !note.is_empty() {
        writeln!(sink, "  {FAINT}{:<8}{FAINT:#}{note}", "records")?;
    }
    writeln!(sink)
}

fn lists(sink: &mut dyn Write, lists: &[(&str, &[String])]) -> io::Result<()> {
    for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        let list = sentence(&list.join(", "));
        writeln!(sink, "  {FAINT}{name:<8}{FAINT:#}{list}")?;
    }
    Ok(())
}
