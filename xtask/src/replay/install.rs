//! Installs a version of a library into a folder of its own below the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};

use super::pairs::{Kind, Version};
use crate::subjects::{Places, command};

/// The name of the note in a folder of what was installed there, written last.
const NOTE: &str = ".installed-from";

/// Brings a version into `folder`, doing nothing where it is there, and gives the words of the
/// command that starts its program.
///
/// Fails with the command when an installer fails.
pub(super) fn install(
    version: &Version,
    folder: &Path,
    places: &Places,
) -> anyhow::Result<Vec<String>> {
    let kind = version.kind();
    let files = files(version, places)?;
    let packages = version.packages.join(" ");
    let note = files.iter().fold(packages, |note, (name, text)| {
        format!("{note}\n--- {}\n{text}", name.display())
    });
    let start = start(kind, folder);
    if fs::read_to_string(folder.join(NOTE)).is_ok_and(|old| old == note) {
        return Ok(start);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    for (name, text) in &files {
        write(&folder.join(name), text)?;
    }
    match kind {
        Kind::Npm => {
            // Else npm would install beside a package.json further up.
            write(&folder.join("package.json"), "{ \"private\": true }\n")?;
            let mut npm = command("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
            run(npm.args(&version.packages).current_dir(folder))?;
        }
        Kind::Pip => {
            let mut venv = command("python3");
            run(venv.args(["-m", "venv", ".venv"]).current_dir(folder))?;
            let mut pip = command(folder.join(".venv/bin/python"));
            pip.args(["-m", "pip", "install", "--quiet"])
                .arg("--disable-pip-version-check");
            run(pip.args(&version.packages).current_dir(folder))?;
        }
        Kind::Cargo => {
            let target = places.target.join("replay/cargo");
            let mut cargo = command("cargo");
            cargo
                .args(["build", "--quiet", "--target-dir"])
                .arg(&target);
            run(cargo.current_dir(folder))?;
            // The next version is built to the same place.
            let built = target.join("debug/replay-server");
            fs::copy(&built, folder.join("server"))
                .with_context(|| format!("copying {}", built.display()))?;
        }
    }
    write(&folder.join(NOTE), &note)?;
    Ok(start)
}

/// The files of a program, with their names in the folder.
fn files(version: &Version, places: &Places) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let server = places
        .root
        .join("xtask/replay/servers")
        .join(&version.server);
    let read = |file: &Path| {
        fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
    };
    // What the programs share with those of the subjects.
    let shared = |name: &str| read(&places.subjects.join(name));
    Ok(match version.kind() {
        Kind::Npm => vec![
            ("server.mjs".into(), read(&server)?),
            ("policy.mjs".into(), shared("policy.mjs")?),
        ],
        Kind::Pip => vec![
            // Not under a name that is a library's.
            ("replay_server.py".into(), read(&server)?),
            ("policy.py".into(), shared("policy.py")?),
        ],
        Kind::Cargo => {
            let (_, number) = version.library()?;
            let manifest = read(&server.join("Cargo.toml"))?;
            vec![
                ("Cargo.toml".into(), manifest.replace("{version}", number)),
                ("src/main.rs".into(), read(&server.join("src/main.rs"))?),
                ("src/policy.rs".into(), shared("policy.rs")?),
            ]
        }
    })
}

/// The words that start the program of a folder.
fn start(kind: Kind, folder: &Path) -> Vec<String> {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    match kind {
        Kind::Npm => vec!["node".to_owned(), path("server.mjs")],
        Kind::Pip => vec![path(".venv/bin/python"), path("replay_server.py")],
        Kind::Cargo => vec![path("server")],
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let folder = file.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("writing {}", file.display()))
}

/// Runs an installer, its output going to standard error.
fn run(command: &mut std::process::Command) -> anyhow::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status();
    let status = status.with_context(|| format!("starting {command:?}"))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}
