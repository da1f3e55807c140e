//! Texts with bytes changed, left out, doubled and cut off.

/// Hands on what becomes of texts when bytes are changed, left out, doubled and cut off: the same
/// ones each time.
pub(crate) fn torture(seeds: &[&[u8]], check: impl Fn(&[u8])) {
    const PIECES: [&[u8]; 12] = [
        b"\0",
        b"\xff",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b":",
        b" ",
        b"> ",
        b"< HTTP/1.1 200",
        b"Content-Length: 18446744073709551615\r\n",
        b"\"",
        b"null",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % limit.max(1)
    };
    for seed in seeds {
        for end in 0..seed.len() {
            check(&seed[..end]);
        }
        for _ in 0..3000 {
            let mut bytes = seed.to_vec();
            for _ in 0..=below(4) {
                let at = below(bytes.len());
                let until = (at + below(6)).min(bytes.len());
                let piece = PIECES[below(PIECES.len())];
                bytes.splice(at..until, piece.iter().copied());
            }
            check(&bytes);
        }
    }
}
