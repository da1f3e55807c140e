//! The packages for npm: one with the program for a platform, and one that finds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};

use super::made::{Made, PLATFORMS, Platform, copy, emptied};
use crate::tools::{needs, succeed};

/// The package that finds the program.
const LAUNCHER: &[&str] = &[
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "bin.js",
    "index.js",
    "index.d.ts",
    "program.js",
];

/// The folder of the packages.
pub(super) fn folder() -> PathBuf {
    crate::root().join("crates/cors-conformance/npm")
}

/// Makes both: the one with the program first.
pub(super) fn packages(made: &Made) -> anyhow::Result<Vec<PathBuf>> {
    needs("npm", "npm")?;
    let version = made.package.version.to_string();
    let from = folder();
    let platform = crate::root().join("target/handed-out-stage/npm-platform");
    emptied(&platform)?;
    std::fs::copy(&made.program, platform.join("cors-conformance")).context("the program")?;
    copy(&from, &["LICENSE-MIT", "LICENSE-APACHE"], &platform)?;
    let launcher = crate::root().join("target/handed-out-stage/npm");
    emptied(&launcher)?;
    copy(&from, LAUNCHER, &launcher)?;
    let mut packed = Vec::new();
    for (stage, manifest) in [
        (&platform, from.join("platform/package.json")),
        (&launcher, from.join("package.json")),
    ] {
        let text = std::fs::read_to_string(&manifest).context("package.json")?;
        let text = released(&text, &version, made.platform)?;
        std::fs::write(stage.join("package.json"), text)?;
        packed.push(pack(stage, &made.folder)?);
    }
    Ok(packed)
}

/// The name of the package with the program for a platform.
fn part(platform: Platform) -> String {
    format!("cors-conformance-{}-{}", platform.os, platform.cpu)
}

/// A manifest with a version, for a platform if it is of its package; or else with the packages of all
/// platforms.
fn released(manifest: &str, version: &str, platform: Platform) -> anyhow::Result<String> {
    let mut manifest: Map<String, Value> =
        serde_json::from_str(manifest).context("package.json")?;
    manifest.insert("version".to_owned(), version.into());
    if manifest.contains_key("os") {
        manifest.insert("name".to_owned(), part(platform).into());
        manifest.insert("os".to_owned(), vec![platform.os].into());
        manifest.insert("cpu".to_owned(), vec![platform.cpu].into());
    } else {
        let parts = PLATFORMS
            .iter()
            .map(|platform| (part(*platform), version.into()));
        let parts: Map<String, Value> = parts.collect();
        manifest.insert("optionalDependencies".to_owned(), parts.into());
    }
    Ok(serde_json::to_string_pretty(&manifest)?)
}

fn pack(stage: &Path, out: &Path) -> anyhow::Result<PathBuf> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--pack-destination"])
        .arg(out);
    let output = npm
        .current_dir(stage)
        .output()
        .context("cannot start npm")?;
    let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let file = out.join(&name);
    ensure!(
        output.status.success() && file.is_file(),
        "npm pack: {} {name}",
        output.status
    );
    Ok(file)
}

/// Installs packages from files into a folder, and nothing else.
pub(super) fn install(folder: &Path, packages: &[PathBuf]) -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--offline",
    ])
    .args(packages)
    .current_dir(folder);
    succeed(&mut npm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_manifest_has_one_version_throughout() {
        let text = std::fs::read_to_string(folder().join("package.json")).unwrap();
        let [.., mac] = PLATFORMS else { panic!() };
        let manifest = released(&text, "1.2.3", *mac).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["version"], "1.2.3");
        assert_eq!(manifest["name"], "cors-conformance");
        let parts = &manifest["optionalDependencies"];
        assert_eq!(parts.as_object().unwrap().len(), PLATFORMS.len());
        assert_eq!(parts["cors-conformance-linux-x64"], "1.2.3");
        let text = std::fs::read_to_string(folder().join("platform/package.json")).unwrap();
        let platform = released(&text, "1.2.3", *mac).unwrap();
        let platform: Value = serde_json::from_str(&platform).unwrap();
        assert_eq!(platform["name"], "cors-conformance-darwin-arm64");
        assert_eq!(platform["os"][0], "darwin");
        for file in manifest["files"].as_array().unwrap() {
            let name = file.as_str().unwrap();
            assert!(LAUNCHER.contains(&name), "{name}");
            assert!(folder().join(name).is_file(), "{name}");
        }
    }
}
