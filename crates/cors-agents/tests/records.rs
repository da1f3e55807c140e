//! What the engines were seen to do, against the cases and against what is known of the engines.
//! Needs no browser.

use std::collections::BTreeSet;

use cors_agents::browser::Engine;
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
