//! `cargo xtask chaos`: the whole suite and the fuzzer against servers that misbehave at random
//! moments, while signals arrive, disks are full and descriptors are few.
//!
//! What is given to a run follows from a seed and the run's number, so that a run that failed can be
//! had again: `--seed S --only N`. When exactly something happens does not: that is the machine's.

mod deed;
mod look;
mod process;
mod server;

use std::fs::File;
use std::num::NonZeroUsize;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use cors_net::process::elsewhere;
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};

use self::look::{Ended, Given};
use self::process::{MARK, marked, uptime};
use self::server::{Mood, Server};
use crate::subjects::Places;
use crate::subjects::program::Program;
use crate::tried::POLICY;

/// What a run may take beyond its deadline. A machine with other work to do starts programs slowly.
const SLACK: Duration = Duration::from_millis(1500);
/// Between two looks at a run.
const POLL: Duration = Duration::from_millis(10);
/// How long what a run started may take to be gone after it.
const GRACE: u32 = 100;

/// Arguments of `cargo xtask chaos`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many runs
    #[arg(long, default_value_t = 1000)]
    runs: u64,
    /// What the runs are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Make this run alone, and keep what it leaves
    #[arg(long, value_name = "N")]
    only: Option<u64>,
    /// Runs at a time; as many as there are cores by default, since more wait for each other and
    /// are late for that alone
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Use this build of cors-conformance instead of building it from the sources
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Be a server that misbehaves, as `--cmd` starts it
    #[arg(long, hide = true, value_name = "SEED")]
    serve: Option<u64>,
}

/// Makes the runs and prints what is wrong with each, and how many are right.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(seed) = args.serve {
        return serve(seed);
    }
    let program = Program::find(args.program.as_deref(), &Places::find()?)?;
    let numbers: Vec<u64> = args
        .only
        .map_or_else(|| (0..args.runs).collect(), |one| vec![one]);
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    let work = || -> anyhow::Result<()> {
        loop {
            let place = usize::try_from(next.fetch_add(1, Ordering::Relaxed))?;
            let Some(&number) = numbers.get(place) else {
                return Ok(());
            };
            let plan = Plan::of(args.seed, number);
            let wrong = plan
                .carry_out(&program, args.only.is_some())
                .with_context(|| format!("run {number}"))?;
            if !wrong.is_empty() {
                println!("FAIL run {number}: {}", plan.words());
                for one in wrong {
                    println!("  {one}");
                }
                println!(
                    "  again: cargo xtask chaos --seed {} --only {number}",
                    args.seed
                );
                if let Ok(mut failed) = failed.lock() {
                    failed.push(number);
                }
            }
        }
    };
    thread::scope(|scope| {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = args.jobs.unwrap_or_else(cores);
        let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
        let mut ended = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ended.try_for_each(|end| end.unwrap_or_else(|_| anyhow::bail!("a thread panicked")))
    })?;
    let failed = failed.into_inner().unwrap_or_default().len();
    println!(
        "chaos: {} passed, {failed} failed",
        numbers.len().saturating_sub(failed)
    );
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Serves as `--cmd` wants it, whatever the policy: well at first, and until it exits.
fn serve(seed: u64) -> anyhow::Result<ExitCode> {
    let policy = std::env::var("CORS_POLICY").context("CORS_POLICY names no policy")?;
    if std::fs::read_to_string(policy)?.contains("not an origin") {
        println!("the origins of this policy make no sense");
        return Ok(ExitCode::from(64));
    }
    let port = std::env::var("PORT").context("PORT is not set")?.parse()?;
    let mut rng = Rng::with_seed(seed);
    let mood = Mood {
        seed,
        of_thousand: rng.u32(..100),
        first: rng.u64(..200),
        restarts: rng.bool(),
    };
    let _server = Server::start(port, mood)?;
    thread::sleep(Duration::from_millis(rng.u64(1..3000)));
    Ok(ExitCode::from(rng.u8(..)))
}

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The cases, under a stated policy.
    Cases,
    /// The cases, under a policy that is inferred.
    Inferred,
    /// The fuzzer.
    Fuzz,
    /// The cases on a command, which leaves a process behind.
    Command,
}

/// Where a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// Into a file.
    File,
    /// Where every byte is one too many.
    Full,
}

