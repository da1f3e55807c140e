//! Origins that fit a pattern, and others that nearly do.

use super::form::{HostPattern, LabelPattern, OriginPattern, PortPattern};
use super::range::{address, address_like, bits_of, mask, written};

/// What stands for the stars of the first origin that fits a pattern, and of others.
const LABELS: [&str; 3] = ["app", "second-one", "third"];
/// Ports of invented origins; the second is the default of the scheme, which origins leave out.
const PORTS: [Option<&str>; 3] = [Some("3000"), None, Some("5173")];
/// Hosts of invented origins of any host.
const HOSTS: [&str; 3] = ["app.example", "second-one.example", "third.example"];
/// Identifiers as browsers give them to extensions.
const EXTENSIONS: [&str; 3] = [
    "abcdefghijklmnopabcdefghijklmnop",
    "ponmlkjihgfedcbaponmlkjihgfedcba",
    "aaaabbbbccccddddeeeeffffgggghhhh",
];

impl OriginPattern<'_> {
    /// Origins that fit, each another: at most three, fewer only where a range has fewer addresses.
    pub fn fitting(&self) -> Vec<String> {
        let mut all = Vec::new();
        for place in 0..LABELS.len() {
            let Some(host) = self.host.fitting(self.scheme, place) else {
                continue;
            };
            let port = match self.port {
                PortPattern::Is(port) => port,
                // A host alone is no reason for a port.
                PortPattern::Any => PORTS
                    .get(place)
                    .copied()
                    .flatten()
                    .filter(|_| !matches!(self.host, HostPattern::Any)),
            };
            let origin = self.origin(&host, port);
            if !all.contains(&origin) {
                all.push(origin);
            }
        }
        all
    }

    /// The host of the pattern behind its first label, where that is one star.
    pub fn rest(&self) -> Option<String> {
        let HostPattern::Labels(labels) = &self.host else {
            return None;
        };
        match labels.split_first() {
            Some((LabelPattern::Many | LabelPattern::One, rest)) if !rest.is_empty() => {
                Some(host(rest, LABELS[0]))
            }
            Some(_) | None => None,
        }
    }

    /// What stands in front of the first star and behind it, in an origin that fits: with a name of
    /// letters, digits and hyphens in between it fits, too. `None` where a star stands for ports or
    /// addresses alone.
    pub fn around_star(&self) -> Option<(String, String)> {
        let port = self.stated_port().flatten();
        let (before, after) = match &self.host {
            HostPattern::Any => (String::new(), ".example".to_owned()),
            HostPattern::Exact(_) | HostPattern::Range(..) => return None,
            HostPattern::Labels(labels) => {
                let is_starred = |label| !matches!(label, &LabelPattern::Exact(_));
                let at = labels.iter().position(is_starred)?;
                let (before, starred) = labels.split_at_checked(at)?;
                let (first, after) = starred.split_first()?;
                let (start, end) = match first {
                    LabelPattern::Part(start, end) => (*start, *end),
                    LabelPattern::Exact(_) | LabelPattern::Many | LabelPattern::One => ("", ""),
                };
                let each = |label: &LabelPattern<'_>| host(&[*label], LABELS[0]);
                let before = before.iter().map(each).chain([start.to_owned()]);
                let after = [end.to_owned()].into_iter().chain(after.iter().map(each));
                let joined = |labels: Vec<String>| labels.join(".");
                (joined(before.collect()), joined(after.collect()))
            }
        };
        Some((self.origin(&before, None), with_port(&after, port)))
    }

    /// An origin that fits with a host of 253 characters, the most that a name can have in the DNS
    /// (RFC 1035, section 2.3.4). `None` where no star stands for several labels.
    pub fn longest(&self) -> Option<String> {
        const MOST: usize = 253;
        const MOST_OF_A_LABEL: usize = 63;
        let rest = match &self.host {
            HostPattern::Any if ["http", "https"].contains(&self.scheme) => "example".to_owned(),
            HostPattern::Labels(labels) => match labels.split_first() {
                Some((LabelPattern::Many, rest)) => host(rest, LABELS[0]),
                Some(_) | None => return None,
            },
            HostPattern::Any | HostPattern::Exact(_) | HostPattern::Range(..) => return None,
        };
        let mut labels = rest;
        while let Some(free) = MOST.checked_sub(labels.len() + 1).filter(|free| *free > 0) {
            // One character alone leaves no room for a dot and another label.
            let odd = usize::from(free == MOST_OF_A_LABEL + 1);
            let label = "a".repeat(free.min(MOST_OF_A_LABEL).saturating_sub(odd));
            labels = format!("{label}.{labels}");
        }
        Some(self.origin(&labels, self.stated_port().flatten()))
    }

    /// An origin that fits, without a port, where any port fits.
    pub fn portless(&self) -> Option<String> {
        match self.port {
            PortPattern::Any => Some(self.origin(&self.host.fitting(self.scheme, 0)?, None)),
            PortPattern::Is(_) => None,
        }
    }

    /// The port where it is stated; `Some(None)` is the scheme's default.
    pub fn stated_port(&self) -> Option<Option<&str>> {
        match self.port {
            PortPattern::Is(port) => Some(port),
            PortPattern::Any => None,
        }
    }

    /// Origins that do not fit though they nearly do, each with what is wrong with it.
    pub fn near(&self) -> Vec<(Near, String)> {
        let mut near = Vec::new();
        let Some(base) = self.host.fitting(self.scheme, 0) else {
            return near;
        };
        let port = match self.port {
            PortPattern::Is(port) => port,
            PortPattern::Any => None,
        };
        let mut put = |kind, host: &str, port: Option<&str>| {
            near.push((kind, self.origin(host, port)));
        };
        if let PortPattern::Is(stated) = self.port {
            let other = if stated == Some("9999") {
                "9998"
            } else {
                "9999"
            };
            put(Near::Port, &base, Some(other));
        }
        match &self.host {
            HostPattern::Any => {}
            HostPattern::Exact(exact) => {
                if !exact.starts_with('[') {
                    put(Near::Suffix, &with_suffix(exact), port);
                    if address(exact).is_none() {
                        put(Near::Prefix, &format!("evil{exact}"), port);
                    }
                }
            }
            HostPattern::Range(first, bits) => {
                let (number, length) = bits_of(*first);
                let size = 1_u128 << (128 - u32::from(*bits)).min(127);
                let outside = if *bits == 0 {
                    None
                } else {
                    number
                        .checked_sub(1_u128 << (128 - u32::from(length)).min(127))
                        .or_else(|| number.checked_add(size))
                };
                if let Some(outside) = outside {
                    put(Near::Range, &written(address_like(*first, outside)), port);
                }
                if length == 32 {
                    put(Near::Suffix, &with_suffix(&base), port);
                }
            }
            HostPattern::Labels(labels) => {
                put(Near::Suffix, &with_suffix(&base), port);
                let many = labels.first() == Some(&LabelPattern::Many);
                if let Some(rest) = self.rest() {
                    put(Near::Apex, &rest, port);
                    put(Near::Prefix, &format!("evil{rest}"), port);
                } else if let Some(LabelPattern::Exact(start) | LabelPattern::Part(start, _)) =
                    labels.first()
                    && !start.is_empty()
                {
                    let more = if start.starts_with('e') {
                        "bad"
                    } else {
                        "evil"
                    };
                    put(Near::Prefix, &format!("{more}{base}"), port);
                    if matches!(labels.first(), Some(LabelPattern::Part(..))) {
                        put(Near::Apex, &host(labels, ""), port);
                    }
                }
                let starred = |label: &LabelPattern<'_>| {
                    matches!(label, LabelPattern::One | LabelPattern::Part(..))
                };
                if !many && labels.iter().any(starred) {
                    put(Near::Dotted, &host(labels, "app.evil"), port);
                }
            }
        }
        let other = match self.scheme {
            "https" => "http",
            _ => "https",
        };
        let scheme = Self {
            scheme: other,
            host: self.host.clone(),
            port: self.port,
        };
        near.push((Near::Scheme, scheme.origin(&base, port)));
        near
    }

    fn origin(&self, host: &str, port: Option<&str>) -> String {
        format!("{}://{}", self.scheme, with_port(host, port))
    }
}

