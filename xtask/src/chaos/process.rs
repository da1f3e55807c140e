//! Processes as `/proc` shows them: what is left of a run, and with whom it speaks.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// The variable by which the processes of a run are known.
pub(super) const MARK: &str = "CORS_CONFORMANCE_CHAOS";

/// How long the machine has been running.
pub(super) fn uptime() -> Duration {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or_default())
}

/// Processes that carry the mark of a run.
pub(super) fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let mut all = environment.split(|byte| *byte == 0);
        all.any(|one| one == wanted.as_bytes())
    })
    .collect()
}

/// Addresses other than this machine's to which a process has a connection, or tries to.
pub(super) fn elsewhere(process: u32) -> Vec<IpAddr> {
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
    use super::*;

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
