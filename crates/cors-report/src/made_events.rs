//! Events made by hand, for the tests of reports.

use cors_harness::attribute::cause;
use cors_harness::cause::{About, Cause, Change, Fix, Remedy};
use cors_harness::event::{
    Again, CaseEvent, Counts, EndEvent, Event, ExchangeEvent, Got, Kind, Mode, Outcome,
    RefusalEvent, RequestEvent, ResponseEvent, RunEvent, StepEvent, SubjectEvent,
};
use cors_harness::exit::Exit;
use cors_vectors::server::{Level, Verdict};

pub(crate) fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A case with one step and one exchange.
pub(crate) fn case(id: &str, wanted: Verdict, got: Got, answer: &[(&str, &str)]) -> CaseEvent {
    let origin = format!("https://{}.example", id.replace('/', "-"));
    let outcome = if got == Got::from(wanted) {
        Outcome::Pass
    } else {
        Outcome::Fail
    };
    CaseEvent {
        why: "Any page of that host could read responses meant for the allowed site.".to_owned(),
        spec: vec!["fetch#concept-cors-check/4".to_owned()],
        outcome,
        wanted: Some(wanted),
        got: Some(got),
        steps: vec![StepEvent {
            wanted: Some(wanted),
            got: Some(got),
            origin: Some(origin.clone()),
            refusal: None,
            note: None,
            trace: Vec::new(),
            exchanges: vec![ExchangeEvent {
                kind: Kind::Actual,
                request: RequestEvent {
                    method: "GET".to_owned(),
                    url: "http://127.0.0.1:8080/resource".to_owned(),
                    headers: headers(&[("Origin", &origin)]),
                },
                response: Some(ResponseEvent {
                    status: 200,
                    headers: headers(answer),
                }),
                transport: None,
            }],
        }],
        exchanges: 1,
        again: Some(Again {
            cli: Some(format!(
                "cors-conformance http://127.0.0.1:8080/resource -t {id}"
            )),
            curl: Some("curl -i http://127.0.0.1:8080/resource".to_owned()),
            explain: Some(format!("cors-conformance explain {id}")),
        }),
        ..CaseEvent::blank(
            id,
            "A host that merely ends in an allowed host is refused",
            Level::Must,
        )
    }
}

/// The case, refused by the CORS check for the value given.
pub(crate) fn refused(mut case: CaseEvent, got: Option<&str>, wanted: &str) -> CaseEvent {
    for step in &mut case.steps {
        step.refusal = Some(RefusalEvent {
            at: "fetch#concept-cors-check/4".to_owned(),
            stage: "response".to_owned(),
            said: "Access-Control-Allow-Origin is not the request's origin.".to_owned(),
            compared: Some(About::Header("Access-Control-Allow-Origin".to_owned())),
            got: got.map(str::to_owned),
            wanted: Some(wanted.to_owned()),
            element: None,
        });
    }
    case
}

/// The case as it is when it has been judged.
pub(crate) fn attributed(case: &CaseEvent) -> CaseEvent {
    let mut refusals = case.steps.iter().filter_map(|step| step.refusal.as_ref());
    let value = refusals.find_map(|refusal| refusal.wanted.clone());
    let fix = |value: String| Fix {
        check: None,
        changes: vec![Change {
            step: 0,
            exchange: 0,
            on: Kind::Actual,
            remedy: Remedy::SetHeader {
                name: "Access-Control-Allow-Origin".to_owned(),
                value,
            },
        }],
    };
    CaseEvent {
        cause: cause(case).map(|cause| Cause {
            fixes: value.into_iter().map(fix).collect(),
            ..cause
        }),
        ..case.clone()
    }
}

pub(crate) fn all_attributed(cases: &[CaseEvent]) -> Vec<CaseEvent> {
    cases.iter().map(attributed).collect()
}

/// The stream of a run with these cases.
pub(crate) fn events(cases: &[CaseEvent], exit: Exit) -> Vec<Event> {
    let mut counts = Counts::default();
    let run = RunEvent {
        tool: "cors-conformance 0.0.0".to_owned(),
        vectors: "0.0.0".to_owned(),
        standard: "0123456".to_owned(),
        subject: SubjectEvent::Server {
            target: "http://127.0.0.1:8080/resource".to_owned(),
            mode: Mode::Policy,
            inferred: None,
        },
        selected: cases.len(),
    };
    let mut events = vec![Event::Run(run)];
    for case in cases {
        counts.add(case.outcome);
        events.push(Event::Case(Box::new(attributed(case))));
    }
    events.push(Event::End(EndEvent {
        complete: true,
        exit,
        reason: None,
        log: Vec::new(),
        out_of_date: Vec::new(),
        counts,
        generated: None,
    }));
    events
}

/// The cases with each outcome but `fail`.
pub(crate) fn unfailed() -> [CaseEvent; 5] {
    let mut skipped = case("origin/null", Verdict::Refused, Got::Refused, &[]);
    skipped.outcome = Outcome::Skip;
    skipped.reason = Some("the policy does not list null".to_owned());
    skipped.steps.clear();
    let mut blocked = case("origin/prefix", Verdict::Refused, Got::Refused, &[]);
    blocked.outcome = Outcome::Blocked;
    blocked.reason = Some("origin/allowed did not pass".to_owned());
    let mut error = case("origin/hangs-up", Verdict::Shared, Got::Nothing, &[]);
    error.outcome = Outcome::Error;
    error.reason = Some("the connection was closed".to_owned());
    for exchange in error.steps.iter_mut().flat_map(|step| &mut step.exchanges) {
        exchange.response = None;
        exchange.transport = Some("the connection was closed before a complete answer".to_owned());
    }
    let passed = case("origin/foreign", Verdict::Refused, Got::Refused, &[]);
    let mut info = case("preflight/status", Verdict::Shared, Got::Shared, &[]);
    (info.outcome, info.level) = (Outcome::Info, Level::Info);
    info.reason = Some("status: the status is 200".to_owned());
    [passed, skipped, blocked, error, info]
}
