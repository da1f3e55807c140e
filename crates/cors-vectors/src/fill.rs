//! Placeholders of server cases, filled from a policy, and whether a case means something under it.

use std::collections::BTreeMap;
use std::fmt;

use crate::names::{
    is_cors_safelisted_method, is_forbidden_request_header_name, is_forbidden_response_header_name,
    is_safelisted_request_header_name, is_safelisted_response_header_name, normalize_method,
};
use crate::origin::{self, Parts};
use crate::policy::{Any, AnyOr, Policy};
use crate::server::{Endpoint, PageFetch, Requirement, ServerCase, Verdict};
use crate::text::{Text, TextError};

/// The placeholders that server cases can use, with what they stand for.
pub const SERVER_PLACEHOLDERS: &[(&str, &str)] = &[
    (
        "allowed",
        "an allowed origin: the first exact one, else one that fits the first pattern",
    ),
    ("allowed.scheme", "its scheme"),
    ("allowed.host", "its host"),
    (
        "allowed.port",
        "its port in digits, nothing for the scheme's default",
    ),
    (
        "allowed.authority",
        "its host, with `:port` unless the port is the default",
    ),
    ("allowed.upper", "the allowed origin in capitals"),
    ("allowed.undotted", "its host with an `x` for the first dot"),
    (
        "allowed.undotted_last",
        "its host with an `x` for the last dot",
    ),
    ("allowed.truncated", "its host without the last letter"),
    (
        "allowed.parent",
        "its host without the first label, where two labels are left",
    ),
    (
        "allowed.upper_scheme",
        "the allowed origin with its scheme in capitals",
    ),
    ("allowed2", "another allowed origin"),
    ("allowed2.scheme", "its scheme"),
    ("allowed2.host", "its host"),
    (
        "allowed2.authority",
        "its host, with `:port` unless the port is the default",
    ),
    ("allowed_last", "the last exact origin that is allowed"),
    ("pattern.allowed", "an origin that fits the first pattern"),
    ("pattern.scheme", "the scheme of the first pattern"),
    ("pattern.rest", "the host of the first pattern after `*.`"),
    (
        "pattern.port",
        "the port of the first pattern in digits, nothing for the scheme's default",
    ),
    (
        "pattern.authority",
        "that host, with `:port` unless the port is the default",
    ),
    ("pattern.undotted", "that host with an `x` for the last dot"),
    (
        "foreign",
        "an origin that is not allowed and looks like none that is",
    ),
    ("method", "an allowed method that is not safelisted"),
    ("method2", "another such method"),
    (
        "asked_method",
        "a method for a preflight that is allowed: `{method}`, else POST",
    ),
    (
        "asked_header",
        "a request header for a preflight that is allowed: `{header}`, else `accept`, so that with \
         `{asked_method}` there is one wherever something that needs one is allowed",
    ),
    ("asked_header.value", "a value of it"),
    (
        "method_last",
        "the last allowed method that is not safelisted",
    ),
    ("unlisted_method", "a method that is not allowed"),
    (
        "header",
        "an allowed request header that is not safelisted; `content-type` and `authorization` only \
         where there is no other",
    ),
    ("header.value", "a value of it that needs a preflight"),
    ("header2", "another such header"),
    ("header2.value", "a value of that one"),
    ("header_last", "the last such header"),
    ("header_last.value", "a value of the last one"),
    (
        "header.part",
        "the name of the first such header up to its first hyphen",
    ),
    (
        "header.underscored",
        "that name with underscores for hyphens",
    ),
    ("header.undashed", "that name without hyphens"),
    ("header.upper", "that name in capitals"),
    ("unlisted_header", "a request header that is not allowed"),
    (
        "exposed",
        "an exposed response header that is not safelisted",
    ),
    ("exposed2", "another such header"),
    ("exposed_last", "the last such header"),
    ("unexposed", "a response header that is not exposed"),
    ("max_age", "the seconds that a preflight may be cached"),
];

