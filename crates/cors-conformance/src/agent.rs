//! `agent`: the agent cases on a user agent.

use std::io::{self, Write};

use cors_agents::event::{CaseEvent, Event};
use cors_agents::run::{About, run_model};
use cors_harness::escape::shell_word;
use cors_harness::event::{EndEvent, Outcome};
use cors_harness::exit::Exit;

use crate::args::{AgentArgs, AgentName};
use crate::cases;
use crate::escape::sentence;
use crate::output::{Sheet, people};
use crate::render::style::{BAD, FAINT, GOOD, STRONG};
use crate::stop::Stop;

/// Runs the selected agent cases on the user agent and reports.
pub(crate) fn run(args: &AgentArgs) -> Result<Exit, Stop> {
    let AgentName::Model = args.name;
    let library = cases::load(&args.selection)?;
    let chosen = cases::choose(library.agent_cases(), &args.selection)?;
    let about = About {
        tool: concat!("cors-conformance ", env!("CARGO_PKG_VERSION")).to_owned(),
        vectors: cases::version(&args.selection),
        standard: cases::standard()?,
        again: again(args),
    };
    let mut reports = Sheet::open_all(&args.report)?;
    let mut people = people(&args.report, args.color)?;
    let mut trouble: Option<Stop> = None;
    // Steps are for reports; nobody reads them on a terminal without asking.
    let trace = !args.report.is_empty() || args.verbose > 1;
    let end = run_model(chosen.into_iter(), &about, trace, &mut |event| {
        for sheet in &mut reports {
            if let Err(error) = sheet.write(event) {
                trouble.get_or_insert_with(|| sheet.unwritable(&error));
            }
        }
        // A reader that has seen enough is no trouble.
        if let Err(error) = tell(&mut people, event, args.verbose)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            trouble.get_or_insert_with(|| crate::output::unwritable("the terminal report", &error));
        }
    });
    trouble.map_or(Ok(end.exit), Err)
}

/// The start of a command line that runs one of the cases alone.
fn again(args: &AgentArgs) -> String {
    let mut line = "cors-conformance agent model".to_owned();
    for path in &args.selection.vectors {
        line.push_str(" --vectors ");
        line.push_str(&shell_word(path.as_os_str().as_encoded_bytes()));
    }
    line.push_str(" -vv -t");
    line
}

fn tell(sink: &mut dyn Write, event: &Event, verbose: u8) -> io::Result<()> {
    match event {
        Event::Run(run) => writeln!(
            sink,
            "{STRONG}{}{STRONG:#}: {} cases of the Fetch standard at {}",
            sentence(&run.agent),
            run.selected,
            sentence(run.standard.get(..8).unwrap_or(&run.standard))
        ),
        Event::Case(case) => tell_case(sink, case, verbose),
        Event::End(end) => tell_end(sink, end),
    }
}

fn tell_case(sink: &mut dyn Write, case: &CaseEvent, verbose: u8) -> io::Result<()> {
    let (style, word) = match case.outcome {
        Outcome::Pass => (GOOD, "pass"),
        Outcome::Fail => (BAD, "FAIL"),
        Outcome::Blocked => (FAINT, "blocked"),
        Outcome::Skip => (FAINT, "skip"),
        Outcome::Error => (BAD, "ERROR"),
    };
    let passed = matches!(case.outcome, Outcome::Pass | Outcome::Skip);
    if passed && verbose == 0 {
        return Ok(());
    }
    writeln!(
        sink,
        "{style}{word}{style:#}  {}  {}",
        sentence(&case.id),
        sentence(&case.title)
    )?;
    if let Some(reason) = &case.reason {
        writeln!(sink, "      {}", sentence(reason))?;
    }
    if passed && verbose < 2 {
        return Ok(());
    }
    for difference in &case.differences {
        writeln!(sink, "      {}", sentence(&difference.what))?;
        writeln!(
            sink,
            "        the standard   {}",
            sentence(&difference.wanted)
        )?;
        writeln!(sink, "        this agent     {}", sentence(&difference.got))?;
    }
    for (number, request) in (1..).zip(&case.requests) {
        writeln!(
            sink,
            "      {FAINT}request {number}{FAINT:#}  {}",
            sentence(request)
        )?;
    }
    if !case.spec.is_empty() {
        writeln!(
            sink,
            "      {FAINT}spec{FAINT:#}       {}",
            sentence(&case.spec.join(", "))
        )?;
    }
    if !case.steps.is_empty() {
        writeln!(
            sink,
            "      {FAINT}steps{FAINT:#}      {}",
            sentence(&case.steps.join(", "))
        )?;
    }
    if let Some(again) = &case.again {
        writeln!(sink, "      {FAINT}again{FAINT:#}      {}", sentence(again))?;
    }
    Ok(())
}

fn tell_end(sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
    if let Some(reason) = &end.reason {
        writeln!(sink, "{}", sentence(reason))?;
    }
    let counts = &end.counts;
    writeln!(
        sink,
        "conformance: {} passed, {} failed, {} skipped",
        counts.pass,
        counts.fail + counts.error,
        counts.skip + counts.blocked + counts.unjudged
    )
}
