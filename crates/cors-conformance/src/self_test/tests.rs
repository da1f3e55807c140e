//! A sample of the matrix, and every kind of hole.

use cors_harness::exit::Exit;
use cors_testbed::Behaviour;
use cors_testbed::faults::{self, Fault, faults};
use cors_vectors::Library;
use cors_vectors::data::data_file;
use cors_vectors::library::library;
use cors_vectors::server::ServerCase;
use serde_json::{Value, json};

use super::bench::{Bench, Found};
use super::legitimate::{Legitimate, legitimate};
use super::report::{FaultReport, Hole, Report};
use super::{Trial, snapshot};
use crate::args::{Selection, SelfTestArgs};

/// The matrix as a whole self-test found it.
const SNAPSHOT: &str = include_str!("../../tests/kill-matrix.txt");

#[test]
fn each_fault_is_caught_by_the_first_case_of_the_snapshot() {
    let snapshot = snapshot::lines(SNAPSHOT);
    let names: Vec<&str> = faults().iter().map(|fault| fault.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(snapshot.keys().copied().collect::<Vec<_>>(), sorted);

    let bench = Bench::new(library().unwrap(), |_| true).unwrap();
    for fault in faults() {
        let Some(case) = snapshot[fault.name].first() else {
            panic!("{}", fault.name)
        };
        let found = bench.each_alone(&fault.behaviour(), |id| id == *case);
        assert!(
            found
                .unwrap()
                .iter()
                .any(|finding| finding.found == Found::Failure),
            "{case} does not fail on {}",
            fault.name
        );
    }
}

#[test]
fn every_case_holds_on_the_reference_server_and_names_a_fault() {
    let library = library().unwrap();
    for case in library.server_cases() {
        assert!(!case.catches.is_empty(), "{} catches nothing", case.id);
        for name in &case.catches {
            assert!(faults::find(name).is_some(), "{}: {name}", case.id);
        }
    }
    let bench = Bench::new(library, |_| true).unwrap();
    let found = bench.each_alone(&Behaviour::REFERENCE, |_| true).unwrap();
    let bad: Vec<_> = found
        .iter()
        .filter(|finding| finding.found != Found::Note)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let probed = bench.probed(&Behaviour::REFERENCE).unwrap();
    let bad: Vec<_> = probed
        .iter()
        .filter(|finding| finding.found != Found::Note)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let bad = bench.together(&Behaviour::REFERENCE).unwrap();
    let bad: Vec<_> = bad
        .iter()
        .filter(|(_, finding)| finding.found != Found::Note)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

/// A library of one case, which runs under a named policy of the library proper.
fn one_case(members: &Value) -> Library {
    let mut case = json!({
        "id": "hole/case", "title": "A title", "why": "A reason.", "spec": ["fetch#concept-cors-check/4"],
        "policy": "allow-list",
        "steps": [{ "fetch": { "origin": "{allowed}" }, "verdict": "shared" }]
    });
    for (name, value) in members.as_object().unwrap() {
        case[name] = value.clone();
    }
    let file = json!({ "area": "hole", "about": "One case.", "cases": [case] });
    Library::from_files([
        (
            "policies.json".to_owned(),
            data_file("policies.json").unwrap().into_owned(),
        ),
        ("server/hole.json".to_owned(), file.to_string()),
    ])
    .unwrap()
}

/// What a self-test of the only case says, on these faults and on the reference server.
fn tried(library: &Library, faults: &[&str]) -> Report {
    let faults = faults.iter().map(|name| match faults::find(name) {
        Some(fault) => fault,
        None => Fault {
            name: "no-fault-at-all",
            class: "O1",
            about: "It does nothing.",
            how: |_| {},
        },
    });
    trial(library, faults.collect()).run().unwrap()
}

fn trial(library: &Library, faults: Vec<Fault>) -> Trial<'_> {
    let cases: Vec<&ServerCase> = library.server_cases().collect();
    let reference: Vec<Legitimate> = legitimate().into_iter().take(1).collect();
    Trial {
        library,
        cases,
        whole: true,
        faults,
        probe: true,
        legitimate: reference,
    }
}

#[test]
fn without_holes_it_ends_with_0() {
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight"] }));
    let report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(report.holes, []);
    assert_eq!(report.exit(), Exit::AsExpected);
    assert_eq!(report.faults[0].kit, ["hole/case"]);
    assert_eq!(report.faults[0].policy, ["hole/case"]);
    let probed = report.faults[0].probe.as_deref();
    assert_eq!(probed, Some(&["hole/case".to_owned()][..]));
    assert_eq!(report.caught_by_probe(), Some(1));
    assert_eq!((report.caught(), report.clean()), ((1, 1), 1));
}

#[test]
fn a_fault_that_nothing_catches_is_a_hole() {
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight"] }));
    let report = tried(&library, &["headers-only-on-preflight", "nothing"]);
    assert_eq!(
        report.holes,
        [Hole::Uncaught {
            fault: "no-fault-at-all".to_owned(),
            about: "It does nothing.".to_owned()
        }]
    );
    assert_eq!(report.exit(), Exit::Bug);
}

#[test]
fn a_fault_that_some_of_the_cases_do_not_catch_is_none() {
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight"] }));
    let faults = ["headers-only-on-preflight", "null-always-allowed"];
    let faults = faults.map(|name| faults::find(name).unwrap()).to_vec();
    let some = Trial {
        whole: false,
        ..trial(&library, faults)
    };
    assert_eq!(some.run().unwrap().holes, []);
}

#[test]
fn a_fault_that_only_kit_mode_shows_is_a_hole_unless_the_case_needs_a_kit() {
    for (requires, holes) in [(json!([]), 1), (json!(["kit"]), 0)] {
        let library = one_case(&json!({ "requires": requires }));
        let mut report = Report {
            faults: vec![FaultReport {
                name: "some-fault".to_owned(),
                class: "O1".to_owned(),
                about: "It does something.".to_owned(),
                kit: vec!["hole/case".to_owned()],
                policy: Vec::new(),
                probe: None,
                noted: Vec::new(),
            }],
            legitimate: Vec::new(),
            cases: 1,
            holes: Vec::new(),
        };
        trial(&library, Vec::new()).check_faults(&mut report);
        assert_eq!(report.holes.len(), holes, "{:?}", report.holes);
        let by_policy = |hole: &Hole| matches!(hole, Hole::UncaughtByPolicy { .. });
        assert!(report.holes.iter().all(by_policy), "{:?}", report.holes);
        assert_eq!(report.exit() == Exit::Bug, holes == 1);
    }
}

#[test]
fn a_name_that_no_fault_has_is_a_hole() {
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight", "no-such-fault"] }));
    let report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(
        report.holes,
        [Hole::UnknownFault {
            case: "hole/case".to_owned(),
            fault: "no-such-fault".to_owned()
        }]
    );
    assert_eq!(report.exit(), Exit::Bug);
}

#[test]
fn a_case_that_misses_a_fault_it_names_is_a_hole() {
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight", "nothing"] }));
    let report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(report.exit(), Exit::Bug);
    let library = one_case(&json!({ "catches": ["null-always-allowed"] }));
    let report = tried(&library, &["null-always-allowed"]);
    assert!(
        report.holes.contains(&Hole::Misses {
            case: "hole/case".to_owned(),
            fault: "null-always-allowed".to_owned()
        }),
        "{:?}",
        report.holes
    );
    assert_eq!(report.exit(), Exit::Bug);
}

#[test]
fn a_case_that_catches_nothing_is_a_hole_with_what_it_could_catch() {
    let library = one_case(&json!({}));
    let report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(
        report.holes,
        [Hole::CatchesNothing {
            case: "hole/case".to_owned(),
            could: vec!["headers-only-on-preflight".to_owned()]
        }]
    );
    assert_eq!(report.exit(), Exit::Bug);
    assert_eq!(
        report.holes[0].to_string(),
        "hole/case says of nothing that it catches it; it fails on headers-only-on-preflight"
    );
}

#[test]
fn a_case_that_fails_a_server_that_is_right_is_a_hole_in_each_mode() {
    let library = one_case(&json!({
        "catches": ["headers-only-on-preflight"],
        "steps": [{
            "send": { "headers": [["Origin", "{allowed}"]] },
            "checks": [{ "id": "no", "level": "should", "header": "X-Nowhere", "absent": false }]
        }]
    }));
    let report = tried(&library, &["headers-only-on-preflight"]);
    let holes: Vec<String> = report.holes.iter().map(Hole::to_string).collect();
    assert_eq!(holes.len(), 3, "{holes:#?}");
    for (hole, mode) in holes.iter().zip(["kit", "policy", "probe"]) {
        let start = format!("hole/case does not hold on reference, which is right ({mode} mode): ");
        assert!(hole.starts_with(&start), "{hole}");
    }
    assert_eq!(report.clean(), 0);
    assert_eq!(report.exit(), Exit::Bug);
}

#[test]
fn a_case_of_level_info_catches_what_it_records() {
    let note = json!({
        "level": "info",
        "catches": ["headers-only-on-preflight"],
        "steps": [{
            "send": { "headers": [["Origin", "{allowed}"]] },
            "checks": [{ "id": "granted", "level": "info",
                         "header": "Access-Control-Allow-Origin", "absent": false }]
        }]
    });
    let library = one_case(&note);
    let report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(report.faults[0].noted, ["hole/case"]);
    // It is a note, so that the fault is not caught.
    let uncaught = |hole: &Hole| matches!(hole, Hole::Uncaught { .. });
    assert!(
        report.holes.len() == 1 && report.holes.iter().all(uncaught),
        "{:?}",
        report.holes
    );
}

#[test]
fn a_snapshot_is_written_compared_and_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("matrix.txt");
    let args = |update| SelfTestArgs {
        selection: Selection {
            tests: Vec::new(),
            skip: Vec::new(),
            vectors: Vec::new(),
        },
        json: None,
        snapshot: Some(file.clone()),
        update,
        probe: false,
        policies: false,
        sample: None,
        shapes: Vec::new(),
        servers: Vec::new(),
    };
    let library = one_case(&json!({ "catches": ["headers-only-on-preflight"] }));
    let mut report = tried(&library, &["headers-only-on-preflight"]);
    assert_eq!(
        snapshot::compare(&args(false), &report).unwrap_err().exit,
        Exit::Usage
    );
    assert!(snapshot::compare(&args(true), &report).unwrap().is_empty());
    assert!(snapshot::compare(&args(false), &report).unwrap().is_empty());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.ends_with("\nheaders-only-on-preflight: hole/case\n"),
        "{text}"
    );
    // What else catches it changes nothing.
    report.faults[0].kit.insert(0, "hole/another".to_owned());
    assert!(snapshot::compare(&args(false), &report).unwrap().is_empty());
    assert!(snapshot::compare(&args(true), &report).unwrap().is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    report.faults[0].kit.clear();
    let said = snapshot::compare(&args(false), &report).unwrap();
    let gone = "hole/case does not catch headers-only-on-preflight any more";
    assert_eq!(said[0], gone);
    assert!(said[1].contains("--update"), "{said:?}");
    report.faults[0].name = "another".to_owned();
    let said = snapshot::compare(&args(false), &report).unwrap();
    assert_eq!(said[0], "headers-only-on-preflight is gone");
    assert!(said[1] == "another is new", "{said:?}");
}
