//! How many inputs a second each target takes, next to a target that does nothing.

use std::process::ExitCode;

use anyhow::Context as _;

use super::program::{Bound, EMPTY, Programs};

/// Targets that read bytes as they come, and have to be about as fast as the fuzzer itself.
const BYTE_LEVEL: [&str; 7] = [
    "header_lists",
    "max_age",
    "mime",
    "origin",
    "range",
    "safelist",
    "unsafe_names",
];

/// What these have to reach, in inputs a second and in percent of the empty target's.
const BYTE_LEVEL_LEAST: (u64, u64) = (100_000, 30);

/// The target that lets the model carry out a whole fetch.
const WHOLE_FETCH: &str = "exchange";

/// What this one has to reach, in inputs a second.
const WHOLE_FETCH_LEAST: u64 = 20_000;

/// Measures every target for so many seconds, and prints the table; fails when one is too slow.
pub(super) fn run(targets: &[String], seconds: u32) -> anyhow::Result<ExitCode> {
    let programs = Programs::build()?;
    let measure = |target: &str| {
        // What a measurement finds is not kept, so that the next one starts where this one did, and
        // the file system is not measured too.
        programs
            .fuzz(target, Bound::Clock(seconds), None)?
            .with_context(|| format!("{target} found something, so that it cannot be measured"))
    };
    let empty = measure(EMPTY)?;
    println!("{:<28} {:>12} {:>9}", "target", "inputs/s", "of empty");
    println!("{EMPTY:<28} {:>12} {:>8}%", empty.each_second, 100);
    let mut slow = Vec::new();
    for target in targets {
        let stats = measure(target)?;
        let share = stats.each_second * 100 / empty.each_second.max(1);
        println!("{target:<28} {:>12} {share:>8}%", stats.each_second);
        if is_slow(target, stats.each_second, share) {
            slow.push(target.as_str());
        }
    }
    Ok(if slow.is_empty() {
        ExitCode::SUCCESS
    } else {
        eprintln!(
            "too slow (byte-level targets below {} a second or {} % of the empty one, {WHOLE_FETCH} \
             below {WHOLE_FETCH_LEAST}): {}",
            BYTE_LEVEL_LEAST.0,
            BYTE_LEVEL_LEAST.1,
            slow.join(", ")
        );
        ExitCode::FAILURE
    })
}

fn is_slow(target: &str, each_second: u64, share: u64) -> bool {
    if BYTE_LEVEL.contains(&target) {
        return each_second < BYTE_LEVEL_LEAST.0 || share < BYTE_LEVEL_LEAST.1;
    }
    target == WHOLE_FETCH && each_second < WHOLE_FETCH_LEAST
}

#[cfg(test)]
mod tests {
    use super::{BYTE_LEVEL, WHOLE_FETCH, is_slow};

    #[test]
    fn limits_are_those_of_the_kind_of_target() {
        assert!(is_slow("origin", 99_999, 50) && is_slow("origin", 200_000, 29));
        assert!(!is_slow("origin", 100_000, 30));
        assert!(is_slow("exchange", 19_999, 1) && !is_slow("exchange", 20_000, 1));
        assert!(!is_slow("har", 1, 0));
    }

    #[test]
    fn every_target_with_a_limit_exists() {
        let all = super::super::targets().unwrap();
        for target in BYTE_LEVEL.into_iter().chain([WHOLE_FETCH]) {
            assert!(all.iter().any(|known| known == target), "{target}");
        }
    }
}
