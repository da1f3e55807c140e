//! Fetching with and without a trace comes to the same, and refusals say how to avoid them.

use cors_model::fetch::UserAgent;
use cors_model::request::{CredentialsMode, Request};
use cors_model::response::Response;
use cors_model::trace::{NoTrace, Steps};
use proptest::prelude::*;

use crate::support::{Script, answer, header, request, run, run_traced};

type Pairs = Vec<(&'static str, &'static str)>;

fn pairs() -> impl Strategy<Value = Pairs> {
    let pair = prop::sample::select(vec![
        ("Access-Control-Allow-Origin", "https://a.test"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Methods", "*, put"),
        ("Access-Control-Allow-Methods", "PUT DELETE"),
        ("Access-Control-Allow-Headers", "x-a"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Headers", "authorization,"),
        ("Access-Control-Allow-Headers", "a b"),
        ("Access-Control-Expose-Headers", "x-a"),
        ("Location", "https://c.test/"),
        ("Location", "http://["),
        ("X-A", "1"),
    ]);
    prop::collection::vec(pair, 0..5)
}

fn any_request() -> impl Strategy<Value = Request> {
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "patch"]);
    let names = prop::sample::subsequence(vec!["x-a", "Authorization"], 0..=2);
    (methods, names, any::<bool>(), any::<bool>()).prop_map(|(method, names, include, forced)| {
        let mut request = request(method, "https://b.test/r");
        for name in names {
            let header = header(name, b"1");
            request.header_list.append(header.name, header.value);
        }
        if include {
            request.credentials_mode = CredentialsMode::Include;
        }
        request.use_cors_preflight = forced;
        request
    })
}

fn status() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![200_u16, 200, 204, 302, 307, 401, 404, 407, 421])
}

fn answers() -> impl Strategy<Value = Vec<Response>> {
    let one =
        (status(), pairs()).prop_map(|(status, pairs)| answer(status, &pairs).expect("an answer"));
    prop::collection::vec(one, 4)
}

proptest! {
    #[test]
    fn a_trace_changes_nothing(request in any_request(), answers in answers()) {
        let fetch = |steps: Option<&mut Steps>| {
            let mut agent = UserAgent::default();
            let mut network = Script::new(answers.iter().cloned().map(Ok));
            let request = request.clone();
            let result = match steps {
                Some(steps) => run_traced(&mut agent, &mut network, request, 0, steps),
                None => run_traced(&mut agent, &mut network, request, 0, &mut NoTrace),
            };
            (result, (network.lines(), network.seen), agent)
        };
        let mut steps = Steps::default();
        let untraced = fetch(None);
        let (result, seen, agent) = fetch(Some(&mut steps));
        prop_assert_eq!((&result, &seen, &agent), (&untraced.0, &untraced.1, &untraced.2));
        // The step that refuses is among those that were taken.
        if let Err(error) = result {
            prop_assert!(steps.0.iter().any(|entry| entry.at == error.refusal.at));
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn remedies_remove_their_reason(request in any_request(), status in status(), pairs in pairs()) {
        let judge = |response: &Response| {
            let shared = [
                ("Access-Control-Allow-Origin", "https://a.test"),
                ("Access-Control-Allow-Credentials", "true"),
            ];
            let mut network = Script::new([Ok(response.clone()), answer(200, &shared)]);
            (run(&mut network, request.clone()), network.seen.len())
        };
        let first = answer(status, &pairs).expect("an answer");
        // Only when it is the first response that is refused.
        if let (Err(error), 1) = judge(&first) {
            for remedy in &error.refusal.remedies {
                let mut better = first.clone();
                remedy.apply(&mut better);
                if let (Err(again), 1) = judge(&better) {
                    prop_assert_ne!(&again.refusal.reason, &error.refusal.reason, "{}", remedy);
                }
            }
        }
    }
}
