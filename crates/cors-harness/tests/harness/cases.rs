//! Cases, a policy and a server that has it, for the tests of runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_harness::clock::Clock;
use cors_harness::event::{CaseEvent, EndEvent, Event};
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::run::run;
use cors_vectors::policy::Policy;
use cors_vectors::server::ServerCase;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Server, field, read_request, response};

/// The policy of [`correct`].
pub(crate) fn policy() -> Policy {
    serde_json::from_value(json!({
        "allow_origins": ["https://app.example"],
        "allow_credentials": true,
        "allow_methods": ["PUT"],
        "allow_headers": ["x-token"],
        "expose_headers": ["x-request-id"],
        "max_age": 600,
        "endpoints": {"redirect": "/redirect"}
    }))
    .unwrap()
}

/// What a server with the policy answers.
pub(crate) fn correct(head: &str) -> String {
    let allowed = field(head, "origin") == Some("https://app.example");
    let mut lines = vec![("Vary", "Origin")];
    if allowed {
        lines.push(("Access-Control-Allow-Origin", "https://app.example"));
        lines.push(("Access-Control-Allow-Credentials", "true"));
    }
    if head.starts_with("OPTIONS") && field(head, "access-control-request-method").is_some() {
        if allowed {
            lines.push(("Access-Control-Allow-Methods", "PUT"));
            lines.push(("Access-Control-Allow-Headers", "x-token"));
            lines.push(("Access-Control-Max-Age", "600"));
        }
        return response(204, &lines);
    }
    if allowed {
        lines.push(("Access-Control-Expose-Headers", "x-request-id"));
    }
    response(200, &lines)
}

/// A server that has the policy and answers so many requests; then it hangs up on each.
pub(crate) async fn goes_away_after(requests: usize) -> Server {
    let served = Arc::new(AtomicUsize::new(0));
    Server::start(move |mut stream| {
        let served = Arc::clone(&served);
        async move {
            while let Some(head) = read_request(&mut stream).await {
                if served.fetch_add(1, Ordering::SeqCst) >= requests {
                    return;
                }
                let _ = stream.write_all(correct(&head).as_bytes()).await;
            }
        }
    })
    .await
}

/// A case with these members beyond the obligatory ones.
pub(crate) fn case(id: &str, members: &Value) -> ServerCase {
    let mut case = json!({
        "id": id, "title": "A title", "why": "A reason", "spec": ["fetch#concept-cors-check/4"],
        "policy": "the-policy", "steps": []
    });
    for (name, value) in members.as_object().unwrap() {
        case[name] = value.clone();
    }
    serde_json::from_value(case).unwrap()
}

pub(crate) fn allowed() -> ServerCase {
    case(
        "origin/allowed",
        &json!({"steps": [{
            "fetch": {"origin": "{allowed}", "credentials": "include",
                      "reads": ["{exposed}", "content-type"], "cannot_read": ["x-hidden"]},
            "verdict": "shared",
            "checks": [{"id": "vary", "level": "should", "header": "Vary", "has_token": "Origin"}]
        }]}),
    )
}

pub(crate) fn foreign() -> ServerCase {
    case(
        "origin/foreign",
        &json!({"paired_with": "origin/allowed", "steps": [{
            "fetch": {"origin": "{foreign}", "credentials": "include"},
            "verdict": "refused"
        }]}),
    )
}

pub(crate) fn put() -> ServerCase {
    case(
        "preflight/put",
        &json!({"steps": [{
            "fetch": {"origin": "{allowed}", "method": "{method}", "headers": [["{header}", "1"]]},
            "verdict": "shared",
            "checks": [
                {"id": "status", "level": "must", "on": "preflight", "status": [[200, 299]]},
                {"id": "actual", "level": "must", "on": "actual", "status": [[200, 200]]}
            ]
        }]}),
    )
}

pub(crate) fn raw() -> ServerCase {
    case(
        "raw/two-origins",
        &json!({"steps": [{
            "send": {"headers": [["Origin", "{allowed}"], ["Origin", "{foreign}"]], "suffix": "?a"},
            "checks": [{"id": "status", "level": "must", "status": [[200, 499]]}]
        }]}),
    )
}

pub(crate) fn all() -> Vec<ServerCase> {
    vec![allowed(), foreign(), put(), raw()]
}

/// The stream of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) events: Vec<Event>,
    pub(crate) end: EndEvent,
}

impl Stream {
    /// The cases in the order in which they came.
    pub(crate) fn in_order(&self) -> Vec<&CaseEvent> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Case(case) => Some(&**case),
                Event::Run(_) | Event::Note(_) | Event::End(_) => None,
            })
            .collect()
    }

    pub(crate) fn cases(&self) -> BTreeMap<&str, &CaseEvent> {
        self.in_order()
            .into_iter()
            .map(|case| (case.id.as_str(), case))
            .collect()
    }

    pub(crate) fn case(&self, id: &str) -> &CaseEvent {
        self.cases()[id]
    }

    pub(crate) fn text(&self) -> String {
        let line = |text: String, event| text + &serde_json::to_string(event).unwrap() + "\n";
        self.events.iter().fold(String::new(), line)
    }
}

pub(crate) fn options() -> Options {
    Options {
        clock: Clock::fixed(std::time::Duration::ZERO),
        ..Options::default()
    }
}

/// Runs the selected ones of these cases.
pub(crate) async fn run_selected(
    cases: &[ServerCase],
    select: impl Fn(&ServerCase) -> bool,
    subject: Subject,
    options: &Options,
) -> Stream {
    let plan = Plan::new(cases, select, subject).unwrap();
    let events = RefCell::new(Vec::new());
    let mut sink = |event: &Event| events.borrow_mut().push(event.clone());
    let end = run(&plan, options, std::future::pending(), &mut sink).await;
    Stream {
        events: events.into_inner(),
        end,
    }
}

/// Runs all of these cases.
pub(crate) async fn run_all(cases: &[ServerCase], subject: Subject, options: &Options) -> Stream {
    run_selected(cases, |_| true, subject, options).await
}

/// The server as a target with [`policy`].
pub(crate) fn subject(server: &Server) -> Subject {
    Subject::with_policy(Rc::new(server.target()), policy())
}

/// Runs [`all`] cases against a server that answers so.
pub(crate) async fn against<A>(answer: A) -> Stream
where
    A: Fn(&str) -> String + Clone + Send + Sync + 'static,
{
    let server = Server::answering(answer).await;
    run_all(&all(), subject(&server), &options()).await
}
