//! A run as one JUnit document, in the dialect that Jenkins states a schema for (`junit-10.xsd` of
//! jenkinsci/xunit-plugin): a `testsuite` for each area, a `testcase` for each case.
//!
//! | the case | the `testcase` |
//! |---|---|
//! | passed | nothing in it |
//! | failed | `failure`, with what the terminal shows of it as text |
//! | got no answer to judge | `error`, with the same |
//! | either below the level that counts | `system-out` with that text: it is advice |
//! | made a choice that is recorded (`info`) | `system-out` with the reason |
//! | either in a known way; skipped; blocked | `skipped` with the reason |
//!
//! A document shows a failure where the exit status is not 0, and only there: what went wrong with
//! the run itself is a case of the suite `run`. That suite is there, too, when the run tells of no
//! case, since readers take a document without any for a mistake.
//!
//! Sums come first in the document, so that it is written when the run ends; the file of a run that
//! never ended is empty.

use std::collections::BTreeMap;
use std::io::{self, Write};

use cors_harness::event::{CaseEvent, EndEvent, Event, Outcome, RunEvent, SubjectEvent};
use cors_harness::exit::Exit;
use cors_vectors::server::Level;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event as Xml};

use crate::block::{self, uncoloured};
use crate::format::Format;
use crate::groups::impact;
use cors_text::terminal::sentence;

/// The suite of what is about the run as a whole.
const RUN: &str = "run";

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It passed, and there is something to read.
    Noted(String),
    /// It failed.
    Failed(Trouble),
    /// Nothing could be said.
    Undecided(Trouble),
    /// It was left out, or does not count; for this reason.
    Skipped(String),
}

/// What is told of a test that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Of what kind, in a word.
    pub kind: &'static str,
    /// What, in a sentence.
    pub message: String,
    /// The same at length, in lines.
    pub text: String,
}

/// One test of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The case's id, `area/slug`.
    pub id: String,
    /// How long it took, in milliseconds, when that was measured.
    pub millis: Option<u64>,
    /// What became of it.
    pub verdict: Verdict,
}

/// Collects what is told of a run.
#[derive(Debug)]
pub struct Junit {
    /// Failures below this level are advice.
    fail_on: Level,
    tool: String,
    /// What is run against what, told in each suite.
    properties: Vec<(&'static str, String)>,
    suites: BTreeMap<String, Vec<Test>>,
}

impl Junit {
    /// A document of a run in which failures from a level on count.
    pub const fn new(fail_on: Level) -> Self {
        Self {
            fail_on,
            tool: String::new(),
            properties: Vec::new(),
            suites: BTreeMap::new(),
        }
    }

