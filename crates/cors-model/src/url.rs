//! URLs, already parsed.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::{self, Write as _};

use crate::host::{Host, split_port};
use crate::origin::{OpaqueOrigin, Origin, TupleOrigin, default_port, tuple_scheme};

/// The parts of a URL record: <https://url.spec.whatwg.org/#concept-url>
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UrlParts {
    /// The scheme, in lower case and without its colon.
    pub scheme: Cow<'static, str>,
    /// The user name, percent-encoded; empty when there is none.
    pub username: String,
    /// The password, percent-encoded; empty when there is none.
    pub password: String,
    /// The host.
    pub host: Option<Host>,
    /// The port. The scheme's default counts as none.
    pub port: Option<u16>,
    /// The path as it is serialized: `/a/b` for most URLs, anything for those like `data:`.
    pub path: Cow<'static, str>,
    /// The query, without its question mark.
    pub query: Option<String>,
    /// The fragment, without its number sign.
    pub fragment: Option<String>,
    /// The registrable domain of the host; see [`TupleOrigin::registrable_domain`].
    pub registrable_domain: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    parts: UrlParts,
    origin: Origin,
}

/// A URL record: <https://url.spec.whatwg.org/#concept-url>
///
/// Clones share the record. Equality is that of the records, fragments included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(Arc<Record>);

impl Url {
    /// A URL from its parts, which are taken as they are.
    pub fn new(mut parts: UrlParts) -> Self {
        parts.port = parts
            .port
            .filter(|&port| default_port(&parts.scheme) != Some(port));
        // The schemes and the path that most URLs have are not copied with every clone.
        if let Some(known) = tuple_scheme(&parts.scheme) {
            parts.scheme = Cow::Borrowed(known);
        }
        let origin = origin_of(&parts);
        Self(Arc::new(Record { parts, origin }))
    }

    /// A URL from its serialization, as a URL parser wrote it; the inverse of
    /// <https://url.spec.whatwg.org/#concept-url-serializer>
    ///
    /// This is no URL parser: what it gets is taken as it is. The registrable domain stays unknown.
    pub fn from_serialized(text: &str) -> Self {
        let (text, fragment) = split_off(text, '#');
        let (text, query) = split_off(text, '?');
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        let mut parts = UrlParts {
            scheme: Cow::Owned(String::from(scheme)),
            query,
            fragment,
            ..UrlParts::default()
        };
        let Some(rest) = rest.strip_prefix("//") else {
            parts.path = Cow::Owned(String::from(rest));
            return Self::new(parts);
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (userinfo, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let (host, port) = split_port(host_and_port);
        let is_special = tuple_scheme(scheme).is_some() || scheme == "file";
        let known = is_special.then(|| Host::parse_serialized(host)).flatten();
        parts.host =
            (!host.is_empty()).then(|| known.unwrap_or_else(|| Host::Opaque(String::from(host))));
        parts.port = port.and_then(|digits| digits.parse().ok());
        parts.username = String::from(username);
        parts.password = String::from(password);
        parts.path = Cow::Owned(String::from(path));
        Self::new(parts)
    }

    /// The parts.
    pub fn parts(&self) -> &UrlParts {
        &self.0.parts
    }

    /// The scheme, in lower case and without its colon.
    pub fn scheme(&self) -> &str {
        &self.0.parts.scheme
    }

    /// The host.
    pub fn host(&self) -> Option<&Host> {
        self.0.parts.host.as_ref()
    }

    /// The port, unless it is the scheme's default.
    pub fn port(&self) -> Option<u16> {
        self.0.parts.port
    }

    /// The path as it is serialized.
    pub fn path(&self) -> &str {
        &self.0.parts.path
    }

    /// The query, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.0.parts.query.as_deref()
    }

    /// The fragment, without its number sign.
    pub fn fragment(&self) -> Option<&str> {
        self.0.parts.fragment.as_deref()
    }

    /// The origin of the URL: <https://url.spec.whatwg.org/#concept-url-origin>
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// Whether the scheme is an HTTP(S) scheme: <https://fetch.spec.whatwg.org/#http-scheme>
    pub fn is_http_scheme(&self) -> bool {
        matches!(self.scheme(), "http" | "https")
    }

    /// Whether the URL is local: <https://fetch.spec.whatwg.org/#is-local>
    pub fn is_local(&self) -> bool {
        matches!(self.scheme(), "about" | "blob" | "data")
    }

    /// Whether the URL includes credentials:
    /// <https://url.spec.whatwg.org/#include-credentials>
    pub fn includes_credentials(&self) -> bool {
        let UrlParts {
            username, password, ..
        } = self.parts();
        !username.is_empty() || !password.is_empty()
    }

    /// Whether the URL is potentially trustworthy, so that what goes there is safe from the
    /// network: <https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy>
    pub fn is_potentially_trustworthy(&self) -> bool {
        matches!(self.scheme(), "https" | "wss" | "file" | "data" | "about")
            || self.host().is_some_and(Host::is_loopback)
    }

    /// The URL with other parts.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut UrlParts)) -> Self {
        let mut parts = self.parts().clone();
        change(&mut parts);
        Self::new(parts)
    }

