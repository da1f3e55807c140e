//! What a reader sees, from events made by hand.

use std::slice;

use cors_harness::cause::{About, Impact};
use cors_harness::event::{
    CaseEvent, CheckEvent, CheckOutcome, Event, Got, Kind, KnownEvent, NoteAbout, NoteEvent,
    Outcome,
};
use cors_harness::exit::Exit;
use cors_vectors::server::{Level, On, Verdict};

use crate::format::Format as _;
use crate::groups::{groups, impact};
use crate::junit::Junit;
use crate::made_events::{all_attributed, attributed, case, events, refused, unfailed};
use crate::registry;
use crate::terminal::{Terminal, Verbosity};

/// What is printed for these cases, without colour.
fn printed(cases: &[CaseEvent], verbosity: Verbosity, fail_on: Level) -> String {
    let mut terminal = Terminal::new(verbosity, fail_on);
    let mut sink = Vec::new();
    for event in events(cases, Exit::Failed) {
        terminal.event(&mut sink, &event).unwrap();
    }
    let text = String::from_utf8(sink).unwrap();
    anstream::adapter::strip_str(&text).to_string()
}

/// The document for these events.
fn document(events: &[Event]) -> String {
    let (mut junit, mut sink) = (Junit::new(Level::Must), Vec::new());
    for event in events {
        junit.event(event, &mut sink).unwrap();
    }
    String::from_utf8(sink).unwrap()
}

/// The Markdown for these events.
fn markdown(events: &[Event]) -> String {
    let mut report = registry::Kind::named("markdown")
        .unwrap()
        .begin(Level::Must);
    let mut sink = Vec::new();
    for event in events {
        report.event(event, &mut sink).unwrap();
    }
    String::from_utf8(sink).unwrap()
}

#[test]
fn what_let_a_page_in_is_marked() {
    let answer = [
        (
            "Access-Control-Allow-Origin",
            "https://origin-suffix.example",
        ),
        ("Vary", "Accept-Encoding"),
    ];
    let mut case = case("origin/suffix", Verdict::Refused, Got::Shared, &answer);
    case.checks.push(CheckEvent {
        id: "vary".to_owned(),
        step: 0,
        level: Level::Should,
        outcome: CheckOutcome::Fail,
        on: On::Last,
        about: Some(About::Header("Vary".to_owned())),
        said: "Vary should list Origin; it is Accept-Encoding".to_owned(),
        why: Some("A cache would hand this answer to another origin.".to_owned()),
    });
    insta::assert_snapshot!(printed(&[case], Verbosity::Failures, Level::Must));
}

#[test]
fn a_difference_of_one_byte_is_marked() {
    let sent = "https://origin-allowed.example/";
    let answer = [("Access-Control-Allow-Origin", sent)];
    let case = case("origin/allowed", Verdict::Shared, Got::Refused, &answer);
    let case = refused(case, Some(sent), "https://origin-allowed.example");
    insta::assert_snapshot!(printed(&[case], Verbosity::Failures, Level::Must));
}

#[test]
fn one_cause_is_explained_once() {
    let none = |id| refused(case(id, Verdict::Shared, Got::Refused, &[]), None, id);
    let cases = [none("origin/a"), none("origin/b"), none("method/c")];
    insta::assert_snapshot!(printed(&cases, Verbosity::Failures, Level::Must));
}

#[test]
fn each_case_is_listed_when_asked_for() {
    insta::assert_snapshot!(printed(&unfailed(), Verbosity::Cases, Level::Must));
}

#[test]
fn no_control_byte_reaches_a_terminal() {
    let evil = "\u{1b}]0;x\u{7}\u{9b}31m\r\n";
    let answer = [(evil, evil), ("Access-Control-Allow-Origin", evil)];
    let mut case = case(evil, Verdict::Refused, Got::Shared, &answer);
    case.title = evil.to_owned();
    case.reason = Some(evil.to_owned());
    let printed = printed(&[case], Verbosity::Everything, Level::Must);
    let bad = printed
        .chars()
        .find(|character| character.is_control() && *character != '\n');
    assert_eq!(bad, None, "{printed:?}");
}

