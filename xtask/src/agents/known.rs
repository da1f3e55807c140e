//! Brings what is known of an engine (`vectors/agent/known/`) up to date with its record.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use cors_vectors::known::edit::{pruned, written};
use cors_vectors::known::entry::Known;
use cors_vectors::known::file::{KnownFile, Reasons};
use cors_vectors::observed::ObservedFile;

/// Takes out the cases that no longer differ, and adds the new ones in an entry that people have to
/// give its name, reason and steps. Returns whether anything changed.
pub(super) fn update(name: &str) -> anyhow::Result<bool> {
    let path = crate::root().join(format!("vectors/agent/known/{name}.toml"));
    let record = crate::root().join(format!("vectors/agent/observed/{name}.json"));
    let before = fs::read_to_string(&path)?;
    let record: ObservedFile = serde_json::from_str(&fs::read_to_string(&record)?)
        .with_context(|| format!("{} is no record", record.display()))?;
    let after = updated(&path.display().to_string(), &before, &record)?;
    if after != before {
        fs::write(&path, &after).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(after != before)
}

fn updated(name: &str, before: &str, record: &ObservedFile) -> anyhow::Result<String> {
    let whole = |id: &str| Ok(BTreeSet::from([id.to_owned()]));
    let file = KnownFile::read(name, before, Reasons::Optional, &whole)?;
    // What was not run may differ still.
    let ran: BTreeSet<String> = record.covered();
    let skipped: BTreeSet<&String> = record.skipped.values().flatten().collect();
    let stays = |id: &&String| {
        record.differing.contains_key(*id) || !ran.contains(*id) || skipped.contains(id)
    };
    let kept = file.entries.iter().map(|entry| {
        let cases: Vec<String> = entry.known.cases.iter().filter(stays).cloned().collect();
        let count = cases.len();
        (cases, count)
    });
    let kept: Vec<(Vec<String>, usize)> = kept.collect();
    let mut after = pruned(before, &kept)?;
    let new = record.differing.keys().filter(|id| !file.lists(id));
    let cases: Vec<String> = new.cloned().collect();
    if !cases.is_empty() {
        after.push_str(&written(&[Known {
            cases,
            ..Known::default()
        }]));
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_longer_differs_goes_and_what_is_new_comes() {
        let before = "# About it.\n\n[[known]]\nname = \"a\"\ncases = [\"a/one\", \"a/two\", \"a/unseen\"]\n\
                      reason = \"It is so.\"\nspec = [\"fetch#x/1\"]\n";
        let record = r#"{ "engine": "x", "version": "1", "date": "2026-01-31", "run": 3,
            "cases": { "a": "one two new" }, "skipped": {},
            "differing": { "a/one": {"requests": [], "outcomes": []}, "a/new": {"requests": [], "outcomes": []} } }"#;
        let record: ObservedFile = serde_json::from_str(record).unwrap();
        let after = updated("x.toml", before, &record).unwrap();
        assert!(after.starts_with("# About it.\n"), "{after}");
        assert!(!after.contains("a/two"), "{after}");
        let whole = |id: &str| Ok(BTreeSet::from([id.to_owned()]));
        let file = KnownFile::read("x.toml", &after, Reasons::Optional, &whole).unwrap();
        let cases: Vec<&Vec<String>> = file.entries.iter().map(|one| &one.known.cases).collect();
        assert_eq!(
            cases,
            [
                &vec!["a/one".to_owned(), "a/unseen".to_owned()],
                &vec!["a/new".to_owned()]
            ]
        );
        assert!(file.lists("a/new"));
        // People have to say why.
        assert!(KnownFile::read("x.toml", &after, Reasons::Needed, &whole).is_err());
        assert_eq!(updated("x.toml", &after, &record).unwrap(), after);
    }
}
