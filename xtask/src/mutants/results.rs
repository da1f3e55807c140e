//! What cargo-mutants says: the mutants that there are, and what became of each.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// A change of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mutant {
    /// As cargo-mutants names it, with line and column.
    pub(super) name: String,
    /// The same without line and column, so that it lasts while the function stays as it is. Those
    /// that are alike in that are numbered in order: `… #2`.
    pub(super) key: String,
}

impl Mutant {
    /// A regular expression that matches the name and nothing else.
    pub(super) fn as_regex(&self) -> String {
        let mut regex = String::from("^");
        for char in self.name.chars() {
            if r"\.+*?()|[]{}^$#&-~".contains(char) {
                regex.push('\\');
            }
            regex.push(char);
        }
        regex.push('$');
        regex
    }
}

/// The fields of `cargo mutants --list --json` that count here.
#[derive(Deserialize)]
struct Listed {
    name: String,
    file: String,
}

/// The mutants of `cargo mutants --list --json`.
pub(super) fn mutants_of(json: &[u8]) -> anyhow::Result<Vec<Mutant>> {
    let listed: Vec<Listed> =
        serde_json::from_slice(json).context("cannot read the list of cargo-mutants")?;
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    listed
        .into_iter()
        .map(|Listed { name, file }| {
            let what = name
                .strip_prefix(&file)
                // After the file come line, column and the change itself.
                .and_then(|rest| rest.splitn(4, ':').nth(3))
                .with_context(|| format!("`{name}` does not start with `{file}:line:column:`"))?;
            let file = file.strip_prefix("crates/cors-model/").unwrap_or(&file);
            let mut key = format!("{file}:{what}");
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            if *count > 1 {
                key = format!("{key} #{count}");
            }
            Ok(Mutant { name, key })
        })
        .collect()
}

/// Which tests a mutant is run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Those of cors-model.
    Model,
    /// Those of cors-agents, and so all agent cases.
    Agents,
}

impl Phase {
    /// The word in the names of folders.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Agents => "agents",
        }
    }

    /// The phase that a word stands for.
    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Model, Self::Agents]
            .into_iter()
            .find(|phase| phase.word() == word)
    }

    /// The package whose tests are run.
    pub(super) const fn package(self) -> &'static str {
        match self {
            Self::Model => "cors-model",
            Self::Agents => "cors-agents",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tests of {}", self.package())
    }
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A test failed.
    Caught,
    /// The tests did not end, which nobody would overlook either.
    Timeout,
    /// Every test passed that has been run so far.
    Missed(Phase),
    /// It does not compile.
    Unviable,
}

/// What became of the mutants so far, by name.
#[derive(Debug, Default)]
pub(super) struct Verdicts(BTreeMap<String, Verdict>);

impl Verdicts {
    /// What became of a mutant, if it is settled.
    pub(super) fn of(&self, name: &str) -> Option<Verdict> {
        self.0
            .get(name)
            .copied()
            .filter(|verdict| *verdict != Verdict::Missed(Phase::Model))
    }

    /// Whether a mutant has to be run in a phase.
    pub(super) fn is_pending(&self, name: &str, phase: Phase) -> bool {
        match (self.0.get(name), phase) {
            (None, Phase::Model) | (Some(Verdict::Missed(Phase::Model)), Phase::Agents) => true,
            (None, Phase::Agents) | (Some(_), _) => false,
        }
    }

    /// Takes no mutant as missed, or as one that makes the tests go on for ever.
    pub(super) fn forget_missed(&mut self) {
        self.0
            .retain(|_, verdict| matches!(verdict, Verdict::Caught | Verdict::Unviable));
    }

