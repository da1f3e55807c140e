//! The control exchange: what is no finding about CORS is named once, and not judged.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_harness::event::{CheckOutcome, Event, NoteAbout, Outcome};
use cors_harness::exit::Exit;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::target::UrlTarget;
use cors_model::url::Url;
use cors_vectors::policy::AnyOr;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::cases::{
    Stream, against, all, allowed, case, correct, goes_away_after, options, policy, put, run_all,
    subject,
};
use crate::support::{Server, field, read_request, response};

fn notes(stream: &Stream) -> Vec<(NoteAbout, &str)> {
    let notes = stream.events.iter().filter_map(|event| match event {
        Event::Note(note) => Some((note.about, note.text.as_str())),
        Event::Run(_) | Event::Case(_) | Event::End(_) => None,
    });
    notes.collect()
}

/// The run ended before a case was judged, for this reason.
fn is_not_judged(stream: &Stream, reason: &str) {
    let end = &stream.end;
    assert_eq!(end.exit, Exit::Unreachable, "{end:?}");
    assert_eq!(end.counts.ran(), 0, "{end:?}");
    assert!(end.reason.as_ref().unwrap().contains(reason), "{end:?}");
    assert_eq!(notes(stream), []);
}

/// The answer of [`correct`] with another status.
fn with_status(head: &str, status: u16) -> String {
    correct(head).replacen(" 200 ", &format!(" {status} "), 1)
}

#[tokio::test]
async fn an_error_to_everybody_is_named_and_not_judged() {
    for (status, lines, reason) in [
        (401, &[][..], "401 to a plain GET: give a login"),
        (403, &[], "403 to a plain GET: give a login"),
        (404, &[], "404 to a plain GET: is the path right?"),
        (405, &[("Allow", "POST")], "other methods (Allow: POST)"),
        (500, &[], "500 to a plain GET: it fails for everybody"),
        (418, &[], "name a resource that answers 200"),
    ] {
        let stream = against(move |_| response(status, lines)).await;
        is_not_judged(&stream, reason);
        is_not_judged(&stream, "no CORS headers to a page of https://app.example");
    }
}

#[tokio::test]
async fn a_resource_without_get_is_asked_by_post() {
    let answer = |head: &str| {
        if head.starts_with("GET") {
            response(405, &[("Allow", "POST")])
        } else {
            correct(head)
        }
    };
    is_not_judged(
        &against(answer).await,
        "(Allow: POST); ask it by --method POST",
    );
    let options = Options {
        method: "POST".to_owned(),
        ..options()
    };
    let cases = all().into_iter().map(|case| case.asked_by("POST"));
    let cases: Vec<_> = cases.collect();
    let server = Server::answering(answer).await;
    let stream = run_all(&cases, subject(&server), &options).await;
    assert_eq!(stream.end.exit, Exit::AsExpected, "{:?}", stream.end);
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    // The method that is named is let out, and no other.
    let server = Server::answering(|head| {
        if head.starts_with("PUT") {
            response(500, &[])
        } else {
            correct(head)
        }
    });
    let stream = run_all(&cases, subject(&server.await), &options).await;
    assert_eq!(stream.case("preflight/put").outcome, Outcome::Pass);
}

#[tokio::test]
async fn where_success_is_required_an_error_is_not_judged() {
    for status in [302, 404, 500] {
        let server = Server::answering(move |head| {
            let answer = with_status(head, status);
            answer.replacen("\r\n", "\r\nLocation: /elsewhere\r\n", 1)
        });
        let options = Options {
            require_success: true,
            ..options()
        };
        let stream = run_all(&all(), subject(&server.await), &options).await;
        is_not_judged(&stream, &format!("the resource answers {status}"));
        is_not_judged(&stream, "success is required");
    }
}

