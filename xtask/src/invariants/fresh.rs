//! A changed case rebuilds nothing: cargo is asked, after the files of cases have been written anew.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// The folders of the cases.
const CASES: [&str; 2] = ["vectors/agent", "vectors/server"];

/// Builds the tests, writes every file of cases as it is, and gives the crates that the tests would
/// be built from again.
pub(super) fn rebuilt(root: &Path) -> anyhow::Result<Vec<String>> {
    build(root)?;
    for folder in CASES {
        let folder = root.join(folder);
        let entries = std::fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_file() {
                // The same bytes, at another time.
                std::fs::write(&path, std::fs::read(&path)?)?;
            }
        }
    }
    stale(&build(root)?)
}

/// What cargo says of a build of all tests.
fn build(root: &Path) -> anyhow::Result<String> {
    let output = Command::new(crate::cargo())
        .args(["test", "--workspace", "--locked", "--no-run"])
        .args(["--message-format", "json"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo test --no-run: {}",
        output.status
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A message of cargo.
#[derive(Deserialize)]
struct Message {
    /// Whether an artifact was there already; messages of other kinds have none.
    fresh: Option<bool>,
    package_id: Option<String>,
}

/// The packages that were built according to cargo's messages.
fn stale(messages: &str) -> anyhow::Result<Vec<String>> {
    let mut built = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message = serde_json::from_str(line).context("a message of cargo")?;
        if message.fresh == Some(false) {
            built.extend(message.package_id);
        }
    }
    built.sort();
    built.dedup();
    Ok(built)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_not_fresh() {
        let messages = "running\n\
            {\"reason\":\"compiler-artifact\",\"package_id\":\"a\",\"fresh\":true}\n\
            {\"reason\":\"compiler-artifact\",\"package_id\":\"b\",\"fresh\":false}\n\
            {\"reason\":\"compiler-artifact\",\"package_id\":\"b\",\"fresh\":false}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(stale(messages).unwrap(), ["b"]);
        assert!(stale("{").is_err());
    }
}
