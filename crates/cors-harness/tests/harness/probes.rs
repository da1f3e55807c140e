//! Learning what a server allows: what is asked, how much, and what ends it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;

use cors_harness::control::Halt;
use cors_harness::exit::Exit;
use cors_harness::options::Options;
use cors_harness::probe::{Inferred, MOST_REQUESTS, infer};
use cors_harness::target::ServiceTarget;
use cors_harness::wire::RequestBody;
use cors_vectors::policy::{Any, AnyOr};

/// What is learnt of a service, and the methods and number of requests that it got.
fn learnt(
    options: &Options,
    answer: impl Fn(&http::Request<RequestBody>, http::response::Builder) -> http::response::Builder
    + 'static,
) -> (Result<Inferred, Halt>, Vec<String>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let service = tower::service_fn(move |request: http::Request<RequestBody>| {
        log.borrow_mut().push(request.method().to_string());
        let answer = answer(&request, http::Response::builder());
        async move { Ok::<_, Infallible>(answer.body(String::new()).unwrap()) }
    });
    let url = "http://target.test/resource".parse().unwrap();
    let target = Rc::new(ServiceTarget::new(url, service));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let origins = ["https://mine.example".to_owned()];
    let inferred = runtime.block_on(infer(target, &origins, options));
    let seen = seen.borrow().clone();
    (inferred, seen)
}

#[test]
fn nothing_but_get_and_options_leaves_whatever_the_options_say() {
    let options = Options {
        unsafe_methods: true,
        ..Options::default()
    };
    let (inferred, seen) = learnt(&options, |_, answer| {
        answer
            .header("Access-Control-Allow-Origin", "*")
            .header("Access-Control-Allow-Methods", "*")
            .header("Access-Control-Allow-Headers", "*")
    });
    let inferred = inferred.unwrap();
    let methods: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(methods, BTreeSet::from(["GET", "OPTIONS"]));
    assert_eq!(inferred.evidence.requests, seen.len());
    assert_eq!(inferred.policy.allow_origins, AnyOr::Any(Any::Any));
    assert_eq!(inferred.policy.allow_methods, AnyOr::Any(Any::Any));
    // A star does not stand for it.
    assert!(inferred.unsettled.contains("authorization"), "{inferred:?}");
}

#[test]
fn a_server_that_names_ever_more_is_asked_a_bounded_number_of_times() {
    let (inferred, seen) = learnt(&Options::default(), |request, answer| {
        let origin = request.headers().get("origin").cloned();
        let name = request.headers().len();
        let names = |kind: &str| -> String {
            let names = (0..500).map(|n| format!("{kind}{name}-{n}"));
            names.collect::<Vec<_>>().join(", ")
        };
        let answer = match origin {
            Some(origin) if origin == "https://mine.example" => {
                answer.header("Access-Control-Allow-Origin", origin)
            }
            _ => answer.header(
                "Access-Control-Allow-Origin",
                format!("https://{name}.example"),
            ),
        };
        answer
            .header("Access-Control-Allow-Methods", names("M"))
            .header("Access-Control-Allow-Headers", names("h"))
            .header("Access-Control-Expose-Headers", names("e"))
    });
    assert!(seen.len() <= MOST_REQUESTS, "{}", seen.len());
    let Inferred {
        policy, evidence, ..
    } = inferred.unwrap();
    assert!(policy.allows_origin(b"https://mine.example"));
    assert!(matches!(&policy.expose_headers, AnyOr::Listed(names) if names.len() == 100));
    let text = "500 are named; the first 100 are taken over.";
    assert!(evidence.expose.iter().any(|line| line == text));
}