#[tokio::test]
async fn an_error_with_cors_headers_is_named_and_judged() {
    for status in [401, 403, 404, 405, 500] {
        let stream = against(move |head| with_status(head, status)).await;
        assert_eq!(stream.end.exit, Exit::AsExpected, "{:?}", stream.end);
        assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
        let [(NoteAbout::Status, said)] = notes(&stream)[..] else {
            panic!("{:?}", notes(&stream));
        };
        assert!(said.contains(&format!("answers {status}")), "{said}");
        // A check of the status would only say the same again.
        let put = stream.case("preflight/put");
        let check = put.checks.iter().find(|check| check.id == "actual");
        assert_eq!(check.unwrap().outcome, CheckOutcome::Skip);
    }
}

#[tokio::test]
async fn an_error_to_preflights_counts_whatever_everybody_gets() {
    let server = Server::answering(|head| {
        if head.starts_with("OPTIONS") {
            correct(head).replacen(" 204 ", " 401 ", 1)
        } else {
            with_status(head, 401)
        }
    })
    .await;
    let stream = run_all(&[put()], subject(&server), &options()).await;
    assert_eq!(stream.case("preflight/put").outcome, Outcome::Fail);
}

#[tokio::test]
async fn a_redirect_is_named() {
    let stream = against(|head| {
        if head.contains(" /api/ ") {
            correct(head)
        } else {
            response(301, &[("Location", "/api/")])
        }
    })
    .await;
    let [(NoteAbout::Status, said), ..] = notes(&stream)[..] else {
        panic!("{:?}", notes(&stream));
    };
    assert!(said.contains("answers 301"), "{said}");
    assert!(said.contains("redirects to /api/"), "{said}");
}

#[tokio::test]
async fn a_filter_of_user_agents_is_named() {
    let filtered = |head: &str| {
        let agent = field(head, "user-agent").unwrap_or_default();
        if agent.starts_with("Mozilla/") {
            correct(head)
        } else {
            response(403, &[])
        }
    };
    is_not_judged(&against(filtered).await, "-H 'User-Agent: Mozilla/5.0'");
    let server = Server::answering(filtered).await;
    let options = Options {
        headers: vec![(b"User-Agent".to_vec(), b"Mozilla/5.0".to_vec())],
        ..options()
    };
    let stream = run_all(&all(), subject(&server), &options).await;
    assert_eq!(stream.end.exit, Exit::AsExpected, "{:?}", stream.end);
}

#[tokio::test]
async fn a_guard_of_the_host_is_passed_by_and_named() {
    for only_pages in [true, false] {
        let guarded = move |head: &str| {
            let is_loopback = field(head, "host").is_some_and(|host| host.starts_with("127."));
            if is_loopback && (!only_pages || field(head, "origin").is_some()) {
                response(403, &[])
            } else {
                correct(head)
            }
        };
        let server = Server::answering(guarded).await;
        let stream = run_all(&all(), subject(&server), &options()).await;
        let [(NoteAbout::HostGuard, said)] = notes(&stream)[..] else {
            panic!("{:?}", notes(&stream));
        };
        assert!(said.contains("Host: api.example.com"), "{said}");
        assert_eq!(stream.end.counts.pass, 4, "{:?}", stream.end);
        let sent = &stream.case("origin/allowed").steps[0].exchanges[0].request;
        let host = ("Host".to_owned(), "api.example.com".to_owned());
        assert!(sent.headers.contains(&host), "{sent:?}");
        // A host that the user gives is used as it is.
        let named = Options {
            headers: vec![(b"Host".to_vec(), b"127.0.0.1".to_vec())],
            ..options()
        };
        let stream = run_all(&all(), subject(&server), &named).await;
        assert_ne!(stream.end.exit, Exit::AsExpected);
    }
}

/// A server that answers so many requests, and then something else.
async fn after(many: usize, then: fn() -> String) -> Server {
    let served = Arc::new(AtomicUsize::new(0));
    Server::answering(move |head| {
        if served.fetch_add(1, Ordering::SeqCst) < many {
            correct(head)
        } else {
            then()
        }
    })
    .await
}