#[test]
fn failures_below_the_threshold_are_called_advice() {
    let mut case = case("vary/present", Verdict::Shared, Got::Shared, &[]);
    case.outcome = Outcome::Fail;
    case.level = Level::Should;
    assert_eq!(impact(&attributed(&case)), Impact::Advice);
    let advice = "is advice";
    assert!(printed(slice::from_ref(&case), Verbosity::Failures, Level::Must).contains(advice));
    assert!(!printed(&[case], Verbosity::Failures, Level::Should).contains(advice));
}

#[test]
fn the_gravest_impact_comes_first() {
    let sent = [("Access-Control-Allow-Origin", "*")];
    let cases = [
        refused(
            case("a/withheld", Verdict::Shared, Got::Refused, &[]),
            None,
            "x",
        ),
        case("b/exposed", Verdict::Refused, Got::Shared, &sent),
    ];
    let cases = all_attributed(&cases);
    let order: Vec<&str> = groups(&cases)
        .iter()
        .map(|group| group.first.id.as_str())
        .collect();
    assert_eq!(order, ["b/exposed", "a/withheld"]);
}

#[test]
fn a_copied_origin_is_one_cause_and_a_fixed_one_another() {
    let copied = |id: &str| {
        let origin = format!("https://{}.example", id.replace('/', "-"));
        case(
            id,
            Verdict::Refused,
            Got::Shared,
            &[("Access-Control-Allow-Origin", &origin)],
        )
    };
    let fixed = case(
        "o/c",
        Verdict::Refused,
        Got::Shared,
        &[("Access-Control-Allow-Origin", "*")],
    );
    let cases = [copied("o/a"), copied("o/b"), fixed];
    let sizes: Vec<usize> = groups(&all_attributed(&cases))
        .iter()
        .map(|group| group.others.len())
        .collect();
    assert_eq!(sizes, [1, 0]);
}

/// A preflight of the page is answered with 500, and the page's own GET without a header.
fn shut_out(level: Level, kind: Kind) -> [CaseEvent; 2] {
    let mut preflight = case("m/put", Verdict::Shared, Got::Refused, &[]);
    let mut get = case("o/get", Verdict::Shared, Got::Refused, &[]);
    for step in &mut preflight.steps {
        for exchange in &mut step.exchanges {
            exchange.kind = Kind::Preflight;
            exchange.request.method = "OPTIONS".to_owned();
            exchange.response.as_mut().unwrap().status = 500;
        }
    }
    get.level = level;
    for step in &mut get.steps {
        step.origin.clone_from(&preflight.steps[0].origin);
        for exchange in &mut step.exchanges {
            exchange.kind = kind;
        }
    }
    let wanted = "https://m-put.example";
    [refused(preflight, None, wanted), refused(get, None, wanted)]
}

#[test]
fn odd_requests_say_nothing_of_what_pages_are_answered() {
    let sizes = |cases: &[CaseEvent]| {
        let attributed = all_attributed(cases);
        let sizes: Vec<usize> = groups(&attributed)
            .iter()
            .map(|group| group.others.len())
            .collect();
        sizes
    };
    // Where the page's own GET has no header, its preflights have none for that reason.
    assert_eq!(sizes(&shut_out(Level::Must, Kind::Actual)), [1]);
    assert_eq!(sizes(&shut_out(Level::Should, Kind::Raw)), [0, 0]);
}

