//! What holds of every answer under a policy, and of those that share something.

use cors_vectors::check::{Grammar, HeaderIs, On};
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::server::{Endpoint, Level};
use cors_vectors::text::Text;

use super::checks::{Checks, header, status};

pub(crate) const ACAO: &str = "Access-Control-Allow-Origin";
pub(crate) const ACAC: &str = "Access-Control-Allow-Credentials";
pub(crate) const ACAM: &str = "Access-Control-Allow-Methods";
pub(crate) const ACAH: &str = "Access-Control-Allow-Headers";
pub(crate) const ACMA: &str = "Access-Control-Max-Age";
pub(crate) const ACEH: &str = "Access-Control-Expose-Headers";

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
            let is = HeaderIs::Equals(Text::from(seconds.to_string().as_str()));
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
pub(crate) fn exposed(policy: &Policy, list: &mut Checks, on: On) {
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
