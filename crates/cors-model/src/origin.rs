//! Origins and sites.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::Write as _;

use crate::host::Host;

/// An origin: <https://html.spec.whatwg.org/multipage/browsers.html#concept-origin>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The origin of a sandboxed frame, of a `data:` document and the like.
    Opaque(OpaqueOrigin),
    /// The origin of a document that came from a server.
    Tuple(TupleOrigin),
}

/// An origin that is nothing but itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpaqueOrigin(u64);

/// A scheme, a host and a port.
#[derive(Debug, Clone, Eq)]
pub struct TupleOrigin {
    /// The scheme, in lower case and without its colon.
    pub scheme: Cow<'static, str>,
    /// The host.
    pub host: Host,
    /// The port, unless it is the scheme's default.
    pub port: Option<u16>,
    /// The registrable domain of the host, which whoever knows the public suffix list has to state.
    /// Without it only equal hosts are the same site. No part of the origin's identity.
    pub registrable_domain: Option<String>,
}

impl PartialEq for TupleOrigin {
    fn eq(&self, other: &Self) -> bool {
        (&self.scheme, &self.host, self.port) == (&other.scheme, &other.host, other.port)
    }
}

impl core::hash::Hash for TupleOrigin {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (&self.scheme, &self.host, self.port).hash(state);
    }
}

impl OpaqueOrigin {
    /// Same origin with nothing, not even with itself: the origin of a URL that has none.
    pub const OF_NOTHING: Self = Self(0);

    /// The opaque origin with a number: same origin with itself. Zero is [`Self::OF_NOTHING`].
    pub const fn new(id: u64) -> Self {
        Self(id)
    }
}

impl Origin {
    /// Whether two origins are the same origin:
    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-origin>
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self == other && *self != Self::Opaque(OpaqueOrigin::OF_NOTHING)
    }

    /// Whether two origins are the same site:
    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-site>
    pub fn is_same_site(&self, other: &Self) -> bool {
        self.is_schemelessly_same_site(other) && self.scheme() == other.scheme()
    }

    /// Whether two origins are schemelessly same site:
    /// <https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site>
    pub fn is_schemelessly_same_site(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tuple(one), Self::Tuple(two)) => {
                one.host == two.host
                    || (one.registrable_domain.is_some()
                        && one.registrable_domain == two.registrable_domain)
            }
            (Self::Opaque(_), _) | (_, Self::Opaque(_)) => self.is_same_origin(other),
        }
    }

    /// The scheme of a tuple origin.
    pub fn scheme(&self) -> Option<&str> {
        match self {
            Self::Opaque(_) => None,
            Self::Tuple(tuple) => Some(&tuple.scheme),
        }
    }

    /// The serialization of an origin, in ASCII; `null` for an opaque one:
    /// <https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin>
    pub fn serialize(&self) -> Cow<'static, str> {
        let tuple = match self {
            Self::Opaque(_) => return Cow::Borrowed("null"),
            Self::Tuple(tuple) => tuple,
        };
        let mut serialization = String::with_capacity(64);
        serialization.push_str(&tuple.scheme);
        serialization.push_str("://");
        tuple.host.serialize_into(&mut serialization);
        if let Some(port) = tuple.port {
            // Writing to a string cannot fail.
            let _ = write!(serialization, ":{port}");
        }
        Cow::Owned(serialization)
    }

    /// An origin from its serialization: `null`, or a scheme, `://`, a host and perhaps a port.
    ///
    /// `null` is [`OpaqueOrigin::OF_NOTHING`]. What no origin serializes to is `None`: a slash at
    /// the end, capital letters, a default port, a path.
    pub fn parse_serialized(bytes: &[u8]) -> Option<Self> {
        if bytes == b"null" {
            return Some(Self::Opaque(OpaqueOrigin::OF_NOTHING));
        }
        let text = str::from_utf8(bytes).ok()?;
        let (scheme, authority) = text.split_once("://")?;
        let port_at = authority
            .rfind(':')
            .filter(|&at| !authority.ends_with(']') && at > 0);
        let (host, port) = match port_at {
            None => (authority, None),
            Some(at) => {
                let port = authority.get(at + 1..)?.parse().ok()?;
                (authority.get(..at)?, Some(port))
            }
        };
        let host = Host::parse_serialized(host)?;
        if !is_scheme(scheme) {
            return None;
        }
        let port = port.filter(|&port| default_port(scheme) != Some(port));
        let scheme =
            tuple_scheme(scheme).map_or_else(|| Cow::Owned(String::from(scheme)), Cow::Borrowed);
        let origin = Self::Tuple(TupleOrigin {
            scheme,
            host,
            port,
            registrable_domain: None,
        });
        // Whatever was read leniently shows when it is written again.
        (origin.serialize() == text).then_some(origin)
    }
}

/// Whether the text is a scheme in lower case.
fn is_scheme(text: &str) -> bool {
    let in_scheme = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(in_scheme)
}

/// A scheme without an allocation, if it is one whose URLs have tuple origins.
pub(crate) fn tuple_scheme(scheme: &str) -> Option<&'static str> {
    ["https", "http", "wss", "ws", "ftp"]
        .into_iter()
        .find(|known| *known == scheme)
}

/// The default port of a scheme that has one.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}
