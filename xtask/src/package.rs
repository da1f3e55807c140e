//! `cargo xtask package`: what a registry would get, built and tried without this repository.
//!
//! The packages of `crates/` are made and unpacked side by side in an empty folder, where each stands
//! for the package of its name in the registry. Whatever is built there is built from them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};
use cargo_metadata::Package;

use crate::tools::{Missing, succeed};
use crate::tried::Trial;
use crate::workspace::metadata;

/// The crates that people use in programs of their own, which must build with the oldest compiler.
pub(crate) const LIBRARIES: &[&str] = &[
    "cors-model",
    "cors-policy",
    "cors-vectors",
    "cors-explain",
    "cors-conformance-test",
];

/// What each package must contain.
const FILES: &[&str] = &["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// A program that uses the packages as anybody's does.
const CONSUMER: &str = r#"
fn main() {
    let library = cors_vectors::library().expect("the cases are in the package");
    assert!(cors_vectors::data::data_file("spec/fetch.toml").is_some());
    let policy = library.policy("allow-list").expect("a named policy");
    assert_eq!(policy.wants_shared(b"https://evil.example", b"GET", &[], false), Some(false));
    println!("{} cases for servers", library.server_cases().count());
}
"#;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Make the packages, and build and run a small program that uses the cases; nothing else
    #[arg(long)]
    quick: bool,
    /// Check the libraries with the oldest compiler that their manifests name, and nothing else
    #[arg(long, conflicts_with = "quick")]
    oldest: bool,
}

/// Makes the packages, builds from them and tries what was built.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.oldest {
        oldest()?;
        println!("package: the libraries build with the oldest compiler");
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let packages = Packages::unpacked(folder.path())?;
    packages.complete()?;
    packages.consumed()?;
    if !args.quick {
        packages.tested()?;
        packages.installed()?;
    }
    println!("package: {} packages are complete", packages.all.len());
    Ok(ExitCode::SUCCESS)
}

/// The members of the workspace that a registry would get.
pub(crate) fn public() -> anyhow::Result<Vec<Package>> {
    let mut packages = metadata()?.packages;
    packages.retain(|package| package.publish.is_none());
    Ok(packages)
}

/// Where what is built from packages goes, so that the next time is quick.
fn target() -> PathBuf {
    crate::root().join("target/packaged")
}

/// The packages, unpacked in a folder.
struct Packages<'a> {
    all: Vec<Package>,
    folder: &'a Path,
}

impl<'a> Packages<'a> {
    fn unpacked(folder: &'a Path) -> anyhow::Result<Self> {
        let all = public()?;
        let mut pack = Command::new(crate::cargo());
        pack.args([
            "package",
            "--locked",
            "--no-verify",
            "--allow-dirty",
            "--quiet",
        ])
        .args(
            all.iter()
                .map(|package| format!("--package={}", package.name)),
        )
        .arg("--target-dir")
        .arg(target())
        .current_dir(crate::root());
        succeed(&mut pack)?;
        for package in &all {
            let name = format!("{}-{}", package.name, package.version);
            let file = target().join("package").join(format!("{name}.crate"));
            let mut unpack = Command::new("tar");
            let status = unpack.arg("-xzf").arg(&file).arg("-C").arg(folder).status();
            let status = status.map_err(|error| Missing(format!("tar ({error})")))?;
            ensure!(status.success(), "{}: {status}", file.display());
        }
        let packages = Self { all, folder };
        // Each stands for the package of its name in the registry.
        let mut config = "[patch.crates-io]\n".to_owned();
        for package in &packages.all {
            let at = packages.at(package);
            // Writing to a string does not fail.
            let _ = writeln!(config, "{} = {{ path = '{}' }}", package.name, at.display());
        }
        std::fs::create_dir(folder.join(".cargo")).context("cannot make a folder")?;
        std::fs::write(folder.join(".cargo/config.toml"), config).context("a file of cargo")?;
        Ok(packages)
    }

    fn at(&self, package: &Package) -> PathBuf {
        self.folder
            .join(format!("{}-{}", package.name, package.version))
    }

