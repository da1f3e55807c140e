//! `expected.toml`: what the suite finds in a subject, with the judgement of each failure, and how
//! a run differs from it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::subjects::suite::{Case, Outcome};

/// One `expected.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// What was found, each with the cases that show it.
    #[serde(default, rename = "finding")]
    pub(crate) findings: Vec<Finding>,
}

/// A failure that was looked into and is the subject's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    /// What the subject does, and why the suite is right to say so.
    pub(crate) said: String,
    /// Whose it is.
    pub(crate) whose: Whose,
    /// The class of such faults, as that of the faulty servers of the testbed.
    pub(crate) class: String,
    /// Where its owners know of it.
    #[serde(default)]
    pub(crate) link: Option<String>,
    /// The cases that fail for it, and how each does.
    pub(crate) cases: BTreeMap<String, String>,
}

/// Who has to mend what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Whose {
    /// The library that adds the CORS headers.
    Library,
    /// What it runs on: the server or the framework below it.
    Server,
    /// The configuration that people copy: the program can do better.
    Recipe,
}

impl Whose {
    /// Its word in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Server => "server",
            Self::Recipe => "recipe",
        }
    }
}

impl Expected {
    /// Reads the file of a subject's folder; without one nothing is expected to fail.
    ///
    /// Fails when it cannot be read, has an unknown or missing field, or names a case twice.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join("expected.toml");
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("reading {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Reads the text of such a file.
    fn parse(text: &str) -> anyhow::Result<Self> {
        let expected: Self = toml::from_str(text)?;
        let mut seen = BTreeMap::new();
        for finding in &expected.findings {
            for id in finding.cases.keys() {
                if let Some(other) = seen.insert(id, &finding.said) {
                    bail!(
                        "the case {id} stands under {other:?} and under {:?}",
                        finding.said
                    );
                }
            }
        }
        Ok(expected)
    }

    /// How a case is expected to fail, and for what.
    fn of(&self, id: &str) -> Option<(&Finding, &str)> {
        self.findings.iter().find_map(|finding| {
            let how = finding.cases.get(id)?;
            Some((finding, how.as_str()))
        })
    }

    /// Where the cases of a run did otherwise than expected, a sentence each. A run of a part of
    /// the cases says nothing of the others.
    pub(crate) fn differences(&self, run: &BTreeMap<String, Case>, whole: bool) -> Vec<String> {
        let mut differences = Vec::new();
        for (id, case) in run {
            match (self.of(id), case.failure()) {
                (None, None) => {}
                (Some((_, how)), Some(failure)) if how == failure => {}
                (Some((_, how)), Some(failure)) => differences.push(format!(
                    "{id} fails otherwise: expected {how:?}, found {failure:?}{}",
                    because(case)
                )),
                (None, Some(failure)) => differences.push(format!(
                    "{id} fails, which nothing explains: {failure:?}{}",
                    because(case)
                )),
                (Some((finding, _)), None) => {
                    let what = match case.outcome {
                        Outcome::Blocked => "is blocked",
                        Outcome::Skip => "is skipped",
                        Outcome::Pass | Outcome::Fail | Outcome::Error => "passes",
                    };
                    differences.push(format!(
                        "{id} {what}, expected the failure {:?}",
                        finding.said
                    ));
                }
            }
        }
        if whole {
            let expected = self
                .findings
                .iter()
                .flat_map(|finding| finding.cases.keys());
            for id in expected.filter(|id| !run.contains_key(*id)) {
                differences.push(format!(
                    "{id} is expected to fail, but there is no such case"
                ));
            }
        }
        differences
    }
}

/// The reason of a failure, ready to be put behind it.
fn because(case: &Case) -> String {
    case.reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"))
}

#[cfg(test)]
mod tests {
    use cors_vectors::library::library;

    use super::*;
    use crate::subjects::Places;
    use crate::subjects::manifest::Subject;

    const TEXT: &str = r#"
[[finding]]
said = "it does not look"
whose = "library"
class = "O8"
[finding.cases]
"a/b" = "must: shared instead of refused"
"a/c" = "should: vary"
"#;

    fn run(cases: &[(&str, &str)]) -> BTreeMap<String, Case> {
        let case = |id: &str, rest: &str| {
            let text = format!(r#"{{"id":"{id}","level":"must",{rest}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        cases
            .iter()
            .map(|(id, rest)| ((*id).to_owned(), case(id, rest)))
            .collect()
    }

    const AS_EXPECTED: &str = r#""outcome":"fail","wanted":"refused","got":"shared""#;

    #[test]
    fn every_way_to_differ_is_told() {
        let expected = Expected::parse(TEXT).unwrap();
        let differences =
            |cases: &[(&str, &str)], whole| expected.differences(&run(cases), whole).join("\n");
        assert_eq!(differences(&[("a/b", AS_EXPECTED)], false), "");
        assert_eq!(differences(&[("x/y", r#""outcome":"pass""#)], false), "");
        let said = differences(&[("a/b", r#""outcome":"error","reason":"reset""#)], false);
        assert!(
            said.contains("fails otherwise") && said.contains("(reset)"),
            "{said}"
        );
        let said = differences(&[("x/y", AS_EXPECTED)], false);
        assert!(said.contains("nothing explains"), "{said}");
        for (outcome, word) in [
            ("pass", "passes"),
            ("skip", "skipped"),
            ("blocked", "blocked"),
        ] {
            let outcome = format!(r#""outcome":"{outcome}""#);
            let said = differences(&[("a/b", &outcome)], false);
            assert!(
                said.contains(word) && said.contains("it does not look"),
                "{said}"
            );
        }
        let said = differences(&[("a/b", AS_EXPECTED)], true);
        assert!(
            said.contains("a/c") && said.contains("no such case"),
            "{said}"
        );
    }

    #[test]
    fn a_wrong_file_is_refused() {
        let refusal = |text: &str| format!("{:#}", Expected::parse(text).unwrap_err());
        let message = refusal(&TEXT.replace("whose", "who"));
        assert!(message.contains("who"), "{message}");
        let message = refusal(&TEXT.replace("\"library\"", "\"nobody\""));
        assert!(message.contains("nobody"), "{message}");
        let message = refusal(&format!("{TEXT}{TEXT}"));
        assert!(message.contains("the case a/b stands under"), "{message}");
    }

    #[test]
    fn every_finding_of_the_subjects_is_about_cases_that_exist() {
        let library = library().unwrap();
        for subject in Subject::read_all(&Places::find().unwrap()).unwrap() {
            let name = &subject.manifest.name;
            for finding in Expected::read(&subject.dir).unwrap().findings {
                let Finding { said, class, .. } = &finding;
                assert!(
                    !said.is_empty() && !finding.cases.is_empty(),
                    "{name}: {said}"
                );
                let number = class.strip_prefix(['O', 'V', 'E', 'R', 'P', 'D']);
                assert!(
                    number.is_some_and(|number| number.parse::<u8>().is_ok()),
                    "{name}: {class}"
                );
                for (id, how) in &finding.cases {
                    assert!(library.server_case(id).is_some(), "{name}: {id}");
                    let levels = ["must: ", "should: "];
                    assert!(
                        levels.iter().any(|level| how.starts_with(level)),
                        "{name}: {how}"
                    );
                }
            }
        }
    }
}
