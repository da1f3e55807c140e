//! How targets read their bytes: what is text in a case is text here, so that a case can be turned
//! into an input and an input be read by a person.

use cors_model::header::{HeaderList, HeaderName, HeaderValue};

/// The first byte, as a choice among some, and the rest.
pub(crate) fn choice<'d, T>(data: &'d [u8], among: &'static [T]) -> (&'static T, &'d [u8]) {
    let (first, rest) = data
        .split_first()
        .map_or((0, data), |(&first, rest)| (first, rest));
    (&among[usize::from(first) % among.len()], rest)
}

/// The first byte as eight answers to yes-or-no questions, and the rest.
pub(crate) fn flags(data: &[u8]) -> ([bool; 8], &[u8]) {
    let (first, rest) = data
        .split_first()
        .map_or((0, data), |(&first, rest)| (first, rest));
    (std::array::from_fn(|bit| first >> bit & 1 == 1), rest)
}

/// Whether a check that costs more than the target itself is made with this input: always when an
/// input is replayed; while fuzzing, which is worth the more the faster it is, for one input in `of`,
/// which one depending on the input alone. `turn` is the check's own, so that not all of a target's
/// fall on the same inputs. Every byte counts: the fuzzer keeps what is drawn, since it reaches more,
/// and what it makes of that must not be drawn because of the bytes that stayed.
pub(crate) fn is_drawn(data: &[u8], turn: usize, of: usize) -> bool {
    let mix = |mixed: usize, byte: &u8| mixed.wrapping_mul(31).wrapping_add(usize::from(*byte));
    let mixed = data.iter().fold(data.len(), mix);
    cfg!(not(fuzzing)) || mixed % of == turn % of
}

/// The parts between line ends.
pub(crate) fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == b'\n')
}

/// The parts between empty lines.
pub(crate) fn paragraphs(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\n\n") {
        parts.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    parts.push(rest);
    parts
}

/// What is before and after the first of a byte.
pub(crate) fn split(data: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = data.iter().position(|byte| *byte == at)?;
    Some((&data[..place], &data[place + 1..]))
}

/// A value as an HTTP parser would hand it on, or nothing if it could not.
pub(crate) fn value(bytes: &[u8]) -> Option<HeaderValue> {
    HeaderValue::try_from(HeaderValue::normalize(bytes)).ok()
}

/// Lines `name:value`, without those that are no header.
pub(crate) fn headers(data: &[u8]) -> HeaderList {
    let mut list = HeaderList::new();
    for line in lines(data) {
        if let Some((name, bytes)) = split(line, b':')
            && let Ok(name) = HeaderName::try_from(name)
            && let Some(value) = value(bytes)
        {
            list.append(name, value);
        }
    }
    list
}