    /// The URL as text: <https://url.spec.whatwg.org/#concept-url-serializer>
    pub fn serialize(&self, exclude_fragment: bool) -> String {
        let parts = self.parts();
        let mut text = String::with_capacity(parts.path.len() + 64);
        text.push_str(&parts.scheme);
        text.push(':');
        if let Some(host) = &parts.host {
            text.push_str("//");
            if self.includes_credentials() {
                text.push_str(&parts.username);
                if !parts.password.is_empty() {
                    text.push(':');
                    text.push_str(&parts.password);
                }
                text.push('@');
            }
            host.serialize_into(&mut text);
            if let Some(port) = parts.port {
                // Writing to a string cannot fail.
                let _ = write!(text, ":{port}");
            }
        }
        text.push_str(&parts.path);
        if let Some(query) = &parts.query {
            text.push('?');
            text.push_str(query);
        }
        if let Some(fragment) = &parts.fragment
            && !exclude_fragment
        {
            text.push('#');
            text.push_str(fragment);
        }
        text
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.serialize(false))
    }
}

/// What stands before a delimiter, and what behind it if there is one.
fn split_off(text: &str, delimiter: char) -> (&str, Option<String>) {
    match text.split_once(delimiter) {
        Some((before, behind)) => (before, Some(String::from(behind))),
        None => (text, None),
    }
}

fn origin_of(parts: &UrlParts) -> Origin {
    let origin = match (tuple_scheme(&parts.scheme), &parts.host) {
        (Some(scheme), Some(host)) => Some(Origin::Tuple(TupleOrigin {
            scheme: Cow::Borrowed(scheme),
            host: host.clone(),
            port: parts.port,
            registrable_domain: parts.registrable_domain.clone(),
        })),
        _ if parts.scheme == "blob" => blob_origin(&parts.path),
        _ => None,
    };
    origin.unwrap_or(Origin::Opaque(OpaqueOrigin::OF_NOTHING))
}

