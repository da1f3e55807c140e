//! Runs of agent cases as a page for people, in one HTML file that needs nothing else.

mod differences;
mod html;
mod lines;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cors_harness::event::{Event, Outcome, SubjectEvent};
use cors_vectors::agent::AgentCase;
use cors_vectors::known::agents::known;
use cors_vectors::known::entry::Known;
use cors_vectors::observed::observed;
use cors_vectors::summary::{ClassSummary, SummaryFile, summary};

use self::differences::{Column, Departure, Did, Explained, Standing};

/// An agent's column of the page.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The record of the agent of this name.
    Record(&'a str),
    /// A stream of events.
    Stream {
        /// What messages call it.
        name: &'a str,
        /// What the page calls it.
        title: &'a str,
        /// The stream.
        text: &'a str,
    },
}

/// The page about these agents in these cases.
///
/// Fails with a sentence that names the agent without a record, or the stream and the line that is
/// none of such a stream.
pub fn page(
    sources: &[Source<'_>],
    cases: &[&AgentCase],
    standard: &str,
) -> Result<String, String> {
    let column = |source: &Source<'_>| match *source {
        Source::Record(name) => recorded(name, cases),
        Source::Stream { name, title, text } => told(name, title, text),
    };
    let columns: Result<Vec<Column>, String> = sources.iter().map(column).collect();
    Ok(html::page(&columns?, cases, standard))
}

/// What the record of an agent says.
fn recorded(name: &str, cases: &[&AgentCase]) -> Result<Column, String> {
    if let Some(summary) = summary(name).map_err(|error| error.to_string())? {
        return Ok(summed_up(summary));
    }
    let record = observed(name).map_err(|error| error.to_string())?;
    let record = record.ok_or_else(|| {
        format!("there is no record of {name}: run it with --report ndjson=FILE, and name the file")
    })?;
    let file = known(name).map_err(|error| error.to_string())?;
    let mut explained: BTreeMap<&str, &Known> = BTreeMap::new();
    for entry in file.iter().flat_map(|file| &file.entries) {
        explained.extend(entry.ids().into_iter().map(|id| (id, &entry.known)));
    }
    let mut standings = BTreeMap::new();
    let covered = record.covered();
    for case in cases.iter().filter(|case| !covered.contains(&case.id)) {
        let reason = format!("not yet recorded: `cargo xtask agents record {name}` runs it");
        standings.insert(case.id.clone(), Standing::Skipped(reason));
    }
    for (reason, ids) in record.skipped {
        for id in ids {
            standings.insert(id, Standing::Skipped(reason.clone()));
        }
    }
    for (id, did) in record.differing {
        let explained = explained.get(id.as_str()).map(|known| Explained {
            name: known.name.clone().unwrap_or_default(),
            reason: known.reason.clone(),
            spec: known.spec.clone(),
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
        summary: None,
        standings,
    })
}

/// What the summary of an emulator says: of each class a few cases.
fn summed_up(summary: SummaryFile) -> Column {
    let name = &summary.agent;
    let mut standings = BTreeMap::new();
    for ClassSummary { known, sample } in &summary.classes {
        for (id, did) in sample {
            let departure = Departure {
                explained: Some(Explained {
                    name: known.name.clone().unwrap_or_default(),
                    reason: known.reason.clone(),
                    spec: known.spec.clone(),
                }),
                did: Did::Decision(did.clone()),
                again: format!("cors-conformance agent {name} -vv -t {id}"),
            };
            standings.insert(id.clone(), Standing::Differs(Box::new(departure)));
        }
    }
    Column {
        title: name.clone(),
        version: summary.version.clone(),
        evidence: format!(
            "summed up on {} in vectors/agent/summaries/{name}.json; the cases below are a sample, \
             and `agent {name} --report ndjson=FILE` has all",
            summary.date
        ),
        all: false,
        standings,
        summary: Some(summary),
    }
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
                let SubjectEvent::Agent { agent } = run.subject else {
                    return Err(wrong(number, &"a run of something else"));
                };
                column = Some(Column {
                    title: title.to_owned(),
                    version: agent,
                    evidence: format!("told by {shown}"),
                    all: false,
                    summary: None,
                    standings: BTreeMap::new(),
                });
            }
            (Event::Case(case), Some(column)) if !ended => {
                let case = *case;
                let standing = match case.outcome {
                    Outcome::Pass | Outcome::Info => Standing::Same,
                    Outcome::Skip | Outcome::Blocked => {
                        Standing::Skipped(case.reason.unwrap_or_default())
                    }
                    Outcome::Error => Standing::Skipped(format!(
                        "nothing can be said: {}",
                        case.reason.unwrap_or_default()
                    )),
                    Outcome::Fail => {
                        let agent = case.agent.unwrap_or_default();
                        Standing::Differs(Box::new(Departure {
                            explained: case.known.map(|known| Explained {
                                name: known.name.unwrap_or_default(),
                                reason: known.reason,
                                spec: known.spec,
                            }),
                            did: Did::Told {
                                requests: agent.requests,
                                differences: agent.differences,
                            },
                            again: case.again.and_then(|again| again.cli).unwrap_or_default(),
                        }))
                    }
                };
                column.standings.insert(case.id, standing);
            }
            (Event::Note(_), Some(_)) if !ended => {}
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
