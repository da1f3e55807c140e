use std::collections::{BTreeMap, BTreeSet};

use super::edit::{pruned, written};
use super::entry::{Known, Shows, Whose};
use super::file::{Fate, KnownFile, Reasons};

const FILE: &str = r#"# head

[[known]]
cases = ["a/one", "a/two"]
fails = "x"
count = 2 # two
reason = "one"

# about b
[[known]]
cases = ["b/*"]
fails = "y"
count = 1
reason = "two"
"#;

fn named(text: &str) -> Result<BTreeSet<String>, String> {
    if !text.contains('/') {
        return Err("expected an id".to_owned());
    }
    let all = ["a/one", "a/two", "b/one", "b/two"];
    let glob = text.strip_suffix('*');
    let fits = |id: &&str| glob.map_or(**id == *text, |start| id.starts_with(start));
    Ok(all.into_iter().filter(fits).map(str::to_owned).collect())
}

fn read(text: &str) -> Result<KnownFile, String> {
    KnownFile::read("f", text, Reasons::Needed, &named).map_err(|error| error.to_string())
}

fn fates(fates: &[(&str, Option<&str>)]) -> BTreeMap<String, Fate> {
    let fate = |(id, how): &(&str, Option<&str>)| {
        let fate = how.map_or(Fate::Passed, |how| Fate::Failed(how.to_owned()));
        ((*id).to_owned(), fate)
    };
    fates.iter().map(fate).collect()
}

#[test]
fn what_fails_as_recorded_is_right_and_everything_else_is_not() {
    let file = read(FILE).unwrap();
    let right = [
        ("a/one", Some("x")),
        ("a/two", Some("x")),
        ("b/one", Some("y")),
        ("b/two", None),
    ];
    assert!(file.check(&fates(&right), true).is_empty());
    for (changed, message) in [
        (("a/one", None), "f:4: a/one passes: take it out"),
        (
            ("a/one", Some("z")),
            "f:4: a/one fails in another way: recorded is `x`, now it is `z`",
        ),
        (
            ("b/two", Some("y")),
            "f:11: 2 of its cases fail in the recorded way, recorded is the count 1",
        ),
    ] {
        let mut ran = fates(&right);
        ran.extend(fates(&[changed]));
        assert_eq!(file.check(&ran, true), [message]);
    }
    assert!(file.check(&BTreeMap::new(), false).is_empty());
    assert!(file.check(&BTreeMap::new(), true)[0].contains("it is not used"));
    let skipped = BTreeMap::from([("a/two".to_owned(), Fate::Skipped)]);
    let mut ran = fates(&right);
    ran.extend(skipped);
    assert!(file.check(&ran, true)[0].ends_with("the count 2; skipped: a/two"));
    assert!(file.lists("b/two") && !file.lists("c/one"));
    let failed = |how: &str| Fate::Failed(how.to_owned());
    assert_eq!(
        file.explaining("a/one", &failed("x")).unwrap().reason,
        "one"
    );
    assert_eq!(file.explaining("a/one", &failed("y")), None);
}

#[test]
fn a_case_without_an_answer_is_known_only_where_that_is_recorded() {
    let unanswered = Fate::Unanswered("x".to_owned());
    let recorded = read(FILE).unwrap();
    assert!(recorded.explaining("a/one", &unanswered).is_some());
    let any = read(&FILE.replacen("fails = \"x\"\n", "", 1)).unwrap();
    assert!(
        any.explaining("a/one", &Fate::Failed("z".to_owned()))
            .is_some()
    );
    assert_eq!(any.explaining("a/one", &unanswered), None);
    let ran = BTreeMap::from([("a/one".to_owned(), unanswered)]);
    assert!(any.check(&ran, false)[0].contains("fails in another way"));
}

#[test]
fn what_is_wrong_is_told_with_line_and_field() {
    for (from, to, message) in [
        (
            "reason = \"one\"",
            "reason = \" \"",
            "f:7: known[0].reason: it is empty",
        ),
        ("count = 2", "count = 0", "f:6: known[0].count: it is 0"),
        (
            "\"a/one\", \"a/two\"",
            "",
            "f:4: known[0].cases: it is empty",
        ),
        (
            "\"b/*\"",
            "\"b/*\", \"b/one\"",
            "f:11: known[1].cases: b/one is known from line 11 already",
        ),
        (
            "count = 1\n",
            "",
            "f:11: known[1].cases: a glob needs `count`",
        ),
        (
            "fails = \"y\"\n",
            "name = \"n\"\nlink = \"x:y\"\n",
            "f:13: known[1].link: expected an http",
        ),
        ("\"b/*\"", "\"b\"", "f:11: known[1].cases: expected an id"),
        ("reason = \"two\"", "colour = 1", "unknown field `colour`"),
        ("reason = \"two\"", "", "missing field `reason`"),
    ] {
        let error = read(&FILE.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(message), "{message}: {error}");
    }
    let twice = FILE.replace("fails", "name = \"n\"\nfails");
    assert!(
        read(&twice)
            .unwrap_err()
            .contains("`n` is there from line 5 already")
    );
    let gone = read(&FILE.replace("a/two", "a/gone")).unwrap();
    assert_eq!(
        gone.unknown(),
        ["f:4: there is no case a/gone: take it out"]
    );
}

#[test]
fn pruning_leaves_comments() {
    let kept = [(vec!["a/one".to_owned()], 1), (vec!["b/*".to_owned()], 1)];
    let text = pruned(FILE, &kept).unwrap();
    assert!(
        text.contains("cases = [\"a/one\"]") && text.contains("count = 1 # two"),
        "{text}"
    );
    let kept = [(Vec::new(), 0), (vec!["b/*".to_owned()], 1)];
    let text = pruned(FILE, &kept).unwrap();
    assert!(
        text.starts_with("# head\n") && text.contains("# about b\n[[known]]"),
        "{text}"
    );
    assert_eq!(text.matches("[[known]]").count(), 1);
    let text = pruned(FILE, &[(Vec::new(), 0), (Vec::new(), 0)]).unwrap();
    assert!(
        text.contains("# head") && text.contains("# about b") && !text.contains("[[known]]"),
        "{text}"
    );
}

#[test]
fn what_is_written_is_read_again() {
    let known = Known {
        name: Some("n".to_owned()),
        cases: vec!["a/one".to_owned(), "a/two".to_owned()],
        fails: Some("a \"b\" \u{1b}".to_owned()),
        count: Some(2),
        reason: "r".to_owned(),
        link: Some("https://x".to_owned()),
        spec: vec!["fetch#x/1".to_owned()],
        dialect: Some("d".to_owned()),
        accepted: true,
        class: Some("O1".to_owned()),
        whose: Some(Whose::Recipe),
        shows: vec![Shows {
            all: vec!["shared".to_owned()],
            only: Vec::new(),
            cases: vec!["a/*".to_owned(), "b".to_owned()],
        }],
    };
    let file = read(&written(std::slice::from_ref(&known))).unwrap();
    assert_eq!(file.entries[0].known, known);
}