/// The origin at the start of a blob URL's path, which is a URL itself.
fn blob_origin(path: &str) -> Option<Origin> {
    let authority_at = path.find("://")? + 3;
    let authority = path.get(authority_at..)?;
    let end = authority_at + authority.find('/').unwrap_or(authority.len());
    Origin::parse_serialized(path.get(..end)?.as_bytes())
        .filter(|origin| matches!(origin.scheme(), Some("http" | "https")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::url;

    #[test]
    fn urls_are_written_as_they_were_read() {
        for text in [
            "https://a.test/",
            "http://u:p@a.test:8080/x/y?q#f",
            "https://u@a.test/?",
            "data:,x",
            "about:blank#f",
            "https://[::1]:1/",
            "https://:p@a.test/",
            "foo://host/x",
        ] {
            assert_eq!(url(text).serialize(false), text);
        }
        assert_eq!(
            url("https://a.test:443/x?q#f").serialize(true),
            "https://a.test/x?q"
        );
        assert_eq!(
            url("http://a.test:443/").serialize(true),
            "http://a.test:443/"
        );
    }

    #[test]
    fn serializations_are_read_back() {
        for text in [
            "https://a.test/",
            "http://u:p@a.test:8080/x/y?q#f",
            "https://u@a.test/?",
            "https://[::1]:1/a:b@c",
            "http://127.0.0.1/?a#?b",
            "data:,x",
            "about:blank#f",
            "foo://Host:1/x",
            "file:/x",
            "blob:https://a.test/some-id",
        ] {
            assert_eq!(Url::from_serialized(text).serialize(false), text);
        }
        let host = |text| Url::from_serialized(text).host().cloned();
        assert_eq!(host("http://a.test/"), Some(Host::Domain("a.test".into())));
        assert_eq!(host("http://1.2.3.4/"), Some(Host::Ipv4(0x0102_0304)));
        assert_eq!(
            host("https://[::1]:8/"),
            Some(Host::Ipv6([0, 0, 0, 0, 0, 0, 0, 1]))
        );
        assert_eq!(host("foo://Host/"), Some(Host::Opaque("Host".into())));
        assert_eq!(host("file:///x"), None);
        assert_eq!(Url::from_serialized("http://a.test:80/").port(), None);
    }

    #[test]
    fn parts_can_be_read() {
        let url = url("https://a.test:444/x?q#f");
        assert_eq!(
            (url.scheme(), url.path(), url.port()),
            ("https", "/x", Some(444))
        );
        assert_eq!((url.query(), url.fragment()), (Some("q"), Some("f")));
        assert_eq!(url.host(), Some(&Host::Domain("a.test".into())));
        assert_eq!(url.parts().scheme, "https");
        assert_eq!(url.with(|parts| parts.port = Some(443)).port(), None);
    }

    #[test]
    fn records_are_compared_with_their_fragments() {
        assert_eq!(url("https://a.test/x#f"), url("https://a.test:443/x#f"));
        assert_ne!(url("https://a.test/x#f"), url("https://a.test/x"));
        assert_ne!(url("https://a.test/x"), url("https://a.test/x?"));
    }

    #[test]
    fn origins_are_tuples_where_there_is_a_server() {
        let origin = |text: &str| url(text).origin().serialize();
        assert_eq!(origin("https://u:p@A.test:444/x"), "https://a.test:444");
        assert_eq!(origin("ftp://a.test/"), "ftp://a.test");
        assert_eq!(origin("wss://a.test/"), "wss://a.test");
        for text in [
            "data:,x",
            "about:blank",
            "foo://a.test/",
            "file:/x",
            "blob:data:,x",
            "blob:https:a",
            "blob:ftp://a.test/x",
            "blob:null/x",
        ] {
            assert_eq!(origin(text), "null", "{text}");
        }
        assert_eq!(
            origin("blob:https://a.test:444/some-id"),
            "https://a.test:444"
        );
        assert_eq!(origin("blob:http://a.test"), "http://a.test");
    }

    #[test]
    fn kinds_of_urls_are_told_apart() {
        let kinds = |text: &str| {
            let url = url(text);
            (
                url.is_http_scheme(),
                url.is_local(),
                url.includes_credentials(),
                url.is_potentially_trustworthy(),
            )
        };
        assert_eq!(kinds("https://a.test"), (true, false, false, true));
        assert_eq!(kinds("http://u@a.test"), (true, false, true, false));
        assert_eq!(kinds("http://:p@localhost"), (true, false, true, true));
        assert_eq!(kinds("wss://a.test"), (false, false, false, true));
        assert_eq!(kinds("ws://a.test"), (false, false, false, false));
        assert_eq!(kinds("data:,x"), (false, true, false, true));
        assert_eq!(kinds("about:blank"), (false, true, false, true));
        assert_eq!(kinds("blob:x"), (false, true, false, false));
        assert_eq!(kinds("file:x"), (false, false, false, true));
        assert_eq!(kinds("https://@a.test"), (true, false, false, true));
    }
}
