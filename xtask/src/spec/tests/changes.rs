//! What `spec diff` lists when the standard changes.

use super::super::diff::{Change, diff};
use super::super::pin::Pin;
use super::super::standard::Standard;
use super::{STANDARD, file, pinned};

/// The changes when these texts of the standard are replaced.
fn changes(edits: &[(&str, &str)]) -> Vec<Change> {
    let mut standard = STANDARD.to_owned();
    for (from, to) in edits {
        assert_eq!(standard.matches(from).count(), 1, "{from}");
        standard = standard.replace(from, to);
    }
    let pin = Pin::read(&pinned()).unwrap();
    let model = file("model.rs", include_str!("model.rs.txt"));
    let cases = file("cases.json", include_str!("cases.json.txt"));
    diff(&pin, &Standard::read(&standard), &[model], &[cases]).unwrap()
}

fn what(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.what.as_str()).collect()
}

#[test]
fn nothing_changes_in_the_pinned_revision() {
    assert_eq!(changes(&[]), []);
    // Markup, notes and white space are not what a step says.
    assert_eq!(
        changes(&[
            ("<p>Ring the bell.", "<p>Ring\n the <b>bell</b>.<!-- !! -->"),
            ("Nobody rang.", "All rang.")
        ]),
        []
    );
}

#[test]
fn a_reworded_step_is_listed_with_its_citations() {
    let changes = changes(&[("<p>Call a host.", "<p>Call two hosts.")]);
    assert_eq!(
        what(&changes),
        ["concept-gate-check: step 3[guest] is reworded"]
    );
    assert_eq!(changes[0].places, ["cases.json:5", "model.rs:17"]);
}

#[test]
fn an_added_step_moves_those_behind_it() {
    let changes = changes(&[(
        " <li><p>Return <b>open</b> if",
        " <li><p>Look at the clock.\n\n <li><p>Return <b>open</b> if",
    )]);
    assert_eq!(
        what(&changes),
        [
            "concept-gate-check: step 4 is now step 5",
            "concept-gate-check: step 4 is added"
        ]
    );
    assert_eq!(
        changes[0].places,
        ["cases.json:10", "model.rs:27", "model.rs:29"]
    );
    assert!(
        changes[1].places.contains(&"model.rs:3".to_owned()),
        "{changes:?}"
    );
}

#[test]
fn a_removed_step_is_listed() {
    let changes = changes(&[("   <li><p>Ring the bell.\n", "")]);
    assert_eq!(
        what(&changes),
        [
            "concept-gate-check: step 2.1 is removed",
            "concept-gate-check: step 2.2 is now step 2.1"
        ]
    );
}

#[test]
fn a_definition_that_is_gone_is_listed() {
    let changes = changes(&[("<dfn>member of staff</dfn>", "<dfn>staff member</dfn>")]);
    assert_eq!(what(&changes), ["member-of-staff: is no longer defined"]);
    assert_eq!(changes[0].places, ["cases.json:11", "model.rs:43"]);
}

#[test]
fn what_nobody_cites_may_change() {
    assert_eq!(
        changes(&[("<p>One.", "<p>Uno."), ("turn the key", "push the bolt")]),
        []
    );
}
