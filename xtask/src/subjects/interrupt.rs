//! Ctrl-C and its kin, noticed between two looks at a process rather than acted on at once, so
//! that what was started is ended by ordinary code.

use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::POLL;

/// Looks, each [`POLL`] apart, that a program gets to end by itself after an interruption.
const GRACE: u32 = 40;

/// Whether the user asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on SIGINT, SIGTERM and SIGHUP are noted here instead of ending this program.
    ///
    /// Fails when the operating system refuses the handlers.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&interrupt.0))
                .context("installing the handler of Ctrl-C")?;
        }
        Ok(interrupt)
    }

    /// Whether one of the signals has come.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails once one of the signals has come.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.is_set(), "interrupted");
        Ok(())
    }

    /// Runs a program to its end.
    ///
    /// Fails when it cannot be started, and when one of the signals comes and the program has not
    /// ended soon after; it is then ended, as it is on a panic.
    pub(crate) fn run(&self, command: &mut Command) -> anyhow::Result<ExitStatus> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let mut running = Running(child);
        let mut grace = GRACE;
        loop {
            if let Some(status) = running.0.try_wait()? {
                return Ok(status);
            }
            if self.is_set() {
                if grace == 0 {
                    bail!("interrupted while {name} was running");
                }
                grace -= 1;
            }
            std::thread::sleep(POLL);
        }
    }
}

/// A program that does not outlive this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is the usual case.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_runs_to_its_end() {
        let status = Interrupt::default()
            .run(Command::new("sh").args(["-c", "exit 3"]))
            .unwrap();
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn an_interruption_ends_a_program_that_does_not_heed_it() {
        let interrupt = Interrupt::default();
        interrupt.0.store(true, Ordering::Relaxed);
        let error = interrupt
            .run(Command::new("sleep").arg("1000"))
            .unwrap_err();
        assert!(
            error.to_string().contains("while sleep was running"),
            "{error}"
        );
    }
}
