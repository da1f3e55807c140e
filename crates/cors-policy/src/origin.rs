//! Serialized origins, as browsers send them, and the patterns that a policy may list.
//!
//! <https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin>

use std::net::{Ipv4Addr, Ipv6Addr};

/// What keeps a string from being a serialized origin or a pattern of such.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginProblem {
    /// There is no scheme.
    #[error("`{found}` has no scheme: expected `scheme://host` or `scheme://host:port`")]
    NoScheme {
        /// What was found.
        found: String,
    },
    /// Something follows the host and port.
    #[error(
        "`{found}` goes on after the host: an origin has no path, not even `/`; write `{instead}`"
    )]
    Path {
        /// What was found.
        found: String,
        /// The same without it.
        instead: String,
    },
    /// A user name or password.
    #[error(
        "`{found}` has a user name: an origin is only scheme, host and port; write `{instead}`"
    )]
    UserInfo {
        /// What was found.
        found: String,
        /// The same without it.
        instead: String,
    },
    /// The port is the scheme's default, which browsers leave out.
    #[error("`{found}` states the default port, which browsers leave out; write `{instead}`")]
    DefaultPort {
        /// What was found.
        found: String,
        /// The same without it.
        instead: String,
    },
    /// Upper-case letters, which browsers lower.
    #[error("`{found}` has upper-case letters, which browsers lower; write `{instead}`")]
    UpperCase {
        /// What was found.
        found: String,
        /// The same in lower case.
        instead: String,
    },
    /// The host is not ASCII.
    #[error("`{found}` is not ASCII; browsers send the Punycode form{}", named(instead.as_deref()))]
    Unicode {
        /// What was found.
        found: String,
        /// What browsers send; `None` without the feature `idna`.
        instead: Option<String>,
    },
    /// The origin is written in another way than browsers write it.
    #[error("`{found}` is not how browsers write it; write `{instead}`")]
    NotSerialized {
        /// What was found.
        found: String,
        /// What browsers send.
        instead: String,
    },
    /// Not an origin at all.
    #[error("`{found}` is no origin: {reason}")]
    Invalid {
        /// What was found.
        found: String,
        /// Why.
        reason: String,
    },
    /// A star where a pattern has none.
    #[error(
        "`{found}` has a star in a place where patterns have none: expected one for labels \
         (`https://*.rest`; `https://{{label}}.rest` for exactly one), for a part of a label \
         (`https://app-*.rest`), for any host (`https://*`) or for any port (`http://localhost:*`)"
    )]
    BadPattern {
        /// What was found.
        found: String,
    },
    /// A regular expression, which is no entry by itself.
    #[error(
        "`{found}` looks like a regular expression: write {{ pattern = '...', allowed = [...], \
         refused = [...] }} in its place, with origins that it allows and refuses"
    )]
    Regex {
        /// What was found.
        found: String,
    },
    /// `file:` pages have opaque origins.
    #[error("`{found}` is never sent: browsers send `null` for pages of the scheme `file`")]
    File {
        /// What was found.
        found: String,
    },
}

/// Checks that `found` is an origin as a browser serializes it: `scheme://host` with `:port`
/// where the port is not the scheme's default. `null` is not one.
///
/// # Errors
///
/// Says what is wrong and, where possible, what to write instead.
pub fn check_serialized(found: &str) -> Result<(), OriginProblem> {
    if found.contains(['^', '$', '(']) || found.contains("\\.") {
        return Err(OriginProblem::Regex {
            found: found.to_owned(),
        });
    }
    let Some((scheme, after)) = found.split_once("://") else {
        return Err(OriginProblem::NoScheme {
            found: found.to_owned(),
        });
    };
    if found.contains('*') {
        return Err(OriginProblem::BadPattern {
            found: found.to_owned(),
        });
    }
    if scheme.eq_ignore_ascii_case("file") {
        return Err(OriginProblem::File {
            found: found.to_owned(),
        });
    }
    let found = found.to_owned();
    if cfg!(not(feature = "idna")) && !found.is_ascii() {
        return Err(OriginProblem::Unicode {
            found,
            instead: None,
        });
    }
    let authority = after
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    let host_and_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, behind)| behind);
    let instead = match serialized(&scheme.to_ascii_lowercase(), host_and_port) {
        Ok(instead) => instead,
        Err(reason) => {
            return Err(OriginProblem::Invalid {
                found,
                reason: reason.to_owned(),
            });
        }
    };
    if instead == found {
        return Ok(());
    }
    Err(if !found.is_ascii() {
        OriginProblem::Unicode {
            found,
            instead: Some(instead),
        }
    } else if authority.len() != after.len() {
        OriginProblem::Path { found, instead }
    } else if authority.contains('@') {
        OriginProblem::UserInfo { found, instead }
    } else if found.to_ascii_lowercase() == instead {
        OriginProblem::UpperCase { found, instead }
    } else if found
        .strip_prefix(instead.as_str())
        .is_some_and(|port| port.starts_with(':'))
    {
        OriginProblem::DefaultPort { found, instead }
    } else {
        OriginProblem::NotSerialized { found, instead }
    })
}

