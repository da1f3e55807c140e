//! Brings what a subject needs: Debian packages, and what its lock file names.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::manifest::{Install, Need, Subject};
use super::{Places, command};

/// Installs a subject, doing nothing where everything is in place.
///
/// Fails with what is missing and how to get it when it cannot be installed here, and with the
/// command when an installer fails.
pub(crate) fn install(subject: &Subject, places: &Places) -> anyhow::Result<()> {
    // Two runs at a time would install into the same folders.
    let dir = places.target.join("subjects");
    fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let lock = dir.join("install.lock");
    File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .with_context(|| format!("locking {}", lock.display()))
        .and_then(|_locked| {
            for need in &subject.manifest.needs {
                satisfy(&subject.manifest.name, need)?;
            }
            packages(subject, places)
        })
}

/// Sees to it that one program is on the machine.
fn satisfy(name: &str, need: &Need) -> anyhow::Result<()> {
    if is_there(need) {
        return Ok(());
    }
    let what = &need.what;
    if need.debian.is_empty() {
        bail!("{name} needs {what}, which is not on this machine: install it first");
    }
    let packages = need.debian.join(" ");
    let by_hand = format!("Debian has it as: {packages}");
    if command("apt-get")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        bail!(
            "{name} needs {what}, which is not on this machine, and there is no apt-get. {by_hand}"
        );
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "{name} needs {what}, which is not on this machine; only root can install. {by_hand}"
        );
    }
    // A fresh machine has no lists of packages, an old one has lists of builds that are gone.
    run("apt-get", &["update"], None)?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(need.debian.iter().map(String::as_str));
    run("apt-get", &arguments, None)?;
    if !is_there(need) {
        bail!("{name} needs {what}, which is missing even with the Debian packages: {packages}");
    }
    Ok(())
}

/// Whether the check of a need succeeds.
fn is_there(need: &Need) -> bool {
    let Some((program, arguments)) = need.check.split_first() else {
        return true;
    };
    let mut check = command(program);
    check
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    check.status().is_ok_and(|status| status.success())
}

/// Installs or builds what the lock file in the subject's folder names.
fn packages(subject: &Subject, places: &Places) -> anyhow::Result<()> {
    let dir = &subject.dir;
    match subject.manifest.install {
        Install::None => Ok(()),
        Install::Cargo => {
            let manifest = dir.join("Cargo.toml");
            let arguments = [
                "build".into(),
                "--release".into(),
                "--locked".into(),
                "--quiet".into(),
                "--manifest-path".into(),
                manifest.into_os_string(),
                "--target-dir".into(),
                places.target.clone().into_os_string(),
            ];
            run("cargo", &arguments, None)
        }
        Install::Npm => {
            let stamp = Stamp::of(dir, &["package.json", "package-lock.json"], "node_modules")?;
            if stamp.is_current() {
                return Ok(());
            }
            run("npm", &["ci", "--no-audit", "--no-fund"], Some(dir))?;
            stamp.write()
        }
        Install::Pip => {
            let stamp = Stamp::of(dir, &["requirements.txt"], ".venv")?;
            // The environment points to an interpreter that may have gone since.
            let python = dir.join(".venv/bin/python");
            let works = command(&python)
                .arg("--version")
                .stdout(Stdio::null())
                .status();
            if stamp.is_current() && works.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            run("python3", &["-m", "venv", "--clear", ".venv"], Some(dir))?;
            // --no-deps: nothing gets in that requirements.txt does not name.
            let pip = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ];
            let pip = pip
                .into_iter()
                .chain(["--no-deps", "-r", "requirements.txt"]);
            run(&python, &pip.collect::<Vec<_>>(), Some(dir))?;
            stamp.write()
        }
    }
}

/// Runs one installer, its output going to standard error; fails when it does.
fn run(
    program: impl AsRef<std::ffi::OsStr>,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    dir: Option<&Path>,
) -> anyhow::Result<()> {
    let mut command = command(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(std::io::stderr());
    command.env("DEBIAN_FRONTEND", "noninteractive");
    if let Some(dir) = dir {
        command.current_dir(dir);
    }
    let status = command
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        let mut line = command.get_program().to_string_lossy().into_owned();
        for argument in command.get_args() {
            let _ = write!(line, " {}", argument.to_string_lossy());
        }
        bail!("{line}: {status}");
    }
    Ok(())
}

/// A note inside an installed folder of what it was installed from.
#[derive(Debug)]
struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    /// That of the folder `installed`, which the files `from` determine; all relative to `dir`.
    fn of(dir: &Path, from: &[&str], installed: &str) -> anyhow::Result<Self> {
        let mut hash = Sha256::new();
        for name in from {
            let file = dir.join(name);
            let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        }
        let hash = hash
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        Ok(Self {
            file: dir.join(installed).join(".installed-from"),
            hash,
        })
    }

    /// Whether the folder was installed from the files as they are now, to the end.
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == self.hash)
    }

    /// Notes that the folder has been installed.
    fn write(&self) -> anyhow::Result<()> {
        fs::write(&self.file, &self.hash)
            .with_context(|| format!("writing {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_a_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("lock"), "one").unwrap();
        fs::create_dir(dir.path().join("packages")).unwrap();
        let stamp = || Stamp::of(dir.path(), &["lock"], "packages").unwrap();
        assert!(!stamp().is_current());
        stamp().write().unwrap();
        assert!(stamp().is_current());
        fs::write(dir.path().join("lock"), "two").unwrap();
        assert!(!stamp().is_current());
    }

    #[test]
    fn what_no_package_brings_is_asked_for() {
        let need = Need {
            check: vec!["no-such-program-anywhere".to_owned()],
            what: "an impossible program".to_owned(),
            debian: Vec::new(),
        };
        let error = satisfy("here", &need).unwrap_err().to_string();
        assert!(
            error.contains("here needs an impossible program"),
            "{error}"
        );
    }

    #[test]
    fn a_failing_installer_is_named_with_its_arguments() {
        let error = run("sh", &["-c", "exit 9"], None).unwrap_err();
        assert!(
            error.to_string().contains("sh -c exit 9: exit status: 9"),
            "{error}"
        );
    }
}
