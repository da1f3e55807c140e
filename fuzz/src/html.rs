//! The page about agents: whatever agents sent and users wrote, it is the page that harmless texts
//! of the same shape make, with other texts in it.
//!
//! Input: flags (several columns), two bytes that choose the case, and paragraphs. The lines of the
//! first are texts that a user or an agent may have written; each other one is what an agent did: a
//! byte that says what, lines, and header lines. The page is read by a parser that is not ours.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cors_agents::observation::{Observation, ObservedOutcome, ObservedRequest, ObservedResponse};
use cors_agents::run::{About, Played, Run};
use cors_agents::world::World;
use cors_harness::event::{Event, KnownEvent, SubjectEvent};
use cors_harness::wire::Line;
use cors_model::trace::Steps;
use cors_report::agents::{self, Source};
use cors_report::ndjson;
use cors_text::terminal::sentence;
use cors_vectors::agent::{AgentCase, ErrorKind, Place, RequestKind, ResponseType};
use cors_vectors::library;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::input::{choice, flags, lines, paragraphs, split};

/// What begins a harmless stand-in for a text, and what ends it: nothing sorts before the end, so
/// that stand-ins are in the order of their texts.
const MARK: &str = "zq";
const END: char = '.';

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([several, known, trace, ..], data) = flags(data);
    let (high, data) = data.split_first().unwrap_or((&0, data));
    let (low, data) = data.split_first().unwrap_or((&0, data));
    let library = library().expect("the embedded cases can be read");
    let all: Vec<&AgentCase> = library.agent_cases().collect();
    let case = all[(usize::from(*high) * 256 + usize::from(*low)) % all.len()];
    let mut parts = paragraphs(data).into_iter();
    let texts: Vec<String> = lines(parts.next().unwrap_or_default())
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let text = |number: usize| texts.get(number).cloned().unwrap_or_default();
    let case = AgentCase {
        title: text(0),
        why: Some(text(1)).filter(|why| !why.is_empty()),
        spec: vec![text(2)],
        ..case.clone()
    };
    let deeds: Vec<&[u8]> = parts.collect();
    let (ours, theirs) = deeds.split_at(if several { deeds.len() / 2 } else { 0 });
    let columns = if several {
        vec![(text(3), ours), (text(4), theirs)]
    } else {
        vec![(text(3), theirs)]
    };
    let deviation = known.then(|| (text(5), text(6)));
    let streams: Vec<(String, Vec<Event>)> = columns
        .into_iter()
        .map(|(name, deeds)| {
            let events = told(&case, &name, deeds, deviation.as_ref(), trace);
            (name, events)
        })
        .collect();
    let page = page(&case, &streams);
    let harmless = streams.iter().map(|(name, events)| {
        let events = events.iter().map(harmless_event).collect();
        (stand_in(name), events)
    });
    let twin = self::page(&harmless_case(&case), &harmless.collect::<Vec<_>>());

    let (page, twin) = (Parsed::of(&page), Parsed::of(&twin));
    for part in &page.parts {
        if let Part::Open(element, attributes) = part {
            check_element(element, attributes);
        }
    }
    let mut twin: Vec<Part> = twin.parts.iter().map(Part::with_texts).collect();
    twin.retain(|part| *part != Part::Text(String::new()));
    let both = page.parts.iter().zip(&twin);
    if let Some((got, wanted)) = both.into_iter().find(|(got, wanted)| got != wanted) {
        panic!("{got:?}, of harmless texts {wanted:?}");
    }
    assert_eq!(page.parts.len(), twin.len());
}

/// The page about these runs of the case.
fn page(case: &AgentCase, streams: &[(String, Vec<Event>)]) -> String {
    let written: Vec<(&str, String)> = streams
        .iter()
        .map(|(name, events)| {
            let mut stream = Vec::new();
            for event in events {
                ndjson::write(&mut stream, event).expect("a vector takes everything");
            }
            let stream = String::from_utf8(stream).expect("JSON is UTF-8");
            (name.as_str(), stream)
        })
        .collect();
    let sources: Vec<Source<'_>> = written
        .iter()
        .map(|(name, text)| Source::Stream {
            name,
            title: name,
            text,
        })
        .collect();
    agents::page(&sources, &[case], "586cd2a4").expect("what we write can be read")
}