#[test]
fn only_the_steps_at_fault_are_shown() {
    let mut case = case("origin/raw", Verdict::Shared, Got::Shared, &[]);
    case.outcome = Outcome::Fail;
    let mut raw = case.steps.first().cloned().unwrap();
    raw.wanted = None;
    raw.got = None;
    raw.origin = None;
    for exchange in &mut raw.exchanges {
        exchange.kind = Kind::Raw;
        exchange.request.method = "RAW".to_owned();
    }
    case.steps.insert(0, raw);
    case.checks.push(CheckEvent {
        id: "echo".to_owned(),
        step: 0,
        level: Level::Must,
        outcome: CheckOutcome::Fail,
        on: On::Last,
        about: Some(About::Header("Access-Control-Allow-Origin".to_owned())),
        said: "Access-Control-Allow-Origin is `x`, expected no line `x`".to_owned(),
        why: None,
    });
    let printed = printed(&[case], Verbosity::Failures, Level::Must);
    assert!(printed.contains("> RAW "), "{printed}");
    assert!(!printed.contains("> GET "), "{printed}");
    assert!(
        printed.contains("1 more exchange is as expected"),
        "{printed}"
    );
    assert!(printed.contains("sends no such request"), "{printed}");
}

#[test]
fn reasons_for_skipping_are_told_by_frequency_and_cut() {
    let skipped = |reason: usize| {
        let mut case = case("origin/null", Verdict::Refused, Got::Refused, &[]);
        case.outcome = Outcome::Skip;
        case.reason = Some(format!("reason {reason}"));
        case
    };
    let mut cases: Vec<CaseEvent> = (0..10).map(skipped).collect();
    cases.push(skipped(9));
    let short = printed(&cases, Verbosity::Failures, Level::Must);
    let told = short
        .lines()
        .find(|line| line.contains("skipped: "))
        .unwrap();
    assert_eq!(told, "2 skipped: reason 9");
    assert!(
        short.contains("2 skipped for other reasons, which -v lists"),
        "{short}"
    );
    let long = printed(&cases, Verbosity::Cases, Level::Must);
    assert!(long.contains("1 skipped: reason 8"), "{long}");
}

#[test]
fn a_document_tells_each_case_of_its_area() {
    let sent = [("Access-Control-Allow-Origin", "<i>\"&\u{1b}[2J")];
    let mut exposed = case("method/put", Verdict::Refused, Got::Shared, &sent);
    exposed.reason = Some("the page may read what it must not".to_owned());
    exposed.millis = 1_042;
    let mut advice = case("vary/present", Verdict::Shared, Got::Shared, &[]);
    (advice.outcome, advice.level) = (Outcome::Fail, Level::Should);
    let mut known = case("vary/known", Verdict::Shared, Got::Refused, &[]);
    known.known = Some(KnownEvent {
        name: None,
        reason: "TEAM-7: the proxy does it".to_owned(),
        spec: Vec::new(),
    });
    let cases = [&unfailed()[..], &[exposed, advice, known]].concat();
    let document = document(&events(&cases, Exit::Failed));
    roxmltree::Document::parse(&document).unwrap();
    insta::assert_snapshot!(document);
}

#[test]
fn markdown_tells_each_cause_once_with_its_cases() {
    let sent = [("Access-Control-Allow-Origin", "```\n<i>|")];
    let mut exposed = case("method/put", Verdict::Refused, Got::Shared, &sent);
    exposed.title = "A *foreign* page, <b> | [x](http://evil.example)".to_owned();
    exposed.why = "- @everyone reads `it`".to_owned();
    let none = |id| refused(case(id, Verdict::Shared, Got::Refused, &[]), None, id);
    let mut known = case("vary/known", Verdict::Shared, Got::Refused, &[]);
    known.level = Level::Should;
    known.known = Some(KnownEvent {
        name: Some("proxy".to_owned()),
        reason: "TEAM-7: www.proxy.example does it".to_owned(),
        spec: Vec::new(),
    });
    let cases = [exposed, none("origin/a"), none("origin/b"), known];
    let mut events = events(&[&unfailed()[..], &cases].concat(), Exit::Failed);
    if let Some(Event::End(end)) = events.last_mut() {
        end.out_of_date = vec!["1. a/b passes".to_owned()];
    }
    insta::assert_snapshot!(markdown(&events));
}

