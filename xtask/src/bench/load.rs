//! `cargo xtask bench load`: how many requests a second the suite makes while it judges the answers,
//! next to `wrk`, which does not look at them, on the same server and path.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::tried::{Ends, POLICY, served};

/// Requests in flight.
const IN_FLIGHT: u32 = 16;
/// How long each measurement takes.
const SECONDS: u32 = 5;
/// Measurements of each, in turn, so that what else the machine does meets both.
const TURNS: usize = 3;
/// The least share of wrk's requests a second.
const LEAST: f64 = 0.6;
/// The most memory, in KiB: 100 MB.
const MEMORY: u64 = 100_000_000 / 1024;
/// How much more memory many rounds may take than one, as a part of it.
const GROWTH: f64 = 1.1;
/// How many rounds are many.
const ROUNDS: &str = "100";
/// How often memory is looked at.
const POLL: Duration = Duration::from_millis(2);

/// A run of the suite.
struct Ran {
    /// Cases that passed.
    passed: u64,
    /// The most memory that it took, in KiB, as last seen.
    peak: u64,
}

/// Measures, prints, and fails when the suite is too slow or too large.
pub(super) fn run(program: &Path) -> anyhow::Result<ExitCode> {
    crate::tools::installed("wrk", "the yardstick")?;
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, POLICY).context("cannot write the policy")?;
    let mut server = Command::new(program);
    let (_server, url) = served(server.args(["serve", "--policy"]).arg(&policy))?;
    let suite = Suite {
        program,
        policy: &policy,
        url: &url,
    };

    let report = folder.path().join("events.ndjson");
    let report_option = format!("--report=ndjson={}", report.display());
    let once = suite.run(&[&report_option, "--repeat", "1"], Some(0))?;
    let events = std::fs::read_to_string(&report).context("cannot read the events")?;
    let exchanges = exchanges(&events)?;

    let (mut shares, mut best_wrk, mut best_suite) = (Vec::new(), 0.0_f64, 0.0_f64);
    for _ in 0..TURNS {
        let wrk = wrk(&url)?;
        let seconds = SECONDS.to_string();
        let ran = suite.run(&["--repeat", "1000000", "-m", &seconds], Some(7))?;
        let rounds = per(ran.passed, once.passed);
        let rate = rounds * per(exchanges, u64::from(SECONDS));
        println!(
            "wrk {wrk:8.0} requests/s, suite {rate:8.0}, {:.2} of it",
            rate / wrk
        );
        shares.push(rate / wrk);
        (best_wrk, best_suite) = (best_wrk.max(wrk), best_suite.max(rate));
    }
    shares.sort_by(f64::total_cmp);
    let share = shares.get(TURNS / 2).copied().unwrap_or_default();
    println!("share of wrk's requests: {share:.2} (median of {TURNS}; at least {LEAST})");

    let one = suite.run(&["--repeat", "1"], Some(0))?.peak;
    let many = suite.run(&["--repeat", ROUNDS], Some(0))?.peak;
    println!(
        "most memory: {one} KiB after 1 round, {many} KiB after {ROUNDS} (at most {MEMORY} KiB, \
         and {GROWTH} times)"
    );
    let flat = per(many, one.max(1)) <= GROWTH;
    let enough = share >= LEAST && one > 0 && many <= MEMORY && flat;
    Ok(if enough {
        ExitCode::SUCCESS
    } else {
        eprintln!("the suite is too slow or too large");
        ExitCode::FAILURE
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cases and kilobytes are far below the limit"
)]
fn per(one: u64, other: u64) -> f64 {
    one as f64 / other as f64
}

/// wrk's requests a second.
fn wrk(url: &str) -> anyhow::Result<f64> {
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", &IN_FLIGHT.to_string()])
        .args(["-d", &format!("{SECONDS}s")])
        .args(["-H", "Origin: https://app.example", url])
        .output()
        .context("cannot start wrk")?;
    requests_a_second(&String::from_utf8_lossy(&output.stdout))
}

/// What wrk prints of its rate.
fn requests_a_second(text: &str) -> anyhow::Result<f64> {
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    let rate = rate.and_then(|rate| rate.trim().parse().ok());
    rate.with_context(|| format!("wrk gives no rate:\n{text}"))
}

/// The number of exchanges in a stream of events.
fn exchanges(events: &str) -> anyhow::Result<u64> {
    let mut all = 0;
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).context("an event is not JSON")?;
        all += event
            .pointer("/exchanges")
            .and_then(Value::as_u64)
            .unwrap_or_default();
    }
    if all == 0 {
        bail!("the events tell of no exchange");
    }
    Ok(all)
}

/// The suite, on the server.
struct Suite<'a> {
    program: &'a Path,
    policy: &'a Path,
    url: &'a str,
}

impl Suite<'_> {
    /// Runs it, and watches its memory.
    fn run(&self, more: &[&str], code: Option<i32>) -> anyhow::Result<Ran> {
        let child = Command::new(self.program)
            .args([self.url, "--unsafe-methods", "-j", &IN_FLIGHT.to_string()])
            .arg("--policy")
            .arg(self.policy)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the suite")?;
        let mut child = Ends(child);
        let stdout = child.0.stdout.take().context("the suite has no output")?;
        let last =
            thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).last());
        let mut peak = 0;
        let status = loop {
            peak = peak.max(high_water_mark(child.0.id()).unwrap_or_default());
            match child.0.try_wait().context("cannot wait for the suite")? {
                Some(status) => break status,
                None => thread::sleep(POLL),
            }
        };
        let last = last.join().ok().flatten().unwrap_or_default();
        if status.code() != code {
            bail!("the suite: {status}, expected {code:?}: {last}");
        }
        let passed = passed(&last).with_context(|| format!("the suite ends with {last:?}"))?;
        Ok(Ran { passed, peak })
    }
}

/// The cases that passed, from the last line.
fn passed(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("conformance: ")?;
    rest.split_once(" passed")?.0.parse().ok()
}

/// `VmHWM` of a process in KiB, where the system tells.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_programs_print_is_read() {
        let rate = requests_a_second("Running\nRequests/sec:  12345.67\nTransfer/sec: 1MB\n");
        assert!((rate.unwrap() - 12345.67).abs() < 0.001);
        let error = requests_a_second("nothing").unwrap_err().to_string();
        assert!(error.contains("no rate"), "{error}");
        assert_eq!(
            passed("conformance: 12 passed, 0 failed, 3 skipped"),
            Some(12)
        );
        assert_eq!(passed("conformance: many passed"), None);
    }

    #[test]
    fn exchanges_are_counted_over_all_cases() {
        let events =
            "{\"type\":\"run\"}\n{\"exchanges\":2}\n{\"exchanges\":3}\n{\"type\":\"end\"}\n";
        assert_eq!(exchanges(events).unwrap(), 5);
        assert!(exchanges("{}\n").is_err());
        assert!(exchanges("x\n").is_err());
    }
}