#[test]
fn names_that_no_policy_can_hold_are_left_out() {
    let (inferred, _) = learnt(&Options::default(), |_, answer| {
        answer
            .header("Access-Control-Allow-Origin", "https://mine.example")
            .header(
                "Access-Control-Allow-Methods",
                "put, CONNECT, any, a b, \"x\", GET",
            )
            .header(
                "Access-Control-Allow-Headers",
                "Cookie, any, X-A, x-a, Sec-Fetch-Site",
            )
            .header(
                "Access-Control-Expose-Headers",
                "Set-Cookie, any, X-B, x-b, \u{e9}",
            )
            .header("Access-Control-Max-Age", "soon")
    });
    let inferred = inferred.unwrap();
    cors_vectors::read::read_policy_toml("inferred", &inferred.toml()).unwrap();
    let listed = |names: &[&str]| AnyOr::Listed(names.iter().map(|&n| n.to_owned()).collect());
    assert_eq!(inferred.policy.allow_methods, listed(&[]));
    assert_eq!(inferred.policy.allow_headers, listed(&["x-a"]));
    assert_eq!(inferred.policy.expose_headers, listed(&["x-b"]));
    assert_eq!(inferred.policy.max_age, None);
}

#[test]
fn that_no_preflight_came_through_is_said() {
    let said = |granted: bool| {
        let (inferred, _) = learnt(&Options::default(), move |request, answer| {
            let preflight = request.method() == "OPTIONS";
            let answer = answer.header("Access-Control-Allow-Origin", "*");
            if preflight && granted {
                answer.header("Access-Control-Allow-Methods", "PUT")
            } else {
                answer.status(if preflight { 403 } else { 200 })
            }
        });
        inferred
            .unwrap()
            .toml()
            .contains("No preflight came through")
    };
    assert!(said(false));
    assert!(!said(true));
}

#[test]
fn what_a_server_lists_it_means_even_where_a_browser_is_refused() {
    let (inferred, _) = learnt(&Options::default(), |request, answer| {
        let preflight = request.method() == "OPTIONS";
        answer
            .status(if preflight { 405 } else { 200 })
            .header("Access-Control-Allow-Origin", "https://mine.example")
            .header("Access-Control-Allow-Methods", "PUT")
    });
    let inferred = inferred.unwrap();
    assert_eq!(
        inferred.policy.allow_methods,
        AnyOr::Listed(vec!["PUT".to_owned()])
    );
    assert!(
        inferred
            .toml()
            .contains("a browser that asks is refused: PUT")
    );
}

#[test]
fn a_resource_that_is_not_there_is_said() {
    let (inferred, _) = learnt(&Options::default(), |_, answer| answer.status(404));
    assert!(inferred.unwrap().toml().contains("answered 404"));
}

#[test]
fn a_target_that_cannot_be_asked_is_an_error_with_its_exit() {
    let error = |exit: Exit, said: &str, inferred: Result<Inferred, Halt>| {
        let error = inferred.unwrap_err();
        assert_eq!(error.exit, exit, "{error}");
        assert!(error.text.contains(said), "{error}");
    };
    let url = "http://target.test/resource".parse().unwrap();
    let broken = tower::service_fn(async |_: http::Request<RequestBody>| {
        Err::<http::Response<String>, _>("broken")
    });
    let target = Rc::new(ServiceTarget::new(url, broken));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let inferred = runtime.block_on(infer(target, &[], &Options::default()));
    error(Exit::Unreachable, "does not answer a plain GET", inferred);
    let url = "http://target.test/resource".parse().unwrap();
    let answered = std::cell::Cell::new(false);
    let hangs = tower::service_fn(move |_: http::Request<RequestBody>| {
        let first = !answered.replace(true);
        async move {
            if !first {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(http::Response::new(String::new()))
        }
    });
    let target = Rc::new(ServiceTarget::new(url, hangs));
    let paused = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let target: Rc<dyn cors_harness::target::Target> = target;
    let inferred = paused.block_on(infer(Rc::clone(&target), &[], &Options::default()));
    error(Exit::Unreachable, "does not respond", inferred);
    let soon = Options {
        deadline: std::time::Duration::from_secs(1),
        ..Options::default()
    };
    let inferred = paused.block_on(infer(target, &[], &soon));
    error(Exit::CutShort, "1 s", inferred);
}
