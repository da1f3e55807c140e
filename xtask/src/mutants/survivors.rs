//! The survivors that are known, each with the reason why no test catches it: known failures, whose
//! cases are mutants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use cors_vectors::known::file::{Fate, KnownFile, Reasons};

use super::results::{Mutant, Verdict, Verdicts};

/// Where they are listed, below the root.
pub(super) const FILE: &str = "crates/cors-model/mutants.toml";

/// Reads the list.
pub(super) fn read(path: &Path, all: &[Mutant]) -> anyhow::Result<KnownFile> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text, all)
}

fn parse(text: &str, all: &[Mutant]) -> anyhow::Result<KnownFile> {
    let named = |key: &str| {
        let found = all.iter().filter(|mutant| mutant.key == key);
        Ok(found
            .map(|mutant| mutant.key.clone())
            .collect::<BTreeSet<_>>())
    };
    Ok(KnownFile::read(FILE, text, Reasons::Needed, &named)?)
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
    known: &KnownFile,
    enough: f64,
) -> Report {
    let mut counts = Counts::default();
    let mut complaints = Vec::new();
    let mut fates = BTreeMap::new();
    for Mutant { name, key } in all {
        let (count, fate) = match verdicts.of(name) {
            Some(Verdict::Caught) => (&mut counts.caught, Some(Fate::Passed)),
            Some(Verdict::Timeout) => (&mut counts.timeout, Some(Fate::Passed)),
            Some(Verdict::Unviable) => (&mut counts.unviable, Some(Fate::Passed)),
            Some(Verdict::Missed(_)) => {
                if !known.lists(key) {
                    complaints.push(format!(
                        "no test catches this, and {FILE} does not say why:\n  {name}\n  \
                         cases = [{}]",
                        toml::Value::from(key.as_str())
                    ));
                }
                (
                    &mut counts.missed,
                    Some(Fate::Failed("no test catches it".to_owned())),
                )
            }
            None => (&mut counts.not_run, None),
        };
        *count += 1;
        fates.extend(fate.map(|fate| (key.clone(), fate)));
    }
    complaints.extend(known.unknown());
    // A mutant passes when the tests do their work: when one fails with it.
    complaints.extend(known.check(&fates, false));
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
            let name = format!("x/y.rs:1:1: {name}");
            serde_json::json!({ "name": name, "file": "x/y.rs" })
        });
        let all = mutants_of(&serde_json::to_vec(&list).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("mutants.out");
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("caught.txt"), "x/y.rs:1:1: a\n").unwrap();
        std::fs::write(out.join("missed.txt"), "x/y.rs:1:1: b\n").unwrap();
        std::fs::write(out.join("unviable.txt"), "x/y.rs:1:1: c\n").unwrap();
        let mut verdicts = Verdicts::default();
        verdicts.read(folder.path(), Phase::Agents).unwrap();
        (all, verdicts)
    }

    fn known(all: &[Mutant], names: &[&str]) -> KnownFile {
        let entry = |name: &&str| format!("[[known]]\ncases = ['x/y.rs: {name}']\nreason = 'r'\n");
        parse(&names.iter().map(entry).collect::<String>(), all).unwrap()
    }

    #[test]
    fn every_survivor_has_to_be_known() {
        let (all, verdicts) = situation();
        let report = compare(&all, &verdicts, &known(&all, &[]), 97.0);
        assert!(!report.fine);
        assert!(
            report.text.contains("cases = [\"x/y.rs: b\"]"),
            "{}",
            report.text
        );
        let report = compare(&all, &verdicts, &known(&all, &["b"]), 97.0);
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
            let report = compare(&all, &verdicts, &known(&all, &["b", name]), 97.0);
            assert!(
                !report.fine && report.text.contains("take it out"),
                "{name}"
            );
        }
        let report = compare(&all, &verdicts, &known(&all, &["b", "d"]), 97.0);
        assert!(report.fine, "one that has not been run may survive");
        let report = compare(&all, &verdicts, &known(&all, &["b", "e"]), 97.0);
        assert!(!report.fine && report.text.contains("there is no case x/y.rs: e"));
    }

    #[test]
    fn the_share_counts_when_all_have_been_run() {
        let (mut all, verdicts) = situation();
        all.pop();
        let report = compare(&all, &verdicts, &known(&all, &["b"]), 97.0);
        assert!(
            !report.fine && report.text.contains("less than 97 %"),
            "{}",
            report.text
        );
        assert!(compare(&all, &verdicts, &known(&all, &["b"]), 50.0).fine);
    }

    #[test]
    fn every_survivor_that_is_committed_has_a_reason_of_its_own() {
        let file = read(&crate::root().join(FILE), &[]).unwrap();
        assert!(!file.entries.is_empty());
        assert!(parse("[[known]]\ncases = ['a/b']\nreason = ' '\n", &[]).is_err());
    }
}
