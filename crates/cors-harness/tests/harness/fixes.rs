//! Each fix that is shown for a failure works, whatever the server answered: failures are generated,
//! and the same case is run again with the responses changed as the fix says.
//!
//! `PROPTEST_CASES` sets how many failures are generated.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use cors_harness::cause::{Fix, Remedy};
use cors_harness::event::{CaseEvent, CheckOutcome, Got, Outcome};
use cors_harness::kit::{HttpService, Implementation, Kit, Subject, Unsupported};
use cors_harness::wire::RequestBody;
use cors_vectors::policy::Policy;
use cors_vectors::server::ServerCase;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::cases::{case, options, run_all};
use crate::kits::policies;

type Lines = Vec<(String, String)>;

/// What a server answers to a preflight, and to all else.
#[derive(Debug, Clone)]
struct Answers {
    preflight: (u16, Lines),
    other: (u16, Lines),
}

/// A server that always answers so, with changes of its answers by their number.
struct Scripted {
    answers: Answers,
    changes: Option<Fix>,
}

fn changed((status, lines): &(u16, Lines), changes: Option<&Fix>, exchange: usize) -> (u16, Lines) {
    let (mut status, mut lines) = (*status, lines.clone());
    let changes = changes.into_iter().flat_map(|fix| &fix.changes);
    for change in changes.filter(|change| change.exchange == exchange) {
        let without = |lines: &mut Lines, name: &str| {
            lines.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        };
        match &change.remedy {
            Remedy::SetStatus { status: to } => status = *to,
            Remedy::RemoveHeader { name, .. } => without(&mut lines, name),
            Remedy::SetHeader { name, value } => {
                without(&mut lines, name);
                lines.push((name.clone(), value.clone()));
            }
            Remedy::AddToList { name, value } => lines.push((name.clone(), value.clone())),
        }
    }
    (status, lines)
}

impl Implementation for Scripted {
    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        if !policy.allows_origin(b"https://app.example") {
            return Err(Unsupported::because("nonsense"));
        }
        let number = Rc::new(Cell::new(0));
        let (answers, changes) = (self.answers.clone(), self.changes.clone());
        Ok(tower::service_fn(
            move |request: http::Request<RequestBody>| {
                let mut response = http::Response::new(String::new());
                // Other requests are no part of the case.
                if request.headers().contains_key("origin") {
                    let is_preflight = request
                        .headers()
                        .contains_key("access-control-request-method");
                    let answer = if is_preflight {
                        &answers.preflight
                    } else {
                        &answers.other
                    };
                    let (status, lines) = changed(answer, changes.as_ref(), number.get());
                    number.set(number.get() + 1);
                    *response.status_mut() = status.try_into().unwrap();
                    for (name, value) in lines {
                        let name: http::HeaderName = name.parse().unwrap();
                        response.headers_mut().append(name, value.parse().unwrap());
                    }
                }
                async { Ok::<_, Infallible>(response) }
            },
        ))
    }
}

