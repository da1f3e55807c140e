//! The invariants of ARCHITECTURE.md that can be read off the manifests and the sources.
//!
//! What clippy can see (printing, `exit`, reading the clock) is left to clippy; what only
//! `cargo metadata` or a look at all files can see is here. Each rule returns sentences, one per
//! violation.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use circles::Circle;

mod circles;
mod fresh;
mod lines;
mod syntax;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Count the lines of Rust outside tests instead, for each crate
    #[arg(long)]
    lines: bool,
    /// Show the circles of files instead, also of the crates that may have them still
    #[arg(long, conflicts_with = "lines")]
    circles: bool,
    /// See instead that a changed case rebuilds nothing: writes the files of cases as they are, and
    /// builds the tests
    #[arg(long, conflicts_with_all = ["lines", "circles"])]
    fresh: bool,
}

/// The crates that have circles of files still, and why.
const CIRCULAR: &[(&str, &str)] = &[
    ("cors-agents", "engines, emulators and consoles"),
    ("cors-conformance", "arguments and what takes them"),
    (
        "cors-fuzz",
        "the libraries that are compared stand in the list of them",
    ),
    (
        "cors-harness",
        "the stages of a run, the probe and the fuzzer",
    ),
    (
        "cors-model",
        "the standard's algorithms, which call each other",
    ),
    (
        "cors-vectors",
        "policies and endpoints; the reading of both kinds of cases",
    ),
    (
        "cors-report",
        "the page of agents and the list of its areas",
    ),
    ("xtask", "the commands of citations and of agents"),
];

/// The arrows: a crate, and the crates of this workspace that it may use outside its tests.
///
/// A crate that is not listed is a violation: whoever adds one says where it stands.
const ARROWS: &[(&str, &[&str])] = &[
    ("cors-model", &[]),
    ("cors-policy", &[]),
    ("cors-text", &[]),
    ("cors-net", &["cors-text"]),
    ("cors-vectors", &["cors-policy"]),
    ("cors-explain", &["cors-model", "cors-text", "cors-vectors"]),
    (
        "cors-harness",
        &[
            "cors-model",
            "cors-net",
            "cors-policy",
            "cors-text",
            "cors-vectors",
        ],
    ),
    (
        "cors-agents",
        &[
            "cors-harness",
            "cors-model",
            "cors-net",
            "cors-policy",
            "cors-text",
            "cors-vectors",
        ],
    ),
    ("cors-testbed", &["cors-net", "cors-policy"]),
    (
        "cors-report",
        &[
            "cors-agents",
            "cors-explain",
            "cors-harness",
            "cors-model",
            "cors-policy",
            "cors-text",
            "cors-vectors",
        ],
    ),
    (
        "cors-conformance",
        &[
            "cors-agents",
            "cors-explain",
            "cors-harness",
            "cors-model",
            "cors-net",
            "cors-policy",
            "cors-report",
            "cors-testbed",
            "cors-text",
            "cors-vectors",
        ],
    ),
    // Reads the cases, judges nothing.
    ("xtask", &["cors-net", "cors-policy", "cors-vectors"]),
    ("xtask-launch", &[]),
    ("cors-benches", &["cors-model"]),
    (
        "cors-fuzz",
        &[
            "cors-agents",
            "cors-conformance",
            "cors-explain",
            "cors-harness",
            "cors-model",
            "cors-net",
            "cors-policy",
            "cors-report",
            "cors-testbed",
            "cors-text",
            "cors-vectors",
        ],
    ),
];

/// The crates that may open sockets.
const SOCKETS: &[&str] = &["cors-net", "cors-agents", "cors-testbed"];

/// Crates whose purpose is to talk over sockets.
const SOCKET_CRATES: &[&str] = &[
    "hyper",
    "hyper-util",
    "h2",
    "hyper-rustls",
    "rustls",
    "mio",
    "socket2",
];

/// Types of the standard library and of tokio that open sockets.
const SOCKET_TYPES: &[&str] = &["TcpStream", "TcpListener", "UdpSocket", "UnixStream"];

/// The one place that may read the clock.
const CLOCK: &str = "crates/cors-harness/src/clock";

