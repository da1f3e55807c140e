//! Origins and sites.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::Write as _;

use crate::byte_string::ByteString;
use crate::host::{Host, split_port};

/// An origin: <https://html.spec.whatwg.org/multipage/browsers.html#concept-origin>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The origin of a sandboxed frame, of a `data:` document and the like.
    Opaque(OpaqueOrigin),
    /// The origin of a document that came from a server.
    Tuple(TupleOrigin),
}

/// An origin that is nothing but itself.
///
/// See [opaque origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin-opaque).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpaqueOrigin(u64);

/// A scheme, a host and a port.
///
/// See [tuple origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin-tuple).
#[derive(Debug, Clone, Eq)]
pub struct TupleOrigin {
    /// The scheme, in lower case and without its colon.
    pub scheme: Cow<'static, str>,
    /// The host.
    pub host: Host,
    /// The port, unless it is the scheme's default.
    pub port: Option<u16>,
    /// The registrable domain of the host. The caller states it, who knows the public suffix list.
    /// Without it only equal hosts are the same site. No part of the origin's identity.
    pub registrable_domain: Option<Arc<str>>,
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

    /// The serialization as bytes, which mostly needs no allocation.
    pub(crate) fn byte_serialize(&self) -> ByteString {
        if let Self::Tuple(tuple) = self
            && let (Host::Domain(domain), None) = (&tuple.host, tuple.port)
        {
            let pieces = [tuple.scheme.as_bytes(), b"://", domain.as_bytes()];
            return ByteString::concat(&pieces);
        }
        self.serialize().as_bytes().into()
    }