/// One run.
#[derive(Debug)]
struct Plan {
    number: u64,
    mood: Mood,
    what: What,
    jobs: u32,
    /// Of the whole run.
    deadline: Duration,
    /// For the head of a response.
    patience: &'static str,
    reports: Vec<(&'static str, To)>,
    /// Blocks that a file may have, as `ulimit -f` counts.
    blocks: Option<u32>,
    descriptors: Option<u32>,
    /// Which signals are sent, and after which part of the deadline.
    signals: Vec<(Signal, f64)>,
}

impl Plan {
    fn of(seed: u64, number: u64) -> Self {
        let mut rng = Rng::with_seed(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .wrapping_add(number),
        );
        let rng = &mut rng;
        let one_in = |rng: &mut Rng, many: u32| rng.u32(..many) == 0;
        let pick = |rng: &mut Rng, all: &[u32]| rng.choice(all).copied().unwrap_or(1);
        let mut reports = Vec::new();
        for kind in ["ndjson", "junit", "markdown"] {
            if !one_in(rng, 3) {
                let to = if one_in(rng, 12) { To::Full } else { To::File };
                reports.push((kind, to));
            }
        }
        let what = match rng.u32(..20) {
            0..10 => What::Cases,
            10..13 => What::Inferred,
            13..18 => What::Fuzz,
            _ => What::Command,
        };
        let signals = (0..pick(rng, &[0, 0, 0, 1, 1, 2])).map(|_| {
            let all = [Signal::INT, Signal::TERM, Signal::HUP];
            let signal = rng.choice(all).unwrap_or(Signal::INT);
            (signal, rng.f64())
        });
        let signals = signals.collect();
        Self {
            number,
            mood: Mood {
                seed: rng.u64(..),
                of_thousand: pick(rng, &[0, 2, 20, 100, 500, 1000]),
                first: u64::from(pick(rng, &[0, 1, 5, 50, 300])),
                restarts: one_in(rng, 4),
            },
            what,
            jobs: pick(rng, &[1, 8, 64]),
            deadline: Duration::from_millis(u64::from(pick(rng, &[200, 1000, 2000, 3000]))),
            patience: rng.choice(["0.05", "0.2", "1"]).unwrap_or("0.2"),
            reports,
            blocks: one_in(rng, 12).then(|| pick(rng, &[1, 8, 100])),
            descriptors: one_in(rng, 4).then(|| pick(rng, &[8, 12, 16, 32])),
            signals,
        }
    }

    fn words(&self) -> String {
        let Mood {
            of_thousand,
            first,
            restarts,
            ..
        } = self.mood;
        let mut words = format!(
            "{:?}, -j {}, -m {}, {of_thousand} of 1000 after {first}",
            self.what,
            self.jobs,
            self.deadline.as_secs_f64()
        );
        let mut add = |text: String| words.push_str(&text);
        if restarts {
            add(", restarts".to_owned());
        }
        for (kind, to) in &self.reports {
            add(format!(", {kind} {to:?}"));
        }
        if let Some(blocks) = self.blocks {
            add(format!(", ulimit -f {blocks}"));
        }
        if let Some(descriptors) = self.descriptors {
            add(format!(", ulimit -n {descriptors}"));
        }
        for (signal, at) in &self.signals {
            add(format!(", {signal:?} at {:.0} %", at * 100.0));
        }
        words
    }

