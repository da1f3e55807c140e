//! Does nothing: how fast the fuzzer itself is, which the others are compared with.

/// Runs one input.
pub fn run(data: &[u8]) {
    std::hint::black_box(data);
}
