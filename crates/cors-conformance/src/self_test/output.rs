//! How a self-test is told: the matrix as a table and as JSON, then what is wrong.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::report::{FaultReport, Report};
use crate::args::SelfTestArgs;
use crate::output::unwritable;
use crate::stop::Stop;
use cors_text::style::{BAD, FAINT, GOOD, STRONG};
use cors_text::terminal::sentence;

/// Cases that the table names for each fault, the most specific ones first.
pub(super) const SHOWN: usize = 4;

/// Writes the JSON where it is wanted, and tells people.
pub(super) fn tell(
    args: &SelfTestArgs,
    report: &Report,
    differences: &[String],
) -> Result<(), Stop> {
    let mut people: Box<dyn Write> = match &args.json {
        Some(path) if path.as_os_str() == "-" => {
            let told = json(&mut io::stdout(), report);
            told.map_err(|error| unwritable("standard output", &error))?;
            Box::new(anstream::stderr())
        }
        Some(path) => {
            write(path, report)?;
            Box::new(anstream::stdout())
        }
        None => Box::new(anstream::stdout()),
    };
    match table(&mut people, report, differences) {
        // A reader that has seen enough is no trouble.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(unwritable("the table", &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, report: &Report) -> Result<(), Stop> {
    let mut text = Vec::new();
    let name = path.display().to_string();
    json(&mut text, report)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| unwritable(&name, &error))
}

fn json(sink: &mut dyn Write, report: &Report) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *sink, report)?;
    writeln!(sink)
}

fn table(sink: &mut dyn Write, report: &Report, differences: &[String]) -> io::Result<()> {
    let widest = |text: fn(&FaultReport) -> &str| {
        let lengths = report.faults.iter().map(|fault| text(fault).len());
        lengths.max().unwrap_or_default()
    };
    let (names, classes) = (widest(|fault| &fault.name), widest(|fault| &fault.class));
    writeln!(
        sink,
        "{STRONG}{:<classes$}  {:<names$}  {:>4} {:>6}  caught by{STRONG:#}",
        "", "fault", "kit", "policy"
    )?;
    for fault in &report.faults {
        let style = if fault.kit.is_empty() { BAD } else { GOOD };
        let cases = report.most_specific(fault, SHOWN);
        let more = fault.kit.len() - cases.len();
        let more = if more == 0 {
            String::new()
        } else {
            format!(", {more} more")
        };
        writeln!(
            sink,
            "{FAINT}{:<classes$}{FAINT:#}  {style}{:<names$}{style:#}  {:>4} {:>6}  {}{FAINT}{more}{FAINT:#}",
            fault.class,
            fault.name,
            fault.kit.len(),
            fault.policy.len(),
            sentence(&cases.join(", "))
        )?;
    }
    writeln!(sink)?;
    for one in &report.legitimate {
        if !one.fails.is_empty() {
            let count = one.fails.len();
            writeln!(
                sink,
                "{BAD}{}{BAD:#} fails {count} cases: {}",
                one.name, one.about
            )?;
        }
    }
    for hole in &report.holes {
        writeln!(sink, "{BAD}hole:{BAD:#} {}", sentence(&hole.to_string()))?;
    }
    for difference in differences {
        writeln!(sink, "{BAD}snapshot:{BAD:#} {}", sentence(difference))?;
    }
    let (kit, policy) = report.caught();
    let probe = report.caught_by_probe();
    let probe = probe.map_or_else(String::new, |caught| format!(", {caught} in probe mode"));
    writeln!(
        sink,
        "self-test: {kit} of {} faults caught ({policy} in policy mode{probe}), {} of \
         {} legitimate servers clean, {} cases, {} holes",
        report.faults.len(),
        report.clean(),
        report.legitimate.len(),
        report.cases,
        report.holes.len()
    )
}