/// The events of a run in which an agent does these things in a case.
fn told(
    case: &AgentCase,
    agent: &str,
    deeds: &[&[u8]],
    deviation: Option<&(String, String)>,
    trace: bool,
) -> Vec<Event> {
    let about = About {
        tool: "cors-conformance 0.0.0".to_owned(),
        vectors: "0.0.0".to_owned(),
        standard: "586cd2a4".to_owned(),
        again: format!("cors-conformance agent --cmd {agent} -t"),
        explain: Some("cors-conformance explain".to_owned()),
    };
    let mut events = Vec::new();
    let mut sink = |event: &Event| events.push(event.clone());
    let mut run = Run::begin(&about, agent.to_owned(), 1, &mut sink);
    let played = match deeds {
        [] => Played::Skipped(agent.to_owned()),
        [[]] => Played::Nothing(agent.to_owned()),
        _ => Played::Observed(World::of_model(case), observed(deeds)),
    };
    run.case(case, played, &Steps::default());
    if trace {
        run.end(None);
    }
    if let (Some((name, reason)), Some(Event::Case(event))) = (deviation, events.get_mut(1)) {
        event.known = Some(KnownEvent {
            name: Some(name.clone()),
            reason: reason.clone(),
            spec: case.spec.clone(),
        });
    }
    events
}

/// What an agent did, as the bytes say.
fn observed(deeds: &[&[u8]]) -> Observation {
    const PLACES: &[Option<Place>] = &[
        Some(Place::Page),
        Some(Place::Cross),
        Some(Place::Third),
        None,
    ];
    const TYPES: &[Option<ResponseType>] = &[
        None,
        Some(ResponseType::Basic),
        Some(ResponseType::Cors),
        Some(ResponseType::Opaque),
        Some(ResponseType::OpaqueRedirect),
    ];
    const ERRORS: &[Option<ErrorKind>] = &[None, Some(ErrorKind::TypeError)];
    let mut observation = Observation::default();
    for deed in deeds.iter().take(8) {
        let ([is_request, one, other, ..], rest) = flags(deed);
        let mut lines = lines(rest);
        let first = lines.next().unwrap_or_default();
        let headers: Vec<Line> = lines
            .filter_map(|line| split(line, b':'))
            .map(|(name, value)| (name.to_vec(), value.to_vec()))
            .collect();
        let (place, first) = choice(first, PLACES);
        if is_request {
            let (method, suffix) = split(first, b' ').unwrap_or((first, b""));
            observation.requests.push(ObservedRequest {
                kind: if one {
                    RequestKind::Preflight
                } else {
                    RequestKind::Actual
                },
                at: *place,
                suffix: String::from_utf8_lossy(suffix).into_owned(),
                method: method.to_vec(),
                headers,
                body: if other { first.to_vec() } else { Vec::new() },
            });
            continue;
        }
        let outcome = if one {
            ObservedOutcome::Error(*choice(first, ERRORS).0)
        } else {
            let (response_type, url) = choice(first, TYPES);
            ObservedOutcome::Response(ObservedResponse {
                response_type: *response_type,
                status: u16::from(first.first().copied().unwrap_or(200)),
                headers: headers
                    .into_iter()
                    .map(|(name, value)| (name.to_ascii_lowercase(), value))
                    .collect(),
                url: other.then(|| String::from_utf8_lossy(url).into_owned()),
                redirected: other.then_some(true),
                timing_allowed: None,
            })
        };
        observation.outcomes.push(outcome);
    }
    observation
}

/// A text that nothing could take for markup, from which another can be read back.
fn stand_in(text: &str) -> String {
    let mut stand_in = MARK.to_owned();
    for byte in text.bytes() {
        write!(stand_in, "{byte:02x}").expect("a string takes everything");
    }
    stand_in.push(END);
    stand_in
}

/// A text in which every stand-in is what it stands for, as the page shows that.
fn with_texts(text: &str) -> String {
    let mut all = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARK) {
        all.push_str(before);
        let (digits, behind) = after.split_once(END).unwrap_or((after, ""));
        let bytes = digits.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits");
            u8::from_str_radix(pair, 16).unwrap_or_else(|_| panic!("{text}"))
        });
        let bytes: Vec<u8> = bytes.collect();
        all.push_str(&sentence(&String::from_utf8(bytes).expect("it was a text")));
        rest = behind;
    }
    all + rest
}

