//! The processor time of processes, as Linux counts it.

use std::fs::File;
use std::time::Duration;

use anyhow::Context as _;

/// The time that a process has used so far, in all its threads, in user mode and in the kernel.
///
/// It can still be read of a process that has ended, until somebody has waited for it.
///
/// # Errors
///
/// If there is no such process, or the machine has no `/proc`.
pub(crate) fn of_process(process: u32) -> anyhow::Result<Duration> {
    read(&process.to_string(), OWN)
}

/// The time of all processes that this one has started and waited for, and of those that they
/// have waited for.
///
/// # Errors
///
/// If the machine has no `/proc`.
pub(crate) fn of_ended_children() -> anyhow::Result<Duration> {
    read("self", CHILDREN)
}

/// Where the two times of a process stand in its line, counted behind its name.
const OWN: usize = 11;

/// Where those of its children stand.
const CHILDREN: usize = 13;

fn read(process: &str, first: usize) -> anyhow::Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let stat = File::open(&path)
        .and_then(std::io::read_to_string)
        .with_context(|| format!("cannot read {path}: processor time is measured on Linux only"))?;
    let ticks =
        ticks(&stat, first).with_context(|| format!("{path} does not say the processor time"))?;
    let millis = ticks * 1_000 / rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis(millis))
}

/// The sum of two numbers of ticks of such a line. The name of the program, which is in parentheses,
/// may hold anything.
fn ticks(stat: &str, first: usize) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(first);
    let user: u64 = times.next()?.parse().ok()?;
    let kernel: u64 = times.next()?.parse().ok()?;
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use super::{CHILDREN, OWN, of_ended_children, of_process, ticks};

    #[test]
    fn times_are_read_behind_any_name() {
        let stat = "7 (a) b) R 1 7 7 0 -1 4194304 90 0 0 0 12 30 5 6 20 0 1 0 100 200 300";
        assert_eq!(ticks(stat, OWN), Some(42));
        assert_eq!(ticks(stat, CHILDREN), Some(11));
        assert_eq!(ticks("7 (a) R 1", OWN), None);
        assert_eq!(ticks("", OWN), None);
    }

    #[test]
    fn processes_that_are_there_have_times() {
        assert!(of_process(std::process::id()).is_ok());
        assert!(of_ended_children().is_ok());
        let error = of_process(u32::MAX).unwrap_err().to_string();
        assert!(error.contains("/proc/4294967295/stat"), "{error}");
    }
}
