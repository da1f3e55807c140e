//! What is no CORS server, or means harm: never a pass where a refusal was wanted, never without
//! end, never without bound.

use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;

use cors_harness::event::{Event, Outcome};
use cors_testbed::non_server::UNASKED;
use cors_vectors::server::Verdict;

use crate::program::{Ran, SAMPLE, run, sample, text};
use crate::servers::{behaving, non_server};

/// Most memory that a run may take: 150 MB, in KiB.
const MEMORY: u64 = 150 * 1000 * 1000 / 1024;
/// Most bytes of the stream of events, whatever a target sends.
const REPORT: usize = 64 << 20;

fn against(name: &str) -> Ran {
    let server = non_server(name);
    let policy = text(&server.policy);
    // The whole library and the tests' own cases.
    run(&[
        &server.url,
        "--policy",
        policy,
        "--vectors",
        SAMPLE,
        "--report",
        "ndjson=-",
    ])
}

/// Ids of the cases that wanted a refusal and passed.
fn passed_refusals(ran: &Ran) -> Vec<String> {
    let mut cases = 0;
    let mut passed = Vec::new();
    for event in ran.events() {
        if let Event::Case(case) = event {
            cases += 1;
            if case.outcome == Outcome::Pass && case.wanted == Some(Verdict::Refused) {
                passed.push(case.id);
            }
        }
    }
    assert!(cases > 0, "{ran:#?}");
    passed
}

