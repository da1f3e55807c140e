//! The basis of a level: what a requirement rests on, and how binding that makes it.
//!
//! `crates/cors-conformance/docs/levels.md` states the rule for people. Here it is for a test that
//! holds all cases to it, and for the fuzzer, whose requirements nobody lists.

use cors_policy::names::{
    is_forbidden_method, is_forbidden_request_header_name, is_safelisted_request_header_name,
    is_token, normalize_method,
};
use cors_policy::origin::check_serialized;

use crate::check::{Check, HeaderIs, Statement};
use crate::fill::Fill;
use crate::level::Level;
use crate::server::{RawSend, ServerCase, Step};
use crate::text::TextError;

/// What a requirement rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// A browser decides otherwise than the policy, about a request that a page can make.
    Policy,
    /// A response breaks a grammar, or a MUST of an RFC, so that some browser shows it.
    Grammar,
    /// A header that pages do not set unasked changes the response to a GET, which a shared cache then
    /// hands to pages: any client can put it there.
    Cache,
    /// Advice of the Fetch standard, or a SHOULD of an RFC.
    Advice,
    /// No browser sends such a request: only other clients see what comes of it.
    Unsent,
}

impl Basis {
    /// How binding it makes a requirement, at most. Where the standards leave servers free, or for
    /// a reason that a case states, the requirement has a lower level.
    pub const fn level(self) -> Level {
        match self {
            Self::Policy | Self::Grammar | Self::Cache => Level::Must,
            Self::Advice | Self::Unsent => Level::Should,
        }
    }

    /// What a check of a step rests on, with the values that stand for its placeholders.
    ///
    /// # Errors
    ///
    /// A placeholder has no value.
    pub fn of(step: &Step, check: &Check, fill: &Fill) -> Result<Self, TextError> {
        if let Statement::Header(header) = &check.statement
            && header.header.eq_ignore_ascii_case("Vary")
        {
            return Ok(Self::Advice);
        }
        if let Some(send) = &step.send
            && unsent(send, fill)?.is_some()
        {
            return Ok(Self::Unsent);
        }
        let of_grammar = match &check.statement {
            Statement::Wire(_) => true,
            Statement::Header(header) => {
                matches!(header.is, HeaderIs::Grammar(_) | HeaderIs::MaxLines(_))
            }
            Statement::Status(_) | Statement::Body(_) => false,
        };
        let is_by_cache = match &step.send {
            Some(send) => has_header_of_clients(send, fill)?,
            None => false,
        };
        Ok(if of_grammar {
            Self::Grammar
        } else if is_by_cache {
            Self::Cache
        } else {
            Self::Policy
        })
    }
}

/// The checks of a case whose level is higher than what they rest on allows, each in a sentence.
///
/// # Errors
///
/// A placeholder has no value.
pub fn too_high(case: &ServerCase, fill: &Fill) -> Result<Vec<String>, TextError> {
    let mut found = Vec::new();
    let of_checks = case.steps.iter().flat_map(|step| &step.checks);
    if case.steps.iter().all(|step| step.verdict.is_none())
        && let Some(most) = of_checks.map(|check| check.level).max()
        && case.level > most
    {
        let (id, level, most) = (&case.id, case.level.name(), most.name());
        found.push(format!(
            "{id} is {level}, expected at most {most}: it has no verdict, and no check more binding"
        ));
    }
    for (number, step) in (1..).zip(&case.steps) {
        for check in &step.checks {
            let basis = Basis::of(step, check, fill)?;
            // What makes the verdict of a case less binding does so for all of it.
            let (most, reason) = match &case.basis {
                Some(reason) if case.level < basis.level() => (case.level, reason.as_str()),
                Some(_) | None => {
                    let send = step.send.as_ref();
                    let reason = send.map_or(Ok(None), |send| unsent(send, fill))?;
                    (basis.level(), reason.unwrap_or("it is advice"))
                }
            };
            if check.level > most {
                found.push(format!(
                    "{}: step {number}: the check {} is {}, expected at most {}: {reason}",
                    case.id,
                    check.id,
                    check.level.name(),
                    most.name()
                ));
            }
        }
    }
    Ok(found)
}

/// Why no browser sends a request; `None` where one does.
///
/// # Errors
///
/// A placeholder has no value.
pub fn unsent(send: &RawSend, fill: &Fill) -> Result<Option<&'static str>, TextError> {
    let method = fill.expand(&send.method)?;
    let mut headers = Vec::new();
    for (name, value) in &send.headers {
        headers.push((fill.expand(name)?, fill.expand(value)?));
    }
    Ok(why_unsent(&method, &headers))
}

