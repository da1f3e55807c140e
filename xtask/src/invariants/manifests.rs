//! What the manifests say: who depends on whom, and who may open sockets.

use cargo_metadata::{DependencyKind, Metadata, Package};

/// The arrows: a crate, and the crates of this workspace that it may use outside its tests.
///
/// A crate that is not listed is a violation: anyone who adds one says where it stands.
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
            "cors-text",
            "cors-vectors",
        ],
    ),
    (
        "cors-fuzzer",
        &["cors-harness", "cors-text", "cors-vectors"],
    ),
    ("cors-testbed", &["cors-net", "cors-policy"]),
    (
        "cors-report",
        &["cors-explain", "cors-harness", "cors-text", "cors-vectors"],
    ),
    (
        "cors-conformance-test",
        &["cors-harness", "cors-report", "cors-text", "cors-vectors"],
    ),
    (
        "cors-conformance",
        &[
            "cors-agents",
            "cors-explain",
            "cors-fuzzer",
            "cors-harness",
            "cors-model",
            "cors-report",
            "cors-testbed",
            "cors-text",
            "cors-vectors",
        ],
    ),
    // Reads the cases, judges nothing.
    ("xtask", &["cors-net", "cors-vectors"]),
    ("xtask-launch", &[]),
    ("cors-benches", &["cors-model"]),
    (
        "cors-fuzz",
        &[
            "cors-agents",
            "cors-conformance",
            "cors-explain",
            "cors-fuzzer",
            "cors-harness",
            "cors-model",
            "cors-report",
            "cors-testbed",
            "cors-text",
            "cors-vectors",
        ],
    ),
];

/// The crates that may open sockets.
pub(super) const SOCKETS: &[&str] = &["cors-net", "cors-agents", "cors-testbed"];

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

/// What the manifests say: the arrows, the empty list of cors-model, and who has sockets.
pub(super) fn manifests(metadata: &Metadata) -> Vec<String> {
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
                "{name} has no place among the arrows (xtask/src/invariants/manifests.rs)"
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

/// The arrows that no manifest has: what a crate does not use it need not be allowed.
pub(super) fn unused_arrows(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let used = used(package);
        let allowed = ARROWS.iter().filter(|(from, _)| *from == name);
        for unused in allowed
            .flat_map(|(_, allowed)| *allowed)
            .filter(|one| !used.contains(one))
        {
            violations.push(format!(
                "{name} is allowed to depend on {unused}, and does not"
            ));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_is_not_used_is_noticed() {
        // The second package is cors-vectors, which depends on nothing here.
        let of_vectors = "cors-vectors is allowed to depend on cors-policy, and does not";
        let used = metadata("cors-net", "cors-text", "", "null");
        assert_eq!(unused_arrows(&used), [of_vectors]);
        let unused = unused_arrows(&metadata("cors-net", "serde", "", "null"));
        let of_net = "cors-net is allowed to depend on cors-text, and does not";
        assert_eq!(unused, [of_net, of_vectors]);
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
}