    /// Takes in what is run, by what, against what.
    pub fn begin(&mut self, tool: &str, properties: Vec<(&'static str, String)>) {
        tool.clone_into(&mut self.tool);
        self.properties = properties;
    }

    /// Takes in a test.
    pub fn add(&mut self, test: Test) {
        let area = test.id.split_once('/').map_or("", |(area, _)| area);
        match self.suites.get_mut(area) {
            Some(tests) => tests.push(test),
            None => {
                self.suites.insert(area.to_owned(), vec![test]);
            }
        }
    }

    /// Takes in how the run ended, and writes the document.
    ///
    /// Fails when the sink does.
    pub fn end(&mut self, sink: &mut dyn Write, end: &EndEvent) -> io::Result<()> {
        let sums = Sums::of(self.suites.values().flatten());
        let is_red = sums.failed + sums.undecided > 0;
        let is_told = end.exit == Exit::AsExpected || (end.exit == Exit::Failed && is_red);
        let is_whole = end.complete && end.out_of_date.is_empty();
        if sums.all == 0 || !is_told || !is_whole {
            self.add(whole(end));
        }
        let mut xml = Writer::new_with_indent(&mut *sink, b' ', 2);
        xml.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let sums = Sums::of(self.suites.values().flatten());
        let mut root = BytesStart::new("testsuites");
        root.push_attribute(("name", sentence(&self.tool).as_str()));
        sums.told_in(&mut root);
        xml.write_event(Xml::Start(root))?;
        for (area, tests) in &self.suites {
            self.suite(&mut xml, area, tests)?;
        }
        xml.write_event(Xml::End(BytesEnd::new("testsuites")))?;
        writeln!(sink)?;
        sink.flush()
    }

    fn suite(&self, xml: &mut Writer<impl Write>, area: &str, tests: &[Test]) -> io::Result<()> {
        let sums = Sums::of(tests);
        let mut start = BytesStart::new("testsuite");
        start.push_attribute(("name", sentence(area).as_str()));
        sums.told_in(&mut start);
        start.push_attribute(("skipped", sums.skipped.to_string().as_str()));
        xml.write_event(Xml::Start(start))?;
        xml.write_event(Xml::Start(BytesStart::new("properties")))?;
        for (name, value) in &self.properties {
            let mut property = BytesStart::new("property");
            property.extend_attributes([("name", *name), ("value", sentence(value).as_str())]);
            xml.write_event(Xml::Empty(property))?;
        }
        xml.write_event(Xml::End(BytesEnd::new("properties")))?;
        for test in tests {
            told(xml, area, test)?;
        }
        xml.write_event(Xml::End(BytesEnd::new("testsuite")))
    }
}

/// How many tests there are of which kind.
#[derive(Debug, Default)]
struct Sums {
    all: usize,
    failed: usize,
    undecided: usize,
    skipped: usize,
}

impl Sums {
    fn of<'a>(tests: impl IntoIterator<Item = &'a Test>) -> Self {
        let mut sums = Self::default();
        for test in tests {
            sums.all += 1;
            match test.verdict {
                Verdict::Passed | Verdict::Noted(_) => {}
                Verdict::Failed(_) => sums.failed += 1,
                Verdict::Undecided(_) => sums.undecided += 1,
                Verdict::Skipped(_) => sums.skipped += 1,
            }
        }
        sums
    }

    /// Writes those that the schema has for both elements.
    fn told_in(&self, start: &mut BytesStart<'_>) {
        let sums = [
            ("tests", self.all),
            ("failures", self.failed),
            ("errors", self.undecided),
        ];
        for (name, sum) in sums {
            start.push_attribute((name, sum.to_string().as_str()));
        }
    }
}

fn told(xml: &mut Writer<impl Write>, area: &str, test: &Test) -> io::Result<()> {
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", sentence(&test.id).as_str()));
    start.push_attribute(("classname", format!("cors.{}", sentence(area)).as_str()));
    if let Some(millis) = test.millis {
        let time = format!("{}.{:03}", millis / 1000, millis % 1000);
        start.push_attribute(("time", time.as_str()));
    }
    let (name, attributes, text) = match &test.verdict {
        Verdict::Passed => return xml.write_event(Xml::Empty(start)),
        Verdict::Noted(text) => ("system-out", Vec::new(), text.as_str()),
        Verdict::Failed(trouble) => ("failure", trouble.attributes(), trouble.text.as_str()),
        Verdict::Undecided(trouble) => ("error", trouble.attributes(), trouble.text.as_str()),
        Verdict::Skipped(reason) => ("skipped", vec![("message", sentence(reason))], ""),
    };
    xml.write_event(Xml::Start(start))?;
    let mut inner = BytesStart::new(name);
    for (name, value) in &attributes {
        inner.push_attribute((*name, value.as_str()));
    }
    if text.is_empty() {
        xml.write_event(Xml::Empty(inner))?;
    } else {
        xml.write_event(Xml::Start(inner))?;
        xml.write_event(Xml::Text(BytesText::new(&lines(text))))?;
        xml.write_event(Xml::End(BytesEnd::new(name)))?;
    }
    xml.write_event(Xml::End(BytesEnd::new("testcase")))
}

impl Trouble {
    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("type", self.kind.to_owned()),
            ("message", sentence(&self.message)),
        ]
    }
}

