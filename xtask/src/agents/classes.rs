//! The summaries of the emulators, which fail too many cases to keep what they did in each.
//!
//! `xtask/agents/NAME.toml` holds the classes, written by hand: name, reason, steps, and by what a
//! case of the class is known. From it and from the record of a run, `target/agents/NAME.json`, the
//! summary is written: how many cases each class has, and what was done in a few. A case that no
//! class fits is an error, and so is a class without cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use cors_vectors::format::format;
use cors_vectors::known::entry::Known;
use cors_vectors::known::file::{KnownFile, Reasons};
use cors_vectors::observed::ObservedFile;
use cors_vectors::summary::{ClassSummary, Classifier, SAMPLE, SummaryFile};

/// Where the classes of an emulator stand.
fn file(name: &str) -> String {
    format!("xtask/agents/{name}.toml")
}

/// Where what an emulator did in each case is kept for the summary.
pub(super) fn record(name: &str) -> String {
    format!("target/agents/{name}.json")
}

///
/// They are in the order in which they are tried: a case belongs to the first that fits.
fn classes(root: &Path, name: &str) -> anyhow::Result<Vec<Known>> {
    let file = file(name);
    let text = fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
    let none = |_: &str| Err("expected `shows` in place of `cases`".to_owned());
    let list = KnownFile::read(&file, &text, Reasons::Needed, &none)?;
    let known = list.entries.into_iter().map(|entry| entry.known);
    Ok(known.collect())
}

/// The text of the summary that follows from the classes and the record.
pub(super) fn summary(root: &Path, name: &str) -> anyhow::Result<String> {
    let record = record(name);
    let text = fs::read_to_string(root.join(&record))
        .with_context(|| format!("{record}: `cargo xtask agents record {name}` writes it"))?;
    let observed: ObservedFile = serde_json::from_str(&text).context(record)?;
    let classes = classes(root, name)?;
    let made = summed_up(observed, classes).with_context(|| file(name))?;
    Ok(format(&serde_json::to_value(made)?))
}

fn summed_up(observed: ObservedFile, classes: Vec<Known>) -> anyhow::Result<SummaryFile> {
    let library = cors_vectors::library().map_err(|errors| anyhow!("{errors}"))?;
    let classifier = Classifier::new(&classes).map_err(|error| anyhow!(error))?;
    let mut classes: Vec<ClassSummary> = classes
        .into_iter()
        .map(|known| ClassSummary {
            known: Known {
                count: Some(0),
                ..known
            },
            sample: BTreeMap::new(),
        })
        .collect();
    let mut alone = Vec::new();
    for (id, did) in observed.differing {
        let case = library
            .agent_case(&id)
            .with_context(|| format!("there is no case {id}: record again"))?;
        match classifier.class(case, &did) {
            Ok(class) => {
                let class = classes.get_mut(class).context("a class without a place")?;
                class.known.count = class.known.count.map(|count| count + 1);
                if class.sample.len() < SAMPLE {
                    class.sample.insert(id, did);
                }
            }
            Err(line) => alone.push(line),
        }
    }
    ensure!(
        alone.is_empty(),
        "no class fits {} cases:\n  {}",
        alone.len(),
        alone.join("\n  ")
    );
    if let Some(empty) = classes.iter().find(|class| class.known.count == Some(0)) {
        return Err(anyhow!(
            "`{}` fits no case",
            empty.known.name.as_deref().unwrap_or_default()
        ));
    }
    let count = |(reason, ids): (String, Vec<String>)| (reason, ids.len());
    Ok(SummaryFile {
        schema: Some("../../schema/summary.schema.json".to_owned()),
        agent: observed.engine,
        version: observed.version,
        date: observed.date,
        run: observed.run,
        skipped: observed.skipped.into_iter().map(count).collect(),
        classes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cors_vectors::summary;

    /// The classes of the summaries are those that people wrote, and the sample of each class is of
    /// it.
    #[test]
    fn summaries_have_the_classes_of_their_emulators() {
        let root = crate::root();
        let library = cors_vectors::library().unwrap();
        for name in ["jsdom", "happy-dom"] {
            let summary = summary::summary(name).unwrap().unwrap();
            assert_eq!(summary.agent, name);
            assert!(summary.run > 2_500);
            let written = classes(root, name).unwrap();
            let there = summary.classes.iter().map(|class| Known {
                count: None,
                ..class.known.clone()
            });
            assert!(
                there.eq(written.iter().cloned()),
                "{name} is out of date: `cargo xtask agents record {name}`"
            );
            let classifier = Classifier::new(&written).unwrap();
            for (place, ClassSummary { known, sample }) in summary.classes.iter().enumerate() {
                let name = known.name.as_deref().unwrap();
                assert!(known.reason.len() > 20, "{name}");
                assert_eq!(sample.len(), known.count.unwrap().min(SAMPLE), "{name}");
                for (id, did) in sample {
                    let case = library.agent_case(id).unwrap();
                    assert_eq!(classifier.class(case, did), Ok(place), "{id}");
                }
            }
        }
    }

    #[test]
    fn a_case_that_no_class_fits_is_named() {
        let mut summary = summary::summary("jsdom").unwrap().unwrap();
        let class = summary.classes.remove(0);
        let (id, did) = class.sample.into_iter().next().unwrap();
        let library = cors_vectors::library().unwrap();
        let classifier = Classifier::new([]).unwrap();
        let line = classifier.class(library.agent_case(&id).unwrap(), &did);
        assert!(line.unwrap_err().starts_with(&format!("{id}: shared")));
        let mut class = class.known;
        class.shows[0].all = vec!["no-such-tag".to_owned()];
        let error = Classifier::new([&class]).unwrap_err();
        assert!(error.contains("no tag `no-such-tag`"), "{error}");
    }
}
