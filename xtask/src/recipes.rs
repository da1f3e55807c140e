//! `cargo xtask recipes`: the files for CI services are what their services understand.
//!
//! The schemas are those of SchemaStore, as the package check-jsonschema of PyPI contains them.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, ensure};

use crate::python;
use crate::tools::succeed;

/// What has the schemas, and reads YAML.
const CHECKER: (&str, &str) = ("check-jsonschema", "0.39.0");

/// Files, and the schema of each.
const RECIPES: &[(&str, &str)] = &[
    (".github/workflows/release.yml", "github-workflows"),
    ("crates/cors-conformance/ci/github.yml", "github-workflows"),
    ("crates/cors-conformance/ci/action.yml", "github-actions"),
    ("crates/cors-conformance/ci/gitlab-ci.yml", "gitlab-ci"),
    (
        "crates/cors-conformance/ci/azure-pipelines.yml",
        "azure-pipelines",
    ),
];

/// A file that no schema accepts, to see that the check can fail.
const WRONG: &str = "- 1\n";

/// Checks each, and that the check can fail.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let program = python::program(CHECKER.0, CHECKER.1)?;
    let wrong = crate::root().join("target/tools/wrong.yml");
    std::fs::write(&wrong, WRONG).context("cannot write a wrong recipe")?;
    for (file, schema) in RECIPES {
        let path = crate::root().join(file);
        succeed(&mut check(&program, schema, &path))?;
        let refused = check(&program, schema, &wrong).output();
        let refused = refused.context("cannot start check-jsonschema")?;
        ensure!(
            refused.status.code() == Some(1),
            "the schema {schema} takes {WRONG:?}"
        );
    }
    println!("recipes: {} files are as their schemas say", RECIPES.len());
    Ok(ExitCode::SUCCESS)
}

/// The command that holds a file against a schema.
fn check(program: &Path, schema: &str, file: &Path) -> Command {
    let mut check = Command::new(program);
    check
        .arg("--builtin-schema")
        .arg(format!("vendor.{schema}"));
    check.arg(file);
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workflow_and_recipe_is_held_against_a_schema() {
        for folder in [".github/workflows", "crates/cors-conformance/ci"] {
            for entry in std::fs::read_dir(crate::root().join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let file = path.strip_prefix(crate::root()).unwrap();
                let known = RECIPES.iter().any(|(known, _)| Path::new(known) == file);
                let is_yaml = file.extension().is_some_and(|end| end == "yml");
                assert!(known || !is_yaml, "{}", file.display());
            }
        }
    }
}
