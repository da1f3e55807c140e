//! Circles: no two files of a crate take names from each other, directly or by way of others.
//!
//! A file takes a name when it imports it or writes its path, also within a macro's arguments; the
//! name belongs to the file that defines it, whatever re-exports it on the way. To re-export is not
//! to take: so a child may use what its `mod.rs` defines where that file does no more with the
//! child than to declare and re-export it. Methods are not names, and tests do not count.
//!
//! cargo-modules, which can refuse cycles too, looks at items instead of files: it takes two
//! functions that call each other for a circle, and has to build rust-analyzer first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use super::syntax;

/// How many re-exports in a row are followed; only a circle of globs needs more.
const FOLLOWED: u8 = 16;

/// Files that take names from each other: from, to, and the names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Circle(Vec<(PathBuf, PathBuf, BTreeSet<String>)>);

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: BTreeSet<_> = self.0.iter().map(|(from, ..)| from).collect();
        write!(f, "{} files take names from each other:", files.len())?;
        for (from, to, names) in &self.0 {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let (from, to) = (from.display(), to.display());
            write!(f, "\n  {from} -> {to}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

/// The circles of the crate whose root is this file; files are named relative to `base`.
pub(super) fn circles(root: &Path, base: &Path) -> anyhow::Result<Vec<Circle>> {
    let mut tree = Tree::default();
    tree.read(root, &syntax::module_folder(root, true), None)?;
    let ties = tree.ties();
    let mut reached: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (from, _) in ties.keys() {
        let mut pending = vec![*from];
        let found = reached.entry(from).or_default();
        while let Some(file) = pending.pop() {
            let next = ties.keys().filter(|(from, _)| *from == file);
            pending.extend(next.map(|(_, to)| *to).filter(|to| found.insert(to)));
        }
    }
    let mutual = |one: &Path, other: &Path| {
        let reaches =
            |from: &Path, to: &Path| reached.get(from).is_some_and(|all| all.contains(to));
        reaches(one, other) && reaches(other, one)
    };
    let mut circles: BTreeMap<&Path, Circle> = BTreeMap::new();
    for ((from, to), names) in &ties {
        if let Some(first) = reached.keys().find(|first| mutual(first, from))
            && mutual(from, to)
        {
            let shown = |file: &Path| file.strip_prefix(base).unwrap_or(file).to_owned();
            let circle = circles.entry(first).or_insert(Circle(Vec::new()));
            circle.0.push((shown(from), shown(to), names.clone()));
        }
    }
    Ok(circles.into_values().collect())
}

/// The modules of a crate, the root first.
#[derive(Debug, Default)]
struct Tree(Vec<Module>);

#[derive(Debug, Default)]
struct Module {
    file: PathBuf,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// The names that it defines.
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// All but the imports and the modules.
    rest: TokenStream,
}

#[derive(Debug)]
struct Import {
    path: Vec<String>,
    /// What it is called here; `None` for a glob.
    name: Option<String>,
    /// Whether others can take it from here.
    exported: bool,
}

/// What a path leads to: a module by its index, or an item by its module's.
enum Found {
    Module(usize),
    Item(usize, String),
}

impl Tree {
    /// Adds the module that is a file, with those below it, whose files are in `folder`.
    fn read(&mut self, file: &Path, folder: &Path, parent: Option<usize>) -> anyhow::Result<usize> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let items = syn::parse_file(&text).with_context(|| format!("in {}", file.display()))?;
        self.add(items.items, file, folder, parent)
    }

    fn add(
        &mut self,
        items: Vec<Item>,
        file: &Path,
        folder: &Path,
        parent: Option<usize>,
    ) -> anyhow::Result<usize> {
        let here = self.0.len();
        let mut module = Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        };
        self.0.push(Module::default());
        for item in items.into_iter().filter(|item| !syntax::is_test(item)) {
            if let Item::Mod(child) = item {
                let name = child.ident.to_string();
                let index = if let Some((_, items)) = child.content {
                    self.add(items, file, &folder.join(&name), Some(here))?
                } else {
                    let path = syntax::module_file(&child, file, folder);
                    let folder = syntax::module_folder(&path, false);
                    self.read(&path, &folder, Some(here))?
                };
                module.children.insert(name, index);
            } else if let Item::Use(item) = item {
                let exported = !matches!(item.vis, Visibility::Inherited);
                imports(&item.tree, &mut Vec::new(), exported, &mut module.imports);
            } else {
                module.items.extend(syntax::name(&item));
                item.to_tokens(&mut module.rest);
            }
        }
        if let Some(slot) = self.0.get_mut(here) {
            *slot = module;
        }
        Ok(here)
    }

    /// What each file takes from others, by both.
    fn ties(&self) -> BTreeMap<(&Path, &Path), BTreeSet<String>> {
        let mut ties: BTreeMap<(&Path, &Path), BTreeSet<String>> = BTreeMap::new();
        for (here, module) in self.0.iter().enumerate() {
            let mut taken = BTreeSet::new();
            paths(module.rest.clone(), &mut taken);
            let is_export = |path: &Vec<String>| {
                let [name] = path.as_slice() else {
                    return false;
                };
                let mut exports = module.imports.iter().filter(|import| import.exported);
                exports.any(|import| import.name.as_ref() == Some(name))
            };
            taken.retain(|path| path.len() > 1 || is_export(path));
            let private = module.imports.iter().filter(|import| !import.exported);
            let mut found: Vec<_> = taken
                .iter()
                .map(|path| self.follow(here, path, 0))
                .collect();
            for Import { path, name, .. } in private {
                found.push(match (self.follow(here, path, 0), name) {
                    (Some(Found::Module(index)), None) => Some(Found::Item(index, "*".to_owned())),
                    (found, _) => found,
                });
            }
            for found in found.into_iter().flatten() {
                if let Found::Item(index, name) = found
                    && let Some(other) = self.0.get(index)
                    && other.file != module.file
                {
                    ties.entry((&module.file, &other.file))
                        .or_default()
                        .insert(name);
                }
            }
        }
        ties
    }

    /// Where a path leads that is written in a module; `None` when that is not in this crate.
    fn follow(&self, here: usize, path: &[String], followed: u8) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(0),
            _ => self.named(here, first, followed)?,
        };
        for name in rest {
            let Found::Module(index) = found else { break };
            found = self
                .named(index, name, followed)
                .unwrap_or_else(|| Found::Item(index, name.clone()));
        }
        Some(found)
    }

    /// What a name stands for in a module.
    fn named(&self, here: usize, name: &str, followed: u8) -> Option<Found> {
        let module = self.0.get(here)?;
        match name {
            "self" => return Some(Found::Module(here)),
            "super" => return module.parent.map(Found::Module),
            _ => {}
        }
        if let Some(child) = module.children.get(name) {
            return Some(Found::Module(*child));
        }
        if module.items.contains(name) {
            return Some(Found::Item(here, name.to_owned()));
        }
        if followed == FOLLOWED {
            return None;
        }
        let mut imports = module.imports.iter();
        if let Some(import) = imports.find(|import| import.name.as_deref() == Some(name)) {
            return self.follow(here, &import.path, followed + 1);
        }
        let globs = module.imports.iter().filter(|import| import.name.is_none());
        globs
            .into_iter()
            .find_map(|glob| match self.follow(here, &glob.path, followed + 1)? {
                Found::Module(index) if index != here => self.named(index, name, followed + 1),
                Found::Module(_) | Found::Item(..) => None,
            })
    }
}

