//! `cargo xtask bench`: what the model costs, next to libraries that servers use; and what the suite
//! does in a second, next to a load generator.
//!
//! Criterion measures the time, callgrind counts the instructions and DHAT the allocations; what
//! they measure is in `xtask/benches`. This reads the files that they leave and puts the numbers
//! into one table. Instructions are the same in each run, times are not; nothing here fails
//! because of a time.

mod load;
mod program;
mod scale;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// The version of gungraun's runner, which has to be that of the library.
const RUNNER: &str = "0.20.0";

/// The names of the benchmarks, and what each is.
const ITEMS: [(&str, &str); 7] = [
    (FETCH, "whole preflighted fetch, without trace"),
    ("fetch_with_trace", "whole preflighted fetch, with trace"),
    (TOWER_HTTP, "tower-http answers the same preflight"),
    ("cors_check", "CORS check"),
    (EXTRACT, "extraction of a list of 20 names"),
    (HEADERS_CRATE, "the headers crate reads the same list"),
    ("unsafe_names", "unsafe names of 20 request headers"),
];

const FETCH: &str = "fetch_without_trace";
const TOWER_HTTP: &str = "tower_http";
const EXTRACT: &str = "extract";
const HEADERS_CRATE: &str = "headers_crate";

/// The most that a whole preflighted fetch may cost, in instructions of tower-http's answer.
const MOST: f64 = 3.0;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is measured
    #[arg(value_enum, default_value_t = Subject::Model)]
    subject: Subject,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// The model of the standard
    Model,
    /// The suite's requests a second, next to wrk's
    Load,
    /// What a unit costs where there are ten and a hundred times as many
    Scale,
}

/// The numbers of one benchmark.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Numbers {
    /// The median, in nanoseconds.
    nanoseconds: f64,
    instructions: u64,
    allocations: u64,
}

/// Measures and prints the table.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match args.subject {
        Subject::Model => model(),
        Subject::Load => load::run(&program::built()?),
        Subject::Scale => scale::run(&program::built()?),
    }
}

/// Measures the model.
fn model() -> anyhow::Result<ExitCode> {
    crate::tools::installed("valgrind", "which counts the instructions")?;
    let runner = crate::tools::program("gungraun-runner", RUNNER)?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| crate::root().join("target"), PathBuf::from);
    // Outputs of earlier runs must not pass for those of this one.
    for folder in ["criterion", "gungraun/cors-benches"] {
        let folder = target.join(folder);
        if folder.is_dir() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
    }
    bench("instructions", &runner, &target)?;
    bench("time", &runner, &target)?;
    let mut rows = Vec::new();
    for (name, what) in ITEMS {
        let numbers = numbers(&target, name).with_context(|| format!("the numbers of {name}"))?;
        rows.push((name, what, numbers));
    }
    print!("{}", table(&rows));
    let ratio = instructions_of(&rows, FETCH, TOWER_HTTP);
    Ok(if ratio.is_some_and(|ratio| ratio <= MOST) {
        ExitCode::SUCCESS
    } else {
        eprintln!("a whole fetch costs more than {MOST} answers of tower-http");
        ExitCode::FAILURE
    })
}

/// Runs one of the two programs.
fn bench(name: &str, runner: &Path, target: &Path) -> anyhow::Result<()> {
    println!("measuring: {name}");
    let output = Command::new(crate::cargo())
        .args(["bench", "--quiet", "--locked", "--package", "cors-benches"])
        .args(["--bench", name])
        .env("GUNGRAUN_RUNNER", runner)
        .env("GUNGRAUN_SAVE_SUMMARY", "json")
        .env("CARGO_TARGET_DIR", target)
        .current_dir(crate::root())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("cargo bench --bench {name}: {}\n{said}", output.status);
    }
    Ok(())
}

/// The numbers of a benchmark, from the files of criterion and gungraun.
fn numbers(target: &Path, name: &str) -> anyhow::Result<Numbers> {
    let estimates = target.join(format!("criterion/{name}/new/estimates.json"));
    let summary = target.join(format!(
        "gungraun/cors-benches/instructions/group/{name}.once/summary.json"
    ));
    let summary = json(&summary)?;
    Ok(Numbers {
        nanoseconds: json(&estimates)?
            .pointer("/median/point_estimate")
            .and_then(Value::as_f64)
            .context("criterion gives no median")?,
        instructions: metric(&summary, "Callgrind", "Ir")?,
        allocations: metric(&summary, "DHAT", "TotalBlocks")?,
    })
}

