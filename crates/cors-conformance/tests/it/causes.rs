//! A server that does one thing wrong fails many cases; a reader sees one cause.

use cors_harness::event::{CaseEvent, Event, Outcome};
use cors_report::groups::{PLAINEST, groups};
use cors_report::terminal::{Terminal, Verbosity};
use cors_testbed::faults;
use cors_vectors::server::Level;

use crate::program::{events, run, text};
use crate::servers::{Listening, behaving};

/// Faulty servers that break nearly everything, or a whole kind of requests, and what a reader is told
/// of the first cause.
const TOTAL: [(&str, &str); 27] = [
    ("origin-reflected", "Any origin is allowed: "),
    ("origin-reflected-to-https", "Any origin is allowed: "),
    ("several-origins-open", "Any origin is allowed: "),
    ("plain-options-opens", "Any origin is allowed: "),
    ("malformed-names-open", "Any origin is allowed: "),
    ("not-found-opens", "Any origin is allowed: "),
    (
        "wildcard-sent-to-refused",
        "Access-Control-Allow-Origin is `*`",
    ),
    (
        "allow-origin-and-wildcard",
        "Access-Control-Allow-Origin comes in several lines",
    ),
    (
        "allow-origin-twice",
        "Access-Control-Allow-Origin comes in several lines",
    ),
    ("allow-origin-with-slash", "has no slash at its end"),
    ("allow-origin-upper-cased", "written in small letters"),
    ("allow-origin-lists-all", "only one origin may be sent"),
    ("allow-origin-true", "Access-Control-Allow-Origin is `true`"),
    (
        "allow-origin-misspelt",
        "have no Access-Control-Allow-Origin",
    ),
    (
        "grants-in-trailers-only",
        "have no Access-Control-Allow-Origin",
    ),
    (
        "headers-only-on-preflight",
        "have no Access-Control-Allow-Origin",
    ),
    (
        "every-second-request-refused",
        "have no Access-Control-Allow-Origin",
    ),
    (
        "three-refusals-close",
        "have no Access-Control-Allow-Origin",
    ),
    ("preflight-answered-500", "The server fails on OPTIONS."),
    (
        "preflight-answered-404",
        "OPTIONS does not reach what handles CORS",
    ),
    (
        "preflight-answered-405",
        "OPTIONS does not reach what handles CORS",
    ),
    ("preflight-needs-authorization", "must let OPTIONS through"),
    ("preflight-redirected", "follows no redirect of a preflight"),
    (
        "preflight-without-allow-origin",
        "Responses to preflights have no",
    ),
    ("preflight-taken-for-ordinary", "not as a preflight"),
    ("allow-headers-quoted", "Access-Control-Allow-Headers is"),
    ("lists-folded", "There is no complete response to OPTIONS"),
];

/// The events of a run of all cases against a server.
fn run_of(server: &Listening) -> Vec<Event> {
    let policy = text(&server.policy);
    let ran = run(&[&server.url, "--policy", policy, "--report", "ndjson=-"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    events(&ran.stdout)
}

/// What is printed of them in lines of 80 columns.
fn printed(events: &[Event]) -> String {
    let mut terminal = Terminal::new(Verbosity::Failures, Level::Must).within(80);
    let mut sink = Vec::new();
    for event in events {
        terminal.event(&mut sink, event).unwrap();
    }
    let shown = String::from_utf8(sink).unwrap();
    anstream::adapter::strip_str(&shown).to_string()
}

/// The cases that failed.
fn failures(events: &[Event]) -> Vec<CaseEvent> {
    let cases = events.iter().filter_map(|event| match event {
        Event::Case(case) => Some((**case).clone()),
        Event::Run(_) | Event::Note(_) | Event::End(_) => None,
    });
    cases
        .filter(|case| [Outcome::Fail, Outcome::Error].contains(&case.outcome))
        .collect()
}

#[test]
fn one_fault_is_one_cause_on_few_lines() {
    for (name, told) in TOTAL {
        let fault = faults::find(name).unwrap();
        let events = run_of(&behaving(fault.behaviour()));
        let failed = failures(&events);
        assert!(failed.len() > 15, "{name} is not total: {}", failed.len());
        let groups = groups(&failed);
        let shown = printed(&events);
        assert!(groups.len() <= 3, "{name}: {shown}");
        let lines = shown.lines().count();
        assert!(lines <= 90 + 35 * groups.len(), "{name}: {lines}\n{shown}");
        let words: Vec<&str> = shown.split_whitespace().collect();
        let diagnosis = words.join(" ");
        let (first, _) = diagnosis
            .split_once("FAIL")
            .or_else(|| diagnosis.split_once("ERROR"))
            .unwrap();
        assert!(first.contains(told), "{name}: {first}");
    }
}

#[test]
fn the_plainest_request_stands_for_a_cause() {
    let cases = cors_vectors::library().unwrap();
    for id in PLAINEST {
        assert!(cases.server_case(id).is_some(), "there is no {id}");
    }
    for (name, id) in [
        ("preflight-answered-500", "origin/allowed-preflight"),
        ("allow-origin-misspelt", "origin/allowed"),
    ] {
        let fault = faults::find(name).unwrap();
        let failed = failures(&run_of(&behaving(fault.behaviour())));
        let groups = groups(&failed);
        let group = groups.first().unwrap();
        assert_eq!(group.first.id, id, "{name}");
        assert!(group.size().contains(" must"), "{name}: {}", group.size());
    }
}
