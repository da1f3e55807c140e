//! Programs of others that a command of ours needs: installed when they are missing, and kept
//! under `target/tools`, so that nothing outside this checkout changes.

use std::fmt::{self, Display};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

/// What this machine lacks, and how to get it: nothing is known of what should have been tried, and
/// `cargo xtask` ends with exit status 3.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) String);

impl Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing on this machine: {}", self.0)
    }
}

impl std::error::Error for Missing {}

/// Prints a command, runs it and waits for its success.
///
/// # Errors
///
/// It cannot be started, or fails.
pub(crate) fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let shown = words.join(" ");
    println!("$ {shown}");
    let status = command.status();
    let status = status.with_context(|| format!("cannot start {shown}"))?;
    ensure!(status.success(), "{shown}: {status}");
    Ok(())
}

/// The path of a program from the Rust registry, in exactly this version.
///
/// It is built without optimisations: building is what takes the time, not running.
///
/// # Errors
///
/// Cargo cannot install it.
pub(crate) fn program(package: &str, version: &str) -> anyhow::Result<PathBuf> {
    let folder = crate::root().join("target/tools").join(version);
    let program = folder.join("bin").join(package);
    if program.is_file() {
        return Ok(program);
    }
    println!("{package} {version} is not there yet: it is built, which takes minutes");
    let status = Command::new(crate::cargo())
        .args(["install", "--quiet", "--locked", "--debug", "--version"])
        .args([version, package, "--root"])
        .arg(&folder)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo install {package} --version {version}: {status}");
    }
    Ok(program)
}

/// Makes sure that a program of Debian, which has the name of its package, can be started.
///
/// # Errors
///
/// It cannot: the error says what it is needed for and how to install it.
pub(crate) fn installed(program: &str, what: &str) -> anyhow::Result<()> {
    let started = Command::new(program).arg("--version").output();
    if started.is_err() {
        bail!(Missing(format!(
            "{program} ({what}); `apt-get install {program}` on Debian"
        )));
    }
    Ok(())
}

/// Makes sure that a program can be started, which these packages of Debian have.
///
/// # Errors
///
/// It cannot.
pub(crate) fn needs(program: &str, packages: &str) -> anyhow::Result<()> {
    let started = Command::new(program).arg("--version").output();
    ensure!(
        started.is_ok(),
        Missing(format!("{program}; `apt-get install {packages}` on Debian"))
    );
    Ok(())
}

/// Adds a target where rustup does not have it yet.
///
/// Where there is no rustup, the next step tells by itself whether the target is there.
pub(crate) fn install_target(target: &str) -> anyhow::Result<()> {
    let Ok(list) = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .current_dir(crate::root())
        .output()
    else {
        println!("(no rustup here: {target} is taken to be installed)");
        return Ok(());
    };
    if String::from_utf8_lossy(&list.stdout)
        .lines()
        .any(|line| line == target)
    {
        return Ok(());
    }
    println!("$ rustup target add {target}");
    let status = Command::new("rustup")
        .args(["target", "add", target])
        .current_dir(crate::root())
        .status()
        .context("cannot start rustup")?;
    if !status.success() {
        bail!("rustup target add {target}: {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_named_with_the_way_to_install_it() {
        assert!(installed("cargo", "the builder").is_ok());
        let error = installed("cors-no-such-program", "needed").unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("missing on this machine: cors-no-such-program (needed)"),
            "{said}"
        );
        assert!(said.contains("apt-get install"), "{said}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = needs("cors-no-such-program", "nothing").unwrap_err();
        assert!(error.downcast_ref::<Missing>().is_some());
        assert!(error.to_string().contains("apt-get install nothing"));
    }
}