    /// Adds what a run left in its folder, also when it was cut short.
    pub(super) fn read(&mut self, folder: &Path, phase: Phase) -> anyhow::Result<()> {
        for (file, verdict) in [
            ("caught.txt", Verdict::Caught),
            ("timeout.txt", Verdict::Timeout),
            ("missed.txt", Verdict::Missed(phase)),
            ("unviable.txt", Verdict::Unviable),
        ] {
            let path = folder.join("mutants.out").join(file);
            if !path.exists() {
                continue;
            }
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            for name in text.lines() {
                // cargo-mutants also runs some that it was not asked to run.
                let settled = [Verdict::Caught, Verdict::Unviable];
                if !self.0.get(name).is_some_and(|old| settled.contains(old)) {
                    self.0.insert(name.to_owned(), verdict);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(lines: &[&str]) -> anyhow::Result<Vec<Mutant>> {
        let list: Vec<_> = lines
            .iter()
            .map(|line| {
                let file = line.split(':').next().unwrap();
                serde_json::json!({ "name": line, "file": file, "genre": "FnValue" })
            })
            .collect();
        mutants_of(&serde_json::to_vec(&list).unwrap())
    }

    #[test]
    fn a_key_has_no_line_and_tells_alike_mutants_apart() {
        let mutants = listed(&[
            "crates/cors-model/src/a.rs:1:2: replace == with != in A::b",
            "crates/cors-model/src/a.rs:3:4: replace == with != in A::b",
            "crates/cors-model/src/a.rs:3:4: delete ! in A::b",
        ])
        .unwrap();
        let keys: Vec<_> = mutants.iter().map(|mutant| mutant.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "src/a.rs: replace == with != in A::b",
                "src/a.rs: replace == with != in A::b #2",
                "src/a.rs: delete ! in A::b"
            ]
        );
        assert!(listed(&["a.rs: without a line"]).is_err());
        assert!(mutants_of(b"{}").is_err());
    }

    #[test]
    fn a_name_is_matched_as_it_is() {
        let mutants =
            listed(&["a.rs:1:2: replace <impl X<'_> for Y>::f -> &'static [u8] with |x|"]).unwrap();
        assert_eq!(
            mutants[0].as_regex(),
            r"^a\.rs:1:2: replace <impl X<'_> for Y>::f \-> \&'static \[u8\] with \|x\|$"
        );
    }

    #[test]
    fn what_the_model_misses_goes_to_the_agents() {
        let folder = tempfile::tempdir().unwrap();
        let write = |lines: [(&str, &str); 3]| {
            let out = folder.path().join("mutants.out");
            let _ = std::fs::remove_dir_all(&out);
            std::fs::create_dir_all(&out).unwrap();
            for (file, text) in lines {
                std::fs::write(out.join(file), text).unwrap();
            }
        };
        let mut verdicts = Verdicts::default();
        assert!(verdicts.is_pending("m", Phase::Model));
        assert!(!verdicts.is_pending("m", Phase::Agents));
        write([
            ("caught.txt", "c\n"),
            ("missed.txt", "m\nn\n"),
            ("unviable.txt", "u\n"),
        ]);
        verdicts.read(folder.path(), Phase::Model).unwrap();
        assert_eq!(verdicts.of("c"), Some(Verdict::Caught));
        assert_eq!(verdicts.of("u"), Some(Verdict::Unviable));
        assert_eq!(verdicts.of("m"), None);
        assert!(verdicts.is_pending("m", Phase::Agents));
        assert!(!verdicts.is_pending("m", Phase::Model));
        assert!(!verdicts.is_pending("c", Phase::Agents));
        write([
            ("caught.txt", "n\n"),
            ("missed.txt", "m\nc\n"),
            ("timeout.txt", "t\n"),
        ]);
        verdicts.read(folder.path(), Phase::Agents).unwrap();
        assert_eq!(verdicts.of("n"), Some(Verdict::Caught));
        assert_eq!(verdicts.of("c"), Some(Verdict::Caught), "once is enough");
        assert_eq!(verdicts.of("m"), Some(Verdict::Missed(Phase::Agents)));
        assert_eq!(verdicts.of("t"), Some(Verdict::Timeout));
        assert!(!verdicts.is_pending("m", Phase::Agents));
        verdicts.forget_missed();
        assert!(verdicts.is_pending("m", Phase::Model) && verdicts.is_pending("t", Phase::Model));
        assert!(!verdicts.is_pending("n", Phase::Model));
    }
}
