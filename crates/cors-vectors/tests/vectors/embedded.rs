//! The library of the project.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use cors_vectors::data::{case_files, data_file};
use cors_vectors::fill::{Fill, fill};
use cors_vectors::format::format;
use cors_vectors::library::{Library, library};
use cors_vectors::rules::Side;
use cors_vectors::server::{Level, Requirement, Verdict};

/// All but the agent cases, so that a mistake in one of those fails one test and not all.
fn server_side() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let files = case_files()
            .into_iter()
            .filter(|(name, _)| !name.starts_with("agent/"))
            .map(|(name, text)| (name, text.into_owned()));
        Library::from_files(files).unwrap_or_else(|errors| panic!("{errors}"))
    })
}

#[test]
fn it_can_be_read() {
    let library = library().unwrap_or_else(|errors| panic!("{errors}"));
    assert!(
        library.server_cases().count() >= 120,
        "{}",
        library.server_cases().count()
    );
    assert!(library.policies().len() >= 14);
}

#[test]
fn all_333_rules_are_stated() {
    let rules = server_side().rules();
    let of = |side| rules.iter().filter(move |rule| rule.side == side);
    assert_eq!(
        (of(Side::Client).count(), of(Side::Server).count()),
        (216, 117)
    );
    let out = of(Side::Client)
        .filter(|rule| rule.out_of_scope.is_some())
        .count();
    assert!(out <= 40, "{out} rules for browsers are out of scope");
    let statements: BTreeSet<_> = rules.iter().map(|rule| &rule.statement).collect();
    assert_eq!(statements.len(), rules.len(), "two rules say the same");
    for rule in rules {
        let cited = !rule.spec.is_empty() || rule.out_of_scope.is_some();
        assert!(cited, "{} cites nothing", rule.id);
        assert!(rule.statement.ends_with('.'), "{} is no sentence", rule.id);
    }
}

#[test]
fn every_rule_for_servers_has_a_case_or_is_out_of_scope() {
    let library = server_side();
    let shown: BTreeSet<_> = library
        .server_cases()
        .flat_map(|case| &case.rules)
        .collect();
    for rule in library
        .rules()
        .iter()
        .filter(|rule| rule.side == Side::Server)
    {
        assert_ne!(
            shown.contains(&rule.id),
            rule.out_of_scope.is_some(),
            "{} must either be shown by a case or say why it is out of scope",
            rule.id
        );
    }
}

#[test]
fn every_case_runs_under_its_own_policy() {
    let library = server_side();
    for case in library.server_cases() {
        let policy = library.policy(&case.policy).unwrap();
        fill(case, policy, true).unwrap_or_else(|skip| panic!("{}: {skip}", case.id));
        let outside = fill(case, policy, false);
        assert_eq!(
            outside.is_ok(),
            !case.requires.contains(&Requirement::Kit),
            "{}",
            case.id
        );
    }
}

#[test]
fn every_policy_has_cases() {
    let library = server_side();
    for name in library.policies().keys() {
        let cases = library
            .server_cases()
            .filter(|case| case.policy == *name)
            .count();
        assert!(cases > 0, "no case runs under {name}");
    }
}

#[test]
fn refusals_and_grants_come_in_pairs() {
    let library = server_side();
    let refused = |case: &&cors_vectors::server::ServerCase| {
        case.steps
            .iter()
            .any(|step| step.verdict == Some(Verdict::Refused))
    };
    let mut count = 0;
    for case in library.server_cases().filter(refused) {
        let pair = library
            .server_case(case.paired_with.as_deref().unwrap())
            .unwrap();
        assert!(!refused(&pair), "{}", case.id);
        // Where the refusal runs the twin must, too, or it would stay blocked for ever.
        let mut asks: BTreeSet<_> = case.requires.iter().collect();
        let listed = [
            Requirement::OriginsList,
            Requirement::OriginsAny,
            Requirement::OriginsOne,
            Requirement::OriginsPattern,
        ];
        if listed.iter().any(|requirement| asks.contains(requirement)) {
            asks.insert(&Requirement::OriginsSome);
        }
        for requirement in &pair.requires {
            assert!(
                asks.contains(requirement),
                "{} needs {requirement:?} of its pair",
                case.id
            );
        }
        count += 1;
    }
    assert!(count >= 40, "{count}");
}

#[test]
fn a_verdict_that_is_not_binding_says_why() {
    for case in server_side().server_cases() {
        let verdict = case.steps.iter().any(|step| step.verdict.is_some());
        if verdict && case.level == Level::Should {
            assert!(
                case.basis.is_some(),
                "{} gives no basis for its level",
                case.id
            );
        }
    }
}

#[test]
fn the_files_are_laid_out_canonically() {
    let library = server_side();
    let names = library
        .server_files()
        .map(|(name, _)| name.to_owned())
        .chain(["policies.json", "rules.json", "flags.json"].map(str::to_owned));
    for name in names {
        let text = data_file(&name).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(
            format(&value) == text,
            "{name}: run `cargo run -p cors-vectors --example vectors -- format vectors/{name}`"
        );
    }
}

#[test]
fn placeholders_of_all_cases_are_filled_with_tokens_and_origins() {
    let library = server_side();
    for (name, named) in library.policies() {
        let values = Fill::of(&named.policy);
        let scope = named.policy.views()[0].scope;
        for placeholder in [
            "method",
            "header",
            "unlisted_method",
            "unlisted_header",
            "exposed",
        ] {
            if let Some(value) = values.get(placeholder) {
                assert!(
                    cors_vectors::names::is_token(value),
                    "{name}: {placeholder}"
                );
            }
        }
        if let Some(foreign) = values.get("foreign") {
            assert!(!scope.allows_origin(foreign), "{name}");
        }
        for placeholder in ["allowed", "allowed2", "pattern.allowed"] {
            if let Some(value) = values.get(placeholder) {
                assert!(scope.allows_origin(value), "{name}: {placeholder}");
            }
        }
    }
}
