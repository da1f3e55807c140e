//! What `explain` says of texts and HAR files: as text and as JSON, nothing that a terminal obeys.
//!
//! Input: flags (a HAR file, all steps, and whose behaviour in two bits), and the text.

use cors_explain::{Explanation, Known, Stated, Unclear, of_har, of_text, render};
use cors_model::dialect::Engine;
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
    let stated = Stated {
        engine: engine.map(|engine| Known::of(engine).expect("it is embedded")),
        ..Stated::default()
    };
    let explained = || -> Result<Explanation, Unclear> {
        if har {
            of_har("input", text, None, &stated)
        } else {
            of_text("input", text, &stated)
        }
    };
    match explained() {
        Ok(explanation) => {
            shown::plain(&render::text(&explanation, verbose));
            let json = serde_json::to_value(&explanation).expect("it can be written");
            check_all(&json);
            assert_eq!(explained().as_ref(), Ok(&explanation), "the same again");
        }
        Err(Unclear(why)) => assert!(!why.is_empty()),
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
