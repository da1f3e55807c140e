//! The suite, built and run against a command that starts a server, and what came of each case.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::interrupt::Interrupt;
use super::{Places, command};

/// Builds the suite from the sources; whether that succeeded.
pub(crate) fn build(places: &Places, interrupt: &Interrupt) -> anyhow::Result<bool> {
    let mut cargo = command("cargo");
    cargo.args([
        "build",
        "--release",
        "--quiet",
        "--package",
        "cors-conformance",
    ]);
    let built = interrupt.run(cargo.current_dir(&places.root).stdin(Stdio::null()))?;
    Ok(built.success())
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Pass,
    Fail,
    Blocked,
    Skip,
    Error,
}

/// A judged case, as the suite's report has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    id: String,
    /// What became of it.
    pub(crate) outcome: Outcome,
    level: String,
    /// The named policy under which it ran.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    /// Why it did not pass.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    wanted: Option<String>,
    #[serde(default)]
    got: Option<String>,
    #[serde(default)]
    checks: Vec<Check>,
    #[serde(default)]
    steps: Vec<Step>,
}

/// A judged check.
#[derive(Debug, Clone, Deserialize)]
struct Check {
    id: String,
    #[serde(default)]
    step: usize,
    level: String,
    outcome: Outcome,
}

/// A step that was carried out.
#[derive(Debug, Clone, Deserialize)]
struct Step {
    #[serde(default)]
    wanted: Option<String>,
    #[serde(default)]
    got: Option<String>,
    exchanges: Vec<Exchange>,
}

/// A request and what came back, of which only the request is of use here.
#[derive(Debug, Clone, Deserialize)]
struct Exchange {
    request: Request,
}

/// A request, its bytes escaped.
#[derive(Debug, Clone, Deserialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

impl Case {
    /// How it failed, in a form that stays the same as long as it fails in the same way: the level,
    /// the verdict when it is another one, and the checks that fail, without those that only
    /// record a choice. `None` when it did not fail.
    pub(crate) fn failure(&self) -> Option<String> {
        let mut parts = Vec::new();
        match self.outcome {
            Outcome::Pass | Outcome::Blocked | Outcome::Skip => return None,
            Outcome::Error => parts.push("no answer".to_owned()),
            Outcome::Fail => {
                if let (Some(wanted), Some(got)) = (&self.wanted, &self.got)
                    && wanted != got
                {
                    parts.push(format!("{got} instead of {wanted}"));
                }
            }
        }
        let failed = self.checks.iter();
        let failed = failed.filter(|check| check.outcome == Outcome::Fail && check.level != "info");
        parts.extend(failed.map(|check| check.id.clone()));
        Some(format!("{}: {}", self.level, parts.join(", ")))
    }
}

impl Case {
    /// A curl line that makes the exchange with which the case failed, on a port of your own;
    /// `None` when it did not fail, and when a shell's line cannot hold its bytes.
    pub(crate) fn curl(&self) -> Option<String> {
        self.failure()?;
        let refused = |step: &Step| step.got.is_some() && step.got != step.wanted;
        let by_verdict = self.steps.iter().find(|step| refused(step));
        let by_check = || {
            let mut checks = self.checks.iter();
            let failed =
                checks.find(|check| check.outcome == Outcome::Fail && check.level != "info")?;
            self.steps.get(failed.step)
        };
        let step = by_verdict.or_else(by_check)?;
        step.exchanges.last()?.request.curl()
    }
}

impl Request {
    fn curl(&self) -> Option<String> {
        // What a browser adds of its own accord decides nothing here.
        let idle = ["accept", "referer", "user-agent"];
        let mut line = "curl -i -g --path-as-is".to_owned();
        match self.method.as_str() {
            "GET" => {}
            "HEAD" => line.push_str(" -I"),
            method => line.extend([" -X ", method]),
        }
        for (name, value) in &self.headers {
            if value.contains(['\\', '\'']) {
                return None;
            }
            let lower = name.to_ascii_lowercase();
            match value.is_empty() {
                _ if idle.contains(&lower.as_str()) => {}
                true => line.extend([" -H '", name, ";'"]),
                false => line.extend([" -H '", name, ": ", value, "'"]),
            }
        }
        let path = self.url.splitn(4, '/').nth(3)?;
        Some(format!("{line} http://127.0.0.1:PORT/{path}"))
    }
}

/// A line of the report; what else it may be is of no use here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Run {},
    Case(Box<Case>),
    End {
        complete: bool,
        #[serde(default)]
        reason: Option<String>,
        #[serde(default)]
        log: Vec<String>,
    },
}

