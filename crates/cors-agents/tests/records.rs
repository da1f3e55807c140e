//! What the engines were seen to do, against the cases and against what is known of the engines.
//! Needs no browser.

use std::collections::BTreeSet;

use cors_agents::browser::Engine;
use cors_agents::compare::differences;
use cors_agents::model::{play_as, play_refusing};
use cors_agents::world::World;
use cors_model::trace::NoTrace;
use cors_vectors::known::agents::known;
use cors_vectors::known::entry::Known;
use cors_vectors::observed::observed;

/// The engines, of which there are records.
fn recorded() -> impl Iterator<Item = &'static str> {
    Engine::ALL.map(Engine::name).into_iter()
}

/// What is known of an engine.
fn failures(name: &str) -> Vec<Known> {
    let file = known(name)
        .expect("the file is read")
        .expect("there are known failures");
    file.entries.into_iter().map(|entry| entry.known).collect()
}

/// Every difference that was seen has a name and a reason, and nothing is named that was not seen.
/// What is said to be accepted is what its case accepts.
#[test]
fn every_recorded_difference_is_explained() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    for name in recorded() {
        let record = observed(name).unwrap().expect("there is a record");
        assert_eq!(record.engine, name);
        let known = failures(name);
        let named: BTreeSet<&str> = known
            .iter()
            .flat_map(|known| &known.cases)
            .map(String::as_str)
            .collect();
        for id in record.differing.keys() {
            assert!(
                named.contains(id.as_str()),
                "{name}: {id} differs, and no deviation names it"
            );
        }
        for known in &known {
            assert!(known.reason.len() >= 20, "{name}: {}", known.reason);
            for id in known.cases.iter().filter(|_| known.accepted) {
                let case = library.agent_case(id).unwrap_or_else(|| panic!("{id}"));
                assert!(case.quarantine.is_some(), "{name}: {id} accepts nothing");
            }
        }
        for id in named {
            assert!(
                record.differing.contains_key(id),
                "{name}: {id} is named and does not differ"
            );
        }
    }
}

/// A record need not be about all cases: a new one is not yet recorded. What it says is about cases
/// that there are.
#[test]
fn a_record_is_about_the_cases_that_it_names() {
    let library = cors_vectors::library().expect("the library is sound");
    for name in recorded() {
        let record = observed(name).unwrap().expect("there is a record");
        let covered = record.covered();
        let skipped: Vec<&String> = record.skipped.values().flatten().collect();
        assert!(record.run >= 2_500, "{}", record.run);
        assert_eq!(record.run + skipped.len(), covered.len(), "{name}");
        for id in &covered {
            assert!(library.agent_case(id).is_some(), "{name}: {id}");
        }
        let differing = record.differing.keys();
        for id in skipped.into_iter().chain(differing) {
            assert!(covered.contains(id), "{name}: {id}");
        }
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
        let covered = record.covered();
        let mut compared = 0;
        for case in library.agent_cases() {
            let id = case.id.as_str();
            if skipped.contains(id) || !covered.contains(id) {
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

/// Each deviation names a field that its engine has otherwise than the standard, and none of these
/// fields is for nothing: without it the model does not do what the engine did in some case.
#[test]
fn deviations_name_fields_of_the_dialect() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    for engine in Engine::ALL {
        let name = engine.name();
        let known = failures(name);
        let record = observed(name).unwrap().expect("there is a record");
        let departures = engine.dialect().departures();
        for deviation in &known {
            let field = deviation.dialect.as_deref();
            let field =
                field.unwrap_or_else(|| panic!("{name}: {:?} has no field", deviation.name));
            assert!(
                departures.iter().any(|(departure, _)| *departure == field),
                "{name} is as the standard in {field}"
            );
        }
        for (field, without) in departures {
            // No case can wait for a limit to be over.
            let shows = |id: &String| {
                let case = library.agent_case(id).expect("the cases are there");
                let world = World::of_model(case);
                let seen = play_as(without, case, &world, &mut NoTrace).unwrap();
                let did = &record.differing[id];
                !differences(did, &world, &seen).unwrap().is_empty()
            };
            let of_field = |deviation: &&Known| deviation.dialect.as_deref() == Some(field);
            let named = known.iter().filter(of_field);
            let mut named = named.flat_map(|deviation| &deviation.cases);
            // No case can wait for a limit to be over.
            let shown =
                field == "max_age_limit" || named.any(shows) || record.differing.keys().any(shows);
            assert!(shown, "{name}: no case shows {field}");
        }
    }
}

/// What is kept of consoles was said where the engine's dialect refuses just there.
#[test]
fn console_messages_are_about_the_step_that_refuses() {
    let library = cors_vectors::library().expect("the embedded library is sound");
    for engine in Engine::ALL {
        let name = engine.name();
        let record = observed(name).unwrap().expect("there is a record");
        assert!(record.console.len() > 20, "{name}");
        let silent = record.console.iter().filter(|said| said.said.is_empty());
        assert!(silent.clone().count() < 12, "{name}");
        for message in silent {
            assert!(message.note.is_some(), "{name}: {}", message.case);
        }
        for message in &record.console {
            let case = library.agent_case(&message.case).expect("it is a case");
            let world = World::of_model(case);
            let dialect = engine.dialect();
            let (_, refusals) = play_refusing(dialect, case, &world, &mut NoTrace).unwrap();
            let steps: Vec<_> = refusals
                .iter()
                .map(|refusal| (refusal.at.to_string(), refusal.stage.to_string()))
                .collect();
            let step = (message.at.clone(), message.stage.clone());
            assert!(steps.contains(&step), "{name}: {}: {steps:?}", case.id);
        }
    }
}
