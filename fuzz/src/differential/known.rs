//! What a library is known to do otherwise, and why it is no news.

use cors_fuzzer::{Failure, Sequence};
use cors_harness::event::{ExchangeEvent, StepEvent};
use cors_vectors::check::On;
use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::server::Step;

/// A known difference.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its name, which is that of the input in `regressions` that shows it.
    pub name: &'static str,
    /// The rules that it breaks.
    pub rules: &'static [&'static str],
    /// When it does.
    pub when: fn(&Seen<'_>) -> bool,
    /// What the library does and where, and what that means.
    pub reason: &'static str,
}

impl Known {
    /// Whether this is why something failed.
    pub(super) fn explains(&self, seen: &Seen<'_>) -> bool {
        self.rules.contains(&seen.failure.rule.as_str()) && (self.when)(seen)
    }
}

/// The methods that libraries take for all.
pub(super) const NINE: &[&str] = &[
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "PATCH", "TRACE",
];

/// What is missing from the answer to a preflight that fails.
pub(super) const PREFLIGHT: &[&str] = &[
    "shared",
    "ok",
    "granted",
    "credentials",
    "method",
    "header",
    "max-age",
];

/// A failure and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What did not hold.
    pub failure: &'a Failure,
    /// The policy.
    pub policy: &'a Policy,
    /// What was done.
    pub step: &'a Step,
    /// What came of it.
    pub event: &'a StepEvent,
    /// The exchange that it was seen in.
    pub exchange: &'a ExchangeEvent,
}

impl<'a> Seen<'a> {
    pub(super) fn new(policy: &'a Policy, sequence: &'a Sequence, failure: &'a Failure) -> Self {
        let event = &sequence.event.steps[failure.step];
        let checks = sequence.event.checks.iter();
        let on = checks
            .filter(|check| Some(&check.id) == failure.check.as_ref())
            .map(|check| check.on)
            .next();
        let exchange = match on {
            Some(On::Preflight) => event.exchanges.first(),
            Some(On::Actual | On::Last) | None => event.exchanges.last(),
        };
        Self {
            failure,
            policy,
            step: &sequence.case.steps[failure.step],
            event,
            exchange: exchange.expect("nothing fails without an exchange"),
        }
    }

    /// The method of the request.
    pub(super) fn method(&self) -> &'a str {
        &self.exchange.request.method
    }

    /// The values of the request's lines of a name, as an HTTP parser hands them on.
    pub(super) fn asked(&self, name: &str) -> Vec<&'a str> {
        let values = values(&self.exchange.request.headers, name);
        values.into_iter().map(trimmed).collect()
    }

    /// The values of the answer's lines of a name.
    pub(super) fn got(&self, name: &str) -> Vec<&'a str> {
        match &self.exchange.response {
            Some(response) => values(&response.headers, name),
            None => Vec::new(),
        }
    }

    /// The status of the answer; 0 where there is none.
    pub(super) fn status(&self) -> u16 {
        let response = self.exchange.response.as_ref();
        response.map_or(0, |response| response.status)
    }

    /// Whether the answer repeats the first line of a request's header in another one.
    pub(super) fn repeats(&self, asked: &str, got: &str) -> bool {
        let asked = self.asked(asked);
        !asked.is_empty() && asked.first() == self.got(got).first()
    }

    /// Whether the answer allows what the first line of `Access-Control-Request-Headers` says.
    pub(super) fn repeats_names(&self) -> bool {
        self.repeats(
            "access-control-request-headers",
            "access-control-allow-headers",
        )
    }

    /// Whether it allows that alone, though there are other lines.
    pub(super) fn repeats_one_line_of_several(&self) -> bool {
        self.asked("access-control-request-headers").len() > 1 && self.repeats_names()
    }

    /// Whether the answer allows what `Access-Control-Request-Method` says.
    pub(super) fn repeats_method(&self) -> bool {
        self.repeats(
            "access-control-request-method",
            "access-control-allow-methods",
        )
    }

    /// The names that each line of `Access-Control-Request-Headers` asks for, empty ones included.
    pub(super) fn names(&self) -> Vec<Vec<&'a str>> {
        let lines = self.asked("access-control-request-headers");
        let names = |line: &'a str| line.split(',').map(trimmed).collect();
        lines.into_iter().map(names).collect()
    }

    /// Those of the first line, where several libraries stop.
    pub(super) fn first_names(&self) -> Vec<&'a str> {
        self.names().into_iter().next().unwrap_or_default()
    }

    /// Whether `Authorization` is asked for and the answer is a star, which does not cover it.
    pub(super) fn is_authorization_by_star(&self) -> bool {
        let is_it = |name: &&str| name.eq_ignore_ascii_case("authorization");
        self.got("access-control-allow-headers") == ["*"]
            && self.names().iter().flatten().any(is_it)
    }

    /// Whether the request has what makes it a preflight.
    pub(super) fn is_preflight(&self) -> bool {
        self.method() == "OPTIONS" && !self.is_other_options()
    }

    /// Whether it is OPTIONS without what makes it a preflight.
    pub(super) fn is_other_options(&self) -> bool {
        self.method() == "OPTIONS"
            && (self.asked("origin").is_empty()
                || self.asked("access-control-request-method").is_empty())
    }

    /// Whether the policy allows the origin.
    pub(super) fn is_allowed(&self) -> bool {
        match self.asked("origin").as_slice() {
            [origin] => self.policy.allows_origin(origin.as_bytes()),
            _ => false,
        }
    }
}

/// A value without the blanks around it, of which a tab is told by its number.
pub(super) fn trimmed(value: &str) -> &str {
    let mut value = value;
    loop {
        let mut rest = value;
        for blank in [" ", "\\x09"] {
            rest = rest.strip_prefix(blank).unwrap_or(rest);
            rest = rest.strip_suffix(blank).unwrap_or(rest);
        }
        if rest.len() == value.len() {
            return rest;
        }
        value = rest;
    }
}

fn values<'a>(lines: &'a [(String, String)], wanted: &str) -> Vec<&'a str> {
    lines
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.as_str())
        .collect()
}

/// Whether a page that listens to its upload asks for a method where none is listed.
pub(super) fn is_upload_of_no_method(seen: &Seen<'_>) -> bool {
    let fetch = seen.step.fetch.as_ref();
    seen.policy.allow_methods == AnyOr::Listed(Vec::new())
        && fetch.is_some_and(|fetch| fetch.upload_listener)
        && seen.is_allowed()
}