/// Runs cases against a command that starts a server, and gives what came of each, by id.
///
/// `arguments` are passed on to the suite, its report is kept at `report`.
///
/// Fails when the suite cannot be started, does not judge every case, or is cut short; then with
/// what it and the server said last.
pub(crate) fn run(
    program: &Path,
    server: &str,
    arguments: &[impl AsRef<OsStr>],
    report: &Path,
    interrupt: &Interrupt,
) -> anyhow::Result<BTreeMap<String, Case>> {
    // Of an earlier run there must be nothing left to be read.
    if report.exists() {
        fs::remove_file(report).with_context(|| format!("removing {}", report.display()))?;
    }
    let mut suite = command(program);
    suite
        .args(["run", "--cmd", server, "--fail-on", "should"])
        .args(["--start-timeout", "60", "--max-time", "600", "--report"])
        .arg(format!("ndjson={}", report.display()))
        .args(arguments);
    suite.stdin(Stdio::null()).stdout(Stdio::null());
    let status = interrupt.run(&mut suite)?;
    interrupt.check()?;
    let text = fs::read_to_string(report)
        .with_context(|| format!("the suite ended with {status} and wrote no report"))?;
    read(&text).with_context(|| format!("the suite ended with {status}"))
}

/// Reads a report.
fn read(text: &str) -> anyhow::Result<BTreeMap<String, Case>> {
    let mut cases = BTreeMap::new();
    for line in text.lines() {
        match serde_json::from_str(line).context("a line of the report cannot be read")? {
            Line::Run {} => {}
            Line::Case(case) => {
                cases.insert(case.id.clone(), *case);
            }
            Line::End { complete: true, .. } => return Ok(cases),
            Line::End { reason, log, .. } => {
                let reason = reason.unwrap_or_else(|| "no reason is given".to_owned());
                bail!(
                    "not every case was judged: {reason}\n  {}",
                    log.join("\n  ")
                );
            }
        }
    }
    bail!("the report has no end");
}

/// A command line for `sh -c`, each word quoted. The shell makes room for the program, so that it
/// is the program that is told to end, and not a shell that ends without a word to it.
pub(crate) fn command_line(words: &[String]) -> String {
    words.iter().fold("exec".to_owned(), |line, word| {
        format!("{line} '{}'", word.replace('\'', r"'\''"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(outcome: &str, rest: &str) -> Case {
        let text = format!(
            r#"{{"id":"a/b","title":"t","outcome":"{outcome}","level":"must","exchanges":1{rest}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_failure_says_how() {
        assert_eq!(case("pass", "").failure(), None);
        assert_eq!(case("skip", r#","reason":"no endpoint""#).failure(), None);
        assert_eq!(
            case("error", "").failure().as_deref(),
            Some("must: no answer")
        );
        let checks = r#","wanted":"shared","got":"refused","checks":[
            {"id":"vary","level":"should","outcome":"fail"},
            {"id":"taste","level":"info","outcome":"fail"},
            {"id":"one-line","level":"must","outcome":"pass"}]"#;
        assert_eq!(
            case("fail", checks).failure().as_deref(),
            Some("must: refused instead of shared, vary")
        );
        let same = r#","wanted":"shared","got":"shared","checks":[
            {"id":"grammar","level":"must","outcome":"fail"}]"#;
        assert_eq!(
            case("fail", same).failure().as_deref(),
            Some("must: grammar")
        );
    }

    #[test]
    fn a_failure_can_be_seen_again() {
        let step = |got: &str, headers: &str| {
            format!(
                r#"{{"wanted":"refused","got":"{got}","exchanges":[{{"kind":"actual","request":{{
                    "method":"PUT","url":"http://127.0.0.1:4711/a/b","headers":[{headers}]}}}}]}}"#
            )
        };
        let origin = r#"["Accept","*/*"],["Origin","null"],["X-Empty",""]"#;
        let steps = format!(
            r#","steps":[{},{}],"wanted":"refused","got":"shared""#,
            step("refused", ""),
            step("shared", origin)
        );
        assert_eq!(case("pass", &steps).curl(), None);
        assert_eq!(
            case("fail", &steps).curl().unwrap(),
            "curl -i -g --path-as-is -X PUT -H 'Origin: null' -H 'X-Empty;' http://127.0.0.1:PORT/a/b"
        );
        let bytes = format!(r#","steps":[{}]"#, step("shared", r#"["Origin","\\xff"]"#));
        assert_eq!(case("fail", &bytes).curl(), None);
    }

    #[test]
    fn a_report_without_a_complete_end_is_no_result() {
        let head = r#"{"type":"run","tool":"x","selected":1}"#;
        let one = r#"{"type":"case","id":"a/b","outcome":"pass","level":"must"}"#;
        let end = |complete: bool| {
            format!(r#"{{"type":"end","complete":{complete},"reason":"it died","log":["ouch"]}}"#)
        };
        let whole = read(&format!("{head}\n{one}\n{}\n", end(true))).unwrap();
        assert_eq!(whole.keys().collect::<Vec<_>>(), ["a/b"]);
        let error = read(&format!("{head}\n{one}\n")).unwrap_err();
        assert!(error.to_string().contains("no end"), "{error}");
        let error = read(&format!("{head}\n{}\n", end(false))).unwrap_err();
        assert!(error.to_string().contains("it died\n  ouch"), "{error}");
    }

    #[test]
    fn words_reach_the_shell_as_they_are() {
        let words = [
            "printf".to_owned(),
            "%s".to_owned(),
            "it's \"$HOME\"".to_owned(),
        ];
        let output = std::process::Command::new("sh")
            .args(["-c", &command_line(&words)])
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"it's \"$HOME\"");
    }
}
