//! The programs that libFuzzer makes of the targets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::stats::{self, Stats};
use crate::processor_time;

/// The target that does nothing: what the others are measured against.
pub(super) const EMPTY: &str = "empty";

/// The version of cargo-fuzz.
const VERSION: &str = "0.13.2";

/// How long a program runs between two looks at its processor time.
const POLL: Duration = Duration::from_millis(100);

/// When a program that finds nothing ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    /// After so many inputs, the same in every run: what fails once fails again.
    Inputs(u32),
    /// After so many seconds.
    Clock(u32),
    /// After so many seconds of processor time, whatever else the machine does meanwhile.
    Processor(u32),
}

/// The folder of the programs.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Builds all of them.
    pub(super) fn build() -> anyhow::Result<Self> {
        let program = crate::tools::program("cargo-fuzz", VERSION)?;
        let target = crate::root().join("target/fuzz");
        let status = Command::new(program)
            .args(["fuzz", "build", "--sanitizer", "none", "--target-dir"])
            .arg(&target)
            // Without assertions of the standard library and without a look at each comparison, which
            // is where most of the time would go; the words to compare with are in the dictionary.
            .args(["-O", "--strip-dead-code", "--no-trace-compares"])
            // The fuzzer gets what optimization there is, in all packages; the workspace says for each
            // how much it builds with, to be built fast.
            .env("RUSTFLAGS", "-C opt-level=3")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
            .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(crate::root().join("fuzz"))
            .status()
            .context("cannot start cargo-fuzz")?;
        if !status.success() {
            bail!("cargo fuzz build: {status}");
        }
        // The name of the platform is in between.
        for entry in fs::read_dir(&target)? {
            let folder = entry?.path().join("release");
            if folder.join(EMPTY).is_file() {
                return Ok(Self(folder));
            }
        }
        bail!("cargo-fuzz left no program below {}", target.display())
    }

    /// Runs one target, beginning with its seeds and what is in `corpus`, which keeps what reaches
    /// something new; without one it is forgotten. `None`, after all that the program said, when
    /// something was found.
    pub(super) fn fuzz(
        &self,
        target: &str,
        bound: Bound,
        corpus: Option<&Path>,
    ) -> anyhow::Result<Option<Stats>> {
        let fuzz = crate::root().join("fuzz");
        let artifacts = fuzz.join("artifacts").join(target);
        for folder in corpus.into_iter().chain([artifacts.as_path()]) {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let mut command = Command::new(self.0.join(target));
        command
            .args(["-print_final_stats=1", "-rss_limit_mb=2048"])
            .args(options(target)?)
            .arg(format!("-artifact_prefix={}/", artifacts.display()));
        match bound {
            Bound::Inputs(inputs) => {
                command.args(["-seed=1".to_owned(), format!("-runs={inputs}")]);
            }
            Bound::Clock(seconds) => {
                command.arg(format!("-max_total_time={seconds}"));
            }
            Bound::Processor(_) => {}
        }
        if target != EMPTY {
            command.arg(format!("-dict={}", fuzz.join("cors.dict").display()));
        }
        let seeds = fuzz.join("seeds").join(target);
        match corpus {
            Some(corpus) => {
                command.arg(corpus);
                if seeds.is_dir() {
                    command.arg(seeds);
                }
            }
            None if seeds.is_dir() => {
                let mut files = Vec::new();
                for entry in fs::read_dir(&seeds)? {
                    files.push(entry?.path().display().to_string());
                }
                files.sort();
                command.arg(format!("-seed_inputs={}", files.join(",")));
            }
            None => {}
        }
        let words = tempfile::NamedTempFile::new().context("cannot keep what a target says")?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(words.reopen()?)
            .spawn()
            .with_context(|| format!("cannot start the target {target}"))?;
        let status = wait(&mut child, bound).with_context(|| format!("the target {target}"))?;
        let said = fs::read(words.path()).context("cannot read what a target said")?;
        let said = String::from_utf8_lossy(&said);
        if !status.success() {
            eprintln!("{target}: {status}\n{said}");
            return Ok(None);
        }
        stats::read(&said)
            .with_context(|| format!("the target {target}"))
            .map(Some)
    }
}

/// The arguments that a target always gets: those by which a fuzzing service runs it as well.
fn options(target: &str) -> anyhow::Result<Vec<String>> {
    let folder = crate::root().join("fuzz/oss-fuzz");
    let own = folder.join(format!("{target}.options"));
    let path = if own.is_file() {
        own
    } else {
        folder.join("target.options")
    };
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    arguments(&text).with_context(|| format!("{} is no file of options", path.display()))
}

/// `name = value` lines below `[libfuzzer]` as arguments.
fn arguments(text: &str) -> anyhow::Result<Vec<String>> {
    let mut arguments = Vec::new();
    let mut is_ours = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            is_ours = line == "[libfuzzer]";
        } else if is_ours {
            let (name, value) = line
                .split_once('=')
                .with_context(|| format!("`{line}` is not `name = value`"))?;
            arguments.push(format!("-{}={}", name.trim(), value.trim()));
        }
    }
    Ok(arguments)
}

/// Waits until the program ends, and asks it to when its time is over.
fn wait(child: &mut Child, bound: Bound) -> anyhow::Result<ExitStatus> {
    let Bound::Processor(seconds) = bound else {
        return Ok(child.wait()?);
    };
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if processor_time::of_process(child.id())? >= Duration::from_secs(seconds.into())
            && let Some(id) = id
        {
            // libFuzzer then ends as if it had done all it was asked for. It cannot be gone: nobody
            // else waits for it.
            kill_process(id, Signal::USR1)?;
            return Ok(child.wait()?);
        }
        std::thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests {
    use super::{arguments, options};

    #[test]
    fn options_are_those_of_the_services() {
        let text = "# why\n[libfuzzer]\nmax_len = 7\n\n[env]\nX = 1\n";
        assert_eq!(arguments(text).unwrap(), ["-max_len=7"]);
        let error = arguments("[libfuzzer]\nmax_len\n").unwrap_err();
        assert!(error.to_string().contains("`max_len`"), "{error}");
        let bytes = options("range").unwrap();
        assert!(bytes.contains(&"-use_counters=0".to_owned()), "{bytes:?}");
        let others = options("exchange").unwrap();
        assert!(others.contains(&"-max_len=4096".to_owned()), "{others:?}");
    }
}