#[test]
fn what_does_nothing_collects_no_pass_for_refusing() {
    for name in ["no-cors", "empty-200"] {
        let ran = against(name);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.stderr);
        assert_eq!(passed_refusals(&ran), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_answers_nobody_is_not_judged() {
    for (name, reason) in [
        ("hang-up", "no answer to anybody"),
        ("500-to-all", "answers 500 to a plain GET"),
    ] {
        let ran = against(name);
        assert_eq!(ran.code, Some(3), "{name}: {}", ran.stderr);
        let Some(Event::End(end)) = ran.events().pop() else {
            panic!("{name}: no end")
        };
        assert_eq!(end.counts.ran(), 0, "{name}: {end:?}");
        assert!(
            end.reason.is_some_and(|said| said.contains(reason)),
            "{name}"
        );
    }
}

#[test]
fn what_allows_everything_fails() {
    let ran = against("mirror-everything");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(passed_refusals(&ran), Vec::<String>::new());
}

#[test]
fn what_means_harm_is_bounded() {
    for name in ["slow-head", "endless-body", "huge-head", "garbage", "reset"] {
        let ran = against(name);
        assert!(
            matches!(ran.code, Some(1 | 3)),
            "{name}: {:?} {}",
            ran.code,
            ran.stderr
        );
        assert!(ran.peak > 0, "{name}: the memory was not seen");
        assert!(ran.peak < MEMORY, "{name}: {} KiB", ran.peak);
        let end = ran.events().into_iter().last();
        assert!(matches!(end, Some(Event::End(_))), "{name}: {end:?}");
    }
}

/// What a server that means harm is reached with, and how a run on it ends.
struct Harm {
    name: &'static str,
    secure: bool,
    more: &'static [&'static str],
    code: i32,
}

const fn harm(name: &'static str, code: i32) -> Harm {
    Harm {
        name,
        secure: false,
        more: &[],
        code,
    }
}

const fn secure(name: &'static str, code: i32) -> Harm {
    Harm {
        secure: true,
        more: &["-k"],
        ..harm(name, code)
    }
}

const fn http2(name: &'static str, code: i32) -> Harm {
    Harm {
        more: &["--http2-prior-knowledge"],
        ..harm(name, code)
    }
}

/// A run ends as expected, with a whole report or one that says that it was cut short, and why.
fn ends_well(
    Harm {
        name,
        secure,
        more,
        code,
    }: &Harm,
) {
    let server = non_server(name);
    let url = if *secure {
        server.url.replace("http:", "https:")
    } else {
        server.url.clone()
    };
    let policy = text(&server.policy);
    let mut arguments = vec![
        &*url,
        "--policy",
        policy,
        "--vectors",
        SAMPLE,
        "-t",
        "sample/*",
    ];
    arguments.extend(["-m", "60", "--report", "ndjson=-"]);
    arguments.extend(*more);
    let ran = run(&arguments);
    assert_eq!(
        ran.code,
        Some(*code),
        "{name}: {} {}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.peak < MEMORY, "{name}: {} KiB", ran.peak);
    assert!(
        ran.stdout.len() < REPORT,
        "{name}: {} bytes",
        ran.stdout.len()
    );
    let events = ran.events();
    let cases = events
        .iter()
        .filter(|event| matches!(event, Event::Case(_)));
    let Some(Event::End(end)) = events.last() else {
        panic!("{name}: no end")
    };
    assert_eq!(end.exit.code(), u8::try_from(*code).unwrap(), "{name}");
    if end.complete {
        assert_eq!(end.counts.total(), cases.count(), "{name}");
    } else {
        assert!(end.reason.is_some(), "{name}: {end:?}");
        assert!(end.counts.unjudged > 0, "{name}: {end:?}");
    }
    assert_eq!(passed_or_none(&ran), Vec::<String>::new(), "{name}");
}

/// [`passed_refusals`] of a run that may have come to no case.
fn passed_or_none(ran: &Ran) -> Vec<String> {
    let has_cases = ran
        .events()
        .iter()
        .any(|event| matches!(event, Event::Case(_)));
    if has_cases {
        passed_refusals(ran)
    } else {
        Vec::new()
    }
}

#[test]
fn a_hang_at_any_stage_ends_the_run() {
    for harm in [harm("deaf", 3), harm("mute", 3), harm("stops-in-head", 3)] {
        ends_well(&harm);
    }
}

#[test]
fn what_breaks_off_or_goes_on_too_long_ends_the_run() {
    for harm in [
        harm("endless-head", 3),
        harm("interim-forever", 3),
        // A body need not end: what is judged is the head.
        harm("stops-in-body", 1),
        harm("ends-in-body", 3),
        harm("beyond-length", 1),
        harm("redirect-away", 1),
    ] {
        ends_well(&harm);
    }
}

#[test]
fn tls_that_stops_midway_ends_the_run() {
    for harm in [secure("tls-stops", 3), secure("tls-ends", 3)] {
        ends_well(&harm);
    }
}

#[test]
fn harm_over_http_2_ends_the_run() {
    for harm in [
        http2("http2-silence", 3),
        http2("http2-goaway", 3),
        http2("http2-reset", 3),
        http2("http2-endless-continuation", 3),
        http2("endless-body", 3),
    ] {
        ends_well(&harm);
    }
}

#[test]
fn long_answers_make_no_long_reports() {
    for harm in [harm("long-list", 1), harm("many-lines", 1)] {
        ends_well(&harm);
    }
}

#[test]
fn the_deadline_holds_before_the_run_begins_too() {
    // What is asked first, whether there is a /kit.json, is not answered.
    let server = non_server("mute");
    for command in [&[][..], &["fuzz"]] {
        let report = ["-m", "1", "--report", "ndjson=-"];
        let ran = run(&[command, &[&*server.url], &report].concat());
        assert_eq!(ran.code, Some(7), "{command:?}: {}", ran.stderr);
        let events = ran.events();
        let [Event::Run(_), Event::End(end)] = &*events else {
            panic!("{command:?}: {}", ran.stdout)
        };
        assert!(!end.complete, "{command:?}: {end:?}");
        let reason = end.reason.as_deref();
        assert_eq!(
            reason,
            Some("the run was cut short: it took longer than 1 s"),
            "{command:?}"
        );
    }
}

/// Prepares a network of its own, whose resolver is this machine. What asks it waits for a quarter of an
/// hour where nothing comes back, which is longer than `run` does.
const OWN_RESOLVER: &str = "
ip link set lo up 2>/dev/null || ifconfig lo up || exit 99
echo 'nameserver 127.0.0.1' > \"$1/resolv.conf\"
echo 'hosts: dns' > \"$1/nsswitch.conf\"
mount --bind \"$1/resolv.conf\" /etc/resolv.conf || exit 99
mount --bind \"$1/nsswitch.conf\" /etc/nsswitch.conf || exit 99
shift
export RES_OPTIONS='timeout:30 attempts:5'
exec \"$@\"
";

/// Whether this process is in such a network.
const WITH_RESOLVER: &str = "CORS_TEST_WITH_RESOLVER";

#[test]
fn a_resolver_that_does_not_answer_is_not_waited_for() {
    if std::env::var_os(WITH_RESOLVER).is_some() {
        // It takes every question.
        let _resolver = UdpSocket::bind(("127.0.0.1", 53)).unwrap();
        let ran = run(&[
            "http://target.test/",
            "--remote",
            "-m",
            "1",
            "--report",
            "ndjson=-",
        ]);
        assert_eq!(ran.code, Some(7), "{}", ran.stderr);
        assert!(matches!(ran.events().pop(), Some(Event::End(end)) if !end.complete));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let alone = |program: &Path, words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["-rnm", "sh", "-c", OWN_RESOLVER, "sh", text(folder.path())]);
        command.arg(program).args(words).env(WITH_RESOLVER, "1");
        command.output()
    };
    let can = alone(Path::new("true"), &[]);
    if !can.is_ok_and(|output| output.status.success()) {
        println!("left out: this machine gives nobody a network of their own");
        return;
    }
    let test = "hostile::a_resolver_that_does_not_answer_is_not_waited_for";
    let itself = std::env::current_exe().unwrap();
    let output = alone(&itself, &["--exact", test, "--nocapture"]).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_target_that_answers_once_and_no_more_is_not_there() {
    let server = non_server("http2-no-more-streams");
    let policy = text(&server.policy);
    let more = ["-m", "6", "--http2-prior-knowledge", "--report", "ndjson=-"];
    let ran = run(&[&[&*server.url, "--policy", policy], &more[..]].concat());
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let Some(Event::End(end)) = ran.events().pop() else {
        panic!("{}", ran.stdout)
    };
    let reason = end.reason.unwrap_or_default();
    assert!(
        reason.contains("answered at first and then no longer"),
        "{reason}"
    );
}

#[test]
fn an_answer_that_nobody_asked_for_is_named_once_and_spoils_nothing() {
    let ran = against("speaks-unasked");
    let mut named = Vec::new();
    for event in ran.events() {
        let Event::Case(case) = event else { continue };
        let exchanges = case.steps.iter().flat_map(|step| &step.exchanges);
        let responses = exchanges.filter_map(|exchange| exchange.response.as_ref());
        let mut lines = responses.flat_map(|response| &response.headers);
        assert!(!lines.any(|(_, value)| value == UNASKED), "{}", case.id);
        if case
            .checks
            .iter()
            .any(|check| check.said.contains("too many"))
        {
            named.push(case.id);
        }
    }
    assert!(
        named.contains(&"wire/answer-is-framed".to_owned()),
        "{named:?}"
    );
    assert!(named.iter().all(|id| id.starts_with("wire/")), "{named:?}");
}

#[test]
fn a_run_that_cannot_begin_has_a_report() {
    let server = non_server("garbage");
    let ran = run(&[&server.url, "--report", "ndjson=-"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let events = ran.events();
    assert!(
        matches!(&*events, [Event::Run(_), Event::End(_)]),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_run_that_is_cut_short_says_so() {
    let server = non_server("mute");
    let policy = text(&server.policy);
    let ran = run(&[
        &server.url,
        "--policy",
        policy,
        "-m",
        "1",
        "--report",
        "ndjson=-",
    ]);
    assert_eq!(ran.code, Some(7), "{}", ran.stderr);
    let events = ran.events();
    let Some(Event::End(end)) = events.last() else {
        panic!("{}", ran.stdout)
    };
    assert!(!end.complete && end.counts.unjudged > 0, "{end:?}");
}

#[test]
fn a_server_that_closes_after_each_answer_passes() {
    let behaviour = cors_testbed::variants::find("connection-close")
        .unwrap()
        .behaviour();
    let ran = sample(&behaving(behaviour), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}