/// Reports the violations.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.lines {
        let crates = lines::lines(crate::root())?;
        for (name, count) in &crates {
            println!("{count:6}  {name}");
        }
        println!("{:6}  in all", crates.values().sum::<usize>());
        return Ok(ExitCode::SUCCESS);
    }
    if args.circles {
        let metadata = metadata()?;
        let found = circular(&metadata)?;
        for (name, circle) in &found {
            println!("{name}: {circle}");
        }
        println!("{} circles", found.len());
        return Ok(ExitCode::SUCCESS);
    }
    let violations = if args.fresh {
        let rebuilt = fresh::rebuilt(crate::root())?;
        let rebuilt = rebuilt
            .iter()
            .map(|name| format!("a changed case builds {name} again"));
        rebuilt.collect()
    } else {
        check()?
    };
    for violation in &violations {
        eprintln!("invariant: {violation}");
    }
    if violations.is_empty() {
        println!("invariants: hold");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// All violations in this workspace.
pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    let metadata = metadata()?;
    let mut violations = manifests(&metadata);
    for package in &metadata.packages {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest without a folder")?;
        let manifest = read(package.manifest_path.as_std_path())?;
        if !manifest.contains("[lints]\nworkspace = true") {
            violations.push(format!(
                "{} does not take the workspace's lints",
                package.name
            ));
        }
        for path in rust_files(folder.join("src").as_std_path())? {
            let text = read(&path)?;
            let shown = path
                .strip_prefix(crate::root())
                .unwrap_or(&path)
                .to_string_lossy();
            violations.extend(source(&package.name, &shown.replace('\\', "/"), &text));
        }
    }
    let allowed = |name: &str| CIRCULAR.iter().any(|(listed, _)| *listed == name);
    let circles = circular(&metadata)?.into_iter();
    let new = circles.filter(|(name, _)| !allowed(name));
    violations.extend(new.map(|(name, circle)| format!("{name}: {circle}")));
    Ok(violations)
}

/// The members of the workspace.
fn metadata() -> anyhow::Result<Metadata> {
    MetadataCommand::new()
        .cargo_path(crate::cargo())
        .manifest_path(crate::root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--locked".into(), "--offline".into()])
        .exec()
        .context("cargo metadata")
}

/// The circles of files of all libraries and programs, with the names of their crates.
fn circular(metadata: &Metadata) -> anyhow::Result<Vec<(&str, Circle)>> {
    let mut found = Vec::new();
    for package in &metadata.packages {
        let built = |target: &&cargo_metadata::Target| target.is_lib() || target.is_bin();
        for target in package.targets.iter().filter(built) {
            let circles = circles::circles(target.src_path.as_std_path(), crate::root())?;
            found.extend(
                circles
                    .into_iter()
                    .map(|circle| (package.name.as_str(), circle)),
            );
        }
    }
    Ok(found)
}

/// What the manifests say: the arrows, the empty list of cors-model, and who has sockets.
fn manifests(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    let members: Vec<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            violations.push(format!(
                "{name} has no place among the arrows (xtask/src/invariants.rs)"
            ));
            continue;
        };
        for used in used(package) {
            if members.contains(&used) && !allowed.contains(&used) {
                violations.push(format!("{name} must not depend on {used}"));
            }
            if SOCKET_CRATES.contains(&used) && !SOCKETS.contains(&name) {
                violations.push(format!(
                    "{name} must not open sockets, but depends on {used}"
                ));
            }
            if name == "cors-model" {
                violations.push(format!("cors-model has no dependencies, but names {used}"));
            }
        }
        let net = package.dependencies.iter().any(|dependency| {
            dependency.kind == DependencyKind::Normal
                && dependency.name == "tokio"
                && dependency
                    .features
                    .iter()
                    .any(|feature| feature == "net" || feature == "full")
        });
        if net && !SOCKETS.contains(&name) {
            violations.push(format!(
                "{name} must not open sockets, but has tokio's net feature"
            ));
        }
        // Not even in tests: an expectation must never come from the model.
        for (one, other) in [
            ("cors-model", "cors-vectors"),
            ("cors-vectors", "cors-model"),
        ] {
            if name == one && package.dependencies.iter().any(|used| used.name == other) {
                violations.push(format!("{one} and {other} must not know each other"));
            }
        }
    }
    violations
}

/// Names of what a package needs outside its tests.
fn used(package: &Package) -> Vec<&str> {
    let outside_tests = |kind| kind != DependencyKind::Development;
    package
        .dependencies
        .iter()
        .filter(|dependency| outside_tests(dependency.kind))
        .map(|dependency| dependency.name.as_str())
        .collect()
}

/// What a source file may not say, by where it is.
fn source(package: &str, path: &str, text: &str) -> Vec<String> {
    let mut violations = Vec::new();
    // This file names what it looks for.
    if path.starts_with("xtask/src/invariants") {
        return violations;
    }
    let code = || {
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
    };
    if !SOCKETS.contains(&package) && package != "xtask" {
        for name in SOCKET_TYPES {
            if code().any(|line| line.contains(name)) {
                violations.push(format!("{path} must not open sockets, but names {name}"));
            }
        }
    }
    for clock in ["Instant::now", "SystemTime::now"] {
        if !path.starts_with(CLOCK) && code().any(|line| line.contains(clock)) {
            violations.push(format!(
                "{path} must not read the clock ({clock}): {CLOCK} is the seam"
            ));
        }
    }
    if package == "cors-model" && path.ends_with("/src/lib.rs") && !text.contains("#![no_std]") {
        violations.push(format!("{path} must say #![no_std]"));
    }
    if package == "cors-model" && !path.ends_with("/src/trace.rs") {
        for name in without_anchor(text) {
            violations.push(format!("{path}: {name} names no anchor of a standard"));
        }
    }
    violations
}

