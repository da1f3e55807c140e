//! The forms of patterns, and what fits them.

use std::net::IpAddr;

use super::range::{address, address_like, bits_of, mask, range_of, written};
use crate::origin::{OriginProblem, Parts, check_serialized};

/// The label that stands for exactly one in front of a host.
pub(super) const ONE: &str = "{label}";

/// Whether an entry of `allow_origins` is a pattern.
pub fn is_pattern(entry: &str) -> bool {
    let authority = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    entry.contains(['*', '{']) || range_of(authority).is_some()
}

/// A pattern of origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginPattern<'p> {
    /// The scheme, without `:`.
    pub scheme: &'p str,
    /// The hosts.
    pub host: HostPattern<'p>,
    /// The ports.
    pub port: PortPattern<'p>,
}

/// The hosts of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPattern<'p> {
    /// Any host.
    Any,
    /// Hosts that have these labels, as many as there are unless the first is
    /// [`LabelPattern::Many`].
    Labels(Vec<LabelPattern<'p>>),
    /// A single host that is written as it is, such as an IPv6 address.
    Exact(&'p str),
    /// The addresses that begin with so many bits of this one.
    Range(IpAddr, u8),
}

/// A label of a host, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelPattern<'p> {
    /// This label.
    Exact(&'p str),
    /// One or more labels; only at the start.
    Many,
    /// One label.
    One,
    /// One label that begins and ends so, with at least one byte between.
    Part(&'p str, &'p str),
}

/// The ports of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortPattern<'p> {
    /// This port, or the scheme's default.
    Is(Option<&'p str>),
    /// Any port.
    Any,
}

/// A byte of what stands for a star within a label.
fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(is_label_byte)
}

impl<'p> OriginPattern<'p> {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// As [`check_serialized`], with advice that keeps the stars; a star where patterns have none;
    /// a range whose address is no first one.
    pub fn read(found: &'p str) -> Result<Self, OriginProblem> {
        let bad = || OriginProblem::BadPattern {
            found: found.to_owned(),
        };
        let Some((scheme, authority)) = found.split_once("://") else {
            let found = found.to_owned();
            return Err(OriginProblem::NoScheme { found });
        };
        if scheme.contains(['*', '{']) {
            return Err(bad());
        }
        if let Some((host, bits, rest)) = range_of(authority) {
            return Self::range(found, scheme, host, bits, rest);
        }
        let parts = Parts::of(found).ok_or_else(bad)?;
        let port = match parts.port {
            Some("*") => PortPattern::Any,
            Some(port) if port.contains('*') => return Err(bad()),
            port => PortPattern::Is(port),
        };
        if parts.host == "*" {
            Self::check_rest(found, &found.replacen('*', STAND_IN, 1))?;
            let port = match port {
                PortPattern::Is(Some(port)) => PortPattern::Is(Some(port)),
                PortPattern::Is(None) | PortPattern::Any => PortPattern::Any,
            };
            let host = HostPattern::Any;
            return Ok(Self { scheme, host, port });
        }
        let stand_in = parts.host.replace(ONE, ONE_STAND_IN);
        let stand_in = format!("{scheme}://{}", stand_in.replace('*', STAND_IN));
        let stand_in = match port {
            PortPattern::Is(Some(port)) => format!("{stand_in}:{port}"),
            PortPattern::Is(None) | PortPattern::Any => stand_in,
        };
        Self::check_rest(found, &stand_in)?;
        if !parts.host.contains(['*', '{']) {
            let host = HostPattern::Exact(parts.host);
            return Ok(Self { scheme, host, port });
        }
        let labels = parts.host.split('.').enumerate();
        let labels: Vec<LabelPattern<'p>> = labels
            .map(
                |(place, label)| match (place, label, label.split_once('*')) {
                    (0, "*", _) => Some(LabelPattern::Many),
                    (_, "*" | ONE, _) => Some(LabelPattern::One),
                    (_, _, Some((before, after))) => {
                        let plain = !before.contains('{') && !after.contains(['*', '{']);
                        plain.then_some(LabelPattern::Part(before, after))
                    }
                    (_, _, None) => (!label.contains('{')).then_some(LabelPattern::Exact(label)),
                },
            )
            .collect::<Option<_>>()
            .ok_or_else(bad)?;
        let is_number = |label: &LabelPattern<'_>| match label {
            LabelPattern::Exact(label) => label.bytes().all(|byte| byte.is_ascii_digit()),
            LabelPattern::Many | LabelPattern::One | LabelPattern::Part(..) => false,
        };
        let fixed = labels
            .iter()
            .filter(|label| matches!(label, LabelPattern::Exact(_)));
        if fixed.clone().next().is_some() && fixed.clone().all(is_number) {
            return Err(OriginProblem::Invalid {
                found: found.to_owned(),
                reason: "addresses have no labels: write a range such as `http://10.20.0.0/16:*`"
                    .to_owned(),
            });
        }
        let host = HostPattern::Labels(labels);
        Ok(Self { scheme, host, port })
    }

    fn range(
        found: &'p str,
        scheme: &'p str,
        host: &'p str,
        bits: &'p str,
        rest: &'p str,
    ) -> Result<Self, OriginProblem> {
        let invalid = |reason: String| OriginProblem::Invalid {
            found: found.to_owned(),
            reason,
        };
        let port = match rest.strip_prefix(':') {
            Some("*") => PortPattern::Any,
            Some(port) => PortPattern::Is(Some(port)),
            None if rest.is_empty() => PortPattern::Is(None),
            None => {
                return Err(OriginProblem::BadPattern {
                    found: found.to_owned(),
                });
            }
        };
        let stated = match port {
            PortPattern::Is(Some(port)) => format!("{scheme}://{host}:{port}"),
            PortPattern::Is(None) | PortPattern::Any => format!("{scheme}://{host}"),
        };
        Self::check_rest(found, &stated)?;
        let address = address(host).ok_or_else(|| invalid("it has no address".to_owned()))?;
        let (number, length) = bits_of(address);
        let bits: u8 = bits
            .parse()
            .ok()
            .filter(|bits| *bits <= length)
            .ok_or_else(|| invalid(format!("a range has at most {length} bits")))?;
        let first = address_like(address, number & mask(bits));
        if first != address {
            let instead = found.replacen(host, &written(first), 1);
            return Err(invalid(format!(
                "the range begins at another address; write `{instead}`"
            )));
        }
        let host = HostPattern::Range(address, bits);
        Ok(Self { scheme, host, port })
    }

    /// Checks what is left when each star has something in its place.
    fn check_rest(found: &str, stand_in: &str) -> Result<(), OriginProblem> {
        check_serialized(stand_in).map_err(|problem| {
            problem.about(found, |instead| {
                instead.replace(ONE_STAND_IN, ONE).replace(STAND_IN, "*")
            })
        })
    }

    /// Whether the origin fits: byte for byte, as a browser compares.
    pub fn fits(&self, origin: &[u8]) -> bool {
        let Ok(origin) = std::str::from_utf8(origin) else {
            return false;
        };
        let Some(parts) = Parts::of(origin) else {
            return false;
        };
        parts.scheme == self.scheme
            && self.host.fits(origin, parts.host)
            && self.port.fits(self.scheme, parts.port)
    }
}