fn json(path: &Path) -> anyhow::Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// A number in a summary of gungraun: what a tool counted over the whole benchmark.
fn metric(summary: &Value, tool: &str, name: &str) -> anyhow::Result<u64> {
    summary
        .pointer("/profiles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|profile| profile.pointer("/tool").and_then(Value::as_str) == Some(tool))
        .and_then(|profile| profile.pointer(&format!("/data/total/metrics/{name}/values/new")))
        .and_then(Value::as_u64)
        .with_context(|| format!("the summary has no {name} of {tool}"))
}

/// A benchmark: its name, what it is, and its numbers.
type Row<'a> = (&'a str, &'a str, Numbers);

fn table(rows: &[Row<'_>]) -> String {
    let mut text = format!(
        "{:<40} {:>10} {:>13} {:>12}\n",
        "", "ns (median)", "instructions", "allocations"
    );
    for (_, what, numbers) in rows {
        let Numbers {
            nanoseconds,
            instructions,
            allocations,
        } = numbers;
        let _ = writeln!(
            text,
            "{what:<40} {nanoseconds:>11.0} {instructions:>13} {allocations:>12}"
        );
    }
    for (one, other, what) in [
        (FETCH, TOWER_HTTP, "whole fetch / tower-http's answer"),
        (EXTRACT, HEADERS_CRATE, "list extraction / headers crate"),
    ] {
        if let Some(ratio) = instructions_of(rows, one, other) {
            let _ = writeln!(text, "{what:<40} {ratio:>25.2} (instructions)");
        }
    }
    text
}

/// How many times the instructions of another benchmark one takes.
fn instructions_of(rows: &[Row<'_>], one: &str, other: &str) -> Option<f64> {
    let of = |name: &str| {
        let row = rows.iter().find(|(own, _, _)| *own == name);
        row.and_then(|(_, _, numbers)| u32::try_from(numbers.instructions).ok())
    };
    Some(f64::from(of(one)?) / f64::from(of(other).filter(|count| *count > 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(target: &Path, name: &str, median: &str, instructions: u64) {
        let write = |path: String, text: String| {
            let path = target.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            format!("criterion/{name}/new/estimates.json"),
            format!(
                r#"{{"mean":{{"point_estimate":1.0}},"median":{{"point_estimate":{median}}}}}"#
            ),
        );
        let profile = |tool: &str, metric: &str, value: u64| {
            serde_json::json!({
                "tool": tool,
                "data": { "parts": [], "total": {
                    "metrics": { metric: { "values": { "new": value } } } } }
            })
        };
        let summary = serde_json::json!({ "profiles": [
            profile("Callgrind", "Ir", instructions), profile("DHAT", "TotalBlocks", 5) ] });
        write(
            format!("gungraun/cors-benches/instructions/group/{name}.once/summary.json"),
            summary.to_string(),
        );
    }

    #[test]
    fn numbers_are_read_from_the_files_of_the_tools() {
        let target = tempfile::tempdir().unwrap();
        written(target.path(), "x", "12.5", 300);
        let expected = Numbers {
            nanoseconds: 12.5,
            instructions: 300,
            allocations: 5,
        };
        assert_eq!(numbers(target.path(), "x").unwrap(), expected);
        written(target.path(), "x", "null", 300);
        let error = numbers(target.path(), "x").unwrap_err().to_string();
        assert!(error.contains("no median"), "{error}");
        let error = numbers(target.path(), "y").unwrap_err().to_string();
        assert!(error.contains("cannot read"), "{error}");
        assert!(metric(&serde_json::json!({}), "Callgrind", "Ir").is_err());
    }

    #[test]
    fn the_table_ends_with_the_ratios() {
        let numbers = |instructions| Numbers {
            nanoseconds: 1.4,
            instructions,
            allocations: 2,
        };
        let rows = [
            (FETCH, "a fetch", numbers(500)),
            (TOWER_HTTP, "an answer", numbers(200)),
        ];
        let text = table(&rows);
        assert!(
            text.lines().nth(1).unwrap().starts_with("a fetch"),
            "{text}"
        );
        assert!(text.ends_with(" 2.50 (instructions)\n"), "{text}");
        assert_eq!(instructions_of(&rows, EXTRACT, HEADERS_CRATE), None);
    }
}
