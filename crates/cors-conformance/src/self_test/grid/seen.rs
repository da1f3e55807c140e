//! What of an answer can make a difference: what a browser decides about it, whether it keeps the
//! grammar, and on what it says that it depends.
//!
//! Written down apart from the model and from the checks of cases, for what is asked here is whether
//! they miss something.

use std::collections::{BTreeMap, BTreeSet};

use cors_testbed::HungUp;
use cors_testbed::reply::Reply;
use cors_vectors::names::{self, normalize_method};
use cors_vectors::origin::{Parts as OriginParts, check_serialized};
use cors_vectors::policy::Policy;
use http::request::Parts;

/// Response headers that every page can read.
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// Seconds for which browsers keep a preflight that states nothing.
const DEFAULT_MAX_AGE: u64 = 5;

/// Seconds to which browsers cut what a preflight states.
const BROWSERS_LIMITS: [u64; 3] = [600, 7200, 86_400];

/// What can make a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Without credentials, and with them.
    browser: [Option<Decision>; 2],
    /// The headers that break their grammar.
    broken: BTreeSet<&'static str>,
    /// On what the answer depends beside the origin; `None` when the layer turned the request away,
    /// so that the application has said nothing.
    varies: Option<BTreeSet<String>>,
}

/// What a browser lets a page know, or the server do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    /// What the preflight allows is sent. Where the policy states for how many seconds it is kept,
    /// no other is made for so many; else that is the server's choice.
    Sent(Option<u64>),
    Read(Option<Content>),
}

/// What a page reads. What the application makes of OPTIONS is its own choice, unless the policy
/// names an endpoint that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    status: u16,
    headers: BTreeMap<String, Vec<String>>,
    body: Vec<u8>,
}

/// What can be seen of an answer.
pub(super) fn of(policy: &Policy, request: &Parts, answer: &Result<Reply, HungUp>) -> Seen {
    // To a browser the end of a connection is a refusal like another.
    let Ok(answer) = answer else {
        return Seen {
            browser: [None, None],
            broken: BTreeSet::new(),
            varies: Some(BTreeSet::new()),
        };
    };
    let by_browser = is_of_a_browser(policy, request);
    let origin = only(request, "origin").unwrap_or_default();
    let rule = policy.at(request.uri.path()).rule_for(origin.as_bytes());
    let kept = rule
        .max_age
        .map(|stated| kept_for(u64::from(stated), max_age(answer)));
    let decide = |credentials| by_browser.then(|| decision(request, answer, credentials, kept));
    let said = || {
        let vary = elements(&lines(answer, "vary")).into_iter();
        vary.filter(|name| name == "accept-encoding").collect()
    };
    Seen {
        browser: [false, true].map(|credentials| decide(credentials).flatten()),
        broken: broken(answer),
        varies: (!answer.status().is_client_error()).then(said),
    }
}

impl Seen {
    /// What differs from what is seen of another answer to the same request.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.browser != other.browser {
            Some("what a browser makes")
        } else if !other.broken.is_subset(&self.broken) {
            Some("the grammar")
        } else if let (Some(varies), Some(others)) = (&self.varies, &other.varies)
            && !varies.is_subset(others)
        {
            Some("the application's Vary")
        } else {
            None
        }
    }
}

/// The lines of a header.
pub(super) fn lines(answer: &Reply, name: &str) -> Vec<String> {
    let lines = answer.headers().get_all(name).iter();
    lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
        .collect()
}

/// Whether an answer says that it depends on a header of the request.
pub(super) fn varies(answer: &Reply, on: &str) -> bool {
    let names = elements(&lines(answer, "vary"));
    names.iter().any(|name| name == on || name == "*")
}

fn elements(lines: &[String]) -> Vec<String> {
    let elements = lines.iter().flat_map(|line| line.split(','));
    elements
        .map(|element| element.trim_matches([' ', '\t']).to_ascii_lowercase())
        .filter(|element| !element.is_empty())
        .collect()
}