    /// Whether bytes are the serialization of this origin, which mostly need not be made for that.
    pub(crate) fn serializes_to(&self, bytes: &[u8]) -> bool {
        if let Self::Tuple(tuple) = self
            && let (Host::Domain(domain), None) = (&tuple.host, tuple.port)
        {
            let rest = bytes.strip_prefix(tuple.scheme.as_bytes());
            let host = rest.and_then(|rest| rest.strip_prefix(b"://"));
            return host == Some(domain.as_bytes());
        }
        self.serialize().as_bytes() == bytes
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
        let (host, port) = split_port(authority);
        let port: Option<u16> = match port {
            Some(digits) => Some(digits.parse().ok()?),
            None => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::url;
    use alloc::format;

    fn origin(text: &str) -> Origin {
        url(text).origin().clone()
    }

    #[test]
    fn origins_are_the_same_in_scheme_host_and_port() {
        let a = origin("https://a.test/x");
        assert!(a.is_same_origin(&origin("https://A.test:443/y")));
        for other in [
            "http://a.test",
            "https://a.test:8443",
            "https://www.a.test",
            "https://a.test.",
            "data:,x",
        ] {
            assert!(!a.is_same_origin(&origin(other)), "{other}");
            assert!(!origin(other).is_same_origin(&a), "{other}");
        }
    }

    #[test]
    fn opaque_origins_are_the_same_as_themselves_unless_they_are_of_nothing() {
        let one = Origin::Opaque(OpaqueOrigin::new(1));
        let two = Origin::Opaque(OpaqueOrigin::new(2));
        let nothing = Origin::Opaque(OpaqueOrigin::OF_NOTHING);
        assert!(one.is_same_origin(&one) && one.is_same_site(&one));
        assert!(!one.is_same_origin(&two) && !one.is_same_site(&two));
        assert!(!nothing.is_same_origin(&nothing) && !nothing.is_same_site(&nothing));
        assert!(!origin("data:,x").is_same_origin(&origin("data:,x")));
        assert!(!one.is_same_site(&origin("https://a.test")));
        assert_eq!(
            (one.serialize(), one.scheme()),
            (Cow::Borrowed("null"), None)
        );
    }

    #[test]
    fn sites_share_a_scheme_and_a_registrable_domain() {
        let a = origin("https://one.a.test:444");
        assert!(a.is_same_site(&origin("https://two.a.test")));
        assert!(!a.is_same_site(&origin("http://two.a.test")));
        assert!(a.is_schemelessly_same_site(&origin("http://two.a.test")));
        assert!(!a.is_same_site(&origin("https://b.test")));
        // Without a registrable domain only the host itself is the same site.
        let address = origin("https://127.0.0.1");
        assert!(address.is_same_site(&origin("https://127.0.0.1:444")));
        assert!(!address.is_same_site(&origin("https://127.0.0.2")));
        let bare = |text: &str| Origin::parse_serialized(text.as_bytes()).unwrap();
        assert!(!bare("https://one.a.test").is_same_site(&bare("https://two.a.test")));
        assert!(bare("https://one.a.test").is_same_site(&a));
    }

    #[test]
    fn the_registrable_domain_is_no_part_of_an_origin() {
        use core::hash::{Hash, Hasher};
        #[derive(Default, PartialEq, Debug)]
        struct Bytes(alloc::vec::Vec<u8>);
        impl Hasher for Bytes {
            fn finish(&self) -> u64 {
                0
            }
            fn write(&mut self, bytes: &[u8]) {
                self.0.extend_from_slice(bytes);
            }
        }
        let hash = |origin: &Origin| {
            let mut bytes = Bytes::default();
            origin.hash(&mut bytes);
            bytes
        };
        let (with, without) = (
            origin("https://a.test"),
            Origin::parse_serialized(b"https://a.test").unwrap(),
        );
        assert_eq!(with, without);
        assert_eq!(hash(&with), hash(&without));
        assert_ne!(hash(&with), hash(&origin("https://b.test")));
    }

    #[test]
    fn what_an_origin_serializes_to_is_read_back() {
        for text in [
            "https://a.test",
            "http://a.test:8080",
            "https://a.test.",
            "null",
            "https://127.0.0.1",
            "https://[2001:db8::1]",
            "https://[::1]:444",
            "chrome-extension://abc",
            "https://a_b.test",
            "wss://x",
            "https://xn--bcher-kva.test",
            "http://localhost:0",
            "a+1.b://x",
        ] {
            let parsed = Origin::parse_serialized(text.as_bytes());
            assert_eq!(
                parsed.map(|origin| origin.serialize()),
                Some(Cow::Borrowed(text)),
                "{text}"
            );
        }
        let tuple = origin("http://a.test:8080");
        assert_eq!(Origin::parse_serialized(b"http://a.test:8080"), Some(tuple));
    }

    #[test]
    fn what_no_origin_serializes_to_is_not_read() {
        for text in [
            "",
            "NULL",
            "https://a.test/",
            "https://a.test:443",
            "http://a.test:80",
            "ftp://a.test:21",
            "wss://a:443",
            "ws://a:80",
            "HTTPS://a.test",
            "https://A.test",
            "//a.test",
            "a.test",
            "https:a.test",
            "https://",
            "https://a.test:",
            "https://:1",
            "https://a.test:99999",
            "https://a.test:08",
            "https://a.test:+8",
            "https://u@a.test",
            "https://a.test b",
            "https://a.test,https://b.test",
            "1a://x",
            "://x",
            "https://1.2.3",
            "https://1",
            "https://127.0.0.1.:1",
            "https://[::1",
            "https://[1:2]",
            "https://[::0:1]",
            "https://[2001:DB8::1]",
            "https://a.1",
            "https://256.0.0.1",
            "h ttp://x",
            "https://é.test",
        ] {
            assert_eq!(Origin::parse_serialized(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Origin::parse_serialized(b"https://\xFF"), None);
    }

    /// Hosts that no one has but that the URL parser takes: it forbids certain bytes, no more.
    #[test]
    fn odd_domains_are_domains() {
        for text in [
            "https://*.test",
            "https://a..test",
            "https://.a.test",
            "https://.",
            "https://a_b!$&'()*+,;=`{}~\"-",
            "https://1.a",
            "https://a.0xg",
        ] {
            let origin = Origin::parse_serialized(text.as_bytes());
            assert_eq!(origin.unwrap().serialize(), text);
        }
        for text in [
            "https://a.0x1",
            "https://a.0x",
            "https://a%b",
            "https://a^b",
        ] {
            assert_eq!(Origin::parse_serialized(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn four_schemes_have_default_ports() {
        let ports = ["http", "ws", "https", "wss", "ftp", "gopher"].map(default_port);
        assert_eq!(
            ports,
            [Some(80), Some(80), Some(443), Some(443), Some(21), None]
        );
        assert_eq!(format!("{:?}", tuple_scheme("file")), "None");
        assert_eq!(origin("https://a.test").scheme(), Some("https"));
    }
}