/// The placeholders that agent cases can use, with what they stand for.
pub const AGENT_PLACEHOLDERS: &[(&str, &str)] = &[
    (
        "origin",
        "the value of the `Origin` header of the request being answered; only in answers",
    ),
    ("page", "the serialized origin of the page"),
    ("cross", "the serialized origin of `cross`"),
    ("third", "the serialized origin of `third`"),
    ("page.host", "host and port of the page's origin"),
    ("cross.host", "host and port of `cross`"),
    ("third.host", "host and port of `third`"),
    ("page.url", "the case's own URL at the page's origin"),
    ("cross.url", "the case's own URL at `cross`"),
    ("third.url", "the case's own URL at `third`"),
];

/// What the placeholders of server cases stand for under one policy.
///
/// A placeholder that the policy has nothing for (`{foreign}` when any origin is allowed) has no
/// value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    values: BTreeMap<&'static str, Vec<u8>>,
}

impl Fill {
    /// The values under a policy.
    pub fn of(policy: &Policy) -> Self {
        let mut values = BTreeMap::new();
        let mut put = |name, value: Option<String>| {
            if let Some(value) = value {
                values.insert(name, value.into_bytes());
            }
        };

        let mut exact = policy.exact_origins().map(str::to_owned);
        let mut fitting = policy
            .patterns()
            .map(|pattern| pattern.replacen('*', "app", 1));
        let any = matches!(policy.allow_origins, AnyOr::Any(Any::Any));
        let mut anyone = ["https://app.example", "https://other.example"]
            .into_iter()
            .filter(|_| any)
            .map(str::to_owned);
        let mut next = || {
            exact
                .next()
                .or_else(|| fitting.next())
                .or_else(|| anyone.next())
        };
        let allowed = next();
        // A second label where the only thing listed is one pattern.
        let second = next().or_else(|| {
            let pattern = policy.patterns().next()?;
            Some(pattern.replacen('*', "second", 1))
        });
        if let Some(parts) = allowed.as_deref().and_then(Parts::of) {
            put("allowed.scheme", Some(parts.scheme.to_owned()));
            put("allowed.host", Some(parts.host.to_owned()));
            put(
                "allowed.port",
                Some(parts.port.unwrap_or_default().to_owned()),
            );
            put("allowed.authority", Some(parts.authority()));
            let named = is_named(parts.host);
            put(
                "allowed.undotted",
                named.and_then(|host| undot(host, host.find('.')?)),
            );
            put(
                "allowed.undotted_last",
                named.and_then(|host| undot(host, host.rfind('.')?)),
            );
            put("allowed.truncated", named.and_then(truncated));
            put("allowed.parent", named.and_then(parent));
        }
        put(
            "allowed.upper",
            allowed.as_deref().map(str::to_ascii_uppercase),
        );
        put(
            "allowed.upper_scheme",
            allowed.as_deref().and_then(|origin| {
                let (scheme, rest) = origin.split_once(':')?;
                Some(format!("{}:{rest}", scheme.to_ascii_uppercase()))
            }),
        );
        put("allowed", allowed);
        if let Some(parts) = second.as_deref().and_then(Parts::of) {
            put("allowed2.scheme", Some(parts.scheme.to_owned()));
            put("allowed2.host", Some(parts.host.to_owned()));
            put("allowed2.authority", Some(parts.authority()));
        }
        put("allowed2", second);
        put(
            "allowed_last",
            policy.exact_origins().last().map(str::to_owned),
        );
        if let Some(pattern) = policy.patterns().next() {
            let bare = pattern.replacen("*.", "", 1);
            put("pattern.allowed", Some(pattern.replacen('*', "app", 1)));
            if let Some(parts) = Parts::of(&bare) {
                put("pattern.scheme", Some(parts.scheme.to_owned()));
                put("pattern.rest", Some(parts.host.to_owned()));
                put(
                    "pattern.port",
                    Some(parts.port.unwrap_or_default().to_owned()),
                );
                put("pattern.authority", Some(parts.authority()));
                let named = is_named(parts.host);
                put(
                    "pattern.undotted",
                    named.and_then(|host| undot(host, host.rfind('.')?)),
                );
            }
        }
        put(
            "foreign",
            [
                "https://foreign.example",
                "https://foreign.test",
                "http://foreign.invalid:4711",
            ]
            .into_iter()
            .find(|origin| !policy.allows_origin(origin.as_bytes()))
            .map(str::to_owned),
        );

        let mut methods = some_of(&policy.allow_methods, &["PUT", "DELETE"], |method| {
            !is_cors_safelisted_method(method.as_bytes())
        });
        let method = methods.next();
        let asked = method.clone().unwrap_or_else(|| "POST".to_owned());
        put("asked_method", Some(asked));
        let method2 = methods.next();
        put(
            "method_last",
            methods
                .last()
                .or_else(|| method2.clone())
                .or_else(|| method.clone()),
        );
        put("method", method);
        put("method2", method2);
        put(
            "unlisted_method",
            ["PUT", "DELETE", "PATCH", "PROPFIND", "X-UNLISTED"]
                .into_iter()
                .find(|method| match &policy.allow_methods {
                    AnyOr::Any(Any::Any) => false,
                    AnyOr::Listed(listed) => !listed
                        .iter()
                        .any(|entry| entry.eq_ignore_ascii_case(method)),
                })
                .map(str::to_owned),
        );

        let names = some_of(
            &policy.allow_headers,
            &["x-cors-one", "x-cors-two"],
            |name| !is_forbidden_request_header_name(name.as_bytes()),
        );
        let mut headers: Vec<(u8, String)> = names
            .filter_map(|name| Some((last_resort(&name)?, name)))
            .collect();
        headers.sort_by_key(|(resort, _)| *resort);
        let mut headers = headers.into_iter().map(|(_, name)| name);
        let (header, header2) = (headers.next(), headers.next());
        let last = headers
            .next_back()
            .or_else(|| header2.clone())
            .or_else(|| header.clone());
        put("header_last.value", last.as_deref().map(value_of));
        put("header_last", last);
        if let Some(name) = &header {
            let hyphen = name.contains('-');
            let part = name.split('-').next().map(str::to_owned);
            put("header.part", part.filter(|_| hyphen));
            put("header.underscored", hyphen.then(|| name.replace('-', "_")));
            put("header.undashed", hyphen.then(|| name.replace('-', "")));
            put("header.upper", Some(name.to_ascii_uppercase()));
        }
        let asked = header.as_deref();
        put("asked_header", Some(asked.unwrap_or("accept").to_owned()));
        let value = asked.map_or_else(|| "*/*".to_owned(), value_of);
        put("asked_header.value", Some(value));
        put("header.value", header.as_deref().map(value_of));
        put("header2.value", header2.as_deref().map(value_of));
        put("header", header);
        put("header2", header2);
        put(
            "unlisted_header",
            ["x-unlisted", "x-not-listed", "x-cors-unlisted"]
                .into_iter()
                .find(|name| !policy.allows_header(name.as_bytes()))
                .map(str::to_owned),
        );

        let mut exposed = some_of(&policy.expose_headers, &[], |name| {
            !is_safelisted_response_header_name(name.as_bytes())
                && !is_forbidden_response_header_name(name.as_bytes())
        });
        let first = exposed.next();
        let exposed2 = exposed.next();
        put(
            "exposed_last",
            exposed
                .last()
                .or_else(|| exposed2.clone())
                .or_else(|| first.clone()),
        );
        put("exposed2", exposed2);
        put("exposed", first);
        put(
            "unexposed",
            ["x-unexposed", "x-not-exposed"]
                .into_iter()
                .find(|name| !policy.exposes_header(name.as_bytes()))
                .map(str::to_owned),
        );
        put("max_age", policy.max_age.map(|seconds| seconds.to_string()));
        Self { values }
    }

