//! Byte strings, which are mostly short: names, values, methods, origins.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

/// The greatest length of what is kept in place. A byte string is as large as three pointers.
const SHORT: usize = 22;

/// A [byte sequence](https://infra.spec.whatwg.org/#byte-sequence) whose clones allocate nothing.
///
/// Names of headers are compared so often that they stay slices, which takes no look at where they are.
#[derive(Clone)]
pub(crate) enum ByteString {
    /// Written in the program.
    Static(&'static [u8]),
    /// A length, and as many bytes at the start.
    Short(u8, [u8; SHORT]),
    /// Shared by all clones.
    Long(Arc<[u8]>),
}

impl ByteString {
    /// Pieces, one after the other.
    pub(crate) fn concat(pieces: &[&[u8]]) -> Self {
        let mut short = [0; SHORT];
        let mut length = 0;
        for piece in pieces {
            let start = length;
            length += piece.len();
            match short.get_mut(start..length) {
                Some(free) => free.copy_from_slice(piece),
                None => return Self::Long(pieces.concat().into()),
            }
        }
        u8::try_from(length).map_or(Self::Static(b""), |length| Self::Short(length, short))
    }
}

impl Deref for ByteString {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Short(length, bytes) => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for ByteString {
    fn from(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (u8::try_from(bytes.len()), short.get_mut(..bytes.len())) {
            (Ok(length), Some(start)) => {
                start.copy_from_slice(bytes);
                Self::Short(length, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl Default for ByteString {
    fn default() -> Self {
        Self::Static(b"")
    }
}

impl PartialEq for ByteString {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for ByteString {}

impl PartialOrd for ByteString {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByteString {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for ByteString {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_same_wherever_they_are_kept() {
        let text = "a text of more than twenty-two bytes";
        for length in [0, 1, 21, 22, 23, text.len()] {
            let bytes = &text.as_bytes()[..length];
            let pieces: Vec<_> = bytes.chunks(5).collect();
            let written = ByteString::concat(&pieces);
            assert_eq!((&*written, written.len()), (bytes, length));
            assert!(written == bytes.to_vec().into());
            assert_eq!(matches!(written, ByteString::Long(_)), length > SHORT);
            let upper = ByteString::from(bytes.to_ascii_uppercase());
            assert_eq!(upper.cmp(&written), upper.to_vec().cmp(&written.to_vec()));
        }
        let known = ByteString::Static(b"GET");
        assert!(known == b"GET"[..].into());
        assert_eq!(size_of::<ByteString>(), 3 * size_of::<usize>());
    }
}