fn only<'p>(request: &'p Parts, name: &str) -> Option<&'p str> {
    let mut lines = request.headers.get_all(name).iter();
    let line = lines.next()?.to_str().ok()?;
    lines.next().is_none().then_some(line)
}

/// Whether a browser can send the request for a page of another origin. What none can send is
/// decided by none:
///
/// - `Origin` is one line with a serialized origin or `null`. Its host is one that resolves: RFC 1035
///   allows at most 63 bytes in a label, and none that is empty, and 253 in a name.
/// - A preflight asks for one method, as browsers write methods, and for names in lower case, sorted,
///   each once.
/// - The policy says whether the origin is allowed: where only the owner's code knows, a server that
///   does the one is as right as one that does the other.
/// - Another request has none of the headers of a preflight, which pages cannot set. A preflight for
///   its method came before, so that one is not sent whose method the policy refuses: what a server
///   says of that shows in the preflight.
fn is_of_a_browser(policy: &Policy, request: &Parts) -> bool {
    let origin = only(request, "origin");
    let asked = only(request, "access-control-request-method");
    let names = only(request, "access-control-request-headers");
    let has_names = request
        .headers
        .contains_key("access-control-request-headers");
    let as_preflight = request.method == "OPTIONS"
        && asked.is_some_and(|method| is_token(method) && normalize_method(method) == method)
        && (!has_names || names.is_some_and(is_sorted_list));
    let rule = |origin: &str| {
        let at = policy.at(request.uri.path());
        at.rule_for(origin.as_bytes())
            .allows_method(request.method.as_str().as_bytes())
    };
    let as_other = origin.is_some_and(rule)
        && !request
            .headers
            .contains_key("access-control-request-method")
        && !has_names;
    let origin = origin.is_some_and(|origin| {
        let decided = policy
            .at(request.uri.path())
            .decide_origin(origin.as_bytes());
        decided.is_some() && (origin == "null" || is_of_a_page(origin))
    });
    origin && (as_preflight || as_other)
}

/// Whether the policy leaves open what comes of a request, so that right servers may differ: it
/// says nothing of names that are safelisted for some values, nor of what OPTIONS does where it is
/// no preflight.
pub(super) fn is_open(policy: &Policy, request: &Parts) -> bool {
    let origin = only(request, "origin").unwrap_or_default();
    let rule = policy.at(request.uri.path()).rule_for(origin.as_bytes());
    let names = only(request, "access-control-request-headers").unwrap_or_default();
    let open = |name: &str| {
        names::is_safelisted_request_header_name(name.as_bytes())
            && !rule.allows_header(name.as_bytes())
    };
    let plain_options = request.method == "OPTIONS"
        && !request
            .headers
            .contains_key("access-control-request-method");
    plain_options || names.split(',').any(open)
}

/// Whether a page can have the origin.
fn is_of_a_page(origin: &str) -> bool {
    let host = OriginParts::of(origin)
        .map(|parts| parts.host)
        .unwrap_or_default();
    let name = host.strip_suffix('.').unwrap_or(host);
    let mut labels = name.split('.');
    check_serialized(origin).is_ok()
        && name.len() <= 253
        && labels.all(|label| (1..=63).contains(&label.len()))
}

fn is_token(text: &str) -> bool {
    names::is_token(text.as_bytes())
}

fn is_sorted_list(names: &str) -> bool {
    let names: Vec<&str> = names.split(',').collect();
    names.is_sorted_by(|one, next| one < next)
        && names
            .iter()
            .all(|name| is_token(name) && !name.bytes().any(|byte| byte.is_ascii_uppercase()))
}

