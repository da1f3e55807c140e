//! Servers whose policy nobody stated: what is learnt, and what is judged by it.

use std::path::Path;
use std::rc::Rc;

use cors_harness::event::{Event, Mode, SubjectEvent};
use cors_harness::options::Options;
use cors_harness::probe::infer;
use cors_harness::target::ServiceTarget;
use cors_testbed::{Behaviour, Server, Service, faults, variants};
use cors_vectors::policy::{Any, AnyOr, Policy};
use cors_vectors::read::read_policy_toml;
use tokio::runtime::Builder;

use crate::program::{Ran, run, text};
use crate::servers::{behaving, kit, nobody, reflecting};

const NAMED: &[&str] = &["--origin", "https://app.example"];

fn policy(name: &str) -> &'static Policy {
    &cors_vectors::library().unwrap().policies()[name].policy
}

/// What is learnt in process of a server with a named policy, as a file and as that file reads.
fn learnt(name: &str, behaviour: Behaviour, origins: &[&str]) -> (String, Policy) {
    let server = Server::new(policy(name), behaviour).unwrap();
    let url = "http://target.test/resource".parse().unwrap();
    let target = Rc::new(ServiceTarget::new(url, Service(server)));
    let origins: Vec<String> = origins.iter().map(|&origin| origin.to_owned()).collect();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let inferred = runtime.block_on(infer(target, &origins, &Options::default()));
    let inferred = inferred.unwrap();
    let text = inferred.toml();
    let read = read_policy_toml("inferred.toml", &text).unwrap();
    assert_eq!(read, inferred.policy, "{text}");
    (text, read)
}

fn fault(name: &str) -> Behaviour {
    faults::find(name).unwrap().behaviour()
}

fn variant(name: &str) -> Behaviour {
    variants::find(name).unwrap().behaviour()
}

#[test]
fn a_careful_server_is_learnt_line_by_line() {
    let app = ["https://app.allowed.example"];
    let (text, _) = learnt("allow-list-credentials", Behaviour::REFERENCE, &app);
    insta::assert_snapshot!("learnt_of_a_list", text);
    let (text, _) = learnt("any", Behaviour::REFERENCE, &[]);
    insta::assert_snapshot!("learnt_of_any_origin", text);
    let trusted = ["https://one.trusted.example"];
    let (text, _) = learnt("subdomains", Behaviour::REFERENCE, &trusted);
    insta::assert_snapshot!("learnt_of_a_pattern", text);
    let (text, _) = learnt("deny-all", Behaviour::REFERENCE, &[]);
    insta::assert_snapshot!("learnt_of_nothing", text);
}

#[test]
fn a_server_that_is_otherwise_just_as_right_is_learnt_as_well() {
    // It names its only origin to anyone who asks.
    let (text, learnt_of_constant) = learnt("one-origin", variant("one-origin-constant"), &[]);
    assert_eq!(
        learnt_of_constant.allow_origins,
        policy("one-origin").allow_origins,
        "{text}"
    );
    assert!(
        text.contains("It is named to pages of all others"),
        "{text}"
    );
    let app = ["https://app.allowed.example"];
    let (text, _) = learnt("one-origin", Behaviour::REFERENCE, &app);
    assert!(
        !text.contains("It is named to pages of all others"),
        "{text}"
    );
    let careful = learnt("allow-list", Behaviour::REFERENCE, &app).1;
    for name in [
        "lists-on-several-lines",
        "allow-lists-repeat-request",
        "header-names-upper-cased",
    ] {
        let (text, other) = learnt("allow-list", variant(name), &app);
        let names = |listed: &AnyOr<Vec<String>>| match listed {
            AnyOr::Listed(names) => names.clone(),
            AnyOr::Any(Any::Any) => panic!("{name}: {text}"),
        };
        assert_eq!(
            names(&other.allow_methods),
            names(&careful.allow_methods),
            "{name}"
        );
        assert!(
            names(&other.allow_headers).contains(&"content-type".to_owned()),
            "{name}"
        );
        assert_eq!(
            names(&other.expose_headers),
            names(&careful.expose_headers),
            "{name}"
        );
    }
}

#[test]
fn wildcards_are_learnt() {
    let app = ["https://app.allowed.example"];
    for name in ["any-method-and-header", "any-method-and-header-credentials"] {
        let (text, learnt) = learnt(name, Behaviour::REFERENCE, &app);
        assert_eq!(learnt.allow_methods, AnyOr::Any(Any::Any), "{text}");
        assert_eq!(learnt.allow_headers, AnyOr::Any(Any::Any), "{text}");
    }
    let (text, learnt) = learnt("expose-any", Behaviour::REFERENCE, &app);
    assert_eq!(learnt.expose_headers, AnyOr::Any(Any::Any), "{text}");
}

#[test]
fn what_lets_any_page_act_as_its_visitors_is_not_taken_for_the_policy() {
    let app = ["https://app.allowed.example"];
    let (text, learnt_of_echo) = learnt("allow-list-credentials", fault("origin-reflected"), &app);
    insta::assert_snapshot!("learnt_of_an_echo", text);
    assert!(!learnt_of_echo.allow_credentials);
    let (text, learnt_of_null) =
        learnt("allow-list-credentials", fault("null-always-allowed"), &app);
    assert!(text.contains("DANGER"), "{text}");
    assert!(!learnt_of_null.allows_origin(b"null"), "{text}");
    assert!(learnt_of_null.allow_credentials, "{text}");
    // Without credentials null may be meant.
    let (text, learnt) = learnt("null-allowed", Behaviour::REFERENCE, &app);
    assert!(learnt.allows_origin(b"null"), "{text}");
}