    /// The value of a placeholder.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// The bytes of a text.
    ///
    /// # Errors
    ///
    /// As [`Text::expand`].
    pub fn expand(&self, text: &Text) -> Result<Vec<u8>, TextError> {
        text.expand(&|name| self.get(name).map(<[u8]>::to_vec))
    }
}

/// The host, unless it is an IP address, whose look-alikes are no hosts at all.
fn is_named(host: &str) -> Option<&str> {
    let last = host.rsplit('.').next().unwrap_or(host);
    let address = host.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit());
    (!address).then_some(host)
}

fn undot(host: &str, at: usize) -> Option<String> {
    let (before, after) = host.split_at(at);
    Some(format!("{before}x{}", after.strip_prefix('.')?))
}

fn truncated(host: &str) -> Option<String> {
    let mut letters = host.chars();
    letters.next_back();
    let host = letters.as_str();
    (!host.is_empty() && !host.ends_with('.')).then(|| host.to_owned())
}

fn parent(host: &str) -> Option<String> {
    let (_, parent) = host.split_once('.')?;
    parent.contains('.').then(|| parent.to_owned())
}

/// Whether a header needs no preflight for sure, with the values that cases give it.
fn is_harmless(name: &[u8], value: &[u8]) -> bool {
    let types: [&[u8]; 3] = [
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"text/plain",
    ];
    (name.eq_ignore_ascii_case(b"content-type") && types.contains(&value))
        || (name.eq_ignore_ascii_case(b"accept") && value == b"*/*")
}

