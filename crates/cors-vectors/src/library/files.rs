//! The files of a library: found, told apart, read.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::agent::AgentFile;
use crate::error::{Error, Errors, Problem};
use crate::input::{self, InputError, Why};
use crate::policy::PolicyFile;
use crate::read;
use crate::rules::RuleFile;
use crate::server::ServerFile;

/// What a file holds.
enum Kind {
    Agent,
    Server,
    Policies,
    Rules,
    Flags,
    /// About an engine, not about cases; see [`crate::observed`].
    Engine,
}

/// A file that was read, apart from what refers to others.
pub(super) enum Content {
    Agent(AgentFile),
    Server(ServerFile),
    Policies(PolicyFile),
    Rules(RuleFile),
    /// Nothing that belongs to a library.
    Apart,
}

/// Reads one file.
fn read_one(name: &str, text: &str) -> Result<Content, Errors> {
    match Kind::of(name, text) {
        Some(Kind::Agent) => read::read_agent_file(name, text).map(Content::Agent),
        Some(Kind::Server) => read::read_server_file(name, text).map(Content::Server),
        Some(Kind::Policies) => read::read_policies(name, text).map(Content::Policies),
        Some(Kind::Rules) => read::read_rules(name, text).map(Content::Rules),
        Some(Kind::Flags) => read::read_flags(name, text).map(|_| Content::Apart),
        Some(Kind::Engine) => Ok(Content::Apart),
        None => {
            let problem = Problem::Broken(
                "expected a file of cases, each with `fetches` (agent) or `steps` (server), \
                 of `policies` or of `rules`",
            );
            let file = name.to_owned();
            Err(Error::File { file, problem }.into())
        }
    }
}

/// Reads files, on as many threads as the machine runs at once: every run of the program waits for
/// the embedded ones. The results are in the order of the files.
pub(super) fn read_all(files: &[(String, String)]) -> Vec<Result<Content, Errors>> {
    let next = AtomicUsize::new(0);
    let read_some = || -> Vec<(usize, Result<Content, Errors>)> {
        let take = || {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let (name, text) = files.get(place)?;
            Some((place, read_one(name, text)))
        };
        std::iter::from_fn(take).collect()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut contents = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(files.len()))
            // Where there are no more threads, this one reads all.
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, read_some).ok())
            .collect();
        let mut contents = read_some();
        for other in others {
            contents.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        contents
    });
    contents.sort_by_key(|(place, _)| *place);
    contents.into_iter().map(|(_, content)| content).collect()
}

impl Kind {
    fn of(name: &str, text: &str) -> Option<Self> {
        let mut parts = name.rsplit(['/', '\\']);
        let base = parts.next()?;
        match (parts.next(), base) {
            (_, "policies.json") => return Some(Self::Policies),
            (_, "rules.json") => return Some(Self::Rules),
            (_, "flags.json") => return Some(Self::Flags),
            (Some("observed" | "summaries"), _) => return Some(Self::Engine),
            (Some("agent"), _) => return Some(Self::Agent),
            (Some("server"), _) => return Some(Self::Server),
            _ => {}
        }
        let value: serde_json::Value = match serde_json::from_str(text) {
            Ok(value) => value,
            // Reading it as either kind says what is wrong with the JSON.
            Err(_) => return Some(Self::Server),
        };
        // Cases may bring policies along.
        if value.get("policies").is_some() && value.get("cases").is_none() {
            return Some(Self::Policies);
        }
        if value.get("rules").is_some() {
            return Some(Self::Rules);
        }
        let first = value.get("cases")?.get(0)?;
        if first.get("fetches").is_some() || first.get("expect").is_some() {
            Some(Self::Agent)
        } else {
            first.get("steps").map(|_| Self::Server)
        }
    }
}

/// Most files and folders that are looked at, at and below a path.
const MOST_FILES: usize = 10_000;

/// The `.json` files at and below a path, in the order of their names, with their texts.
pub(super) fn collect(path: &Path) -> Result<Vec<(String, String)>, Error> {
    let failed = |path: &Path, why| InputError {
        name: path.display().to_string(),
        why,
    };
    let (mut files, mut seen) = (Vec::new(), 0_usize);
    // The next one is the last.
    let mut waiting = vec![path.to_path_buf()];
    while let Some(next) = waiting.pop() {
        seen += 1;
        if seen > MOST_FILES {
            let (most, what) = (MOST_FILES, "files and folders");
            return Err(failed(path, Why::TooMany { most, what }).into());
        }
        if !next.is_dir() {
            let text = input::text(&next, input::Kind::CASES)?;
            files.push((next.display().to_string(), text));
            continue;
        }
        let entries = std::fs::read_dir(&next).map_err(|error| failed(&next, error.into()))?;
        let below: Result<Vec<PathBuf>, _> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect();
        let mut below = below.map_err(|error| failed(&next, error.into()))?;
        below.sort_by(|a, b| b.cmp(a));
        waiting.extend(
            below
                .into_iter()
                .filter(|path| path.is_dir() || is_json(path)),
        );
    }
    Ok(files)
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}
