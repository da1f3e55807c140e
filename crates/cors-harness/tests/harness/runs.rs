//! Runs: what becomes of the cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_harness::event::{CheckOutcome, Counts, Event, Got, Kind, Mode, Outcome, event_schema};
use cors_harness::exit::Exit;
use cors_harness::options::Options;
use cors_vectors::server::{Level, ServerCase, Verdict};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::cases::{
    against, all, allowed, case, correct, foreign, options, put, run_all, run_selected, subject,
};
use crate::support::{Server, field, read_request, response};

#[tokio::test]
async fn a_correct_server_passes_everything() {
    let stream = against(correct).await;
    for case in stream.cases().values() {
        assert_eq!(case.outcome, Outcome::Pass, "{case:#?}");
    }
    assert_eq!(
        stream.end.counts,
        Counts {
            pass: 4,
            ..Counts::default()
        }
    );
    assert_eq!(
        (stream.end.exit, stream.end.complete),
        (Exit::AsExpected, true)
    );
    let Some(Event::Run(head)) = stream.events.first() else {
        panic!("no run line first")
    };
    assert_eq!(
        (head.subject.mode(), head.selected),
        (Some(Mode::Policy), 4)
    );
    assert_eq!(stream.events.last(), Some(&Event::End(stream.end.clone())));
    let foreign = stream.case("origin/foreign");
    assert_eq!(
        (foreign.wanted, foreign.got),
        (Some(Verdict::Refused), Some(Got::Refused))
    );
    let refusal = foreign.steps[0].refusal.as_ref().unwrap();
    assert_eq!(
        (refusal.at.as_str(), refusal.stage.as_str()),
        ("fetch#concept-cors-check/2", "response")
    );
}

#[tokio::test]
async fn the_stream_reads_back_fits_its_schema_and_is_the_same_again() {
    let server = Server::answering(correct).await;
    let options = Options {
        trace: true,
        cli: Some(("cors-conformance X ".into(), String::new())),
        ..options()
    };
    let stream = run_all(&all(), subject(&server), &options).await;
    let schema = jsonschema::validator_for(&event_schema()).unwrap();
    for (line, event) in stream.text().lines().zip(&stream.events) {
        assert_eq!(serde_json::from_str::<Event>(line).unwrap(), *event);
        let value = serde_json::from_str(line).unwrap();
        assert!(
            schema.is_valid(&value),
            "{line}: {:?}",
            schema.iter_errors(&value).next()
        );
    }
    assert!(!schema.is_valid(&json!({"type": "case", "id": 1})));
    let case = stream.case("origin/allowed");
    assert!(
        case.steps[0]
            .trace
            .iter()
            .any(|entry| entry.at.starts_with("fetch#concept-cors-check"))
    );
    let again = case.again.as_ref().unwrap();
    assert_eq!(
        again.cli.as_deref(),
        Some("cors-conformance X origin/allowed")
    );
    let curl = again.curl.as_deref().unwrap();
    assert!(
        curl.starts_with("curl ") && curl.ends_with("/resource"),
        "{curl}"
    );
    assert_eq!(run_all(&all(), subject(&server), &options).await, stream);
}

#[tokio::test]
async fn without_cors_nothing_is_shared_and_refusals_show_nothing() {
    let stream = against(move |_| response(200, &[])).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Fail);
    assert_eq!(stream.case("origin/allowed").got, Some(Got::Refused));
    assert_eq!(stream.case("origin/foreign").outcome, Outcome::Blocked);
    assert_eq!(stream.case("origin/foreign").exchanges, 0);
    assert_eq!(stream.case("preflight/put").outcome, Outcome::Fail);
    assert_eq!(stream.end.exit, Exit::Failed);
}

