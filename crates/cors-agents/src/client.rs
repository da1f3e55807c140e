//! Agent cases on a program of anybody's: a client that claims to do CORS.
//!
//! The contract, for a program in any language: it is started by `sh -c COMMAND` and reads one JSON
//! object a line on standard input, `{"case": …, "page": …, "fetch": {…}}`. It makes that fetch as
//! a page of the origin `page` would and answers with one line on standard output before it reads
//! the next:
//!
//! - `{"response": {"type": "cors", "status": 200, "headers": [["x-a", "1"]], "url": "…",
//!   "redirected": false}}` for a response as script sees it, `type` and `redirected` being `null`
//!   where it cannot tell;
//! - `{"failed": true}` for a network error, `{"thrown": "TypeError"}` for what its API throws
//!   before anything is sent;
//! - `{"skip": "…"}` with a reason when it has no such API.
//!
//! Bytes are characters U+0000 to U+00FF. What it keeps, such as permissions and cookies, it keeps
//! from one fetch to the next; each case has URLs of its own. It ends when its input does.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use cors_harness::event::EndEvent;
use cors_harness::exit::Exit;
use cors_harness::stream::Sink;
use cors_model::trace::Steps;
use cors_net::process::Group;
use cors_vectors::agent::{AgentCase, Place};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::browser::job::{FetchJob, fetches};
use crate::browser::report::{Report, Seen};
use crate::browser::servers::{Listeners, Servers, Stage};
use crate::browser::{Stopped, observation, skip};
use crate::run::{About, Played, Run};

/// How long a program may take for one fetch.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is to be run with which program.
#[derive(Debug, Clone, Copy)]
pub struct ClientJob<'a> {
    /// The command line, for `sh -c`.
    pub line: &'a str,
    /// What the events call it.
    pub name: &'a str,
    /// The cases, in the order of their events.
    pub cases: &'a [&'a AgentCase],
    /// What the run says of itself.
    pub about: &'a About,
    /// For the whole run.
    pub deadline: Duration,
}

#[derive(Serialize)]
struct Line<'a> {
    case: &'a str,
    page: &'a str,
    fetch: &'a FetchJob,
}

#[derive(Deserialize)]
struct Reply {
    skip: Option<String>,
    #[serde(flatten)]
    seen: Seen,
}

/// A program that answers line by line. Dropping it ends every process it started.
struct Program {
    _group: Group,
    input: std::sync::mpsc::Sender<String>,
    output: UnboundedReceiver<String>,
}

impl Program {
    fn start(line: &str) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command)?;
        let (input, lines) = std::sync::mpsc::channel::<String>();
        if let Some(mut stdin) = group.leader.stdin.take() {
            // Ends with the channel, or when nobody reads any longer.
            std::thread::spawn(move || {
                while let Ok(line) = lines.recv() {
                    if writeln!(stdin, "{line}")
                        .and_then(|()| stdin.flush())
                        .is_err()
                    {
                        break;
                    }
                }
            });
        }
        let (sender, output) = unbounded_channel();
        if let Some(stdout) = group.leader.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self {
            _group: group,
            input,
            output,
        })
    }

    async fn ask(&mut self, line: String) -> Result<Reply, Stopped> {
        let gone = || Stopped::Agent("the command ended before it had answered".to_owned());
        self.input.send(line).map_err(|_| gone())?;
        let reply = tokio::time::timeout(PATIENCE, self.output.recv()).await;
        let Ok(reply) = reply else {
            let seconds = PATIENCE.as_secs();
            let said = format!("the command did not answer within {seconds} seconds");
            return Err(Stopped::Agent(said));
        };
        let reply = reply.ok_or_else(gone)?;
        serde_json::from_str(&reply).map_err(|error| {
            let start: String = reply.chars().take(80).collect();
            Stopped::Agent(format!(
                "the command answered {start:?}, which is no answer: {error}"
            ))
        })
    }
}

/// Runs cases with a program, hands each event on, and returns the last one.
///
/// # Errors
///
/// The program or the servers do not start.
pub async fn run_client(
    job: &ClientJob<'_>,
    cancel: impl Future<Output = ()>,
    sink: &mut dyn Sink,
) -> io::Result<EndEvent> {
    let listeners = Listeners::open_for_program().await?;
    let page = format!("{}/", listeners.origin(Place::Page));
    let stages = job
        .cases
        .iter()
        .map(|case| Stage::new(case, listeners.world(case)))
        .collect();
    let (sender, _told) = unbounded_channel();
    let servers = Servers::new(&listeners, stages, "", Vec::new(), sender);
    let mut program = Program::start(job.line)?;
    let run = Run::begin(job.about, job.name.to_owned(), job.cases.len(), sink);
    let mut run = run.pairing_refusals();
    let work = async {
        for (number, case) in job.cases.iter().enumerate() {
            let played = match skip::for_client(case) {
                Some(reason) => Played::Skipped(reason),
                None => play(&servers, &mut program, number, case, &page).await?,
            };
            run.case(case, played, &Steps::default());
        }
        Ok(())
    };
    let ended = tokio::select! {
        biased;
        () = cancel => Err(Stopped::CutShort("stopped by hand".to_owned())),
        () = tokio::time::sleep(job.deadline) => Err(Stopped::CutShort(format!(
            "the run's {} seconds are over", job.deadline.as_secs()
        ))),
        ended = work => ended,
        () = servers.serve(&listeners) => Ok(()),
    };
    let stopped = ended.err().map(|stopped| match stopped {
        Stopped::CutShort(said) => (Exit::CutShort, said),
        Stopped::Agent(said) => (Exit::Unreachable, said),
        Stopped::Bug(said) => (Exit::Bug, said),
    });
    Ok(run.end(stopped))
}

async fn play(
    servers: &Servers<'_>,
    program: &mut Program,
    number: usize,
    case: &AgentCase,
    page: &str,
) -> Result<Played, Stopped> {
    let world = servers
        .stages
        .borrow()
        .get(number)
        .map(|stage| stage.world.clone());
    let Some(world) = world else {
        return Err(Stopped::Bug("a case without its servers".to_owned()));
    };
    let fetches = match fetches(case, &world) {
        Ok(fetches) => fetches,
        Err(error) => return Ok(Played::Broken(error.to_string())),
    };
    let mut seen = Vec::new();
    for (fetch, count) in fetches.iter().zip(1..) {
        servers.begin_fetch(number, count);
        let line = Line {
            case: &case.id,
            page,
            fetch,
        };
        let line = serde_json::to_string(&line).map_err(|error| Stopped::Bug(error.to_string()))?;
        let reply = program.ask(line).await?;
        if let Some(reason) = reply.skip {
            return Ok(Played::Skipped(reason));
        }
        seen.push(reply.seen);
    }
    let report = Report { job: number, seen };
    let mut stages = servers.stages.borrow_mut();
    let Some(stage) = stages.get_mut(number) else {
        return Err(Stopped::Bug("a case without its servers".to_owned()));
    };
    Ok(match observation(stage, &report) {
        Ok(observed) => Played::Observed(world, observed),
        Err(reason) => Played::Nothing(reason),
    })
}
