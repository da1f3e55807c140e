//! `cargo xtask agents`: the real browsers and the emulators that agent cases are put to.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail, ensure};

mod classes;
mod known;
mod page;
mod program;

use program::{program, shown};

/// The Debian packages of an engine.
const PACKAGES: [(&str, &[&str]); 3] = [
    ("chromium", &["chromium"]),
    ("firefox", &["firefox-esr"]),
    // The package of the driver is the one with MiniBrowser.
    ("webkit", &["webkit2gtk-driver", "xvfb"]),
];

/// The emulators, which come from npm: `xtask/agents/package-lock.json` names the versions.
const EMULATORS: [&str; 2] = ["jsdom", "happy-dom"];
/// Where they are installed; the program looks for them there.
const INSTALLED: &str = "target/agents";

/// The page's script, and a change that breaks it: XMLHttpRequest never sends headers of script.
const PAGE: &str = "crates/cors-agents/src/page/page.js";
const SOUND: &str = "of job.headers) xhr";
const BROKEN: &str = "of []) xhr";

/// A header without which the servers are broken.
const LEFT_OUT: &str = "access-control-allow-origin";

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
    /// Install the engines from Debian (as root) and the emulators from npm
    Install(Engines),
    /// Run all agent cases on the engines and write what they did (vectors/agent/observed/)
    Record(Engines),
    /// Write the summaries of the emulators from their classes (xtask/agents/*.toml) and the last
    /// run
    Classify(Engines),
    /// Run the most telling cases, and see that a page and servers that are broken on purpose fail
    Check(Engines),
    /// Open the page of `report` in Chromium, click through it and take pictures of it
    Page,
}

#[derive(clap::Args)]
struct Engines {
    /// chromium, firefox, webkit, jsdom, happy-dom; all of them when left out
    #[arg(value_name = "ENGINE",
          value_parser = ["chromium", "firefox", "webkit", "jsdom", "happy-dom"])]
    engines: Vec<String>,
}

impl Engines {
    fn names(&self) -> Vec<&str> {
        if self.engines.is_empty() {
            let engines = PACKAGES.iter().map(|(name, _)| *name);
            engines.chain(EMULATORS).collect()
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
        Action::Classify(engines) => {
            for name in engines.names() {
                classify(name)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Check(engines) => {
            for name in engines.names() {
                check(name)?;
            }
            if engines.names().contains(&"chromium") {
                page::check()?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Page => {
            page::check()?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn install(names: &[&str]) -> anyhow::Result<ExitCode> {
    if EMULATORS.iter().any(|name| names.contains(name)) {
        install_emulators()?;
    }
    let packages: Vec<_> = PACKAGES
        .iter()
        .filter(|(name, _)| names.contains(name))
        .flat_map(|(_, packages)| *packages)
        .collect();
    if packages.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
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

fn install_emulators() -> anyhow::Result<()> {
    let folder = crate::root().join(INSTALLED);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        let from = crate::root().join("xtask/agents").join(name);
        fs::copy(&from, folder.join(name))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let mut command = Command::new("npm");
    command
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    println!("$ cd {INSTALLED} && {command:?}");
    let status = command
        .status()
        .context("npm cannot be started: install Node.js 20.19 or newer with npm first")?;
    ensure!(status.success(), "npm: {status}");
    Ok(())
}

/// What came of a run of the program on an engine.
fn agent(name: &str, arguments: &[&str]) -> anyhow::Result<Option<i32>> {
    program(&[&["agent", name], arguments].concat())
}

fn record(name: &str) -> anyhow::Result<()> {
    let emulator = EMULATORS.contains(&name);
    let (file, known) = if emulator {
        (classes::record(name), format!("xtask/agents/{name}.toml"))
    } else {
        let known = format!("vectors/agent/known/{name}.toml");
        (format!("vectors/agent/observed/{name}.json"), known)
    };
    match agent(name, &["--record", &file])? {
        Some(0) => {}
        // The record is what helps to correct what is known.
        Some(1 | 5) => println!("{file} is written, and {known} may have to follow: see above"),
        code => bail!("the run on {name} came to nothing: exit status {code:?}"),
    }
    if emulator {
        return classify(name);
    }
    if known::update(name)? {
        println!("{known} is written anew: what is new there needs its name, reason and steps");
    }
    let code = agent(name, &["--console", &file])?;
    ensure!(
        code == Some(0),
        "{name}: its console cannot be read: exit status {code:?}"
    );
    Ok(())
}

fn classify(name: &str) -> anyhow::Result<()> {
    if !EMULATORS.contains(&name) {
        return Ok(());
    }
    let file = format!("vectors/agent/summaries/{name}.json");
    let text = classes::summary(crate::root(), name)?;
    fs::write(crate::root().join(&file), text).with_context(|| format!("cannot write {file}"))?;
    println!("{file}: written from xtask/agents/{name}.toml");
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
    // Those that each of the engines and emulators passes in part.
    let some = ["-t", "safelisted-headers/*", "-t", "xhr/*"];
    let page = [&some[..], &["--page", shown(&path)?]].concat();
    let code = agent(name, &page)?;
    fs::remove_file(&path)?;
    ensure!(
        code == Some(1),
        "{name}: a page that leaves out headers must fail: exit status {code:?}, expected 1"
    );
    let code = agent(name, &[&some[..], &["--leave-out", LEFT_OUT]].concat())?;
    ensure!(
        code == Some(1),
        "{name}: servers that leave out {LEFT_OUT} must fail: exit status {code:?}, expected 1"
    );
    println!("{name}: as expected, and a broken page and broken servers fail");
    Ok(())
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
