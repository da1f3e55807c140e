//! What agent cases must be, beyond their shape and within their file.

use std::collections::BTreeSet;

use super::common::{
    Common, area_of, common, header_name, header_pairs, optional_text, sentence, text,
};
use super::json::Source;
use crate::agent::{
    AgentCase, AgentFile, Answer, Api, Body, Cache, ErrorKind, Expectation, ExpectedRequest, Fetch,
    Mode, Outcome, Redirect, RequestKind,
};
use crate::error::{Error, Problem};
use crate::fill::AGENT_PLACEHOLDERS;
use cors_policy::origin;

const SCHEMA: &str = "../schema/agent.schema.json";

/// Everything that is wrong with a file of agent cases.
pub(super) fn check(source: &Source<'_>, file: &AgentFile) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut push = |field: String, problem| errors.push(source.error(None, field, problem));
    let (expected, generated) = area_of(source.name());
    if file.area != expected {
        let (expected, found) = (expected.to_owned(), file.area.clone());
        push("area".to_owned(), Problem::Area { expected, found });
    }
    if file
        .schema
        .as_deref()
        .is_some_and(|schema| schema != SCHEMA)
    {
        push(
            "$schema".to_owned(),
            Problem::Broken("expected `../schema/agent.schema.json`"),
        );
    }
    if generated != file.generator.is_some() {
        push(
            "generator".to_owned(),
            Problem::Broken("stated in files named `….generated.json`, and only there"),
        );
    }
    sentence(&file.about, "about", &mut push);
    let mut seen = BTreeSet::new();
    for case in &file.cases {
        let mut push = |field: String, problem| {
            errors.push(source.error(Some(&case.id), field, problem));
        };
        if !seen.insert(case.id.as_str()) {
            let by = "another case of this file".to_owned();
            push(
                "id".to_owned(),
                Problem::Taken {
                    name: case.id.clone(),
                    by,
                },
            );
        }
        check_case(&file.area, case, &mut push);
    }
    errors
}

fn check_case(area: &str, case: &AgentCase, push: &mut dyn FnMut(String, Problem)) {
    let shared = Common {
        id: &case.id,
        aliases: &case.aliases,
        title: &case.title,
        spec: &case.spec,
        rules: &case.rules,
        tags: &case.tags,
    };
    common(area, &shared, push);
    for (place, found) in &case.origins {
        if let Err(problem) = origin::check_serialized(found) {
            let place = format!("{place:?}").to_ascii_lowercase();
            push(format!("origins.{place}"), problem.into());
        }
    }
    if case.fetches.is_empty() {
        push(
            "fetches".to_owned(),
            Problem::Broken("expected at least one fetch"),
        );
    }
    for (index, fetch) in case.fetches.iter().enumerate() {
        check_fetch(&format!("fetches[{index}]"), fetch, case, push);
    }
    for (index, answer) in case.server.iter().enumerate() {
        check_answer(
            &format!("server[{index}]"),
            answer,
            case.fetches.len(),
            push,
        );
    }
    check_expectation("expect", &case.expect, case.fetches.len(), push);
    if let Some(quarantine) = &case.quarantine {
        sentence(&quarantine.reason, "quarantine.reason", push);
        check_expectation(
            "quarantine.also",
            &quarantine.also,
            case.fetches.len(),
            push,
        );
    }
}

fn check_expectation(
    at: &str,
    expect: &Expectation,
    fetches: usize,
    push: &mut dyn FnMut(String, Problem),
) {
    for (index, request) in expect.requests.iter().enumerate() {
        check_request(&format!("{at}.requests[{index}]"), request, push);
    }
    if expect.outcomes.len() != fetches {
        push(
            format!("{at}.outcomes"),
            Problem::Contradiction(format!(
                "expected one outcome for each fetch, {fetches} in all; found {}",
                expect.outcomes.len()
            )),
        );
    }
    for (index, outcome) in expect.outcomes.iter().enumerate() {
        check_outcome(&format!("{at}.outcomes[{index}]"), outcome, push);
    }
}

/// The placeholders known outside answers, where there is no request to take an origin from.
fn known_to_page() -> Vec<&'static str> {
    AGENT_PLACEHOLDERS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != "origin")
        .collect()
}

fn check_fetch(at: &str, fetch: &Fetch, case: &AgentCase, push: &mut dyn FnMut(String, Problem)) {
    let known = known_to_page();
    optional_text(fetch.suffix.as_ref(), format!("{at}.suffix"), &known, push);
    optional_text(fetch.url.as_ref(), format!("{at}.url"), &known, push);
    optional_text(fetch.method.as_ref(), format!("{at}.method"), &known, push);
    header_pairs(&fetch.headers, &format!("{at}.headers"), &known, push);
    if fetch.url.is_some() && fetch.suffix.is_some() {
        push(
            format!("{at}.suffix"),
            Problem::Broken("`url` is a whole URL: leave `suffix` out"),
        );
    }
    if let Some(Body::ArrayBuffer(bytes)) = &fetch.body {
        text(bytes, format!("{at}.body"), &known, push);
    }
    let only_fetch = [
        ("mode", fetch.mode != Mode::Cors),
        ("redirect", fetch.redirect != Redirect::Follow),
        ("cache", fetch.cache != Cache::Default),
        ("referrer_policy", fetch.referrer_policy.is_some()),
        ("keepalive", fetch.keepalive),
        ("duplex_half", fetch.duplex_half),
        ("body", matches!(fetch.body, Some(Body::Stream(_)))),
    ];
    let documents = matches!(
        fetch.body,
        Some(Body::XmlDocument(_) | Body::HtmlDocument(_))
    );
    let only_xhr = [
        ("upload_listener", fetch.upload_listener.is_some()),
        ("body", documents),
    ];
    let (wrong, message) = match fetch.api {
        Api::Fetch => (&only_xhr[..], "only `xhr` has it"),
        Api::Xhr => (&only_fetch[..], "`xhr` has no such thing, only `fetch` has"),
    };
    for (field, stated) in wrong {
        if *stated {
            push(format!("{at}.{field}"), Problem::Broken(message));
        }
    }
    if fetch.after_seconds > 0 && !case.tags.iter().any(|tag| tag == "slow") {
        push(
            format!("{at}.after_seconds"),
            Problem::Broken("a case that waits has the tag `slow`"),
        );
    }
}

