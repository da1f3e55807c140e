//! What is unusual about a request: in what it is unlike what the policy allows, and in what it is
//! unlike the requests that any page makes.

use std::collections::BTreeSet;

use cors_text::blanks::trimmed;
use cors_vectors::origin::{Parts, check_serialized};
use cors_vectors::policy::Policy;
use cors_vectors::server::{Credentials, Endpoint, PageFetch, RawSend, Step};

use crate::expect::{Asked, is_unlisted, is_written_as_by_browsers};
use crate::generate::origins::EVIL;
use crate::steps::bytes;

/// One thing that is unusual about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// The origin has nothing in common with an allowed one.
    Anybody,
    /// The origin's host is like that of an allowed one.
    Host,
    /// Only the origin's port is another one.
    Port,
    /// Only the origin's scheme is another one.
    Scheme,
    /// The origin is `null`.
    Null,
    /// An allowed origin is written with capital letters.
    Capitals,
    /// An allowed origin is written with its scheme's port.
    DefaultPort,
    /// The value of `Origin` is not an origin.
    Malformed,
    /// The method is not listed.
    Method,
    /// A header is not listed.
    Header,
    /// There are credentials, which the policy does not allow.
    Credentials,
    /// A method that needs no permission, such as HEAD, is not listed.
    Unlisted,
    /// The response has a status from 400 on.
    Error,
    /// The handler fails.
    Throws,
    /// The response is a redirect.
    Redirect,
    /// The response is a 304.
    NotModified,
    /// The application sets `Vary`.
    Vary,
    /// The application sets CORS headers.
    OwnHeaders,
    /// The application answers OPTIONS.
    Options,
    /// There is white space around a value.
    Blanks,
    /// A header comes twice.
    Twice,
    /// `Access-Control-Request-Headers` is not written as browsers write it.
    List,
    /// The URL has a query.
    Query,
    /// A preflight asks for a private network.
    Network,
}

impl Oddity {
    /// Its word in the ids of findings.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::Host => "host",
            Self::Port => "port",
            Self::Scheme => "scheme",
            Self::Null => "null",
            Self::Capitals => "capitals",
            Self::DefaultPort => "default-port",
            Self::Malformed => "malformed",
            Self::Method => "method",
            Self::Header => "header",
            Self::Credentials => "credentials",
            Self::Unlisted => "unlisted",
            Self::Error => "error",
            Self::Throws => "throws",
            Self::Redirect => "redirect",
            Self::NotModified => "not-modified",
            Self::Vary => "own-vary",
            Self::OwnHeaders => "own-headers",
            Self::Options => "own-options",
            Self::Blanks => "blanks",
            Self::Twice => "twice",
            Self::List => "list",
            Self::Query => "query",
            Self::Network => "network",
        }
    }

    /// Whether it is about the page's origin.
    pub(crate) const fn is_of_origin(self) -> bool {
        matches!(
            self,
            Self::Anybody
                | Self::Host
                | Self::Port
                | Self::Scheme
                | Self::Null
                | Self::Capitals
                | Self::DefaultPort
                | Self::Malformed
        )
    }

    /// Whether it is about what the application does.
    pub(crate) const fn is_of_application(self) -> bool {
        matches!(
            self,
            Self::Error
                | Self::Throws
                | Self::Redirect
                | Self::NotModified
                | Self::Vary
                | Self::OwnHeaders
                | Self::Options
        )
    }

    /// Whether a server that fails on such requests fails in several ways at once.
    pub(crate) const fn is_of_form(self) -> bool {
        matches!(
            self,
            Self::Blanks | Self::Twice | Self::Capitals | Self::Malformed
        )
    }

    /// Whether what shows with `other` is no news when it shows with this one.
    pub(crate) fn covers(self, other: Self) -> bool {
        self == other
            || (self == Self::Anybody && other.is_of_origin())
            || (self == Self::Host
                && matches!(other, Self::Malformed | Self::Capitals | Self::DefaultPort))
            || (self == Self::Port && matches!(other, Self::Malformed | Self::DefaultPort))
    }
}