/// The public types, traits and functions of a file whose documentation has no address. What
/// belongs to a type (methods, fields) is documented by the type's.
fn without_anchor(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut has_address = false;
    for line in text.lines().take_while(|line| *line != "#[cfg(test)]") {
        if line.starts_with("///") {
            has_address |= line.contains("https://");
            continue;
        }
        let words = line.strip_prefix("pub ").map(str::split_whitespace);
        let mut words = words
            .into_iter()
            .flatten()
            .skip_while(|word| ["const", "async"].contains(word));
        if let (Some("struct" | "enum" | "trait" | "fn"), Some(name)) = (words.next(), words.next())
            && !has_address
        {
            found.push(name);
        }
        // An attribute stands between documentation and item, over several lines even.
        has_address &= line.starts_with(['#', ' ', ')']);
    }
    found
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The Rust files below a folder, in order of path.
fn rust_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hold_in_this_workspace() {
        assert_eq!(check().unwrap(), Vec::<String>::new());
    }

    /// Metadata of two packages, the first of which depends on what is given.
    fn metadata(name: &str, dependency: &str, features: &str, kind: &str) -> Metadata {
        let package = |name: &str, dependencies: &str| {
            format!(
                r#"{{"name":"{name}","version":"0.1.0","id":"path+file:///{name}#0.1.0",
                "dependencies":[{dependencies}],"targets":[],"features":{{}},
                "manifest_path":"/{name}/Cargo.toml"}}"#
            )
        };
        let dependency = format!(
            r#"{{"name":"{dependency}","req":"*","kind":{kind},"optional":false,
            "uses_default_features":true,"features":[{features}]}}"#
        );
        let packages = [package(name, &dependency), package("cors-vectors", "")].join(",");
        serde_json::from_str(&format!(
            r#"{{"packages":[{packages}],"workspace_members":[],"workspace_root":"/",
            "target_directory":"/target","version":1}}"#
        ))
        .unwrap()
    }

    #[test]
    fn wrong_arrows_are_seen() {
        let said = |name, dependency, features, kind| {
            manifests(&metadata(name, dependency, features, kind)).join("; ")
        };
        assert_eq!(said("cors-harness", "cors-vectors", "", "null"), "");
        assert!(said("cors-model", "cors-vectors", "", "\"dev\"").contains("know each other"));
        assert!(said("cors-model", "alloc-tools", "", "null").contains("has no dependencies"));
        assert!(said("cors-conformance", "hyper", "", "null").contains("must not open sockets"));
        assert!(said("cors-conformance", "tokio", "\"net\"", "null").contains("net feature"));
        assert_eq!(said("cors-conformance", "tokio", "\"rt\"", "null"), "");
        assert!(said("cors-new", "cors-vectors", "", "null").contains("no place"));
        assert_eq!(said("xtask", "cors-model", "", "\"dev\""), "");
    }

    #[test]
    fn wrong_sources_are_seen() {
        let said = |package, path, text| source(package, path, text).join("; ");
        let model = "crates/cors-model/src/lib.rs";
        assert_eq!(said("cors-model", model, "#![no_std]"), "");
        assert!(said("cors-model", model, "").contains("no_std"));
        let module = "crates/cors-model/src/x.rs";
        let documented = "/// See <https://x>.\n#[derive(\n    Debug\n)]\npub struct A;";
        assert_eq!(said("cors-model", module, documented), "");
        let one_of_two = format!("{documented}\n/// None.\npub const fn b() {{}}");
        assert!(said("cors-model", module, &one_of_two).contains("b() names no anchor"));
        assert_eq!(said("cors-vectors", "x.rs", "pub struct A;"), "");
        assert!(
            said("cors-vectors", "crates/cors-vectors/src/x.rs", "TcpStream").contains("sockets")
        );
        assert!(
            said(
                "cors-agents",
                "crates/cors-agents/src/x.rs",
                "Instant::now()"
            )
            .contains("clock")
        );
        assert_eq!(
            said(
                "cors-harness",
                "crates/cors-harness/src/clock.rs",
                "Instant::now()"
            ),
            ""
        );
        assert_eq!(
            said(
                "cors-agents",
                "crates/cors-agents/src/x.rs",
                "// no Instant::now() here"
            ),
            ""
        );
    }
}