fn check_answer(at: &str, answer: &Answer, fetches: usize, push: &mut dyn FnMut(String, Problem)) {
    let known: Vec<&str> = AGENT_PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
    optional_text(answer.suffix.as_ref(), format!("{at}.suffix"), &known, push);
    header_pairs(&answer.headers, &format!("{at}.headers"), &known, push);
    optional_text(answer.body.as_ref(), format!("{at}.body"), &known, push);
    header_pairs(&answer.trailers, &format!("{at}.trailers"), &known, push);
    if !(200..=999).contains(&answer.status) {
        push(
            format!("{at}.status"),
            Problem::Broken("expected 200 to 999; statuses below are `interim`"),
        );
    }
    for (index, interim) in answer.interim.iter().enumerate() {
        let at = format!("{at}.interim[{index}]");
        header_pairs(&interim.headers, &format!("{at}.headers"), &known, push);
        if !(100..=199).contains(&interim.status) || interim.status == 101 {
            push(
                format!("{at}.status"),
                Problem::Broken("expected 100 to 199 without 101"),
            );
        }
    }
    let in_range =
        |number: u32| usize::try_from(number).is_ok_and(|number| (1..=fetches).contains(&number));
    if answer.fetch.is_some_and(|number| !in_range(number)) {
        push(
            format!("{at}.fetch"),
            Problem::Contradiction(format!("expected a fetch of the case, from 1 to {fetches}")),
        );
    }
    if answer.nth == Some(0) {
        push(
            format!("{at}.nth"),
            Problem::Broken("requests are counted from 1"),
        );
    }
}

fn check_request(at: &str, request: &ExpectedRequest, push: &mut dyn FnMut(String, Problem)) {
    let known = known_to_page();
    optional_text(
        request.suffix.as_ref(),
        format!("{at}.suffix"),
        &known,
        push,
    );
    optional_text(
        request.method.as_ref(),
        format!("{at}.method"),
        &known,
        push,
    );
    optional_text(
        request.request_method.as_ref(),
        format!("{at}.request_method"),
        &known,
        push,
    );
    optional_text(
        request.request_headers.as_ref(),
        format!("{at}.request_headers"),
        &known,
        push,
    );
    optional_text(request.body.as_ref(), format!("{at}.body"), &known, push);
    header_pairs(&request.has, &format!("{at}.has"), &known, push);
    for (index, name) in request.lacks.iter().enumerate() {
        header_name(name, format!("{at}.lacks[{index}]"), push);
    }
    match request.kind {
        RequestKind::Preflight => {
            if request.request_method.is_none() {
                push(
                    format!("{at}.request_method"),
                    Problem::Broken("a preflight states its Access-Control-Request-Method"),
                );
            }
            if request.method.is_some() {
                push(
                    format!("{at}.method"),
                    Problem::Broken("a preflight's method is always OPTIONS: leave it out"),
                );
            }
        }
        RequestKind::Actual => {
            if request.request_method.is_some() || request.request_headers.is_some() {
                push(
                    at.to_owned(),
                    Problem::Broken("only a preflight has `request_method` and `request_headers`"),
                );
            }
        }
    }
}

fn check_outcome(at: &str, outcome: &Outcome, push: &mut dyn FnMut(String, Problem)) {
    let known = known_to_page();
    header_pairs(&outcome.headers, &format!("{at}.headers"), &known, push);
    for (index, name) in outcome.hidden.iter().enumerate() {
        text(name, format!("{at}.hidden[{index}]"), &known, push);
    }
    optional_text(outcome.url.as_ref(), format!("{at}.url"), &known, push);
    if outcome.error == Some(ErrorKind::Any) {
        push(
            format!("{at}.error"),
            Problem::Broken("a case states which error: `any` is for records of engines"),
        );
    }
    if outcome.error.is_some() {
        let more = outcome.response_type.is_some()
            || outcome.status.is_some()
            || !outcome.headers.is_empty()
            || !outcome.hidden.is_empty()
            || outcome.url.is_some()
            || outcome.redirected.is_some();
        if more {
            push(
                at.to_owned(),
                Problem::Broken("an `error` has nothing that script could see next to it"),
            );
        }
    } else if outcome.response_type.is_none() || outcome.status.is_none() {
        push(
            at.to_owned(),
            Problem::Broken("expected either `error`, or both `type` and `status`"),
        );
    }
}
