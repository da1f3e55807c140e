//! The registries hold what they promise.

use std::collections::{BTreeMap, BTreeSet};

use cors_testbed::faults::faults;
use cors_testbed::variants::variants;
use cors_testbed::{Behaviour, Server};
use cors_vectors::policy::{Policy, PolicyFile};

use crate::common::{listed, nobody, one, one_any, open};
use crate::probes::{Probe, Seen, probes, seen, varies_on_origin};

/// Policies that differ in what they allow: most of the library's, and those of these tests.
fn policies() -> BTreeMap<String, Policy> {
    // Read by itself: this is no test of the cases beside it.
    let file = cors_vectors::data::data_file("policies.json").unwrap();
    let named = serde_json::from_str::<PolicyFile>(&file).unwrap().policies;
    let alike = [
        "allow-list",
        "expose-any",
        "expose-none",
        "max-age-zero",
        "no-max-age",
    ];
    let long = Policy {
        max_age: Some(1_000_000),
        ..one()
    };
    let own = [
        ("listed", listed()),
        ("long", long),
        ("one", one()),
        ("one-any", one_any()),
        ("open", open()),
        ("nobody", nobody()),
    ];
    named
        .into_iter()
        .filter(|(name, _)| !alike.contains(&name.as_str()))
        .map(|(name, named)| (name, named.policy))
        .chain(own.map(|(name, policy)| (format!("own-{name}"), policy)))
        .collect()
}

/// A policy, and how the reference server answers each probe when they are sent in turn.
struct Expected {
    name: String,
    policy: Policy,
    answers: Vec<(Probe, Seen, Option<bool>)>,
}

impl Expected {
    fn of_all_policies() -> Vec<Self> {
        policies()
            .into_iter()
            .map(|(name, policy)| Self::of(name, policy))
            .collect()
    }

    fn of(name: String, policy: Policy) -> Self {
        let reference = Server::reference(&policy).unwrap();
        let answers = probes(&policy).into_iter().map(|probe| {
            let reply = probe.send(&reference);
            let decision = probe.decision(reply.as_ref(), policy.allow_credentials);
            (probe, seen(reply.as_ref()), decision)
        });
        Self {
            answers: answers.collect(),
            name,
            policy,
        }
    }

    fn is_answered_otherwise_by(&self, behaviour: &Behaviour) -> bool {
        let other = Server::new(&self.policy, behaviour.clone()).unwrap();
        self.answers
            .iter()
            .any(|(probe, expected, _)| seen(probe.send(&other).as_ref()) != *expected)
    }
}

/// Whether variants may decide about a probe either way: no browser sends several origins, and
/// policies say neither what becomes of safelisted names that they do not list, nor of preflights to
/// paths that lead nowhere, nor of requests that no preflight lets through.
fn is_left_open(probe: &Probe, variant: &str) -> bool {
    let lines = |name: &'static str| {
        let lines = probe.headers.iter();
        lines.filter_map(move |(known, value)| (*known == name).then_some(value))
    };
    let asks_for = |name: &str| {
        let mut names = lines("access-control-request-headers").flat_map(|line| line.split(','));
        names.any(|asked| asked.trim().eq_ignore_ascii_case(name))
    };
    let safelisted = ["accept", "accept-language", "content-language"];
    match variant {
        "origin-lines-first-decides" | "origin-lines-last-decides" => lines("origin").count() > 1,
        "own-origin-granted" => lines("host").count() > 0,
        "preflight-for-missing-path-404" => probe.path == "/missing",
        "other-spellings-301" | "policy-of-exact-paths" => probe.path.ends_with('/'),
        "unlisted-method-403" => !["GET", "HEAD", "POST", "OPTIONS"].contains(&probe.method),
        "safelisted-headers-need-listing" => safelisted.into_iter().any(asks_for),
        _ => false,
    }
}

