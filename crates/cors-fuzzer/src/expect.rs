//! What must hold of a generated exchange: computed from the policy by the rules of the standard,
//! with the levels that the server cases of the library give to the same requirements.
//!
//! It knows the policy and the request, no server. Where a server has a choice nothing is stated.

use cors_vectors::check::{Grammar, HeaderIs, On};
use cors_vectors::names::{is_cors_safelisted_method, normalize_method};
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::server::{Credentials, Endpoint, Level, PageFetch, Step, Verdict};
use cors_vectors::text::Text;

use crate::Terms;
use crate::checks::{Checks, header, status};
use crate::sends;

pub(crate) const ACAO: &str = "Access-Control-Allow-Origin";
pub(crate) const ACAC: &str = "Access-Control-Allow-Credentials";
pub(crate) const ACAM: &str = "Access-Control-Allow-Methods";
pub(crate) const ACAH: &str = "Access-Control-Allow-Headers";
pub(crate) const ACMA: &str = "Access-Control-Max-Age";
pub(crate) const ACEH: &str = "Access-Control-Expose-Headers";

/// Response headers that every kit server sends with `/resource`.
const KIT_HEADERS: [&str; 2] = ["x-request-id", "x-unexposed"];

/// A step with its verdict and checks, and how binding the verdict is; `None` where nothing can be
/// said of it. `number` makes the ids of its checks its own.
pub(crate) fn state(step: &Step, number: usize, terms: Terms<'_>) -> Option<(Step, Level)> {
    let mut list = Checks::new(number);
    let mut step = step.clone();
    step.checks = Vec::new();
    let level = match (&mut step.fetch, &step.send) {
        (Some(fetch), None) => {
            let (verdict, level) = verdict(fetch, terms)?;
            step.verdict = Some(verdict);
            of_fetch(fetch, verdict, terms, &mut list)?;
            level
        }
        (None, Some(send)) => {
            sends::of_send(send, terms, &mut list)?;
            Level::Must
        }
        (Some(_), Some(_)) | (None, None) => return None,
    };
    step.checks = list.checks;
    Some((step, level))
}

/// What a browser must decide and how binding that is.
fn verdict(fetch: &PageFetch, terms: Terms<'_>) -> Option<(Verdict, Level)> {
    let policy = terms.policy;
    let asked = Asked::of(fetch)?;
    // A policy that allows nobody has nothing to compare a refusal with.
    if matches!(&policy.allow_origins, AnyOr::Listed(listed) if listed.is_empty()) {
        return None;
    }
    if terms.own_origin == asked.origin {
        return None;
    }
    let includes = fetch.credentials == Credentials::Include;
    let method = asked.method.as_bytes();
    let shared = policy.wants_shared(asked.origin.as_bytes(), method, &asked.headers, includes)?;
    if !asked.is_preflighted && !terms.unsafe_methods && method == b"POST" {
        return None;
    }
    let verdict = if shared {
        Verdict::Shared
    } else {
        Verdict::Refused
    };
    let listed = |method: &str| match &policy.allow_methods {
        AnyOr::Any(Any::Any) => true,
        AnyOr::Listed(listed) => listed.iter().any(|entry| entry == method),
    };
    let level = match verdict {
        Verdict::Shared => {
            let advice = fetch.endpoint == Endpoint::Throws
                || fetch.endpoint == Endpoint::OwnHeaders
                || (asked.is_preflighted
                    && (fetch.endpoint == Endpoint::Error
                        || (["HEAD", "POST"].contains(&asked.method.as_str())
                            && !listed(&asked.method))))
                || has_underscore(policy, &asked.origin)
                || (matches!(policy.allow_headers, AnyOr::Any(Any::Any))
                    && asked.has_header("authorization"));
            let choice = asked.is_preflighted && fetch.endpoint == Endpoint::Missing;
            match (choice, advice) {
                (true, _) => return None,
                (false, true) => Level::Should,
                (false, false) => Level::Must,
            }
        }
        Verdict::Refused => {
            let only_case = policy.allows_origin(asked.origin.as_bytes())
                && !policy.allows_method(method)
                && is_listed_but_for_case(policy, method);
            if only_case || sends::is_odd_subdomain(asked.origin.as_bytes(), policy) {
                Level::Should
            } else {
                Level::Must
            }
        }
    };
    Some((verdict, level))
}