/// The imports of a `use` item.
fn imports(tree: &UseTree, path: &mut Vec<String>, exported: bool, to: &mut Vec<Import>) {
    let mut add = |end: Option<&syn::Ident>, name: Option<String>| {
        let end = end.map(ToString::to_string).filter(|end| end != "self");
        let name = name.map(|name| {
            if name == "self" {
                path.last().cloned().unwrap_or(name)
            } else {
                name
            }
        });
        let path = path.iter().cloned().chain(end).collect();
        to.push(Import {
            path,
            name,
            exported,
        });
    };
    match tree {
        UseTree::Name(end) => add(Some(&end.ident), Some(end.ident.to_string())),
        UseTree::Rename(end) => add(Some(&end.ident), Some(end.rename.to_string())),
        UseTree::Glob(_) => add(None, None),
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            imports(&step.tree, path, exported, to);
            path.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, path, exported, to);
            }
        }
    }
}

/// The paths that are written in tokens: words between double colons, or single ones.
fn paths(tokens: TokenStream, to: &mut BTreeSet<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    let mut after_dot = false;
    for token in tokens {
        let is = |char| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == char);
        if is(':') {
            colons += 1;
            continue;
        }
        let goes_on = colons == 2 && matches!(token, TokenTree::Ident(_));
        if !goes_on || path.is_empty() {
            to.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
        }
        let dot = is('.') && !after_dot;
        match token {
            // Neither a field or a method, nor, behind a double colon alone, another crate.
            TokenTree::Ident(word) if !after_dot && (colons != 2 || !path.is_empty()) => {
                path.push(word.to_string());
            }
            TokenTree::Group(group) => paths(group.stream(), to),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        colons = 0;
        after_dot = dot;
    }
    to.extend((!path.is_empty()).then_some(path));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ties of the circles of a crate with these files besides its `lib.rs`.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let circles = circles(&folder.path().join("lib.rs"), folder.path()).unwrap();
        let ties = circles.iter().map(ToString::to_string);
        ties.map(|text| text.split_once(":\n  ").unwrap().1.replace("\n  ", "; "))
            .collect()
    }

    #[test]
    fn names_make_a_circle_however_they_are_taken() {
        for (one, other) in [
            ("use crate::b::B;", "use super::a::{self as x, A};"),
            (
                "fn f() { crate::b::B::new() }",
                "type T = Vec<super::a::A>;",
            ),
            (
                "fn f() { assert!(crate::b::B.is_none()) }",
                "use crate::{a}; fn g() { a::A() }",
            ),
            ("use crate::b::*; struct A;", "use crate::A;"),
        ] {
            let one = format!("struct A; {one}");
            let other = format!("struct B; {other}");
            let lib = "mod a; mod b; use a::A;";
            let found = found(&[("lib.rs", lib), ("a.rs", &one), ("b.rs", &other)]);
            assert_eq!(found.len(), 1, "{one} {other}");
            assert!(found[0].contains("b.rs -> a.rs: A"), "{found:?}");
        }
    }

    #[test]
    fn a_circle_goes_by_way_of_others_and_is_told_apart() {
        let found = found(&[
            ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
            ("a.rs", "use crate::b::B; struct A;"),
            ("b.rs", "use crate::c::C; struct B;"),
            ("c/mod.rs", "use crate::{a::A, d::D}; struct C;"),
            ("d.rs", "use crate::e::E; struct D;"),
            ("e.rs", "struct E(super::d::D);"),
        ]);
        let expected = [
            "a.rs -> b.rs: B; b.rs -> c/mod.rs: C; c/mod.rs -> a.rs: A",
            "d.rs -> e.rs: E; e.rs -> d.rs: D",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_taken_makes_none() {
        let tests = "#[cfg(test)] mod tests { use crate::b::B; } struct A;";
        let local = "use crate::a::A; struct B; fn f(x: X) { x.a.b::<u8>(::a::b(), other::b::B) }";
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", tests),
            ("b.rs", local),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }

    #[test]
    fn a_child_may_use_a_parent_that_only_exports_it() {
        let child = "use super::Shared; pub struct Child(Shared);";
        let with = |parent: &str| {
            let parent = format!("mod child; {parent} pub struct Shared;");
            found(&[
                ("lib.rs", "mod p;"),
                ("p/mod.rs", &parent),
                ("p/child.rs", child),
            ])
        };
        assert!(with("pub use child::Child;").is_empty());
        assert!(with("pub use self::child::*;").is_empty());
        for parent in ["use child::Child;", "fn f() { child::Child() }"] {
            assert_eq!(with(parent).len(), 1, "{parent}");
        }
        assert_eq!(with("pub use child::Child; fn f(_: Child) {}").len(), 1);
    }

    #[test]
    fn a_name_belongs_to_the_file_that_defines_it() {
        let found = found(&[
            ("lib.rs", "mod a; mod b; pub use b::inner::*;"),
            ("a.rs", "use crate::Inner; pub struct A;"),
            ("b/mod.rs", "pub mod inner; use crate::a::A;"),
            ("b/inner.rs", "pub struct Inner;"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
