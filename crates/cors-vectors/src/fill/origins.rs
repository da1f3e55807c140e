//! Origins for placeholders: allowed ones, look-alikes, and a foreign one.

use std::collections::BTreeSet;

use cors_policy::origin::Parts;
use cors_policy::pattern::{Near, OriginPattern};
use cors_policy::policy::{Any, AnyOr, Policy, View};

use super::listed::{Value, ends};

/// Origins to take when any is allowed.
const ANYONE: [&str; 2] = ["https://app.example", "https://other.example"];
/// Origins that hardly any policy allows.
const FOREIGN: [&str; 3] = [
    "https://foreign.example",
    "https://foreign.test",
    "http://foreign.invalid:4711",
];

/// How an origin is written, which decides what can look like it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    is_web: bool,
    host: HostKind,
    has_port: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HostKind {
    Name,
    Ipv4,
    Ipv6,
}

impl Kind {
    fn of(origin: &str) -> Option<Self> {
        let parts = Parts::of(origin)?;
        Some(Self {
            is_web: ["http", "https"].contains(&parts.scheme),
            host: match is_named(parts.host) {
                Some(_) => HostKind::Name,
                None if parts.host.starts_with('[') => HostKind::Ipv6,
                None => HostKind::Ipv4,
            },
            has_port: parts.port.is_some(),
        })
    }
}

/// How many kinds of origins the rule allows.
pub(super) fn kinds(view: View<'_>) -> usize {
    firsts(&candidates(view)).len()
}

/// The places of the first origins of each kind.
fn firsts(candidates: &[String]) -> Vec<usize> {
    let mut kinds = Vec::new();
    let mut places = Vec::new();
    for (place, origin) in candidates.iter().enumerate() {
        let kind = Kind::of(origin);
        if !kinds.contains(&kind) {
            kinds.push(kind);
            places.push(place);
        }
    }
    places
}

/// The placeholders about origins, with the first origin of a kind as the allowed one.
pub(super) fn values(view: View<'_>, kind: usize) -> Vec<Value> {
    let mut values = Vec::new();
    let mut candidates = candidates(view);
    if let Some(place) = firsts(&candidates).get(kind) {
        let first = candidates.remove(*place);
        candidates.insert(0, first);
    }
    if let Some(first) = candidates.first() {
        values.extend(about_allowed(first));
    }
    if let Some(second) = candidates.get(1) {
        values.push(("allowed2", Some(second.clone())));
        if let Some(parts) = Parts::of(second) {
            values.push(("allowed2.scheme", Some(parts.scheme.to_owned())));
            values.push(("allowed2.host", Some(parts.host.to_owned())));
            values.push(("allowed2.authority", Some(parts.authority())));
        }
    }
    let mut listed = view.scope.each_rule().flat_map(Policy::exact_origins);
    let first = listed.next().map(str::to_owned);
    values.push((
        "allowed_first",
        first.or_else(|| candidates.first().cloned()),
    ));
    let last = exact(view).last().map(str::to_owned);
    values.push(("allowed_last", last));
    let patterns = view.rule.patterns();
    let portless = patterns.filter_map(|one| OriginPattern::read(one).ok()?.portless());
    values.push(("pattern.portless", portless.into_iter().next()));
    let mut patterns = view.rule.patterns();
    if let Some(pattern) = patterns.find_map(|pattern| OriginPattern::read(pattern).ok()) {
        values.extend(about_pattern(&pattern, view));
    }
    let mut refused = view.rule.examples.iter().flat_map(|one| &one.refused);
    values.push(("near.example", refused.next().cloned()));
    values.push(("allowed.parent", parent(view, &candidates)));
    let other = foreign(view);
    values.push((
        "other",
        other.clone().or_else(|| candidates.get(1).cloned()),
    ));
    values.push(("foreign", other));
    values
}

fn foreign(view: View<'_>) -> Option<String> {
    let mut foreign = FOREIGN.into_iter();
    let foreign = foreign.find(|origin| is_refused(view, origin));
    foreign.map(str::to_owned)
}

fn is_refused(view: View<'_>, origin: &str) -> bool {
    view.scope.decide_origin(origin.as_bytes()) == Some(false)
}

/// Whether the rule is in force for the origin: no earlier one is.
fn is_ours(view: View<'_>, origin: &str) -> bool {
    std::ptr::eq(view.scope.rule_for(origin.as_bytes()), view.rule)
}

/// Whether the rule lists the origin by itself.
fn is_listed(view: View<'_>, origin: &str) -> bool {
    match &view.rule.allow_origins {
        AnyOr::Any(Any::Any) => false,
        AnyOr::Listed(listed) => listed.has(origin.as_bytes()),
    }
}