fn with_port(host: &str, port: Option<&str>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A host of somebody else that begins with a host.
fn with_suffix(host: &str) -> String {
    let last = if host.ends_with(".example") {
        "test"
    } else {
        "example"
    };
    format!("{host}.evil.{last}")
}

/// What is wrong with an origin that nearly fits a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Near {
    /// Another port.
    Port,
    /// Another scheme.
    Scheme,
    /// More behind the host.
    Suffix,
    /// More in front of the host, without a dot.
    Prefix,
    /// Nothing in place of the first label, or of the star in it.
    Apex,
    /// A dot where one label is meant.
    Dotted,
    /// The address beside the range.
    Range,
}

/// A host with this in place of each star.
fn host(labels: &[LabelPattern<'_>], star: &str) -> String {
    let labels = labels.iter().map(|label| match label {
        LabelPattern::Exact(label) => (*label).to_owned(),
        LabelPattern::Many | LabelPattern::One => star.to_owned(),
        LabelPattern::Part(before, after) => format!("{before}{star}{after}"),
    });
    labels.collect::<Vec<_>>().join(".")
}

impl HostPattern<'_> {
    /// A host that fits, for some places another.
    fn fitting(&self, scheme: &str, place: usize) -> Option<String> {
        Some(match self {
            Self::Any if scheme.ends_with("-extension") => (*EXTENSIONS.get(place)?).to_owned(),
            Self::Any => (*HOSTS.get(place)?).to_owned(),
            Self::Exact(exact) => (*exact).to_owned(),
            Self::Labels(labels) => host(labels, LABELS.get(place)?),
            Self::Range(first, bits) => {
                let (number, length) = bits_of(*first);
                let more = u128::try_from(place).ok()? + u128::from(*bits + 2 <= length);
                let host = more.checked_shl(128 - u32::from(length))?;
                if host & mask(*bits) != 0 {
                    return None;
                }
                written(address_like(*first, number | host))
            }
        })
    }
}