/// In what the request of a step is unlike what the policy allows.
pub(crate) fn unlike(step: &Step, policy: &Policy) -> BTreeSet<Oddity> {
    let mut odd = BTreeSet::new();
    if let Some(fetch) = &step.fetch {
        let Some(asked) = Asked::of(fetch) else {
            return odd;
        };
        if !policy.allows_origin(asked.origin.as_bytes()) {
            odd.insert(of_origin(asked.origin.as_bytes(), policy));
        }
        if !policy.allows_method(asked.method.as_bytes()) {
            odd.insert(Oddity::Method);
        }
        let mut names = asked.headers.iter();
        if names.any(|(name, _)| !policy.allows_header(name)) {
            odd.insert(Oddity::Header);
        }
        if fetch.credentials == Credentials::Include && !policy.allow_credentials {
            odd.insert(Oddity::Credentials);
        }
    } else if let Some(send) = &step.send {
        odd.extend(of_origins(send, policy));
    }
    odd
}

/// In what the origin of a step's request is unlike the allowed ones.
pub(crate) fn unlike_origin(step: &Step, policy: &Policy) -> BTreeSet<Oddity> {
    let unlike = unlike(step, policy);
    unlike
        .into_iter()
        .filter(|odd| odd.is_of_origin())
        .collect()
}

/// In what the `Origin` lines of a request are unlike the allowed origins.
fn of_origins(send: &RawSend, policy: &Policy) -> Option<Oddity> {
    let values: Vec<Vec<u8>> = lines(send)
        .into_iter()
        .filter(|(name, _)| name == "origin")
        .map(|(_, value)| trimmed(&value).to_vec())
        .collect();
    match values.as_slice() {
        [] => Some(Oddity::Anybody),
        [origin] if policy.allows_origin(origin) => None,
        [origin] => Some(of_origin(origin, policy)),
        _ => Some(Oddity::Malformed),
    }
}

fn of_origin(origin: &[u8], policy: &Policy) -> Oddity {
    let Ok(text) = std::str::from_utf8(origin) else {
        return Oddity::Malformed;
    };
    if text == "null" {
        return Oddity::Null;
    }
    if text == EVIL {
        return Oddity::Anybody;
    }
    let small = text.to_ascii_lowercase();
    if small != text && policy.allows_origin(small.as_bytes()) {
        return Oddity::Capitals;
    }
    let port = if text.starts_with("http:") {
        ":80"
    } else {
        ":443"
    };
    let without_port = text.strip_suffix(port);
    if without_port.is_some_and(|origin| policy.allows_origin(origin.as_bytes())) {
        return Oddity::DefaultPort;
    }
    let text = without_port.unwrap_or(text);
    let Some(parts) = Parts::of(text).filter(|_| check_serialized(text).is_ok()) else {
        return Oddity::Malformed;
    };
    let same = |fits: &dyn Fn(&Parts<'_>) -> bool| {
        let mut all = policy.exact_origins().filter_map(Parts::of);
        all.any(|known| fits(&known))
    };
    if same(&|known| known.host == parts.host && known.port == parts.port) {
        Oddity::Scheme
    } else if same(&|known| known.host == parts.host) {
        Oddity::Port
    } else {
        Oddity::Host
    }
}

/// In what the request of a step is unlike those that any page makes.
pub(crate) fn unusual(step: &Step, policy: &Policy) -> BTreeSet<Oddity> {
    match (&step.fetch, &step.send) {
        (Some(fetch), _) => of_fetch(fetch, policy),
        (None, Some(send)) => of_send(send, policy),
        (None, None) => BTreeSet::new(),
    }
}

const fn of_endpoint(endpoint: Endpoint) -> Option<Oddity> {
    Some(match endpoint {
        Endpoint::Resource => return None,
        Endpoint::Missing | Endpoint::Error | Endpoint::Unauthorized => Oddity::Error,
        Endpoint::Throws => Oddity::Throws,
        Endpoint::Redirect => Oddity::Redirect,
        Endpoint::NotModified => Oddity::NotModified,
        Endpoint::Vary => Oddity::Vary,
        Endpoint::OwnHeaders => Oddity::OwnHeaders,
        Endpoint::Options => Oddity::Options,
    })
}

fn of_fetch(fetch: &PageFetch, policy: &Policy) -> BTreeSet<Oddity> {
    let mut odd: BTreeSet<Oddity> = of_endpoint(fetch.endpoint).into_iter().collect();
    let method = bytes(&fetch.method).unwrap_or_default();
    if is_unlisted(&method.to_ascii_uppercase(), policy) {
        odd.insert(Oddity::Unlisted);
    }
    odd
}

