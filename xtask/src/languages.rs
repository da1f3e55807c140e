//! `cargo xtask languages`: the programs in other languages. Some read the released agent cases and
//! decide them by themselves; the others are servers that the suite starts.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::tools::{Missing, succeed};
use crate::vectors::release;

/// Arguments of `cargo xtask languages`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out those whose language this machine does not have
    #[arg(long)]
    available: bool,
}

/// The library that reads JSON in Java, as Maven calls it.
const GSON: &str = "com.google.code.gson:gson:2.15.0";
/// The plugin that fetches it.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
/// Where the programs are.
const READERS: &str = "crates/cors-conformance/examples/data";
const SERVERS: &str = "crates/cors-conformance/examples";
/// Lines that one may have, without blank ones and comments.
#[cfg(test)]
const MOST_LINES: usize = 80;

/// A language, with its two programs.
struct Language {
    reader: &'static str,
    server: &'static str,
    /// The programs that have to be there, with the option that shows their version.
    needs: &'static [(&'static str, &'static str)],
    start: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language {
        reader: "cors_check.py",
        server: "cors_server.py",
        needs: &[("python3", "--version")],
        start: &["python3"],
    },
    Language {
        reader: "cors_check.mjs",
        server: "cors_server.mjs",
        needs: &[("node", "--version")],
        start: &["node"],
    },
    Language {
        reader: "cors_check.go",
        server: "cors_server.go",
        needs: &[("go", "version")],
        start: &["go", "run"],
    },
    Language {
        reader: "CorsCheck.java",
        server: "CorsServer.java",
        needs: &[("java", "-version"), ("mvn", "-version")],
        start: &["java", "-cp", "{gson}"],
    },
];

/// Runs each reader on the cases, and on cases of which one is wrong; and the suite on each server.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = release::write(crate::root().join("target/vectors"), None)?;
    let [_, (_, agent)] = release::FILES;
    let sound = folder.join(agent);
    let broken = folder.join("one-case-is-wrong.json");
    let id = with_one_wrong(&sound, &broken)?;
    let mut missing = Vec::new();
    let mut decided = Vec::new();
    for language in LANGUAGES {
        let absent = language.needs.iter().filter(|(program, option)| {
            let found = Command::new(program).arg(option).output();
            !found.is_ok_and(|output| output.status.success())
        });
        let absent: Vec<&str> = absent.map(|(program, _)| *program).collect();
        if !absent.is_empty() {
            println!(
                "{}: not run, since {} is missing",
                language.reader,
                absent.join(" and ")
            );
            missing.extend(absent);
            continue;
        }
        let (good, last, _) = language.run(&sound)?;
        println!("{}: {last}", language.reader);
        ensure!(good, "{} does not agree with the cases", language.reader);
        let (good, _, all) = language.run(&broken)?;
        ensure!(
            !good && all.lines().any(|line| line == id),
            "{} does not find that {id} was changed",
            language.reader
        );
        decided.push(last);
        language.serves()?;
    }
    let Some(first) = decided.first() else {
        return Err(Missing(missing.join(", ")).into());
    };
    ensure!(
        decided.iter().all(|other| other == first),
        "they do not decide the same cases"
    );
    println!(
        "{} of {} readers agree with the model, and each finds a case that is wrong",
        decided.len(),
        LANGUAGES.len()
    );
    if !missing.is_empty() && !args.available {
        return Err(Missing(missing.join(", ")).into());
    }
    Ok(ExitCode::SUCCESS)
}

impl Language {
    /// The words that start a program.
    fn words(&self, program: &Path) -> anyhow::Result<Vec<OsString>> {
        let mut words = Vec::new();
        for word in self.start {
            words.push(match *word {
                "{gson}" => gson()?.into_os_string(),
                word => word.into(),
            });
        }
        words.push(program.into());
        Ok(words)
    }

