//! `agent`: the agent cases on a user agent.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::pin::Pin;

use cors_agents::browser::engine::Installed;
use cors_agents::browser::{Emulator, Engine, Faults, Job, LaunchError, Limits, run_engine};
use cors_agents::client::{ClientJob, run_client};
use cors_agents::known::Classes;
use cors_agents::record::Recording;
use cors_agents::refusals::{distinct, message, telling};
use cors_agents::run::{About, Played, run_model};
use cors_harness::escape::shell_word;
use cors_harness::event::{EndEvent, Event};
use cors_harness::exit::Exit;
use cors_harness::known::Known;
use cors_harness::stream::Sink;
use cors_report::terminal::{Terminal, Verbosity};
use cors_vectors::agent::AgentCase;
use cors_vectors::format::format;
use cors_vectors::input;
use cors_vectors::known::agents;
use cors_vectors::known::file::{KnownFile, Reasons, ids_of};
use cors_vectors::observed::ObservedFile;
use cors_vectors::server::Level;
use cors_vectors::summary::summary;
use tokio::runtime::Runtime;

use crate::args::{AgentArgs, AgentName};
use crate::baseline::file::{self, is_narrowed};
use crate::cases;
use crate::invoked;
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::Stop;

/// Runs the selected agent cases on the user agent and reports.
pub(crate) fn run(args: &AgentArgs) -> Result<Exit, Stop> {
    let library = cases::load(&args.selection)?;
    let chosen = cases::choose(library.agent_cases(), &args.selection)?;
    let about = About {
        tool: concat!("cors-conformance ", env!("CARGO_PKG_VERSION")).to_owned(),
        vectors: cases::version(&args.selection),
        standard: cases::standard()?,
        again: again(args),
        explain: Some(invoked::explain()),
    };
    // Before anything is started: asking for a version starts programs, too.
    let session = match (&args.cmd, args.name) {
        (None, None | Some(AgentName::Model)) => None,
        _ => Some(Session::open()?),
    };
    let installed = args
        .name
        .and_then(AgentName::installed)
        .transpose()
        .map_err(Stop::unreachable)?;
    let known = known(args)?;
    let verbosity = Verbosity::asked_for(args.output.quiet, args.verbose);
    let terminal = Terminal::new(verbosity, Level::Must);
    let output = Output::open(terminal, &args.output, Level::Must)?;
    let known = known.map(RefCell::new);
    let classes = classes(args)?;
    let list = known.as_ref().or_else(|| Some(&classes.as_ref()?.list));
    // What is said of classes is about all cases.
    let is_all = |classes: &Classes| classes.cases == chosen.len();
    let narrowed = is_narrowed(&args.selection) || !classes.as_ref().is_none_or(is_all);
    let mut sink = Known::new(output, list, narrowed, Level::Must);
    let end = if let Some(session) = session {
        match (args.name, installed, &args.cmd) {
            (Some(name), Some(installed), _) => match (&args.console, name.engine()) {
                (Some(file), Some(engine)) => {
                    let subject = (engine, installed);
                    return listen(file, args, session, subject, &chosen, &about);
                }
                (Some(_), None) => {
                    let name = name.name();
                    return Err(Stop::usage(format_args!(
                        "{name} has no console that is read"
                    )));
                }
                (None, _) => {
                    let subject = (name, installed, classes.as_ref());
                    in_browser(args, session, subject, &chosen, &about, &mut sink)?
                }
            },
            (_, _, Some(line)) => with_program(args, session, line, &chosen, &about, &mut sink)?,
            _ => return Err(Stop::bug("a session with nobody")),
        }
    } else {
        // Steps are for reports; nobody reads them on a terminal without asking.
        let trace = !args.output.report.is_empty() || args.verbose > 1;
        run_model(chosen.into_iter(), &about, trace, &mut sink)
    };
    let (_, output) = sink.into_parts();
    Ok(output.finish(end.exit))
}

