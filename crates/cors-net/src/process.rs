//! A process group of its own, so that a program is ended with every process it started, those that
//! left the group included where the system tells of them.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::strays::Mark;

/// Between two looks at a process.
pub const POLL: Duration = Duration::from_millis(10);
/// Looks, each [`POLL`] apart, that the leader gets to end by itself before it is killed.
pub const GRACE: u32 = 100;

/// A process that leads its own process group. Dropping it ends the whole group.
#[derive(Debug)]
pub struct Group {
    /// The program itself.
    pub leader: Child,
    mark: Mark,
    ended: bool,
}

impl Group {
    /// Starts a program as the leader of a new group.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mark = Mark::put(command);
        Ok(Self {
            leader: command.process_group(0).spawn()?,
            mark,
            ended: false,
        })
    }

    /// The leader's process id, which is the group's.
    fn id(&self) -> Option<Pid> {
        i32::try_from(self.leader.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether the leader has ended.
    ///
    /// It is not reaped: until [`Group::kill`] its process id stays taken, so that no other
    /// process can get the signals meant for the group.
    pub fn has_exited(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.id()
            .is_none_or(|id| !matches!(rustix::process::waitid(WaitId::Pid(id), options), Ok(None)))
    }

    /// Asks the group to end, and those that left it.
    pub fn ask(&self) {
        if !self.ended {
            self.signal(Signal::TERM);
            self.mark.signal(Signal::TERM);
        }
    }

    /// Kills what is left of the group and of those that left it, and gives the leader's status.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        self.signal(Signal::KILL);
        self.ended = true;
        let status = self.leader.wait();
        self.mark.kill();
        status
    }

    fn signal(&self, signal: Signal) {
        if !self.ended
            && let Some(id) = self.id()
        {
            // Sending fails only when nobody is left to receive, which is what is wanted.
            let _ = rustix::process::kill_process_group(id, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.ask();
        for _ in 0..GRACE {
            if self.has_exited() {
                break;
            }
            std::thread::sleep(POLL);
        }
        // A status is of no use here.
        let _ = self.kill();
    }
}

/// Addresses other than this machine's to which a process has a connection, or tries to.
pub fn elsewhere(process: u32) -> Vec<IpAddr> {
    let mut inodes = Vec::new();
    for entry in fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let Ok(to) = fs::read_link(entry.path()) else {
            continue;
        };
        let to = to.to_string_lossy();
        let inode = to
            .strip_prefix("socket:[")
            .and_then(|to| to.strip_suffix(']'));
        inodes.extend(inode.map(str::to_owned));
    }
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (Some(remote), Some(inode)) = (words.get(2), words.get(9)) else {
                continue;
            };
            if inodes.iter().any(|known| known == inode) {
                found.extend(address(remote).filter(|ip| !ip.is_unspecified() && !is_here(ip)));
            }
        }
    }
    found
}

fn is_here(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_loopback(),
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

/// An address as the tables of `/proc/net` write it: words of four bytes in the machine's order.
fn address(text: &str) -> Option<IpAddr> {
    let (address, _) = text.split_once(':')?;
    let mut bytes = Vec::new();
    let mut rest = address;
    while let Some((word, more)) = rest.split_at_checked(8) {
        bytes.extend(u32::from_str_radix(word, 16).ok()?.to_ne_bytes());
        rest = more;
    }
    if let Ok(four) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(Ipv4Addr::from(four).into());
    }
    let sixteen = <[u8; 16]>::try_from(bytes.as_slice()).ok()?;
    Some(Ipv6Addr::from(sixteen).into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::Stdio;
    use std::sync::mpsc;

    use super::*;

    /// Starts a shell that runs `script`, and a channel that closes once nobody holds the shell's
    /// standard output any longer: once the whole group has ended.
    fn shell(script: &str) -> (Group, mpsc::Receiver<()>) {
        let mut command = Command::new("sh");
        let mut group = Group::spawn(command.args(["-c", script]).stdout(Stdio::piped())).unwrap();
        let mut output = group.leader.stdout.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            output.read_exact(&mut [0]).unwrap();
            sender.send(()).unwrap();
            output.read_to_end(&mut Vec::new()).unwrap();
        });
        // The script's first byte: its traps are set and its children run.
        receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        (group, receiver)
    }

    fn assert_gone(receiver: &mpsc::Receiver<()>) {
        let closed = receiver.recv_timeout(Duration::from_secs(20));
        assert_eq!(closed, Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_group_that_ignores_the_request_is_killed() {
        let (group, receiver) = shell("trap '' TERM; sleep 1000 & echo x; wait; sleep 1000");
        group.ask();
        assert!(!group.has_exited());
        drop(group);
        assert_gone(&receiver);
    }

    #[test]
    fn children_are_killed_when_their_leader_is_gone() {
        let (mut group, receiver) = shell("sleep 1000 & echo x; exit 7");
        while !group.has_exited() {
            std::thread::sleep(POLL);
        }
        assert_eq!(group.kill().unwrap().code(), Some(7));
        assert_gone(&receiver);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_left_the_group_is_killed_with_what_it_starts() {
        let stray = "trap '' TERM; sleep 1000 & echo x; wait; sleep 1000";
        let (group, receiver) = shell(&format!("setsid sh -c \"{stray}\" & wait"));
        drop(group);
        assert_gone(&receiver);
        // The leader has ended long before, as that of a daemon does.
        let (mut group, receiver) = shell("setsid sh -c 'echo x; sleep 1000' & exit 3");
        while !group.has_exited() {
            std::thread::sleep(POLL);
        }
        assert_eq!(group.kill().unwrap().code(), Some(3));
        assert_gone(&receiver);
    }

    #[test]
    fn a_panic_ends_the_group() {
        let (group, receiver) = shell("sleep 1000 & echo x; wait");
        let panicked = std::thread::spawn(move || {
            let _group = group;
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert_gone(&receiver);
    }

    #[test]
    fn addresses_of_the_tables_are_read() {
        let of = |text: &str| address(text).map(|ip| ip.to_string());
        assert_eq!(of("0100007F:1F90").as_deref(), Some("127.0.0.1"));
        assert_eq!(of("010200C0:0050").as_deref(), Some("192.0.2.1"));
        let one = "00000000000000000000000001000000:0050";
        assert_eq!(of(one).as_deref(), Some("::1"));
        assert_eq!(of("nonsense"), None);
    }
}
