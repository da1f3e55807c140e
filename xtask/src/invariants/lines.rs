//! Counts the lines of Rust outside tests: not in a folder `tests` or `benches`, nor under
//! `#[cfg(test)]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use syn::Item;
use syn::spanned::Spanned as _;

use super::syntax;

/// The lines of each crate, by its folder, of the files that git knows.
pub(super) fn lines(root: &Path) -> anyhow::Result<BTreeMap<String, usize>> {
    let list = Command::new("git")
        .args(["ls-files", "*.rs"])
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    ensure!(list.status.success(), "git ls-files: {}", list.status);
    let list = String::from_utf8(list.stdout).context("a file's name is not UTF-8")?;
    let mut counts = BTreeMap::new();
    let mut tests = BTreeSet::new();
    for name in list.lines().filter(|name| !is_test_path(name)) {
        let file = root.join(name);
        // It may be gone, but not yet from git.
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let count = count(&text, &file, &mut tests).with_context(|| name.to_owned())?;
        counts.insert(file, count);
    }
    let mut crates = BTreeMap::new();
    for (file, count) in counts {
        if !file.ancestors().any(|above| tests.contains(above)) {
            let name = file.strip_prefix(root).unwrap_or(&file);
            let deep = if name.starts_with("crates") { 2 } else { 1 };
            let name: PathBuf = name.components().take(deep).collect();
            *crates.entry(name.display().to_string()).or_default() += count;
        }
    }
    Ok(crates)
}

fn is_test_path(name: &str) -> bool {
    name.split('/')
        .any(|part| part == "tests" || part == "benches")
}

/// The lines of a file outside its tests. The files of modules that are tests go to `tests`.
fn count(text: &str, file: &Path, tests: &mut BTreeSet<PathBuf>) -> anyhow::Result<usize> {
    let mut lines = text.lines().count();
    for item in syn::parse_file(text)?.items {
        if !syntax::is_test(&item) {
            continue;
        }
        let span = item.span();
        lines -= span.end().line + 1 - span.start().line;
        if let Item::Mod(module) = &item
            && module.content.is_none()
        {
            let path = syntax::module_file(module, file, &syntax::module_folder(file, false));
            tests.insert(syntax::module_folder(&path, false));
            tests.insert(path);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        let mut tests = BTreeSet::new();
        let text = "//! It.\n\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n\
                    #[cfg(test)]\nmod away;\n#[cfg(unix)]\nmod kept {}\n";
        let file = Path::new("/none/src/lib.rs");
        assert_eq!(count(text, file, &mut tests).unwrap(), 6);
        let away: Vec<_> = tests
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        assert_eq!(away, ["/none/src/away/", "/none/src/away/mod.rs"]);
        assert!(count("fn (", file, &mut tests).is_err());
        assert!(is_test_path("a/tests/b.rs") && !is_test_path("a/src/tests.rs"));
    }

    #[test]
    fn each_crate_has_a_number() {
        let lines = lines(crate::root()).unwrap();
        assert!(
            lines
                .get("crates/cors-model")
                .is_some_and(|count| *count > 1000),
            "{lines:?}"
        );
        assert!(lines.contains_key("xtask"), "{lines:?}");
    }
}
