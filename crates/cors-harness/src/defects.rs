//! Finds what a server does wrong in a failed case, from the case's event and the policy.

use std::collections::BTreeSet;

use cors_policy::names::is_safelisted_request_header_name;
use cors_policy::origin::{Parts, check_serialized};
use cors_policy::policy::Policy;
use cors_vectors::server::{Level, Verdict};

use crate::attribute::{misses, response_for, sent_against_the_policy};
use crate::cause::About;
use crate::defect::{Defect, Stranger, Where, Wrong};
use crate::event::{
    CaseEvent, CheckEvent, CheckOutcome, ExchangeEvent, Got, Kind, ResponseEvent, StepEvent,
};

const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";

/// What the server does wrong where a case fails, the most fundamental first.
pub fn defects(case: &CaseEvent, policy: &Policy) -> Vec<Defect> {
    let mut found = BTreeSet::new();
    for (step, seen) in case.steps.iter().enumerate() {
        let mut add = |(exchange, wrong)| {
            found.insert(Defect {
                wrong,
                step,
                exchange,
            });
        };
        if misses(seen) || sent_against_the_policy(seen) {
            of_verdict(seen, policy).into_iter().for_each(&mut add);
        } else if let Some((exchange, _)) = broken(seen) {
            add((exchange, Wrong::NoResponse));
        }
        let failed = case.checks.iter().filter(|check| {
            check.step == step && check.outcome == CheckOutcome::Fail && check.level > Level::Info
        });
        for check in failed {
            of_check(check, seen, policy).into_iter().for_each(&mut add);
        }
    }
    found.into_iter().collect()
}

/// The exchange that ended without a response.
fn broken(step: &StepEvent) -> Option<(usize, &ExchangeEvent)> {
    let mut exchanges = step.exchanges.iter().enumerate();
    exchanges.rfind(|(_, exchange)| exchange.transport.is_some())
}

fn of_verdict(step: &StepEvent, policy: &Policy) -> Option<(usize, Wrong)> {
    if let Some((place, _)) = broken(step) {
        return Some((place, Wrong::NoResponse));
    }
    let (last, exchange) = step.exchanges.iter().enumerate().next_back()?;
    if step.wanted == Some(Verdict::Shared) {
        if step.got == Some(Got::Nothing) {
            return Some((last, Wrong::NoResponse));
        }
        let asked = Asked::of(exchange, policy)?;
        let refusal = step.refusal.as_ref();
        let about = refusal.and_then(|refusal| refusal.compared.as_ref());
        return asked.withheld(about).map(|wrong| (last, wrong));
    }
    let is_preflight = |exchange: &ExchangeEvent| exchange.kind == Kind::Preflight;
    let first = step.exchanges.iter().position(is_preflight);
    let place = first.unwrap_or(last);
    let asked = Asked::of(step.exchanges.get(place)?, policy)?;
    Some((place, asked.granted()))
}

fn of_check(check: &CheckEvent, step: &StepEvent, policy: &Policy) -> Option<(usize, Wrong)> {
    let Some((place, _)) = response_for(step, check.on) else {
        // Of a request that was never made, its preflight tells.
        let (place, _) = broken(step)?;
        return Some((place, Wrong::NoResponse));
    };
    let asked = Asked::of(step.exchanges.get(place)?, policy)?;
    Some((place, asked.fails(check)?))
}