    fn named(&self, name: &str) -> anyhow::Result<&Package> {
        let found = self.all.iter().find(|package| package.name == name);
        found.with_context(|| format!("{name} is no package"))
    }

    /// Each has its files and says what a registry shows of it.
    fn complete(&self) -> anyhow::Result<()> {
        let mut wrong = Vec::new();
        for package in &self.all {
            let name = &package.name;
            let at = self.at(package);
            let missing = FILES.iter().filter(|file| !at.join(file).is_file());
            wrong.extend(missing.map(|file| format!("{name} has no {file}")));
            let fields = [
                ("description", package.description.is_none()),
                ("license", package.license.is_none()),
                ("repository", package.repository.is_none()),
                ("rust-version", package.rust_version.is_none()),
                ("keywords", package.keywords.is_empty()),
            ];
            let absent = fields.iter().filter(|(_, absent)| *absent);
            wrong.extend(absent.map(|(field, _)| format!("{name} states no {field}")));
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        let repositories = self.all.iter().filter_map(|p| p.repository.as_deref());
        if repositories.into_iter().any(|url| url.contains("OWNER")) {
            println!(
                "note: the repository is not filled in yet: `repository` in Cargo.toml, \
                 [workspace.package]"
            );
        }
        Ok(())
    }

    /// A program outside reads the cases from what it was built from.
    fn consumed(&self) -> anyhow::Result<()> {
        let folder = self.folder.join("consumer");
        let manifest = "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                        [dependencies]\ncors-vectors = \"0.1\"\n[profile.dev]\ndebug = false\n";
        std::fs::create_dir_all(folder.join("src")).context("cannot make a folder")?;
        std::fs::write(folder.join("Cargo.toml"), manifest).context("a manifest")?;
        std::fs::write(folder.join("src/main.rs"), CONSUMER).context("a program")?;
        lock(&folder)?;
        succeed(cargo(&folder).args(["build", "--quiet"]))?;
        // What it needs is in it: the folder that it was built from is not there any more.
        let away = self.folder.join("away");
        let vectors = self.at(self.named("cors-vectors")?);
        std::fs::rename(&vectors, &away).context("cannot move a folder")?;
        let ran = succeed(&mut Command::new(target().join("debug/consumer")));
        std::fs::rename(&away, &vectors).context("cannot move a folder")?;
        ran
    }

    /// The example of the front page of cors-conformance-test passes outside.
    fn tested(&self) -> anyhow::Result<()> {
        let page = self
            .at(self.named("cors-conformance-test")?)
            .join("README.md");
        let page = std::fs::read_to_string(&page).context("the front page")?;
        let example = block(&page, "```rust,no_run\n").context("the page has no example")?;
        let folder = self.folder.join("library");
        let manifest = "[package]\nname = \"library\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
            [dev-dependencies]\naxum = \"0.8\"\ncors-conformance-test = \"0.1\"\n\
            tower-http = { version = \"0.7\", features = [\"cors\"] }\n\
            [[test]]\nname = \"cors\"\nharness = false\n[profile.dev]\ndebug = false\n";
        for part in ["src", "tests"] {
            std::fs::create_dir_all(folder.join(part)).context("cannot make a folder")?;
        }
        std::fs::write(folder.join("Cargo.toml"), manifest).context("a manifest")?;
        std::fs::write(folder.join("src/lib.rs"), "").context("a library")?;
        std::fs::write(folder.join("tests/cors.rs"), example).context("a test")?;
        lock(&folder)?;
        succeed(cargo(&folder).args(["test", "--quiet"]))
    }

    /// The program, installed from its package, runs in an empty folder.
    fn installed(&self) -> anyhow::Result<()> {
        let package = self.named("cors-conformance")?;
        let path = self.at(package);
        self.unlock(&path.join("Cargo.lock"))?;
        let root = self.folder.join("installed");
        let mut install = cargo(self.folder);
        install.args(["install", "--quiet", "--locked", "--path"]);
        succeed(install.arg(&path).arg("--root").arg(&root))?;
        for package in &self.all {
            let at = self.at(package);
            std::fs::remove_dir_all(&at).with_context(|| format!("{}", at.display()))?;
        }
        let folder = tempfile::tempdir().context("cannot make a folder")?;
        let program = root.join("bin/cors-conformance");
        let trial = Trial {
            words: vec![program.clone().into()],
            program,
            folder: folder.path(),
        };
        trial.run()
    }

    /// Lets a package's lock name the folders here in the place of what is published under the names.
    fn unlock(&self, lock: &Path) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(lock).context("Cargo.lock")?;
        let ours: Vec<&str> = self
            .all
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        std::fs::write(lock, without_sources(&text, &ours)).context("Cargo.lock")
    }
}

