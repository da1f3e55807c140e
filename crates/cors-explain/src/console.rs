//! What engines write to their consoles where a browser refuses, so that somebody can search for the
//! words that they saw: recorded of cases that are refused in the same way, with the values of this
//! exchange in place of the recorded ones. Where an engine was not seen to refuse in this way, or the
//! record does not show where a value stands, there is no message.

use std::sync::OnceLock;

use cors_model::dialect::Engine;
use cors_text::terminal::sentence;
use cors_vectors::names::is_token;
use cors_vectors::observed::{ConsoleMessage, ValueKind, observed};
use serde::Serialize;

/// What an engine writes of such a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleView {
    /// The engine.
    pub engine: String,
    /// What it writes, safe for a terminal: engines repeat values as they came.
    pub said: String,
    /// The case in which it was seen to write so.
    pub case: String,
}

/// A refusal, as far as engines write of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refused<'a> {
    /// The step that refuses: `fetch#anchor/step`.
    pub at: &'a str,
    /// At what point of the fetch: `preflight`, `response` …
    pub stage: &'a str,
    /// What was compared there, escaped; absent when there was none.
    pub got: Option<&'a str>,
    /// The method or header name that a list lacks.
    pub element: Option<&'a str>,
    /// The status of the response that was judged.
    pub status: Option<u16>,
    /// The page's origin.
    pub page: &'a str,
    /// The URL of the request that was judged.
    pub url: &'a str,
    /// The URL that the page asked for, where a redirect led to another one.
    pub asked: Option<&'a str>,
}

/// Where the values of an exchange stand in a message: between which words.
const SLOTS: [(&str, &str, Value); 10] = [
    ("header has a value '", "'", Value::Got),
    ("contains the invalid value '", "'", Value::Got),
    ("contains multiple values '", "'", Value::Got),
    ("header in the response is '", "'", Value::Got),
    ("does not match ‘", "’", Value::Got),
    ("has an invalid value: ", "\0", Value::Got),
    ("Request header field ", " ", Value::Element),
    ("header ‘", "’ is not allowed according", Value::Element),
    ("Method ", " is not allowed", Value::Element),
    ("invalid token ‘", "’", Value::Token),
];

/// Before a status; behind it there is a full stop, or nothing.
const STATUS: &str = "Status code: ";

#[derive(Debug, Clone, Copy)]
enum Value {
    Got,
    Element,
    /// The first element of a list that is no token.
    Token,
}

/// What the engines write of a refusal.
pub fn written(refused: &Refused<'_>) -> Vec<ConsoleView> {
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
    let view = |(engine, messages): &(Engine, Vec<ConsoleMessage>)| {
        if is_unseen_redirect(*engine, refused) {
            return None;
        }
        let status = refused.status.map(|status| status.to_string());
        let refused = as_seen_by(*engine, refused, status.as_deref());
        let mut fitting = messages
            .iter()
            .filter(|message| fits(*engine, message, &refused));
        let message = fitting.next()?;
        Some(ConsoleView {
            engine: engine.dialect().name.to_owned(),
            said: sentence(&filled(message.said.first()?, &refused)?),
            case: message.case.clone(),
        })
    };
    records.iter().filter_map(view).collect()
}

/// WebKit looks at the status of a preflight before anything else: `validatePreflightResponse` in
/// <https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginAccessControl.cpp>
fn as_seen_by<'a>(engine: Engine, refused: &Refused<'a>, status: Option<&'a str>) -> Refused<'a> {
    let failed = refused
        .status
        .is_some_and(|status| !(200..=299).contains(&status));
    if engine == Engine::Webkit && refused.stage == "preflight" && failed {
        Refused {
            at: "fetch#cors-preflight-fetch-0/8",
            got: status,
            ..*refused
        }
    } else {
        *refused
    }
}

/// Whether a preflight was redirected, of which Chromium and Firefox write in words of their own that
/// the records do not hold: "Redirect is not allowed for a preflight request" and "CORS request
/// external redirect not allowed". `WebKit` names the status as it does of every other.
fn is_unseen_redirect(engine: Engine, refused: &Refused<'_>) -> bool {
    engine != Engine::Webkit
        && refused.stage == "preflight"
        && matches!(refused.status, Some(301 | 302 | 303 | 307 | 308))
}

/// Whether a message was written of such a refusal. What is said of a redirect is told apart, and what
/// is said of `XMLHttpRequest` is not taken for what is said of `fetch()`.
fn fits(engine: Engine, message: &ConsoleMessage, refused: &Refused<'_>) -> bool {
    let Some(said) = message.said.first() else {
        return false;
    };
    let is_redirected = said.contains("redirect") || message.case.contains("redirect");
    message.at == refused.at
        && message.stage == refused.stage
        // What a list holds that lacks an element makes no difference.
        && (!refused.at.starts_with("fetch#concept-cors-check/")
            || are_alike(engine, message.got.as_deref(), refused.got))
        && is_redirected == refused.asked.is_some()
        && !said.contains("XMLHttpRequest")
}

/// Whether an engine tells two values apart. Of messages that are the same but for the value only the
/// first is recorded: Firefox and WebKit make nothing of what a value that does not match looks like.
fn are_alike(engine: Engine, recorded: Option<&str>, got: Option<&str>) -> bool {
    let plain = [ValueKind::Empty, ValueKind::Origin, ValueKind::Other];
    let (recorded, got) = (ValueKind::of(recorded), ValueKind::of(got));
    recorded == got
        || (engine != Engine::Chromium && plain.contains(&recorded) && plain.contains(&got))
}

