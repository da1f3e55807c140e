//! Every exit status, and what leads to it.

use cors_harness::exit::Exit;
use cors_testbed::Behaviour;

use crate::program::{SAMPLE, run, sample, text};
use crate::servers::{POLICY, behaving, nobody, non_server, reflecting};

#[test]
fn as_expected_is_0() {
    // All of the library, against the reference server inside the program.
    let ran = run(&[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.last_line().starts_with("conformance: "), "{ran:#?}");
    assert!(ran.last_line().contains(" 0 failed, "), "{ran:#?}");
    assert!(!ran.last_line().contains(": 0 passed"), "{ran:#?}");
}

#[test]
fn a_server_that_keeps_its_policy_is_0() {
    let server = behaving(Behaviour::REFERENCE);
    let ran = sample(&server, &["--unsafe-methods"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(
        ran.last_line(),
        "conformance: 5 passed, 0 failed, 1 skipped",
        "{ran:#?}"
    );
}

#[test]
fn a_failure_is_1() {
    let ran = sample(&reflecting(), &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.last_line().contains(" 2 failed, "), "{ran:#?}");
}

#[test]
fn advice_counts_only_when_asked_for() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.vary_tokens = |_| Vec::new();
    }));
    let ran = sample(&server, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.last_line().contains(" 1 failed, "), "{ran:#?}");
    let ran = sample(&server, &["--fail-on", "should"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
}

#[test]
fn a_wrong_argument_is_2() {
    let ran = run(&["--no-such-option"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--no-such-option"), "{ran:#?}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_policy_without_a_url_is_2() {
    let ran = run(&["--policy", "cors.toml"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("URL"), "{ran:#?}");
}

#[test]
fn a_selector_that_matches_nothing_is_2() {
    for selector in ["no-such-area/*", "tag:no-such-tag", "spec:no-such-anchor"] {
        for option in ["-t", "--skip"] {
            let ran = run(&["--vectors", SAMPLE, option, selector]);
            assert_eq!(ran.code, Some(2), "{ran:#?}");
            assert!(ran.stderr.contains(selector), "{ran:#?}");
        }
    }
    let ran = run(&["list", "-t", "no-such-area/*"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}

#[test]
fn a_broken_policy_is_2_and_named_with_file_line_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.toml");
    let url = nobody();
    for (policy, said) in [
        (
            POLICY.replace("max_age           = 600", "max_age = \"soon\""),
            "max_age",
        ),
        (
            POLICY.replace("allow_credentials = true", "allow_credential = true"),
            "allow_credential",
        ),
        (
            POLICY.replace("allow_methods ", "# allow_methods "),
            "allow_methods",
        ),
        (
            POLICY.replace("https://app.example\"", "https://app.example/\""),
            "allow_origins",
        ),
    ] {
        std::fs::write(&file, policy).unwrap();
        let ran = run(&[&url, "--policy", text(&file)]);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("broken.toml:"), "{ran:#?}");
        assert!(ran.stderr.contains(said), "{ran:#?}");
    }
    let ran = run(&[&url, "--policy", text(&folder.path().join("missing.toml"))]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("missing.toml"), "{ran:#?}");
}

#[test]
fn a_target_that_is_not_this_machine_is_2_unless_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cors.toml");
    std::fs::write(&file, POLICY).unwrap();
    let ran = run(&["http://192.0.2.1/", "--policy", text(&file)]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--remote"), "{ran:#?}");
}

#[test]
fn a_report_that_cannot_be_written_is_2() {
    let ran = run(&["--report", "ndjson=/no/such/folder/run.ndjson"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(
        ran.stderr.contains("/no/such/folder/run.ndjson"),
        "{ran:#?}"
    );
}

#[test]
fn a_port_where_nothing_listens_is_3() {
    let mut server = behaving(Behaviour::REFERENCE);
    server.url = nobody();
    let ran = sample(&server, &[]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(
        ran.last_line().contains(": 0 passed, 0 failed, "),
        "{ran:#?}"
    );
}

#[test]
fn a_run_without_cases_that_mean_something_is_4() {
    let server = behaving(Behaviour::REFERENCE);
    let ran = sample(&server, &["-t", "sample/kit"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert_eq!(
        ran.last_line(),
        "conformance: 0 passed, 0 failed, 1 skipped",
        "{ran:#?}"
    );
    let ran = sample(&server, &["-t", "sample/kit", "--skip", "sample/kit"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
}

#[test]
fn a_panic_is_6() {
    assert_eq!(
        cors_conformance::guarded(|| panic!("on purpose")),
        Exit::Bug
    );
    assert_eq!(
        cors_conformance::guarded(|| Exit::NothingRan),
        Exit::NothingRan
    );
}

#[test]
fn a_run_cut_short_is_7() {
    // Its answers do not come to an end within the limit.
    let server = non_server("slow-head");
    let ran = sample(&server, &["-m", "0.1"]);
    assert_eq!(ran.code, Some(7), "{ran:#?}");
    assert_eq!(
        ran.last_line(),
        "conformance: 0 passed, 0 failed, 6 skipped",
        "{ran:#?}"
    );
    assert!(ran.stdout.contains("6 not judged"), "{ran:#?}");
}
