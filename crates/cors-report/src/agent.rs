//! What is read of a run of agent cases: text for people, and the tests of a JUnit document.

use std::collections::BTreeMap;
use std::io::{self, Write};

use cors_agents::event::{CaseEvent, Event};
use cors_harness::event::{EndEvent, Outcome};
use cors_vectors::server::Level;

use crate::junit::{Junit, Reported, Test, Trouble, Verdict, uncoloured};
use cors_text::style::{BAD, FAINT, GOOD, STRONG};
use cors_text::terminal::sentence;

/// Writes what is to be read of an event; of passes and their requests when asked for, once or twice.
///
/// Fails when the sink does.
pub fn tell(
    sink: &mut dyn Write,
    event: &Event,
    verbose: u8,
    deviations: &BTreeMap<String, usize>,
) -> io::Result<()> {
    match event {
        Event::Run(run) => writeln!(
            sink,
            "{STRONG}{}{STRONG:#}: {} cases of the Fetch standard at {}",
            sentence(&run.agent),
            run.selected,
            sentence(run.standard.get(..8).unwrap_or(&run.standard))
        ),
        Event::Case(case) => tell_case(sink, case, verbose),
        Event::End(end) => tell_end(sink, end, deviations),
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
    let passed = matches!(case.outcome, Outcome::Pass | Outcome::Skip) || case.deviation.is_some();
    let (style, word) = match &case.deviation {
        Some(_) => (FAINT, "known"),
        None => (style, word),
    };
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

fn tell_end(
    sink: &mut dyn Write,
    end: &EndEvent,
    deviations: &BTreeMap<String, usize>,
) -> io::Result<()> {
    if !deviations.is_empty() {
        let all: usize = deviations.values().sum();
        writeln!(sink, "{all} of the failures are known deviations:")?;
        for (name, count) in deviations {
            writeln!(sink, "  {count:>5}  {}", sentence(name))?;
        }
    }
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

impl Reported for Event {
    fn report(&self, junit: &mut Junit, _: Level, sink: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Run(run) => {
                let properties = vec![
                    ("agent", run.agent.clone()),
                    ("vectors", run.vectors.clone()),
                    ("standard", run.standard.clone()),
                ];
                junit.begin(&run.tool, properties);
            }
            Self::Case(case) => junit.add(test(case)?),
            Self::End(end) => junit.end(sink, end)?,
        }
        Ok(())
    }
}

fn test(case: &CaseEvent) -> io::Result<Test> {
    let reason = || case.reason.clone().unwrap_or_else(|| case.title.clone());
    let trouble = || {
        let mut text = Vec::new();
        tell_case(&mut text, case, 2)?;
        let first = case.differences.first();
        Ok::<_, io::Error>(Trouble {
            kind: "differs",
            message: first.map_or_else(reason, |first| format!("{}: {}", case.title, first.what)),
            text: uncoloured(&String::from_utf8_lossy(&text)),
        })
    };
    let verdict = match (&case.deviation, case.outcome) {
        (_, Outcome::Pass) => Verdict::Passed,
        (Some(name), Outcome::Fail | Outcome::Error) => {
            Verdict::Skipped(format!("known to differ, {name}: {}", reason()))
        }
        (None, Outcome::Fail) => Verdict::Failed(trouble()?),
        (None, Outcome::Error) => Verdict::Undecided(trouble()?),
        (_, Outcome::Skip | Outcome::Blocked) => Verdict::Skipped(reason()),
    };
    Ok(Test {
        id: case.id.clone(),
        millis: None,
        verdict,
    })
}
