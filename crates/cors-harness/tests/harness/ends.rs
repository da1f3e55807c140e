//! How runs are paced, and how they end.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use cors_harness::event::{Counts, Event, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::plan::{Plan, PlanError};
use cors_harness::run::run;
use cors_harness::stream::Sink;
use cors_harness::target::{ServiceTarget, UrlTarget};
use cors_harness::wire::RequestBody;
use cors_vectors::server::ServerCase;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::cases::{
    all, allowed, case, foreign, goes_away_after, options, policy, run_all, subject,
};
use crate::support::{Server, field, read_request, response};

#[tokio::test]
async fn what_is_not_understood_is_not_judged() {
    let garbage = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
    })
    .await;
    let silent = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody =
        cors_model::url::Url::parse(&format!("http://{}/", free.local_addr().unwrap())).unwrap();
    drop(free);
    let nobody = Rc::new(UrlTarget::new(&nobody, &crate::support::options()).unwrap());
    for (subject, said) in [
        (subject(&garbage), "not HTTP"),
        (subject(&silent), "no complete response head"),
        (Subject::with_policy(nobody, policy()), "unreachable"),
    ] {
        let stream = run_all(&all(), subject, &options()).await;
        assert_eq!(stream.end.exit, Exit::Unreachable);
        assert_eq!(
            stream.end.counts,
            Counts {
                unjudged: 4,
                ..Counts::default()
            }
        );
        assert!(!stream.end.complete && stream.cases().is_empty());
        assert!(
            stream.end.reason.as_ref().unwrap().contains(said),
            "{:?}",
            stream.end.reason
        );
    }
}

#[tokio::test]
async fn a_target_that_only_runs_out_of_time_is_given_up() {
    let server = Server::start(|mut stream| async move {
        while let Some(head) = read_request(&mut stream).await {
            if field(&head, "origin").is_some() {
                std::future::pending::<()>().await;
            }
            let _ = stream.write_all(response(200, &[]).as_bytes()).await;
        }
    })
    .await;
    let cases: Vec<_> = (0..20).map(|number| numbered(number, &[])).collect();
    let options = Options {
        in_flight: 1,
        ..options()
    };
    let stream = run_all(&cases, subject(&server), &options).await;
    assert_eq!(
        (stream.end.exit, stream.end.complete),
        (Exit::Unreachable, false)
    );
    assert_eq!(
        (stream.end.counts.error, stream.end.counts.unjudged),
        (3, 17)
    );
}

#[tokio::test]
async fn a_target_that_dies_during_the_run_is_said_to_have() {
    // Three are of the control exchange, one of the case.
    let server = goes_away_after(4).await;
    let stream = run_all(&[allowed()], subject(&server), &options()).await;
    assert_eq!(stream.case("origin/allowed").outcome, Outcome::Pass);
    assert_eq!(
        (stream.end.exit, stream.end.complete),
        (Exit::Unreachable, true)
    );
}

fn numbered(number: usize, tags: &[&str]) -> ServerCase {
    let steps = json!([{"fetch": {"origin": "{allowed}"}, "verdict": "shared"}]);
    case(
        &format!("many/{number}"),
        &json!({"tags": tags, "steps": steps}),
    )
}

fn slow_service(most: Rc<Cell<usize>>) -> Subject {
    let now = Rc::new(Cell::new(0));
    let service = tower::service_fn(move |request: http::Request<_>| {
        let (now, most) = (Rc::clone(&now), Rc::clone(&most));
        async move {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            tokio::time::sleep(Duration::from_millis(100)).await;
            now.set(now.get() - 1);
            let mut response = http::Response::new(String::new());
            if let Some(origin) = request.headers().get("origin") {
                response
                    .headers_mut()
                    .insert("access-control-allow-origin", origin.clone());
            }
            Ok::<_, Infallible>(response)
        }
    });
    let url = cors_model::url::Url::parse("http://target.test/resource").unwrap();
    Subject::with_policy(Rc::new(ServiceTarget::new(url, service)), policy())
}