#[test]
fn every_report_shows_notes() {
    let mut events = events(&unfailed()[..1], Exit::AsExpected);
    let text = "the resource answers 401 to a plain GET".to_owned();
    let about = NoteAbout::Status;
    events.insert(1, Event::Note(NoteEvent { about, text }));
    let shown = "the resource answers 401 to a plain GET";
    assert!(markdown(&events).contains(shown));
    assert!(document(&events).contains(&format!("name=\"note\" value=\"{shown}\"")));
    let (mut terminal, mut sink) = (Terminal::new(Verbosity::Failures, Level::Must), Vec::new());
    for event in &events {
        terminal.event(&mut sink, event).unwrap();
    }
    let text = String::from_utf8(sink).unwrap();
    assert_eq!(text.matches(shown).count(), 1, "{text}");
}

#[test]
fn markdown_says_why_nothing_was_decided() {
    let mut events = events(&[], Exit::Unreachable);
    if let Some(Event::End(end)) = events.last_mut() {
        end.reason = Some("nobody listens on 127.0.0.1:8080".to_owned());
        end.log = vec!["```".to_owned(), "\u{1b}[2J".to_owned()];
    }
    insta::assert_snapshot!(markdown(&events));
}

#[test]
fn a_document_is_red_where_the_exit_status_is_not_0() {
    let [passed, skipped, blocked, error, info] = unfailed();
    let mut advice = error.clone();
    advice.level = Level::Should;
    let failed = case("origin/x", Verdict::Refused, Got::Shared, &[]);
    let ended = |mut end: Vec<Event>, complete, stale: &[&str]| {
        if let Some(Event::End(end)) = end.last_mut() {
            end.complete = complete;
            end.out_of_date = stale.iter().map(|&said| said.to_owned()).collect();
        }
        end
    };
    let runs = [
        (
            events(&[passed.clone(), advice], Exit::AsExpected),
            2,
            &[][..],
        ),
        (events(&[info], Exit::AsExpected), 1, &[][..]),
        (events(&[], Exit::AsExpected), 1, &[][..]),
        (events(&[failed], Exit::Failed), 1, &["exposed"]),
        (
            events(slice::from_ref(&error), Exit::Failed),
            1,
            &["unanswered"],
        ),
        (events(&[error], Exit::Bug), 2, &["unanswered", "bug"]),
        // The run fails by a case that is shown as skipped.
        (events(&[blocked], Exit::Failed), 2, &["failed"]),
        (events(&[skipped], Exit::NothingRan), 2, &["nothing-ran"]),
        (
            ended(events(&[], Exit::Unreachable), false, &[]),
            1,
            &["unreachable"],
        ),
        (
            ended(events(slice::from_ref(&passed), Exit::CutShort), false, &[]),
            2,
            &["cut-short"],
        ),
        (
            ended(events(&[passed], Exit::OutOfDate), true, &["a/b passes"]),
            2,
            &["out-of-date"],
        ),
    ];
    for (events, tests, kinds) in runs {
        let document = document(&events);
        let parsed = roxmltree::Document::parse(&document).unwrap();
        let root = parsed.root_element();
        assert_eq!(root.attribute("tests"), Some(tests.to_string().as_str()));
        let sum = |name| root.attribute(name).unwrap().parse::<usize>().unwrap();
        assert_eq!(sum("failures") + sum("errors"), kinds.len());
        let red = parsed
            .descendants()
            .filter(|node| node.has_tag_name("failure") || node.has_tag_name("error"));
        let told: Vec<&str> = red.filter_map(|node| node.attribute("type")).collect();
        assert_eq!(told, kinds);
    }
}

#[test]
fn what_a_program_printed_is_escaped_and_whole() {
    let mut run = events(&[], Exit::Unreachable);
    if let Some(Event::End(end)) = run.last_mut() {
        end.complete = false;
        end.log = vec![
            "to\u{1}\u{0}gether \u{1b}[2J<".to_owned(),
            "last".to_owned(),
        ];
    }
    let document = document(&run);
    let parsed = roxmltree::Document::parse(&document).unwrap();
    let error = parsed
        .descendants()
        .find(|node| node.has_tag_name("error"))
        .unwrap();
    assert_eq!(error.text(), Some("to\\u{1}\\0gether \\u{1b}[2J<\nlast"));
}