/// A request and its response, beside what the policy says of it.
struct Asked<'a> {
    exchange: &'a ExchangeEvent,
    response: &'a ResponseEvent,
    policy: &'a Policy,
    origin: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(exchange: &'a ExchangeEvent, policy: &'a Policy) -> Option<Self> {
        let (_, below) = exchange.request.url.split_once("://")?;
        let start = below.find('/').unwrap_or(below.len());
        let path = below.get(start..).unwrap_or_default();
        let path = path
            .split(['?', '#'])
            .next()
            .filter(|path| !path.is_empty());
        Some(Self {
            exchange,
            response: exchange.response.as_ref()?,
            policy: policy.at(path.unwrap_or("/")),
            origin: values(&exchange.request.headers, "origin")
                .next()
                .map(trimmed),
        })
    }

    fn sent(&self, name: &str) -> impl Iterator<Item = &str> {
        values(&self.exchange.request.headers, name)
    }

    fn has(&self, name: &str) -> bool {
        values(&self.response.headers, name).next().is_some()
    }

    fn is_preflight(&self) -> bool {
        let is_one = self.exchange.request.method == "OPTIONS"
            && self.origin.is_some()
            && self.sent("access-control-request-method").next().is_some();
        is_one || self.exchange.kind == Kind::Preflight
    }

    const fn is_ok(&self) -> bool {
        matches!(self.response.status, 200..=299)
    }

    fn is_allowed(&self) -> bool {
        let origin = self.origin.map(str::as_bytes);
        origin.is_some_and(|origin| self.policy.allows_origin(origin))
    }

    /// Whether the policy allows what a preflight asks for in the header that answers it.
    fn allows(&self, header: &str) -> Option<bool> {
        let rule = self.policy.rule_for(self.origin?.as_bytes());
        match header {
            METHODS => {
                let mut methods = self.sent("access-control-request-method").peekable();
                methods.peek()?;
                Some(methods.all(|method| rule.allows_method(method.as_bytes())))
            }
            HEADERS => {
                let mut lists = self.sent("access-control-request-headers").peekable();
                lists.peek()?;
                let is_free = |name: &str| {
                    let name = name.as_bytes();
                    rule.allows_header(name) || is_safelisted_request_header_name(name)
                };
                Some(lists.flat_map(names).all(is_free))
            }
            _ => None,
        }
    }

    /// Why a page does not get what the policy allows.
    fn withheld(&self, about: Option<&About>) -> Option<Wrong> {
        let status = self.response.status;
        if self.is_preflight() && !self.is_ok() {
            return Some(Wrong::Preflight { status });
        }
        Some(match about {
            Some(About::Status) => Wrong::Status { status },
            Some(About::Header(name)) if name.eq_ignore_ascii_case(ORIGIN) => self.of_origin(),
            Some(About::Header(name)) => self.lacks(name.to_ascii_lowercase()),
            Some(About::Bytes) | None => return None,
        })
    }

    fn lacks(&self, header: String) -> Wrong {
        let is_list = [METHODS, HEADERS].contains(&header.as_str());
        if is_list && !self.has(METHODS) && !self.has(HEADERS) {
            return Wrong::NoLists;
        }
        Wrong::Lacks { header }
    }

    /// What lets a page have what the policy refuses.
    fn granted(&self) -> Wrong {
        if !self.is_allowed() {
            return self.of_origin();
        }
        let lists = [METHODS, HEADERS].into_iter();
        let header = lists
            .filter(|_| self.is_preflight())
            .find(|header| self.allows(header) == Some(false))
            .unwrap_or(CREDENTIALS);
        Wrong::Exceeds {
            header: header.to_owned(),
        }
    }

    /// What is wrong about `Access-Control-Allow-Origin`.
    fn of_origin(&self) -> Wrong {
        let values: Vec<&str> = values(&self.response.headers, ORIGIN).collect();
        let is_cached =
            self.is_allowed() && !self.is_preflight() && cached(self.response).is_some();
        match (values.as_slice(), self.origin) {
            ([] | [_], Some(origin)) if is_cached && values.first() != Some(&origin) => {
                Wrong::Cached
            }
            ([], _) if self.is_preflight() => Wrong::NotGranted(Where::Preflight),
            ([], _) if self.is_ok() => Wrong::NotGranted(Where::Response),
            ([], _) => Wrong::NotGranted(Where::Error),
            ([value], Some(origin)) if *value == origin && !self.is_allowed() => {
                let host = self.sent("host").next();
                Wrong::Granted(stranger(origin, host, self.policy))
            }
            (["*"], _) => Wrong::Wildcard,
            ([value], Some(origin)) if *value != origin && self.is_allowed() => Wrong::WrongOrigin,
            ([_], _) => Wrong::Header {
                header: ORIGIN.to_owned(),
            },
            _ => Wrong::SeveralOrigins,
        }
    }

    /// What a check that does not hold says of the server.
    fn fails(&self, check: &CheckEvent) -> Option<Wrong> {
        let status = self.response.status;
        let about = check.about.as_ref()?;
        if self.is_preflight() && !self.is_ok() && self.is_allowed() && *about != About::Bytes {
            return Some(Wrong::Preflight { status });
        }
        let name = match about {
            About::Status => return Some(Wrong::Status { status }),
            About::Bytes => {
                let check = check.id.trim_end_matches(|one: char| one.is_ascii_digit());
                let check = check.trim_end_matches('-').to_owned();
                return Some(Wrong::Bytes { check });
            }
            About::Header(name) => name.to_ascii_lowercase(),
        };
        let is_missing = !self.has(ORIGIN) && !self.has(&name) && self.is_allowed();
        if name == ORIGIN || (is_missing && name.starts_with("access-control-")) {
            return Some(self.of_origin());
        }
        Some(match self.allows(&name).filter(|_| self.is_preflight()) {
            Some(true) => self.lacks(name),
            Some(false) => Wrong::Exceeds { header: name },
            None => Wrong::Header { header: name },
        })
    }
}

