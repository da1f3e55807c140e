//! The program cors-conformance, as the commands that start servers for it run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, ensure};

use super::{Places, command};

/// A build of cors-conformance.
#[derive(Debug)]
pub(crate) struct Program(PathBuf);

impl Program {
    /// The build that is named, or a new one from the sources.
    ///
    /// Fails when it cannot be built.
    pub(crate) fn find(named: Option<&Path>, places: &Places) -> anyhow::Result<Self> {
        if let Some(file) = named {
            return Ok(Self(std::path::absolute(file)?));
        }
        let built = Command::new(crate::cargo())
            .args(["build", "--release", "--locked", "--quiet"])
            .args(["--package", "cors-conformance"])
            .current_dir(&places.root)
            .status()
            .context("cannot start cargo")?;
        ensure!(built.success(), "cors-conformance cannot be built");
        Ok(Self(places.target.join("release/cors-conformance")))
    }

    /// A command of it that tests what a command line starts.
    pub(crate) fn test(&self, subcommand: &str, server: &str) -> Command {
        let mut command = self.command();
        command
            .args([subcommand, "--cmd", server])
            .args(["--start-timeout", "60", "--max-time", "600"])
            .stdin(Stdio::null());
        command
    }

    /// The program itself.
    pub(crate) fn command(&self) -> Command {
        command(&self.0)
    }
}

/// The exit statuses of cors-conformance that say something of the server.
pub(crate) mod status {
    /// Everything is as expected.
    pub(crate) const AS_EXPECTED: u8 = 0;
    /// A requirement failed.
    pub(crate) const FAILED: u8 = 1;
    /// No case means anything for the server.
    pub(crate) const NOTHING_RAN: u8 = 4;
    /// A known failure no longer fails, or fails in another way.
    pub(crate) const OUT_OF_DATE: u8 = 5;
}

/// The exit status of a program that has ended; 128 when a signal ended it, which is none that
/// cors-conformance has.
pub(crate) fn exit(status: std::process::ExitStatus) -> u8 {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(128)
}

/// What a program printed, ready to be put below a line.
pub(crate) fn printed(output: &Output) -> String {
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&all);
    let lines: Vec<String> = text.lines().map(|line| format!("\n  {line}")).collect();
    lines.concat()
}

/// A command line for `sh -c`, each word quoted. The shell makes room for the program, so that it
/// is the program that is asked to end, and not a shell that ends without passing that on.
pub(crate) fn command_line(words: &[String]) -> String {
    words.iter().fold("exec".to_owned(), |line, word| {
        format!("{line} '{}'", word.replace('\'', r"'\''"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_the_shell_as_they_are() {
        let words = [
            "printf".to_owned(),
            "%s".to_owned(),
            "it's \"$HOME\"".to_owned(),
        ];
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &command_line(&words)]).output().unwrap();
        assert_eq!(output.stdout, b"it's \"$HOME\"");
        assert_eq!(printed(&output), "\n  it's \"$HOME\"");
    }

    #[test]
    fn a_signal_is_no_exit_status() {
        let status = |script| {
            let mut shell = Command::new("sh");
            exit(shell.args(["-c", script]).status().unwrap())
        };
        assert_eq!(status("exit 5"), status::OUT_OF_DATE);
        assert_eq!(status("kill -9 $$"), 128);
    }
}
