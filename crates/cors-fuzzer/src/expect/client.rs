//! What must hold of the answer to a request as it is. No browser judges it, so that there are
//! checks only: what an allowed page would need, and what nobody must be told.

use cors_text::blanks::trimmed;
use cors_vectors::check::{HeaderIs, On, WireIs};
use cors_vectors::names::{is_cors_safelisted_method, is_token};
use cors_vectors::origin::{Parts, check_serialized};
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::server::{Endpoint, Level, RawSend};
use cors_vectors::text::Text;

use super::answer::{ACAC, ACAH, ACAM, ACAO, Reads, every_answer, max_age, vary};
use super::checks::{Checks, header, status};
use super::lists::is_written_as_by_browsers;
use super::misses::{has_underscore, is_listed_but_for_case, is_odd_subdomain, is_unlisted};
use crate::steps::bytes;
use crate::terms::Terms;

const LAST: On = On::Last;

/// A request as an HTTP parser hands it on.
struct Read {
    method: Vec<u8>,
    endpoint: Endpoint,
    origins: Vec<Vec<u8>>,
    methods: Vec<Vec<u8>>,
    names: Vec<Vec<u8>>,
    hosts: Vec<Vec<u8>>,
    referrers: Vec<Vec<u8>>,
    asks_for_network: bool,
    /// Whether the URL is another one than that of the endpoint.
    has_query: bool,
    /// The only origin, when the policy allows just it.
    allowed: Option<String>,
}

impl Read {
    fn of(send: &RawSend, policy: &Policy) -> Option<Self> {
        let mut lines = Vec::new();
        for (name, value) in &send.headers {
            let value = bytes(value)?;
            lines.push((bytes(name)?, trimmed(&value).to_vec()));
        }
        let of = |wanted: &str| -> Vec<Vec<u8>> {
            let fits = |name: &[u8]| name.eq_ignore_ascii_case(wanted.as_bytes());
            let these = lines.iter().filter(|(name, _)| fits(name));
            these.map(|(_, value)| value.clone()).collect()
        };
        let origins = of("Origin");
        let allowed = match origins.as_slice() {
            [origin] if policy.allows_origin(origin) => String::from_utf8(origin.clone())
                .ok()
                .filter(|origin| origin == "null" || check_serialized(origin).is_ok()),
            _ => None,
        };
        let asks = |what: &str| !of(&format!("Access-Control-Request-{what}-Network")).is_empty();
        Some(Self {
            method: bytes(&send.method)?,
            endpoint: send.endpoint,
            methods: of("Access-Control-Request-Method"),
            names: of("Access-Control-Request-Headers"),
            hosts: of("Host"),
            referrers: of("Referer"),
            asks_for_network: asks("Private") || asks("Local"),
            has_query: send.suffix.is_some(),
            origins,
            allowed,
        })
    }

    fn is_preflight(&self) -> bool {
        self.method == b"OPTIONS" && !self.origins.is_empty() && !self.methods.is_empty()
    }

    /// Whether the method may change nothing, and caches keep what comes of it.
    fn is_reading(&self) -> bool {
        [&b"GET"[..], b"HEAD"].contains(&self.method.as_slice())
    }
}

/// Adds what must hold; `None` where nothing can be said of the request.
pub(crate) fn of_send(send: &RawSend, terms: Terms<'_>, list: &mut Checks) -> Option<()> {
    let policy = terms.policy;
    let read = Read::of(send, policy)?;
    let sent = bytes(&send.method)?;
    if !terms.unsafe_methods && ![&b"GET"[..], b"HEAD", b"OPTIONS"].contains(&sent.as_slice()) {
        return None;
    }
    nothing_for_others(&read, policy, list);
    if read.is_preflight() {
        preflight(&read, terms, list);
    } else {
        other(&read, terms, list);
    }
    let fails = [Endpoint::Error, Endpoint::Throws];
    if !fails.contains(&read.endpoint) {
        // A refusal may be as clumsy as it likes; what is odd must not be the end of the server.
        let clean = |origin: &Vec<u8>| std::str::from_utf8(origin).is_ok_and(is_origin);
        let usual = read.origins.iter().all(clean)
            && read.origins.len() < 2
            && read.methods.iter().all(|method| is_token(method));
        let level = if usual && read.is_preflight() && read.allowed.is_none() {
            Level::Should
        } else {
            Level::Must
        };
        list.add("no-crash", level, LAST, status(&[(100, 499)]));
    }
    if send.raw {
        list.wire("framed", WireIs::WellFramed);
        list.wire("fields", WireIs::WellFormedFields);
        list.wire("plain-interim", WireIs::PlainInterim);
        let none = cors_vectors::check::Statement::Wire(cors_vectors::check::WireStatement {
            wire: WireIs::NoContent,
        });
        list.add_when("no-content", Level::Must, LAST, status(&[(204, 204)]), none);
    }
    Some(())
}

fn is_origin(origin: &str) -> bool {
    origin == "null" || check_serialized(origin).is_ok()
}

