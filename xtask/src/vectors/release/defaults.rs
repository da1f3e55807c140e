//! What a member of a case is where it is left out, as `vectors/README.md` states it.

use serde_json::{Map, Value, json};

/// Fills in what a server case leaves out.
pub(super) fn server_case(case: &mut Value) {
    fill(
        case,
        &json!({
            "aliases": [], "rules": [], "tags": [], "level": "must", "requires": [], "catches": []
        }),
    );
    for step in items(case, "steps") {
        fill(step, &json!({"checks": []}));
        member(
            step,
            "fetch",
            &json!({
                "method": "GET", "endpoint": "resource", "credentials": "same-origin", "headers": [],
                "upload_listener": false, "reads": [], "cannot_read": []
            }),
        );
        member(
            step,
            "send",
            &json!({
                "method": "GET", "endpoint": "resource", "headers": [], "raw": false
            }),
        );
        for check in items(step, "checks") {
            fill(check, &json!({"on": "last"}));
        }
    }
}

/// Fills in what a policy leaves out, its rules and resources included.
pub(super) fn policy(policy: &mut Value) {
    fill(
        policy,
        &json!({
            "allow_credentials": false, "credentials_for_any_origin": false, "endpoints": {},
            "rules": [], "resources": []
        }),
    );
    for list in ["rules", "resources"] {
        for part in items(policy, list) {
            fill(
                part,
                &json!({"allow_credentials": false, "credentials_for_any_origin": false}),
            );
        }
    }
}

/// Fills in what an agent case leaves out.
pub(super) fn agent_case(case: &mut Value) {
    fill(
        case,
        &json!({"aliases": [], "rules": [], "tags": [], "server": []}),
    );
    for fetch in items(case, "fetches") {
        if fetch.get("url").is_none() {
            fill(fetch, &json!({"to": "cross"}));
        }
        fill(
            fetch,
            &json!({
                "api": "fetch", "page": "ordinary", "headers": [], "credentials": "same-origin",
                "mode": "cors", "redirect": "follow", "cache": "default", "referrer_policy": "",
                "keepalive": false, "duplex_half": false, "after_seconds": 0
            }),
        );
    }
    for answer in items(case, "server") {
        fill(
            answer,
            &json!({
                "on": "any", "status": 200, "headers": [], "body": "", "interim": [], "trailers": [],
                "drop": false
            }),
        );
        for interim in items(answer, "interim") {
            fill(interim, &json!({"headers": []}));
        }
    }
    expectation(case.get_mut("expect"));
    expectation(case.pointer_mut("/quarantine/also"));
}

fn expectation(expect: Option<&mut Value>) {
    let Some(expect) = expect else { return };
    for request in items(expect, "requests") {
        fill(request, &json!({"at": "cross", "has": [], "lacks": []}));
    }
    for outcome in items(expect, "outcomes") {
        fill(outcome, &json!({"headers": [], "hidden": []}));
    }
}

/// The elements of a list, if the member is there.
fn items<'v>(value: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> {
    let list = value.get_mut(name).and_then(Value::as_array_mut);
    list.into_iter().flatten()
}

fn member(value: &mut Value, name: &str, defaults: &Value) {
    if let Some(found) = value.get_mut(name) {
        fill(found, defaults);
    }
}

/// Adds the members that are missing.
fn fill(value: &mut Value, defaults: &Value) {
    let none = Map::new();
    let Some(members) = value.as_object_mut() else {
        return;
    };
    for (name, default) in defaults.as_object().unwrap_or(&none) {
        if !members.contains_key(name) {
            members.insert(name.clone(), default.clone());
        }
    }
}
