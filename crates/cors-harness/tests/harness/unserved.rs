//! A resource that serves GET alone: what is refused is then the method, not the page.

use std::rc::Rc;

use cors_harness::event::Outcome;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_vectors::policy::AnyOr;
use cors_vectors::server::ServerCase;
use serde_json::json;

use crate::cases::{Stream, case, correct, options, policy, run_all, subject};
use crate::support::{Server, response};

/// Pages whose listener or header has the safelisted method preflighted.
fn preflighted() -> Vec<ServerCase> {
    let fetch = |id: &str, method: &str| {
        case(
            id,
            &json!({"level": "should", "basis": "Of its own accord.", "steps": [{
                "fetch": {"origin": "{allowed}", "method": method, "upload_listener": true},
                "verdict": "shared"
            }]}),
        )
    };
    vec![fetch("methods/head", "HEAD"), fetch("methods/post", "POST")]
}

/// A server that refuses preflights for all but PUT, and answers 405 to what is not GET.
fn get_alone(head: &str) -> String {
    let asks_for = |method: &str| head.contains(&format!("Request-Method: {method}\r\n"));
    if asks_for("HEAD") || asks_for("POST") {
        return response(400, &[]);
    }
    if head.starts_with("HEAD") || head.starts_with("POST") {
        return response(405, &[("Allow", "GET, OPTIONS")]).replace("\r\n\r\nok", "\r\n\r\n");
    }
    correct(head)
}

async fn against<A>(answer: A, options: &Options) -> Stream
where
    A: Fn(&str) -> String + Clone + Send + Sync + 'static,
{
    let server = Server::answering(answer).await;
    run_all(&preflighted(), subject(&server), options).await
}

fn outcomes(stream: &Stream) -> Vec<(Outcome, &str)> {
    let told = |id| {
        let case = stream.case(id);
        (case.outcome, case.reason.as_deref().unwrap_or_default())
    };
    vec![told("methods/head"), told("methods/post")]
}

#[tokio::test]
async fn the_preflight_of_a_method_that_is_not_served_may_be_refused() {
    let stream = against(get_alone, &options()).await;
    let [(head, head_reason), (post, post_reason)] = outcomes(&stream)[..] else {
        panic!("{stream:?}");
    };
    assert_eq!((head, post), (Outcome::Skip, Outcome::Skip));
    assert!(head_reason.contains("answers 405 to HEAD"), "{head_reason}");
    // No POST left for it: only GET, HEAD and OPTIONS may.
    assert!(
        post_reason.contains("Allow (GET, OPTIONS)"),
        "{post_reason}"
    );

    let unsafe_methods = Options {
        unsafe_methods: true,
        ..options()
    };
    let stream = against(get_alone, &unsafe_methods).await;
    let (post, reason) = outcomes(&stream)[1];
    assert_eq!(post, Outcome::Skip);
    assert!(reason.contains("answers 405 to POST"), "{reason}");
}

#[tokio::test]
async fn the_preflight_of_a_method_that_is_served_may_not() {
    let serves = |head: &str| {
        let refuses = head.contains("Request-Method: ");
        if refuses {
            get_alone(head)
        } else {
            correct(head)
        }
    };
    let stream = against(serves, &options()).await;
    let found: Vec<Outcome> = outcomes(&stream).iter().map(|(found, _)| *found).collect();
    assert_eq!(found, [Outcome::Fail, Outcome::Fail], "{stream:?}");

    // With another error than 405 or 501, the server may well know the method HEAD.
    let fails = |head: &str| get_alone(head).replace("HTTP/1.1 405", "HTTP/1.1 500");
    let stream = against(fails, &options()).await;
    assert_eq!(outcomes(&stream)[0].0, Outcome::Fail, "{stream:?}");
}

#[tokio::test]
async fn a_method_that_the_policy_lists_has_to_get_through() {
    let mut listed = policy();
    listed.allow_methods = AnyOr::Listed(vec!["HEAD".into(), "PUT".into()]);
    let server = Server::answering(get_alone).await;
    let subject = Subject::with_policy(Rc::new(server.target()), listed);
    let stream = run_all(&preflighted(), subject, &options()).await;
    let found: Vec<Outcome> = outcomes(&stream).iter().map(|(found, _)| *found).collect();
    assert_eq!(found, [Outcome::Fail, Outcome::Skip], "{stream:?}");
}