fn of_send(send: &RawSend, policy: &Policy) -> BTreeSet<Oddity> {
    let mut odd: BTreeSet<Oddity> = of_endpoint(send.endpoint).into_iter().collect();
    if send.suffix.is_some() {
        odd.insert(Oddity::Query);
    }
    if is_unlisted(&bytes(&send.method).unwrap_or_default(), policy) {
        odd.insert(Oddity::Unlisted);
    }
    let mut seen = BTreeSet::new();
    let mut lists = Vec::new();
    for (name, value) in lines(send) {
        if name == "access-control-request-headers" {
            lists.push(value);
            continue;
        }
        if name == "access-control-request-method" && is_unlisted(trimmed(&value), policy) {
            odd.insert(Oddity::Unlisted);
        }
        if name.starts_with("access-control-request-") && name.ends_with("-network") {
            odd.insert(Oddity::Network);
        }
        if trimmed(&value) != value {
            odd.insert(Oddity::Blanks);
        }
        if name == "origin" && !policy.allows_origin(trimmed(&value)) {
            let unlike = of_origin(trimmed(&value), policy);
            if matches!(unlike, Oddity::Capitals | Oddity::Malformed) {
                odd.insert(unlike);
            }
        }
        if !seen.insert(name) {
            odd.insert(Oddity::Twice);
        }
    }
    if !is_written_as_by_browsers(&lists) {
        odd.insert(Oddity::List);
    }
    odd
}

/// The header lines of a request, with their names in small letters.
fn lines(send: &RawSend) -> Vec<(String, Vec<u8>)> {
    let lines = send.headers.iter();
    lines
        .filter_map(|(name, value)| Some((bytes(name)?, bytes(value)?)))
        .map(|(name, value)| {
            let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
            (name, value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cors_vectors::text::Text;

    use super::*;
    use crate::steps::bare;

    fn policy() -> Policy {
        serde_json::from_str(
            r#"{ "allow_origins": ["https://app.example"], "allow_methods": ["PUT"],
                 "allow_headers": ["x-token"], "expose_headers": [] }"#,
        )
        .unwrap()
    }

    fn send(endpoint: Endpoint, headers: &[(&str, &str)]) -> Step {
        let literal = |text: &str| Text::literal(text.as_bytes());
        let pair = |(name, value): &(&str, &str)| (literal(name), literal(value));
        let send = RawSend {
            method: "GET".into(),
            endpoint,
            spelling: None,
            suffix: None,
            headers: headers.iter().map(pair).collect(),
            body: None,
            raw: false,
        };
        bare(None, Some(send))
    }

    fn odd(endpoint: Endpoint, headers: &[(&str, &str)]) -> Vec<Oddity> {
        let odd = unusual(&send(endpoint, headers), &policy());
        odd.into_iter().collect()
    }

    #[test]
    fn what_any_client_sends_is_not_odd() {
        let plain = [
            ("Origin", "https://app.example"),
            ("Access-Control-Request-Headers", "x-a, x-b"),
        ];
        assert_eq!(odd(Endpoint::Resource, &plain), []);
        assert_eq!(odd(Endpoint::Resource, &[]), []);
    }

    #[test]
    fn what_is_odd_is_named() {
        let found = odd(
            Endpoint::OwnHeaders,
            &[
                ("origin", "\thttps://App.example"),
                ("ORIGIN", "null"),
                ("Access-Control-Request-Headers", "x,,"),
            ],
        );
        let expected = [
            Oddity::Capitals,
            Oddity::OwnHeaders,
            Oddity::Blanks,
            Oddity::Twice,
            Oddity::List,
        ];
        assert_eq!(found, expected);
        let unsorted = [("Access-Control-Request-Headers", "x-b,x-a")];
        assert_eq!(odd(Endpoint::Resource, &unsorted), [Oddity::List]);
    }

    #[test]
    fn an_origin_is_compared_with_the_allowed_ones() {
        for (origin, expected) in [
            ("https://evil.example", Oddity::Anybody),
            ("https://app.example.evil.example", Oddity::Host),
            ("https://app.example:8443", Oddity::Port),
            ("http://app.example", Oddity::Scheme),
            ("null", Oddity::Null),
            ("https://APP.example", Oddity::Capitals),
            ("https://app.example:443", Oddity::DefaultPort),
            ("https://app.example/", Oddity::Malformed),
        ] {
            let step = send(Endpoint::Resource, &[("Origin", origin)]);
            assert_eq!(
                unlike_origin(&step, &policy()),
                [expected].into(),
                "{origin}"
            );
        }
    }
}