/// Whether a request has a header that neither browsers set nor pages, unless a preflight allowed it.
fn has_header_of_clients(send: &RawSend, fill: &Fill) -> Result<bool, TextError> {
    for (name, _) in &send.headers {
        if is_of_clients(&fill.expand(name)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_of_clients(name: &[u8]) -> bool {
    /// What browsers set themselves, beside what no page may set.
    const OF_BROWSERS: [&[u8]; 8] = [
        b"authorization",
        b"cache-control",
        b"pragma",
        b"range",
        b"if-none-match",
        b"if-modified-since",
        b"user-agent",
        b"upgrade-insecure-requests",
    ];
    let name = name.to_ascii_lowercase();
    !is_forbidden_request_header_name(&name)
        && !is_safelisted_request_header_name(&name)
        && !OF_BROWSERS.contains(&name.as_slice())
}

fn why_unsent(method: &[u8], headers: &[(Vec<u8>, Vec<u8>)]) -> Option<&'static str> {
    let values = |name: &str| -> Vec<&[u8]> {
        let named = headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        named.map(|(_, value)| value.as_slice()).collect()
    };
    let origins = values("Origin");
    let asked_methods = values("Access-Control-Request-Method");
    let asked_headers = values("Access-Control-Request-Headers");
    let is_origin = |value: &[u8]| {
        value == b"null" || str::from_utf8(value).is_ok_and(|text| check_serialized(text).is_ok())
    };
    let is_get_or_head = matches!(method, b"GET" | b"HEAD");
    let text = String::from_utf8_lossy(method);
    if !is_get_or_head && headers.iter().any(|(name, _)| is_of_clients(name)) {
        return Some("a page sets such a header only with leave, and no cache keeps the response");
    }
    if !is_token(method) || is_forbidden_method(method) || normalize_method(&text) != text {
        return Some("no browser sends this method");
    }
    if origins.len() > 1 || !origins.iter().all(|value| is_origin(value)) {
        return Some("no browser sends such an Origin");
    }
    if origins.is_empty() && !is_get_or_head {
        return Some("a browser sends Origin with all methods but GET and HEAD");
    }
    let (b"OPTIONS", [asked_method]) = (method, asked_methods.as_slice()) else {
        let is_preflight = !asked_methods.is_empty() || !asked_headers.is_empty();
        return is_preflight
            .then_some("a browser sends Access-Control-Request-* in preflights only, once each");
    };
    let asked = String::from_utf8_lossy(asked_method);
    if !is_token(asked_method)
        || is_forbidden_method(asked_method)
        || normalize_method(&asked) != asked
    {
        return Some("no browser asks for this method");
    }
    if headers.iter().any(|(name, _)| {
        name.eq_ignore_ascii_case(b"cookie") || name.eq_ignore_ascii_case(b"authorization")
    }) {
        return Some("a preflight has no credentials");
    }
    match asked_headers.as_slice() {
        [] => None,
        [list] => (!is_sorted_list(list)).then_some("no browser asks for headers like this"),
        _ => Some("a browser asks for headers on one line"),
    }
}

/// Whether a list of header names is as browsers write it: in lower case, sorted, each name once,
/// with nothing but a comma between them.
fn is_sorted_list(list: &[u8]) -> bool {
    let names: Vec<&[u8]> = list.split(|&byte| byte == b',').collect();
    names
        .iter()
        .all(|name| is_token(name) && !name.iter().any(u8::is_ascii_uppercase))
        && names.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsent(method: &str, headers: &[(&str, &str)]) -> bool {
        let bytes = |text: &str| text.as_bytes().to_vec();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (bytes(name), bytes(value)))
            .collect();
        why_unsent(method.as_bytes(), &headers).is_some()
    }

    const ORIGIN: (&str, &str) = ("Origin", "https://app.example");
    const METHOD: (&str, &str) = ("Access-Control-Request-Method", "PUT");

    #[test]
    fn what_browsers_send_is_known() {
        let names = |list| ("Access-Control-Request-Headers", list);
        for (method, headers) in [
            ("GET", &[][..]),
            ("GET", &[ORIGIN]),
            ("POST", &[("origin", "null")]),
            ("OPTIONS", &[ORIGIN]),
            ("OPTIONS", &[ORIGIN, METHOD]),
            ("OPTIONS", &[ORIGIN, METHOD, names("x-a,x-b")]),
            ("patch", &[ORIGIN]),
        ] {
            assert!(!unsent(method, headers), "{method} {headers:?}");
        }
        for (method, headers) in [
            ("POST", &[][..]),
            ("TRACE", &[ORIGIN]),
            ("put", &[ORIGIN]),
            ("GET", &[ORIGIN, ORIGIN]),
            ("GET", &[("Origin", "HTTPS://app.example")]),
            ("GET", &[("Origin", "https://app.example:443")]),
            ("GET", &[ORIGIN, METHOD]),
            ("OPTIONS", &[METHOD]),
            ("OPTIONS", &[ORIGIN, METHOD, METHOD]),
            ("OPTIONS", &[ORIGIN, names("x-a")]),
            ("OPTIONS", &[ORIGIN, METHOD, names("x-b,x-a")]),
            ("OPTIONS", &[ORIGIN, METHOD, names("x-a, x-b")]),
            ("OPTIONS", &[ORIGIN, METHOD, names("X-A")]),
            ("OPTIONS", &[ORIGIN, METHOD, names("x-a,x-a")]),
            ("OPTIONS", &[ORIGIN, METHOD, names("")]),
            ("OPTIONS", &[ORIGIN, METHOD, ("Cookie", "a=b")]),
        ] {
            assert!(unsent(method, headers), "{method} {headers:?}");
        }
    }

    #[test]
    fn levels_follow_from_what_they_rest_on() {
        let levels = [
            Basis::Policy,
            Basis::Grammar,
            Basis::Cache,
            Basis::Advice,
            Basis::Unsent,
        ]
        .map(|basis| basis.level().name());
        assert_eq!(levels, ["must", "must", "must", "should", "should"]);
    }

    #[test]
    fn headers_that_pages_do_not_set_unasked_are_known() {
        for name in [
            "X-Forwarded-Origin",
            "forwarded",
            "X-Requested-With",
            "X-Api-Key",
        ] {
            assert!(is_of_clients(name.as_bytes()), "{name}");
        }
        for name in [
            "Origin",
            "Cookie",
            "Sec-Fetch-Mode",
            "Range",
            "Accept",
            "Referer",
            "Host",
        ] {
            assert!(!is_of_clients(name.as_bytes()), "{name}");
        }
        assert!(unsent("OPTIONS", &[ORIGIN, METHOD, ("X-Origin", "null")]));
        assert!(!unsent("GET", &[ORIGIN, ("X-Origin", "null")]));
    }
}
