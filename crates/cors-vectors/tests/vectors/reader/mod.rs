//! Each kind of error of the reader, with its exact message.

mod agent_cases;
mod flags;
mod policies;
mod references;
mod rules;
mod server_cases;

use std::fmt::{Debug, Display};

const SERVER: &str = r#"{
  "area": "origin",
  "about": "About.",
  "cases": [
    {
      "id": "origin/allowed",
      "title": "Title.",
      "why": "Why.",
      "spec": ["fetch#concept-cors-check/4"],
      "policy": "plain",
      "steps": [{ "fetch": { "origin": "{allowed}" }, "verdict": "shared" }]
    },
    {
      "id": "origin/foreign",
      "title": "Title.",
      "why": "Why.",
      "spec": ["fetch#concept-cors-check/4"],
      "policy": "plain",
      "paired_with": "origin/allowed",
      "steps": [
        {
          "fetch": { "origin": "{foreign}", "endpoint": "missing" },
          "verdict": "refused",
          "checks": [{ "id": "vary", "level": "should", "header": "Vary", "has_token": "Origin" }]
        }
      ]
    }
  ]
}
"#;

const AGENT: &str = r#"{
  "area": "cors-check",
  "about": "About.",
  "cases": [
    {
      "id": "cors-check/star",
      "title": "Title.",
      "spec": ["fetch#concept-cors-check/3"],
      "rules": ["CL-CHECK-03"],
      "fetches": [{ "method": "PUT" }],
      "server": [{ "headers": [["Access-Control-Allow-Origin", "{origin}"]] }],
      "expect": {
        "requests": [{ "kind": "preflight", "origin": "page", "request_method": "PUT" }],
        "outcomes": [{ "error": "preflight" }]
      }
    }
  ]
}
"#;

const POLICIES: &str = r#"{
  "policies": {
    "plain": {
      "about": "About.",
      "policy": {
        "allow_origins": ["https://app.example"],
        "allow_methods": ["PUT"],
        "allow_headers": [],
        "expose_headers": [],
        "endpoints": { "missing": "/missing" }
      }
    }
  }
}
"#;

const RULES: &str = r#"{
  "about": "About.",
  "rules": [
    {
      "id": "CL-CHECK-03",
      "side": "client",
      "level": "must",
      "spec": ["fetch#concept-cors-check/3"],
      "statement": "Statement."
    }
  ]
}
"#;

const TOML: &str = r#"allow_origins = ["https://app.example", "https://*.trusted.example"]
allow_credentials = true
allow_methods = ["GET", "PUT"]
allow_headers = "any"
expose_headers = []
max_age = 600
[endpoints]
missing = "/missing"
"#;

/// The text with something in it replaced; the replaced text must be there.
fn with(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old} is not in the text");
    text.replacen(old, new, 1)
}

fn check<T: Debug, E: Debug + Display>(
    read: impl Fn(&str) -> Result<T, E>,
    text: &str,
    table: &[(&str, &str, &str)],
) {
    if let Err(errors) = read(text) {
        panic!("the text itself is wrong: {errors}");
    }
    for (old, new, expected) in table {
        let errors = read(&with(text, old, new)).unwrap_err();
        assert_eq!(&errors.to_string(), expected, "with {new} for {old}");
    }
}
