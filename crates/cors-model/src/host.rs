//! Hosts.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::Write as _;
use core::net::{Ipv4Addr, Ipv6Addr};

/// A host: <https://url.spec.whatwg.org/#concept-host>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A domain in ASCII and lower case, perhaps with a dot at its end.
    Domain(Arc<str>),
    /// An IPv4 address.
    Ipv4(u32),
    /// An IPv6 address, its eight pieces.
    Ipv6([u16; 8]),
    /// The host of a URL with a scheme that is not special, as it is.
    Opaque(String),
}

impl Host {
    /// Appends the serialization of the host:
    /// <https://url.spec.whatwg.org/#concept-host-serializer>
    pub(crate) fn serialize_into(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Domain(text) => out.write_str(text),
            Self::Opaque(text) => out.write_str(text),
            Self::Ipv4(address) => write!(out, "{}", Ipv4Addr::from_bits(*address)),
            // Where the last pieces are an IPv4 address, the standard writes pieces all the same.
            Self::Ipv6([0, 0, 0, 0, 0, 0xffff, high, low]) => {
                write!(out, "[::ffff:{high:x}:{low:x}]")
            }
            Self::Ipv6(pieces) => write!(out, "[{}]", Ipv6Addr::from(*pieces)),
        };
    }

    /// A host from its serialization; `None` for what is no host, or not written as the
    /// serialization of a domain or of an IPv6 address.
    pub(crate) fn parse_serialized(text: &str) -> Option<Self> {
        if let Some(pieces) = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            return pieces
                .parse::<Ipv6Addr>()
                .ok()
                .map(|address| Self::Ipv6(address.segments()));
        }
        if ends_in_a_number(text) {
            return text
                .parse::<Ipv4Addr>()
                .ok()
                .map(|address| Self::Ipv4(address.to_bits()));
        }
        (!text.is_empty() && text.bytes().all(is_in_domain)).then(|| Self::Domain(Arc::from(text)))
    }

    /// Whether the host is this very machine, whatever the network says.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Domain(domain) => {
                let domain = domain.strip_suffix('.').unwrap_or(domain);
                domain == "localhost" || domain.ends_with(".localhost")
            }
            Self::Ipv4(address) => Ipv4Addr::from_bits(*address).is_loopback(),
            Self::Ipv6(pieces) => Ipv6Addr::from(*pieces).is_loopback(),
            Self::Opaque(_) => false,
        }
    }
}

/// A host, and the port behind it as it is written.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    // The colons of an IPv6 address stand before its closing bracket.
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    }
}

/// Whether a host is an IPv4 address or none: its last label is a number, in digits or behind `0x`.
pub(crate) fn ends_in_a_number(text: &str) -> bool {
    let last = text.strip_suffix('.').unwrap_or(text).rsplit('.').next();
    last.is_some_and(|last| match last.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
    })
}

/// Whether a byte can be in a domain as it is serialized: in ASCII, no capital letter, and none of
/// the [forbidden domain code points](https://url.spec.whatwg.org/#forbidden-domain-code-point).
pub(crate) const fn is_in_domain(byte: u8) -> bool {
    !matches!(
        byte,
        0..=b' ' | b'#' | b'%' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'A'..=b'Z'
            | b'['..=b'^' | b'|' | 0x7f..
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serialized(host: &Host) -> String {
        let mut out = String::new();
        host.serialize_into(&mut out);
        out
    }

    #[test]
    fn the_first_longest_run_of_zeros_is_left_out() {
        for (pieces, text) in [
            ([0, 0, 0, 0, 0, 0, 0, 0], "[::]"),
            ([0, 0, 0, 0, 0, 0, 0, 1], "[::1]"),
            ([1, 0, 0, 0, 0, 0, 0, 0], "[1::]"),
            ([1, 0, 2, 0, 3, 0, 4, 0], "[1:0:2:0:3:0:4:0]"),
            ([0, 1, 2, 3, 4, 5, 6, 7], "[0:1:2:3:4:5:6:7]"),
            ([1, 0, 0, 2, 0, 0, 0, 3], "[1:0:0:2::3]"),
            ([1, 0, 0, 2, 3, 0, 0, 4], "[1::2:3:0:0:4]"),
            (
                [0x2001, 0xdb8, 0, 0, 1, 0, 0, 0xffff],
                "[2001:db8::1:0:0:ffff]",
            ),
            ([0, 0, 0, 0, 0, 0xffff, 0x7f00, 1], "[::ffff:7f00:1]"),
        ] {
            assert_eq!(serialized(&Host::Ipv6(pieces)), text);
        }
    }

    #[test]
    fn other_hosts_are_written_as_they_are() {
        assert_eq!(serialized(&Host::Domain("a.test.".into())), "a.test.");
        assert_eq!(serialized(&Host::Opaque("A%20b".into())), "A%20b");
        assert_eq!(serialized(&Host::Ipv4(0x7F00_0001)), "127.0.0.1");
    }

    #[test]
    fn loopback_hosts_are_this_machine() {
        let domain = |text: &str| Host::Domain(text.into());
        for host in [
            domain("localhost"),
            domain("localhost."),
            domain("x.localhost"),
            Host::Ipv4(0x7F00_0001),
            Host::Ipv4(0x7FFF_FFFF),
            Host::Ipv6([0, 0, 0, 0, 0, 0, 0, 1]),
        ] {
            assert!(host.is_loopback(), "{host:?}");
        }
        for host in [
            domain("localhost.test"),
            domain("xlocalhost"),
            Host::Ipv4(0x8000_0000),
            Host::Ipv6([0; 8]),
            Host::Opaque("localhost".into()),
        ] {
            assert!(!host.is_loopback(), "{host:?}");
        }
    }
}
