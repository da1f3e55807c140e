//! `pairs.toml`: versions of libraries between which a fault has gone.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pairs {
    /// Pairs of versions that a case tells apart.
    #[serde(rename = "pair")]
    pub(super) pairs: Vec<Pair>,
    /// Differences that no case is to fail for.
    #[serde(default)]
    pub(super) beyond: Vec<Beyond>,
}

/// A faulty version and a good one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// By which it is called: the library and its faulty version.
    pub(super) name: String,
    /// What the faulty version does.
    pub(super) about: String,
    /// The class of the fault.
    pub(super) class: String,
    /// Where it was reported, corrected or announced.
    pub(super) source: String,
    /// The cases that the faulty version fails and the good one passes.
    pub(super) cases: Vec<String>,
    /// What both programs are told, in `REPLAY_SETTINGS`.
    #[serde(default)]
    pub(super) settings: Vec<String>,
    /// The version with the fault.
    pub(super) faulty: Version,
    /// The version without.
    pub(super) good: Version,
}

/// A version of a library, and the program around it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    /// A file of `xtask/replay/servers`, or a folder with a crate.
    pub(super) server: String,
    /// What is installed, the library first: `name@version`, for PyPI `name==version`.
    pub(super) packages: Vec<String>,
    /// What this program alone is told beside the settings of the pair.
    #[serde(default)]
    pub(super) settings: Vec<String>,
}

/// A difference between versions that no case is to fail for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Beyond {
    /// The library and its earlier version.
    pub(super) name: String,
    /// What the earlier version does.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, checked by a test")
    )]
    pub(super) about: String,
    /// Where it was reported, corrected or announced.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, checked by a test")
    )]
    pub(super) source: String,
    /// Why no case fails for it.
    pub(super) reason: String,
}

/// What a program is written in, which is how it is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cargo,
    Npm,
    Pip,
}

impl Version {
    /// How it is installed.
    pub(super) fn kind(&self) -> Kind {
        match self.server.rsplit_once('.') {
            Some((_, "mjs")) => Kind::Npm,
            Some((_, "py")) => Kind::Pip,
            _ => Kind::Cargo,
        }
    }

    /// The library's name and version.
    ///
    /// Fails when the first package does not name both.
    pub(super) fn library(&self) -> anyhow::Result<(&str, &str)> {
        let package = self.packages.first().context("there are no packages")?;
        let parts = match self.kind() {
            Kind::Pip => package.split_once("=="),
            Kind::Npm | Kind::Cargo => package.rsplit_once('@'),
        };
        parts
            .filter(|(name, version)| !name.is_empty() && !version.is_empty())
            .with_context(|| format!("{package:?} names no version"))
    }
}

impl Pairs {
    /// Reads the text of the file.
    ///
    /// Fails with the field, or with the pair and what is wrong with it.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let pairs: Self = toml::from_str(text)?;
        let mut names = BTreeSet::new();
        let beyond = pairs.beyond.iter().map(|beyond| &beyond.name);
        for name in pairs.pairs.iter().map(|pair| &pair.name).chain(beyond) {
            ensure!(
                names.insert(name),
                "there are two pairs of the name {name:?}"
            );
        }
        for pair in &pairs.pairs {
            pair.check()
                .with_context(|| format!("pair {:?}", pair.name))?;
        }
        Ok(pairs)
    }

    /// The pairs of these names, in the order of the file; all of them without names.
    ///
    /// Fails on a name that there is none of.
    pub(super) fn choose(&self, names: &[String]) -> anyhow::Result<Vec<&Pair>> {
        for name in names {
            if let Some(beyond) = self.beyond.iter().find(|beyond| beyond.name == *name) {
                bail!("{name}: no case is to fail for it: {}", beyond.reason);
            }
            ensure!(
                self.pairs.iter().any(|pair| pair.name == *name),
                "there is no pair {name:?}; there are {}",
                self.pairs
                    .iter()
                    .map(|pair| pair.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        let chosen = self.pairs.iter();
        Ok(chosen
            .filter(|pair| names.is_empty() || names.contains(&pair.name))
            .collect())
    }
}

impl Pair {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.cases.is_empty(), "cases: expected at least one");
        ensure!(
            self.source.starts_with("https://"),
            "source: expected an https address, found {:?}",
            self.source
        );
        let (faulty, bad) = self.faulty.library().context("faulty")?;
        let (good, better) = self.good.library().context("good")?;
        ensure!(
            faulty == good && bad != better,
            "faulty and good: expected two versions of one library, found {faulty} {bad} and \
             {good} {better}"
        );
        Ok(())
    }
}