/// What runs an agent, listening for the end that the user may ask for.
struct Session {
    runtime: Runtime,
    cancel: Pin<Box<dyn Future<Output = ()>>>,
}

impl Session {
    fn open() -> Result<Self, Stop> {
        let runtime = runtime()?;
        let cancel = {
            let _within = runtime.enter();
            Box::pin(crate::run::interrupt())
        };
        Ok(Self { runtime, cancel })
    }
}

fn in_browser(
    args: &AgentArgs,
    session: Session,
    (name, installed, classes): (AgentName, Installed, Option<&Classes>),
    chosen: &[&AgentCase],
    about: &About,
    sink: &mut dyn Sink,
) -> Result<EndEvent, Stop> {
    let limits = Limits {
        in_flight: usize::from(args.jobs),
        deadline: args.max_time.unwrap_or_else(|| Limits::default().deadline),
        ..Limits::default()
    };
    let script = match &args.page {
        Some(path) => {
            Some(input::text(path, input::Kind::SCRIPT).map_err(|error| Stop::input(&error))?)
        }
        None => None,
    };
    let mut faults = Faults {
        leave_out: args.leave_out.as_deref(),
        ..Faults::default()
    };
    if let Some(script) = &script {
        faults.script = script;
    }
    let mut record = Recording::new(name.name(), &installed.version);
    let Session { runtime, cancel } = session;
    let end = runtime
        .block_on(run_engine(
            &Job {
                cases: chosen,
                about,
                faults,
                limits,
            },
            installed,
            cancel,
            &mut |case, played, _| {
                record.add(case, played);
                if let Some(classes) = classes {
                    classes.note(case, played);
                }
            },
            sink,
        ))
        .map_err(Stop::unreachable)?;
    if let Some(path) = &args.record
        && end.complete
    {
        let text = format(&serde_json::to_value(record.finish()).map_err(Stop::bug)?);
        fs::write(path, text)
            .map_err(|error| crate::output::unwritable(&path.display().to_string(), &error))?;
    }
    Ok(end)
}

/// Writes what an engine says on its console of refusals into its record.
fn listen(
    file: &Path,
    args: &AgentArgs,
    session: Session,
    (engine, mut installed): (Engine, Installed),
    chosen: &[&AgentCase],
    about: &About,
) -> Result<Exit, Stop> {
    let shown = file.display();
    let text = input::text(file, input::Kind::RECORD).map_err(|error| Stop::input(&error))?;
    let mut record: ObservedFile = serde_json::from_str(&text)
        .map_err(|error| Stop::usage(format_args!("{shown}: expected a record: {error}")))?;
    let telling = telling(engine, chosen);
    let cases: Vec<&AgentCase> = telling.iter().map(|(case, _)| *case).collect();
    installed.talks = true;
    let limits = Limits {
        // What is said names no case at times, but comes in order.
        in_flight: 1,
        deadline: args.max_time.unwrap_or_else(|| Limits::default().deadline),
        ..Limits::default()
    };
    let mut refusals = telling.iter();
    let mut said = Vec::new();
    let job = Job {
        cases: &cases,
        about,
        faults: Faults::default(),
        limits,
    };
    let mut seen = |case: &AgentCase, _: &Played, words: Vec<String>| {
        if let Some((_, refusal)) = refusals.next() {
            said.push(message(case, refusal, words));
        }
    };
    let mut nobody = |_: &Event| {};
    let run = run_engine(&job, installed, session.cancel, &mut seen, &mut nobody);
    let end = session.runtime.block_on(run).map_err(Stop::unreachable)?;
    if !end.complete {
        let why = end.reason.unwrap_or_default();
        return Err(Stop::unreachable(format_args!("{}: {why}", engine.name())));
    }
    let silent = said
        .iter()
        .filter(|message| message.said.is_empty())
        .count();
    // Nobody may be there to read it.
    let _ = writeln!(
        io::stdout(),
        "{}: {} refusals, of which {silent} leave nothing on the console",
        engine.name(),
        said.len()
    );
    record.console = distinct(said);
    let text = format(&serde_json::to_value(record).map_err(Stop::bug)?);
    fs::write(file, text).map_err(|error| crate::output::unwritable(&shown.to_string(), &error))?;
    Ok(Exit::AsExpected)
}

