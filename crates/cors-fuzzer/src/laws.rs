//! Laws of the generators, for every choice. Choices are bytes, of which proptest leaves out some and
//! makes others smaller: that leads to the first possibilities, so that what it shrinks to still means
//! something.

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use cors_vectors::Library;
use cors_vectors::basis::too_high;
use cors_vectors::fill::Fill;
use cors_vectors::format::format;
use cors_vectors::origin::check_serialized;
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::server::{Endpoint, ServerCase, Step};
use proptest::prelude::*;

use crate::generate::origins;
use crate::matter::{Kind, Matter};
use crate::shrink::simpler;
use crate::steps::{bytes, refuses};
use crate::{Finding, Source, Terms, generate, policy, promoted};
use cors_harness::event::CaseEvent;
use cors_harness::kit::path;

/// Changes until the simplest form has to be there: more than any sequence has parts.
const MOST_CHANGES: usize = 5000;

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

/// What a generator makes of choices.
fn made<T>(choices: &[u8], make: impl FnOnce(&mut Source<'_, '_>) -> T) -> T {
    let mut bytes = Unstructured::new(choices);
    make(&mut Source::new(&mut bytes))
}

const fn terms(policy: &Policy) -> Terms<'_> {
    Terms {
        policy,
        kit: true,
        unsafe_methods: true,
        bytes: true,
        own_origin: "http://target.test",
    }
}

/// A policy, and a sequence under it.
fn sequence(choices: &[u8]) -> (Policy, ServerCase) {
    made(choices, |source| {
        let mut policy = policy(source);
        let paths = Endpoint::ALL.into_iter();
        let paths = paths.filter(|endpoint| *endpoint != Endpoint::Resource);
        policy.endpoints = paths
            .map(|endpoint| (endpoint, format!("/{}", path(endpoint))))
            .collect();
        let case = generate(source, terms(&policy));
        (policy, case)
    })
}

/// Whether a policy allows an origin, by the words of the README: `*` stands for one or more labels.
fn naively_allowed(policy: &Policy, origin: &str) -> bool {
    let AnyOr::Listed(listed) = &policy.allow_origins else {
        return matches!(policy.allow_origins, AnyOr::Any(Any::Any));
    };
    listed.iter().any(|entry| match entry.split_once('*') {
        None => entry == origin,
        Some((before, after)) => origin
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|labels| {
                labels.split('.').all(|label| {
                    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
                    !label.is_empty() && label.bytes().all(inner)
                })
            }),
    })
}

fn says_something(step: &Step) -> bool {
    step.verdict.is_some() || !step.checks.is_empty()
}

/// How many header lines there are; a list of names is as many, since a page sends each.
fn lines(steps: &[Step]) -> usize {
    let of = |step: &Step| match (&step.fetch, &step.send) {
        (Some(fetch), _) => fetch.headers.len(),
        (None, Some(send)) => {
            let values = send.headers.iter().filter_map(|(_, value)| bytes(value));
            let elements = values.map(|value| value.split(|byte| *byte == b',').count());
            elements.sum()
        }
        (None, None) => 0,
    };
    steps.iter().map(of).sum()
}

/// The file of cases that keeps a finding.
fn kept(policy: &Policy, case: &ServerCase) -> (ServerCase, String) {
    let case = ServerCase {
        id: "found/shown-1".to_owned(),
        policy: "found-policy".to_owned(),
        ..case.clone()
    };
    let event: CaseEvent = serde_json::from_value(serde_json::json!({
        "id": case.id, "title": "", "why": "", "spec": [], "outcome": "fail", "level": "must",
        "exchanges": 1, "millis": 0,
    }))
    .unwrap();
    let finding = Finding {
        case: case.clone(),
        event,
        matter: Matter {
            kind: Kind::Granted,
            odd: std::collections::BTreeSet::new(),
        },
        times: 1,
    };
    let policies = BTreeMap::from([(case.policy.clone(), policy.clone())]);
    let file = promoted("found", &[finding], &policies, |_| false);
    (case, format(&serde_json::to_value(&file).unwrap()))
}

proptest! {
    // They judge whole sequences: the usual 256 take long without optimization.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_choices_make_the_same_sequence(choices in choices()) {
        prop_assert_eq!(sequence(&choices), sequence(&choices));
    }

    #[test]
    fn levels_follow_the_written_rule(choices in choices()) {
        let (policy, case) = sequence(&choices);
        let found = too_high(&case, &Fill::of(&policy)).unwrap();
        prop_assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn every_step_states_something(choices in choices()) {
        let (_, case) = sequence(&choices);
        prop_assert!((1..=4).contains(&case.steps.len()));
        for step in &case.steps {
            prop_assert!(says_something(step), "{:#?}", step);
        }
    }

    #[test]
    fn what_is_promoted_reads_back_equal(choices in choices()) {
        let (policy, case) = sequence(&choices);
        let (case, text) = kept(&policy, &case);
        let files = [("server/found.json".to_owned(), text.clone())];
        let library = Library::from_files(files).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        let mut read = library.server_case("found/shown-1").unwrap().clone();
        prop_assert_eq!(read.paired_with.take().is_some(), refuses(&case));
        prop_assert_eq!(read, case);
        prop_assert_eq!(library.policy("found-policy"), Some(&policy));
    }

    #[test]
    fn near_misses_are_origins_that_are_allowed_only_if_they_are(choices in choices()) {
        let (policy, allowed, near) = made(&choices, |source| {
            let policy = policy(source);
            let allowed = origins::allowed(source, &policy);
            (policy.clone(), allowed, origins::near(source, &policy))
        });
        for origin in allowed.iter().chain([&near]) {
            prop_assert!(origin == "null" || check_serialized(origin).is_ok(), "{}", origin);
            let known = policy.allows_origin(origin.as_bytes());
            prop_assert_eq!(known, naively_allowed(&policy, origin), "{} {:?}", origin, policy);
        }
        let allowed = allowed.expect("every policy that is made allows somebody");
        prop_assert!(naively_allowed(&policy, &allowed), "{} {:?}", allowed, policy);
    }

    #[test]
    fn simpler_forms_are_no_longer_and_come_to_an_end(choices in choices(), path in any::<u64>()) {
        let (policy, case) = sequence(&choices);
        let mut steps = case.steps;
        let mut random = fastrand::Rng::with_seed(path);
        for _ in 0..MOST_CHANGES {
            let forms = simpler(&steps, &policy);
            for form in &forms {
                prop_assert!(!form.is_empty() && form.len() <= steps.len());
                prop_assert!(lines(form) <= lines(&steps));
                if let Some(case) = crate::expect::case(form, terms(&policy)) {
                    prop_assert!(case.steps.iter().all(says_something), "{:#?}", case);
                }
            }
            match random.choice(forms) {
                Some(form) => steps = form,
                None => return Ok(()),
            }
        }
        prop_assert!(false, "still changing: {:#?}", steps);
    }
}

#[test]
fn no_choices_make_the_simplest_sequence() {
    let (_, case) = sequence(&[]);
    assert_eq!(case.steps.len(), 1);
    assert_eq!(lines(&case.steps), 0);
}
