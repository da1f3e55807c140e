//! What is explained of what people have at hand, put together here.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what goes wrong here is a failed test, with its place"
)]

mod changes;
mod har_files;
mod pastes;
mod refusals;
mod values;

use cors_explain::{Explanation, Stated, Verdict, of_har, of_text};
use cors_model::request::CredentialsMode;
use serde_json::{Value, json};

/// The explanation of a text.
fn text(text: &[u8]) -> Explanation {
    of_text("input", text, &Stated::default()).unwrap()
}

/// A HAR file with these entries.
fn har_file(entries: &[Value]) -> Vec<u8> {
    json!({ "log": { "version": "1.2", "entries": entries } })
        .to_string()
        .into_bytes()
}

/// An entry of a HAR file; a status below 100 is what browsers write where there is no answer.
fn entry(
    method: &str,
    url: &str,
    request: &[(&str, &str)],
    status: i32,
    response: &[(&str, &str)],
) -> Value {
    let headers = |headers: &[(&str, &str)]| -> Vec<Value> {
        let header = |(name, value): &(&str, &str)| json!({ "name": name, "value": value });
        headers.iter().map(header).collect()
    };
    json!({
        "request": { "method": method, "url": url, "headers": headers(request), "bodySize": 0 },
        "response": { "status": status, "headers": headers(response) },
    })
}

/// The explanation of a HAR file.
fn har(entries: &[Value]) -> Explanation {
    of_har("input", &har_file(entries), None, &Stated::default()).unwrap()
}

/// Whether a sentence of the explanation has these words.
fn tells(explanation: &Explanation, words: &str) -> bool {
    let sentences = explanation.notes.iter().chain(&explanation.page.assumed);
    sentences
        .chain([&explanation.said])
        .any(|sentence| sentence.contains(words))
}

#[track_caller]
fn assert_verdict(explanation: &Explanation, verdict: Verdict) {
    assert_eq!(explanation.verdict, verdict, "{}", explanation.said);
}
