//! Looks for what is new in other people's CORS, and writes inputs that show what is known:
//! `cargo run -p cors-fuzz --example known -- FOLDER [COUNT] [TARGET]`.
//!
//! COUNT inputs are drawn for each library. What fails without being known is printed, once for
//! each cause, with how often it came up. For each known difference that no file in FOLDER shows,
//! below the name of the target, the shortest input that does is kept there.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs, io};

use cors_fuzz::differential::LIBRARIES;

/// Bytes of the longest input.
const LONGEST: usize = 512;

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let usage = || io::Error::other("expected: FOLDER [COUNT] [TARGET]");
    let folder = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let count = match arguments.next() {
        Some(text) => text
            .to_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(usage)?,
        None => 20_000,
    };
    let only = arguments.next();
    let wanted = |target: &str| only.as_ref().is_none_or(|only| only == target);
    for library in LIBRARIES.iter().filter(|library| wanted(library.target)) {
        let mut news: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let mut shown: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let (mut failed, mut skipped) = (0, 0);
        for number in 0..count {
            let input = drawn(number);
            let compared = (library.compare)(&input);
            failed += usize::from(!compared.sequence.failures.is_empty());
            skipped += usize::from(compared.sequence.event.exchanges == 0);
            for place in &compared.news {
                let cause = compared.sequence.failures.get(*place);
                let cause = cause.map_or_else(String::new, |failure| {
                    format!("{:?} {}", failure.level, failure.matter)
                });
                let told = || format!("{}{:?}", compared.sequence, compared.policy);
                news.entry(cause).or_insert_with(|| (0, told())).0 += 1;
            }
            for name in &compared.known {
                let kept = shown.entry(name).or_insert_with(|| input.clone());
                if compared.known.len() == 1 && input.len() < kept.len() {
                    kept.clone_from(&input);
                }
            }
        }
        println!(
            "{}: {count} inputs, {failed} with a failure, {skipped} without an exchange, {} of {} \
             known differences",
            library.target,
            shown.len(),
            library.known.len()
        );
        for (cause, (times, told)) in news {
            println!("{times} times: {cause}\n{told}\n");
        }
        let folder = folder.join(library.target);
        fs::create_dir_all(&folder)?;
        for known in library.known {
            let file = folder.join(known.name);
            let shows = |input: Vec<u8>| (library.compare)(&input).known.contains(known.name);
            if fs::read(&file).is_ok_and(shows) {
                continue;
            }
            match shown.get(known.name) {
                Some(input) => fs::write(&file, input)?,
                None => println!("{} is shown by none", known.name),
            }
        }
    }
    Ok(())
}

/// Bytes that are the same in each run.
fn drawn(number: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(number);
    let length = random.usize(0..LONGEST);
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}
