//! A process group of its own, so that a server is ended with every process it started.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use super::POLL;

/// Looks, each [`POLL`] apart, that the leader gets to end by itself before it is killed.
const GRACE: u32 = 100;

/// A process that leads its own process group. Dropping it ends the whole group.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Child,
    ended: bool,
}

impl Group {
    /// Starts a program as the leader of a new group.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        Ok(Self {
            leader: command.process_group(0).spawn()?,
            ended: false,
        })
    }

    /// The leader's process id, which is the group's.
    fn id(&self) -> Option<Pid> {
        i32::try_from(self.leader.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether the leader has ended.
    ///
    /// It is not reaped: until [`Group::end`] its process id stays taken, so that no other process
    /// can get the signals meant for the group.
    pub(crate) fn has_exited(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.id()
            .is_none_or(|id| !matches!(rustix::process::waitid(WaitId::Pid(id), options), Ok(None)))
    }

    /// Asks the group to end, kills what is left of it, and gives the leader's status.
    pub(crate) fn end(&mut self) -> io::Result<ExitStatus> {
        self.end_within(GRACE)
    }

    fn end_within(&mut self, looks: u32) -> io::Result<ExitStatus> {
        // Sending fails only when nobody is left to receive, which is what is wanted.
        if !self.ended
            && let Some(id) = self.id()
        {
            let _ = rustix::process::kill_process_group(id, Signal::TERM);
            for _ in 0..looks {
                if self.has_exited() {
                    break;
                }
                std::thread::sleep(POLL);
            }
            let _ = rustix::process::kill_process_group(id, Signal::KILL);
            self.ended = true;
        }
        self.leader.wait()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A status is of no use here.
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::Stdio;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Starts a shell that runs `script`, and a channel that closes once nobody holds the shell's
    /// standard output any longer: once the whole group has ended.
    fn shell(script: &str) -> (Group, mpsc::Receiver<()>) {
        let mut command = Command::new("sh");
        let mut group = Group::spawn(command.args(["-c", script]).stdout(Stdio::piped())).unwrap();
        let mut output = group.leader.stdout.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut first = [0];
            output.read_exact(&mut first).unwrap();
            sender.send(()).unwrap();
            output.read_to_end(&mut Vec::new()).unwrap();
        });
        // Wait for the script's first byte: its traps are set and its children run.
        receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        (group, receiver)
    }

    fn assert_closed(receiver: &mpsc::Receiver<()>) {
        let closed = receiver.recv_timeout(Duration::from_secs(20));
        assert_eq!(
            closed,
            Err(mpsc::RecvTimeoutError::Disconnected),
            "somebody still runs"
        );
    }

    #[test]
    fn a_hanging_leader_is_killed_with_its_children() {
        let (mut group, receiver) = shell("trap '' TERM; sleep 1000 & echo x; wait; sleep 1000");
        assert!(!group.has_exited());
        let status = group.end_within(2).unwrap();
        assert_eq!(status.code(), None, "killed by a signal");
        assert_closed(&receiver);
    }

    #[test]
    fn a_child_is_killed_when_its_leader_is_gone() {
        let (mut group, receiver) = shell("trap '' TERM; sleep 1000 & echo x; exit 7");
        let exited = (0..400).any(|_| {
            std::thread::sleep(POLL);
            group.has_exited()
        });
        assert!(exited);
        assert_eq!(group.end_within(2).unwrap().code(), Some(7));
        assert_closed(&receiver);
    }

    #[test]
    fn a_panic_ends_the_group() {
        let (group, receiver) = shell("sleep 1000 & echo x; wait");
        let panicked = std::thread::spawn(move || {
            let _group = group;
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert_closed(&receiver);
    }
}
