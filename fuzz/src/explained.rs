//! What `explain` says of texts and HAR files: as text and as JSON, nothing that a terminal obeys.
//!
//! Input: flags (a HAR file, all steps, and whose behaviour in two bits), and the text.

use cors_agents::browser::Engine;
use cors_conformance::explain::{of_har, of_text, render};
use serde_json::Value;

use crate::input::flags;
use crate::shown;

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([har, verbose, other, which, ..], text) = flags(data);
    let engine = match (other, which) {
        (false, false) => None,
        (false, true) => Some(Engine::Chromium),
        (true, false) => Some(Engine::Firefox),
        (true, true) => Some(Engine::Webkit),
    };
    let of = if har { of_har } else { of_text };
    match of("input", text, engine) {
        Ok(explanation) => {
            shown::plain(&render::text(&explanation, verbose));
            let json = serde_json::to_value(&explanation).expect("it can be written");
            check_all(&json);
            let again = of("input", text, engine);
            assert_eq!(again.as_ref(), Ok(&explanation), "the same again");
        }
        Err(said) => assert!(!said.is_empty()),
    }
}

/// Every text in a value is safe for a terminal.
fn check_all(value: &Value) {
    match value {
        Value::String(text) => shown::check(text, false),
        Value::Array(values) => values.iter().for_each(check_all),
        Value::Object(members) => members.values().for_each(check_all),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
