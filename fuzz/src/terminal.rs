//! What a person reads of a run, whatever the server sent: nothing that a terminal obeys, no line
//! that only looks like ours, no secret.
//!
//! Input: see [`crate::scripted`].

use cors_harness::event::Event;
use cors_report::terminal::{Terminal, Verbosity};
use cors_text::terminal::sentence;
use cors_vectors::server::Level;

use crate::scripted::{Seen, seen};
use crate::shown;

/// Characters of a value that are surely shown.
const SHOWN: usize = 100;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(run) = seen(data) else { return };
    let Seen {
        events,
        secret,
        left: [brief, lines],
        ..
    } = run;
    let verbosity = match (brief, lines) {
        (false, _) => Verbosity::Everything,
        (true, true) => Verbosity::Cases,
        (true, false) => Verbosity::Failures,
    };
    let mut terminal = Terminal::new(verbosity, Level::Should);
    let mut sink = Vec::new();
    for event in &events {
        let written = terminal.event(&mut sink, event);
        written.expect("a vector takes everything");
    }
    let text = String::from_utf8(sink).expect("text is UTF-8");
    let text = shown::plain(&text);
    shown::check_secret(&text, secret);
    let last = text.lines().last().expect("there is a last line");
    assert!(last.starts_with("conformance: "), "{last}");
    let alike = text.lines().filter(|line| line.starts_with("conformance:"));
    assert_eq!(alike.count(), 1, "{text}");
    if verbosity == Verbosity::Everything {
        check_answers(&events, &text);
    }
}

/// Each header line that came can be read.
fn check_answers(events: &[Event], text: &str) {
    let cases = events.iter().filter_map(|event| match event {
        Event::Case(case) => Some(case),
        Event::Run(_) | Event::Note(_) | Event::End(_) => None,
    });
    let steps = cases.flat_map(|case| &case.steps);
    for exchange in steps.flat_map(|step| &step.exchanges) {
        let answer = exchange.response.iter();
        for (name, value) in answer.flat_map(|answer| &answer.headers).take(40) {
            let value: String = value.chars().take(SHOWN).collect();
            // What a CI system would take for a command is shown escaped, in this line as in others.
            let line = sentence(format!("< {name}: {value}").trim_end());
            assert!(text.contains(&line), "{line:?} in {text}");
        }
    }
}