/// How late a request header is chosen for a case; `None` for one whose harmless values need no
/// preflight.
fn last_resort(name: &str) -> Option<u8> {
    if name.eq_ignore_ascii_case("content-type") {
        Some(1)
    } else if name.eq_ignore_ascii_case("authorization") {
        Some(2)
    } else {
        (!is_safelisted_request_header_name(name.as_bytes())).then_some(0)
    }
}

/// A value with which a request header needs a preflight.
fn value_of(name: &str) -> String {
    match last_resort(name) {
        Some(1) => "application/json",
        Some(2) => "Bearer x",
        _ => "1",
    }
    .to_owned()
}

fn some_of(
    names: &AnyOr<Vec<String>>,
    when_any: &'static [&'static str],
    fits: impl Fn(&str) -> bool,
) -> impl Iterator<Item = String> {
    let names: Vec<String> = match names {
        AnyOr::Any(Any::Any) => when_any.iter().map(|name| (*name).to_owned()).collect(),
        AnyOr::Listed(listed) => listed.iter().filter(|name| fits(name)).cloned().collect(),
    };
    names.into_iter()
}

/// Why a case says nothing about a server with some policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The policy is not what the case requires.
    Requires(Requirement),
    /// The policy does not declare an endpoint that the case uses.
    Endpoint(Endpoint),
    /// The policy has nothing that a placeholder of the case could stand for.
    Placeholder {
        /// The placeholder's name.
        name: String,
    },
    /// The filled origin is one that no page can have.
    NoSuchPage {
        /// The origin.
        origin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The policy allows what the case wants refused, for instance because a pattern happens to
    /// cover the look-alike.
    Allowed {
        /// The origin.
        origin: String,
    },
    /// The policy refuses what the case wants shared.
    Refused {
        /// The origin.
        origin: String,
    },
    /// Whether the policy allows the request depends on the value of a safelisted header that the
    /// policy does not list.
    Undetermined,
    /// A text of the case cannot be expanded.
    Text(TextError),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requires(Requirement::Kit) => {
                f.write_str("only for a target that is a kit server")
            }
            Self::Requires(requirement) => {
                write!(
                    f,
                    "only when the policy {} ({})",
                    requirement.meaning(),
                    requirement.name()
                )
            }
            Self::Endpoint(endpoint) => {
                write!(f, "the policy declares no endpoint `{}`", endpoint.name())
            }
            Self::Placeholder { name } => write!(f, "the policy has nothing to fill `{{{name}}}`"),
            Self::NoSuchPage { origin, reason } => {
                write!(f, "no page can have the origin `{origin}`: {reason}")
            }
            Self::Allowed { origin } => {
                write!(
                    f,
                    "the policy allows what is to be refused, to the origin `{origin}`"
                )
            }
            Self::Refused { origin } => {
                write!(
                    f,
                    "the policy refuses what is to be shared, to the origin `{origin}`"
                )
            }
            Self::Undetermined => {
                f.write_str("the policy does not list a header that the case sends")
            }
            Self::Text(error) => error.fmt(f),
        }
    }
}