/// How a browser writes the origin of a scheme in lower case, a host and perhaps a port. Schemes that
/// the URL standard does not know (`chrome-extension`, `app`) are written the same way by the
/// programs that use them.
fn serialized(scheme: &str, host_and_port: &str) -> Result<String, &'static str> {
    let is_in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.bytes().all(is_in_scheme)
    {
        return Err(
            "its scheme is malformed: expected a letter, then letters, digits, `+`, `-` or `.`",
        );
    }
    let (host, port) = split_port(host_and_port);
    let default = match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    };
    let host = written_host(host, default.is_some())?;
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port = digits.parse::<u16>();
            Some(port.map_err(|_| "invalid port number")?)
        }
        Some(_) => return Err("invalid port number"),
    };
    Ok(match port.filter(|port| Some(*port) != default) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// How a browser writes a host: <https://url.spec.whatwg.org/#concept-host-serializer>
fn written_host(host: &str, is_special: bool) -> Result<String, &'static str> {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').and_then(|inner| inner.parse().ok());
        let address: Ipv6Addr = address.ok_or("invalid IPv6 address")?;
        return Ok(written_ipv6(address));
    }
    if host.is_empty() {
        return Err("it has no host");
    }
    let host = if is_special {
        ascii(host)?
    } else {
        host.to_ascii_lowercase()
    };
    if host
        .bytes()
        .any(|byte| matches!(byte, 0..=b' ' | 0x7f..) || b"#%/:<>?@[\\]^|".contains(&byte))
    {
        return Err("invalid domain name");
    }
    let last = host.strip_suffix('.').unwrap_or(&host).rsplit('.').next();
    let is_number = |label: &str| match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    };
    if is_special && last.is_some_and(is_number) && host.parse::<Ipv4Addr>().is_err() {
        return Err("invalid IPv4 address");
    }
    Ok(host)
}

/// An IPv6 address as it is written in an origin.
pub(crate) fn written_ipv6(address: Ipv6Addr) -> String {
    match address.segments() {
        // Where the last pieces are an IPv4 address, browsers write pieces all the same.
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("[::ffff:{high:x}:{low:x}]"),
        _ => format!("[{address}]"),
    }
}

/// A domain in lower case and ASCII.
#[cfg(feature = "idna")]
fn ascii(host: &str) -> Result<String, &'static str> {
    let invalid = |_| "invalid international domain name";
    idna::domain_to_ascii(host).map_err(invalid)
}

/// A domain of ASCII in lower case.
#[cfg(not(feature = "idna"))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail with the feature")]
fn ascii(host: &str) -> Result<String, &'static str> {
    Ok(host.to_ascii_lowercase())
}

/// A Punycode form, where it is known.
fn named(instead: Option<&str>) -> String {
    instead.map_or_else(
        || ", with labels such as `xn--bcher-kva`".to_owned(),
        |instead| format!(" `{instead}`"),
    )
}

/// The host, and the port behind it as it is written.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    // The colons of an IPv6 address stand before its closing bracket.
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    }
}

/// The parts of a serialized origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The scheme, without `:`.
    pub scheme: &'a str,
    /// The host; an IPv6 address with its brackets.
    pub host: &'a str,
    /// The port in digits; `None` for the scheme's default.
    pub port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Splits a serialized origin or a pattern (whose host then starts with `*.`). `None` for
    /// what has no scheme, such as `null`.
    pub fn of(origin: &'a str) -> Option<Self> {
        let (scheme, authority) = origin.split_once("://")?;
        let (host, port) = split_port(authority);
        Some(Self { scheme, host, port })
    }

    /// `host` or `host:port`.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_owned(),
        }
    }
}

