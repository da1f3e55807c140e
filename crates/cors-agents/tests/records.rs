//! What the engines were seen to do, against the cases and against what is known of the engines.
//! Needs no browser.

use std::collections::BTreeSet;

use cors_agents::browser::Engine;
use cors_agents::compare::differences;
use cors_agents::model::play_as;
use cors_agents::world::World;
use cors_model::dialect::Dialect;
use cors_model::trace::NoTrace;
use cors_vectors::observed::{expectations, observed};

/// Every difference that was seen has a name and a reason, or is one that its case accepts; and
/// nothing is named that was not seen.
#[test]
fn every_recorded_difference_is_explained() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    for engine in Engine::ALL {
        let name = engine.name();
        let record = observed(name).unwrap().expect("there is a record");
        assert_eq!(record.engine, name);
        let known = expectations(name).unwrap().expect("there are expectations");
        assert_eq!(known.agent, name);
        let named: BTreeSet<&str> = known
            .deviations
            .iter()
            .flat_map(|deviation| &deviation.cases)
            .map(String::as_str)
            .collect();
        for id in record.differing.keys() {
            let case = library.agent_case(id).unwrap_or_else(|| panic!("{id}"));
            assert!(
                named.contains(id.as_str()) || case.quarantine.is_some(),
                "{name}: {id} differs: it is named by a deviation, or else its case accepts that"
            );
        }
        for id in named {
            assert!(
                record.differing.contains_key(id),
                "{name}: {id} is named and does not differ"
            );
        }
    }
}

#[test]
fn the_records_are_about_all_cases() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let all: BTreeSet<&str> = library.agent_cases().map(|case| case.id.as_str()).collect();
    for engine in Engine::ALL {
        let record = observed(engine.name()).unwrap().expect("there is a record");
        let skipped: Vec<&str> = record
            .skipped
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        assert!(record.run >= 2_500, "{}", record.run);
        assert_eq!(
            record.run + skipped.len(),
            all.len(),
            "the cases have changed: `cargo xtask agents record` runs them again"
        );
        assert!(skipped.iter().all(|id| all.contains(id)));
        assert!(record.skipped.keys().all(|reason| reason.len() > 20));
    }
}

/// With its dialect the model does what the engine was seen to do, in every case that was run.
#[test]
fn with_its_dialect_the_model_does_as_the_engine_did() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let mut wrong = Vec::new();
    for engine in Engine::ALL {
        let name = engine.name();
        let record = observed(name).unwrap().expect("there is a record");
        let skipped: BTreeSet<&str> = record
            .skipped
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        let mut compared = 0;
        for case in library.agent_cases() {
            let id = case.id.as_str();
            if skipped.contains(id) {
                continue;
            }
            let world = World::of_model(case);
            let seen = play_as(engine.dialect(), case, &world, &mut NoTrace).unwrap();
            let did = record.differing.get(id).unwrap_or(&case.expect);
            let differences = differences(did, &world, &seen).unwrap();
            if !differences.is_empty() {
                wrong.push(format!("{name} {id}: {differences:?}"));
            }
            compared += 1;
        }
        assert_eq!(compared, record.run, "{name}");
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The fields of a dialect and what they say, as text.
fn fields(dialect: Dialect) -> Vec<(String, String)> {
    let text = format!("{dialect:#?}");
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("    ")) {
        match line.strip_prefix("    ") {
            Some(line) if !line.starts_with([' ', '}', ']', ')']) => {
                let (field, value) = line.split_once(": ").expect("a field and its value");
                fields.push((field.to_owned(), value.to_owned()));
            }
            _ => fields.last_mut().expect("a field").1.push_str(line.trim()),
        }
    }
    fields
}

/// Each deviation names a field that its engine has otherwise than the standard, and each such
/// field is named by one, or its cases are among those that accept what the engine does.
#[test]
fn deviations_name_fields_of_the_dialect() {
    let standard = fields(Dialect::STANDARD);
    for engine in Engine::ALL {
        let name = engine.name();
        let known = expectations(name).unwrap().unwrap();
        let record = observed(name).unwrap().expect("there is a record");
        let departs: BTreeSet<String> = fields(engine.dialect())
            .into_iter()
            .zip(&standard)
            .filter(|(own, standard)| own != *standard)
            .map(|((field, _), _)| field)
            .collect();
        // No case can wait for a limit to be over.
        let mut named = BTreeSet::from(["name", "max_age_limit"].map(str::to_owned));
        for deviation in &known.deviations {
            let field = deviation.dialect.as_deref();
            let field = field.unwrap_or_else(|| panic!("{name}: {} has no field", deviation.name));
            assert!(
                departs.contains(field),
                "{name} is as the standard in {field}"
            );
            named.insert(field.to_owned());
        }
        for field in departs.difference(&named) {
            let shown = SHOWN_ELSEWHERE.iter().find(|(known, _)| known == field);
            let (_, case) = shown.unwrap_or_else(|| panic!("{name}: nothing names {field}"));
            assert!(record.differing.contains_key(*case), "{name}: {case}");
        }
    }
}

/// Fields that no deviation names, and a case that shows each: one that accepts what engines do,
/// with its reason, or one of a deviation that names another field.
const SHOWN_ELSEWHERE: [(&str, &str); 7] = [
    (
        "any_entry_serves_forced",
        "preflight-cache/listener-method-not-listed",
    ),
    (
        "cache_cleared",
        "preflight-cache/cleared-by-refused-response",
    ),
    (
        "forced_preflight_needs_method",
        "preflight-response/listener-put-no-methods",
    ),
    ("locations", "redirects/two-locations-same"),
    (
        "preflights_with_cache_mode",
        "unsafe-names/conditional-by-script",
    ),
    (
        "star_with_credentials_not_kept",
        "preflight-cache/star-with-credentials",
    ),
    (
        "wildcard_covers_authorization",
        "preflight-response/authorization-wildcard",
    ),
];
