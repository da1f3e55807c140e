//! What this machine has no more of is no failure of the target.

use std::process::Command;

use cors_harness::event::{Event, Outcome};
use cors_report::registry::FORMATS;

use crate::program::{Ran, command, finish, text};
use crate::servers::{behaving, kit};
use cors_testbed::Behaviour;

/// The program where the shell's `ulimit` says so.
fn limited(limit: &str, arguments: &[&str]) -> Ran {
    let program = command(arguments);
    let mut sh = Command::new("sh");
    sh.args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")]);
    sh.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => sh.env(name, value),
            None => sh.env_remove(name),
        };
    }
    finish(sh)
}

/// How many cases failed.
fn failed(ran: &Ran) -> usize {
    let failed = |event: &Event| match event {
        Event::Case(case) => matches!(case.outcome, Outcome::Fail | Outcome::Error),
        Event::Run(_) | Event::Note(_) | Event::End(_) => false,
    };
    ran.events().iter().filter(|event| failed(event)).count()
}

#[test]
fn fewer_descriptors_make_fewer_jobs() {
    let server = behaving(Behaviour::REFERENCE);
    let all = kit(Behaviour::REFERENCE);
    let policy = text(&server.policy);
    for descriptors in ["-n 14", "-n 64"] {
        let more = ["-j", "64", "--report", "ndjson=-"];
        for target in [&[&*server.url, "--policy", policy][..], &[&*all.url]] {
            let ran = limited(descriptors, &[target, &more].concat());
            assert_eq!(ran.code, Some(0), "{descriptors}: {}", ran.stderr);
            assert_eq!(failed(&ran), 0, "{descriptors}");
        }
    }
}

#[test]
fn without_descriptors_nothing_is_judged() {
    let all = kit(Behaviour::REFERENCE);
    let mut without = 0;
    for descriptors in [5, 9, 10, 11] {
        let limit = format!("-n {descriptors}");
        let ran = limited(&limit, &[&all.url, "-j", "64", "--report", "ndjson=-"]);
        assert!(
            matches!(ran.code, Some(0 | 6)),
            "{limit}: {:?} {}",
            ran.code,
            ran.stderr
        );
        if ran.code == Some(6) {
            without += 1;
            let words = [&*ran.stderr, &*ran.stdout].concat();
            assert!(
                words.contains("file descriptors") || words.contains("bug of the suite"),
                "{limit}: {words}"
            );
        }
        // A stream that could begin is whole, and nothing in it is the target's fault.
        assert_eq!(failed(&ran), 0, "{limit}");
        if let Some(last) = ran.events().last() {
            assert!(matches!(last, Event::End(_)), "{limit}: {last:?}");
        }
    }
    assert!(without > 0);
}

#[test]
fn without_memory_the_program_says_so() {
    let server = behaving(Behaviour::REFERENCE);
    let policy = text(&server.policy);
    // From the room in which the loader fails, which no program can help, to enough.
    let mut without = 0;
    for kibibytes in (30_000..110_000).step_by(20_000) {
        let limit = format!("-v {kibibytes}");
        let ran = limited(&limit, &[&server.url, "--policy", policy]);
        match ran.code {
            Some(0) => {}
            Some(6) => {
                without += 1;
                let no_room = ran.stderr.contains("memory") || ran.stderr.contains("processes");
                assert!(no_room, "{limit}: {}", ran.stderr);
            }
            // The loader's own words, or none.
            Some(127) | None => assert!(!ran.stdout.contains("FAIL"), "{limit}"),
            other => panic!("{limit}: {other:?} {}", ran.stderr),
        }
        assert!(!ran.stdout.contains("FAIL"), "{limit}: {}", ran.stdout);
    }
    assert!(without > 0);
}

#[test]
fn a_file_that_may_not_grow_is_a_report_that_cannot_be_written() {
    let server = behaving(Behaviour::REFERENCE);
    let policy = text(&server.policy);
    let report = server.policy.with_file_name("report");
    for format in FORMATS {
        let format = format.name;
        let to = format!("{format}={}", report.display());
        let arguments = [&*server.url, "--policy", policy, "--report", &to];
        // Of 512 bytes or 1024, as the shell counts.
        let ran = limited("-f 1", &arguments);
        let (stdout, stderr) = (&ran.stdout, &ran.stderr);
        assert_eq!(ran.code, Some(2), "{format}: {stdout} {stderr}");
        assert!(stderr.contains("cannot be written"), "{format}: {stderr}");
    }
}
