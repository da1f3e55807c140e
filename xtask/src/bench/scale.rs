//! `cargo xtask bench scale`: whether what the program does costs as much for each unit when there
//! are ten and a hundred times as many.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// How much more a unit may cost among a hundred times as many.
const MOST: f64 = 1.5;
/// Runs of each size, of which the cheapest counts: what else the machine does only adds.
const RUNS: usize = 3;

/// What grows.
struct Unit {
    name: &'static str,
    /// The smallest number of them; the others are ten and a hundred times as many.
    least: usize,
    /// Writes what is needed into a folder, and gives the arguments of the program.
    arguments: fn(usize, &Path) -> anyhow::Result<Vec<String>>,
}

const UNITS: &[Unit] = &[
    Unit {
        name: "origins that a policy lists",
        least: 100,
        arguments: |count, folder| {
            let origins: String = (0..count).fold(String::new(), |mut list, number| {
                let _ = write!(list, "\"https://shop-{number}.example\",");
                list
            });
            let text = format!("allow_origins = [{origins}]\n");
            let file = written(folder, "policy.toml", &text)?;
            Ok(words(&["list", "--policy", &file]))
        },
    },
    Unit {
        name: "rounds of all cases",
        least: 1,
        arguments: |count, _| Ok(words(&["--repeat", &count.to_string()])),
    },
    Unit {
        name: "names in Access-Control-Allow-Headers",
        least: 600,
        arguments: |count, folder| {
            let names: Vec<String> = (0..count).map(|number| format!("x-{number}")).collect();
            explained(folder, "X-599", "Headers", &names.join(", "))
        },
    },
    Unit {
        name: "methods in Access-Control-Allow-Methods",
        least: 600,
        arguments: |count, folder| {
            let names: Vec<String> = (0..count).map(|number| format!("M{number}")).collect();
            explained(folder, "X-Token", "Methods", &names.join(", "))
        },
    },
    Unit {
        name: "entries of a HAR file",
        least: 100,
        arguments: |count, folder| {
            let entry = r#"{"request": {"method": "GET", "url": "https://api.example/", "headers": [
                {"name": "Origin", "value": "https://app.example"}]}, "response": {"status": 200,
                "headers": [{"name": "Access-Control-Allow-Origin", "value": "*"}]}}"#;
            let entries = vec![entry; count].join(",");
            let text = format!("{{\"log\": {{\"entries\": [{entries}]}}}}");
            let file = written(folder, "saved.har", &text)?;
            Ok(words(&["explain", "--har", &file]))
        },
    },
];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn written(folder: &Path, name: &str, text: &str) -> anyhow::Result<String> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path.display().to_string())
}

/// A preflight whose response has a long list.
fn explained(folder: &Path, asked: &str, list: &str, value: &str) -> anyhow::Result<Vec<String>> {
    let text = format!(
        "OPTIONS / HTTP/1.1\nHost: api.example\nOrigin: https://app.example\n\
         Access-Control-Request-Method: PUT\nAccess-Control-Request-Headers: {}\n\n\
         HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-{list}: {value}\n\n",
        asked.to_ascii_lowercase()
    );
    let file = written(folder, "exchange.txt", &text)?;
    Ok(words(&["explain", "--request", &file]))
}

/// Measures, prints, and fails where a unit costs more among many.
pub(super) fn run(program: &Path) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    println!(
        "{:<42} {:>8} {:>12} {:>12} {:>8}",
        "", "most", "each of few", "of many", "times"
    );
    let mut too_dear = Vec::new();
    for unit in UNITS {
        let mut seconds = Vec::new();
        for size in [1, 10, 100] {
            let arguments = (unit.arguments)(unit.least * size, folder.path())?;
            let mut least = f64::INFINITY;
            for _ in 0..RUNS {
                least = least.min(processor_time(program, &arguments)?.as_secs_f64());
            }
            seconds.push(least);
        }
        let [one, ten, hundred] = seconds.as_slice() else {
            bail!("three sizes are measured");
        };
        let least = per(unit.least);
        let few = (ten - one) / (9.0 * least);
        let many = (hundred - ten) / (90.0 * least);
        let times = many / few.max(f64::MIN_POSITIVE);
        println!(
            "{:<42} {:>8} {:>9.1} us {:>9.1} us {times:>8.2}",
            unit.name,
            unit.least * 100,
            few * 1e6,
            many * 1e6
        );
        if times > MOST {
            too_dear.push(unit.name);
        }
    }
    if too_dear.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "more than {MOST} times as dear among many: {}",
        too_dear.join(", ")
    );
    Ok(ExitCode::FAILURE)
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below the limit")]
fn per(count: usize) -> f64 {
    count as f64
}

/// The processor time of a run, of all its threads.
fn processor_time(program: &Path, arguments: &[String]) -> anyhow::Result<Duration> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the program")?;
    let process = Pid::from_child(&child);
    // What it took is known until somebody has waited for it.
    waitid(
        WaitId::Pid(process),
        WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
    )
    .context("cannot wait for the program")?;
    let used = crate::processor_time::of_process(child.id());
    let status = child.wait().context("cannot wait for the program")?;
    ensure!(
        matches!(status.code(), Some(0 | 1)),
        "{} {}: {status}",
        program.display(),
        arguments.join(" ")
    );
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for unit in UNITS {
            let few = (unit.arguments)(unit.least, folder.path()).unwrap();
            let size = |arguments: &[String]| {
                let file = arguments.last().unwrap();
                fs::metadata(file).map_or_else(|_| file.parse::<u64>().unwrap(), |file| file.len())
            };
            let small = size(&few);
            let many = (unit.arguments)(unit.least * 10, folder.path()).unwrap();
            assert!(size(&many) > 5 * small, "{}", unit.name);
        }
    }
}
