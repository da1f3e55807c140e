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

/// Which of its lists a browser reads in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// What is granted to the request that follows: it is a preflight of an allowed origin.
    Grants,
    /// What the page may read: it is another answer, to an allowed origin.
    Exposed,
    /// None, since the origin is refused.
    Nothing,
}

/// What holds of every answer under a policy. What is wrong in a list that no browser reads there is
/// advice.
pub(crate) fn every_answer(policy: &Policy, list: &mut Checks, on: On, prefix: &str, reads: Reads) {
    let read_as = |needed| {
        if reads == needed {
            Level::Must
        } else {
            Level::Should
        }
    };
    let (of_grants, of_exposed) = (read_as(Reads::Grants), read_as(Reads::Exposed));
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
    must("one-max-age", of_grants, ACMA, HeaderIs::MaxLines(1));
    must(
        "max-age-digits",
        of_grants,
        ACMA,
        HeaderIs::Grammar(Grammar::DeltaSeconds),
    );
    for (id, name, level) in [
        ("methods", ACAM, of_grants),
        ("headers", ACAH, of_grants),
        ("exposed", ACEH, of_exposed),
    ] {
        let tokens = HeaderIs::Grammar(Grammar::TokenList);
        must(&format!("{id}-tokens"), level, name, tokens);
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
        must("method-not-granted", of_grants, ACAM, star);
    }
    if let AnyOr::Listed(_) = policy.allow_headers {
        let star = HeaderIs::LacksToken("*".into());
        must("header-not-granted", of_grants, ACAH, star);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cors_vectors::check::{Check, HeaderStatement, Statement};

    use super::*;

    /// The checks of the lists of an answer that are no advice.
    fn binding(reads: Reads) -> BTreeSet<String> {
        let policy = serde_json::from_str(
            r#"{ "allow_origins": ["https://app.example"], "allow_methods": ["PUT"],
                 "allow_headers": ["x-token"], "expose_headers": [] }"#,
        );
        let mut list = Checks::new(0);
        every_answer(&policy.unwrap(), &mut list, On::Last, "", reads);
        let of_a_list = |check: &&Check| {
            let Statement::Header(HeaderStatement { header, .. }) = &check.statement else {
                return false;
            };
            [ACAM, ACAH, ACMA, ACEH].contains(&header.as_str())
        };
        let checks = list.checks.iter().filter(of_a_list);
        let binding = checks.filter(|check| check.level == Level::Must);
        binding.map(|check| check.id.clone()).collect()
    }

    #[test]
    fn lists_that_no_browser_reads_there_get_advice_alone() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let of_grants: BTreeSet<String> = ids(&[
            "header-not-granted",
            "headers-tokens",
            "max-age-digits",
            "method-not-granted",
            "methods-tokens",
            "one-max-age",
        ]);
        assert_eq!(binding(Reads::Grants), of_grants);
        assert_eq!(binding(Reads::Exposed), ids(&["exposed-tokens"]));
        assert_eq!(binding(Reads::Nothing), ids(&[]));
    }
}