fn exact(view: View<'_>) -> impl Iterator<Item = &str> {
    let exact = view.rule.exact_origins();
    exact.filter(move |origin| is_ours(view, origin))
}

/// The exact origins of the rule, then one that fits each of its patterns, and one beside the examples
/// of each regular expression.
pub(super) fn each(view: View<'_>) -> Vec<String> {
    let mut found: Vec<String> = exact(view).map(str::to_owned).collect();
    let exact = found.len();
    for pattern in view.rule.patterns() {
        let fitting = OriginPattern::read(pattern).map(|pattern| pattern.fitting());
        let first = fitting.into_iter().flatten().next();
        found.extend(first.filter(|origin| is_ours(view, origin)));
    }
    for examples in &view.rule.examples {
        let expression = examples.pattern.iter();
        let mut beside = expression.flat_map(|_| examples.allowed.iter().flat_map(|one| like(one)));
        let others = found.get(exact..).unwrap_or_default();
        let fits = |origin: &String| {
            view.scope.decide_origin(origin.as_bytes()) == Some(true)
                && is_ours(view, origin)
                && !is_listed(view, origin)
                && !others.contains(origin)
        };
        let beside = beside.find(fits);
        found.extend(beside);
    }
    found
}

/// An origin that is refused, then the examples of refused ones.
pub(super) fn each_refused(view: View<'_>) -> Vec<String> {
    let examples = view.rule.examples.iter().flat_map(|one| &one.refused);
    foreign(view).into_iter().chain(examples.cloned()).collect()
}

/// Refused origins that look like an entry of the rule, of one entry after the other; of a long list
/// those at its ends.
pub(super) fn each_near(view: View<'_>) -> Vec<String> {
    let exact = ends(exact(view).filter_map(Parts::of).collect());
    let exact = exact.iter().flat_map(near_exact);
    let patterns = ends(view.rule.patterns().collect()).into_iter();
    let patterns = patterns.filter_map(|pattern| OriginPattern::read(pattern).ok());
    let of_patterns = patterns.flat_map(|pattern| pattern.near());
    let mut known = BTreeSet::new();
    let mut found: Vec<String> = exact.chain(of_patterns.map(|(_, origin)| origin)).collect();
    found.retain(|origin| known.insert(origin.clone()));
    let mut found = ends(found);
    found.retain(|origin| is_refused(view, origin));
    found
}

/// A port that hardly a policy lists.
const OTHER_PORT: &str = "8444";

/// Origins beside an exact one: what careless comparisons take for the same.
fn near_exact(parts: &Parts<'_>) -> Vec<String> {
    let Parts { scheme, host, port } = *parts;
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let mut near = vec![format!("{scheme}://{host}:{OTHER_PORT}")];
    if scheme == "https" {
        near.push(format!("http://{host}{port}"));
    }
    if let Some(host) = is_named(host) {
        near.extend([
            format!("{scheme}://evil{host}{port}"),
            format!("{scheme}://evil.{host}{port}"),
            format!("{scheme}://{host}.evil.example{port}"),
        ]);
        let undotted = host.rfind('.').and_then(|at| undot(host, at));
        near.extend(undotted.map(|host| format!("{scheme}://{host}{port}")));
    }
    near
}

/// Origins that differ from another by one digit or letter, the last first.
fn like(origin: &str) -> impl Iterator<Item = String> {
    let places = origin.char_indices().rev();
    places.filter_map(move |(at, letter)| {
        let next = match letter {
            '9' => '0',
            'z' => 'a',
            '0'..='8' | 'a'..='y' => char::from(u8::try_from(letter).ok()?.checked_add(1)?),
            _ => return None,
        };
        let (before, after) = origin.split_at_checked(at)?;
        Some(format!("{before}{next}{}", after.strip_prefix(letter)?))
    })
}

/// Origins that are allowed by the rule, the listed ones first, then one of each pattern and others
/// of those.
fn candidates(view: View<'_>) -> Vec<String> {
    let mut found: Vec<String> = exact(view).map(str::to_owned).collect();
    let of_patterns = view.rule.patterns().filter_map(|pattern| {
        let pattern = OriginPattern::read(pattern).ok()?;
        Some(pattern.fitting())
    });
    let of_patterns: Vec<Vec<String>> = of_patterns.collect();
    let any = matches!(view.rule.allow_origins, AnyOr::Any(Any::Any));
    let anyone = ANYONE.into_iter().filter(|_| any).map(str::to_owned);
    let firsts = of_patterns.iter().filter_map(|some| some.first());
    let others = of_patterns.iter().flat_map(|some| some.iter().skip(1));
    let mut known = BTreeSet::new();
    for origin in firsts.chain(others).cloned().chain(anyone) {
        if is_ours(view, &origin) && !is_listed(view, &origin) && known.insert(origin.clone()) {
            found.push(origin);
        }
    }
    found
}

