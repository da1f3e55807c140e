//! Names and values.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::byte_string::ByteString;
use crate::trace::Shown;

/// A header name: <https://fetch.spec.whatwg.org/#header-name>
///
/// Keeps its letter case; equality, order and hash ignore it.
#[derive(Clone)]
pub struct HeaderName(Cow<'static, [u8]>);

/// A header value: <https://fetch.spec.whatwg.org/#header-value>
///
/// Bytes without NUL, CR and LF, and without tabs and spaces at either end.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct HeaderValue(ByteString);

/// A header: <https://fetch.spec.whatwg.org/#concept-header>
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Header {
    /// The name.
    pub name: HeaderName,
    /// The value.
    pub value: HeaderValue,
}

/// The bytes are not a header name, since they do not match HTTP's token.
///
/// See [header name](https://fetch.spec.whatwg.org/#header-name).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHeaderName;

/// The bytes are not a header value.
///
/// See [header value](https://fetch.spec.whatwg.org/#header-value).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHeaderValue;

impl fmt::Display for InvalidHeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a header name: one or more letters, digits or !#$%&'*+-.^_`|~")
    }
}

impl fmt::Display for InvalidHeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a header value: no NUL, CR or LF, and no tab or space at its start or end",
        )
    }
}

impl core::error::Error for InvalidHeaderName {}
impl core::error::Error for InvalidHeaderValue {}

/// Whether bytes match HTTP's token (RFC 9110, section 5.6.2).
pub(crate) const fn is_token(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        if !is_token_byte(*first) {
            return false;
        }
        rest = after;
    }
    !bytes.is_empty()
}

/// Of each byte, whether a token may contain it.
#[expect(clippy::indexing_slicing, reason = "there is an element for each byte")]
const TOKEN_BYTES: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut rest: &[u8] = b"!#$%&'*+-.^_`|~0123456789\
        ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    while let [first, after @ ..] = rest {
        bytes[*first as usize] = true;
        rest = after;
    }
    bytes
};

#[inline]
#[expect(clippy::indexing_slicing, reason = "there is an element for each byte")]
const fn is_token_byte(byte: u8) -> bool {
    TOKEN_BYTES[byte as usize]
}

/// An HTTP tab or space byte: <https://fetch.spec.whatwg.org/#http-tab-or-space-byte>
pub(crate) const fn is_http_tab_or_space_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | b' ')
}

/// An HTTP newline byte: <https://fetch.spec.whatwg.org/#http-newline-byte>
const fn is_http_newline_byte(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

const fn trim(bytes: &[u8], newlines: bool) -> &[u8] {
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        if !(is_http_tab_or_space_byte(*first) || (newlines && is_http_newline_byte(*first))) {
            break;
        }
        rest = after;
    }
    while let [before @ .., last] = rest {
        if !(is_http_tab_or_space_byte(*last) || (newlines && is_http_newline_byte(*last))) {
            break;
        }
        rest = before;
    }
    rest
}

impl HeaderName {
    /// A name that is written in the program.
    ///
    /// # Panics
    ///
    /// If it is not a header name; in a constant this is found when it is compiled.
    pub const fn from_static(name: &'static str) -> Self {
        assert!(Self::is_valid(name.as_bytes()), "not a header name");
        Self(Cow::Borrowed(name.as_bytes()))
    }

    /// Whether bytes are a header name.
    pub const fn is_valid(bytes: &[u8]) -> bool {
        is_token(bytes)
    }

    /// A name from bytes that are known to be a token.
    pub(crate) fn from_token(token: &[u8]) -> Self {
        Self(Cow::Owned(token.to_vec()))
    }

    /// The bytes, in the letter case that they were given in.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name, byte-lowercased.
    #[must_use]
    pub fn into_lowercase(mut self) -> Self {
        if self.0.iter().any(u8::is_ascii_uppercase) {
            self.0.to_mut().make_ascii_lowercase();
        }
        self
    }
}

impl HeaderValue {
    /// A value that is written in the program.
    ///
    /// # Panics
    ///
    /// If it is not a header value; in a constant this is found when it is compiled.
    pub const fn from_static(value: &'static str) -> Self {
        assert!(Self::is_valid(value.as_bytes()), "not a header value");
        Self(ByteString::Static(value.as_bytes()))
    }

    /// Whether bytes are a header value.
    pub const fn is_valid(bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            if *first == 0 || is_http_newline_byte(*first) {
                return false;
            }
            rest = after;
        }
        trim(bytes, false).len() == bytes.len()
    }

    /// To normalize a byte sequence, without the tabs, spaces and newlines at its ends:
    /// <https://fetch.spec.whatwg.org/#concept-header-value-normalize>
    pub const fn normalize(potential_value: &[u8]) -> &[u8] {
        trim(potential_value, true)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for HeaderName {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for HeaderName {}

impl PartialOrd for HeaderName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HeaderName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .iter()
            .map(u8::to_ascii_lowercase)
            .cmp(other.0.iter().map(u8::to_ascii_lowercase))
    }
}

impl Hash for HeaderName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in &*self.0 {
            byte.to_ascii_lowercase().hash(state);
        }
    }
}

impl AsRef<[u8]> for HeaderName {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for HeaderValue {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for HeaderName {
    type Error = InvalidHeaderName;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidHeaderName> {
        if Self::is_valid(bytes) {
            Ok(Self::from_token(bytes))
        } else {
            Err(InvalidHeaderName)
        }
    }
}

impl TryFrom<Vec<u8>> for HeaderName {
    type Error = InvalidHeaderName;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidHeaderName> {
        Self::try_from(bytes.as_slice())
    }
}

impl TryFrom<&[u8]> for HeaderValue {
    type Error = InvalidHeaderValue;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidHeaderValue> {
        if Self::is_valid(bytes) {
            Ok(Self(bytes.into()))
        } else {
            Err(InvalidHeaderValue)
        }
    }
}

impl TryFrom<Vec<u8>> for HeaderValue {
    type Error = InvalidHeaderValue;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidHeaderValue> {
        Self::try_from(bytes.as_slice())
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl fmt::Display for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderName({self})")
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderValue({self})")
    }
}

impl HeaderValue {
    /// This value, a comma and a space, and another value.
    #[must_use]
    pub(crate) fn followed_by(&self, next: &Self) -> Self {
        Self([&self.0, &b", "[..], &next.0].concat().into())
    }

    /// A value that an algorithm made of what is known to be valid: a token or a list of them, a
    /// number, an origin, a URL.
    pub(crate) fn from_algorithm(value: impl Into<ByteString>) -> Self {
        Self(value.into())
    }
}
