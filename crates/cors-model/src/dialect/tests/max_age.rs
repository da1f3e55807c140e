//! How long what a preflight allows is kept.

use super::{METHODS, ORIGIN, Page, each, says};
use std::prelude::rust_2024::*;

extern crate std;

/// When the second of two fetches is made, and whether it needs a preflight again.
#[track_caller]
fn lasts(case: &str, ages: &[&'static str], seconds: u64, kept: [bool; 4]) {
    let mut pairs = std::vec![(ORIGIN, "https://a.test"), (METHODS, "PUT")];
    pairs.extend(ages.iter().map(|age| ("Access-Control-Max-Age", *age)));
    let does = |page: &mut Page<'_>| {
        page.ask("PUT", &[]).after(seconds).ask("PUT", &[]);
    };
    let kept = kept.map(|kept| {
        if kept {
            "?PUT PUT =200 PUT =200"
        } else {
            "?PUT PUT =200 ?PUT PUT =200"
        }
    });
    each(case, &[], &says(&pairs), does, kept);
}

#[test]
fn how_a_max_age_is_read() {
    let (s, c, f, w) = (
        [true, false, false, false],
        [false, true, false, false],
        [false, false, true, false],
        [false, false, false, true],
    );
    let or = |one: [bool; 4], other: [bool; 4]| [0, 1, 2, 3].map(|i: usize| one[i] || other[i]);
    lasts("absent-within", &[], 4, [true; 4]);
    lasts("absent-after", &[], 5, [false; 4]);
    lasts("two-within", &["2"], 1, [true; 4]);
    lasts("two-after", &["2"], 2, [false; 4]);
    lasts("leading-zeros", &["0007"], 6, [true; 4]);
    lasts("leading-zeros-after", &["0007"], 7, [false; 4]);
    lasts("zero", &["0"], 0, [false; 4]);
    lasts("negative", &["-1"], 0, s);
    lasts("invalid-1-within", &["-0"], 1, s);
    lasts("invalid-plus-sign", &["+10"], 6, or(c, w));
    lasts("invalid-plus-sign within", &["+10"], 4, or(s, or(c, w)));
    lasts("invalid-word-within", &["abc"], 4, or(s, or(c, w)));
    lasts("invalid-word-after", &["abc"], 5, [false; 4]);
    lasts("a sign alone", &["-"], 4, or(s, or(c, w)));
    lasts("invalid-empty", &[""], 4, [true; 4]);
    lasts("two-lines-one-empty", &["", "60"], 10, f);
    lasts("invalid-34-after", &["\x0B10\x0C"], 6, w);
    lasts("invalid-35-after", &["\x0C\x0B10\x0B\x0C"], 6, w);
    lasts("vertical tabs alone", &["\x0B\x0C"], 4, or(s, or(c, w)));
    lasts("large-2-32", &["4294967296"], 599, [true; 4]);
    lasts("large-2-64", &["18446744073709551616"], 6, or(s, f));
    lasts("large-2-64 within", &["18446744073709551616"], 4, [true; 4]);
    lasts("2^64 - 1", &["18446744073709551615"], 6, [true; 4]);
}

#[test]
fn how_long_anything_is_kept() {
    // WebKit was seen to ask again after 600 seconds; the others document their limits.
    lasts("the limit of WebKit", &["604800"], 599, [true; 4]);
    lasts(
        "the limit of WebKit",
        &["604800"],
        600,
        [true, true, true, false],
    );
    lasts(
        "the limit of Chromium",
        &["604800"],
        7_199,
        [true, true, true, false],
    );
    lasts(
        "the limit of Chromium",
        &["604800"],
        7_200,
        [true, false, true, false],
    );
    lasts(
        "the limit of Firefox",
        &["604800"],
        86_399,
        [true, false, true, false],
    );
    lasts("the limit of Firefox", &["604800"], 86_400, [false; 4]);
}