/// What a browser decides; `None` when it refuses.
fn decision(
    request: &Parts,
    answer: &Reply,
    credentials: bool,
    kept: Option<u64>,
) -> Option<Decision> {
    let origin = only(request, "origin")?;
    let shared = match lines(answer, "access-control-allow-origin").as_slice() {
        [star] if star == "*" => !credentials,
        [line] => line == origin,
        _ => false,
    };
    let with_credentials = lines(answer, "access-control-allow-credentials") == ["true".to_owned()];
    if !shared || (credentials && !with_credentials) {
        return None;
    }
    let asked = only(request, "access-control-request-method");
    if let Some(method) = asked.filter(|_| request.method == "OPTIONS") {
        let methods = lines(answer, "access-control-allow-methods").join(",");
        let methods: Vec<&str> = methods.split(',').map(str::trim).collect();
        let star = !credentials && methods.contains(&"*");
        let safelisted = ["GET", "HEAD", "POST"].contains(&method);
        let names = elements(&lines(answer, "access-control-allow-headers"));
        let any = !credentials && names.iter().any(|name| name == "*");
        let wanted = only(request, "access-control-request-headers").unwrap_or_default();
        let mut wanted = wanted.split(',').filter(|name| !name.is_empty());
        let granted = wanted.all(|name| {
            (any && name != "authorization") || names.iter().any(|listed| listed == name)
        });
        let ok = answer.status().is_success();
        let allowed = ok && (safelisted || star || methods.contains(&method)) && granted;
        return allowed.then_some(Decision::Sent(kept));
    }
    if request.method == "OPTIONS" && !request.uri.path().ends_with("/options") {
        return Some(Decision::Read(None));
    }
    let exposed = elements(&lines(answer, "access-control-expose-headers"));
    let all = !credentials && exposed.iter().any(|name| name == "*");
    let names = answer.headers().keys().map(http::HeaderName::as_str);
    let readable = names.filter(|name| {
        let listed = all || exposed.iter().any(|listed| listed == name);
        // A right server may answer in the application's place, which changes its count of calls.
        *name != "x-calls" && (SAFELISTED.contains(name) || listed)
    });
    Some(Decision::Read(Some(Content {
        status: answer.status().as_u16(),
        headers: readable
            .map(|name| (name.to_owned(), lines(answer, name)))
            .collect(),
        body: answer.body().to_vec(),
    })))
}

/// For how many seconds a preflight is kept, where a server that cuts what the policy states to the
/// limit of some browser is as right as one that states it.
fn kept_for(stated: u64, seconds: u64) -> u64 {
    let is_cut = BROWSERS_LIMITS.contains(&seconds) && seconds < stated;
    if is_cut { stated } else { seconds }
}

fn max_age(answer: &Reply) -> u64 {
    match lines(answer, "access-control-max-age").as_slice() {
        [seconds] => seconds.parse().unwrap_or(DEFAULT_MAX_AGE),
        _ => DEFAULT_MAX_AGE,
    }
}

/// The headers of an answer that break their grammar, with what else an answer must not have.
fn broken(answer: &Reply) -> BTreeSet<&'static str> {
    let mut broken = BTreeSet::new();
    let mut each = |name: &'static str, most: usize, fits: &dyn Fn(&str) -> bool| {
        let lines = lines(answer, name);
        if lines.len() > most || !lines.iter().all(|line| fits(line)) {
            broken.insert(name);
        }
    };
    let list = |line: &str| {
        line.split(',')
            .all(|name| is_token(name.trim_matches([' ', '\t'])))
    };
    // A host can be empty in the grammar of RFC 6454, 7.1, and RFC 3986: old web views send `file://`.
    each("access-control-allow-origin", 1, &|line| {
        let empty = line.strip_suffix("://").is_some_and(is_token);
        empty || ["*", "null"].contains(&line) || check_serialized(line).is_ok()
    });
    each("access-control-allow-credentials", 1, &|line| {
        line == "true"
    });
    each("access-control-allow-methods", usize::MAX, &list);
    each("access-control-allow-headers", usize::MAX, &list);
    each("access-control-expose-headers", usize::MAX, &list);
    each("access-control-max-age", 1, &|line| {
        !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
    });
    each("vary", usize::MAX, &list);
    if answer.status() == 204 && answer.headers().contains_key("content-length") {
        broken.insert("content-length");
    }
    broken
}
