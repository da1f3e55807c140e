//! URLs from text.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::str::FromStr;

use crate::data_url::percent_decode;
use crate::host::{Host, ends_in_a_number, is_in_domain};
use crate::origin::tuple_scheme;
use crate::url::{Url, UrlParts};

/// Why a text is no URL.
///
/// What the [URL parser](https://url.spec.whatwg.org/#concept-basic-url-parser) returns failure for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlError {
    /// There is no scheme, and no base to take it from.
    NoScheme,
    /// There is no host where one has to be.
    NoHost,
    /// The host is neither a domain nor an address.
    Host,
    /// The host ends in a number and is no IPv4 address.
    Ipv4,
    /// What stands in brackets is no IPv6 address.
    Ipv6,
    /// The port is no number up to 65535.
    Port,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoScheme => "it has no scheme",
            Self::NoHost => "it has no host",
            Self::Host => "its host is not a domain",
            Self::Ipv4 => "its host is not an IPv4 address",
            Self::Ipv6 => "its host is not an IPv6 address",
            Self::Port => "its port is not a number up to 65535",
        })
    }
}

impl core::error::Error for UrlError {}

impl Url {
    /// Parses an absolute URL: <https://url.spec.whatwg.org/#concept-basic-url-parser>
    ///
    /// What takes tables is left out. Domains that are not ASCII are lowered and not
    /// converted to Punycode, so that they equal no domain in ASCII; the registrable domain stays
    /// unknown. URLs of the scheme `file` are read like those of schemes that nobody knows.
    ///
    /// # Errors
    ///
    /// Why the text is no URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        parse(text, None)
    }

    /// Parses a URL, relative to this one: <https://url.spec.whatwg.org/#concept-url-parser>
    ///
    /// # Errors
    ///
    /// Why the text is no URL, as for [`Url::parse`].
    pub fn join(&self, text: &str) -> Result<Self, UrlError> {
        parse(text, Some(self))
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

fn parse(text: &str, base: Option<&Url>) -> Result<Url, UrlError> {
    let text = text.trim_matches(|letter| letter <= ' ');
    let text: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\t' | '\n' | '\r'))
        .collect();
    let (text, fragment) = split_off(&text, '#');
    let mut parts = without_fragment(text, base, fragment.is_some())?;
    parts.fragment = fragment.map(|fragment| encoded(fragment, in_fragment));
    Ok(Url::new(parts))
}

/// Parses what stands before a fragment.
fn without_fragment(
    text: &str,
    base: Option<&Url>,
    has_fragment: bool,
) -> Result<UrlParts, UrlError> {
    let Some((scheme, rest)) = split_scheme(text) else {
        let base = base.ok_or(UrlError::NoScheme)?;
        let is_opaque = base.host().is_none() && !base.path().starts_with('/');
        if is_opaque && (!text.is_empty() || !has_fragment) {
            return Err(UrlError::NoScheme);
        }
        return relative(text, base);
    };
    let parts = UrlParts {
        scheme: Cow::Owned(scheme),
        ..UrlParts::default()
    };
    let is_special = tuple_scheme(&parts.scheme).is_some();
    let same_scheme = base.filter(|base| is_special && base.scheme() == parts.scheme);
    match (same_scheme, rest.strip_prefix("//")) {
        (Some(base), None) => relative(rest, base),
        (_, _) if is_special => behind_slashes(rest.trim_start_matches(['/', '\\']), parts),
        (_, Some(rest)) => behind_slashes(rest, parts),
        (_, None) if rest.starts_with('/') => Ok(with_path(rest, "", parts)),
        (_, None) => Ok(opaque_path(rest, parts)),
    }
}

/// The scheme in lower case, and what follows its colon.
fn split_scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_in_scheme);
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// What stands before a delimiter, and what behind it if there is one.
fn split_off(text: &str, delimiter: char) -> (&str, Option<&str>) {
    match text.split_once(delimiter) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// The relative states.
fn relative(text: &str, base: &Url) -> Result<UrlParts, UrlError> {
    let mut parts = base.parts().clone();
    let is_special = tuple_scheme(&parts.scheme).is_some();
    let is_slash = |letter: char| letter == '/' || (is_special && letter == '\\');
    let Some(rest) = text.strip_prefix(is_slash) else {
        if text.is_empty() {
            return Ok(parts);
        }
        if let Some(query) = text.strip_prefix('?') {
            parts.query = Some(query_of(query, is_special));
            return Ok(parts);
        }
        let folder = base
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        return Ok(with_path(text, folder, parts));
    };
    let Some(mut rest) = rest.strip_prefix(is_slash) else {
        return Ok(with_path(text, "", parts));
    };
    if is_special {
        rest = rest.trim_start_matches(is_slash);
    }
    let scheme = parts.scheme;
    behind_slashes(
        rest,
        UrlParts {
            scheme,
            ..UrlParts::default()
        },
    )
}

/// The authority, host and port states, and what follows.
fn behind_slashes(text: &str, mut parts: UrlParts) -> Result<UrlParts, UrlError> {
    let is_special = tuple_scheme(&parts.scheme).is_some();
    let ends = |letter: char| matches!(letter, '/' | '?') || (is_special && letter == '\\');
    let (authority, path) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let host_and_port = match authority.rsplit_once('@') {
        None => authority,
        Some((_, "")) => return Err(UrlError::NoHost),
        Some((userinfo, host_and_port)) => {
            let (username, password) = split_off(userinfo, ':');
            parts.username = percent_encode_userinfo(username);
            parts.password = percent_encode_userinfo(password.unwrap_or_default());
            host_and_port
        }
    };
    let bracket = host_and_port.find(']').unwrap_or(0);
    let colon = host_and_port.get(bracket..).and_then(|rest| rest.find(':'));
    let (host, port) = match colon {
        None => (host_and_port, None),
        Some(colon) => {
            let (host, port) = host_and_port.split_at(bracket + colon);
            (host, port.strip_prefix(':'))
        }
    };
    if host.is_empty() && (is_special || port.is_some()) {
        return Err(UrlError::NoHost);
    }
    parts.host = Some(host_of(host, is_special)?);
    parts.port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().map_err(|_| UrlError::Port)?)
        }
        Some(_) => return Err(UrlError::Port),
    };
    Ok(with_path(path, "", parts))
}