/// Whether a case catches a faulty server of a class, so that failing it names the class.
pub(super) fn names_class(
    catches: &[String],
    classes: &BTreeMap<String, String>,
    class: &str,
) -> bool {
    catches
        .iter()
        .any(|fault| classes.get(fault).is_some_and(|known| known == class))
}

/// The classes of the faulty servers by their names, from what `serve --list` prints: a heading
/// without indentation, then a line for each with its name and class, until the next heading.
pub(super) fn classes(list: &str) -> BTreeMap<String, String> {
    let mut lines = list.lines();
    let faults = lines
        .by_ref()
        .skip_while(|line| !line.starts_with("Faults"))
        .skip(1)
        .take_while(|line| line.starts_with(' '));
    faults
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cors_vectors::library::library;

    use super::*;

    const TEXT: &str = r#"
[[pair]]
name = "cors-1"
about = "it forgets"
class = "V2"
source = "https://issues.example/1"
cases = ["vary/foreign"]
faulty = { server = "express.mjs", packages = ["@scope/cors@1.0", "express@4.0"] }
good = { server = "express.mjs", packages = ["@scope/cors@1.1", "express@4.0"] }

[[beyond]]
name = "cors-0"
about = "it adds"
source = "https://issues.example/0"
reason = "harmless"
"#;

    #[test]
    fn a_wrong_file_is_refused_with_its_pair_and_field() {
        assert!(Pairs::parse(TEXT).is_ok());
        for (from, to, said) in [
            ("class", "klass", "klass"),
            ("cors-0", "cors-1", "two pairs of the name \"cors-1\""),
            ("[\"vary/foreign\"]", "[]", "pair \"cors-1\": cases"),
            ("https://issues.example/1", "somewhere", "source: expected"),
            ("cors@1.1", "cors@1.0", "two versions of one library"),
            ("@scope/cors@1.1", "@scope/koa@1.1", "two versions of one"),
            ("cors@1.1", "cors@", "good"),
        ] {
            let error = Pairs::parse(&TEXT.replacen(from, to, 1)).unwrap_err();
            let message = format!("{error:#}");
            assert!(message.contains(said), "{from}: {message}");
        }
    }

    #[test]
    fn pairs_are_chosen_by_name() {
        let pairs = Pairs::parse(TEXT).unwrap();
        assert_eq!(pairs.choose(&[]).unwrap().len(), 1);
        assert_eq!(pairs.choose(&["cors-1".to_owned()]).unwrap().len(), 1);
        let error = pairs.choose(&["cors-2".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("there are cors-1"), "{error}");
        let error = pairs.choose(&["cors-0".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("harmless"), "{error}");
    }

    #[test]
    fn a_version_is_read_off_its_package() {
        let pairs = Pairs::parse(TEXT).unwrap();
        let [pair] = &*pairs.pairs else {
            panic!("{pairs:?}")
        };
        assert_eq!(pair.faulty.library().unwrap(), ("@scope/cors", "1.0"));
        assert_eq!(pair.faulty.kind(), Kind::Npm);
    }

    #[test]
    fn the_class_of_a_fault_is_read_off_the_list() {
        let list = "Faults (--fault NAME)\n  star-moved  O9  It moves.\n  late  V2  It is late.\n\
                    \nLegitimate (--variant NAME)\n  calm  harmless  It is calm.\n";
        let classes = classes(list);
        assert_eq!(classes.len(), 2, "{classes:?}");
        let catches = ["late".to_owned(), "unknown".to_owned()];
        assert!(names_class(&catches, &classes, "V2"));
        assert!(!names_class(&catches, &classes, "O9"));
    }

    #[test]
    fn the_pairs_of_the_project_are_about_cases_and_programs_that_exist() {
        let folder = crate::root().join("xtask/replay");
        let text = std::fs::read_to_string(folder.join("pairs.toml")).unwrap();
        let pairs = Pairs::parse(&text).unwrap();
        assert!(pairs.pairs.len() >= 16, "{}", pairs.pairs.len());
        let library = library().unwrap();
        for pair in &pairs.pairs {
            assert!(!pair.about.is_empty(), "{}", pair.name);
            for case in &pair.cases {
                assert!(library.server_case(case).is_some(), "{}: {case}", pair.name);
            }
            for version in [&pair.faulty, &pair.good] {
                let server = folder.join("servers").join(&version.server);
                assert!(server.exists(), "{}", server.display());
            }
        }
        for beyond in &pairs.beyond {
            assert!(!beyond.about.is_empty(), "{}", beyond.name);
            assert!(beyond.source.starts_with("https://"), "{}", beyond.name);
        }
    }
}
