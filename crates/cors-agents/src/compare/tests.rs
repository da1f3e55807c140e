//! Tests of comparisons.

use std::collections::BTreeMap;

use cors_vectors::agent::{ErrorKind, Place, RequestKind, ResponseType};

use super::*;
use crate::observation::{ObservedOutcome, ObservedResponse};
use crate::tests::case;

fn observed() -> Observation {
    Observation {
        requests: vec![ObservedRequest {
            kind: RequestKind::Actual,
            at: Some(Place::Cross),
            suffix: String::new(),
            method: b"GET".to_vec(),
            headers: vec![(b"origin".to_vec(), b"https://page.test".to_vec())],
            body: Vec::new(),
        }],
        outcomes: vec![ObservedOutcome::Response(ObservedResponse {
            response_type: Some(ResponseType::Cors),
            status: 200,
            headers: BTreeMap::from([(b"x-a".to_vec(), b"1".to_vec())]),
            url: Some("https://cross.test/c/a/b".to_owned()),
            redirected: Some(false),
            timing_allowed: None,
        })],
    }
}

/// The differences that show after a change of the expectation, given as a JSON object that is
/// merged into the first expected request or outcome.
fn after(part: &str, change: &str) -> Vec<String> {
    let mut json = serde_json::to_value(case("a/b")).unwrap();
    let change: serde_json::Value = serde_json::from_str(change).unwrap();
    let target = json["expect"][part][0].as_object_mut().unwrap();
    for (key, value) in change.as_object().unwrap() {
        if value.is_null() {
            target.remove(key);
        } else {
            target.insert(key.clone(), value.clone());
        }
    }
    let case: AgentCase = serde_json::from_value(json).unwrap();
    match compare(&case, &World::of_model(&case), &observed()).unwrap() {
        Comparison::Same => Vec::new(),
        Comparison::Quarantined(reason) => vec![reason],
        Comparison::Different(list) => list
            .into_iter()
            .map(|d| format!("{} | {} | {}", d.what, d.wanted, d.got))
            .collect(),
    }
}

#[test]
fn what_is_as_expected_is_the_same() {
    assert!(after("requests", "{}").is_empty());
    assert!(
        after(
            "requests",
            r#"{"lacks": ["cookie"], "has": [["Origin", "{page}"]], "suffix": ""}"#
        )
        .is_empty()
    );
    let outcome = r#"{"headers": [["X-A", "1"]], "hidden": ["x-b"], "url": "{cross.url}", "redirected": false}"#;
    assert!(after("outcomes", outcome).is_empty());
}

#[test]
fn each_part_of_a_request_can_differ() {
    for (change, difference) in [
        (r#"{"at": "third"}"#, "request 1: place | third | cross"),
        (r#"{"suffix": "/2"}"#, "request 1: URL suffix | `/2` | ``"),
        (
            r#"{"method": "HEAD"}"#,
            "request 1: method | `HEAD` | `GET`",
        ),
        (
            r#"{"origin": "none"}"#,
            "request 1: Origin | absent | `https://page.test`",
        ),
        (
            r#"{"origin": "null"}"#,
            "request 1: Origin | `null` | `https://page.test`",
        ),
        (
            r#"{"has": [["Accept", "x"]]}"#,
            "request 1: Accept | `x` | absent",
        ),
        (
            r#"{"lacks": ["origin"]}"#,
            "request 1: origin | absent | `https://page.test`",
        ),
        (r#"{"body": "x"}"#, "request 1: body | `x` | ``"),
    ] {
        assert_eq!(after("requests", change), [difference]);
    }
    let preflight = after(
        "requests",
        r#"{"kind": "preflight", "method": null, "request_method": "PUT"}"#,
    );
    assert_eq!(
        preflight,
        [
            "request 1: kind | preflight | actual",
            "request 1: method | `OPTIONS` | `GET`",
            "request 1: Access-Control-Request-Method | `PUT` | absent",
        ]
    );
}

#[test]
fn each_part_of_an_outcome_can_differ() {
    for (change, difference) in [
        (r#"{"type": "basic"}"#, "outcome 1: type | basic | cors"),
        (r#"{"status": 404}"#, "outcome 1: status | 404 | 200"),
        (
            r#"{"headers": [["X-A", "2"]]}"#,
            "outcome 1: readable header x-a | `2` | `1`",
        ),
        (
            r#"{"hidden": ["X-A"]}"#,
            "outcome 1: hidden header x-a | absent | `1`",
        ),
        (
            r#"{"url": ""}"#,
            "outcome 1: url | `` | `https://cross.test/c/a/b`",
        ),
        (
            r#"{"redirected": true}"#,
            "outcome 1: redirected | true | false",
        ),
        (
            r#"{"type": null, "status": null, "error": "preflight"}"#,
            "outcome 1: result | error (the preflight failed) | response 200",
        ),
    ] {
        assert_eq!(after("outcomes", change), [difference]);
    }
}

#[test]
fn a_missing_request_is_named_by_what_was_there() {
    let mut observed = observed();
    observed.requests.clear();
    let case = case("a/b");
    let Comparison::Different(list) = compare(&case, &World::of_model(&case), &observed).unwrap()
    else {
        panic!("a missing request is a difference");
    };
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].wanted.as_str(), list[0].got.as_str()),
        ("actual at cross", "none")
    );
}

#[test]
fn errors_are_told_apart_only_where_the_agent_can() {
    let mut case = case("a/b");
    case.expect.outcomes = vec![serde_json::from_str(r#"{"error": "cors-check"}"#).unwrap()];
    let world = World::of_model(&case);
    let verdict = |outcome| {
        let observed = Observation {
            outcomes: vec![outcome],
            ..observed()
        };
        compare(&case, &world, &observed).unwrap()
    };
    assert_eq!(verdict(ObservedOutcome::Error(None)), Comparison::Same);
    assert_eq!(
        verdict(ObservedOutcome::Error(Some(ErrorKind::CorsCheck))),
        Comparison::Same
    );
    assert_ne!(
        verdict(ObservedOutcome::Error(Some(ErrorKind::Redirect))),
        Comparison::Same
    );
}

#[test]
fn the_quarantined_outcome_is_accepted_with_its_reason() {
    let mut case = case("a/b");
    let also = case.expect.clone();
    case.expect.outcomes = vec![serde_json::from_str(r#"{"error": "preflight"}"#).unwrap()];
    case.quarantine = Some(cors_vectors::agent::Quarantine {
        reason: "engines disagree".to_owned(),
        also,
    });
    let comparison = compare(&case, &World::of_model(&case), &observed()).unwrap();
    assert_eq!(
        comparison,
        Comparison::Quarantined("engines disagree".to_owned())
    );
}