impl HostPattern<'_> {
    fn fits(&self, origin: &str, host: &str) -> bool {
        match self {
            Self::Any => check_serialized(origin).is_ok(),
            Self::Exact(exact) => host == *exact,
            Self::Range(first, bits) => address(host).is_some_and(|address| {
                let ((number, length), (start, of)) = (bits_of(address), bits_of(*first));
                length == of && number & mask(*bits) == start && written(address) == host
            }),
            Self::Labels(patterns) => {
                let labels: Vec<&str> = host.split('.').collect();
                let (patterns, many) = match patterns.split_first() {
                    Some((LabelPattern::Many, rest)) => (rest, true),
                    Some(_) | None => (&patterns[..], false),
                };
                let Some(more) = labels.len().checked_sub(patterns.len()) else {
                    return false;
                };
                let (before, after) = labels.split_at(more);
                (more > 0) == many
                    && before.iter().all(|label| is_label(label))
                    && patterns
                        .iter()
                        .zip(after)
                        .all(|(pattern, label)| pattern.fits(label))
            }
        }
    }
}

impl LabelPattern<'_> {
    fn fits(self, label: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == label,
            Self::Many | Self::One => is_label(label),
            Self::Part(before, after) => label
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(is_label),
        }
    }
}

impl PortPattern<'_> {
    fn fits(self, scheme: &str, port: Option<&str>) -> bool {
        match (self, port) {
            (Self::Is(is), port) => is == port,
            (Self::Any, None) => true,
            (Self::Any, Some(port)) => {
                let number = port.parse::<u16>().ok().filter(|port| *port > 0);
                let default = match scheme {
                    "http" | "ws" => Some(80),
                    "https" | "wss" => Some(443),
                    _ => None,
                };
                number.is_some_and(|number| Some(number) != default && number.to_string() == port)
            }
        }
    }
}

/// Stands for a star while a pattern is checked.
const STAND_IN: &str = "star-stand-in";
/// Stands for [`ONE`].
const ONE_STAND_IN: &str = "label-stand-in";

/// Whether the origin fits the pattern; nothing fits what is no pattern.
pub fn fits_pattern(origin: &[u8], pattern: &str) -> bool {
    may_fit(origin, pattern)
        && is_pattern(pattern)
        && OriginPattern::read(pattern).is_ok_and(|pattern| pattern.fits(origin))
}

/// Whether the origin begins and ends as the pattern does around its stars, which is seen faster than
/// that it fits: a policy may list many patterns. Where an address range stands, anything may fit.
fn may_fit(origin: &[u8], pattern: &str) -> bool {
    let (pattern, any_port) = match pattern.strip_suffix(":*") {
        Some(portless) => (portless, true),
        None => (pattern, false),
    };
    let authority = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    if authority.contains('/') {
        return true;
    }
    let start = pattern.split(['*', '{']).next().unwrap_or_default();
    let end = pattern.rsplit(['*', '}']).next().unwrap_or_default();
    origin.starts_with(start.as_bytes()) && (any_port || origin.ends_with(end.as_bytes()))
}

/// Checks that `found` is a pattern.
///
/// # Errors
///
/// As [`OriginPattern::read`].
pub fn check_pattern(found: &str) -> Result<(), OriginProblem> {
    OriginPattern::read(found).map(|_| ())
}
