//! No case is more binding than what it rests on.

use cors_vectors::basis::too_high;
use cors_vectors::fill::fills;
use cors_vectors::library::library;

#[test]
fn levels_follow_the_written_rule() {
    let library = library().unwrap();
    let mut found = Vec::new();
    for case in library.server_cases() {
        let policy = &library.policies()[&case.policy].policy;
        for (_, fill) in fills(case, policy, true).unwrap() {
            found.extend(too_high(case, &fill).unwrap());
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