#[tokio::test]
async fn what_is_not_shown_since_advice_was_not_followed_is_advice() {
    let mut advised = allowed();
    advised.level = Level::Should;
    let cases = [advised, foreign()];
    for (fail_on, exit) in [
        (Level::Must, Exit::AsExpected),
        (Level::Should, Exit::Failed),
    ] {
        let server = Server::answering(|_| response(200, &[])).await;
        let options = Options {
            fail_on,
            ..options()
        };
        let stream = run_all(&cases, subject(&server), &options).await;
        let blocked = stream.case("origin/foreign");
        let told = (blocked.outcome, blocked.level);
        assert_eq!(told, (Outcome::Blocked, Level::Should));
        assert_eq!(stream.end.exit, exit);
    }
}

#[tokio::test]
async fn hanging_up_on_pages_is_a_failure_and_never_a_pass() {
    let server = Server::start(|mut stream| async move {
        while let Some(head) = read_request(&mut stream).await {
            if field(&head, "origin").is_some()
                || stream.write_all(correct(&head).as_bytes()).await.is_err()
            {
                return;
            }
        }
    })
    .await;
    let stream = run_all(&all(), subject(&server), &options()).await;
    let allowed = stream.case("origin/allowed");
    assert_eq!(
        (allowed.outcome, allowed.got),
        (Outcome::Fail, Some(Got::Nothing))
    );
    assert!(allowed.steps[0].exchanges[0].transport.is_some());
    assert_eq!(stream.case("origin/foreign").outcome, Outcome::Blocked);
    assert_eq!(stream.case("raw/two-origins").outcome, Outcome::Fail);
    assert_eq!(stream.end.exit, Exit::Failed);
    assert_eq!(stream.end.counts.pass, 0);
}

#[tokio::test]
async fn hanging_up_on_the_refused_only_is_an_error() {
    let server = Server::start(|mut stream| async move {
        while let Some(head) = read_request(&mut stream).await {
            if field(&head, "origin").is_some_and(|origin| origin.contains("foreign"))
                || stream.write_all(correct(&head).as_bytes()).await.is_err()
            {
                return;
            }
        }
    })
    .await;
    let stream = run_all(&[allowed(), foreign()], subject(&server), &options()).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    let foreign = stream.case("origin/foreign");
    assert_eq!(
        (foreign.outcome, foreign.got),
        (Outcome::Error, Some(Got::Nothing))
    );
    assert_eq!(stream.end.exit, Exit::Failed);
}

#[tokio::test]
async fn a_mirror_is_caught() {
    let stream = against(|head| {
        let origin = field(head, "origin").unwrap_or("null");
        correct(&head.replace(origin, "https://app.example")).replace("https://app.example", origin)
    })
    .await;
    let foreign = stream.case("origin/foreign");
    assert_eq!(
        (foreign.outcome, foreign.got),
        (Outcome::Fail, Some(Got::Shared))
    );
    assert_eq!(
        (foreign.level, stream.end.exit),
        (Level::Must, Exit::Failed)
    );
}

/// A service with the policy of the cases that takes a while, and notes how many calls it serves at
/// once.
#[tokio::test]
async fn a_partner_that_was_not_selected_runs_uncounted() {
    let server = Server::answering(correct).await;
    let only = |case: &ServerCase| case.id == "origin/foreign";
    let stream = run_selected(&all(), only, subject(&server), &options()).await;
    assert_eq!(
        stream.end.counts,
        Counts {
            pass: 1,
            ..Counts::default()
        }
    );
    assert_eq!(
        stream.cases().keys().collect::<Vec<_>>(),
        [&"origin/foreign"]
    );

    let without = Server::answering(|_| response(200, &[])).await;
    let stream = run_selected(&all(), only, subject(&without), &options()).await;
    assert_eq!(
        stream.end.counts,
        Counts {
            blocked: 1,
            ..Counts::default()
        }
    );
    assert_eq!(stream.end.exit, Exit::Failed);
}

