//! What a file asks for, and what is said of one that cannot be used.

use std::ffi::OsString;

use super::{Run, runs};
use crate::args::Cli;

/// What is run with a file of this text, and these words.
fn read(text: &str, words: &[&str]) -> Result<Vec<Run>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let baseline = format!("--baseline={}", path.display());
    let words = ["cors-conformance", &baseline]
        .into_iter()
        .chain(words.iter().copied());
    let words: Vec<OsString> = words.map(Into::into).collect();
    let cli = <Cli as clap::Parser>::try_parse_from(&words).unwrap();
    runs(&words, &cli.run).map_err(|stop| {
        let folder = format!("{}/", folder.path().display());
        stop.said.replace(&folder, "")
    })
}

const TWO: &str = "\
[options]
fail_on = \"should\"
rate = 20
header = [\"X-A: b\"]

[[target]]
name = \"api\"
url = \"http://127.0.0.1:8080/api\"
policy = \"api.toml\"
rate = 5
unsafe_methods = true

[[target]]
name = \"files\"
cmd = \"python3 server.py\"
max_time = 1.5
rate = 0

[[known]]
cases = [\"origin/allowed\"]
reason = \"x\"
";

#[test]
fn each_target_is_run_with_its_options() {
    let text = TWO.replace("rate = 0\n", "");
    let error = read(&text, &[]).unwrap_err();
    assert!(error.contains("c.toml:15: target[1].cmd: "), "{error}");
    let text = TWO.replace("rate = 20\n", "").replace("rate = 0\n", "");
    let runs = read(&text, &["-j", "3"]).unwrap();
    let names: Vec<_> = runs.iter().filter_map(|run| run.name.as_deref()).collect();
    assert_eq!(names, ["api", "files"]);
    let [api, files] = &runs[..] else {
        panic!("{runs:?}")
    };
    assert_eq!(
        api.args.target.url.as_ref().unwrap().to_string(),
        "http://127.0.0.1:8080/api"
    );
    assert!(
        api.args
            .target
            .policy
            .as_ref()
            .unwrap()
            .ends_with("api.toml")
    );
    assert!(api.args.target.policy.as_ref().unwrap().is_absolute());
    assert_eq!(api.args.requests.rate.unwrap().get(), 5);
    assert!(api.args.requests.unsafe_methods && !files.args.requests.unsafe_methods);
    assert_eq!(files.args.target.cmd.as_deref(), Some("python3 server.py"));
    assert_eq!(files.args.max_time.unwrap().as_millis(), 1500);
    for run in &runs {
        assert_eq!(run.args.jobs, 3);
        assert_eq!(
            run.args.requests.headers,
            [("X-A".to_owned(), "b".to_owned())]
        );
    }
}

#[test]
fn what_is_typed_takes_the_place_of_what_is_written() {
    let text = TWO.replace("rate = 0\n", "");
    let one = read(&text, &["--target", "api", "--rate=7", "-H", "X-C: d"]).unwrap();
    let [api] = &one[..] else { panic!("{one:?}") };
    assert_eq!(api.args.requests.rate.unwrap().get(), 7);
    assert_eq!(
        api.args.requests.headers,
        [("X-C".to_owned(), "d".to_owned())]
    );
    // With a URL no target is meant; the options hold.
    let typed = read(&text, &["http://127.0.0.1:9/"]).unwrap();
    let [typed] = &typed[..] else {
        panic!("{typed:?}")
    };
    assert_eq!(
        (typed.name.clone(), typed.args.requests.rate.unwrap().get()),
        (None, 20)
    );
    assert!(typed.args.target.policy.is_none());
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_field() {
    let target = "[[target]]\nname = \"a\"\nurl = \"http://127.0.0.1/\"\n";
    for (text, expected) in [
        (
            TWO.to_owned(),
            "c.toml:17: target[1].rate: expected a whole number, 1 or more",
        ),
        (
            format!("{target}polcy = \"x\""),
            "c.toml:4: target[0].polcy: there is no such option; did you mean `policy`?",
        ),
        (
            format!("{target}watch = true"),
            "c.toml:4: target[0].watch: there is no such option",
        ),
        (
            format!("{target}unsafe_methods = 1"),
            "c.toml:4: target[0].unsafe_methods: expected true or false",
        ),
        (
            format!("{target}fail_on = \"info\""),
            "c.toml:4: target[0].fail_on: invalid value 'info'",
        ),
        (
            format!("{target}rate = [1, 2]"),
            "c.toml:4: target[0].rate: expected a text or a number",
        ),
        (
            format!("{target}insecure = true\ncacert = \"x\""),
            "c.toml:5: target[0].cacert: the argument '--cacert <FILE>' cannot be used with",
        ),
        (
            format!("{target}{target}"),
            "c.toml:4: target[1]: another target has this name",
        ),
        (
            "[[target]]\nurl = \"http://127.0.0.1/\"".to_owned(),
            "c.toml:1: target[0]: it has no `name`",
        ),
        (
            "[[target]]\nname = \"a\"".to_owned(),
            "c.toml:1: target[0]: it has neither `url` nor `cmd`",
        ),
        (
            "[[target]]\nname = \"a\"\nurl = \"x\"".to_owned(),
            "c.toml:3: target[0].url: expected a URL",
        ),
        (
            "[options]\nurl = \"http://127.0.0.1/\"".to_owned(),
            "c.toml:2: options.url: there is no such option",
        ),
        (
            "options = 1".to_owned(),
            "c.toml:1: options: expected a table",
        ),
        ("target = 1".to_owned(), "c.toml:1: target: expected tables"),
        (
            "target = [1]".to_owned(),
            "c.toml:1: target[0]: expected a table",
        ),
        ("[options".to_owned(), "c.toml:1: "),
    ] {
        let error = read(&text, &[]).unwrap_err();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
    let error = read(target, &["--target", "api"]).unwrap_err();
    assert_eq!(error, "c.toml: there is no target `api`");
    let two = format!("{target}{}", target.replace("\"a\"", "\"b\""));
    let error = read(&two, &["--report", "junit=x.xml"]).unwrap_err();
    assert!(error.contains("written by each target"), "{error}");
}
