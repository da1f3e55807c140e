//! What replaces a name's addresses, or the whole destination.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use url::Host;

use super::notation::{RouteError, bracketed, plain, unreadable};

/// `HOST:PORT:ADDR[,ADDR]...`: the addresses of a host at a port, as with curl's `--resolve`. The
/// host `*` stands for every host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) addresses: Vec<IpAddr>,
}

/// In the form it is read from.
impl fmt::Display for Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", bracketed(&self.host), self.port)?;
        for (place, address) in self.addresses.iter().enumerate() {
            let before = if place == 0 { ':' } else { ',' };
            write!(f, "{before}{address}")?;
        }
        Ok(())
    }
}

/// In the form it is read from.
impl fmt::Display for ConnectTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (host, port)) in [&self.from, &self.to].into_iter().enumerate() {
            let before = if place == 0 { "" } else { ":" };
            let host = host.as_deref().map(bracketed).unwrap_or_default();
            let port = port.map(|port| port.to_string()).unwrap_or_default();
            write!(f, "{before}{host}:{port}")?;
        }
        Ok(())
    }
}

/// `HOST1:PORT1:HOST2:PORT2`: instead of the first go to the second, as with curl's `--connect-to`.
/// An empty first half stands for all, an empty second half for what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    pub(super) from: (Option<String>, Option<u16>),
    pub(super) to: (Option<String>, Option<u16>),
}

/// Splits off what precedes the next colon; an address in brackets counts as one piece.
fn piece<'a>(text: &mut &'a str) -> Option<&'a str> {
    let end = if text.starts_with('[') {
        text.find(']')? + 1
    } else {
        text.find(':').unwrap_or(text.len())
    };
    let (piece, rest) = (text.get(..end)?, text.get(end..)?);
    *text = match rest.strip_prefix(':') {
        Some(rest) => rest,
        None if rest.is_empty() => rest,
        None => return None,
    };
    Some(piece)
}

/// A host as it is looked up and compared: in lower case, without brackets.
fn host(piece: &str) -> Result<String, String> {
    if let Some(inner) = piece.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        let address = Ipv6Addr::from_str(inner);
        let address = address.map_err(|_| format!("{piece} is no IPv6 address"))?;
        return Ok(address.to_string());
    }
    Host::parse(piece)
        .map(|host| plain(&host))
        .map_err(|error| format!("{piece:?} is no host: {error}"))
}

fn port(piece: &str) -> Result<u16, String> {
    piece
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(|| format!("{piece:?} is no port"))
}

fn optional<T>(
    piece: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    (!piece.is_empty()).then(|| read(piece)).transpose()
}

impl FromStr for Resolve {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "HOST:PORT:ADDRESS[,ADDRESS]...";
        let mut rest = text;
        let mut read = || -> Result<Self, String> {
            let named = piece(&mut rest).filter(|piece| !piece.is_empty());
            let named = named.ok_or("the host is missing")?;
            let host = if named == "*" {
                named.to_owned()
            } else {
                host(named)?
            };
            let port = port(piece(&mut rest).unwrap_or_default())?;
            let address = |text: &str| {
                let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
                let address = inner.unwrap_or(text).parse();
                address.map_err(|_| format!("{text:?} is no address"))
            };
            let addresses = rest.split(',').map(address).collect::<Result<_, _>>()?;
            Ok(Self {
                host,
                port,
                addresses,
            })
        };
        read().map_err(|said| unreadable(EXPECTED, said))
    }
}

impl FromStr for ConnectTo {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "HOST1:PORT1:HOST2:PORT2";
        let mut rest = text;
        let mut pieces = Vec::new();
        for _ in 0..4 {
            match piece(&mut rest) {
                Some(piece) => pieces.push(piece),
                None => return Err(unreadable(EXPECTED, format_args!("{text:?}"))),
            }
        }
        let &[host1, port1, host2, port2] = pieces.as_slice() else {
            return Err(unreadable(EXPECTED, format_args!("{text:?}")));
        };
        if !rest.is_empty() || text.matches(':').count() < 3 {
            return Err(unreadable(EXPECTED, format_args!("{text:?}")));
        }
        let read = || {
            Ok::<_, String>(Self {
                from: (optional(host1, host)?, optional(port1, port)?),
                to: (optional(host2, host)?, optional(port2, port)?),
            })
        };
        read().map_err(|said| unreadable(EXPECTED, said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Resolve, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    fn connect_to(text: &str) -> Result<ConnectTo, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    #[test]
    fn resolve_is_read_as_curl_reads_it() {
        let plain = resolve("A.example:80:127.0.0.1,[::1]").unwrap();
        assert_eq!((plain.host.as_str(), plain.port), ("a.example", 80));
        assert_eq!(
            plain.addresses,
            [
                "127.0.0.1".parse::<IpAddr>().unwrap(),
                "::1".parse().unwrap()
            ]
        );
        assert_eq!(resolve("[::1]:443:127.0.0.2").unwrap().host, "::1");
        assert_eq!(resolve("*:80:::1").unwrap().host, "*");
        for (bad, said) in [
            ("", "host is missing"),
            ("a", "\"\" is no port"),
            ("a:b:127.0.0.1", "\"b\" is no port"),
            ("a:80", "\"\" is no address"),
            ("a:80:b", "\"b\" is no address"),
            ("a:80:127.0.0.1,", "\"\" is no address"),
            ("+a b:80:127.0.0.1", "is no host"),
            ("[::1:80:127.0.0.1", "host is missing"),
        ] {
            let error = resolve(bad).unwrap_err();
            assert!(
                error.contains("HOST:PORT:ADDRESS") && error.contains(said),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn connect_to_is_read_as_curl_reads_it() {
        let rule = connect_to("a.example:443:[::1]:8443").unwrap();
        assert_eq!(rule.from, (Some("a.example".to_owned()), Some(443)));
        assert_eq!(rule.to, (Some("::1".to_owned()), Some(8443)));
        let all = connect_to("::127.0.0.1:").unwrap();
        assert_eq!(
            (all.from, all.to),
            ((None, None), (Some("127.0.0.1".to_owned()), None))
        );
        for bad in [
            "",
            "a:1",
            "a:1:b",
            "a:1:b:2:3",
            "a:x:b:1",
            "a:1:b:0",
            "a b:1:c:2",
        ] {
            let error = connect_to(bad).unwrap_err();
            assert!(error.contains("HOST1:PORT1:HOST2:PORT2"), "{bad}: {error}");
        }
    }
}
