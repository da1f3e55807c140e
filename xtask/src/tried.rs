//! The program as somebody has it who has no clone: started in an empty folder, on servers that are
//! right and on one that is not, and held to its exit statuses.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail, ensure};

/// What the servers are meant to allow.
pub(crate) const POLICY: &str = include_str!("../../crates/cors-conformance/examples/cors.toml");

/// What one server does wrong.
const FAULT: &str = "origin-suffix-match";

/// A case that finds it.
const FOUND_BY: &str = "credentials/foreign-subdomain";

/// A child that ends with this.
pub(crate) struct Ends(pub(crate) Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How the program is started, and where.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    /// The words before the arguments: `cors-conformance`, or `npx cors-conformance`.
    pub(crate) words: Vec<OsString>,
    /// The program itself, for the servers: what starts it may not end it.
    pub(crate) program: PathBuf,
    /// A folder without a clone.
    pub(crate) folder: &'a Path,
}

impl Trial<'_> {
    /// Runs it on the server within it, on a right server and on a faulty one behind a URL, and with
    /// arguments that nobody understands.
    ///
    /// # Errors
    ///
    /// An exit status is another than it must be; the error has what was printed.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let policy = self.folder.join("cors.toml");
        std::fs::write(&policy, POLICY).context("cannot write the policy")?;
        self.ends(&["--version"], 0)?;
        self.ends(&[], 0)?;
        self.ends(&["--no-such-option"], 2)?;
        for (more, status) in [(&[][..], 0), (&["--fault", FAULT], 1)] {
            let (_server, url) = self.serve(&policy, more)?;
            self.ends(&[&url, "--policy", "cors.toml", "-t", FOUND_BY], status)?;
        }
        Ok(())
    }

    /// A server of the testbed, and the URL of its resource.
    fn serve(&self, policy: &Path, more: &[&str]) -> anyhow::Result<(Ends, String)> {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--policy"]).arg(policy).args(more);
        served(command.current_dir(self.folder))
    }

    fn ends(&self, arguments: &[&str], status: i32) -> anyhow::Result<()> {
        let mut command = self.command(arguments)?;
        let output = command.output().with_context(|| format!("{command:?}"))?;
        ensure!(
            output.status.code() == Some(status),
            "{command:?}: {}, expected exit status {status}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        println!("  exit status {status}: {}", self.shown(arguments));
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let (program, words) = self.words.split_first().context("no program")?;
        let mut command = Command::new(program);
        command.args(words).args(arguments).current_dir(self.folder);
        Ok(command)
    }

    fn shown(&self, arguments: &[&str]) -> String {
        let words = self.words.iter().map(|word| {
            let word = PathBuf::from(word);
            let name = word.file_name().unwrap_or(word.as_os_str());
            name.to_string_lossy().into_owned()
        });
        let arguments = arguments.iter().map(|word| (*word).to_owned());
        words.chain(arguments).collect::<Vec<_>>().join(" ")
    }
}

/// A server that prints its URL as its first line.
///
/// # Errors
///
/// It cannot be started, or prints something else.
pub(crate) fn served(command: &mut Command) -> anyhow::Result<(Ends, String)> {
    let child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the server")?;
    let mut server = Ends(child);
    let stdout = server.0.stdout.take().context("the server has no output")?;
    let mut url = String::new();
    BufReader::new(stdout)
        .read_line(&mut url)
        .context("the server says nothing")?;
    let url = url.trim().to_owned();
    if !url.starts_with("http://") {
        bail!("the server says {url:?}, expected its URL");
    }
    Ok((server, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_exit_status_is_an_error_with_what_was_printed() {
        let folder = tempfile::tempdir().unwrap();
        let trial = Trial {
            words: ["sh", "-c", "echo printed; exit 4"]
                .map(OsString::from)
                .into(),
            program: PathBuf::new(),
            folder: folder.path(),
        };
        trial.ends(&[], 4).unwrap();
        let error = trial.ends(&[], 0).unwrap_err().to_string();
        assert!(error.contains("expected exit status 0"), "{error}");
        assert!(error.contains("printed"), "{error}");
    }
}
