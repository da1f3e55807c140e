//! The checker on a small standard of its own, right and then wrong in every way.

mod changes;
mod reading;

use super::check::check;
use super::finding::{File, Finding};
use super::pin::repin;
use super::standard::Standard;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const STANDARD: &str = include_str!("standard.bs");

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// The pin of the small standard, with the tables of `pin.toml`.
fn pinned() -> String {
    repin(include_str!("pin.toml"), &Standard::read(STANDARD), COMMIT).unwrap()
}

/// A correct set of files, to be made wrong.
struct Fixture {
    pin: File,
    model: File,
    cases: File,
}

impl Fixture {
    fn new() -> Self {
        Self {
            pin: file("fetch.toml", &pinned()),
            model: file("model.rs", include_str!("model.rs.txt")),
            cases: file("cases.json", include_str!("cases.json.txt")),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let report = check(
            &self.pin,
            std::slice::from_ref(&self.model),
            std::slice::from_ref(&self.cases),
        );
        report.unwrap().findings
    }
}

/// Replaces what must be there exactly once.
fn replace(file: &mut File, from: &str, to: &str) {
    assert_eq!(
        file.text.matches(from).count(),
        1,
        "{from} in {}",
        file.path
    );
    file.text = file.text.replace(from, to);
}

/// Asserts that this is the only finding, at the line of a text.
#[track_caller]
fn assert_only(fixture: &Fixture, file: &File, at: &str, message: &str) {
    let findings = fixture.findings();
    let line = file
        .text
        .lines()
        .position(|line| line.contains(at))
        .unwrap()
        + 1;
    let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
    let start = format!("{}:{line}: ", file.path);
    assert!(
        found.len() == 1 && found[0].starts_with(&start) && found[0].contains(message),
        "expected one finding with {start}…{message}\nfound {found:#?}"
    );
}

/// Asserts that these and no others are the findings, in order.
#[track_caller]
fn assert_all(fixture: &Fixture, expected: &[&str]) {
    let found: Vec<_> = fixture.findings().iter().map(ToString::to_string).collect();
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found.contains(expected));
    assert!(same, "expected {expected:#?}\nfound {found:#?}");
}

#[track_caller]
fn assert_model(from: &str, to: &str, at: &str, message: &str) {
    let mut fixture = Fixture::new();
    replace(&mut fixture.model, from, to);
    assert_only(&fixture, &fixture.model, at, message);
}

#[track_caller]
fn assert_cases(from: &str, to: &str, message: &str) {
    let mut fixture = Fixture::new();
    replace(&mut fixture.cases, from, to);
    assert_only(&fixture, &fixture.cases, to, message);
}

#[track_caller]
fn assert_pin(from: &str, to: &str, at: &str, message: &str) {
    let mut fixture = Fixture::new();
    replace(&mut fixture.pin, from, to);
    assert_only(&fixture, &fixture.pin, at, message);
}

#[test]
fn a_correct_set_of_files_passes() {
    let fixture = Fixture::new();
    assert_eq!(fixture.findings(), []);
    let report = check(&fixture.pin, &[fixture.model], &[fixture.cases]).unwrap();
    // One link, three autolinks, eight steps of two functions, two places and one definition.
    assert_eq!(
        (report.functions, report.in_sources, report.in_cases),
        (3, 15, 6)
    );
}

#[test]
fn r1_a_heading_is_no_definition() {
    assert_model(
        "[gate check](https://fetch.spec.whatwg.org/#concept-gate-check)",
        "[gate check](https://fetch.spec.whatwg.org/#gate-check)",
        "//! A model",
        "`gate-check` is no definition of the standard (headings and examples are none); expected one such as `concept-gate-check`",
    );
}

#[test]
fn r1_a_misspelt_anchor_is_reported_in_code() {
    assert_model(
        "                \"concept-gate-check\",",
        "                \"concept-gate-chek\",",
        "Cite::new(",
        "`concept-gate-chek` is no definition",
    );
}

#[test]
fn r2_a_step_that_does_not_exist_is_reported_in_code() {
    assert_model(
        "3[member-of-staff].2",
        "3[member-of-staff].3",
        "Cite::new(",
        "concept-gate-check: step 3[member-of-staff].3 does not exist; expected one of",
    );
    assert_model(
        "cite!(\"4\")",
        "cite!(\"four\")",
        "four",
        "`four` is no step",
    );
}

#[test]
fn r2_and_r3_a_changed_step_number_is_reported() {
    let mut fixture = Fixture::new();
    replace(&mut fixture.model, "\"1\": \"What", "\"5\": \"What");
    assert_all(
        &fixture,
        &[
            "model.rs:7: `gate_check` does not state 1 of concept-gate-check",
            "model.rs:11: concept-gate-check: step 5 does not exist; expected 1 to 4",
        ],
    );
}

#[test]
fn r3_a_missing_leaf_is_reported() {
    assert_model(
        "step!(\"3[otherwise]\": \"Nothing.\")",
        "{}",
        "pub fn gate_check",
        "`gate_check` does not state 3[otherwise] of concept-gate-check",
    );
}

