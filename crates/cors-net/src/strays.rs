//! Processes that left the group which they were started in, as daemons do. What a program starts
//! inherits its environment: a mark there names it, wherever it goes.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal};

/// The variable that holds the mark, behind those of the programs that started this one.
const NAME: &str = "CORS_CONFORMANCE_STARTED_AS";

/// Looks for more of them, since one may start another while it is killed.
const LOOKS: u32 = 20;

/// The mark of a program and of all that it starts.
#[derive(Debug)]
pub(crate) struct Mark(String);

impl Mark {
    /// Puts a mark that no other program of this machine has into the environment of a command.
    pub(crate) fn put(command: &mut Command) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Process ids are given again, but not within the moment that a process begins at.
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let began = fields.split_ascii_whitespace().nth(19).unwrap_or_default();
        let mark = format!("{}-{began}-{count}", std::process::id());
        let outer = std::env::var(NAME).unwrap_or_default();
        command.env(NAME, format!("{outer},{mark}"));
        Self(mark)
    }

    /// Sends a signal to each process that has the mark. Where the system has no `/proc`, there is no
    /// way to know of them.
    pub(crate) fn signal(&self, signal: Signal) {
        for process in self.processes() {
            self.signal_one(process, signal);
        }
    }

    /// Kills them, and what they start meanwhile.
    pub(crate) fn kill(&self) {
        for _ in 0..LOOKS {
            let processes = self.processes();
            if processes.is_empty() {
                return;
            }
            for process in processes {
                self.signal_one(process, Signal::KILL);
            }
        }
    }

    fn processes(&self) -> Vec<Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let processes = numbers.filter_map(Pid::from_raw);
        processes.filter(|process| self.is_on(*process)).collect()
    }

    fn is_on(&self, process: Pid) -> bool {
        let path = format!("/proc/{}/environ", process.as_raw_nonzero());
        // Those of other users cannot be read, and are none of ours.
        let environment = fs::read(path).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| {
            let value = variable.strip_prefix(NAME.as_bytes());
            let value = value.and_then(|value| value.strip_prefix(b"="));
            let mut marks = value.unwrap_or_default().split(|byte| *byte == b',');
            marks.any(|mark| mark == self.0.as_bytes())
        })
    }

    /// Its number may have been given to another process since it was looked at.
    #[cfg(target_os = "linux")]
    fn signal_one(&self, process: Pid, signal: Signal) {
        use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

        let Ok(handle) = pidfd_open(process, PidfdFlags::empty()) else {
            return;
        };
        if self.is_on(process) {
            // Sending fails only when it has ended, which is what is wanted.
            let _ = pidfd_send_signal(handle, signal);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn signal_one(&self, process: Pid, signal: Signal) {
        // Sending fails only when it has ended, which is what is wanted.
        let _ = rustix::process::kill_process(process, signal);
    }
}