/// The host parser: <https://url.spec.whatwg.org/#concept-host-parser>
fn host_of(text: &str, is_special: bool) -> Result<Host, UrlError> {
    if text.starts_with('[') {
        return Host::parse_serialized(text).ok_or(UrlError::Ipv6);
    }
    if !is_special {
        let forbidden = |letter: char| "\0\t\n\r #/:<>?@[\\]^|".contains(letter);
        return if text.contains(forbidden) {
            Err(UrlError::Host)
        } else {
            Ok(Host::Opaque(encoded(text, is_control)))
        };
    }
    let decoded = String::from_utf8_lossy(&percent_decode(text.as_bytes())).to_lowercase();
    if ends_in_a_number(&decoded) {
        return ipv4(&decoded).map(Host::Ipv4).ok_or(UrlError::Ipv4);
    }
    let is_domain = !decoded.is_empty()
        && !decoded.contains(char::REPLACEMENT_CHARACTER)
        && decoded
            .bytes()
            .all(|byte| byte > 0x7f || is_in_domain(byte));
    is_domain
        .then(|| Host::Domain(decoded.into()))
        .ok_or(UrlError::Host)
}

/// The IPv4 parser: <https://url.spec.whatwg.org/#concept-ipv4-parser>
fn ipv4(text: &str) -> Option<u32> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut numbers = text
        .split('.')
        .map(ipv4_number)
        .collect::<Option<Vec<u64>>>()?;
    let last = numbers.pop()?;
    let free = 4_usize
        .checked_sub(numbers.len())
        .filter(|free| *free > 0)?;
    if numbers.iter().any(|number| *number > 255) || last >> (8 * free) != 0 {
        return None;
    }
    let front = numbers
        .iter()
        .fold(0, |front, number| (front << 8) | number);
    u32::try_from((front << (8 * free)) | last).ok()
}