#[test]
fn r3_a_leaf_that_stands_in_two_places_is_reported() {
    assert_model(
        "    let at = cite!(\"4\");",
        "    step!(\"1\": \"And again.\");\n    let at = cite!(\"4\");",
        "And again",
        "step 1 of concept-gate-check stands here for the second time, after line 11",
    );
    assert_model(
        "\"3[otherwise]\"",
        "\"3[guest]–[otherwise]\"",
        "Nothing.",
        "for the second time",
    );
}

#[test]
fn r3_a_leaf_out_of_order_is_reported() {
    let mut fixture = Fixture::new();
    replace(
        &mut fixture.model,
        "    step!(&mut trace, \"1\": \"What",
        "    notes!(\"What",
    );
    replace(
        &mut fixture.model,
        "    match badge {",
        "    step!(\"1\": \"Late.\");\n    match badge {",
    );
    assert_only(
        &fixture,
        &fixture.model,
        "Late.",
        "step 1 of concept-gate-check stands after step 2.2; expected the order of the standard",
    );
}

#[test]
fn r3_a_parent_covers_nothing_unless_out_of_scope() {
    let place = "cite!(\"2.2\")";
    assert_model(
        "step!(\"2.1\" DEV",
        "step!(\"2\" DEV",
        "pub fn gate_check",
        "does not state 2.1 of",
    );
    let mut fixture = Fixture::new();
    replace(&mut fixture.model, place, "at");
    replace(
        &mut fixture.model,
        "\"2.1\" DEVIATION(\"bell\"): \"Nobody is woken.\"",
        "\"2\" DEVIATION(\"bell\"): \"OUT OF SCOPE: bells.\"",
    );
    assert_eq!(fixture.findings(), []);
}

#[test]
fn r3_steps_need_an_algorithm() {
    let mut fixture = Fixture::new();
    let docs = "/// Opening: <https://fetch.spec.whatwg.org/#dom-gate-open>";
    replace(&mut fixture.model, docs, "/// Opening.");
    assert_all(
        &fixture,
        &[
            "no case cites 1 of dom-gate-open; expected a case, OUT OF SCOPE: in the step, or",
            "model.rs:39: `open` states steps of an algorithm but its documentation cites no algorithm",
        ],
    );
    // Steps of another standard are not ours to check.
    replace(
        &mut fixture.model,
        "step!(\"1\": \"OUT",
        "anchor!(\"xhr#gates\");\n        step!(\"1\": \"OUT",
    );
    assert_all(&fixture, &["no case cites 1 of dom-gate-open"]);
    // The steps then are those of another algorithm, which has none of these.
    let mut fixture = Fixture::new();
    replace(
        &mut fixture.model,
        "anchor!(\"concept-gate-check\")",
        "anchor!(\"dom-gate-open\")",
    );
    let findings = fixture.findings();
    let other = "states steps of dom-gate-open but its documentation cites concept-gate-check";
    let found = |finding: &Finding| finding.message.contains(other);
    assert!(findings.iter().any(found), "{findings:?}");
}

#[test]
fn a_step_that_is_not_in_the_grammar_is_reported() {
    assert_model(
        "    let at = cite!(\"4\");",
        "    step!(\"4\", \"The hour decides.\");",
        "step!(\"4\", ",
        "a citation that cannot be read: expected `:`",
    );
    assert_model(
        "\"Nothing.\"",
        "\" \"",
        "3[otherwise]",
        "the step has no sentence",
    );
    let mut fixture = Fixture::new();
    replace(&mut fixture.model, "impl<'a> fmt", "impl< fmt");
    let findings = fixture.findings();
    let unreadable = |finding: &Finding| finding.message.starts_with("not readable as Rust");
    assert!(findings.iter().any(unreadable), "{findings:?}");
}

#[test]
fn r4_a_name_follows_from_the_term_or_is_listed() {
    assert_model(
        "pub fn gate_check",
        "pub fn check_gate",
        "check_gate",
        "`check_gate` transcribes \"gate check\"; expected the name `gate_check` (as a predicate with `is_` before it), or an entry under [names.concept-gate-check] in fetch.toml",
    );
    let mut fixture = Fixture::new();
    replace(&mut fixture.pin, "works_here = ", "work_here = ");
    assert_all(
        &fixture,
        &[
            "fetch.toml:6: [names.member-of-staff] work_here is not needed",
            "model.rs:44: `works_here` transcribes \"member of staff\"",
        ],
    );
}

#[test]
fn r5_a_leaf_without_a_case_is_reported() {
    let mut fixture = Fixture::new();
    replace(
        &mut fixture.cases,
        "fetch#concept-gate-check/2.1-2",
        "fetch#concept-gate-check",
    );
    assert_only(
        &fixture,
        &fixture.pin,
        "anchor = \"concept-gate-check\"",
        "no case cites 2.1–2.2 of concept-gate-check; expected a case, or a reason under [uncited.concept-gate-check]",
    );
}

