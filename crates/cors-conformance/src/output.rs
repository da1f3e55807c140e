//! Where events go: the terminal, the bar, and the reports.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

use cors_harness::event::Event;
use cors_harness::exit::{Exit, Exits};
use cors_harness::stream::Sink;
use cors_vectors::server::Level;
use terminal_size::{Height, Width};

use crate::args::{OutputArgs, Report};
use crate::message;
use crate::progress::Progress;
use crate::stop::Stop;
use cors_report::format::Format;
use cors_report::terminal::Terminal;

/// Columns below which lines are not wrapped.
const NARROWEST: usize = 40;

/// All sinks of a run.
pub(crate) struct Output {
    terminal: Terminal,
    /// `None` once nobody reads any more.
    people: Option<Box<dyn Write>>,
    /// Whether a bar would run through what people read.
    shared: bool,
    progress: Option<Progress>,
    quiet: bool,
    reports: Vec<Sheet>,
    /// What could not be written.
    trouble: Vec<Stop>,
}

/// A report that is being written.
pub(crate) struct Sheet {
    format: Box<dyn Format>,
    /// How messages name it.
    name: String,
    sink: Box<dyn Write>,
}

impl Output {
    /// Opens everything, so that a path that cannot be written is known before anything runs.
    pub(crate) fn open(
        terminal: Terminal,
        args: &OutputArgs,
        fail_on: Level,
    ) -> Result<Self, Stop> {
        let reports = &args.report;
        let people = Some(people(reports)?);
        let columns = match on_stdout(reports) {
            0 => columns(),
            _ => columns_of(terminal_size::terminal_size_of(io::stderr())),
        };
        let sheets = Sheet::open_all(reports, fail_on)?;
        let shared = on_stdout(reports) > 0 || io::stdout().is_terminal();
        let (progress, trouble) = (None, Vec::new());
        Ok(Self {
            terminal: terminal.within(columns.unwrap_or(usize::MAX)),
            people,
            shared,
            progress,
            quiet: args.quiet,
            reports: sheets,
            trouble,
        })
    }

    /// Says what could not be written. Returns how the program ends, with that too; the last line of
    /// a report is written when the run knows its end already.
    pub(crate) fn finish(self, exit: Exit) -> Exit {
        let mut exits = Exits::default();
        exits.add(exit);
        for stop in self.trouble {
            message::error(&stop.said);
            exits.add(stop.exit);
        }
        exits.settle()
    }

    fn tell_people(&mut self, event: &Event) {
        let Some(sink) = &mut self.people else { return };
        let terminal = &mut self.terminal;
        let mut write = || terminal.event(sink, event).and_then(|()| sink.flush());
        let written = match &self.progress {
            Some(progress) if self.shared => progress.aside(write),
            _ => write(),
        };
        if let Err(error) = written {
            // A reader that has seen enough is no trouble.
            if error.kind() != ErrorKind::BrokenPipe {
                self.trouble.push(unwritable("the terminal report", &error));
            }
            self.people = None;
        }
    }

    fn tell_machines(&mut self, event: &Event) {
        let trouble = &mut self.trouble;
        self.reports.retain_mut(|sheet| match sheet.write(event) {
            Ok(()) => true,
            Err(error) => {
                if error.kind() != ErrorKind::BrokenPipe {
                    trouble.push(sheet.unwritable(&error));
                }
                false
            }
        });
    }
}

impl Sink for Output {
    fn wants_passes(&self) -> bool {
        !self.reports.is_empty() || self.terminal.wants_passes()
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Run(run) if run.selected > 0 && !self.quiet => {
                self.progress = Some(Progress::new(run.selected));
            }
            Event::Run(_) | Event::Note(_) | Event::Case(_) => {}
            Event::End(_) => {
                if let Some(progress) = self.progress.take() {
                    progress.finish();
                }
            }
        }
        self.tell_machines(event);
        self.tell_people(event);
        if let (Event::Case(_), Some(progress)) = (event, &mut self.progress) {
            progress.advance(self.terminal.failures());
        }
    }

    fn settle(&mut self, exits: &mut Exits) {
        for stop in &self.trouble {
            exits.add(stop.exit);
        }
    }
}

/// How many of the reports go to standard output.
fn on_stdout(reports: &[Report]) -> usize {
    let to_stdout = |report: &&Report| report.path.is_none();
    reports.iter().filter(to_stdout).count()
}

/// Columns of the terminal on standard output, where there is one.
pub(crate) fn columns() -> Option<usize> {
    columns_of(terminal_size::terminal_size_of(io::stdout()))
}

fn columns_of(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(Width(width), _)| usize::from(width).max(NARROWEST))
}

/// Where people read: standard output, or standard error when a report goes there.
pub(crate) fn people(reports: &[Report]) -> Result<Box<dyn Write>, Stop> {
    match on_stdout(reports) {
        0 => Ok(Box::new(anstream::stdout())),
        1 => Ok(Box::new(anstream::stderr())),
        _ => Err(Stop::usage("two reports cannot both go to standard output")),
    }
}

impl Sheet {
    /// Opens everything, so that a path that cannot be written is known before anything runs.
    pub(crate) fn open_all(reports: &[Report], fail_on: Level) -> Result<Vec<Self>, Stop> {
        let mut sheets: Vec<Self> = Vec::new();
        for report in reports {
            let sheet = Self::open(report, fail_on)?;
            if sheets.iter().any(|earlier| earlier.name == sheet.name) {
                let name = &sheet.name;
                return Err(Stop::usage(format_args!(
                    "two reports cannot both go to {name}"
                )));
            }
            sheets.push(sheet);
        }
        Ok(sheets)
    }

    /// The report could not be written.
    pub(crate) fn unwritable(&self, error: &io::Error) -> Stop {
        unwritable(&self.name, error)
    }

    fn open(report: &Report, fail_on: Level) -> Result<Self, Stop> {
        let (name, sink): (_, Box<dyn Write>) = match &report.path {
            None => ("standard output".to_owned(), Box::new(io::stdout())),
            Some(path) => {
                let name = path.display().to_string();
                let file = File::create(path).map_err(|error| unwritable(&name, &error))?;
                (name, Box::new(BufWriter::new(file)))
            }
        };
        let format = report.kind.begin(fail_on);
        Ok(Self { format, name, sink })
    }

    /// Writes what is to be written at this event.
    pub(crate) fn write(&mut self, event: &Event) -> io::Result<()> {
        self.format.event(event, &mut self.sink)
    }
}

/// Something that was asked for cannot be written.
pub(crate) fn unwritable(name: &str, error: &io::Error) -> Stop {
    let said = format!("{name}: cannot be written: {error}");
    Stop::of_machine(Exit::Usage, error, said)
}
