//! Decides where the data comes from: the repository, read when a program runs, so that no change
//! of a case rebuilds anything; or the program itself, where the feature `embedded` asks for it or
//! there is no repository around this crate, as in a package from a registry.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(embedded)");
    let folder = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let here = folder("CARGO_MANIFEST_DIR");
    let in_repository = here.join("../../vectors/spec/fetch.toml").is_file();
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_some() || !in_repository {
        println!("cargo::rustc-cfg=embedded");
        println!("cargo::rerun-if-changed=data");
        let mut paths = Vec::new();
        collect(&here.join("data"), "", &mut paths)?;
        paths.sort();
        fs::write(folder("OUT_DIR").join("data.rs"), table(&paths))?;
    }
    Ok(())
}

/// The files below a folder that a program can ask for, by their paths below `data/`.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{name}/"), paths)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "toml")
        {
            paths.push(name);
        }
    }
    Ok(())
}

/// An expression: the paths, in order, and the texts.
fn table(paths: &[String]) -> String {
    let mut table = "&[\n".to_owned();
    for path in paths {
        let text = format!(r#"concat!(env!("CARGO_MANIFEST_DIR"), "/data/", {path:?})"#);
        // Writing to a string does not fail.
        let _ = writeln!(table, "({path:?}, include_str!({text})),");
    }
    table.push(']');
    table
}
