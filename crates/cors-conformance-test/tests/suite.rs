//! The suite as the tests of a library.

use std::collections::BTreeSet;
use std::ffi::OsString;

use cors_conformance_test::{
    Endpoint, HttpService, Implementation, Level, Policy, Suite, Unsupported,
};
use cors_testbed::application::ENDPOINTS;
use cors_testbed::{Behaviour, Server, Service};
use cors_vectors::server::ServerCase;

use cors_conformance_test::runner::{self, Arguments, Conclusion};

fn run<I: Implementation + Send + Sync + 'static>(suite: Suite<I>, words: &[&str]) -> Conclusion {
    let words = std::iter::once(&"suite").chain(words);
    let arguments = Arguments::read(words.map(OsString::from)).expect("they are arguments");
    // What these suites print must not pass for results of this project's own tests.
    runner::run(&arguments, &suite.trials(), &mut std::io::sink()).expect("it takes all")
}

/// The testbed's server with these decisions.
struct InProcess(Behaviour);

impl Implementation for InProcess {
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        ENDPOINTS.into_iter().collect()
    }

    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        Server::new(policy, self.0.clone()).map(Service)
    }
}

fn reference() -> Suite<InProcess> {
    Suite::new(InProcess(Behaviour::REFERENCE))
}

fn reflecting() -> Suite<InProcess> {
    let reflecting = Behaviour::but(|behaviour| behaviour.match_origin = |_| true);
    Suite::new(InProcess(reflecting))
}

#[test]
fn an_implementation_that_keeps_its_policies_passes() {
    let suite = reference().fail_on(Level::Should);
    let ended = run(suite, &[]);
    // In process there are no bytes to look at, and no https whose http would be another origin.
    let cases = cors_vectors::library().unwrap().server_cases();
    let of_https = |case: &ServerCase| format!("{case:?}").contains("{own.insecure}");
    let left_out = cases.filter(|case| case.is_raw() || of_https(case)).count();
    assert_eq!((ended.failed, ended.ignored), (0, left_out), "{ended:?}");
    assert!(ended.passed > 200, "{ended:?}");
}

#[test]
fn cases_are_chosen_by_name() {
    assert_eq!(run(reference(), &["--exact", "origin/allowed"]).passed, 1);
    assert!(run(reference(), &["origin/"]).passed > 10);
}

#[test]
fn failures_fail_unless_they_are_known() {
    let exact = ["--exact", "origin/suffix-lookalike"];
    assert_eq!(run(reflecting(), &exact).failed, 1);
    let known = || reflecting().known("origin/suffix-lookalike", "a reason");
    assert_eq!(run(known(), &exact).passed, 1);
    // The others still fail.
    assert!(run(known(), &["origin/"]).failed > 10);
}

#[test]
fn one_failure_of_a_cause_is_explained_and_the_others_name_it() {
    let output = |words: &[&str]| {
        let words = std::iter::once(&"suite").chain(words);
        let arguments = Arguments::read(words.map(OsString::from)).expect("they are arguments");
        let mut out = Vec::new();
        reflecting()
            .run(&arguments, &mut out)
            .expect("it takes all");
        String::from_utf8(out).expect("it is text")
    };
    let shown = output(&["origin/"]);
    let failed = shown.matches("\n---- ").count();
    assert!(failed > 10, "{shown}");
    let explained: Vec<_> = shown.match_indices("reproduce ").collect();
    assert!(!explained.is_empty() && explained.len() < 4, "{shown}");
    let others: Vec<_> = shown.match_indices("\nThe cause is that of ").collect();
    assert_eq!(explained.len() + others.len(), failed, "{shown}");
    let (first, other) = (explained[0].0, others[0].0);
    assert!(first < other, "{shown}");
    // By itself each is explained.
    let (_, command) = shown.split_once(" -- --exact ").expect("how to see it");
    let id = command.split_whitespace().next().expect("an id");
    assert!(output(&["--exact", id]).contains("reproduce "), "{id}");
}

#[test]
fn a_known_failure_that_passes_or_does_not_exist_fails() {
    let passes = reference().known("origin/allowed", "a reason");
    assert_eq!(run(passes, &["--exact", "origin/allowed"]).failed, 1);
    let unknown = reference().known("origin/no-such-case", "a reason");
    assert_eq!(run(unknown, &["--exact", "suite/starts"]).failed, 1);
}

#[test]
fn known_failures_stand_in_a_file_too() {
    let file = |fails: &str| {
        let text = format!(
            "[[known]]\ncases = ['origin/suffix-lookalike']\nfails = '{fails}'\n\
             reason = 'Any origin is reflected.'\n"
        );
        reflecting().baseline("known.toml", text)
    };
    let exact = ["--exact", "origin/suffix-lookalike"];
    assert_eq!(run(file("in another way"), &exact).failed, 1);
    let any = reflecting().baseline(
        "known.toml",
        "[[known]]\ncases = ['origin/*']\ncount = 9\nreason = 'Any origin is reflected.'",
    );
    assert_eq!(run(any, &exact).passed, 1);
    let broken = reflecting().baseline("known.toml", "[[known]]\ncases = []");
    assert_eq!(run(broken, &["suite/starts"]).failed, 1);
}

#[test]
fn advice_counts_only_when_asked_for() {
    let without_vary = || {
        let behaviour = Behaviour::but(|behaviour| behaviour.vary_tokens = |_| Vec::new());
        Suite::new(InProcess(behaviour))
    };
    let exact = ["--exact", "vary/allowed"];
    assert_eq!(run(without_vary(), &exact).passed, 1);
    let strict = without_vary().fail_on(Level::Should);
    assert_eq!(run(strict, &exact).failed, 1);
}

/// Gives every policy, or none but the sensible ones, the same server.
struct Fixed {
    takes_nonsense: bool,
}

impl Implementation for Fixed {
    fn service(&self, policy: &Policy) -> Result<impl HttpService, Unsupported> {
        if policy.allow_credentials && !self.takes_nonsense {
            return Err(Unsupported::because("no credentials"));
        }
        let policy = serde_json::from_str(
            r#"{"allow_origins": "any", "allow_methods": [], "allow_headers": [], "expose_headers": []}"#,
        );
        Server::reference(&policy.expect("a policy")).map(Service)
    }
}

#[test]
fn what_cannot_be_expressed_is_ignored() {
    let fixed = || {
        Suite::new(Fixed {
            takes_nonsense: false,
        })
    };
    let ended = run(fixed(), &["credentials/"]);
    assert!(ended.ignored > 5, "{ended:?}");
    let known = fixed().known("credentials/allowed", "a reason");
    assert_eq!(run(known, &["suite/starts"]).failed, 1);
}

#[test]
fn an_implementation_that_takes_nonsense_has_no_results() {
    let ended = run(
        Suite::new(Fixed {
            takes_nonsense: true,
        }),
        &[],
    );
    assert_eq!((ended.passed, ended.failed), (0, 1), "{ended:?}");
}

#[test]
fn the_front_page_shows_the_example_that_is_tested() {
    let page = include_str!("../README.md");
    let (_, example) = page.split_once("```rust,no_run\n").expect("it starts");
    let (example, _) = example.split_once("```").expect("it ends");
    assert_eq!(example, include_str!("axum.rs"));
}
