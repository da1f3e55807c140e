//! `cargo xtask vectors catches`: writes into each server case which faulty servers it catches, as
//! a self-test has found it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cors_vectors::format::format;
use serde::Deserialize;
use serde_json::Value;

/// The most faults that a case names, so that its file stays readable.
const MOST: usize = 8;

/// Arguments of `cargo xtask vectors catches`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What `cargo xtask conformance self-test --json FILE` has written
    #[arg(value_name = "FILE")]
    matrix: PathBuf,
    /// Write nothing; fail when a file differs from what would be written
    #[arg(long)]
    check: bool,
}

/// The part of a self-test's report that is needed here.
#[derive(Deserialize)]
struct Matrix {
    faults: Vec<Caught>,
}

/// Which cases catch a fault.
#[derive(Deserialize)]
struct Caught {
    name: String,
    kit: Vec<String>,
    noted: Vec<String>,
}

/// Rewrites the server files.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = args.matrix.display();
    let text = fs::read_to_string(&args.matrix).with_context(|| format!("cannot read {name}"))?;
    let matrix: Matrix = serde_json::from_str(&text)
        .with_context(|| format!("{name} is not what `self-test --json` writes"))?;
    let named = named(&matrix);
    let folder = crate::root().join("vectors/server");
    let mut stale = Vec::new();
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let before =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let after = rewritten(&before, &named)
            .with_context(|| format!("{} is no file of server cases", path.display()))?;
        if before != after {
            if !args.check {
                fs::write(&path, after)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            stale.push(path);
        }
    }
    for path in &stale {
        let what = if args.check { "is stale" } else { "written" };
        println!("{}: {what}", path.display());
    }
    Ok(if args.check && !stale.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The faults that each case is to name: those that the fewest cases catch. Every fault is named
/// by one case at least.
fn named(matrix: &Matrix) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut by_case: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for fault in &matrix.faults {
        for case in fault.kit.iter().chain(&fault.noted) {
            let faults = by_case.entry(case).or_default();
            faults.push((fault.kit.len(), &fault.name));
        }
    }
    let mut named: BTreeMap<&str, BTreeSet<&str>> = by_case
        .iter_mut()
        .map(|(case, faults)| {
            faults.sort_unstable();
            faults.dedup();
            (
                *case,
                faults.iter().take(MOST).map(|(_, name)| *name).collect(),
            )
        })
        .collect();
    for fault in &matrix.faults {
        let is_named = |case: &String| {
            named
                .get(case.as_str())
                .is_some_and(|faults| faults.contains(fault.name.as_str()))
        };
        if fault.kit.iter().any(is_named) {
            continue;
        }
        let shortest = fault.kit.iter().min_by_key(|case| {
            let length = named.get(case.as_str()).map_or(0, BTreeSet::len);
            (length, case.as_str())
        });
        if let Some(case) = shortest {
            named.entry(case).or_default().insert(&fault.name);
        }
    }
    named
}

/// The text of a case file with other `catches`, in the layout of all case files.
fn rewritten(text: &str, named: &BTreeMap<&str, BTreeSet<&str>>) -> anyhow::Result<String> {
    let mut file: Value = serde_json::from_str(text)?;
    let Some(cases) = file.get_mut("cases").and_then(Value::as_array_mut) else {
        bail!("it has no `cases`");
    };
    for case in cases {
        let id = case
            .get("id")
            .and_then(Value::as_str)
            .context("a case has no `id`")?
            .to_owned();
        let members = case.as_object_mut().context("a case is no object")?;
        match named.get(id.as_str()) {
            Some(faults) => {
                members.insert("catches".to_owned(), faults.iter().copied().collect());
            }
            None => {
                // A plain removal would put the last member into its place.
                members.shift_remove("catches");
            }
        }
    }
    Ok(format(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(faults: &[(&str, &[&str])]) -> Matrix {
        let faults = faults.iter().map(|(name, kit)| Caught {
            name: (*name).to_owned(),
            kit: kit.iter().map(|case| (*case).to_owned()).collect(),
            noted: Vec::new(),
        });
        Matrix {
            faults: faults.collect(),
        }
    }

    #[test]
    fn a_case_names_its_most_specific_faults_and_no_fault_is_forgotten() {
        // All of these are caught by two cases, more than one of them can name.
        let names: Vec<String> = (0..30).map(|number| format!("wide-{number:02}")).collect();
        let mut faults: Vec<(&str, &[&str])> = names
            .iter()
            .map(|name| (name.as_str(), &["a/one", "a/two"][..]))
            .collect();
        faults.push(("narrow", &["a/two"]));
        let matrix = matrix(&faults);
        let named = named(&matrix);
        assert_eq!(named["a/one"].len() + named["a/two"].len() - (MOST - 1), 31);
        assert!(named["a/two"].contains("narrow"));
        let all: BTreeSet<&str> = named.values().flatten().copied().collect();
        assert_eq!(all.len(), 31);
    }

    #[test]
    fn only_catches_change() {
        let text = "{\n  \"cases\": [\n    { \"id\": \"a/one\", \"catches\": [\"old\"] },\n    { \"id\": \"a/two\", \"policy\": \"any\" },\n    { \"id\": \"a/three\", \"catches\": [\"old\"], \"policy\": \"any\" }\n  ]\n}\n";
        let matrix = matrix(&[("b", &["a/one", "a/two"]), ("a", &["a/one"])]);
        assert_eq!(
            rewritten(text, &named(&matrix)).unwrap(),
            "{\n  \"cases\": [\n    { \"id\": \"a/one\", \"catches\": [\"a\", \"b\"] },\n    { \"id\": \"a/two\", \"policy\": \"any\", \"catches\": [\"b\"] },\n    { \"id\": \"a/three\", \"policy\": \"any\" }\n  ]\n}\n"
        );
        assert!(rewritten("{}", &named(&matrix)).is_err());
        assert!(rewritten("{\"cases\": [{}]}", &named(&matrix)).is_err());
    }
}
