//! What engines say on their consoles where a browser refuses, so that somebody can search for the
//! words that they saw. It was recorded of cases that are refused at the same step.

use std::sync::OnceLock;

use cors_model::dialect::Engine;
use cors_vectors::observed::{ConsoleMessage, observed};
use serde::Serialize;

use cors_text::terminal::sentence;

/// What an engine says of such a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleView {
    /// The engine.
    pub engine: String,
    /// What it says, with `…` for what depends on page and URL, safe for a terminal: engines repeat
    /// values as they came.
    pub said: String,
    /// The case in which it was seen to say so.
    pub case: String,
}

/// What the engines say of a refusal: at which step, at what point of the fetch, and what was
/// compared there. An engine that was seen to say nothing is left out.
pub fn said(at: &str, stage: &str, got: Option<&str>) -> Vec<ConsoleView> {
    static RECORDS: OnceLock<Vec<(Engine, Vec<ConsoleMessage>)>> = OnceLock::new();
    let records = RECORDS.get_or_init(|| {
        let of = |engine: Engine| {
            // A record that cannot be read is a mistake that tests find; here it says nothing.
            let record = observed(engine.name()).ok().flatten();
            (
                engine,
                record.map_or_else(Vec::new, |record| record.console),
            )
        };
        Engine::ALL.map(of).into()
    });
    let mut views = Vec::new();
    for (engine, messages) in records {
        let fits = |message: &&ConsoleMessage| {
            message.at == at && message.stage == stage && !message.said.is_empty()
        };
        let alike = |message: &&ConsoleMessage| kind(message.got.as_deref()) == kind(got);
        let direct = |message: &&ConsoleMessage| !message.case.contains("redirect");
        let fitting = || messages.iter().filter(fits);
        let found = fitting()
            .filter(direct)
            .find(alike)
            .or_else(|| fitting().find(direct))
            .or_else(|| fitting().next());
        if let Some(message) = found
            && let Some(first) = message.said.first()
        {
            views.push(ConsoleView {
                engine: engine.dialect().name.to_owned(),
                said: sentence(&anonymous(first)),
                case: message.case.clone(),
            });
        }
    }
    views
}

/// What engines tell apart in a value.
fn kind(got: Option<&str>) -> u8 {
    match got {
        None => 0,
        Some("") => 1,
        Some("*") => 2,
        Some(got) if got.contains(',') => 3,
        Some(got) if got.contains("://") => 4,
        Some(_) => 5,
    }
}

/// A message without its placeholders.
fn anonymous(said: &str) -> String {
    let mut text = String::new();
    let mut rest = said;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        match after.split_once('}') {
            Some((name, behind))
                if ["page", "cross", "third"]
                    .iter()
                    .any(|place| name.starts_with(place)) =>
            {
                text.push('…');
                rest = behind;
            }
            _ => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "fetch#concept-cors-check/4";

    fn texts(at: &str, stage: &str, got: Option<&str>) -> Vec<(String, String)> {
        let views = said(at, stage, got).into_iter();
        views.map(|view| (view.engine, view.said)).collect()
    }

    #[test]
    fn each_engine_has_words_for_an_origin_that_does_not_match() {
        let said = texts(CHECK, "response", Some("https://other.example"));
        let engines: Vec<&str> = said.iter().map(|(engine, _)| engine.as_str()).collect();
        assert_eq!(engines, ["Chromium", "Firefox", "WebKit"]);
        for ((_, said), words) in said.iter().zip([
            "that is not equal to the supplied origin",
            "does not match",
            "is not allowed by Access-Control-Allow-Origin",
        ]) {
            assert!(said.contains(words), "{said}");
            assert!(!said.contains(['{', '}']), "{said}");
        }
    }

    #[test]
    fn words_are_those_for_such_a_value() {
        let chromium = |got| texts(CHECK, "response", got).swap_remove(0).1;
        assert!(chromium(Some("")).contains("contains the invalid value ''"));
        assert!(chromium(Some("*")).contains("must not be the wildcard '*'"));
    }

    #[test]
    fn what_nobody_was_seen_to_refuse_has_no_words() {
        assert!(said("fetch#concept-cors-check/3", "response", None).is_empty());
        assert!(said(CHECK, "redirect", None).is_empty());
    }

    #[test]
    fn only_placeholders_are_left_out() {
        assert_eq!(
            anonymous("at '{cross.url}/2' {x} {page}, {"),
            "at '…/2' {x} …, {"
        );
    }
}
