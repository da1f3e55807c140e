//! `report`: runs of the agent cases as a page for people, in one file that needs nothing else.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use cors_harness::exit::Exit;
use cors_report::agents::{Source, page};
use cors_vectors::input;

use crate::args::{AgentName, ReportArgs};
use crate::stop::Stop;
use crate::{cases, output};

/// Those of which there are records, unless others are named.
const BROWSERS: [AgentName; 3] = [AgentName::Chromium, AgentName::Firefox, AgentName::Webkit];

/// Renders the page.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Stop> {
    if args.out.is_none() && io::stdout().is_terminal() {
        return Err(Stop::usage(
            "the page is more than a terminal can show: give --out FILE (`--out -` writes it here)",
        ));
    }
    let library = cases::load(&args.selection)?;
    let chosen = cases::choose(library.agent_cases(), &args.selection)?;
    let names = if args.agent.is_empty() && args.runs.is_empty() {
        &BROWSERS[..]
    } else {
        &args.agent
    };
    let streams: Result<Vec<Stream>, Stop> =
        args.runs.iter().map(|path| Stream::read(path)).collect();
    let streams = streams?;
    let records = names.iter().map(|name| Source::Record(name.name()));
    let sources: Vec<Source<'_>> = records.chain(streams.iter().map(Stream::source)).collect();
    let page = page(&sources, &chosen, &cases::standard()?).map_err(Stop::usage)?;
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

/// A stream of events that a file holds.
struct Stream {
    name: String,
    title: String,
    text: String,
}

impl Stream {
    fn read(path: &Path) -> Result<Self, Stop> {
        let name = path.display().to_string();
        let text = input::text(path, input::Kind::RECORD).map_err(|error| Stop::input(&error))?;
        let stem = path.file_stem();
        let title = stem.map_or_else(|| name.clone(), |stem| stem.to_string_lossy().into_owned());
        Ok(Self { name, title, text })
    }

    fn source(&self) -> Source<'_> {
        Source::Stream {
            name: &self.name,
            title: &self.title,
            text: &self.text,
        }
    }
}
