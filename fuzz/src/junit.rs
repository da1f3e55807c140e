//! The JUnit document of a run: XML of Jenkins's schema whatever the server sent, with a test for each
//! case, red where the run failed, and without a secret.
//!
//! Input: see [`crate::scripted`].

use std::collections::BTreeSet;

use cors_harness::event::{CaseEvent, Event, Outcome};
use cors_harness::exit::Exit;
use cors_harness::options::Options;
use cors_report::block;
use cors_report::format::Format as _;
use cors_report::junit::Junit;
use cors_vectors::server::Level;
use roxmltree::{Document, Node};

use crate::scripted::{Seen, seen};
use crate::shown;

/// The elements of the schema that a document may hold, with their attributes.
const SCHEMA: [(&str, &[&str]); 9] = [
    ("testsuites", &["name", "tests", "failures", "errors"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors", "skipped"],
    ),
    ("properties", &[]),
    ("property", &["name", "value"]),
    ("testcase", &["name", "classname", "time"]),
    ("failure", &["type", "message"]),
    ("error", &["type", "message"]),
    ("skipped", &["message"]),
    ("system-out", &[]),
];

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(run) = seen(data) else { return };
    let Seen { events, secret, .. } = run;
    // What the run's exit status goes by.
    let fail_on = Options::default().fail_on;
    let (mut junit, mut sink) = (Junit::new(fail_on), Vec::new());
    for event in &events {
        assert!(sink.is_empty(), "{events:#?}");
        let written = junit.event(event, &mut sink);
        written.expect("a vector takes everything");
    }
    let text = String::from_utf8(sink).expect("XML is UTF-8");
    shown::check_secret(&text, secret);
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    for node in document.descendants() {
        check_node(node, secret);
    }
    let root = document.root_element();
    check_sums(root);
    root.children()
        .filter(Node::is_element)
        .for_each(check_sums);
    check_cases(root, &events, fail_on);
}

/// What is of no element has no place, and what is in one can neither be obeyed nor is secret.
fn check_node(node: Node<'_, '_>, secret: &BTreeSet<String>) {
    if node.is_element() {
        let name = node.tag_name().name();
        let known = SCHEMA.iter().find(|(known, _)| *known == name);
        let (_, attributes) = known.unwrap_or_else(|| panic!("an element {name}"));
        for attribute in node.attributes() {
            assert!(attributes.contains(&attribute.name()), "{attribute:?}");
            shown::check(attribute.value(), false);
            shown::check_secret(attribute.value(), secret);
        }
    } else if let (true, Some(text)) = (node.is_text(), node.text()) {
        let holds = ["failure", "error", "system-out"];
        let parent = node.parent_element().expect("text stands in an element");
        assert!(text.trim().is_empty() || holds.contains(&parent.tag_name().name()));
        shown::check(text, true);
        shown::check_secret(text, secret);
    } else {
        assert!(node.is_root(), "{node:?}");
    }
}

fn named<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants()
        .filter(move |node| node.has_tag_name(name))
}

/// The sums that an element states are those of the tests in it.
fn check_sums(node: Node<'_, '_>) {
    for (sum, name) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ] {
        if let Some(stated) = node.attribute(sum) {
            assert_eq!(stated, named(node, name).count().to_string(), "{node:?}");
        }
    }
}

/// Every case is told once, as what it is, and a document is red where the run failed.
fn check_cases(root: Node<'_, '_>, events: &[Event], fail_on: Level) {
    let Some(Event::End(end)) = events.last() else {
        panic!("{events:#?}");
    };
    let cases: Vec<&CaseEvent> = events
        .iter()
        .filter_map(|event| match event {
            Event::Case(case) => Some(&**case),
            Event::Run(_) | Event::Note(_) | Event::End(_) => None,
        })
        .collect();
    let about_the_run = named(root, "testcase")
        .filter(|test| test.attribute("classname") == Some("cors.run"))
        .count();
    assert!(about_the_run <= 1);
    assert_eq!(
        named(root, "testcase").count(),
        cases.len() + about_the_run,
        "{cases:#?}"
    );
    let is_red = |node: &Node<'_, '_>| node.has_tag_name("failure") || node.has_tag_name("error");
    let should = end.exit != Exit::AsExpected || !end.out_of_date.is_empty();
    assert_eq!(root.descendants().any(|node| is_red(&node)), should);
    for case in cases {
        let test = named(root, "testcase").find(|test| test.attribute("name") == Some(&case.id));
        let test = test.expect("a test for each case");
        let inner: Vec<Node<'_, '_>> = test.children().filter(Node::is_element).collect();
        let is_failure = matches!(case.outcome, Outcome::Fail | Outcome::Error);
        let wanted = match (case.outcome, case.level >= fail_on) {
            (Outcome::Pass, _) => None,
            (Outcome::Info, _) => Some("system-out"),
            (Outcome::Skip | Outcome::Blocked, _) => Some("skipped"),
            _ if case.known.is_some() => Some("skipped"),
            (Outcome::Fail, true) => Some("failure"),
            (Outcome::Error, true) => Some("error"),
            (Outcome::Fail | Outcome::Error, false) => Some("system-out"),
        };
        let names: Vec<&str> = inner.iter().map(|node| node.tag_name().name()).collect();
        assert_eq!(names, Vec::from_iter(wanted), "{case:#?}");
        if is_failure && case.known.is_none() {
            let text = inner.first().and_then(Node::text);
            let block = shown::plain(&block::failure(case));
            assert_eq!(text.map(str::trim_end), Some(block.trim_end()));
        }
    }
}