#[tokio::test]
async fn nothing_is_judged_beyond_a_limit_of_requests() {
    for (status, many) in [(429, 5), (429, 0), (503, 6)] {
        let limited = move || response(status, &[("Retry-After", "10")]);
        let served = Arc::new(AtomicUsize::new(0));
        let server = Server::answering(move |head| {
            if served.fetch_add(1, Ordering::SeqCst) < many {
                correct(head)
            } else {
                limited()
            }
        })
        .await;
        let one = Options {
            in_flight: 1,
            ..options()
        };
        let stream = run_all(&all(), subject(&server), &one).await;
        let end = &stream.end;
        assert_eq!(end.exit, Exit::Unreachable, "{end:?}");
        assert_eq!(end.counts.fail + end.counts.error, 0, "{end:?}");
        assert!(end.counts.unjudged > 0, "{end:?}");
        let reason = end.reason.as_ref().unwrap();
        assert!(
            reason.contains("Retry-After: 10") && reason.contains("--rate"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn an_answer_about_too_many_requests_to_one_case_is_that_cases() {
    let stream = against(|head| {
        if field(head, "origin").is_some_and(|origin| origin.contains("foreign")) {
            response(429, &[("Access-Control-Allow-Origin", "*")])
        } else {
            correct(head)
        }
    })
    .await;
    assert_eq!(stream.end.exit, Exit::AsExpected, "{:?}", stream.end);
    assert_eq!(stream.end.counts.unjudged, 0);
}

#[tokio::test]
async fn a_server_that_blocks_the_suite_is_said_to() {
    let server = after(5, || response(403, &[])).await;
    let stream = run_all(&[allowed(), put()], subject(&server), &options()).await;
    let reason = stream.end.reason.as_ref().unwrap();
    assert_eq!(stream.end.exit, Exit::Unreachable);
    assert!(reason.contains("answers 403 now"), "{reason}");
}

#[tokio::test]
async fn hanging_up_on_everybody_is_no_finding() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Le"] {
        let server = Server::start(move |mut stream| async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        })
        .await;
        let stream = run_all(&all(), subject(&server), &options()).await;
        is_not_judged(&stream, "no answer to anybody");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_fails_no_case() {
    let server = goes_away_after(4).await;
    let one = Options {
        in_flight: 1,
        ..options()
    };
    let stream = run_all(&all(), subject(&server), &one).await;
    let counts = stream.end.counts;
    assert_eq!((counts.fail, counts.error), (0, 0), "{counts:?}");
    assert_eq!((counts.pass, counts.unjudged), (1, 3), "{counts:?}");
    assert!(
        stream
            .end
            .reason
            .as_ref()
            .unwrap()
            .contains("no longer does")
    );
}

/// The last steps would fail, and a first one that is not answered keeps them from being looked at.
#[tokio::test]
async fn a_case_with_a_step_that_is_not_answered_does_not_pass() {
    let server = Server::start(|mut stream| async move {
        while let Some(head) = read_request(&mut stream).await {
            if head.contains("?crash") {
                return;
            }
            let _ = stream.write_all(correct(&head).as_bytes()).await;
        }
    })
    .await;
    let after = case(
        "robustness/after",
        &json!({"steps": [
            {"send": {"suffix": "?crash"}, "checks": []},
            {"fetch": {"origin": "{allowed}"}, "verdict": "shared"}
        ]}),
    );
    let stream = run_all(&[after], subject(&server), &options()).await;
    let case = stream.case("robustness/after");
    assert_eq!(case.outcome, Outcome::Error, "{case:#?}");
    assert!(case.reason.as_ref().unwrap().contains("closed without"));
    assert_eq!(stream.end.exit, Exit::Failed);
}

#[tokio::test]
async fn how_long_an_answer_takes_is_no_failure() {
    let server = Server::start(|mut stream| async move {
        while let Some(head) = read_request(&mut stream).await {
            if head.starts_with("OPTIONS") {
                std::future::pending::<()>().await;
            }
            let _ = stream.write_all(correct(&head).as_bytes()).await;
        }
    })
    .await;
    let stream = run_all(&[allowed(), put()], subject(&server), &options()).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    assert_eq!(stream.case("preflight/put").outcome, Outcome::Error);
    assert_eq!(stream.end.exit, Exit::CutShort);
    let reason = stream.end.reason.as_ref().unwrap();
    assert!(
        reason.starts_with("1 case had no answer in time"),
        "{reason}"
    );
}

#[tokio::test]
async fn the_other_protocol_of_a_port_is_named() {
    // A fatal alert, which a TLS server sends to a client that speaks another protocol.
    let secure = Server::start(|mut stream| async move {
        let mut first = [0];
        if stream.read_exact(&mut first).await.is_ok() && first == [0x16] {
            let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 40]).await;
        }
    })
    .await;
    let stream = run_all(&all(), subject(&secure), &options()).await;
    is_not_judged(&stream, "speaks TLS: is it https?");

    let plain = Server::answering(correct).await;
    let url = Url::from_serialized(&format!("https://{}/resource", plain.address));
    let target = Rc::new(UrlTarget::new(&url, &crate::support::options()).unwrap());
    let stream = run_all(&all(), Subject::with_policy(target, policy()), &options()).await;
    is_not_judged(&stream, "speaks HTTP without TLS: is it http?");
}

#[tokio::test]
async fn what_explains_failures_is_noted_once() {
    let cached = |head: &str| {
        let hit = [("X-Cache", "Hit from a cache"), ("Age", "12")];
        if head.starts_with("OPTIONS") {
            correct(head)
        } else {
            response(200, &hit)
        }
    };
    let slash = |_: &str| {
        let value = "https://app.example/";
        response(200, &[("Access-Control-Allow-Origin", value)])
    };
    let own = |head: &str| match field(head, "origin") {
        None | Some("https://app.example") => correct(head),
        Some(_) => response(403, &[]),
    };
    for (server, about, text) in [
        (
            Server::answering(cached).await,
            NoteAbout::Cache,
            "X-Cache: Hit from a cache",
        ),
        (
            Server::answering(slash).await,
            NoteAbout::AllowOrigin,
            "https://app.example without",
        ),
        (
            Server::answering(own).await,
            NoteAbout::OwnPages,
            "its forms fail",
        ),
    ] {
        let twice = Options {
            rounds: 2,
            ..options()
        };
        let stream = run_all(&all(), subject(&server), &twice).await;
        let [(found, said)] = notes(&stream)[..] else {
            panic!("{:?}", notes(&stream));
        };
        assert_eq!(found, about);
        assert!(said.contains(text), "{said}");
        assert_eq!(stream.end.counts.unjudged, 0);
    }
}

#[tokio::test]
async fn a_policy_that_wants_rules_is_told_so() {
    let other = "https://other.example";
    // The first origin has GET only.
    let answer = move |head: &str| match field(head, "origin") {
        Some("https://app.example") => correct(head).replace("Methods: PUT", "Methods: GET"),
        Some(origin) if origin == other => {
            let as_first = head.replace(other, "https://app.example");
            correct(&as_first).replace("https://app.example", other)
        }
        _ => correct(head),
    };
    let mut several = policy();
    several.allow_origins = AnyOr::Listed(vec!["https://app.example".into(), other.into()].into());
    let server = Server::answering(answer).await;
    let url = Url::from_serialized(&format!("http://{}/resource", server.address));
    let target = Rc::new(UrlTarget::new(&url, &crate::support::options()).unwrap());
    let subject = Subject::with_policy(target, several.clone());
    let stream = run_all(&all(), subject, &options()).await;
    assert!(stream.end.counts.fail > 0, "{:?}", stream.end);
    let [(NoteAbout::Rules, text)] = notes(&stream)[..] else {
        panic!("{:?}", notes(&stream));
    };
    let expected = "PUT is allowed to pages of https://other.example and not to those of \
                    https://app.example";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("[[rules]]"), "{text}");

    // Of a server that refuses all alike nothing is said.
    let none =
        Server::answering(|head| correct(head).replace("Methods: PUT", "Methods: GET")).await;
    let url = Url::from_serialized(&format!("http://{}/resource", none.address));
    let target = Rc::new(UrlTarget::new(&url, &crate::support::options()).unwrap());
    let stream = run_all(&all(), Subject::with_policy(target, several), &options()).await;
    assert!(stream.end.counts.fail > 0, "{:?}", stream.end);
    assert_eq!(notes(&stream), []);
}
