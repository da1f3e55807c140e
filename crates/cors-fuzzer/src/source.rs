//! Where generators take their choices from.

use arbitrary::Unstructured;

/// Bytes of which the choices for one thing are made.
const BYTES: usize = 1024;

/// The bytes that a seed has for the thing with this number.
pub(crate) fn drawn(seed: u64, number: u64) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    // Of neighbours too the bytes have nothing in common.
    let start = fastrand::Rng::with_seed(seed).u64(..);
    let own = start ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    fastrand::Rng::with_seed(own).fill(&mut bytes);
    bytes
}

/// Choices made from bytes: those of a seed, of libFuzzer, or of a proptest strategy. The same bytes
/// make the same choices; when they run out the first possibility is taken.
#[derive(Debug)]
pub struct Source<'a, 'b>(&'a mut Unstructured<'b>);

impl<'a, 'b> Source<'a, 'b> {
    /// Choices from these bytes.
    pub const fn new(bytes: &'a mut Unstructured<'b>) -> Self {
        Self(bytes)
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0
            .int_in_range(0..=end.saturating_sub(1))
            .unwrap_or_default()
    }

    /// Whether something that happens `times` times out of `of` happens now.
    pub fn happens(&mut self, times: u8, of: u8) -> bool {
        self.below(usize::from(of.max(1))) >= usize::from(of.saturating_sub(times))
    }

    /// One of several things.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    /// One of several texts; an empty one where there is none.
    pub fn text<'t>(&mut self, of: &[&'t str]) -> &'t str {
        self.one(of).copied().unwrap_or_default()
    }

    /// A letter.
    pub fn letter(&mut self) -> char {
        char::from(b'a' + u8::try_from(self.below(26)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_make_the_same_choices_and_none_panics() {
        let choices = |bytes: &[u8]| {
            let mut bytes = Unstructured::new(bytes);
            let mut source = Source::new(&mut bytes);
            let texts = ["a", "b", "c"];
            (0..9)
                .map(|_| {
                    (
                        source.below(0),
                        source.text(&texts),
                        source.happens(1, 2),
                        source.letter(),
                        source.one::<u8>(&[]).copied(),
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(choices(&[7, 1, 200, 3]), choices(&[7, 1, 200, 3]));
        assert_ne!(choices(&[7, 1, 200, 3]), choices(&[9, 8, 17, 66]));
        assert_eq!(choices(&[]).len(), 9);
    }
}