/// Lines of one name: none, one or two of these values.
fn lines(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Lines> {
    let several = prop_oneof![
        2 => Just(0..1),
        6 => Just(1..2),
        1 => Just(2..3),
    ];
    several
        .prop_flat_map(move |count| prop::collection::vec(select(values), count))
        .prop_map(move |values| {
            let line = |value: &str| (name.to_owned(), value.to_owned());
            values.into_iter().map(line).collect()
        })
}

fn answer(statuses: &'static [u16]) -> impl Strategy<Value = (u16, Lines)> {
    let origin = [
        "*",
        "https://app.example",
        "https://app.example",
        "https://app.example",
        "https://app.example/",
        "https://App.example",
        "https://evil.example",
        "null",
        "",
        "https://app.example, https://evil.example",
    ];
    let all = (
        lines("Access-Control-Allow-Origin", Box::leak(Box::new(origin))),
        lines(
            "Access-Control-Allow-Credentials",
            &["true", "true", "True", "true, true"],
        ),
        lines(
            "Access-Control-Allow-Methods",
            &["*", "PUT", "put, GET", "GET,POST", "a b", "PATCH, PUT", ""],
        ),
        lines(
            "Access-Control-Allow-Headers",
            &[
                "*",
                "x-token",
                "X-Token, content-type",
                "authorization",
                "a b",
                "",
            ],
        ),
        lines(
            "Access-Control-Expose-Headers",
            &["*", "x-request-id", "x-hidden, x-request-id", "a b"],
        ),
        lines("Vary", &["Origin", "Accept", "*", "accept-encoding,origin"]),
        lines("Access-Control-Max-Age", &["600", "ten", "-1", "600, 600"]),
        lines(
            "Location",
            &["/resource", "https://elsewhere.example/", "//u:p@x/"],
        ),
    );
    (select(statuses), all).prop_map(|(status, all)| {
        let (origin, credentials, methods, headers, exposed, vary, age, location) = all;
        let lists = [
            origin,
            credentials,
            methods,
            headers,
            exposed,
            vary,
            age,
            location,
        ];
        (status, lists.concat())
    })
}

fn check() -> impl Strategy<Value = Value> {
    let names = [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Max-Age",
        "Vary",
    ];
    let statement = select(vec![
        json!({"absent": true}),
        json!({"absent": false}),
        json!({"equals": "true"}),
        json!({"one_of": ["*", "https://app.example"]}),
        json!({"absent_or_one_of": ["600"]}),
        json!({"not": "*"}),
        json!({"has_token": "Origin"}),
        json!({"has_token": "PUT"}),
        json!({"lacks_token": "x-token"}),
        json!({"lacks_bytes": "evil"}),
        json!({"max_lines": 1}),
        json!({"grammar": "origin-or-null-or-wildcard"}),
        json!({"grammar": "true"}),
        json!({"grammar": "delta-seconds"}),
        json!({"grammar": "token-list"}),
    ]);
    let status = json!({"status": [[200, 299]]});
    let of_header = (select(names.to_vec()), statement).prop_map(|(name, mut statement)| {
        statement["header"] = json!(name);
        statement
    });
    let any = prop_oneof![5 => of_header, 1 => Just(status)];
    (
        any,
        select(vec!["last", "preflight", "actual"]),
        select(vec!["must", "should"]),
    )
        .prop_map(|(mut statement, on, level)| {
            statement["on"] = json!(on);
            statement["level"] = json!(level);
            statement
        })
}

fn any_case() -> impl Strategy<Value = ServerCase> {
    let headers = [
        ("x-token", "1"),
        ("content-type", "application/json"),
        ("authorization", "b"),
        ("x-other", "1"),
    ];
    (
        select(vec![
            "https://app.example",
            "https://app.example",
            "https://evil.example",
            "null",
        ]),
        select(vec!["GET", "POST", "PUT", "PATCH"]),
        subsequence(headers.to_vec(), 0..3),
        select(vec!["include", "same-origin"]),
        select(vec!["shared", "refused"]),
        prop::collection::vec(check(), 0..3),
        select(vec![
            json!({}),
            json!({"reads": ["x-request-id"]}),
            json!({"cannot_read": ["x-hidden"]}),
        ]),
    )
        .prop_map(
            |(origin, method, headers, credentials, verdict, mut checks, mut fetch)| {
                for (number, check) in checks.iter_mut().enumerate() {
                    check["id"] = json!(format!("check-{number}"));
                    // No case looks at a request that a browser does not send.
                    let preflights = !headers.is_empty() || ["PUT", "PATCH"].contains(&method);
                    if verdict == "refused" || !preflights {
                        check["on"] = json!("last");
                    }
                }
                for (name, value) in [
                    ("origin", json!(origin)),
                    ("method", json!(method)),
                    ("headers", json!(headers)),
                    ("credentials", json!(credentials)),
                ] {
                    fetch[name] = value;
                }
                if verdict == "refused" {
                    fetch.as_object_mut().unwrap().remove("reads");
                }
                let steps = json!([{"fetch": fetch, "verdict": verdict, "checks": checks}]);
                case(
                    "generated/failure",
                    &json!({"policy": "list", "steps": steps}),
                )
            },
        )
}

/// The event of the case against these answers, and of a case that passes none of its details.
fn judged(runtime: &tokio::runtime::Runtime, case: &ServerCase, server: &Scripted) -> CaseEvent {
    let kit = Kit::in_process(server, &policies()).unwrap();
    let cases = std::slice::from_ref(case);
    let stream = runtime.block_on(run_all(cases, Subject::Kit(kit), &options()));
    stream.case("generated/failure").clone()
}

/// Whether a fix works. Where a preflight or a redirect was refused, the browser now goes on to a
/// request whose response nobody had seen.
fn works(now: &CaseEvent, then: &CaseEvent, fix: &Fix) -> bool {
    match &fix.check {
        Some(check) => !then
            .checks
            .iter()
            .any(|other| other.id == *check && other.outcome == CheckOutcome::Fail),
        None => {
            then.wanted.map(Got::from) == then.got && then.wanted.is_some()
                || then.outcome == Outcome::Pass
                || then.exchanges > now.exchanges
        }
    }
}

#[test]
fn each_fix_that_is_shown_works() {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.map_or(400, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        max_global_rejects: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (failures, without, fixes) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let preflight = answer(&[200, 200, 204, 204, 204, 302, 401, 403, 404, 405, 500]);
    let other = answer(&[200, 200, 200, 200, 401, 404, 500, 302]);
    let answers = (preflight, other).prop_map(|(preflight, other)| Answers { preflight, other });
    let mut runner = TestRunner::new(config);
    let result = runner.run(&(any_case(), answers), |(case, answers)| {
        let server = Scripted {
            answers,
            changes: None,
        };
        let now = judged(&runtime, &case, &server);
        let Some(cause) = now.cause.as_ref().filter(|_| now.outcome == Outcome::Fail) else {
            return Err(TestCaseError::reject("it does not fail"));
        };
        failures.set(failures.get() + 1);
        without.set(without.get() + u32::from(cause.fixes.is_empty()));
        for fix in &cause.fixes {
            fixes.set(fixes.get() + 1);
            let server = Scripted {
                answers: server.answers.clone(),
                changes: Some(fix.clone()),
            };
            let then = judged(&runtime, &case, &server);
            prop_assert!(
                works(&now, &then, fix),
                "{} does not correct {:?}\nthen {:?}",
                fix,
                now,
                then
            );
        }
        Ok(())
    });
    let (failures, without, fixes) = (failures.get(), without.get(), fixes.get());
    println!("{failures} failures, {fixes} fixes tried, {without} failures without one");
    result.unwrap();
    assert!(failures >= cases, "{failures}");
    assert!(
        without * 10 <= failures,
        "{without} of {failures} failures have no fix"
    );
}

/// The fixes of a fetch by a page of https://app.example, in words.
fn fixes_of(answer: (u16, Lines), checks: &Value) -> Vec<String> {
    let fetch = json!({"origin": "https://app.example", "credentials": "omit"});
    let steps = json!([{"fetch": fetch, "verdict": "shared", "checks": checks}]);
    let case = case(
        "generated/failure",
        &json!({"policy": "list", "steps": steps}),
    );
    let server = Scripted {
        answers: Answers {
            preflight: answer.clone(),
            other: answer,
        },
        changes: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cause = judged(&runtime, &case, &server).cause.unwrap();
    cause.fixes.iter().map(Fix::to_string).collect()
}

#[test]
fn what_need_not_be_there_is_to_go() {
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let granted = vec![
        line("access-control-allow-origin", "https://app.example"),
        line("access-control-allow-credentials", "true"),
    ];
    let check = |of: &Value| {
        let mut check = json!({
            "id": "credentials", "on": "last", "level": "must",
            "header": "Access-Control-Allow-Credentials",
        });
        check
            .as_object_mut()
            .unwrap()
            .extend(of.as_object().unwrap().clone());
        json!([check])
    };
    for statement in [
        json!({"absent_or_one_of": ["false"]}),
        json!({"not": "true"}),
        json!({"absent": true}),
    ] {
        let fixes = fixes_of((200, granted.clone()), &check(&statement));
        assert_eq!(
            fixes,
            ["do not send Access-Control-Allow-Credentials"],
            "{statement}"
        );
    }
}

#[test]
fn what_the_policy_lists_is_not_opened_to_all() {
    let fixes = fixes_of((200, Vec::new()), &json!([]));
    let text = fixes.join("; ");
    assert!(text.contains("https://app.example"), "{text}");
    assert!(!text.contains('*'), "{text}");
}