/// The values for a case under a policy, when the case means something there. `kit` says whether
/// the target is a kit server, which has all endpoints that its policy declares.
///
/// # Errors
///
/// Says why the case must be skipped: a fact that it requires does not hold, the policy cannot
/// fill its placeholders or declares no such endpoint, or the policy wants another verdict for
/// what the case would send.
pub fn fill(case: &ServerCase, policy: &Policy, kit: bool) -> Result<Fill, Skip> {
    let facts = Requirement::of(policy);
    let unmet = case.requires.iter().find(|requirement| {
        !(facts.contains(requirement) || (kit && **requirement == Requirement::Kit))
    });
    if let Some(requirement) = unmet {
        return Err(Skip::Requires(*requirement));
    }
    let fill = Fill::of(policy);
    for step in &case.steps {
        let endpoint = match (&step.fetch, &step.send) {
            (Some(fetch), _) => fetch.endpoint,
            (None, Some(send)) => send.endpoint,
            (None, None) => Endpoint::Resource,
        };
        if endpoint != Endpoint::Resource && policy.endpoint(endpoint).is_none() {
            return Err(Skip::Endpoint(endpoint));
        }
        for text in step.texts() {
            expand(&fill, text)?;
        }
        if let (Some(fetch), Some(verdict)) = (&step.fetch, step.verdict) {
            agree(&fill, policy, fetch, verdict)?;
        }
    }
    Ok(fill)
}

fn expand(fill: &Fill, text: &Text) -> Result<Vec<u8>, Skip> {
    fill.expand(text).map_err(|error| match error {
        TextError::Unfilled { name } => Skip::Placeholder { name },
        error @ (TextError::NotPrintable { .. }
        | TextError::Unclosed
        | TextError::Stray
        | TextError::BadName { .. }
        | TextError::BadHex { .. }
        | TextError::TooLong) => Skip::Text(error),
    })
}

/// Whether a page can do this, and whether the policy wants the verdict that the case states.
fn agree(fill: &Fill, policy: &Policy, fetch: &PageFetch, verdict: Verdict) -> Result<(), Skip> {
    let serialized = expand(fill, &fetch.origin)?;
    let origin = String::from_utf8_lossy(&serialized).into_owned();
    if origin != "null"
        && let Err(problem) = origin::check_serialized(&origin)
    {
        return Err(Skip::NoSuchPage {
            origin,
            reason: problem.to_string(),
        });
    }
    let method = expand(fill, &fetch.method)?;
    let method = normalize_method(&String::from_utf8_lossy(&method)).into_bytes();
    let headers = fetch
        .headers
        .iter()
        .map(|(name, value)| Ok((expand(fill, name)?, expand(fill, value)?)))
        .collect::<Result<Vec<_>, Skip>>()?
        .into_iter()
        .filter(|(name, value)| !is_harmless(name, value))
        .collect::<Vec<_>>();
    let credentials = fetch.credentials == crate::server::Credentials::Include;
    match (
        policy.wants_shared(&serialized, &method, &headers, credentials),
        verdict,
    ) {
        (Some(true), Verdict::Refused) => Err(Skip::Allowed { origin }),
        (Some(false), Verdict::Shared) => Err(Skip::Refused { origin }),
        (Some(true), Verdict::Shared) | (Some(false), Verdict::Refused) => Ok(()),
        (None, _) => Err(Skip::Undetermined),
    }
}