impl OriginProblem {
    /// The same of what was found in fact, with the advice put back into its words.
    pub(crate) fn about(self, found: &str, back: impl Fn(&str) -> String) -> Self {
        let found = found.to_owned();
        match self {
            Self::NoScheme { .. } => Self::NoScheme { found },
            Self::Path { instead, .. } => Self::Path {
                found,
                instead: back(&instead),
            },
            Self::UserInfo { instead, .. } => Self::UserInfo {
                found,
                instead: back(&instead),
            },
            Self::DefaultPort { instead, .. } => Self::DefaultPort {
                found,
                instead: back(&instead),
            },
            Self::UpperCase { instead, .. } => Self::UpperCase {
                found,
                instead: back(&instead),
            },
            Self::Unicode { instead, .. } => Self::Unicode {
                found,
                instead: instead.as_deref().map(back),
            },
            Self::NotSerialized { instead, .. } => Self::NotSerialized {
                found,
                instead: back(&instead),
            },
            Self::Invalid { reason, .. } => Self::Invalid { found, reason },
            Self::BadPattern { .. } => Self::BadPattern { found },
            Self::Regex { .. } => Self::Regex { found },
            Self::File { .. } => Self::File { found },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_is_accepted() {
        for origin in [
            "https://a.test",
            "http://localhost:3000",
            "https://[::1]:8443",
            "http://127.0.0.1",
            "https://xn--bcher-kva.test",
            "chrome-extension://abcdef",
            "capacitor://localhost",
            "http://a.test:443",
            "https://a_b.test",
            "https://a.test.",
        ] {
            assert_eq!(check_serialized(origin), Ok(()), "{origin}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        for (origin, expected) in [
            (
                "a.test",
                "`a.test` has no scheme: expected `scheme://host` or `scheme://host:port`",
            ),
            (
                "null",
                "`null` has no scheme: expected `scheme://host` or `scheme://host:port`",
            ),
            (
                "https://a.test/",
                "`https://a.test/` goes on after the host: an origin has no path, not even `/`; write `https://a.test`",
            ),
            (
                "https://a.test?x",
                "`https://a.test?x` goes on after the host: an origin has no path, not even `/`; write `https://a.test`",
            ),
            (
                "https://a.test:443",
                "`https://a.test:443` states the default port, which browsers leave out; write `https://a.test`",
            ),
            (
                "http://[::1]:80",
                "`http://[::1]:80` states the default port, which browsers leave out; write `http://[::1]`",
            ),
            (
                "HTTPS://A.test",
                "`HTTPS://A.test` has upper-case letters, which browsers lower; write `https://a.test`",
            ),
            (
                "https://bücher.test",
                "`https://bücher.test` is not ASCII; browsers send the Punycode form `https://xn--bcher-kva.test`",
            ),
            (
                "https://u@a.test",
                "`https://u@a.test` has a user name: an origin is only scheme, host and port; write `https://a.test`",
            ),
            (
                "http://[0:0::1]",
                "`http://[0:0::1]` is not how browsers write it; write `http://[::1]`",
            ),
            (
                "http://a.test:08080",
                "`http://a.test:08080` is not how browsers write it; write `http://a.test:8080`",
            ),
            (
                "http://evil127.0.0.1",
                "`http://evil127.0.0.1` is no origin: invalid IPv4 address",
            ),
            (
                "https://a b.test",
                "`https://a b.test` is no origin: invalid domain name",
            ),
            (
                "https://a.test:99999",
                "`https://a.test:99999` is no origin: invalid port number",
            ),
            (
                "file:///x",
                "`file:///x` is never sent: browsers send `null` for pages of the scheme `file`",
            ),
            (
                r"~^https://(a|b)\.test$",
                r"`~^https://(a|b)\.test$` looks like a regular expression: write { pattern = '...', allowed = [...], refused = [...] } in its place, with origins that it allows and refuses",
            ),
        ] {
            assert_eq!(check_serialized(origin).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn parts_know_ipv6() {
        let parts = Parts::of("http://[::1]:8080").unwrap();
        assert_eq!(
            (parts.scheme, parts.host, parts.port),
            ("http", "[::1]", Some("8080"))
        );
        assert_eq!(parts.authority(), "[::1]:8080");
        let parts = Parts::of("http://[::1]").unwrap();
        assert_eq!((parts.host, parts.port), ("[::1]", None));
        assert_eq!(Parts::of("null"), None);
    }
}