#[tokio::test]
async fn what_means_nothing_is_skipped_with_its_reason() {
    let server = Server::answering(correct).await;
    let pattern = case(
        "origin/pattern",
        &json!({"requires": ["origins.pattern"],
                "steps": [{"fetch": {"origin": "{pattern.allowed}"}, "verdict": "shared"}]}),
    );
    let paired = case(
        "origin/pattern-lookalike",
        &json!({"paired_with": "origin/pattern",
                "steps": [{"fetch": {"origin": "{foreign}"}, "verdict": "refused"}]}),
    );
    let missing = case(
        "errors/missing",
        &json!({"steps": [{"fetch": {"origin": "{allowed}", "endpoint": "missing"}, "verdict": "shared"}]}),
    );
    let stream = run_all(&[pattern, paired, missing], subject(&server), &options()).await;
    assert_eq!(
        stream.end.counts,
        Counts {
            skip: 3,
            ..Counts::default()
        }
    );
    assert_eq!(
        (stream.end.exit, stream.end.complete),
        (Exit::NothingRan, true)
    );
    for (id, said) in [
        ("origin/pattern", "pattern"),
        (
            "origin/pattern-lookalike",
            "it needs origin/pattern, which was skipped",
        ),
        ("errors/missing", "missing"),
    ] {
        let reason = stream.case(id).reason.as_ref().unwrap();
        assert!(reason.contains(said), "{reason}");
    }
}