/// A message with the values of this exchange; `None` where it cannot be told which stand where.
fn filled(said: &str, refused: &Refused<'_>) -> Option<String> {
    let mut text = said.to_owned();
    for (before, after, value) in SLOTS {
        let Some((start, rest)) = text.split_once(before) else {
            continue;
        };
        let behind = match after {
            "\0" => "",
            _ => match rest.find(after) {
                Some(end) => rest.get(end..)?,
                None => continue,
            },
        };
        let value = match value {
            Value::Got => refused.got.unwrap_or_default(),
            Value::Element => refused.element?,
            Value::Token => {
                let mut elements = refused.got?.split(',').map(str::trim_ascii);
                elements.find(|element| !is_token(element.as_bytes()))?
            }
        };
        if value.contains(['\\', '{']) {
            // Engines write other bytes in ways of their own.
            return None;
        }
        text = format!("{start}{before}{value}{behind}");
    }
    if let Some((start, rest)) = text.split_once(STATUS) {
        let behind = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        text = format!("{start}{STATUS}{}{behind}", refused.status?);
    }
    if let Some(asked) = refused.asked {
        // Chromium names both, in this order; of the others it was not seen which they name.
        let (start, rest) = text.split_once("at '{")?;
        let (_, rest) = rest.split_once("' (redirected from '{")?;
        let (_, behind) = rest.split_once("')")?;
        text = format!(
            "{start}at '{}' (redirected from '{asked}'){behind}",
            refused.url
        );
    }
    for place in ["{cross.url}", "{third.url}", "{page.url}"] {
        text = text.replace(place, refused.url);
    }
    text = text.replace("{page}", refused.page);
    (!text.contains(['{', '}'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "fetch#concept-cors-check/4";

    fn of(refused: Refused<'_>) -> Vec<(String, String)> {
        let refused = Refused {
            page: "https://app.example",
            url: "https://api.example/x",
            ..refused
        };
        let views = written(&refused).into_iter();
        views.map(|view| (view.engine, view.said)).collect()
    }

    fn response(got: Option<&str>) -> Vec<(String, String)> {
        of(Refused {
            at: CHECK,
            stage: "response",
            got,
            status: Some(401),
            ..Refused::default()
        })
    }

    #[track_caller]
    fn assert_written(views: &[(String, String)], words: &[(&str, &str)]) {
        let engines: Vec<&str> = views.iter().map(|(engine, _)| engine.as_str()).collect();
        let wanted: Vec<&str> = words.iter().map(|(engine, _)| *engine).collect();
        assert_eq!(engines, wanted, "{views:?}");
        for ((_, said), (_, words)) in views.iter().zip(words) {
            assert!(said.contains(words), "{said}");
            assert!(!said.contains(['{', '}', '…']), "{said}");
        }
    }

    #[test]
    fn each_engine_has_words_for_an_origin_that_does_not_match() {
        assert_written(
            &response(Some("https://other.example")),
            &[
                (
                    "Chromium",
                    "at 'https://api.example/x' from origin 'https://app.example' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal",
                ),
                (
                    "Firefox",
                    "at https://api.example/x. (Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://other.example’)",
                ),
                (
                    "WebKit",
                    "Origin https://app.example is not allowed by Access-Control-Allow-Origin. Status code: 401",
                ),
            ],
        );
    }

    #[test]
    fn a_status_is_that_of_the_response() {
        let missing = |stage, status| {
            of(Refused {
                at: "fetch#concept-cors-check/2",
                stage,
                status: Some(status),
                ..Refused::default()
            })
        };
        assert_written(
            &missing("response", 401),
            &[
                (
                    "Chromium",
                    "No 'Access-Control-Allow-Origin' header is present",
                ),
                ("Firefox", "missing). Status code: 401."),
                (
                    "WebKit",
                    "Origin https://app.example is not allowed by Access-Control-Allow-Origin. Status code: 401",
                ),
            ],
        );
        assert_written(
            &missing("preflight", 405),
            &[
                (
                    "Chromium",
                    "preflight request doesn't pass access control check: No 'Access",
                ),
                ("Firefox", "missing). Status code: 405."),
                (
                    "WebKit",
                    "Preflight response is not successful. Status code: 405",
                ),
            ],
        );
    }

    #[test]
    fn names_and_methods_are_those_of_the_exchange() {
        let listed = |at, element| {
            of(Refused {
                at,
                stage: "preflight",
                got: Some("x-a, x-b"),
                element: Some(element),
                status: Some(204),
                ..Refused::default()
            })
        };
        for (at, element, words) in [
            ("fetch#cors-preflight-fetch-0/7.7", "x-beta", "x-beta"),
            ("fetch#cors-preflight-fetch-0/7.5", "PATCH", "PATCH"),
        ] {
            for (engine, said) in listed(at, element) {
                assert!(said.contains(words) || engine == "Firefox", "{said}");
                assert!(
                    !said.contains("x-needed") && !said.contains("PUT"),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn what_nobody_was_seen_to_write_is_left_out() {
        let at = |at, stage| {
            of(Refused {
                at,
                stage,
                ..Refused::default()
            })
        };
        assert!(at("fetch#concept-cors-check/3", "response").is_empty());
        assert!(at(CHECK, "redirect").is_empty());
        // Engines escape bytes in ways of their own.
        assert!(
            !response(Some(r"https://app.example\x0c"))
                .iter()
                .any(|(engine, _)| engine == "Chromium")
        );
    }

    #[test]
    fn several_values_are_named_as_such() {
        let said = response(Some("https://app.example, https://app.example"));
        assert!(said[0].1.contains("contains multiple values 'https://app.example, https://app.example', but only one is allowed"), "{said:?}");
    }
}