/// A citation whose document stays, since it decides whether there is a link.
fn harmless_citation(citation: &str) -> String {
    let part = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            stand_in(text)
        }
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match citation.split_once('#') {
        None if plain(citation) && !citation.contains(MARK) => citation.to_owned(),
        Some((document, place)) if plain(document) && !document.contains(MARK) => {
            match place.split_once('/') {
                Some((anchor, step)) => format!("{document}#{}/{}", part(anchor), part(step)),
                None => format!("{document}#{}", part(place)),
            }
        }
        _ => stand_in(citation),
    }
}

fn harmless_citations(citations: &[String]) -> Vec<String> {
    let each = citations.iter();
    each.map(|citation| harmless_citation(citation)).collect()
}

fn harmless_case(case: &AgentCase) -> AgentCase {
    AgentCase {
        title: stand_in(&case.title),
        why: case.why.as_deref().map(stand_in),
        spec: harmless_citations(&case.spec),
        ..case.clone()
    }
}

fn harmless_event(event: &Event) -> Event {
    let mut event = event.clone();
    let all = |texts: &mut Vec<String>| {
        for text in texts {
            *text = stand_in(text);
        }
    };
    match &mut event {
        Event::Run(run) => {
            if let SubjectEvent::Agent { agent } = &mut run.subject {
                *agent = stand_in(agent);
            }
        }
        Event::Case(case) => {
            case.title = stand_in(&case.title);
            case.spec = harmless_citations(&case.spec);
            case.reason = case.reason.as_deref().map(stand_in);
            if let Some(known) = &mut case.known {
                // A dash stands for no name.
                if let Some(name) = known.name.as_mut().filter(|name| *name != "-") {
                    *name = stand_in(name);
                }
                known.reason = stand_in(&known.reason);
                known.spec = harmless_citations(&known.spec);
            }
            if let Some(again) = &mut case.again {
                again.cli = again.cli.as_deref().map(stand_in);
            }
            if let Some(agent) = &mut case.agent {
                all(&mut agent.requests);
                for difference in &mut agent.differences {
                    difference.what = stand_in(&difference.what);
                    difference.wanted = stand_in(&difference.wanted);
                    difference.got = stand_in(&difference.got);
                }
            }
        }
        Event::Note(_) | Event::End(_) => {}
    }
    event
}

/// An element of the page: one that can do nothing that the page does not do itself.
fn check_element(element: &str, attributes: &BTreeMap<String, String>) {
    assert!(
        ![
            "img", "iframe", "object", "embed", "link", "base", "svg", "math", "template"
        ]
        .contains(&element),
        "{element}"
    );
    for (name, value) in attributes {
        assert!(
            !name.starts_with("on") && name != "src" && name != "style",
            "{name}"
        );
        if name == "href" {
            let known = value.starts_with("https://");
            assert!(known, "{value}");
        }
    }
}

/// A page as a parser sees it.
struct Parsed {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Open(String, BTreeMap<String, String>),
    Text(String),
    Close,
}

impl Part {
    /// With what stand-ins stand for.
    fn with_texts(&self) -> Self {
        match self {
            Self::Open(name, attributes) => {
                let attributes = attributes.iter();
                let attributes = attributes.map(|(name, value)| (name.clone(), with_texts(value)));
                Self::Open(name.clone(), attributes.collect())
            }
            Self::Text(text) => Self::Text(with_texts(text)),
            Self::Close => Self::Close,
        }
    }
}

impl Parsed {
    fn of(page: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
        assert_eq!(*dom.errors.borrow(), [""; 0], "{page}");
        let mut parsed = Self { parts: Vec::new() };
        parsed.add(&dom.document);
        parsed
    }

    fn add(&mut self, node: &Handle) {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|attribute| {
                    (
                        attribute.name.local.to_string(),
                        attribute.value.to_string(),
                    )
                });
                let name = name.local.to_string();
                self.parts.push(Part::Open(name, attributes.collect()));
                self.add_all(node);
                self.parts.push(Part::Close);
            }
            NodeData::Text { contents } => {
                let text = contents.borrow().to_string();
                if let Some(Part::Text(before)) = self.parts.last_mut() {
                    before.push_str(&text);
                } else if !text.is_empty() {
                    self.parts.push(Part::Text(text));
                }
            }
            NodeData::Comment { contents } => panic!("a comment: {contents}"),
            NodeData::Document | NodeData::Doctype { .. } => self.add_all(node),
            NodeData::ProcessingInstruction { .. } => panic!("a processing instruction"),
        }
    }

    fn add_all(&mut self, node: &Handle) {
        for child in node.children.borrow().iter() {
            self.add(child);
        }
    }
}