/// What holds of every answer, and that no origin is told what is not for it.
fn nothing_for_others(read: &Read, policy: &Policy, list: &mut Checks) {
    let reads = match (&read.allowed, read.is_preflight()) {
        (None, _) => Reads::Nothing,
        (Some(_), true) => Reads::Grants,
        (Some(_), false) => Reads::Exposed,
    };
    every_answer(policy, list, LAST, "", reads);
    let AnyOr::Listed(listed) = &policy.allow_origins else {
        // A server that allows any origin may repeat what it takes for one.
        let clean = |origin: &Vec<u8>| std::str::from_utf8(origin).is_ok_and(is_origin);
        if !read.origins.iter().all(clean) {
            list.retain(|id| !id.starts_with("grammar") && !id.starts_with("not-empty"));
        }
        return;
    };
    not_the_referrer(read, policy, list);
    if read.allowed.is_none() {
        list.add(
            "no-star",
            Level::Must,
            LAST,
            header(ACAO, HeaderIs::Not("*".into())),
        );
    }
    for origin in &read.origins {
        let own = std::str::from_utf8(origin).ok().and_then(Parts::of);
        let is_own = own.is_some_and(|own| {
            let authority = own.authority().into_bytes();
            read.hosts.contains(&authority)
        });
        // What a server says of itself is its own choice.
        if policy.allows_origin(origin) || is_own || origin.is_empty() || origin == b"*" {
            continue;
        }
        let level = level_of_echo(origin, policy);
        let not = HeaderIs::Not(Text::literal(origin));
        list.add("no-echo", level, LAST, header(ACAO, not));
    }
    let evil = |origin: &[u8]| origin.windows(4).any(|part| part == b"evil");
    if listed.iter().all(|entry| !entry.contains("evil"))
        && read.origins.iter().any(|origin| evil(origin))
        && !read
            .origins
            .iter()
            .any(|origin| policy.allows_origin(origin) && evil(origin))
    {
        let level = read
            .origins
            .iter()
            .map(|origin| level_of_echo(origin, policy))
            .min()
            .unwrap_or(Level::Must);
        let lacks = header(ACAO, HeaderIs::LacksBytes("evil".into()));
        list.add("no-evil", level, LAST, lacks);
    }
}

/// That `Referer` does not stand for `Origin`.
fn not_the_referrer(read: &Read, policy: &Policy, list: &mut Checks) {
    if read.origins.is_empty()
        || read
            .origins
            .iter()
            .any(|origin| policy.allows_origin(origin))
    {
        return;
    }
    for referrer in &read.referrers {
        let text = String::from_utf8_lossy(referrer);
        let Some(parts) = Parts::of(&text) else {
            continue;
        };
        let host = parts.host.split('/').next().unwrap_or_default();
        let port = parts.port.and_then(|port| port.split('/').next());
        let authority = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let origin = format!("{}://{authority}", parts.scheme);
        // Some send the first origin to everybody, which helps nobody.
        if policy.exact_origins().next() != Some(&origin) {
            let not = HeaderIs::Not(Text::literal(origin.as_bytes()));
            list.add("no-referrer", Level::Should, LAST, header(ACAO, not));
        }
    }
}

/// How bad it is to repeat what is no allowed origin. What no page can have harms less.
fn level_of_echo(origin: &[u8], policy: &Policy) -> Level {
    // The port of the other scheme makes it an origin that pages have.
    let own_port: &[u8] = if origin.starts_with(b"http:") {
        b":80"
    } else {
        b":443"
    };
    let without_port = origin.strip_suffix(own_port);
    if is_odd_subdomain(origin, policy)
        || without_port.is_some_and(|origin| policy.allows_origin(origin))
    {
        Level::Should
    } else {
        Level::Must
    }
}

/// The level of what is due to an allowed origin: a host with an underscore is no name of the DNS for
/// hosts, and a server may know no such origin.
fn level_of_origin(origin: &str, policy: &Policy, level: Level) -> Level {
    if has_underscore(policy, origin) {
        level.min(Level::Should)
    } else {
        level
    }
}

/// That an allowed origin is told what it needs.
fn granted(origin: &str, policy: &Policy, level: Level, list: &mut Checks) {
    let level = level_of_origin(origin, policy, level);
    let text = Text::literal(origin.as_bytes());
    if policy.allow_credentials {
        list.add("granted", level, LAST, header(ACAO, HeaderIs::Equals(text)));
        let yes = header(ACAC, HeaderIs::Equals("true".into()));
        list.add("credentials", level, LAST, yes);
    } else {
        let either = HeaderIs::OneOf(vec![text, "*".into()]);
        list.add("granted", level, LAST, header(ACAO, either));
    }
}