#[tokio::test]
async fn unsafe_requests_are_withheld_and_the_preflight_decides() {
    let puts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&puts);
    let answer = move |head: &str| {
        if head.starts_with("PUT") {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        correct(head)
    };
    let server = Server::answering(answer).await;
    let post = case(
        "simple/post",
        &json!({"steps": [{"fetch": {"origin": "{allowed}", "method": "POST"}, "verdict": "shared"}]}),
    );
    let cases = [put(), post];
    let stream = run_all(&cases, subject(&server), &options()).await;
    let case = stream.case("preflight/put");
    assert_eq!((case.outcome, case.got), (Outcome::Pass, Some(Got::Shared)));
    assert!(
        case.steps[0]
            .note
            .as_ref()
            .unwrap()
            .contains("was not sent"),
        "{case:#?}"
    );
    let outcomes: Vec<_> = case.checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [CheckOutcome::Pass, CheckOutcome::Skip]);
    assert_eq!(stream.case("simple/post").outcome, Outcome::Skip);
    assert_eq!(puts.load(Ordering::SeqCst), 0);

    let options = Options {
        unsafe_methods: true,
        ..options()
    };
    let stream = run_all(&cases, subject(&server), &options).await;
    assert_eq!(
        stream.end.counts,
        Counts {
            pass: 2,
            ..Counts::default()
        }
    );
    let kinds: Vec<_> = stream.case("preflight/put").steps[0]
        .exchanges
        .iter()
        .map(|exchange| exchange.kind)
        .collect();
    assert_eq!(kinds, [Kind::Preflight, Kind::Actual]);
    assert_eq!(puts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn readings_and_checks_fail_when_they_should() {
    // Exposes what it must not, hides what it must expose, and says nothing of caches.
    let stream = against(|head| {
        correct(head)
            .replace("x-request-id", "x-hidden")
            .replace("Vary: Origin", "Vary: Accept")
    })
    .await;
    let case = stream.case("origin/allowed");
    let outcomes: Vec<_> = case
        .checks
        .iter()
        .map(|check| (check.id.as_str(), check.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("reads:x-request-id", CheckOutcome::Fail),
            ("reads:content-type", CheckOutcome::Pass),
            ("cannot-read:x-hidden", CheckOutcome::Fail),
            ("vary", CheckOutcome::Fail),
        ]
    );
    assert_eq!(
        (case.outcome, case.level, case.got),
        (Outcome::Fail, Level::Must, Some(Got::Shared))
    );
    // The verdict was as stated, so that the case paired with it means something.
    assert_eq!(stream.case("origin/foreign").outcome, Outcome::Pass);
}

#[tokio::test]
async fn levels_decide_what_a_failure_costs() {
    let check = |level: &str| {
        json!({"steps": [{
            "fetch": {"origin": "{allowed}", "credentials": "include"}, "verdict": "shared",
            "checks": [{"id": "absent", "level": level, "header": "Vary", "absent": true}]
        }]})
    };
    let server = Server::answering(correct).await;
    for (level, fail_on, outcome, exit) in [
        ("must", Level::Must, Outcome::Fail, Exit::Failed),
        ("should", Level::Must, Outcome::Fail, Exit::AsExpected),
        ("should", Level::Should, Outcome::Fail, Exit::Failed),
        ("info", Level::Info, Outcome::Info, Exit::AsExpected),
    ] {
        let options = Options {
            fail_on,
            ..options()
        };
        let stream = run_all(&[case("a/b", &check(level))], subject(&server), &options).await;
        let case = stream.case("a/b");
        assert_eq!(
            (case.outcome, stream.end.exit),
            (outcome, exit),
            "{level} {fail_on:?}"
        );
        assert_eq!(case.checks[0].outcome, CheckOutcome::Fail);
        assert!(
            case.reason
                .as_ref()
                .unwrap()
                .contains("Vary is `Origin`, expected no such line")
        );
    }
    let verdict = json!({"level": "info",
        "steps": [{"fetch": {"origin": "{allowed}"}, "verdict": "shared"}]});
    let without = Server::answering(|_| response(200, &[])).await;
    let stream = run_all(&[case("a/b", &verdict)], subject(&without), &options()).await;
    let case = stream.case("a/b");
    assert_eq!(
        (case.outcome, case.got),
        (Outcome::Info, Some(Got::Refused))
    );
}

#[tokio::test]
async fn answers_that_were_never_received_fail_their_checks() {
    let server = Server::answering(correct).await;
    let checks = json!([
        {"id": "pre", "level": "must", "on": "preflight", "status": [[200, 299]]},
        {"id": "act", "level": "must", "on": "actual", "status": [[200, 299]]}
    ]);
    let simple = json!({"steps": [{"fetch": {"origin": "{allowed}"}, "verdict": "shared", "checks": checks}]});
    let refused = json!({"paired_with": "a/simple", "steps": [{
        "fetch": {"origin": "{foreign}", "method": "{method}"}, "verdict": "refused", "checks": checks}]});
    let cases = [case("a/simple", &simple), case("a/refused", &refused)];
    let stream = run_all(&cases, subject(&server), &options()).await;
    let said = |id: &str, check: usize| stream.case(id).checks[check].said.clone();
    assert_eq!(said("a/simple", 0), "there was no preflight");
    assert_eq!(stream.case("a/simple").outcome, Outcome::Fail);
    assert_eq!(stream.case("a/refused").got, Some(Got::Refused));
    assert_eq!(said("a/refused", 1), "the actual request was never made");
    assert_eq!(stream.case("a/refused").outcome, Outcome::Fail);
}

#[tokio::test]
async fn a_check_applies_only_when_its_condition_holds() {
    let server = Server::answering(|_| response(204, &[("Vary", "Accept")])).await;
    let conditional = case(
        "raw/conditional",
        &json!({"steps": [{"send": {}, "checks": [
            {"id": "applies", "level": "should", "when": {"status": [[204, 204]]},
             "header": "Vary", "has_token": "Origin"},
            {"id": "does-not", "level": "must",
             "when": {"header": "Access-Control-Allow-Origin", "equals": "*"},
             "header": "Vary", "has_token": "Origin"}
        ]}]}),
    );
    let stream = run_all(&[conditional], subject(&server), &options()).await;
    let checks = &stream.case("raw/conditional").checks;
    let outcomes: Vec<_> = checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [CheckOutcome::Fail, CheckOutcome::Skip]);
    assert!(
        checks[1].said.starts_with("does not apply: "),
        "{checks:#?}"
    );
    assert_eq!(stream.case("raw/conditional").level, Level::Should);
}
