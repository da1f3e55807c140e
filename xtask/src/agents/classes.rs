//! The expectations for the emulators, which fail too many cases to be attributed one by one.
//!
//! `xtask/agents/NAME.toml` holds the classes, written by hand: name, reason, steps, and by what a
//! case of the class is known. From it and from the record `vectors/agent/observed/NAME.json` the
//! expectations are written, in which each class names every one of its cases. A case that no class
//! fits is an error, and so is a class without cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use cors_vectors::agent::AgentCase;
use cors_vectors::format::format;
use cors_vectors::observed::{Deviation, ExpectationsFile, ObservedFile, read_expectations};
use cors_vectors::select::Selector;
use serde::Deserialize;

use super::tags::{ALL, tags};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Classes {
    /// In the order in which they are tried: a case belongs to the first that fits.
    class: Vec<Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    name: String,
    reason: String,
    spec: Vec<String>,
    /// Whether it is about cases that accept what the agent does beside what the standard says.
    #[serde(default)]
    accepted: bool,
    /// A case belongs to it when one of these fits.
    shows: Vec<Shows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shows {
    /// All of these have to be there.
    #[serde(default)]
    all: Vec<String>,
    /// Nothing else may be there.
    #[serde(default)]
    only: Vec<String>,
    /// The case has to match one of these, where there are any.
    #[serde(default)]
    cases: Vec<String>,
}

/// One way to know a class, ready to be tried.
struct Rule<'a> {
    class: &'a Class,
    shows: &'a Shows,
    selectors: Vec<Selector>,
}

impl<'a> Rule<'a> {
    fn new(class: &'a Class, shows: &'a Shows) -> anyhow::Result<Self> {
        for tag in shows.all.iter().chain(&shows.only) {
            ensure!(ALL.contains(&tag.as_str()), "there is no tag `{tag}`");
        }
        let selectors = shows.cases.iter().map(|text| text.parse());
        let selectors: Result<Vec<Selector>, _> = selectors.collect();
        Ok(Self {
            class,
            shows,
            selectors: selectors.map_err(|error| anyhow::anyhow!("{error}"))?,
        })
    }

    fn fits(&self, case: &AgentCase, tags: &[&str]) -> bool {
        let Shows { all, only, .. } = self.shows;
        all.iter().all(|tag| tags.contains(&tag.as_str()))
            && (only.is_empty() || tags.iter().all(|tag| only.iter().any(|one| one == tag)))
            && (self.selectors.is_empty() || self.selectors.iter().any(|one| one.fits(case)))
    }
}

/// Where the classes of an agent stand, if it has any.
fn file(name: &str) -> String {
    format!("xtask/agents/{name}.toml")
}

/// Whether the expectations of this agent are made from classes.
pub(super) fn has_classes(root: &Path, name: &str) -> bool {
    root.join(file(name)).is_file()
}

/// The text of the expectations that follow from the classes and the record.
pub(super) fn expectations(root: &Path, name: &str) -> anyhow::Result<String> {
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
    };
    let classes: Classes = toml::from_str(&read(&file(name))?).with_context(|| file(name))?;
    let record = format!("vectors/agent/observed/{name}.json");
    let observed: ObservedFile =
        serde_json::from_str(&read(&record)?).with_context(|| record.clone())?;
    let library = cors_vectors::library().map_err(|errors| anyhow::anyhow!("{errors}"))?;
    let rules = classes.class.iter().flat_map(|class| {
        let shows = class.shows.iter();
        shows.map(|shows| Rule::new(class, shows).with_context(|| class.name.clone()))
    });
    let rules: Vec<Rule<'_>> = rules.collect::<anyhow::Result<_>>()?;
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (id, did) in &observed.differing {
        let Some(case) = library.agent_case(id) else {
            bail!("{record} names the case {id}, which there is not: record again");
        };
        let accepted = case.quarantine.as_ref();
        let accepted =
            accepted.is_some_and(|quarantine| tags(case, &quarantine.also, did).is_empty());
        let shown: Vec<&str> = tags(case, &case.expect, did).into_iter().collect();
        match rules
            .iter()
            .find(|rule| rule.class.accepted == accepted && rule.fits(case, &shown))
        {
            Some(rule) => members
                .entry(rule.class.name.clone())
                .or_default()
                .push(id.clone()),
            None => alone.push(format!(
                "{id}{}: {}",
                if accepted { " (accepted)" } else { "" },
                shown.join(" ")
            )),
        }
    }
    ensure!(
        alone.is_empty(),
        "no class of {} fits {} cases:\n  {}",
        file(name),
        alone.len(),
        alone.join("\n  ")
    );
    let (mut deviations, mut accepted) = (Vec::new(), Vec::new());
    for class in classes.class {
        let cases = members.remove(&class.name);
        let list = if class.accepted {
            &mut accepted
        } else {
            &mut deviations
        };
        list.push(Deviation {
            cases: cases
                .with_context(|| format!("{}: `{}` fits no case", file(name), class.name))?,
            name: class.name,
            reason: class.reason,
            spec: class.spec,
            dialect: None,
        });
    }
    let made = ExpectationsFile {
        schema: Some("../../schema/expectations.schema.json".to_owned()),
        agent: name.to_owned(),
        deviations,
        accepted,
    };
    let text = format(&serde_json::to_value(made)?);
    read_expectations(name, &text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in the files is what follows from the classes and the records.
    #[test]
    fn the_expectations_of_emulators_follow_from_their_classes() {
        let root = crate::root();
        let mut made = 0;
        for name in ["jsdom", "happy-dom"] {
            assert!(has_classes(root, name));
            let path = format!("vectors/agent/expectations/{name}.json");
            let there = fs::read_to_string(root.join(&path)).unwrap();
            let expected = expectations(root, name).unwrap();
            assert!(
                there == expected,
                "{path} is out of date: `cargo xtask agents classify`"
            );
            made += 1;
        }
        assert_eq!(made, 2);
        assert!(!has_classes(root, "chromium"));
    }
}
