//! `cargo xtask api`: whether the public items of the libraries are still those that they were.
//!
//! `xtask/api/` holds the items of each library, as rustdoc knows them, with the version that they
//! belong to. What is gone or changed needs a version that says so, as semantic versioning wants it;
//! what is new does not. Nothing has to be fetched or built a second time: a clean checkout without
//! history is enough. That is why this is not cargo-semver-checks, which compares with a published
//! version or a revision, and takes ten minutes of processor time to build.
//!
//! A trait's new method without a body, and a new public field of a struct that others construct, are
//! not seen.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};
use cargo_metadata::semver::Version;

use crate::package::{LIBRARIES, public};
use crate::workspace::metadata;

/// How many items that are gone are listed for a library.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the items as they are now; what is gone or changed needs a version that says so
    #[arg(long)]
    update: bool,
    /// With --update: the version is not published yet, so that items may go
    #[arg(long, requires = "update")]
    unpublished: bool,
}

/// Compares the items of each library with those that were written down.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (public, metadata, rustdoc) = (public()?, metadata()?, rustdoc()?);
    let mut broken = Vec::new();
    for name in LIBRARIES {
        let package = public.iter().find(|package| package.name == *name);
        let package = package.with_context(|| format!("{name} is no package"))?;
        let now = Api {
            version: package.version.clone(),
            items: items(
                package.manifest_path.as_std_path(),
                name,
                metadata.target_directory.as_std_path(),
                &rustdoc,
            )?,
        };
        let file = crate::root().join(format!("xtask/api/{name}.txt"));
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        let Some(text) = text else {
            if args.update {
                std::fs::write(&file, now.text(name)).context("cannot write the items")?;
            }
            println!("{name}: nothing to compare with");
            continue;
        };
        let before = Api::read(&text).with_context(|| file.display().to_string())?;
        let gone = before.broken_by(&now);
        let allowed = args.unpublished || is_breaking(&before.version, &now.version);
        if !gone.is_empty() && !allowed {
            let version = &now.version;
            let shown: Vec<&str> = gone.iter().map(String::as_str).take(SHOWN).collect();
            let more = match gone.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!("\n  and {more} more"),
            };
            broken.push(format!(
                "{name} {version} breaks what {name} {} had:\n  {}{more}",
                before.version,
                shown.join("\n  ")
            ));
        } else if args.update {
            std::fs::write(&file, now.text(name)).context("cannot write the items")?;
        }
        let new = now.items.difference(&before.items).count();
        println!(
            "{name}: {} items, {new} new, {} gone or changed",
            now.items.len(),
            gone.len()
        );
    }
    if !broken.is_empty() {
        bail!(
            "{}\nRaise the version, or keep the items. Where the version is not published yet: \
             cargo xtask api --update --unpublished",
            broken.join("\n")
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The items of a library in a version.
#[derive(Debug)]
struct Api {
    version: Version,
    items: BTreeSet<String>,
}

impl Api {
    /// Reads what [`text`](Self::text) wrote.
    fn read(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        let version = head.rsplit(' ').next().unwrap_or_default();
        let version = Version::parse(version);
        Ok(Self {
            version: version.context("expected a name and a version in the first line")?,
            items: lines.map(str::to_owned).collect(),
        })
    }

    fn text(&self, name: &str) -> String {
        let mut text = format!("{name} {}\n", self.version);
        for item in &self.items {
            text.push_str(item);
            text.push('\n');
        }
        text
    }

    /// What others may use of this and cannot of the later one: items that are gone or changed, and
    /// variants that a `match` of theirs does not expect.
    fn broken_by(&self, later: &Self) -> Vec<String> {
        let gone = self.items.difference(&later.items).cloned();
        let new = later.items.difference(&self.items);
        let unexpected = new.filter(|item| {
            let of = item.strip_prefix("pub ").and_then(|path| {
                let (of, variant) = path
                    .split_once(['(', '{'])
                    .unwrap_or((path, ""))
                    .0
                    .rsplit_once("::")?;
                (!variant.contains([' ', ':'])).then_some(of)
            });
            // An enum that is not exhaustive has a line with an attribute.
            of.is_some_and(|of| self.items.contains(&format!("pub enum {of}")))
        });
        gone.chain(unexpected.map(|item| format!("{item} (new)")))
            .collect()
    }
}

/// Whether the later version says that it breaks what the earlier had.
fn is_breaking(earlier: &Version, later: &Version) -> bool {
    let part = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    part(later) > part(earlier)
}

/// The public items of a library, a line each.
fn items(
    manifest: &Path,
    name: &str,
    target: &Path,
    rustdoc: &Path,
) -> anyhow::Result<BTreeSet<String>> {
    let output = Command::new(crate::cargo())
        .args(["rustdoc", "--quiet", "--lib", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target)
        .args(["--", "-Zunstable-options", "--output-format=json"])
        .args(["--cap-lints", "allow"])
        .env("RUSTDOC", rustdoc)
        .current_dir(crate::root())
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo rustdoc of {name}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let json = target.join(format!("doc/{}.json", name.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .with_context(|| json.display().to_string())?;
    let items = api.items().map(ToString::to_string);
    Ok(items.filter(|item| !is_implied(item)).collect())
}

/// Whether an item comes with another line: the methods of traits that are derived.
fn is_implied(item: &str) -> bool {
    const METHODS: [&str; 6] = [
        "::clone(&self) -> ",
        "::cmp(&self, ",
        "::eq(&self, ",
        "::fmt(&self, ",
        "::hash<",
        "::partial_cmp(&self, ",
    ];
    item.starts_with("impl core::marker::StructuralPartialEq")
        || METHODS.iter().any(|method| item.contains(method))
}

/// A rustdoc that gives items as JSON, which the stable one does only where it is told to: told to
/// cargo it would build everything anew.
fn rustdoc() -> anyhow::Result<PathBuf> {
    let file = crate::root().join("target/rustdoc-items");
    std::fs::write(&file, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n")
        .context("cannot write a script")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))
            .context("cannot make a script of it")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(version: &str, items: &[&str]) -> Api {
        Api::read(&format!("x {version}\n{}", items.join("\n"))).unwrap()
    }

    /// What a crate with this text lets others use.
    fn items_of(text: &str) -> BTreeSet<String> {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("Cargo.toml");
        let package =
            "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
        std::fs::write(&manifest, package).unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src/lib.rs"), text).unwrap();
        let target = folder.path().join("target");
        items(&manifest, "small", &target, &rustdoc().unwrap()).unwrap()
    }

    #[test]
    fn an_item_that_is_gone_needs_a_version_that_says_so() {
        let before = Api {
            version: Version::new(0, 1, 0),
            items: items_of("pub fn kept() {}\npub fn gone(of: &str) -> bool { of.is_empty() }"),
        };
        let later = Api {
            version: Version::new(0, 1, 1),
            items: items_of("pub fn kept() {}\npub fn new() {}\nfn gone() {}"),
        };
        let broken = before.broken_by(&later);
        assert_eq!(broken, ["pub fn small::gone(&str) -> bool"]);
        assert!(!is_breaking(&before.version, &later.version));
        assert!(is_breaking(&before.version, &Version::new(0, 2, 0)));
        assert_eq!(later.broken_by(&later), Vec::<String>::new());
    }

    #[test]
    fn a_changed_item_and_a_new_variant_break_and_a_new_item_does_not() {
        let before = api("1.0.0", &["pub enum x::E", "pub x::E::A", "pub fn x::f()"]);
        let same = ["pub enum x::E", "pub x::E::A", "pub fn x::f()"];
        let with = |more: &str| api("1.1.0", &[&same[..], &[more]].concat());
        assert_eq!(
            before.broken_by(&with("pub fn x::g()")),
            Vec::<String>::new()
        );
        assert_eq!(
            before.broken_by(&with("pub fn x::E::g()")),
            Vec::<String>::new()
        );
        assert_eq!(
            before.broken_by(&with("pub x::E::B(u8)")),
            ["pub x::E::B(u8) (new)"]
        );
        let changed = api(
            "1.1.0",
            &["pub enum x::E", "pub x::E::A", "pub fn x::f(u8)"],
        );
        assert_eq!(before.broken_by(&changed), ["pub fn x::f()"]);
    }

    #[test]
    fn versions_break_as_cargo_has_it() {
        let breaking = |earlier: &str, later: &str| {
            is_breaking(
                &Version::parse(earlier).unwrap(),
                &Version::parse(later).unwrap(),
            )
        };
        assert!(breaking("1.2.3", "2.0.0"));
        assert!(!breaking("1.2.3", "1.3.0"));
        assert!(breaking("0.1.9", "0.2.0"));
        assert!(!breaking("0.1.0", "0.1.9"));
        assert!(breaking("0.0.1", "0.0.2"));
        assert!(!breaking("0.1.0", "0.1.0"));
    }

    #[test]
    fn what_is_written_is_read() {
        let text = "x 0.1.0\npub fn x::a()\npub mod x\n";
        assert_eq!(Api::read(text).unwrap().text("x"), text);
        assert!(Api::read("").is_err());
        for name in LIBRARIES {
            let file = crate::root().join(format!("xtask/api/{name}.txt"));
            Api::read(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
    }
}