fn with_program(
    args: &AgentArgs,
    session: Session,
    line: &str,
    chosen: &[&AgentCase],
    about: &About,
    sink: &mut dyn Sink,
) -> Result<EndEvent, Stop> {
    let job = ClientJob {
        line,
        name: line,
        cases: chosen,
        about,
        deadline: args.max_time.unwrap_or_else(|| Limits::default().deadline),
    };
    let run = run_client(&job, session.cancel, sink);
    session
        .runtime
        .block_on(run)
        .map_err(|error| Stop::unreachable(format_args!("{line}: {error}")))
}

/// What the agent is known to do otherwise.
fn known(args: &AgentArgs) -> Result<Option<KnownFile>, Stop> {
    let library = cases::load(&args.selection)?;
    let file = match (&args.baseline, args.name) {
        (Some(path), _) => {
            let ids = |text: &str| ids_of(library.agent_cases(), text);
            let (name, text) = (path.display().to_string(), file::text(path)?);
            let file = KnownFile::read(&name, &text, Reasons::Needed, &ids);
            Some(file.map_err(Stop::usage)?)
        }
        (None, Some(name)) => agents::known(name.name()).map_err(Stop::bug)?,
        (None, None) => None,
    };
    let unknown = file.iter().flat_map(KnownFile::unknown).next();
    match unknown {
        Some(said) => Err(Stop {
            exit: Exit::OutOfDate,
            said,
        }),
        None => Ok(file),
    }
}

/// The classes of failures by which an emulator is known.
fn classes(args: &AgentArgs) -> Result<Option<Classes>, Stop> {
    let name = match (&args.baseline, args.name) {
        (None, Some(name)) => name.name(),
        _ => return Ok(None),
    };
    let summary = summary(name).map_err(Stop::bug)?;
    let classes = summary.as_ref().map(Classes::new);
    classes.transpose().map_err(Stop::bug)
}

/// The start of a command line that runs one of the cases alone.
fn again(args: &AgentArgs) -> String {
    let mut line = format!("{} agent", invoked::name());
    match (&args.cmd, args.name) {
        (Some(command), _) => {
            line.push_str(" --cmd ");
            line.push_str(&shell_word(command.as_bytes()));
        }
        (None, name) => {
            line.push(' ');
            line.push_str(name.map_or("model", AgentName::name));
        }
    }
    for path in &args.selection.vectors {
        line.push_str(" --vectors ");
        line.push_str(&shell_word(path.as_os_str().as_encoded_bytes()));
    }
    line.push_str(" -vv -t");
    line
}

impl AgentName {
    const fn engine(self) -> Option<Engine> {
        match self {
            Self::Chromium => Some(Engine::Chromium),
            Self::Firefox => Some(Engine::Firefox),
            Self::Webkit => Some(Engine::Webkit),
            Self::Model | Self::Jsdom | Self::HappyDom => None,
        }
    }

    const fn emulator(self) -> Option<Emulator> {
        match self {
            Self::Jsdom => Some(Emulator::Jsdom),
            Self::HappyDom => Some(Emulator::HappyDom),
            Self::Model | Self::Chromium | Self::Firefox | Self::Webkit => None,
        }
    }

    /// Finds what plays it; `None` for the model, which is always there.
    fn installed(self) -> Option<Result<Installed, LaunchError>> {
        let engine = self.engine().map(Installed::engine);
        engine.or_else(|| self.emulator().map(Installed::emulator))
    }

    pub(crate) fn name(self) -> &'static str {
        let emulator = self.emulator().map(Emulator::name);
        let name = self.engine().map(Engine::name).or(emulator);
        name.unwrap_or("model")
    }
}
