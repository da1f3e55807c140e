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

/// With its dialect the model does what the engine was seen to do, in every case that was run. The
/// exceptions are deviations that name no field of the dialect.
#[test]
fn with_its_dialect_the_model_does_as_the_engine_did() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    let mut wrong = Vec::new();
    for engine in Engine::ALL {
        let name = engine.name();
        let record = observed(name).unwrap().expect("there is a record");
        let known = expectations(name).unwrap().expect("there are expectations");
        let beyond: BTreeSet<&str> = known
            .deviations
            .iter()
            .filter(|deviation| deviation.dialect.is_none())
            .flat_map(|deviation| &deviation.cases)
            .map(String::as_str)
            .collect();
        let skipped: BTreeSet<&str> = record
            .skipped
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        let mut compared = 0;
        for case in library.agent_cases() {
            let id = case.id.as_str();
            if skipped.contains(id) || beyond.contains(id) {
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
        assert_eq!(compared + beyond.len(), record.run, "{name}");
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Each deviation that names a field of the dialect names one that is there, and that its engine
/// has otherwise than the standard.
#[test]
fn deviations_name_fields_of_the_dialect() {
    let fields = |dialect: Dialect| -> Vec<String> {
        let text = format!("{dialect:#?}");
        let mut fields: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| line.starts_with("    ")) {
            match line.strip_prefix("    ") {
                Some(line) if !line.starts_with([' ', '}', ']', ')']) => {
                    fields.push(line.to_owned());
                }
                _ => fields.last_mut().unwrap().push_str(line.trim()),
            }
        }
        fields
    };
    let standard = fields(Dialect::STANDARD);
    for engine in Engine::ALL {
        let known = expectations(engine.name()).unwrap().unwrap();
        let own = fields(engine.dialect());
        for field in known.deviations.iter().filter_map(|d| d.dialect.as_ref()) {
            let prefix = format!("{field}:");
            let of = |fields: &[String]| {
                let found = fields
                    .iter()
                    .find(|line| line.starts_with(&prefix))
                    .cloned();
                found.unwrap_or_else(|| panic!("there is no field {field}"))
            };
            assert_ne!(of(&own), of(&standard), "{}", engine.name());
        }
    }
}