fn preflight(read: &Read, terms: Terms<'_>, list: &mut Checks) {
    let policy = terms.policy;
    // To a page that is refused by its origin no list gives anything.
    let most = if read.allowed.is_some() {
        Level::Must
    } else {
        Level::Should
    };
    if let AnyOr::Listed(_) = policy.allow_methods {
        for element in elements(&read.methods) {
            if is_token(element) && !policy.allows_method(element) {
                let level = if is_listed_but_for_case(policy, element) {
                    Level::Should
                } else {
                    most
                };
                let lacks = header(ACAM, HeaderIs::LacksToken(Text::literal(element)));
                list.add("method-not-granted", level, LAST, lacks);
            }
        }
    }
    let mut names: Vec<&[u8]> = elements(&read.names).collect();
    names.sort_unstable();
    names.dedup();
    if let AnyOr::Listed(_) = policy.allow_headers {
        let unlisted = names.iter().filter(|name| {
            is_token(name)
                && !policy.allows_header(name)
                && !cors_vectors::names::is_safelisted_request_header_name(name)
        });
        for name in unlisted {
            let lacks = header(ACAH, HeaderIs::LacksToken(Text::literal(name)));
            list.add("header-not-granted", most, LAST, lacks);
        }
    }
    let (Some(origin), [method]) = (&read.allowed, read.methods.as_slice()) else {
        return;
    };
    let fine = is_token(method)
        && policy.allows_method(method)
        && names
            .iter()
            .all(|name| is_token(name) && policy.allows_header(name));
    let there = [
        Endpoint::Resource,
        Endpoint::Unauthorized,
        Endpoint::Redirect,
        Endpoint::Options,
    ];
    if !fine || !there.contains(&read.endpoint) {
        return;
    }
    let level = level_of_origin(origin, policy, level_of_list(read, method, policy));
    list.add("ok", level, LAST, status(&[(200, 299)]));
    granted(origin, policy, level, list);
    if !is_cors_safelisted_method(method) {
        let has = header(ACAM, HeaderIs::HasToken(Text::literal(method)));
        list.add("method", level, LAST, has);
    }
    for name in &names {
        let star = matches!(policy.allow_headers, AnyOr::Any(Any::Any));
        let level = if star && name.eq_ignore_ascii_case(b"authorization") {
            Level::Should
        } else {
            level
        };
        let has = header(ACAH, HeaderIs::HasToken(Text::literal(name)));
        list.add("header", level, LAST, has);
    }
    max_age(policy, list, LAST, level);
    if terms.kit && read.endpoint == Endpoint::Resource {
        let none = header("X-Calls", HeaderIs::Absent(true));
        list.add("no-call", Level::Should, LAST, none);
    }
}

/// How binding it is to read a list that is written so: browsers sort the names, write them small and
/// put a comma between them.
fn level_of_list(read: &Read, method: &[u8], policy: &Policy) -> Level {
    let usual_method = !is_unlisted(method, policy);
    let usual_list = is_written_as_by_browsers(&read.names);
    if usual_method && usual_list && !read.asks_for_network && !read.has_query {
        Level::Must
    } else {
        Level::Should
    }
}

/// The elements of lists, without blanks around them and without empty ones.
fn elements(lines: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','))
        .map(trimmed)
        .filter(|element| !element.is_empty())
}

/// What is no preflight.
fn other(read: &Read, terms: Terms<'_>, list: &mut Checks) {
    let policy = terms.policy;
    // What a server does with requests of others, or for another host, is its own choice.
    let may = (read.origins.is_empty() || read.allowed.is_some()) && read.hosts.is_empty();
    // Whether it serves HEAD, and which URLs are the resource's, is for the server to say.
    let level = if is_unlisted(&read.method, policy) || read.has_query {
        Level::Should
    } else {
        Level::Must
    };
    if read.is_reading() {
        vary(policy, list, LAST, read.endpoint);
        let none = header(ACAM, HeaderIs::Absent(true));
        if !read.methods.is_empty() {
            list.add("no-methods", Level::Should, LAST, none);
        }
        if read.endpoint == Endpoint::Resource && may {
            list.add("served", level, LAST, status(&[(200, 299)]));
            if terms.kit {
                let ran = header("X-Calls", HeaderIs::Absent(false));
                list.add("ran", level, LAST, ran);
            }
        }
        if let Some(origin) = &read.allowed {
            let level = match read.endpoint {
                Endpoint::Throws | Endpoint::NotModified | Endpoint::OwnHeaders => Level::Should,
                Endpoint::Resource
                | Endpoint::Missing
                | Endpoint::Error
                | Endpoint::Redirect
                | Endpoint::Vary
                | Endpoint::Options
                | Endpoint::Unauthorized => level,
            };
            granted(origin, policy, level, list);
        } else if read.endpoint == Endpoint::OwnHeaders
            && !read.origins.is_empty()
            && let AnyOr::Listed(_) = &policy.allow_origins
        {
            let ours = match policy.exact_origins().next() {
                Some(first) => HeaderIs::AbsentOrOneOf(vec![Text::literal(first.as_bytes())]),
                None => HeaderIs::Absent(true),
            };
            list.add("ours", Level::Should, LAST, header(ACAO, ours));
        }
    }
    if read.method == b"OPTIONS" && terms.kit && read.endpoint == Endpoint::Options && may {
        let reached = header("X-Options-Handler", HeaderIs::Absent(false));
        list.add("reached", Level::Should, LAST, reached);
        if let Some(origin) = &read.allowed {
            granted(origin, policy, Level::Should, list);
        }
    }
}
