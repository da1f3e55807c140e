//! The Markdown document of a run: whatever the server sent, its headings, lists, fences and table
//! are ours, its text is what was to be shown, and nothing in it is a link elsewhere, HTML or a
//! secret.
//!
//! Input: see [`crate::scripted`].

use comrak::nodes::{Node, NodeValue};
use comrak::{Arena, Options, parse_document};
use cors_harness::event::{CaseEvent, Event, Outcome};
use cors_harness::exit::Exit;
use cors_report::block::{self, uncoloured};
use cors_report::groups::groups;
use cors_report::registry::Kind;
use cors_text::terminal::sentence;
use cors_vectors::server::Level;
use url::Url;

use crate::scripted::{Seen, seen};
use crate::shown;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some(Seen { events, secret, .. }) = seen(data) else {
        return;
    };
    let kind = Kind::named("markdown").expect("it is in the registry");
    let (mut report, mut sink) = (kind.begin(Level::Must), Vec::new());
    for event in &events {
        assert!(sink.is_empty(), "{events:#?}");
        let written = report.event(event, &mut sink);
        written.expect("a vector takes everything");
    }
    let text = String::from_utf8(sink).expect("Markdown is UTF-8");
    shown::check(&text, true);
    shown::check_secret(&text, secret);
    let arena = Arena::new();
    let root = parse_document(&arena, &text, &options());
    let nodes: Vec<Node<'_>> = root.descendants().collect();
    for &node in &nodes {
        check_node(node, &text);
    }
    check_outline(&nodes, &events, &text);
}

/// Everything that GitHub and others make of Markdown.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.superscript = true;
    extension.footnotes = true;
    extension.inline_footnotes = true;
    extension.description_lists = true;
    extension.multiline_block_quotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.wikilinks_title_after_pipe = true;
    options
}

/// A node is of a kind that the report writes.
fn check_node(node: Node<'_>, text: &str) {
    let value = &node.data().value;
    if let NodeValue::Link(link) = value {
        let url = Url::parse(&link.url).expect("links are whole");
        let host = url.host_str().unwrap_or_default();
        let is_known = host.ends_with(".spec.whatwg.org") || host == "www.rfc-editor.org";
        assert!(is_known && url.scheme() == "https", "{link:?} in {text}");
    } else if let NodeValue::CodeBlock(block) = value {
        assert!(block.fenced && block.closed, "{block:?} in {text}");
    } else if let NodeValue::Heading(heading) = value {
        assert!(!heading.setext && !heading.closed, "{text}");
    } else {
        let is_ours = matches!(
            value,
            NodeValue::Document
                | NodeValue::Paragraph
                | NodeValue::List(_)
                | NodeValue::Item(_)
                | NodeValue::Table(_)
                | NodeValue::TableRow(_)
                | NodeValue::TableCell
                | NodeValue::Text(_)
                | NodeValue::Code(_)
                | NodeValue::Strong
                | NodeValue::LineBreak
        );
        assert!(is_ours, "{value:?} in {text}");
    }
}

/// Headings and fences are those of the verdict and of each cause, and hold what they should.
fn check_outline(nodes: &[Node<'_>], events: &[Event], text: &str) {
    let Some(Event::End(end)) = events.last() else {
        panic!("{events:#?}");
    };
    let cases = events.iter().filter_map(|event| match event {
        Event::Case(case) => Some(&**case),
        Event::Run(_) | Event::Note(_) | Event::End(_) => None,
    });
    let cases: Vec<&CaseEvent> = cases.collect();
    let is_failure = |case: &&&CaseEvent| {
        case.known.is_none() && matches!(case.outcome, Outcome::Fail | Outcome::Error)
    };
    let failures: Vec<CaseEvent> = cases.iter().filter(is_failure).copied().cloned().collect();
    let mut headings = Vec::new();
    let mut blocks = Vec::new();
    if !end.log.is_empty() {
        blocks.push(end.log.clone());
    }
    for (number, group) in (1..).zip(groups(&failures)) {
        // What follows is the diagnosis, or the title of an agent's case.
        headings.push(format!("{number}. "));
        let sections = block::sections(group.first);
        if sections.iter().any(|one| one.heading == "request") {
            // Where headings stand is not what this is about.
            blocks.push(Vec::new());
        }
        let last = sections.iter().find(|one| one.heading == "reproduce");
        blocks.extend(last.map(|one| one.lines.iter().map(|line| uncoloured(line)).collect()));
    }
    let has = |outcome| {
        let mut cases = cases.iter();
        cases.any(|case| case.known.is_none() && case.outcome == outcome)
    };
    for (is_there, heading) in [
        (has(Outcome::Info), "Info"),
        (
            cases.iter().any(|case| case.known.is_some()),
            "Known failures",
        ),
        (has(Outcome::Blocked), "Blocked"),
        (has(Outcome::Skip), "Skipped"),
        (!end.out_of_date.is_empty(), "Out of date"),
    ] {
        headings.extend(is_there.then(|| heading.to_owned()));
    }
    let is_heading = |node: &&Node<'_>| matches!(node.data().value, NodeValue::Heading(_));
    let shown: Vec<String> = nodes
        .iter()
        .copied()
        .filter(|node| is_heading(&node))
        .map(inside)
        .collect();
    let (verdict, shown) = shown.split_first().expect("a verdict");
    assert_eq!(verdict.starts_with("Passed"), end.exit == Exit::AsExpected);
    assert_eq!(verdict.starts_with("Failed"), end.exit == Exit::Failed);
    assert_eq!(shown.len(), headings.len(), "{text}");
    for (shown, heading) in shown.iter().zip(&headings) {
        let is_cause = heading.ends_with(". ");
        let is_it = shown == heading || is_cause && shown.starts_with(heading);
        assert!(is_it, "{heading}: {text}");
    }
    let mut fences = Vec::new();
    for node in nodes {
        if let NodeValue::CodeBlock(block) = &node.data().value {
            fences.push(block.literal.clone());
        }
    }
    assert_eq!(fences.len(), blocks.len(), "{text}");
    for (fence, lines) in fences
        .iter()
        .zip(&blocks)
        .filter(|(_, lines)| !lines.is_empty())
    {
        let lines: Vec<String> = lines.iter().map(|line| sentence(line)).collect();
        assert_eq!(fence.lines().collect::<Vec<_>>(), lines, "{text}");
    }
}

/// The text in a node.
fn inside(node: Node<'_>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        if let NodeValue::Text(part) = &node.data().value {
            text += part;
        } else if let NodeValue::Code(code) = &node.data().value {
            text += &code.literal;
        }
    }
    text
}
