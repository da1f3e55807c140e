//! Where a value departs from what was expected of it.

use std::ops::Range;

/// The columns in which a value departs from what was wanted: what is left when the beginning and
/// the end that both share are taken away, and all of it where they share too little to be taken
/// for variants of each other.
pub fn differing(got: &str, wanted: &str) -> Range<usize> {
    let shared = |pairs: &mut dyn Iterator<Item = (u8, u8)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let shorter = got.len().min(wanted.len());
    let start = shared(&mut got.bytes().zip(wanted.bytes()));
    let end = shared(&mut got.bytes().rev().zip(wanted.bytes().rev())).min(shorter - start);
    if start + end < wanted.len().div_ceil(2) {
        return 0..got.len();
    }
    start..got.len() - end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_departure_is_marked() {
        assert_eq!(
            differing("https://app.example/", "https://app.example"),
            19..20
        );
        assert_eq!(
            differing("https://app.example", "https://app.example:8443"),
            19..19
        );
        assert_eq!(
            differing("https://App.example", "https://app.example"),
            8..9
        );
        assert_eq!(differing("*", "https://app.example"), 0..1);
        assert_eq!(differing("True", "true"), 0..1);
        assert_eq!(differing("", "true"), 0..0);
        assert_eq!(differing("aaa", "aa"), 2..3);
        assert_eq!(differing("same", "same"), 4..4);
    }
}