/// The IPv4 number parser: <https://url.spec.whatwg.org/#ipv4-number-parser>
fn ipv4_number(text: &str) -> Option<u64> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(""), _) => return Some(0),
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        (None, _) => (text, 10),
    };
    // Signs are no digits here.
    (!digits.starts_with('+')).then(|| u64::from_str_radix(digits, radix).ok())?
}

/// The path state, below a folder of the base, and the query behind it.
fn with_path(text: &str, folder: &str, mut parts: UrlParts) -> UrlParts {
    let is_special = tuple_scheme(&parts.scheme).is_some();
    let (path, query) = split_off(text, '?');
    let is_slash = |letter: char| letter == '/' || (is_special && letter == '\\');
    let mut segments: Vec<Cow<'_, str>> = folder.split('/').skip(1).map(Cow::from).collect();
    let mut rest = match path.strip_prefix(is_slash) {
        None if path.is_empty() && !is_special => None,
        rest => Some(rest.unwrap_or(path)),
    };
    while let Some(path) = rest {
        let (segment, behind) = match path.split_once(is_slash) {
            Some((segment, behind)) => (segment, Some(behind)),
            None => (path, None),
        };
        rest = behind;
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            dots @ ("." | "..") => {
                if dots == ".." {
                    segments.pop();
                }
                if behind.is_none() {
                    segments.push(Cow::Borrowed(""));
                }
            }
            _ => segments.push(Cow::Owned(encoded(segment, in_path))),
        }
    }
    let starts_like_a_host =
        parts.host.is_none() && segments.first().is_some_and(|first| first.is_empty());
    let mut path = String::from(if starts_like_a_host && segments.len() > 1 {
        "/."
    } else {
        ""
    });
    for segment in segments {
        path.push('/');
        path.push_str(&segment);
    }
    parts.path = Cow::Owned(path);
    parts.query = query.map(|query| query_of(query, is_special));
    parts
}

/// The opaque path state, and the query behind it.
fn opaque_path(text: &str, mut parts: UrlParts) -> UrlParts {
    let (path, query) = split_off(text, '?');
    parts.path = Cow::Owned(encoded(path, is_control));
    parts.query = query.map(|query| query_of(query, false));
    parts
}

/// The query state.
fn query_of(text: &str, is_special: bool) -> String {
    encoded(text, |byte| in_query(byte) || (is_special && byte == b'\''))
}