    /// The command, in a shell that sets its limits.
    fn command(&self, program: &Program, folder: &Path, url: &str, mark: &str) -> Command {
        let limit = |option: &str, most: Option<u32>| {
            most.map_or_else(String::new, |most| format!("ulimit {option} {most}; "))
        };
        let limits = limit("-f", self.blocks) + &limit("-n", self.descriptors);
        let program = program.command();
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{limits}exec \"$0\" \"$@\""));
        command.arg(program.get_program());
        let policy = folder.join("cors.toml");
        match self.what {
            What::Cases => command.arg(url).arg("--policy").arg(policy),
            What::Inferred => command.arg(url).args(["--origin", "https://app.example"]),
            What::Fuzz => command.args(["fuzz", url]).arg("--policy").arg(policy),
            // One process is left in the background on purpose.
            What::Command => {
                let line = format!(
                    "sleep 300 & exec \"$SERVER\" chaos --serve {}",
                    self.mood.seed
                );
                command.args(["--cmd", &line])
            }
        };
        let seconds = self.deadline.as_secs_f64().to_string();
        command.args(["-m", &seconds, "-j", &self.jobs.to_string()]);
        if self.what != What::Command {
            command.args(["--request-timeout", self.patience]);
        }
        if self.what == What::Fuzz {
            command.args(["--seed", &self.number.to_string()]);
        }
        for (kind, to) in &self.reports {
            let path = match to {
                To::File => folder.join(kind).display().to_string(),
                To::Full => "/dev/full".to_owned(),
            };
            command.arg("--report").arg(format!("{kind}={path}"));
        }
        // It cannot be missing while it runs; without it the command fails, which shows.
        let server = std::env::current_exe().unwrap_or_default();
        command.env(MARK, mark).env("SERVER", server);
        command.current_dir(folder).stdin(Stdio::null());
        command
    }

    /// Carries it out. Returns what is wrong with it.
    fn carry_out(&self, program: &Program, keep: bool) -> anyhow::Result<Vec<String>> {
        let folder = tempfile::tempdir().context("cannot make a folder")?;
        let here = folder.path();
        std::fs::write(here.join("cors.toml"), POLICY).context("cannot write the policy")?;
        let server = Server::start(0, self.mood)?;
        let url = format!("http://{}/resource", server.address);
        let mark = format!("{}-{}", std::process::id(), self.number);
        let (out, err) = (here.join("stdout"), here.join("stderr"));
        let mut command = self.command(program, here, &url, &mark);
        command
            .stdout(File::create(&out)?)
            .stderr(File::create(&err)?);
        let mut child = command.spawn().context("cannot start the program")?;
        let mut wrong = Vec::new();
        let status = self.watch(&mut child, &mut wrong)?;
        wrong.extend(Self::left(&mark));
        drop(server);
        self.look(status, here, &mut wrong)?;
        if keep {
            println!("run {}: {}, {status}", self.number, self.words());
            println!("kept in {}", folder.keep().display());
        }
        Ok(wrong)
    }

    /// Sends the signals and waits for the end. A run that does not end is ended.
    fn watch(&self, child: &mut Child, wrong: &mut Vec<String>) -> anyhow::Result<ExitStatus> {
        let begin = uptime();
        let mut waiting = self.signals.clone();
        waiting.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let mut waiting = waiting.into_iter().peekable();
        let mut limit = self.deadline + SLACK;
        loop {
            if let Some(status) = child.try_wait().context("cannot wait")? {
                return Ok(status);
            }
            let passed = uptime().saturating_sub(begin);
            while let Some((signal, _)) =
                waiting.next_if(|(_, at)| passed >= self.deadline.mul_f64(*at))
            {
                let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                if let Some(id) = id {
                    // It may have ended in between.
                    let _ = kill_process(id, signal);
                }
                limit = limit.min(passed + SLACK);
            }
            for ip in elsewhere(child.id()) {
                let said = format!("it connects to {ip}");
                if !wrong.contains(&said) {
                    wrong.push(said);
                }
            }
            if passed > limit {
                let late = passed.saturating_sub(self.deadline).as_secs_f64();
                wrong.push(format!("it did not end: {late:.1} s after its deadline"));
                child.kill().context("cannot end it")?;
                return child.wait().context("cannot wait");
            }
            thread::sleep(POLL);
        }
    }

    /// What a run started and did not end, which is ended here.
    fn left(mark: &str) -> Vec<String> {
        let mut left = marked(mark);
        for _ in 0..GRACE {
            if left.is_empty() {
                return Vec::new();
            }
            thread::sleep(POLL);
            left = marked(mark);
        }
        let mut wrong = Vec::new();
        for id in left {
            let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            // Nobody can end what a signal without a handler, or SIGKILL, left behind.
            wrong.push(format!("process {id} is left: {line}"));
            if let Some(id) = Pid::from_raw(id) {
                let _ = kill_process(id, Signal::KILL);
            }
        }
        wrong
    }

    /// What is wrong with what a run left in its folder.
    fn look(&self, status: ExitStatus, here: &Path, wrong: &mut Vec<String>) -> anyhow::Result<()> {
        let signals = self.signals.iter().map(|(signal, _)| signal.as_raw());
        let ended = match (status.code(), status.signal()) {
            (Some(code), _) => Ended::Exit(code),
            (None, signal) => Ended::Signal(signal.unwrap_or(0)),
        };
        let given = Given {
            scarce: self.descriptors.is_some_and(|most| most < 32),
            signals: signals.collect(),
        };
        wrong.extend(look::end(ended, &given));
        let text = |name: &str| std::fs::read(here.join(name)).context("cannot read what it said");
        for name in ["stdout", "stderr"] {
            wrong.extend(look::printed(name, &text(name)?, &given));
        }
        let exit = status.code();
        for (kind, to) in &self.reports {
            if *to == To::File && self.blocks.is_none() {
                wrong.extend(look::report(kind, &here.join(kind), exit));
            }
        }
        let is_ours = matches!(exit, Some(2 | 6) | None);
        let has_full = self.reports.iter().any(|(_, to)| *to == To::Full);
        if has_full && !is_ours {
            wrong.push(format!(
                "a report could not be written, and it ends with {status}"
            ));
        }
        Ok(())
    }
}
