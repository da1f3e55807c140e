//! What the tests have in common: policies, services, and the fuzzer on them.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;

use cors_fuzzer::{AsItIs, Fresh, Fuzzed, Fuzzing, Supply, fuzz};
use cors_harness::event::Event;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::target::ServiceTarget;
use cors_harness::wire::RequestBody;
use cors_vectors::policy::Policy;
use futures_util::future::LocalBoxFuture;

pub(crate) type Request = http::Request<RequestBody>;

pub(crate) fn policy() -> Policy {
    serde_json::from_str(
        r#"{ "allow_origins": ["https://app.example"], "allow_methods": ["PUT"],
             "allow_headers": ["x-token"], "expose_headers": [] }"#,
    )
    .unwrap()
}

pub(crate) fn fuzzing(seed: u64, runs: u64) -> Fuzzing {
    Fuzzing {
        seed,
        runs: Some(runs),
        requests: None,
        duration: None,
        keep_going: true,
        area: "found".to_owned(),
        known: None,
    }
}

/// A service that answers with what `answer` makes of a request.
pub(crate) fn subject(answer: impl Fn(&Request) -> http::response::Builder + 'static) -> Subject {
    subject_with(policy(), answer)
}

pub(crate) fn subject_with(
    policy: Policy,
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Subject {
    let answer = Rc::new(answer);
    let service = tower::service_fn(move |request: Request| {
        let answer = Rc::clone(&answer);
        async move { Ok::<_, Infallible>(answer(&request).body("x".to_owned()).unwrap()) }
    });
    let target = ServiceTarget::new("http://target.test/resource".parse().unwrap(), service);
    Subject::with_policy(Rc::new(target), policy)
}

/// Fuzzes such a service.
pub(crate) async fn fuzzed(
    fuzzing: &Fuzzing,
    supply: &dyn Supply,
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Fuzzed {
    let subject = subject(answer);
    let options = Options {
        in_flight: 1,
        ..Options::default()
    };
    let mut ignore = |_: &Event| ();
    fuzz(&subject, fuzzing, &options, supply, pending(), &mut ignore).await
}

/// Puts a flag back.
pub(crate) struct Resets<'f>(pub(crate) &'f Cell<bool>);

impl Supply for Resets<'_> {
    fn fresh<'a>(&'a self, _policy: &'a str) -> LocalBoxFuture<'a, Result<Fresh, String>> {
        self.0.set(false);
        Box::pin(std::future::ready(Ok(Fresh::Same)))
    }

    fn is_cheap(&self) -> bool {
        true
    }
}

/// What a careful server of the policy answers.
pub(crate) fn careful(request: &Request) -> http::response::Builder {
    careful_for(request, |origin| origin == b"https://app.example")
}

/// The same of a policy that allows such origins.
pub(crate) fn careful_for(
    request: &Request,
    is_allowed: impl Fn(&[u8]) -> bool,
) -> http::response::Builder {
    let line = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.as_bytes().to_vec())
    };
    let mut response = http::Response::builder().header("vary", "origin");
    let once = request.headers().get_all("origin").iter().count() == 1;
    if let Some(origin) = line("origin").filter(|origin| once && is_allowed(origin)) {
        response = response.header("access-control-allow-origin", origin);
        if request.method() == "OPTIONS" && line("access-control-request-method").is_some() {
            response = response
                .header("access-control-allow-methods", "PUT")
                .header("access-control-allow-headers", "x-token");
        }
    }
    response
}

/// The ids of the findings, in order.
pub(crate) fn ids(fuzzed: &Fuzzed) -> Vec<&str> {
    let mut ids: Vec<&str> = fuzzed
        .findings
        .iter()
        .map(|one| one.case.id.as_str())
        .collect();
    ids.sort_unstable();
    ids
}

/// Everything that is found in many sequences, other methods than the safe ones included.
pub(crate) async fn all_findings(
    answer: impl Fn(&Request) -> http::response::Builder + 'static,
) -> Fuzzed {
    all_findings_of(&subject(answer)).await
}

/// The same of a target.
pub(crate) async fn all_findings_of(subject: &Subject) -> Fuzzed {
    let options = Options {
        in_flight: 1,
        unsafe_methods: true,
        ..Options::default()
    };
    let mut ignore = |_: &Event| ();
    let fuzzing = fuzzing(1, 1500);
    fuzz(subject, &fuzzing, &options, &AsItIs, pending(), &mut ignore).await
}
