//! Console blocks of the documents, done again: each command in order, with what it prints.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use crate::program::{command, finish};

/// The port that the documents write. The servers listen on another with as many digits.
const WRITTEN: &str = "8080";

/// A server of the testbed, until it is dropped.
struct Served {
    child: Child,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Served {
    /// Starts `serve` with these arguments, of which one is the port.
    fn start(arguments: &[String], folder: &Path) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(6100);
        loop {
            let port = NEXT.fetch_add(1, Ordering::Relaxed);
            assert!(port < 7900, "no port is free");
            let port_word = port.to_string();
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|word| {
                    if word == WRITTEN {
                        &port_word
                    } else {
                        word.as_str()
                    }
                })
                .collect();
            let mut child = command(&arguments)
                .current_dir(folder)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            stdout.read_line(&mut line).unwrap();
            let mut served = Self { child, port };
            if line.starts_with("http://") {
                return served;
            }
            let mut error = String::new();
            let mut stderr = served.child.stderr.take().unwrap();
            stderr.read_to_string(&mut error).unwrap();
            assert!(error.contains("cannot be listened on"), "{error}");
        }
    }
}

/// Does the commands of a console block again (the lines that begin with `$ `), in a folder, and
/// returns the block as it then is.
pub(crate) fn transcript(block: &str, folder: &Path) -> String {
    let mut served = None;
    let mut status = 0;
    let mut out = String::new();
    for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        writeln!(out, "$ {line}").unwrap();
        if let Some(server) = line.strip_suffix(" &") {
            let words = shlex::split(server).unwrap();
            served = Some(Served::start(words.get(1..).unwrap(), folder));
            continue;
        }
        let port = served
            .as_ref()
            .map(|served: &Served| served.port.to_string());
        let written = format!(":{WRITTEN}");
        let line = match &port {
            Some(port) => line.replace(&written, &format!(":{port}")),
            None => line.to_owned(),
        };
        let ran = finish(shell(
            &format!("exec 2>&1; (exit {status}); {line}"),
            folder,
        ));
        status = ran.code.unwrap();
        out.push_str(&match &port {
            Some(port) => ran.stdout.replace(&format!(":{port}"), &written),
            None => ran.stdout,
        });
    }
    out
}

/// A command line for a shell that finds the program under test by its name.
fn shell(line: &str, folder: &Path) -> Command {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_cors-conformance"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    // Begun as the program is everywhere in these tests, with the same environment.
    let mut shell = command(&[]);
    let environment: Vec<_> = shell
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    shell = Command::new("sh");
    for (name, value) in environment {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
        .args(["-c", line])
        .env("PATH", path)
        .current_dir(folder);
    shell
}

/// A block without what differs from run to run: dates and counts of calls.
pub(crate) fn masked(block: &str) -> String {
    let mask = |line: &str| {
        ["< date: ", "< x-calls: "]
            .into_iter()
            .find_map(|name| line.find(name).map(|at| line[..at + name.len()].to_owned()))
            .unwrap_or_else(|| line.to_owned())
    };
    block.lines().map(mask).collect::<Vec<_>>().join("\n")
}
