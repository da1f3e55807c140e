//! JUnit documents, as a CI server reads them: red where the exit status is not 0.

use cors_harness::event::Event;
use cors_testbed::Behaviour;
use roxmltree::Document;

use crate::program::{Ran, run, sample, text};
use crate::servers::{Listening, behaving, nobody, reflecting};

/// What a document says.
struct Told {
    /// Tests, failures, errors.
    sums: [usize; 3],
    /// The number of tests.
    tests: usize,
    /// What there is of tests that did not simply pass: the element, and its type.
    beside: Vec<(String, Option<String>)>,
}

impl Told {
    fn of(document: &str) -> Self {
        let document = Document::parse(document).unwrap();
        let root = document.root_element();
        let sum = |name| root.attribute(name).unwrap().parse().unwrap();
        let tests = || {
            let all = document.descendants();
            all.filter(|node| node.has_tag_name("testcase"))
        };
        let beside = tests().filter_map(|test| test.first_element_child());
        let beside = beside.map(|inner| {
            let kind = inner.attribute("type").map(str::to_owned);
            (inner.tag_name().name().to_owned(), kind)
        });
        Self {
            sums: ["tests", "failures", "errors"].map(sum),
            tests: tests().count(),
            beside: beside.collect(),
        }
    }

    fn count(&self, element: &str) -> usize {
        let is_it = |(name, _): &&(String, Option<String>)| name == element;
        self.beside.iter().filter(is_it).count()
    }

    fn kinds(&self) -> Vec<&str> {
        let kinds = self.beside.iter().map(|(_, kind)| kind.as_deref());
        kinds.flatten().collect()
    }
}

/// What a run writes to standard output.
fn told(ran: &Ran) -> Told {
    Told::of(&ran.stdout)
}

#[test]
fn a_run_is_told_as_the_terminal_tells_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.xml");
    let report = format!("junit={}", text(&file));
    let ran = sample(&reflecting(), &["--report", &report]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let told = Told::of(&std::fs::read_to_string(&file).unwrap());
    let [tests, failures, errors] = told.sums;
    let skipped = told.count("skipped");
    let advice = told.count("system-out");
    assert!(failures > 0 && tests > failures, "{ran:#?}");
    assert_eq!(told.tests, tests);
    assert_eq!(told.count("failure"), failures);
    let passed = tests - failures - errors - skipped - advice;
    let failed = failures + errors + advice;
    let said = format!("conformance: {passed} passed, {failed} failed, {skipped} skipped");
    assert_eq!(ran.last_line(), said);
    assert!(told.kinds().contains(&"exposed"), "{:?}", told.beside);
}

#[test]
fn a_right_server_has_a_green_one() {
    let server = behaving(Behaviour::REFERENCE);
    let ran = sample(&server, &["--report", "junit=-"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let told = told(&ran);
    assert_eq!(told.sums[1..], [0, 0]);
    assert!(told.sums[0] > 0, "{ran:#?}");
}

#[test]
fn a_run_that_could_not_start_is_an_error() {
    let mut server = behaving(Behaviour::REFERENCE);
    server.url = nobody();
    let ran = sample(&server, &["--report", "junit=-"]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    let told = told(&ran);
    assert_eq!(told.sums, [1, 0, 1]);
    assert_eq!(told.kinds(), ["unreachable"]);
}

#[test]
fn what_a_fuzzer_finds_is_told() {
    let fuzz = |server: &Listening, runs: &str| {
        let policy = text(&server.policy).to_owned();
        let mut words = vec!["fuzz", &server.url, "--policy", &policy];
        words.extend(["--seed", "1", "--runs", runs, "--report", "junit=-"]);
        run(&words)
    };
    let found = fuzz(&reflecting(), "500");
    assert_eq!(found.code, Some(1), "{found:#?}");
    assert!(told(&found).kinds().contains(&"exposed"), "{found:#?}");
    let right = fuzz(&behaving(Behaviour::REFERENCE), "20");
    assert_eq!(right.code, Some(0), "{right:#?}");
    // Some readers take a document without tests for a mistake.
    assert_eq!(told(&right).sums, [1, 0, 0]);
}

#[test]
fn an_agent_is_told_too() {
    let words = ["-t", "methods/*", "--report", "junit=-"];
    let model = run(&[&["agent", "model"], &words[..]].concat());
    assert_eq!(model.code, Some(0), "{model:#?}");
    let all = told(&model);
    assert!(all.sums[0] > 0, "{model:#?}");
    assert_eq!(all.sums[1..], [0, 0]);

    // Right wherever the API has to throw, which shows nothing, and wrong elsewhere.
    let throws = r#"while read -r line; do echo '{"thrown": "TypeError"}'; done"#;
    let wrong = run(&[&["agent", "--cmd", throws], &words[..]].concat());
    assert_eq!(wrong.code, Some(1), "{wrong:#?}");
    let wrong = told(&wrong);
    assert_eq!(wrong.sums[0], all.sums[0]);
    assert!(wrong.kinds().contains(&"differs"), "{:?}", wrong.beside);
}

#[test]
fn an_agent_that_fails_everything_passes_nothing() {
    let fails = r#"while read -r line; do echo '{"failed": true}'; done"#;
    let words = ["-t", "methods/*", "--report", "ndjson=-"];
    let ran = run(&[&["agent", "--cmd", fails], &words[..]].concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let Some(Event::End(end)) = ran.events().pop() else {
        panic!("{ran:#?}")
    };
    assert_eq!(end.counts.pass, 0, "{end:?}");
    assert!(end.counts.fail > 0, "{end:?}");
}