/// UTF-8 percent-encode: <https://url.spec.whatwg.org/#string-utf-8-percent-encode>
fn encoded(text: &str, is_in_set: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for letter in text.chars() {
        let mut bytes = [0; 4];
        if u8::try_from(letter).is_ok_and(|byte| !is_in_set(byte)) {
            encoded.push(letter);
            continue;
        }
        for byte in letter.encode_utf8(&mut bytes).bytes() {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// UTF-8 percent-encoding with the userinfo percent-encode set:
/// <https://url.spec.whatwg.org/#userinfo-percent-encode-set>
pub(crate) fn percent_encode_userinfo(text: &str) -> String {
    encoded(text, in_userinfo)
}

/// <https://url.spec.whatwg.org/#c0-control-percent-encode-set>
const fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x1f | 0x7f..)
}

/// <https://url.spec.whatwg.org/#fragment-percent-encode-set>
const fn in_fragment(byte: u8) -> bool {
    is_control(byte) || matches!(byte, b' ' | b'"' | b'<' | b'>' | b'`')
}

/// <https://url.spec.whatwg.org/#query-percent-encode-set>
const fn in_query(byte: u8) -> bool {
    is_control(byte) || matches!(byte, b' ' | b'"' | b'#' | b'<' | b'>')
}

/// <https://url.spec.whatwg.org/#path-percent-encode-set>
const fn in_path(byte: u8) -> bool {
    in_query(byte) || matches!(byte, b'?' | b'^' | b'`' | b'{' | b'}')
}

/// <https://url.spec.whatwg.org/#userinfo-percent-encode-set>
const fn in_userinfo(byte: u8) -> bool {
    in_path(byte) || matches!(byte, b'/' | b':' | b';' | b'=' | b'@' | b'['..=b']' | b'|')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, UrlError> {
        Url::parse(text).map(|url| url.serialize(false))
    }

    #[test]
    fn absolute_urls_are_parsed() {
        for (text, expected) in [
            (" https://a.test ", "https://a.test/"),
            ("HTTPS:\\\\A.Test:443\\x", "https://a.test/x"),
            ("http:a.test", "http://a.test/"),
            (
                "http://u:p@a.test:8080/x/./y/../z?q'#f",
                "http://u:p@a.test:8080/x/z?q%27#f",
            ),
            ("http://a@b@c.test", "http://a%40b@c.test/"),
            ("https://0x7f.1/", "https://127.0.0.1/"),
            ("https://[::FFFF:1.2.3.4]/", "https://[::ffff:102:304]/"),
            ("https://%61.test/%2e%2E/\"", "https://a.test/%22"),
            ("https://a.test:/\n", "https://a.test/"),
            (
                "https://B\u{fc}cher.test/\u{fc}",
                "https://b\u{fc}cher.test/%C3%BC",
            ),
            ("data:,x y?z", "data:,x y?z"),
            ("foo:/..//x", "foo:/.//x"),
            ("foo://Host", "foo://Host"),
            ("file:///x", "file:///x"),
        ] {
            assert_eq!(parsed(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_url_is_told_why() {
        for (text, expected) in [
            ("a.test", UrlError::NoScheme),
            ("1https://a.test", UrlError::NoScheme),
            ("https://", UrlError::NoHost),
            ("https://u@", UrlError::NoHost),
            ("foo://:1", UrlError::NoHost),
            ("https://a b.test", UrlError::Host),
            ("foo://a b", UrlError::Host),
            ("https://a.1.256", UrlError::Ipv4),
            ("https://1.2.3.4.5", UrlError::Ipv4),
            ("https://[::1", UrlError::Ipv6),
            ("https://a.test:65536", UrlError::Port),
            ("https://a.test:+1", UrlError::Port),
        ] {
            assert_eq!(parsed(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn relative_urls_are_resolved() {
        let base = Url::parse("https://u@a.test:1/x/y?q#f").unwrap();
        for (text, expected) in [
            ("", "https://u@a.test:1/x/y?q"),
            ("#g", "https://u@a.test:1/x/y?q#g"),
            ("?r", "https://u@a.test:1/x/y?r"),
            ("z", "https://u@a.test:1/x/z"),
            ("../..", "https://u@a.test:1/"),
            ("/z?#", "https://u@a.test:1/z?#"),
            ("//b.test", "https://b.test/"),
            ("\\\\/b.test", "https://b.test/"),
            ("https:z", "https://u@a.test:1/x/z"),
            ("http:z", "http://z/"),
            ("mailto:z", "mailto:z"),
        ] {
            let joined = base.join(text).map(|url| url.serialize(false));
            assert_eq!(joined.as_deref(), Ok(expected), "{text}");
        }
        let opaque = Url::parse("data:,x").unwrap();
        assert_eq!(opaque.join("#f").unwrap().serialize(false), "data:,x#f");
        assert_eq!(opaque.join("y"), Err(UrlError::NoScheme));
    }
}
