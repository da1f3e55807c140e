//! `report`: runs of the agent cases as a page for people, in one file that needs nothing else.

mod differences;
mod html;
mod lines;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use cors_agents::event::Event;
use cors_harness::event::Outcome;
use cors_harness::exit::Exit;
use cors_vectors::agent::AgentCase;
use cors_vectors::observed::{Deviation, ExpectationsFile, expectations, observed};

use self::differences::{Column, Departure, Did, Explained, Standing};
use crate::args::{AgentName, ReportArgs};
use crate::stop::Stop;
use crate::{cases, output};

/// Those of which there are records, unless others are named.
const BROWSERS: [AgentName; 3] = [AgentName::Chromium, AgentName::Firefox, AgentName::Webkit];

/// Renders the page.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Stop> {
    let library = cases::load(&args.selection)?;
    let chosen = cases::choose(library.agent_cases(), &args.selection)?;
    let mut columns = Vec::new();
    let names = if args.agent.is_empty() && args.runs.is_empty() {
        &BROWSERS[..]
    } else {
        &args.agent
    };
    for name in names {
        columns.push(recorded(name.name())?);
    }
    for path in &args.runs {
        columns.push(told_in(path)?);
    }
    let page = html::page(&columns, &chosen, &cases::standard()?);
    let written = match args.out.as_deref() {
        None => io::stdout().write_all(page.as_bytes()),
        Some(path) if path == Path::new("-") => io::stdout().write_all(page.as_bytes()),
        Some(path) => fs::write(path, &page),
    };
    match written {
        // A reader that has seen enough is no trouble.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let shown = args.out.as_ref().map(|path| path.display().to_string());
            let name = shown.as_deref().unwrap_or("standard output");
            Err(output::unwritable(name, &error))
        }
        _ => Ok(Exit::AsExpected),
    }
}

/// What the embedded record of an agent says.
fn recorded(name: &str) -> Result<Column, Stop> {
    let record = observed(name).map_err(Stop::bug)?.ok_or_else(|| {
        Stop::usage(format_args!(
            "there is no record of {name}: run it with --report ndjson=FILE, and name the file"
        ))
    })?;
    let file = expectations(name).map_err(Stop::bug)?;
    let mut known: BTreeMap<&str, &Deviation> = BTreeMap::new();
    for deviation in file.iter().flat_map(ExpectationsFile::all) {
        known.extend(deviation.cases.iter().map(|id| (id.as_str(), deviation)));
    }
    let mut standings = BTreeMap::new();
    for (reason, ids) in record.skipped {
        for id in ids {
            standings.insert(id, Standing::Skipped(reason.clone()));
        }
    }
    for (id, did) in record.differing {
        let explained = known.get(id.as_str()).map(|deviation| Explained {
            name: deviation.name.clone(),
            reason: deviation.reason.clone(),
            spec: deviation.spec.clone(),
        });
        let departure = Departure {
            explained,
            did: Did::Decision(did),
            again: format!("cors-conformance agent {name} -vv -t {id}"),
        };
        standings.insert(id, Standing::Differs(Box::new(departure)));
    }
    Ok(Column {
        title: name.to_owned(),
        version: record.version,
        evidence: format!(
            "recorded on {} in vectors/agent/observed/{name}.json",
            record.date
        ),
        all: true,
        standings,
    })
}

/// The page about runs of these cases, each told as a name and a stream of events.
///
/// Fails with a sentence that names the stream and the line that is none of such a stream.
pub fn of_streams(
    runs: &[(&str, &str)],
    cases: &[&AgentCase],
    standard: &str,
) -> Result<String, String> {
    let columns = runs.iter().map(|(name, text)| told(name, name, text));
    let columns: Result<Vec<Column>, String> = columns.collect();
    Ok(html::page(&columns?, cases, standard))
}

/// What the stream of events in a file says.
fn told_in(path: &Path) -> Result<Column, Stop> {
    let shown = path.display().to_string();
    let text =
        fs::read_to_string(path).map_err(|error| Stop::usage(format_args!("{shown}: {error}")))?;
    let stem = path.file_stem();
    let title = stem.map_or_else(|| shown.clone(), |stem| stem.to_string_lossy().into_owned());
    told(&shown, &title, &text).map_err(Stop::usage)
}

/// What a stream of events says, as a column with this title; `shown` is what messages call it.
fn told(shown: &str, title: &str, text: &str) -> Result<Column, String> {
    let wrong = |line: usize, said: &dyn std::fmt::Display| {
        format!(
            "{shown}: line {line}: {said}; expected the events of an agent run, as \
             `agent NAME --report ndjson=FILE` writes them"
        )
    };
    let mut column: Option<Column> = None;
    let mut ended = false;
    for (number, line) in (1..).zip(text.lines()) {
        let event: Event = serde_json::from_str(line).map_err(|error| wrong(number, &error))?;
        match (event, &mut column) {
            (Event::Run(run), None) => {
                column = Some(Column {
                    title: title.to_owned(),
                    version: run.agent,
                    evidence: format!("told by {shown}"),
                    all: false,
                    standings: BTreeMap::new(),
                });
            }
            (Event::Case(case), Some(column)) if !ended => {
                let case = *case;
                let standing = match case.outcome {
                    Outcome::Pass => Standing::Same,
                    Outcome::Skip | Outcome::Blocked => {
                        Standing::Skipped(case.reason.unwrap_or_default())
                    }
                    Outcome::Error => Standing::Skipped(format!(
                        "nothing can be said: {}",
                        case.reason.unwrap_or_default()
                    )),
                    Outcome::Fail => Standing::Differs(Box::new(Departure {
                        explained: case.deviation.map(|name| Explained {
                            name,
                            reason: case.reason.unwrap_or_default(),
                            spec: case.spec,
                        }),
                        did: Did::Told {
                            requests: case.requests,
                            differences: case.differences,
                        },
                        again: case.again.unwrap_or_default(),
                    })),
                };
                column.standings.insert(case.id, standing);
            }
            (Event::End(end), Some(column)) if !ended => {
                ended = true;
                if !end.complete {
                    column.evidence.push_str(", a run that was cut short");
                }
            }
            _ => return Err(wrong(number, &"an event that cannot come here")),
        }
    }
    let mut column = column.ok_or_else(|| wrong(1, &"there is no event"))?;
    if !ended {
        column.evidence.push_str(", which has no end");
    }
    Ok(column)
}

/// The area of a case: the first half of its id.
fn area(case: &AgentCase) -> &str {
    case.id.split_once('/').map_or("", |(area, _)| area)
}

#[cfg(test)]
mod tests;
