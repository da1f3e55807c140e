//! What a run left behind, and whether that is as it must be.

use std::path::Path;

use serde_json::Value;

/// What was given to a run that decides how it may end.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// There are hardly any descriptors.
    pub(super) scarce: bool,
    /// It was asked to end by these signals.
    pub(super) signals: Vec<i32>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    /// By itself, with this status.
    Exit(i32),
    /// By a signal.
    Signal(i32),
}

/// What is wrong with how a run ended, a sentence each.
pub(super) fn end(ended: Ended, given: &Given) -> Vec<String> {
    let mut wrong = Vec::new();
    match ended {
        // Before it listens to signals they end it as they end any program.
        Ended::Signal(signal) if given.signals.contains(&signal) => {}
        Ended::Signal(signal) => wrong.push(format!("signal {signal} ended it")),
        Ended::Exit(6) if !given.scarce => {
            wrong.push("exit status 6, which is for our own faults".to_owned());
        }
        Ended::Exit(0..=7) => {}
        Ended::Exit(other) => wrong.push(format!("exit status {other}, which is not documented")),
    }
    wrong
}

/// What is wrong with what was printed.
pub(super) fn printed(name: &str, bytes: &[u8], given: &Given) -> Vec<String> {
    let mut wrong = raw_controls(name, bytes);
    for words in ["panicked at", "bug of the suite", "stack backtrace"] {
        // The runtime itself panics where it gets no descriptor for its signals.
        if given.scarce {
            break;
        }
        if bytes
            .windows(words.len())
            .any(|part| part == words.as_bytes())
        {
            wrong.push(format!("{name} has the words \"{words}\""));
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let commands = ["::error", "::stop-commands", "##vso[", "##teamcity["];
    if let Some(line) = text.lines().find(|line| {
        let line = line.trim_start();
        commands.iter().any(|command| line.starts_with(command))
    }) {
        wrong.push(format!("{name} has a command of a CI system: {line}"));
    }
    wrong
}

/// Bytes that a terminal would obey.
fn raw_controls(name: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let bad = text.chars().find(|&letter| {
        let bidi = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        bidi || (letter.is_control() && letter != '\n')
    });
    bad.map(|letter| format!("{name} has {} as it is", letter.escape_unicode()))
        .into_iter()
        .collect()
}

/// What is wrong with a report of a run that ended by itself with this status; `None` of it when it
/// was killed.
pub(super) fn report(kind: &str, path: &Path, exit: Option<i32>) -> Vec<String> {
    let Ok(bytes) = std::fs::read(path) else {
        // A run that is refused before it opens its reports has none.
        return match exit {
            Some(2 | 6) | None => Vec::new(),
            Some(_) => vec![format!("there is no {kind} report")],
        };
    };
    let mut wrong = raw_controls(kind, &bytes);
    if bytes.len() > 64 << 20 {
        wrong.push(format!("the {kind} report has {} bytes", bytes.len()));
    }
    let Some(exit) = exit else { return wrong };
    if bytes.is_empty() && matches!(exit, 2 | 6) {
        return wrong;
    }
    let text = String::from_utf8_lossy(&bytes);
    let problem = match kind {
        "ndjson" => stream(&text, exit),
        "junit" => {
            let is_whole = text.starts_with("<?xml") && text.trim_end().ends_with("</testsuites>");
            (!is_whole).then(|| "it is not a whole document".to_owned())
        }
        _ => text.trim().is_empty().then(|| "it is empty".to_owned()),
    };
    wrong.extend(problem.map(|problem| format!("the {kind} report: {problem}")));
    wrong
}

/// What is wrong with a stream of events.
fn stream(text: &str, exit: i32) -> Option<String> {
    let mut events = Vec::new();
    for line in text.lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(event) => events.push(event),
            Err(error) => return Some(format!("a line is not JSON: {error}")),
        }
    }
    let type_of = |event: &Value| event.get("type").and_then(Value::as_str).map(str::to_owned);
    let Some(last) = events.last() else {
        return Some("it is empty".to_owned());
    };
    if type_of(last).as_deref() != Some("end") {
        return Some("it has no end".to_owned());
    }
    let count = |name: &str| last.get("counts")?.get(name)?.as_u64();
    let complete = last.get("complete").and_then(Value::as_bool);
    let has_reason = last.get("reason").is_some_and(|reason| !reason.is_null());
    if complete == Some(false) && !has_reason {
        return Some("it is not complete and gives no reason".to_owned());
    }
    if complete == Some(true) && count("unjudged").unwrap_or(0) > 0 {
        return Some("it is complete and has cases that were not judged".to_owned());
    }
    let said = last.get("exit").and_then(Value::as_i64);
    // A report that cannot be written is known only after the end was.
    (said != Some(exit.into()) && exit != 2 && exit != 6)
        .then(|| format!("it says exit {said:?}, and the status is {exit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = r#"{"type":"end","complete":true,"exit":1,"counts":{"unjudged":0}}"#;

    #[test]
    fn ends_that_nobody_asked_for_are_wrong() {
        let given = Given {
            scarce: false,
            signals: vec![15],
        };
        assert!(end(Ended::Exit(3), &given).is_empty());
        assert!(end(Ended::Signal(15), &given).is_empty());
        for wrong in [Ended::Exit(6), Ended::Exit(101), Ended::Signal(25)] {
            assert_eq!(end(wrong, &given).len(), 1, "{wrong:?}");
        }
        let scarce = Given {
            scarce: true,
            ..Given::default()
        };
        assert!(end(Ended::Exit(6), &scarce).is_empty());
    }

    #[test]
    fn what_a_terminal_or_a_ci_system_obeys_is_wrong() {
        let given = Given::default();
        let wrong = |text: &str| printed("stdout", text.as_bytes(), &given).len();
        assert_eq!(wrong("FAIL a/b\n  \\x1b[2J ::error::x\n"), 0);
        for text in [
            "\u{1b}[2J",
            "a\rb",
            "\u{9b}31m",
            "\u{202e}",
            "  ::error::x",
            "panicked at x",
        ] {
            assert_eq!(wrong(text), 1, "{text:?}");
        }
    }

    #[test]
    fn a_stream_is_whole_or_says_why_not() {
        assert_eq!(stream(&format!("{{\"type\":\"run\"}}\n{END}\n"), 1), None);
        let cut = END.replace("true", "false");
        let said = cut.replace("\"exit\"", "\"reason\":\"it took too long\",\"exit\"");
        assert_eq!(stream(&said, 1), None);
        for (text, exit) in [
            ("", 1),
            ("{\"type\":\"run\"}", 1),
            (&END[..20], 1),
            (&cut, 1),
            (END, 0),
        ] {
            assert!(stream(text, exit).is_some(), "{text}");
        }
    }

    #[test]
    fn a_report_that_is_not_whole_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("junit");
        assert_eq!(report("junit", &path, Some(1)).len(), 1);
        assert!(report("junit", &path, Some(2)).is_empty());
        std::fs::write(&path, "<?xml version=\"1.0\"?><testsuites></testsuites>\n").unwrap();
        assert!(report("junit", &path, Some(1)).is_empty());
        std::fs::write(&path, "<?xml version=\"1.0\"?><testsuites>").unwrap();
        assert_eq!(report("junit", &path, Some(1)).len(), 1);
        assert!(report("junit", &path, None).is_empty());
    }
}
