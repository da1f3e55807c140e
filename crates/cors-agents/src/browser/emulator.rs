//! Emulators of browsers that run inside Node.js, from npm. They get the same page, the same
//! servers and the same cases as the engines.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{LaunchError, NODE, first_line};

/// What opens the page in an emulator.
const RUNNER: &str = include_str!("../page/emulator.cjs");
/// The environment variable that names the folder with their `node_modules`.
const FOLDER: &str = "CORS_EMULATORS";
/// Where `cargo xtask agents install` puts them, below the checkout.
const INSTALLED: &str = "target/agents";

/// An emulator of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emulator {
    /// jsdom, which has no `fetch()`: its XMLHttpRequest is asked instead.
    Jsdom,
    /// happy-dom.
    HappyDom,
}

/// An emulator in a folder.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) emulator: Emulator,
    folder: PathBuf,
}

impl Package {
    /// Adds the arguments of Node.js that run it.
    pub(super) fn arguments(&self, command: &mut Command) {
        command
            .args(["-e", RUNNER, "--", self.emulator.name()])
            .arg(&self.folder);
    }
}

impl Emulator {
    /// All emulators.
    pub const ALL: [Self; 2] = [Self::Jsdom, Self::HappyDom];

    /// Its name in commands and files, and in npm.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jsdom => "jsdom",
            Self::HappyDom => "happy-dom",
        }
    }
}

/// Finds Node.js and the package of an emulator, and asks for the versions: the package, the program
/// that runs it, and both as the emulator names them.
pub(super) fn find(emulator: Emulator) -> Result<(Package, PathBuf, String), LaunchError> {
    let program = NODE.find()?;
    let folder = match std::env::var_os(FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None if Path::new(INSTALLED).is_dir() => PathBuf::from(INSTALLED),
        None => PathBuf::from("."),
    };
    let shown = folder.display().to_string();
    // The browser's own folder is another.
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let package = Package { emulator, folder };
    let mut command = Command::new(&program);
    package.arguments(&mut command);
    let said = first_line(&NODE, &mut command)?.1;
    let said = said.ok_or(LaunchError::Silent(
        "Node.js does not tell the emulator's version",
    ))?;
    match said.trim().strip_prefix("error: ") {
        None => Ok((package, program, said.trim().to_owned())),
        Some(said) => Err(LaunchError::Package {
            name: emulator.name(),
            folder: shown,
            said: said.to_owned(),
        }),
    }
}