/// The lines of a text, with what XML cannot hold written `\u{…}`.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(sentence).collect();
    lines.join("\n")
}

/// The run as a test.
fn whole(end: &EndEvent) -> Test {
    let mut lines = end.out_of_date.clone();
    lines.extend(end.reason.clone());
    lines.extend(end.log.clone());
    let kind = match end.exit {
        Exit::Bug => "bug",
        Exit::Usage => "usage",
        Exit::Unreachable => "unreachable",
        Exit::Failed => "failed",
        Exit::CutShort => "cut-short",
        Exit::NothingRan => "nothing-ran",
        Exit::OutOfDate => "out-of-date",
        Exit::AsExpected => "as-expected",
    };
    let first = end.reason.iter().chain(&end.out_of_date).next();
    let trouble = Trouble {
        kind,
        message: first.map_or_else(|| end.exit.meaning().to_owned(), Clone::clone),
        text: lines.join("\n"),
    };
    let verdict = if !end.complete {
        Verdict::Undecided(trouble)
    } else if end.exit == Exit::AsExpected && end.out_of_date.is_empty() {
        Verdict::Passed
    } else {
        Verdict::Failed(trouble)
    };
    Test {
        id: format!("{RUN}/whole"),
        millis: None,
        verdict,
    }
}

impl Format for Junit {
    fn event(&mut self, event: &Event, sink: &mut dyn Write) -> io::Result<()> {
        match event {
            Event::Run(run) => self.begin(&run.tool, properties(run)),
            // In each suite, as readers of one suite see no other.
            Event::Note(note) => self.properties.push(("note", note.text.clone())),
            Event::Case(case) => self.add(test(case, self.fail_on)),
            Event::End(end) => self.end(sink, end)?,
        }
        Ok(())
    }
}

fn properties(run: &RunEvent) -> Vec<(&'static str, String)> {
    let subject = match run.subject {
        SubjectEvent::Agent { .. } => "agent",
        SubjectEvent::Server { .. } | SubjectEvent::Fuzz { .. } => "target",
    };
    vec![
        (subject, run.subject.name().to_owned()),
        ("vectors", run.vectors.clone()),
        ("standard", run.standard.clone()),
    ]
}

fn test(case: &CaseEvent, fail_on: Level) -> Test {
    let reason = || case.reason.clone().unwrap_or_else(|| case.title.clone());
    let trouble = || Trouble {
        kind: impact(case).name(),
        message: match (&case.reason, first_difference(case)) {
            (Some(reason), _) | (None, Some(reason)) => format!("{}: {reason}", case.title),
            (None, None) => case.title.clone(),
        },
        text: uncoloured(&block::failure(case)),
    };
    let verdict = match (&case.known, case.outcome) {
        (Some(known), Outcome::Fail | Outcome::Error | Outcome::Blocked) => {
            Verdict::Skipped(format!("known to fail: {}", known.reason))
        }
        (_, Outcome::Pass) => Verdict::Passed,
        (_, Outcome::Info) => Verdict::Noted(format!("info: {}", reason())),
        (_, Outcome::Fail | Outcome::Error) if case.level < fail_on => {
            Verdict::Noted(uncoloured(&block::failure(case)))
        }
        (_, Outcome::Fail) => Verdict::Failed(trouble()),
        (_, Outcome::Error) => Verdict::Undecided(trouble()),
        (_, Outcome::Skip) => Verdict::Skipped(reason()),
        (_, Outcome::Blocked) => Verdict::Skipped(format!("blocked: {}", reason())),
    };
    Test {
        id: case.id.clone(),
        millis: case.agent.is_none().then_some(case.millis),
        verdict,
    }
}

fn first_difference(case: &CaseEvent) -> Option<&String> {
    let differences = &case.agent.as_ref()?.differences;
    differences.first().map(|difference| &difference.what)
}
