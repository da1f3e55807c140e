//! What somebody builds who tests a library with `cors-conformance-test`: few packages, and none
//! that needs a C compiler, a command line, TLS or a browser.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

const CRATE: &str = "cors-conformance-test";

/// The packages of others that it may need at most, its tests left out. A change that needs
/// fewer lowers the number.
const MOST: usize = 55;

/// What it must never need.
const FORBIDDEN: &[&str] = &[
    "aws-lc-sys",
    "cc",
    "clap",
    "cors-agents",
    "cors-conformance",
    "cors-testbed",
    "h2",
    "hyper",
    "idna",
    "regex",
    "ring",
    "rustls",
    "schemars",
    "url",
];

/// What is wrong with the packages that the crate is built from.
pub(super) fn heavy(root: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(crate::cargo())
        .args(["tree", "--package", CRATE, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(["--locked", "--offline"])
        .current_dir(root)
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo tree: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(violations(&String::from_utf8_lossy(&output.stdout)))
}

/// The same from the lines of `cargo tree`: a name, a version, and a path for those of ours.
fn violations(tree: &str) -> Vec<String> {
    let mut others = BTreeSet::new();
    let mut violations = BTreeSet::new();
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        if FORBIDDEN.contains(&name) {
            violations.insert(format!("{CRATE} must not need {name}"));
        }
        if !name.is_empty() && !line.contains(" (/") {
            others.insert(line.trim_end_matches(" (*)"));
        }
    }
    if others.len() > MOST {
        violations.insert(format!(
            "{CRATE} needs {} packages of others, at most {MOST} are allowed",
            others.len()
        ));
    }
    violations.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_packages_are_seen() {
        let light = "cors-conformance-test v0.1.0 (/x/y)\nhttp v1.5.0\nhttp v1.5.0 (*)\n";
        assert_eq!(violations(light), Vec::<String>::new());
        let ring = violations(&format!(
            "{light}ring v0.17.0\ncors-testbed v0.1.0 (/x/z)\n"
        ));
        assert_eq!(
            ring,
            [
                "cors-conformance-test must not need cors-testbed",
                "cors-conformance-test must not need ring"
            ]
        );
        let many: Vec<String> = (0..=MOST)
            .map(|number| format!("p{number} v1.0.0"))
            .collect();
        assert_eq!(violations(&many.join("\n")).len(), 1);
        assert_eq!(violations(&many[1..].join("\n")).len(), 0);
    }
}