#[tokio::test(start_paused = true)]
async fn the_number_in_flight_is_bounded_and_used() {
    let cases: Vec<_> = (0..20).map(|number| numbered(number, &[])).collect();
    for in_flight in [1, 3, 8] {
        let most = Rc::new(Cell::new(0));
        let options = Options {
            in_flight,
            ..options()
        };
        let stream = run_all(&cases, slow_service(Rc::clone(&most)), &options).await;
        assert_eq!((stream.end.counts.pass, most.get()), (20, in_flight));
        let ids: Vec<_> = stream
            .in_order()
            .into_iter()
            .map(|case| case.id.clone())
            .collect();
        assert_eq!(
            ids,
            cases.iter().map(|case| case.id.clone()).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn cases_with_state_meet_no_others() {
    let cases: Vec<_> = (0..6).map(|number| numbered(number, &["state"])).collect();
    let most = Rc::new(Cell::new(0));
    let stream = run_all(&cases, slow_service(Rc::clone(&most)), &options()).await;
    assert_eq!((stream.end.counts.pass, most.get()), (6, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_is_cut_short() {
    let cases: Vec<_> = (0..20).map(|number| numbered(number, &[])).collect();
    let deadline = Duration::from_millis(550);
    let options = Options {
        deadline,
        in_flight: 1,
        ..options()
    };
    let stream = run_all(&cases, slow_service(Rc::default()), &options).await;
    assert_eq!(
        (stream.end.exit, stream.end.complete),
        (Exit::CutShort, false)
    );
    // One exchange is the control exchange.
    assert_eq!(
        (stream.end.counts.pass, stream.end.counts.unjudged),
        (4, 16)
    );
    assert_eq!(stream.end.counts.total(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_run_in_which_nothing_is_answered_finds_nobody() {
    let url = "http://target.test/resource".parse().unwrap();
    let service = tower::service_fn(|_: http::Request<RequestBody>| async {
        std::future::pending::<Result<http::Response<String>, Infallible>>().await
    });
    let target = Rc::new(ServiceTarget::new(url, service));
    let subject = Subject::with_policy(target, policy());
    let options = Options {
        deadline: Duration::from_secs(5),
        ..options()
    };
    let stream = run_all(&all(), subject, &options).await;
    assert_eq!(stream.end.exit, Exit::Unreachable);
    let reason = stream.end.reason.unwrap();
    assert!(reason.starts_with("the target did not answer"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_cancelled_and_a_sink_has_the_last_word() {
    struct Baseline(Vec<Event>);
    impl Sink for Baseline {
        fn event(&mut self, event: &Event) {
            self.0.push(event.clone());
        }
        fn settle(&mut self, exits: &mut Exits) {
            assert!(exits.contains(Exit::CutShort));
            exits.add(Exit::Failed);
        }
    }
    let plan = Plan::new(&all(), |_| true, slow_service(Rc::default())).unwrap();
    let mut sink = Baseline(Vec::new());
    let cancel = tokio::time::sleep(Duration::from_millis(50));
    let end = run(&plan, &options(), cancel, &mut sink).await;
    assert_eq!(
        (end.exit, end.complete, end.counts.unjudged),
        (Exit::Failed, false, 4)
    );
    assert!(end.reason.unwrap().contains("cancelled"));
    assert_eq!(sink.0.len(), 2);
}

#[test]
fn pairs_that_cannot_be_are_refused() {
    let plan = |cases: &[ServerCase]| {
        Plan::new(cases, |_| true, slow_service(Rc::default())).map(|plan| plan.selected())
    };
    let unknown = Err(PlanError::UnknownPartner {
        case: "origin/foreign".into(),
        partner: "origin/allowed".into(),
    });
    assert_eq!(plan(&[foreign()]), unknown);
    let mut renamed = allowed();
    renamed.aliases = vec![std::mem::replace(&mut renamed.id, "origin/new".into())];
    assert_eq!(plan(&[foreign(), renamed]), Ok(2));
    let mut circle = [allowed(), foreign()];
    circle[0].paired_with = Some("origin/foreign".into());
    assert!(matches!(plan(&circle), Err(PlanError::Circle { .. })));
}
