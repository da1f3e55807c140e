//! Programs that put a library under test: written, and checked point by point.

use std::fs;

use crate::commands::rust_example;
use crate::program::run;

#[test]
fn a_program_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    for (language, name) in [
        ("python", "cors_server.py"),
        ("node", "cors_server.mjs"),
        ("go", "cors_server.go"),
        ("rust", "cors_server.rs"),
        ("java", "CorsServer.java"),
    ] {
        let file = folder.path().join(name);
        let file = file.to_str().unwrap();
        let ran = run(&["adapter", "new", language, "--out", file]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(
            ran.stdout.contains(&format!("{file} is written")),
            "{ran:#?}"
        );
        assert!(ran.stdout.contains("adapter check"), "{ran:#?}");
        let written = fs::read_to_string(file).unwrap();
        assert!(written.contains("CORS_POLICY"), "{written}");
        let again = run(&["adapter", "new", language, "--out", file]);
        assert_eq!(again.code, Some(2), "{again:#?}");
        assert!(again.stderr.contains(file), "{again:#?}");
    }
    let ran = run(&["adapter", "new", "cobol"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("python"), "{ran:#?}");
}

#[test]
fn a_program_that_keeps_to_the_contract_is_told_so() {
    let ran = run(&["adapter", "check", &rust_example()]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    for line in [
        "it refuses a policy that makes no sense",
        "`missing` is a path that answers 404",
        "absent  no `redirect`",
        "X-Calls counts the calls",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {ran:#?}");
    }
    assert!(!ran.stdout.contains("wrong "), "{ran:#?}");
    assert!(
        ran.stdout.ends_with("it keeps to the contract\n"),
        "{ran:#?}"
    );
}

#[test]
fn each_point_that_is_not_kept_is_named() {
    for (command, points) in [
        (
            "echo why not; exit 1",
            &["exit status 64", "ended before it listened", "why not"][..],
        ),
        ("echo no; exit 64", &["takes on 0 of"]),
    ] {
        let ran = run(&["adapter", "check", command]);
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(ran.stdout.contains("wrong "), "{ran:#?}");
        for point in points {
            assert!(ran.stdout.contains(point), "{point}: {ran:#?}");
        }
    }
}

#[test]
fn a_server_that_does_not_read_its_policy_is_found_out() {
    let program = env!("CARGO_BIN_EXE_cors-conformance");
    let command = format!("'{program}' serve --port \"$PORT\"");
    let ran = run(&["adapter", "check", &command]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    for line in [
        "wrong   a policy that makes no sense",
        "does not read the file that CORS_POLICY names",
        "GET /resource: 404, expected 200",
        "absent  no X-Calls",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {ran:#?}");
    }
    assert!(ran.stdout.ends_with("to correct\n"), "{ran:#?}");
}
