//! The program for a platform, on Linux a static one, and the archive of it with its pages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use cargo_metadata::Package;

use super::made::{FEATURES, Platform, copy, emptied};
use crate::tools::{install_target, needs, program, succeed};

/// The program has at most so many bytes.
const LARGEST: u64 = 20_000_000;

/// The version of cargo-cyclonedx that lists what is in the program.
const CYCLONEDX: &str = "0.5.9";

/// Builds the program; gives its path.
pub(super) fn build(platform: Platform) -> anyhow::Result<PathBuf> {
    if platform.is_linux() {
        needs("musl-gcc", "musl-tools")?;
    }
    install_target(platform.target)?;
    let target = crate::root().join("target");
    let mut build = Command::new(crate::cargo());
    build
        .args(["build", "--profile", "dist", "--locked"])
        .args(["--target", platform.target])
        .args(["--package", "cors-conformance", "--features", FEATURES])
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(crate::root());
    succeed(&mut build)?;
    let program = target.join(platform.target);
    let program = program.join("dist/cors-conformance");
    let size = std::fs::metadata(&program).context("no program")?.len();
    println!("the program has {size} bytes");
    ensure!(
        size < LARGEST,
        "the program has {size} bytes, {LARGEST} are too many"
    );
    Ok(program)
}

/// The name of the archive without its end, which is that of the folder in it.
pub(super) fn name(package: &Package, platform: Platform) -> String {
    format!("{}-{}-{}", package.name, package.version, platform.target)
}

/// Makes the archive.
pub(super) fn make(
    program: &Path,
    package: &Package,
    platform: Platform,
    folder: &Path,
) -> anyhow::Result<PathBuf> {
    // The one of GNU, which has the options below.
    let tar = if platform.is_linux() { "tar" } else { "gtar" };
    needs(tar, "tar")?;
    let name = name(package, platform);
    let stage = crate::root().join("target/handed-out-stage");
    let root = stage.join(&name);
    emptied(&root)?;
    std::fs::copy(program, root.join("cors-conformance")).context("the program")?;
    let documents = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
    copy(crate::root(), &documents, &root)?;
    succeed(Command::new(program).arg("pages").arg(&root))?;
    let list = components(package, platform)?;
    std::fs::write(root.join("cors-conformance.cdx.json"), list).context("the list")?;
    let archive = folder.join(format!("{name}.tar.gz"));
    let mut tar = Command::new(tar);
    // The same bytes from the same files.
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--mtime=@0", "-czf"])
        .arg(&archive)
        .arg("-C")
        .arg(&stage)
        .arg(&name);
    succeed(&mut tar)?;
    Ok(archive)
}

/// What the program is made of, as CycloneDX has it.
fn components(package: &Package, platform: Platform) -> anyhow::Result<String> {
    const NAME: &str = "components";
    let tool = program("cargo-cyclonedx", CYCLONEDX)?;
    let mut list = Command::new(tool);
    list.args([
        "cyclonedx",
        "--quiet",
        "--format",
        "json",
        "--no-build-deps",
    ])
    .args(["--spec-version", "1.5", "--target", platform.target])
    .args(["--features", FEATURES, "--override-filename", NAME])
    .arg("--manifest-path")
    .arg(&package.manifest_path)
    .current_dir(crate::root());
    let done = succeed(&mut list);
    // It writes one for each member of the workspace.
    let mut text = None;
    let crates = std::fs::read_dir(crate::root().join("crates"))?;
    let others = ["fuzz", "xtask", "xtask/benches", "xtask/launch"];
    let others = others.map(|folder| Ok(crate::root().join(folder)));
    for member in crates
        .map(|entry| Ok::<_, anyhow::Error>(entry?.path()))
        .chain(others)
    {
        let member = member?;
        let file = member.join(format!("{NAME}.json"));
        if file.is_file() {
            if package.manifest_path.starts_with(&member) {
                text = Some(std::fs::read_to_string(&file)?);
            }
            std::fs::remove_file(&file)?;
        }
    }
    done?;
    let text = text.context("cargo-cyclonedx wrote nothing")?;
    // Nobody else has this folder.
    Ok(text.replace(&*crate::root().to_string_lossy(), "."))
}
