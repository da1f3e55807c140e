//! What a source file may not say, by where it is.

use super::manifests::SOCKETS;

/// Types of the standard library and of tokio that open sockets.
const SOCKET_TYPES: &[&str] = &["TcpStream", "TcpListener", "UdpSocket", "UnixStream"];

/// The crates that may print and exit.
const PRINTING: &[&str] = &["cors-conformance", "cors-benches", "xtask", "xtask-launch"];

/// The lints that keep a crate from printing and exiting, wherever it does not except itself.
const QUIET: &[&str] = &[
    "clippy::print_stdout",
    "clippy::print_stderr",
    "clippy::exit",
];

/// The one place that may read the clock.
const CLOCK: &str = "crates/cors-harness/src/clock";

/// The files of the report formats that the registry names.
pub(super) fn formats(registry: &str) -> Vec<&str> {
    let imports = registry
        .lines()
        .filter_map(|line| line.strip_prefix("use crate::"));
    let files = imports.filter_map(|path| path.split("::").next());
    files.filter(|file| *file != "format").collect()
}

/// Who else names a report format, so that one more would touch that file too.
pub(super) fn names_format(path: &str, text: &str, formats: &[&str]) -> Vec<String> {
    let ours = path.strip_prefix("crates/cors-report/src/");
    if ["fuzz/", "xtask/"].iter().any(|own| path.starts_with(own))
        || ours.is_some_and(|file| ["registry.rs", "tests.rs"].contains(&file))
    {
        return Vec::new();
    }
    let (prefix, own) = match ours {
        Some(file) => ("crate::", file.trim_end_matches(".rs")),
        None => ("cors_report::", ""),
    };
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = |format: &&&str| {
        let path = format!("{prefix}{format}::");
        **format != own && lines.clone().any(|line| line.contains(&path))
    };
    let named = formats.iter().filter(named);
    named
        .map(|format| format!("{path} names the report format {format}, which the registry is for"))
        .collect()
}

/// What a source file may not say, by where it is.
pub(super) fn source(package: &str, path: &str, text: &str) -> Vec<String> {
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
    for lint in QUIET.iter().filter(|_| !PRINTING.contains(&package)) {
        if code().any(|line| line.contains(lint)) {
            violations.push(format!("{path} must not print or exit, but lifts {lint}"));
        }
    }
    // What xtask starts has a clock of its own; how long that took is measured from outside.
    let may_read_clocks = path.starts_with(CLOCK) || package == "xtask";
    for clock in ["Instant::now", "SystemTime::now"] {
        if !may_read_clocks && code().any(|line| line.contains(clock)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_format_is_named_by_the_registry_alone() {
        let registry = "use crate::format::Format;\nuse crate::junit::Junit;\n";
        let formats = formats(registry);
        assert_eq!(formats, ["junit"]);
        let found = |path: &str, text: &str| names_format(path, text, &formats).len();
        assert_eq!(
            found("crates/x/src/a.rs", "use cors_report::junit::Junit;"),
            1
        );
        assert_eq!(
            found("crates/x/src/a.rs", "// cors_report::junit::Junit"),
            0
        );
        assert_eq!(found("crates/cors-report/src/a.rs", "crate::junit::f()"), 1);
        assert_eq!(found("crates/cors-report/src/registry.rs", registry), 0);
        assert_eq!(found("fuzz/src/a.rs", "use cors_report::junit::Junit;"), 0);
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
        let prints = "#![expect(clippy::print_stdout, reason = \"\")]";
        assert!(said("cors-vectors", "x.rs", prints).contains("must not print"));
        assert_eq!(said("xtask", "x.rs", prints), "");
        assert_eq!(said("xtask", "xtask/src/x.rs", "Instant::now()"), "");
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
