//! `cargo xtask agents`: the real browsers that agent cases are put to.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};

/// The Debian packages of an engine.
const PACKAGES: [(&str, &[&str]); 3] = [
    ("chromium", &["chromium"]),
    ("firefox", &["firefox-esr"]),
    // The package of the driver is the one with MiniBrowser.
    ("webkit", &["webkit2gtk-driver", "xvfb"]),
];

/// The page's script, and a change that breaks it: the headers of script are never sent.
const PAGE: &str = "crates/cors-agents/src/page/page.js";
const SOUND: &str = "headers: job.headers";
const BROKEN: &str = "headers: []";

/// The cases that say most about an engine and the page, and do not wait.
const TELLING: &[&str] = &[
    "-t",
    "cors-check/*",
    "-t",
    "credentials/*",
    "-t",
    "preflight-cache/*",
    "-t",
    "preflight-response/*",
    "-t",
    "redirect-*/*",
    "-t",
    "safelisted-headers/*",
    "-t",
    "xhr/*",
    "--skip",
    "tag:slow",
];

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Install the engines from Debian (as root)
    Install(Engines),
    /// Run all agent cases on the engines and write what they did (vectors/agent/observed/)
    Record(Engines),
    /// Run the most telling cases, and see that a page that is broken on purpose fails
    Check(Engines),
}

#[derive(clap::Args)]
struct Engines {
    /// chromium, firefox, webkit; all of them when left out
    #[arg(value_name = "ENGINE", value_parser = ["chromium", "firefox", "webkit"])]
    engines: Vec<String>,
}

impl Engines {
    fn names(&self) -> Vec<&str> {
        if self.engines.is_empty() {
            PACKAGES.iter().map(|(name, _)| *name).collect()
        } else {
            self.engines.iter().map(String::as_str).collect()
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Install(engines) => install(&engines.names()),
        Action::Record(engines) => {
            for name in engines.names() {
                record(name)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Check(engines) => {
            for name in engines.names() {
                check(name)?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn install(names: &[&str]) -> anyhow::Result<ExitCode> {
    let packages = PACKAGES
        .iter()
        .filter(|(name, _)| names.contains(name))
        .flat_map(|(_, packages)| *packages);
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Somebody else may be installing something.
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    println!("$ {command:?}");
    let status = command
        .status()
        .context("apt-get cannot be started: on a system other than Debian install the engines yourself, see README.md")?;
    ensure!(
        status.success(),
        "apt-get: {status}; it needs to be run as root"
    );
    Ok(ExitCode::SUCCESS)
}

/// What came of a run of the program on an engine.
fn agent(name: &str, arguments: &[&str]) -> anyhow::Result<Option<i32>> {
    let mut command = Command::new(crate::cargo());
    command
        .args(["run", "--release", "--locked", "--quiet"])
        .args(["--package", "cors-conformance", "--", "agent", name])
        .args(arguments)
        .current_dir(crate::root());
    println!(
        "$ cargo xtask conformance agent {name} {}",
        arguments.join(" ")
    );
    Ok(command.status().context("cannot start cargo")?.code())
}

fn record(name: &str) -> anyhow::Result<()> {
    let file = format!("vectors/agent/observed/{name}.json");
    match agent(name, &["--record", &file])? {
        Some(0) => {}
        // The record is what helps to mend the expectations.
        Some(1 | 5) => println!(
            "{file} is written, and vectors/agent/expectations/{name}.json has to follow: see above"
        ),
        code => bail!("the run on {name} came to nothing: exit status {code:?}"),
    }
    let code = agent(name, &["--console", &file])?;
    ensure!(
        code == Some(0),
        "{name}: its console cannot be read: exit status {code:?}"
    );
    Ok(())
}

fn check(name: &str) -> anyhow::Result<()> {
    let code = agent(name, TELLING)?;
    ensure!(code == Some(0), "{name}: exit status {code:?}, expected 0");
    let script = fs::read_to_string(crate::root().join(PAGE))?;
    let broken = script.replace(SOUND, BROKEN);
    ensure!(broken != script, "{PAGE} has no `{SOUND}` to break");
    let path = crate::root().join("target/broken-page.js");
    fs::write(&path, broken).with_context(|| format!("cannot write {}", path.display()))?;
    let code = agent(
        name,
        &["-t", "safelisted-headers/*", "--page", shown(&path)?],
    )?;
    fs::remove_file(&path)?;
    ensure!(
        code == Some(1),
        "{name}: a page that sends no headers must fail: exit status {code:?}, expected 1"
    );
    println!("{name}: as expected, and a broken page fails");
    Ok(())
}

fn shown(path: &Path) -> anyhow::Result<&str> {
    path.to_str()
        .context("the path of the checkout is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_can_be_broken() {
        let script = fs::read_to_string(crate::root().join(PAGE)).unwrap();
        assert_eq!(script.matches(SOUND).count(), 1);
        assert!(!script.contains(BROKEN));
    }
}