fn about_allowed(allowed: &str) -> Vec<Value> {
    let mut values = vec![
        ("allowed", Some(allowed.to_owned())),
        ("allowed.upper", Some(allowed.to_ascii_uppercase())),
        (
            "allowed.upper_scheme",
            allowed
                .split_once(':')
                .map(|(scheme, rest)| format!("{}:{rest}", scheme.to_ascii_uppercase())),
        ),
    ];
    if let Some(parts) = Parts::of(allowed) {
        let named = is_named(parts.host);
        let port = parts.port.unwrap_or_default();
        let with_port = |host: String| {
            let port = parts.port.map(|port| format!(":{port}"));
            host + &port.unwrap_or_default()
        };
        values.extend([
            ("allowed.scheme", Some(parts.scheme.to_owned())),
            ("allowed.host", Some(parts.host.to_owned())),
            ("allowed.port", Some(port.to_owned())),
            ("allowed.authority", Some(parts.authority())),
            (
                "allowed.undotted",
                named
                    .and_then(|host| undot(host, host.find('.')?))
                    .map(with_port),
            ),
            (
                "allowed.undotted_last",
                // With a letter in its last number an address is a name.
                Some(parts.host)
                    .filter(|host| !host.starts_with('['))
                    .and_then(|host| undot(host, host.rfind('.')?))
                    .map(with_port),
            ),
            ("allowed.truncated", named.and_then(truncated)),
            ("allowed.beheaded", named.and_then(beheaded).map(with_port)),
            (
                "allowed.label",
                named.and_then(|host| Some(host.split('.').next()?.to_owned())),
            ),
        ]);
    }
    values
}

fn about_pattern(pattern: &OriginPattern<'_>, view: View<'_>) -> Vec<Value> {
    let mut values = vec![
        ("pattern.allowed", pattern.fitting().into_iter().next()),
        ("pattern.scheme", Some(pattern.scheme.to_owned())),
        ("pattern.longest", pattern.longest()),
    ];
    if let Some((start, end)) = pattern.around_star() {
        values.extend([("pattern.start", Some(start)), ("pattern.end", Some(end))]);
    }
    if let Some(rest) = pattern.rest() {
        let port = pattern.stated_port().flatten();
        let authority = match port {
            Some(port) => format!("{rest}:{port}"),
            None => rest.clone(),
        };
        let undotted = rest.rfind('.').and_then(|at| undot(&rest, at));
        values.extend([
            ("pattern.port", Some(port.unwrap_or_default().to_owned())),
            ("pattern.authority", Some(authority)),
            ("pattern.undotted", undotted),
            ("pattern.rest", Some(rest)),
        ]);
    }
    for (near, origin) in pattern.near() {
        let name = match near {
            Near::Port => "near.port",
            Near::Scheme => "near.scheme",
            Near::Suffix => "near.suffix",
            Near::Prefix => "near.prefix",
            Near::Apex => "near.apex",
            Near::Dotted => "near.dotted",
            Near::Range => "near.range",
        };
        values.push((name, Some(origin).filter(|origin| is_refused(view, origin))));
    }
    values
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

fn beheaded(host: &str) -> Option<String> {
    let mut letters = host.chars();
    letters.next();
    let host = letters.as_str();
    let starts_well = |first: char| first.is_ascii_alphanumeric();
    host.starts_with(starts_well).then(|| host.to_owned())
}

fn truncated(host: &str) -> Option<String> {
    let mut letters = host.chars();
    letters.next_back();
    let host = letters.as_str();
    (!host.is_empty() && !host.ends_with('.')).then(|| host.to_owned())
}

/// The host of the first of some allowed origins without its first label; that of another of its kind
/// where it is refused, rather with two labels than with one.
fn parent(view: View<'_>, candidates: &[String]) -> Option<String> {
    let first = candidates.first()?;
    let scheme = Parts::of(first)?.scheme;
    let alike = candidates
        .iter()
        .filter(|one| Kind::of(one) == Kind::of(first));
    let parents = alike.filter_map(|one| {
        let parts = Parts::of(one).filter(|parts| parts.scheme == scheme)?;
        let (_, parent) = is_named(parts.host)?.split_once('.')?;
        Some(parent.to_owned())
    });
    let parents: Vec<String> = parents.collect();
    let refused = |parent: &&String| is_refused(view, &format!("{scheme}://{parent}"));
    let mut named = parents.iter().filter(|parent| parent.contains('.'));
    let found = named.find(refused).or_else(|| parents.iter().find(refused));
    found.or_else(|| parents.first()).cloned()
}
