//! Serialized origins, as browsers send them, and the patterns that a policy may list.
//!
//! <https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin>

use url::Url;

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
    #[error("`{found}` is not ASCII; browsers send the Punycode form `{instead}`")]
    Unicode {
        /// What was found.
        found: String,
        /// What browsers send.
        instead: String,
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
    let url = match Url::parse(&found) {
        Ok(url) => url,
        Err(error) => {
            return Err(OriginProblem::Invalid {
                found,
                reason: error.to_string(),
            });
        }
    };
    let instead = serialization(&url);
    let Some(instead) = instead else {
        return Err(OriginProblem::Invalid {
            found,
            reason: "it has no host".to_owned(),
        });
    };
    if instead == found {
        return Ok(());
    }
    let authority = after
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    Err(if !found.is_ascii() {
        OriginProblem::Unicode { found, instead }
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

/// What a browser would send for pages of the URL; `None` when it has no host. Schemes that the
/// URL standard does not know (`chrome-extension`, `app`) are written the same way by the
/// programs that use them.
fn serialization(url: &Url) -> Option<String> {
    let origin = url.origin();
    if origin.is_tuple() {
        return Some(origin.ascii_serialization());
    }
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Some(format!(
        "{}://{}{port}",
        url.scheme(),
        host.to_ascii_lowercase()
    ))
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
        // The colons of an IPv6 address stand before its closing bracket.
        let port_at = authority
            .rfind(':')
            .filter(|at| authority.rfind(']').is_none_or(|end| end < *at));
        Some(match port_at {
            Some(at) => {
                let (host, port) = authority.split_at(at);
                Self {
                    scheme,
                    host,
                    port: port.strip_prefix(':'),
                }
            }
            None => Self {
                scheme,
                host: authority,
                port: None,
            },
        })
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
                instead: back(&instead),
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
                "`https://a b.test` is no origin: invalid international domain name",
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