#[test]
fn half_a_grant_to_an_origin_that_was_named_is_learnt_and_said() {
    let app = ["https://app.allowed.example"];
    let (text, learnt) = learnt("allow-list", fault("headers-only-on-preflight"), &app);
    assert!(learnt.allows_origin(app[0].as_bytes()), "{text}");
    assert!(
        text.contains("granted a preflight and then refused"),
        "{text}"
    );
}

/// The exit status that ends a run, and that its mode was that of a probe.
fn probed(ran: &Ran) -> Option<i32> {
    let events = ran.events();
    assert!(
        matches!(events.first(), Some(Event::Run(run)) if matches!(&run.subject, SubjectEvent::Server { mode: Mode::Probe, inferred: Some(_), .. })),
        "{ran:#?}"
    );
    ran.code
}

#[test]
fn a_server_is_learnt_and_judged_and_what_was_learnt_is_kept() {
    let server = behaving(Behaviour::REFERENCE);
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("cors.toml");
    let keep = ["--write-policy", text(&kept), "--fail-on", "should"];
    let ran = run(&[&[&server.url[..]], NAMED, &keep].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let written = std::fs::read_to_string(&kept).unwrap();
    assert!(ran.stdout.contains(&written), "{ran:#?}");
    assert!(
        written.contains("allow_origins = [\"https://app.example\"]"),
        "{written}"
    );
    assert!(written.contains("max_age = 600"), "{written}");

    // What was kept is a policy.
    let ran = run(&[&server.url, "--policy", text(&kept), "--fail-on", "should"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // It is never overwritten: it may be corrected by now.
    let ran = run(&[&[&server.url[..]], NAMED, &keep].concat());
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains(text(&kept)), "{ran:#?}");
}

#[test]
fn an_echo_with_credentials_fails_without_any_hint() {
    let server = reflecting();
    let ran = run(&[&server.url, "--report", "ndjson=-"]);
    assert_eq!(probed(&ran), Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("DANGER"), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("FAIL credentials/any-not-with-credentials"),
        "{ran:#?}"
    );
    let again = format!("reproduce cors-conformance {} -t credentials/", server.url);
    assert!(ran.stderr.contains(&again), "{ran:#?}");
}

#[test]
fn where_nobody_is_allowed_it_is_said_what_to_give() {
    let server = behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| false;
    }));
    let ran = run(&[&server.url, "--report", "ndjson=-"]);
    assert_eq!(probed(&ran), Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("--origin https://"), "{ran:#?}");
}

#[test]
fn what_helps_to_learn_is_refused_where_nothing_is_learnt() {
    let server = kit(Behaviour::REFERENCE);
    let ran = run(&[&[&server.url[..]], NAMED].concat());
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("--origin"), "{ran:#?}");
    let policy = Path::new("/no/such/policy");
    for (arguments, said) in [
        (vec!["--origin", "https://app.example"], "URL"),
        (
            vec![&server.url, "--origin", "https://App.example/"],
            "https://app.example",
        ),
        (
            vec![
                &server.url,
                "--origin",
                "https://a.example",
                "--policy",
                text(policy),
            ],
            "cannot be used with",
        ),
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(said), "{said} in {ran:#?}");
    }
    assert_eq!(run(&[&[&nobody()[..]], NAMED].concat()).code, Some(3));
}

#[test]
fn an_origin_that_is_named_and_refused_fails_the_run() {
    let named = ["https://app.allowed.example", "https://forgotten.example"];
    let (text, learnt) = learnt("allow-list", Behaviour::REFERENCE, &named);
    let listed = ["https://app.allowed.example", "https://forgotten.example"].map(str::to_owned);
    assert_eq!(
        learnt.allow_origins,
        AnyOr::Listed(listed.to_vec().into()),
        "{text}"
    );
    let words = text.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let words = words.collect::<Vec<_>>().join(" ");
    let told = "You named https://forgotten.example, and its pages are refused";
    assert!(words.contains(told), "{text}");
}

#[test]
fn a_star_whose_preflights_all_fail_is_not_taken_for_any() {
    let behaviour = fault("preflight-answered-500");
    let (text, learnt) = learnt(
        "any-method-and-header",
        behaviour,
        &["https://app.allowed.example"],
    );
    assert_eq!(learnt.allow_methods, AnyOr::Listed(Vec::new()), "{text}");
    // What is listed beside the star is meant.
    let authorization = AnyOr::Listed(vec!["authorization".to_owned()]);
    assert_eq!(learnt.allow_headers, authorization, "{text}");
    assert_eq!(
        text.matches("no preflight came through").count(),
        2,
        "{text}"
    );
}

#[test]
fn a_max_age_is_read_of_a_preflight_that_was_granted() {
    let behaviour = fault("safelisted-method-refused");
    let (text, learnt) = learnt("allow-list", behaviour, &["https://app.allowed.example"]);
    assert_eq!(learnt.max_age, Some(600), "{text}");
    assert!(
        text.contains("Sent: a preflight of a PUT as a page of"),
        "{text}"
    );
}