/// Cargo, in a folder outside this workspace.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(crate::cargo());
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target());
    command
}

/// Takes the versions of others that this workspace is tested with.
fn lock(folder: &Path) -> anyhow::Result<()> {
    let lock = folder.join("Cargo.lock");
    std::fs::copy(crate::root().join("Cargo.lock"), &lock).context("Cargo.lock")?;
    Ok(())
}

/// A lock without where the packages of these names come from.
fn without_sources(lock: &str, names: &[&str]) -> String {
    let mut ours = false;
    let mut kept = String::new();
    for line in lock.lines() {
        if let Some(name) = line.strip_prefix("name = ") {
            ours = names.contains(&name.trim_matches('"'));
        }
        let source = line.starts_with("source = ") || line.starts_with("checksum = ");
        if !(ours && source) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The text of the first code block that begins with this line.
fn block<'a>(page: &'a str, fence: &str) -> Option<&'a str> {
    let (_, text) = page.split_once(fence)?;
    Some(text.split_once("```")?.0)
}

/// Checks the libraries with the compiler that their manifests promise.
fn oldest() -> anyhow::Result<()> {
    let public = public()?;
    for name in LIBRARIES {
        let package = public.iter().find(|package| package.name == *name);
        let package = package.with_context(|| format!("{name} is no package"))?;
        let version = package.rust_version.as_ref();
        let version = version.with_context(|| format!("{name} states no rust-version"))?;
        let toolchain = format!("+{version}");
        has_toolchain(&toolchain)?;
        // `cargo` of rustup, not the one that runs us, which is of one toolchain.
        let mut check = Command::new("cargo");
        check
            .args([&toolchain, "check", "--locked", "--package", name])
            .env("CARGO_TARGET_DIR", crate::root().join("target/oldest"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env_remove("RUSTUP_TOOLCHAIN")
            .current_dir(crate::root());
        succeed(&mut check)?;
    }
    Ok(())
}

/// Installs a toolchain where rustup does not have it yet.
fn has_toolchain(toolchain: &str) -> anyhow::Result<()> {
    let found = Command::new("cargo")
        .args([toolchain, "--version"])
        .env_remove("RUSTUP_TOOLCHAIN")
        .output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let version = toolchain.trim_start_matches('+');
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", version, "--profile", "minimal"]);
    if let Err(error) = succeed(&mut install) {
        bail!(Missing(format!("Rust {version} ({error:#})")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_loses_the_sources_of_ours_only() {
        let lock = "[[package]]\nname = \"cors-model\"\nversion = \"0.1.0\"\nsource = \"r\"\n\
                    checksum = \"0\"\n\n[[package]]\nname = \"serde\"\nsource = \"r\"\n";
        let expected = "[[package]]\nname = \"cors-model\"\nversion = \"0.1.0\"\n\n\
                        [[package]]\nname = \"serde\"\nsource = \"r\"\n";
        assert_eq!(without_sources(lock, &["cors-model"]), expected);
    }

    #[test]
    fn the_first_block_of_a_kind_is_found() {
        let page = "a\n```toml\nx\n```\n```rust\ny\n```\n";
        assert_eq!(block(page, "```rust\n"), Some("y\n"));
        assert_eq!(block(page, "```sh\n"), None);
    }

    #[test]
    fn what_is_published_is_what_stands_in_crates() {
        let public = public().unwrap();
        let folder = crate::root().join("crates");
        let count = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(public.len(), count);
        for package in &public {
            assert!(
                package.manifest_path.starts_with(&folder),
                "{}",
                package.name
            );
        }
        for name in LIBRARIES {
            assert!(public.iter().any(|package| package.name == *name), "{name}");
        }
    }
}
