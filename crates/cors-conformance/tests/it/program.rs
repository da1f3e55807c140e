//! Runs the program as a child process, bounded in time and watched for its memory.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use cors_harness::event::Event;

use crate::servers::Listening;

/// Polls before a child is ended: three minutes. No assertion depends on it but that it ends.
const POLLS: u32 = 18_000;
const BETWEEN_POLLS: Duration = Duration::from_millis(10);

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Most memory that was resident, in KiB, as last seen.
    pub(crate) peak: u64,
}

impl Ran {
    /// The last line of standard output.
    pub(crate) fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }

    /// Standard output as a stream of events.
    pub(crate) fn events(&self) -> Vec<Event> {
        events(&self.stdout)
    }
}

/// Reads a stream of events.
pub(crate) fn events(text: &str) -> Vec<Event> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The program with these arguments, without an environment that changes its output.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors-conformance"));
    command.args(arguments);
    for name in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    // Help is wrapped at this width whatever the terminal.
    command.env("COLUMNS", "100");
    command.env("CORS_CONFORMANCE_INVOKED_AS", "cors-conformance");
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    finish(command(arguments))
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command) -> Ran {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let (code, peak) = wait(&mut child);
    Ran {
        code,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        peak,
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// Waits for a child and notes its memory meanwhile; one that does not end is ended.
fn wait(child: &mut Child) -> (Option<i32>, u64) {
    let mut peak = 0;
    for _ in 0..POLLS {
        peak = peak.max(high_water_mark(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), peak);
        }
        thread::sleep(BETWEEN_POLLS);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("the program did not end");
}

/// `VmHWM` of a process in KiB, where the system tells.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The file of the tests' own cases.
pub(crate) const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sample.json");

/// Runs the program on the tests' own cases against a server.
pub(crate) fn sample(server: &Listening, more: &[&str]) -> Ran {
    finish(sample_command(server, more))
}

/// What [`sample`] runs.
pub(crate) fn sample_command(server: &Listening, more: &[&str]) -> Command {
    let policy = text(&server.policy);
    let mut command = command(&[&server.url, "--policy", policy, "--vectors", SAMPLE]);
    let selects = |argument: &&str| argument.contains("sample/");
    if !more.iter().any(selects) {
        command.args(["-t", "sample/*"]);
    }
    command.args(more);
    command
}

/// A text in which commands that go on in the next line stand on one.
pub(crate) fn joined(text: &str) -> String {
    let mut lines = text.split(" \\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |joined, line| joined + " " + line.trim_start())
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
