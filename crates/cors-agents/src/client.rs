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
//! A program that does not answer in time is ended and started again for the next case.
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

/// How long a program may take for its first fetch, its start included.
const FIRST: Duration = Duration::from_secs(15);
/// How long it may take for a later one. All servers are on this machine and answer at once.
const LATER: Duration = Duration::from_secs(5);
/// Fetches in a row without an answer after which the program is given up.
const MOST_LATE: usize = 3;

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
    #[serde(default)]
    failed: bool,
    #[serde(flatten)]
    seen: Seen,
}

/// A program that answers line by line. Dropping it ends every process it started.
struct Program {
    _group: Group,
    input: std::sync::mpsc::Sender<String>,
    output: UnboundedReceiver<String>,
    /// How long it may take for the next fetch.
    patience: Duration,
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
            patience: FIRST,
        })
    }

    /// The reply of the program to a line. The inner error says that it did not reply in time.
    async fn ask(&mut self, line: String) -> Result<Result<Reply, String>, Stopped> {
        let gone = || Stopped::Agent("the command ended before it had answered".to_owned());
        self.input.send(line).map_err(|_| gone())?;
        let reply = tokio::time::timeout(self.patience, self.output.recv()).await;
        let Ok(reply) = reply else {
            let seconds = self.patience.as_secs();
            let text = format!("the command did not answer within {seconds} seconds");
            return Ok(Err(text));
        };
        self.patience = LATER;
        let text = reply.ok_or_else(gone)?;
        let none = |why: &str| {
            let start: String = text.chars().take(80).collect();
            Stopped::Agent(format!(
                "the command answered {start:?}, which is no answer: {why}"
            ))
        };
        let reply: Reply = serde_json::from_str(&text).map_err(|error| none(&error.to_string()))?;
        if reply.skip.is_none() && !reply.failed && reply.seen.is_empty() {
            return Err(none(
                "expected one of `response`, `failed`, `thrown` and `skip`",
            ));
        }
        Ok(Ok(reply))
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
        let mut late = 0;
        for (number, case) in job.cases.iter().enumerate() {
            if let Some(reason) = skip::for_client(case) {
                run.case(case, Played::Skipped(reason), &Steps::default());
                continue;
            }
            let played = match play(&servers, &mut program, number, case, &page).await? {
                Ok(played) => {
                    late = 0;
                    played
                }
                Err(text) => {
                    late += 1;
                    if late == MOST_LATE {
                        let of = format!("{text}, {MOST_LATE} times in a row: see {}", case.id);
                        return Err(Stopped::Agent(of));
                    }
                    // What it writes later would be taken for the answer to another fetch.
                    program = Program::start(job.line)
                        .map_err(|error| Stopped::Agent(error.to_string()))?;
                    Played::Nothing(text)
                }
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

/// Has the program make the fetches of a case; the inner error says that one was not answered in
/// time.
async fn play(
    servers: &Servers<'_>,
    program: &mut Program,
    number: usize,
    case: &AgentCase,
    page: &str,
) -> Result<Result<Played, String>, Stopped> {
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
        Err(error) => return Ok(Ok(Played::Broken(error.to_string()))),
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
        let reply = match program.ask(line).await? {
            Ok(reply) => reply,
            Err(late) => return Ok(Err(late)),
        };
        if let Some(reason) = reply.skip {
            return Ok(Ok(Played::Skipped(reason)));
        }
        seen.push(reply.seen);
    }
    let report = Report { job: number, seen };
    let mut stages = servers.stages.borrow_mut();
    let Some(stage) = stages.get_mut(number) else {
        return Err(Stopped::Bug("a case without its servers".to_owned()));
    };
    Ok(Ok(match observation(stage, &report) {
        Ok(observed) => Played::Observed(world, observed),
        Err(reason) => Played::Nothing(reason),
    }))
}
