//! What is new in a release: which cases came, changed and went.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::member::set;

/// Members that say something about a case, and nothing of what it asks.
const BESIDE: &[&str] = &[
    "since", "flags", "filled", "catches", "title", "why", "aliases",
];

/// Ids of the cases that are new, that ask something else, and that are gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    added: Vec<String>,
    changed: Vec<String>,
    retired: Vec<String>,
    all: usize,
}

/// A file of a release.
pub(super) fn read(path: &Path) -> anyhow::Result<Value> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

impl Changes {
    /// Gives each case of a release the version in which it came (`since`), and compares the release
    /// with the one before.
    pub(super) fn between(before: Option<&Value>, now: &mut Value) -> anyhow::Result<Self> {
        let version = now.get("version").cloned().context("no version")?;
        let known = before.and_then(|before| before.get("cases")?.as_array());
        let mut known: BTreeMap<&str, &Value> = known
            .into_iter()
            .flatten()
            .filter_map(|case| Some((case.get("id")?.as_str()?, case)))
            .collect();
        let mut changes = Self::default();
        let cases = now.get_mut("cases").and_then(Value::as_array_mut);
        for case in cases.context("no cases")? {
            let aliases = case.get("aliases").and_then(Value::as_array);
            let names = case
                .get("id")
                .into_iter()
                .chain(aliases.into_iter().flatten());
            let names: Vec<Value> = names.cloned().collect();
            let earlier = names.iter().find_map(|name| known.remove(name.as_str()?));
            let id = names
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let since = earlier.and_then(|earlier| earlier.get("since"));
            set(case, "since", since.unwrap_or(&version).clone());
            match earlier {
                Some(earlier) if asks(earlier) != asks(case) => changes.changed.push(id),
                None if before.is_some() => changes.added.push(id),
                _ => {}
            }
            changes.all += 1;
        }
        changes.retired = known.into_keys().map(str::to_owned).collect();
        Ok(changes)
    }
}

/// What a case asks.
fn asks(case: &Value) -> Value {
    let mut case = case.clone();
    if let Some(members) = case.as_object_mut() {
        members.retain(|name, _| name != "id" && !BESIDE.contains(&name.as_str()));
    }
    case
}

impl Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases", self.all)?;
        for (what, ids) in [
            ("added", &self.added),
            ("changed", &self.changed),
            ("retired", &self.retired),
        ] {
            if !ids.is_empty() {
                write!(f, "\n- {what}: {}", ids.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cases_keep_the_version_in_which_they_came() {
        let mut first = json!({"version": "1.0.0", "cases": [
            {"id": "a/one", "aliases": [], "title": "One", "steps": [1]},
            {"id": "a/two", "aliases": [], "title": "Two", "steps": [2]},
            {"id": "a/three", "aliases": [], "title": "Three", "steps": [3]}
        ]});
        let changes = Changes::between(None, &mut first).unwrap();
        assert_eq!(changes.to_string(), "3 cases");
        let mut second = json!({"version": "1.1.0", "cases": [
            {"id": "a/uno", "aliases": ["a/one"], "title": "Uno", "steps": [1]},
            {"id": "a/two", "aliases": [], "title": "Two", "steps": [22]},
            {"id": "a/four", "aliases": [], "title": "Four", "steps": [4]}
        ]});
        let changes = Changes::between(Some(&first), &mut second).unwrap();
        assert_eq!(
            changes.to_string(),
            "3 cases\n- added: a/four\n- changed: a/two\n- retired: a/three"
        );
        let since: Vec<_> = (0..3)
            .map(|at| second["cases"][at]["since"].clone())
            .collect();
        assert_eq!(since, ["1.0.0", "1.0.0", "1.1.0"]);
    }
}