/// The header lines by which a cache says that it answered from what it kept.
pub fn cached(response: &ResponseEvent) -> Option<String> {
    let names = [
        "age",
        "x-cache",
        "x-cache-status",
        "cf-cache-status",
        "cache-status",
    ];
    let signs = names.iter().filter_map(|name| {
        let value = values(&response.headers, name).next()?;
        let is_hit = || value.to_ascii_lowercase().contains("hit");
        (*name == "age" || is_hit()).then(|| format!("{name}: {value}"))
    });
    let signs: Vec<String> = signs.collect();
    (!signs.is_empty()).then(|| signs.join(", "))
}

/// What an origin that the policy refuses is beside those that it allows.
pub(crate) fn stranger(origin: &str, asked: Option<&str>, policy: &Policy) -> Stranger {
    if origin == "null" {
        return Stranger::Null;
    }
    let Some(parts) = Parts::of(origin).filter(|_| check_serialized(origin).is_ok()) else {
        return Stranger::Malformed;
    };
    if asked.is_some_and(|host| {
        Parts::of(&format!("http://{host}")).is_some_and(|own| own.host == parts.host)
    }) {
        return Stranger::Own;
    }
    let listed = policy.exact_origins().chain(policy.patterns());
    let listed: Vec<Parts<'_>> = listed.filter_map(Parts::of).collect();
    let like = |fits: &dyn Fn(&Parts<'_>) -> bool| listed.iter().any(fits);
    if like(&|known| known.host == parts.host && known.port == parts.port) {
        return Stranger::Scheme;
    }
    if like(&|known| known.host == parts.host) {
        return Stranger::Port;
    }
    if !["http", "https"].contains(&parts.scheme) {
        return Stranger::Application;
    }
    let host = parts.host;
    let is_name = host.contains(|one: char| one.is_ascii_alphabetic()) && !host.starts_with('[');
    if !is_name || !host.contains('.') || host.ends_with(".localhost") {
        return Stranger::Local;
    }
    if like(&|known| is_like(host, known.host.trim_start_matches("*."))) {
        Stranger::Host
    } else {
        Stranger::Any
    }
}

/// Whether one host may be taken for another by a careless comparison.
fn is_like(host: &str, known: &str) -> bool {
    /// The labels that tell hosts of one top-level domain apart.
    fn labels(host: &str) -> impl Iterator<Item = &str> {
        let (own, _) = host.rsplit_once('.').unwrap_or((host, ""));
        own.split('.')
    }
    host.contains(known)
        || known.contains(host)
        || labels(host)
            .any(|one| labels(known).any(|other| one.contains(other) || other.contains(one)))
}

/// The values of a header, in order.
fn values<'a>(headers: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.iter();
    lines
        .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// A value without blanks at its ends; in events tabs are escaped.
fn trimmed(value: &str) -> &str {
    let value = value.trim_matches(' ');
    let value = value.trim_start_matches(r"\x09").trim_end_matches(r"\x09");
    value.trim_matches(' ')
}

/// The elements of a list.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let elements = list.split(',').map(|element| {
        let element = element
            .trim_start_matches(r"\x09")
            .trim_end_matches(r"\x09");
        element.trim_matches(' ')
    });
    elements.filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        serde_json::from_str(
            r#"{ "allow_origins": ["https://app.example", "https://*.trusted.example"],
                 "allow_methods": ["PUT"], "allow_headers": ["x-token"], "expose_headers": [] }"#,
        )
        .unwrap()
    }

    #[test]
    fn an_origin_is_told_from_the_allowed_ones() {
        for (origin, expected) in [
            ("https://foreign.example", Stranger::Any),
            ("https://foreign.test", Stranger::Any),
            ("https://app.example.evil.test", Stranger::Host),
            ("https://evilapp.example", Stranger::Host),
            ("https://appxexample", Stranger::Local),
            ("https://trusted.example", Stranger::Host),
            ("https://app.example:8443", Stranger::Port),
            ("http://app.example", Stranger::Scheme),
            ("xhttps://app.example", Stranger::Scheme),
            ("http://localhost:3000", Stranger::Local),
            ("http://192.0.2.1", Stranger::Local),
            ("http://[::1]", Stranger::Local),
            ("chrome-extension://abc", Stranger::Application),
            ("null", Stranger::Null),
            ("https://app.example/", Stranger::Malformed),
            ("https://APP.example", Stranger::Malformed),
        ] {
            assert_eq!(stranger(origin, None, &policy()), expected, "{origin}");
        }
        let own = stranger("https://own.example:99", Some("own.example:80"), &policy());
        assert_eq!(own, Stranger::Own);
    }
}