fn is_kebab_case(name: &str) -> bool {
    name.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[test]
fn faults_are_many_named_and_sorted() {
    let faults = faults();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults.len(), "a name comes twice");
    assert!(faults.len() >= 140, "{}", faults.len());
    for family in 'A'..='F' {
        assert!(
            faults.iter().any(|fault| fault.family() == family),
            "{family}"
        );
    }
    assert!(faults.is_sorted_by_key(cors_testbed::faults::Fault::family));
    for fault in faults {
        assert!(is_kebab_case(fault.name), "{}", fault.name);
        assert!(
            fault.about.ends_with('.') && fault.about.len() < 120,
            "{}",
            fault.name
        );
        assert_eq!(
            cors_testbed::faults::find(fault.name).map(|found| found.about),
            Some(fault.about)
        );
    }
}

#[test]
fn variants_are_many_and_named() {
    let names: BTreeSet<&str> = variants().into_iter().map(|variant| variant.name).collect();
    assert_eq!(names.len(), variants().len(), "a name comes twice");
    assert!(names.len() >= 45, "{}", names.len());
    for variant in variants() {
        assert!(is_kebab_case(variant.name), "{}", variant.name);
        assert!(variant.about.ends_with('.'), "{}", variant.name);
    }
}

#[test]
fn no_variant_is_without_effect() {
    let expected = Expected::of_all_policies();
    let shows = |behaviour: &Behaviour| {
        // The case of header names, and other bytes, only exist on a socket.
        behaviour.title_case_headers
            || behaviour.wire.is_some()
            || expected
                .iter()
                .any(|policy| policy.is_answered_otherwise_by(behaviour))
    };
    // That a fault has an effect is what the kill matrix shows.
    let variants = variants()
        .into_iter()
        .map(|variant| (variant.name, variant.behaviour()));
    let idle: Vec<&str> = variants
        // Probes have no body.
        .filter(|(name, b)| *name != "large-bodies-413" && !shows(b))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(idle, [""; 0]);
}

/// What a browser decides is the policy's decision whatever the variant, and a cache that heeds
/// Vary never gives an answer to an origin that would have had another.
#[test]
fn variants_change_no_decision() {
    // Enough of them to see each kind of list; all would take minutes.
    let few = [
        "any",
        "any-method-and-header",
        "custom-methods",
        "null-allowed",
        "one-origin",
    ];
    let few = [
        few.as_slice(),
        &["own-listed", "own-long", "own-nobody", "own-one-any"],
    ]
    .concat();
    let policies = policies()
        .into_iter()
        .filter(|(name, _)| few.contains(&name.as_str()));
    for Expected {
        name,
        policy,
        answers,
    } in policies.map(|(name, policy)| Expected::of(name, policy))
    {
        for variant in variants() {
            let server = Server::new(&policy, variant.behaviour()).unwrap();
            let mut without_vary = BTreeMap::new();
            for (probe, _, decision) in &answers {
                if is_left_open(probe, variant.name) {
                    continue;
                }
                let reply = probe.send(&server);
                let context = || format!("{} under {name}: {probe:?} {reply:?}", variant.name);
                let got = probe.decision(reply.as_ref(), policy.allow_credentials);
                assert_eq!(got, *decision, "{}", context());
                let reply = reply.as_ref().unwrap();
                let cacheable = probe.method == "GET" && !varies_on_origin(reply);
                if cacheable && probe.headers.iter().all(|(name, _)| *name == "origin") {
                    let answer = reply.headers().get("access-control-allow-origin").cloned();
                    let known = without_vary
                        .entry(probe.path)
                        .or_insert_with(|| answer.clone());
                    assert_eq!(*known, answer, "{}", context());
                }
            }
        }
    }
}

#[test]
fn each_class_of_faults_has_its_flag() {
    let file = cors_vectors::data::data_file("flags.json").unwrap();
    let flags = cors_vectors::read::read_flags("flags.json", &file)
        .unwrap()
        .flags;
    let flagged: BTreeSet<&str> = flags.iter().map(|flag| flag.class.as_str()).collect();
    let classes: BTreeSet<&str> = faults().iter().map(|fault| fault.class).collect();
    let missing: Vec<_> = classes.difference(&flagged).collect();
    assert!(
        missing.is_empty(),
        "no flag in vectors/flags.json: {missing:?}"
    );
    let unused: Vec<_> = flagged.difference(&classes).collect();
    assert!(unused.is_empty(), "no fault of the class: {unused:?}");
}