    /// Whether the reader agrees, its last line, and all that it prints.
    fn run(&self, cases: &Path) -> anyhow::Result<(bool, String, String)> {
        let words = self.words(&crate::root().join(READERS).join(self.reader))?;
        let (program, options) = words.split_first().context("nothing to start")?;
        let output = Command::new(program)
            .args(options)
            .arg(cases)
            .output()
            .with_context(|| format!("cannot start {}", self.reader))?;
        let all = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = all.lines().last().unwrap_or_default().to_owned();
        if !last.contains(" passed, ") {
            bail!(
                "{}: {}",
                self.reader,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let good = output.status.success() && last.contains(" 0 failed");
        Ok((good && !last.starts_with("0 "), last, all))
    }

    /// The suite finds nothing wrong with the server, nor with how it is started.
    fn serves(&self) -> anyhow::Result<()> {
        let words = self.words(&crate::root().join(SERVERS).join(self.server))?;
        let quoted = words.iter().map(|word| format!("'{}'", word.display()));
        let mut line = quoted.collect::<Vec<_>>().join(" ");
        if let Some(file) = line.strip_prefix("'go' 'run' ") {
            // `go run` ends with 1 whatever the program ends with.
            let built = crate::root().join("target/tools/cors_server_go");
            let built = built.display();
            line = format!("go build -o '{built}' {file} && exec '{built}'");
        }
        for arguments in [
            &["adapter", "check", &line, "--start-timeout", "60"][..],
            &[
                "--cmd",
                &line,
                "--fail-on",
                "should",
                "--start-timeout",
                "60",
                // A machine that is busy takes minutes to start Java for each policy.
                "--max-time",
                "600",
            ],
        ] {
            let output = crate::conformance::quiet()
                .args(arguments)
                .output()
                .context("cannot start cargo")?;
            let all = String::from_utf8_lossy(&output.stdout);
            let last = all.lines().last().unwrap_or_default();
            println!("{}: {last}", self.server);
            ensure!(output.status.success(), "{all}");
        }
        Ok(())
    }
}

/// The library for Java, fetched when it is not there.
fn gson() -> anyhow::Result<PathBuf> {
    let folder = crate::root().join("target/tools/gson");
    let file = folder.join(format!(
        "gson-{}.jar",
        GSON.rsplit(':').next().unwrap_or_default()
    ));
    if !file.is_file() {
        let mut fetch = Command::new("mvn");
        fetch.args(["--quiet", "--batch-mode", COPY]);
        fetch.arg(format!("-Dartifact={GSON}"));
        fetch.arg(format!("-DoutputDirectory={}", folder.display()));
        succeed(&mut fetch)?;
    }
    Ok(file)
}

/// Writes the cases with one plain case that expects the contrary, and gives its id.
fn with_one_wrong(sound: &Path, broken: &Path) -> anyhow::Result<String> {
    let mut release: Value = serde_json::from_str(&fs::read_to_string(sound)?)?;
    let cases = release.get_mut("cases").and_then(Value::as_array_mut);
    let case = cases.into_iter().flatten().find(|case| {
        let is = |pointer, text| case.pointer(pointer).is_some_and(|found| found == text);
        is("/flags/0", "plain") && is("/expect/outcomes/0/error", "cors-check")
    });
    let case = case.context("there is no plain case that fails the CORS check")?;
    if let Some(outcome) = case.pointer_mut("/expect/outcomes/0") {
        *outcome = json!({"type": "cors", "headers": [], "hidden": []});
    }
    let id = case
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    fs::write(broken, release.to_string())?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fits_on_a_page() {
        for language in LANGUAGES {
            let path = crate::root().join(READERS).join(language.reader);
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().map(str::trim).filter(|line| {
                let comment = ["//", "/**", "#", "\"\"\""];
                !line.is_empty() && !comment.iter().any(|start| line.starts_with(start))
            });
            let count = code.count();
            assert!(count <= MOST_LINES, "{}: {count} lines", language.reader);
        }
    }
}
