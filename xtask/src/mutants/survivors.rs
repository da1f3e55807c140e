//! The survivors that are known, each with the reason why no test catches it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::results::{Mutant, Verdict, Verdicts};

/// Where they are listed, below the root.
pub(super) const FILE: &str = "crates/cors-model/mutants.toml";

/// A mutant that no test can catch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Survivor {
    /// Its key.
    mutant: String,
    /// Why: mostly that the program does the same with it.
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    survivor: Vec<Survivor>,
}

/// Reads the list.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Survivor>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(text: &str) -> anyhow::Result<Vec<Survivor>> {
    let List { survivor: list } = toml::from_str(text)?;
    let mut rest = list.as_slice();
    while let [one, after @ ..] = rest {
        if one.reason.trim().is_empty() {
            bail!("`{}` has no reason", one.mutant);
        }
        if after.iter().any(|other| other.mutant == one.mutant) {
            bail!("`{}` is listed twice", one.mutant);
        }
        rest = after;
    }
    Ok(list)
}

/// How many mutants there are of each kind.
#[derive(Debug, Default)]
struct Counts {
    caught: u32,
    timeout: u32,
    missed: u32,
    unviable: u32,
    not_run: u32,
}

impl Counts {
    const fn viable(&self) -> u32 {
        self.caught + self.timeout + self.missed
    }

    /// How much of what compiles is noticed, in per cent.
    fn share(&self) -> f64 {
        match self.viable() {
            0 => 100.0,
            viable => f64::from(self.caught + self.timeout) * 100.0 / f64::from(viable),
        }
    }
}

/// What there is to say, and whether it is as it should be.
#[derive(Debug)]
pub(super) struct Report {
    /// Lines, the last of which counts.
    pub(super) text: String,
    /// Whether all survivors are known, and enough is caught.
    pub(super) fine: bool,
}

/// Compares what became of the mutants with the survivors that are known.
pub(super) fn compare(
    all: &[Mutant],
    verdicts: &Verdicts,
    known: &[Survivor],
    enough: f64,
) -> Report {
    let mut counts = Counts::default();
    let mut complaints = Vec::new();
    for mutant in all {
        let Mutant { name, key } = mutant;
        let listed = known.iter().any(|survivor| survivor.mutant == *key);
        match verdicts.of(name) {
            Some(Verdict::Caught) => counts.caught += 1,
            Some(Verdict::Timeout) => counts.timeout += 1,
            Some(Verdict::Missed(_)) => counts.missed += 1,
            Some(Verdict::Unviable) => counts.unviable += 1,
            None => counts.not_run += 1,
        }
        match (verdicts.of(name), listed) {
            (Some(Verdict::Missed(_)), false) => {
                complaints.push(format!(
                    "no test catches this, and {FILE} does not say why:\n  {name}\n  mutant = {}",
                    toml::Value::from(key.as_str())
                ));
            }
            (Some(Verdict::Caught | Verdict::Timeout | Verdict::Unviable), true) => {
                complaints.push(format!("{FILE} lists what is caught now: {key}"));
            }
            (Some(_) | None, _) => {}
        }
    }
    for survivor in known {
        if !all.iter().any(|mutant| mutant.key == survivor.mutant) {
            let key = &survivor.mutant;
            complaints.push(format!("{FILE} lists what is no mutant any more: {key}"));
        }
    }
    let share = counts.share();
    if counts.not_run == 0 && share < enough {
        complaints.push(format!("less than {enough} % are caught"));
    }
    let mut text = String::new();
    for complaint in &complaints {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{complaint}");
    }
    if counts.not_run > 0 {
        let _ = writeln!(
            text,
            "{} mutants have not been run, so the share is not judged",
            counts.not_run
        );
    }
    let _ = writeln!(
        text,
        "mutants: {} viable, {} caught, {} missed, {} timeout, {} unviable: {share:.1} % of the \
         viable are noticed",
        counts.viable(),
        counts.caught,
        counts.missed,
        counts.timeout,
        counts.unviable
    );
    Report {
        text,
        fine: complaints.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::{Phase, mutants_of};
    use super::*;

    /// Mutants `a` to `d`, of which the first three were caught, missed and not built.
    fn situation() -> (Vec<Mutant>, Verdicts) {
        let list = ["a", "b", "c", "d"].map(|name| {
            let name = format!("x.rs:1:1: {name}");
            serde_json::json!({ "name": name, "file": "x.rs" })
        });
        let all = mutants_of(&serde_json::to_vec(&list).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("mutants.out");
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("caught.txt"), "x.rs:1:1: a\n").unwrap();
        std::fs::write(out.join("missed.txt"), "x.rs:1:1: b\n").unwrap();
        std::fs::write(out.join("unviable.txt"), "x.rs:1:1: c\n").unwrap();
        let mut verdicts = Verdicts::default();
        verdicts.read(folder.path(), Phase::Agents).unwrap();
        (all, verdicts)
    }

    fn known(names: &[&str]) -> Vec<Survivor> {
        names
            .iter()
            .map(|name| Survivor {
                mutant: format!("x.rs: {name}"),
                reason: "r".to_owned(),
            })
            .collect()
    }

    #[test]
    fn every_survivor_has_to_be_known() {
        let (all, verdicts) = situation();
        let report = compare(&all, &verdicts, &known(&[]), 97.0);
        assert!(!report.fine);
        assert!(
            report.text.contains("mutant = \"x.rs: b\""),
            "{}",
            report.text
        );
        let report = compare(&all, &verdicts, &known(&["b"]), 97.0);
        assert!(report.fine, "{}", report.text);
        assert_eq!(
            report.text,
            "1 mutants have not been run, so the share is not judged\n\
             mutants: 2 viable, 1 caught, 1 missed, 0 timeout, 1 unviable: 50.0 % of the viable \
             are noticed\n"
        );
    }

    #[test]
    fn the_known_ones_have_to_survive() {
        let (all, verdicts) = situation();
        for name in ["a", "c"] {
            let report = compare(&all, &verdicts, &known(&["b", name]), 97.0);
            assert!(!report.fine && report.text.contains("caught now"), "{name}");
        }
        let report = compare(&all, &verdicts, &known(&["b", "d"]), 97.0);
        assert!(report.fine, "one that has not been run may survive");
        let report = compare(&all, &verdicts, &known(&["b", "e"]), 97.0);
        assert!(!report.fine && report.text.contains("no mutant any more"));
    }

    #[test]
    fn the_share_counts_when_all_have_been_run() {
        let (mut all, verdicts) = situation();
        all.pop();
        let report = compare(&all, &verdicts, &known(&["b"]), 97.0);
        assert!(
            !report.fine && report.text.contains("less than 97 %"),
            "{}",
            report.text
        );
        assert!(compare(&all, &verdicts, &known(&["b"]), 50.0).fine);
    }

    #[test]
    fn a_list_is_read_strictly() {
        assert!(parse("").unwrap().is_empty());
        for (text, said) in [
            ("[[survivor]]\nmutant = \"a\"", "reason"),
            ("[[survivor]]\nmutant = \"a\"\nreason = \" \"", "no reason"),
            ("[[survivors]]\n", "survivors"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
        let one = "[[survivor]]\nmutant = \"a\"\nreason = \"r\"\n";
        assert!(parse(&one.repeat(2)).is_err());
    }

    #[test]
    fn the_committed_list_can_be_read() {
        read(&crate::root().join(FILE)).unwrap();
    }
}
