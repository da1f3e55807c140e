//! The targets of `fuzz/` and their groups.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::program::EMPTY;

/// The part of `fuzz/Cargo.toml` that says what belongs together.
#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    groups: BTreeMap<String, Vec<String>>,
}

/// The targets of each group.
fn groups() -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let path = crate::root().join("fuzz/Cargo.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest = toml::from_str(&text).context("fuzz/Cargo.toml")?;
    Ok(manifest.package.metadata.groups)
}

/// The targets of these names and of groups of these names, each once; all of them without any.
///
/// # Errors
///
/// A name is neither.
pub(super) fn chosen(names: &[String]) -> anyhow::Result<Vec<String>> {
    let all = targets()?;
    if names.is_empty() {
        return Ok(all);
    }
    let groups = groups()?;
    let mut chosen = Vec::new();
    for name in names {
        let of_name = match groups.get(name) {
            Some(group) => group.as_slice(),
            None if all.contains(name) => std::slice::from_ref(name),
            None => {
                let groups: Vec<_> = groups.into_keys().collect();
                bail!(
                    "there is no target {name}; there are: {}; and the groups {}",
                    all.join(", "),
                    groups.join(", ")
                );
            }
        };
        for target in of_name {
            if !chosen.contains(target) {
                chosen.push(target.clone());
            }
        }
    }
    Ok(chosen)
}

/// The targets by their programs' names.
///
/// # Errors
///
/// Their folder cannot be read.
pub(super) fn targets() -> anyhow::Result<Vec<String>> {
    let folder = crate::root().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "rs") && name != EMPTY {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{chosen, groups, targets};

    #[test]
    fn each_target_is_in_one_group() {
        let mut grouped: Vec<_> = groups().unwrap().into_values().flatten().collect();
        grouped.sort();
        assert_eq!(grouped, targets().unwrap());
    }

    #[test]
    fn groups_and_targets_are_chosen_by_name_and_each_once() {
        let chosen = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            chosen(&names)
        };
        assert_eq!(
            chosen(&["range", "readers", "har"]).unwrap(),
            ["range", "case_reader", "har", "http_text", "policy_reader"]
        );
        assert_eq!(chosen(&[]).unwrap(), targets().unwrap());
        let error = chosen(&["nothing"]).unwrap_err().to_string();
        assert!(error.contains("there is no target nothing"), "{error}");
        assert!(error.contains("readers"), "{error}");
    }
}