#[test]
fn r5_a_strict_algorithm_is_not_helped_by_a_comment() {
    let mut fixture = Fixture::new();
    replace(
        &mut fixture.cases,
        "fetch#concept-gate-check/4",
        "fetch#concept-gate-check",
    );
    replace(
        &mut fixture.model,
        "\"4\": \"The gate is open.\"",
        "\"4\": \"OUT OF SCOPE: the gate.\"",
    );
    assert_only(
        &fixture,
        &fixture.pin,
        "anchor = \"concept-gate-check\"",
        "no case cites 4 of",
    );
    replace(
        &mut fixture.pin,
        "strict = [\"concept-gate-check\"]",
        "strict = []",
    );
    assert_eq!(fixture.findings(), []);
}

#[test]
fn r5_an_entry_for_a_step_that_cases_cite_is_reported() {
    let mut fixture = Fixture::new();
    replace(&mut fixture.pin, "\"3[otherwise]\" = ", "4 = ");
    assert_all(
        &fixture,
        &[
            "fetch.toml:12: [uncited.concept-gate-check] 4 is not needed: cases cite every step of it",
            "no case cites 3[otherwise] of concept-gate-check",
        ],
    );
}

#[test]
fn r6_keys_have_entries_and_entries_are_used() {
    let mut fixture = Fixture::new();
    replace(
        &mut fixture.model,
        "DEVIATION(\"bell\")",
        "DEVIATION(\"ball\")",
    );
    assert_all(
        &fixture,
        &[
            "fetch.toml:9: [markers] bell is used by no step",
            "model.rs:13: marker key `ball` is unknown; expected an entry under [markers]",
        ],
    );
    assert_model(
        "OUT OF SCOPE: bars are lifted by hand.",
        "OUT OF SCOPE:",
        "OUT OF",
        "gives no reason",
    );
    assert_pin(
        "\"There is no bell.\"",
        "\" \"",
        "bell = ",
        "[markers] bell is empty; expected the reason",
    );
}

#[test]
fn cases_that_cite_what_is_not_there_are_reported() {
    assert_cases(
        "fetch#member-of-staff",
        "fetch#gate-check",
        "`gate-check` is no definition",
    );
    assert_cases(
        "fetch#member-of-staff",
        "fetch#member-of-staff/1",
        "`member-of-staff` has no pinned steps",
    );
    assert_cases(
        "fetch#member-of-staff",
        "fetch#concept-gate-check/9",
        "concept-gate-check: step 9 does not exist; expected 1 to 4",
    );
    assert_cases(
        "fetch#member-of-staff",
        "fetch#concept-gate-check/2-2.1",
        "its ends must be steps of the same list",
    );
    assert_cases(
        "fetch#member-of-staff",
        "fetch#concept-gate-check/2-1",
        "its end must come after its start",
    );
    assert_cases(
        "fetch#member-of-staff",
        "fetch#concept-gate-check/x",
        "ends in no step",
    );
    assert_cases(
        "\"fetch#member-of-staff\"",
        "\"member-of-staff\"",
        "is no citation",
    );
    assert_cases(
        "xhr#the-send()-method/4.3",
        "xrh#the-send()-method/4.3",
        "cites `xrh`; expected fetch or one of xhr",
    );
    assert_cases(
        "xhr#the-send()-method/4.3",
        "xhr#the-send()-method/four",
        "ends in no step",
    );
}

#[test]
fn an_arm_of_one_paragraph_has_two_spellings() {
    let mut fixture = Fixture::new();
    replace(&mut fixture.cases, "/3[guest]", "/3[child].1");
    assert_eq!(fixture.findings(), []);
    replace(&mut fixture.cases, "/3[child].1", "/3[child].2");
    assert_all(
        &fixture,
        &[
            "cases.json:5: concept-gate-check: step 3[child].2 does not exist",
            "no case cites 3[guest] of concept-gate-check",
        ],
    );
}

#[test]
fn a_case_file_that_is_no_json_is_reported() {
    let mut fixture = Fixture::new();
    fixture.cases.text.push(',');
    let findings = fixture.findings();
    assert!(
        findings
            .iter()
            .any(|finding| finding.message.starts_with("not readable as JSON")),
        "{findings:?}"
    );
}

#[test]
fn a_pin_that_cannot_be_read_says_why() {
    let mut fixture = Fixture::new();
    replace(&mut fixture.pin, "reason = \"Nobody has lists.\"", "");
    let error = check(&fixture.pin, &[], &[]).unwrap_err();
    assert!(
        format!("{error:#}")
            .contains("`concept-two-lists` has status \"out\"; expected a `reason`")
    );
    let error = check(&file("fetch.toml", "comit = 1"), &[], &[]).unwrap_err();
    assert!(
        format!("{error:#}").starts_with("fetch.toml: "),
        "{error:#}"
    );
    assert!(format!("{error:#}").contains("comit"));
}