/// Whether an origin is allowed by a pattern only, and with an underscore.
pub(crate) fn has_underscore(policy: &Policy, origin: &str) -> bool {
    origin.contains('_') && policy.exact_origins().all(|exact| exact != origin)
}

pub(crate) fn is_listed_but_for_case(policy: &Policy, method: &[u8]) -> bool {
    match &policy.allow_methods {
        AnyOr::Any(Any::Any) => false,
        AnyOr::Listed(listed) => listed
            .iter()
            .map(String::as_bytes)
            .chain([&b"GET"[..], b"HEAD", b"POST"])
            .any(|entry| entry.eq_ignore_ascii_case(method)),
    }
}

/// A fetch with its texts as bytes.
pub(crate) struct Asked {
    pub(crate) origin: String,
    /// As a browser sends it.
    pub(crate) method: String,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) is_preflighted: bool,
}

impl Asked {
    pub(crate) fn of(fetch: &PageFetch) -> Option<Self> {
        let text = |text: &Text| String::from_utf8(bytes(text)?).ok();
        let method = normalize_method(&text(&fetch.method)?);
        let headers: Vec<(Vec<u8>, Vec<u8>)> = fetch
            .headers
            .iter()
            .map(|(name, value)| Some((bytes(name)?, bytes(value)?)))
            .collect::<Option<_>>()?;
        // Generated values need leave wherever a name's value decides; see `pages`.
        let is_preflighted = fetch.upload_listener
            || !is_cors_safelisted_method(method.as_bytes())
            || !headers.is_empty();
        Some(Self {
            origin: text(&fetch.origin)?,
            method,
            headers,
            is_preflighted,
        })
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(header, _)| header.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// The bytes of a text without placeholders.
pub(crate) fn bytes(text: &Text) -> Option<Vec<u8>> {
    text.expand(&|_| None).ok()
}

fn of_fetch(
    fetch: &mut PageFetch,
    verdict: Verdict,
    terms: Terms<'_>,
    list: &mut Checks,
) -> Option<()> {
    let policy = terms.policy;
    let asked = Asked::of(fetch)?;
    fetch.reads = Vec::new();
    fetch.cannot_read = Vec::new();
    if verdict == Verdict::Refused {
        let on = On::Last;
        every_answer(policy, list, on, "");
        if !policy.allows_origin(asked.origin.as_bytes()) {
            let level = if sends::is_odd_subdomain(asked.origin.as_bytes(), policy) {
                Level::Should
            } else {
                Level::Must
            };
            let origin = Text::literal(asked.origin.as_bytes());
            list.add("no-echo", level, on, header(ACAO, HeaderIs::Not(origin)));
            let absent = header(ACAO, HeaderIs::Absent(true));
            let promise = header(ACAC, HeaderIs::Absent(true));
            list.add_when("no-promise", Level::Should, on, absent, promise);
        }
        if asked.is_preflighted {
            let crash = status(&[(200, 499)]);
            list.add("no-crash", Level::Should, On::Preflight, crash);
            if !policy.allows_method(asked.method.as_bytes())
                && !is_listed_but_for_case(policy, asked.method.as_bytes())
            {
                let token = Text::literal(asked.method.as_bytes());
                let lacks = header(ACAM, HeaderIs::LacksToken(token));
                list.add("method-not-granted", Level::Must, On::Preflight, lacks);
            }
        } else if ["GET", "HEAD"].contains(&asked.method.as_str()) {
            vary(policy, list, On::Actual, fetch.endpoint);
        }
        return Some(());
    }
    if asked.is_preflighted {
        granted_preflight(fetch, &asked, policy, list);
    }
    let on = On::Actual;
    every_answer(policy, list, on, "");
    if ["GET", "HEAD"].contains(&asked.method.as_str()) {
        vary(policy, list, on, fetch.endpoint);
    }
    let shows = [
        Endpoint::Resource,
        Endpoint::Missing,
        Endpoint::Error,
        Endpoint::Unauthorized,
    ];
    if shows.contains(&fetch.endpoint) {
        exposed(policy, list, on);
    }
    if terms.kit && fetch.endpoint == Endpoint::Resource {
        readings(fetch, policy);
    }
    Some(())
}

/// What pages can read of what a kit server sends.
fn readings(fetch: &mut PageFetch, policy: &Policy) {
    if fetch.credentials == Credentials::Include
        && matches!(policy.expose_headers, AnyOr::Any(Any::Any))
    {
        fetch.reads = vec!["x-request-id".into()];
        return;
    }
    for name in KIT_HEADERS {
        let names = if policy.exposes_header(name.as_bytes()) {
            &mut fetch.reads
        } else {
            &mut fetch.cannot_read
        };
        names.push(name.into());
    }
}

fn granted_preflight(fetch: &PageFetch, asked: &Asked, policy: &Policy, list: &mut Checks) {
    let on = On::Preflight;
    every_answer(policy, list, on, "preflight-");
    list.add("preflight-ok", Level::Must, on, status(&[(200, 299)]));
    if !is_cors_safelisted_method(asked.method.as_bytes()) {
        let token = Text::literal(asked.method.as_bytes());
        let names = header(ACAM, HeaderIs::HasToken(token));
        list.add("preflight-method", Level::Must, on, names);
    }
    // `Authorization` is never covered by a star; whether it is meant by "any" is for the server.
    if let AnyOr::Listed(_) = policy.allow_headers {
        for (number, (name, _)) in asked.headers.iter().enumerate() {
            let names = header(ACAH, HeaderIs::HasToken(Text::literal(name)));
            list.add(
                &format!("preflight-header-{number}"),
                Level::Must,
                on,
                names,
            );
        }
    }
    if fetch.credentials == Credentials::Include {
        let star = header(ACAO, HeaderIs::Not("*".into()));
        list.add("preflight-no-star-with-credentials", Level::Must, on, star);
    }
    max_age(policy, list, on, Level::Must);
}

/// What a preflight that is granted says of how long it may be kept.
pub(crate) fn max_age(policy: &Policy, list: &mut Checks, on: On, level: Level) {
    let prefix = if on == On::Preflight {
        "preflight-"
    } else {
        ""
    };
    match policy.max_age {
        None => {
            let absent = header(ACMA, HeaderIs::Absent(true));
            list.add(&format!("{prefix}no-max-age"), Level::Should, on, absent);
        }
        Some(seconds) => {
            let text = Text::from(seconds.to_string().as_str());
            let is = if seconds <= 86_400 {
                HeaderIs::Equals(text)
            } else {
                // Servers may cut what browsers cut anyway.
                HeaderIs::OneOf(vec![text, "86400".into(), "7200".into()])
            };
            list.add(&format!("{prefix}max-age"), level, on, header(ACMA, is));
        }
    }
}

/// What holds of every answer under a policy.
pub(crate) fn every_answer(policy: &Policy, list: &mut Checks, on: On, prefix: &str) {
    let mut must = |id: &str, level, name: &str, is| {
        list.add(&format!("{prefix}{id}"), level, on, header(name, is));
    };
    must(
        "grammar",
        Level::Must,
        ACAO,
        HeaderIs::Grammar(Grammar::OriginOrNullOrWildcard),
    );
    must("one-line", Level::Must, ACAO, HeaderIs::MaxLines(1));
    must(
        "one-credentials-line",
        Level::Must,
        ACAC,
        HeaderIs::MaxLines(1),
    );
    if policy.allow_credentials {
        must("true", Level::Must, ACAC, HeaderIs::Grammar(Grammar::True));
    } else {
        must(
            "never-true",
            Level::Must,
            ACAC,
            HeaderIs::Not("true".into()),
        );
        must("no-false", Level::Should, ACAC, HeaderIs::Absent(true));
    }
    must("one-max-age", Level::Must, ACMA, HeaderIs::MaxLines(1));
    must(
        "max-age-digits",
        Level::Must,
        ACMA,
        HeaderIs::Grammar(Grammar::DeltaSeconds),
    );
    for (id, name) in [("methods", ACAM), ("headers", ACAH), ("exposed", ACEH)] {
        let tokens = HeaderIs::Grammar(Grammar::TokenList);
        must(&format!("{id}-tokens"), Level::Must, name, tokens);
        let empty = HeaderIs::Not("".into());
        must(&format!("{id}-not-empty"), Level::Should, name, empty);
    }
    must("not-empty", Level::Must, ACAO, HeaderIs::Not("".into()));
    if let AnyOr::Listed(listed) = &policy.allow_origins
        && listed.iter().all(|entry| entry != "null")
    {
        must("no-null", Level::Must, ACAO, HeaderIs::Not("null".into()));
    }
    if let AnyOr::Listed(_) = policy.allow_methods {
        let star = HeaderIs::LacksToken("*".into());
        must("method-not-granted", Level::Must, ACAM, star);
    }
    if let AnyOr::Listed(_) = policy.allow_headers {
        let star = HeaderIs::LacksToken("*".into());
        must("header-not-granted", Level::Must, ACAH, star);
    }
    for name in [ACAO, ACAH, ACAM, "Access-Control-Allow-Private-Network"] {
        let lacks = HeaderIs::LacksToken(name.into());
        let id = format!("vary-no-response-header-{}", name.len());
        must(&id, Level::Should, "Vary", lacks);
    }
    // Few answers depend on more.
    must("vary-grows", Level::Should, "Vary", HeaderIs::MaxLines(8));
    must(
        "no-injection",
        Level::Must,
        "X-Injected",
        HeaderIs::Absent(true),
    );
    let no = || HeaderIs::AbsentOrOneOf(vec!["false".into()]);
    must(
        "no-private-network",
        Level::Should,
        "Access-Control-Allow-Private-Network",
        no(),
    );
    must(
        "no-private-network-1",
        Level::Should,
        "Access-Control-Allow-Local-Network",
        no(),
    );
    for (id, name) in [
        ("no-length", "Content-Length"),
        ("not-chunked", "Transfer-Encoding"),
    ] {
        let id = format!("{prefix}{id}");
        let absent = header(name, HeaderIs::Absent(true));
        list.add_when(&id, Level::Must, on, status(&[(204, 204)]), absent);
    }
}

/// What pages may read beyond the safelisted headers.
fn exposed(policy: &Policy, list: &mut Checks, on: On) {
    match &policy.expose_headers {
        AnyOr::Any(Any::Any) => {
            let stated = header(ACEH, HeaderIs::Absent(false));
            list.add("exposed-stated", Level::Must, on, stated);
        }
        AnyOr::Listed(names) => {
            for (number, name) in names.iter().enumerate() {
                // A server may leave out what needs no naming.
                if cors_vectors::names::is_safelisted_response_header_name(name.as_bytes()) {
                    continue;
                }
                let has = header(ACEH, HeaderIs::HasToken(Text::literal(name.as_bytes())));
                list.add(&format!("exposed-{number}"), Level::Must, on, has);
            }
            let star = header(ACEH, HeaderIs::LacksToken("*".into()));
            list.add("exposed-not-star", Level::Must, on, star);
        }
    }
}

/// On what answers to GET and HEAD vary. A server of one origin may send it to all.
pub(crate) fn vary(policy: &Policy, list: &mut Checks, on: On, endpoint: Endpoint) {
    let has = || header("Vary", HeaderIs::HasToken("Origin".into()));
    match &policy.allow_origins {
        AnyOr::Any(Any::Any) => {
            let named = header(ACAO, HeaderIs::Not("*".into()));
            list.add_when("vary", Level::Should, on, named, has());
        }
        AnyOr::Listed(listed) => {
            let several = listed.len() > 1 || policy.patterns().next().is_some();
            if several && endpoint != Endpoint::OwnHeaders {
                list.add("vary", Level::Should, on, has());
            }
        }
    }
    if endpoint == Endpoint::Vary {
        let kept = header("Vary", HeaderIs::HasToken("Accept-Encoding".into()));
        list.add_when("vary-kept", Level::Must, on, status(&[(200, 299)]), kept);
    }
}
