//! Methods.

use core::fmt;

use crate::byte_string::ByteString;
use crate::header::{HeaderValue, is_token};
use crate::trace::{Shown, Trace, anchor, step};

/// A method, a byte sequence that matches HTTP's token:
/// <https://fetch.spec.whatwg.org/#concept-method>
///
/// Methods are case-sensitive; `patch` and `PATCH` are two methods.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Method(ByteString);

/// The bytes are not a method, since they do not match HTTP's token.
///
/// See [method](https://fetch.spec.whatwg.org/#concept-method).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAToken;

impl fmt::Display for NotAToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a token: one or more letters, digits or !#$%&'*+-.^_`|~")
    }
}

impl core::error::Error for NotAToken {}

/// Those that normalization writes in upper case.
const NORMALIZED: [Method; 6] = [
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::POST,
    Method::PUT,
];

impl Method {
    /// `CONNECT`
    pub const CONNECT: Self = Self::known(b"CONNECT");
    /// `DELETE`
    pub const DELETE: Self = Self::known(b"DELETE");
    /// `GET`
    pub const GET: Self = Self::known(b"GET");
    /// `HEAD`
    pub const HEAD: Self = Self::known(b"HEAD");
    /// `OPTIONS`
    pub const OPTIONS: Self = Self::known(b"OPTIONS");
    /// `PATCH`
    pub const PATCH: Self = Self::known(b"PATCH");
    /// `POST`
    pub const POST: Self = Self::known(b"POST");
    /// `PUT`
    pub const PUT: Self = Self::known(b"PUT");

    const fn known(name: &'static [u8]) -> Self {
        Self(ByteString::Static(name))
    }

    /// A method from its bytes, as they are.
    pub fn new(bytes: &[u8]) -> Result<Self, NotAToken> {
        if is_token(bytes) {
            Ok(Self::from_token(bytes))
        } else {
            Err(NotAToken)
        }
    }

    /// A method from bytes that are known to be a token.
    pub(crate) fn from_token(token: &[u8]) -> Self {
        Self(token.into())
    }

    /// The method as the value of a header.
    pub(crate) fn to_header_value(&self) -> HeaderValue {
        HeaderValue::from_algorithm(self.0.clone())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is a CORS-safelisted method, one that a form can send too:
    /// <https://fetch.spec.whatwg.org/#cors-safelisted-method>
    pub fn is_cors_safelisted(&self) -> bool {
        [Self::GET, Self::HEAD, Self::POST].contains(self)
    }

    /// Whether this is a forbidden method, in any letter case:
    /// <https://fetch.spec.whatwg.org/#forbidden-method>
    pub fn is_forbidden(&self) -> bool {
        is_forbidden_method(&self.0)
    }

    /// To normalize a method, in upper case if it is one of six:
    /// <https://fetch.spec.whatwg.org/#concept-method-normalize>
    #[must_use]
    pub fn normalize(self, trace: &mut impl Trace) -> Self {
        anchor!("concept-method-normalize");
        let normalized = NORMALIZED
            .into_iter()
            .find(|known| known.0.eq_ignore_ascii_case(&self.0));
        let normalized = normalized.unwrap_or(self);
        step!(trace, "": "The method is {normalized}.");
        normalized
    }
}

/// Whether a byte sequence is a forbidden method, in any letter case:
/// <https://fetch.spec.whatwg.org/#forbidden-method>
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    [&b"CONNECT"[..], b"TRACE", b"TRACK"]
        .iter()
        .any(|name| method.eq_ignore_ascii_case(name))
}

impl AsRef<[u8]> for Method {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Method({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{NoTrace, Steps};
    use alloc::format;
    use alloc::string::ToString as _;

    fn method(text: &str) -> Method {
        Method::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_method_is_a_token() {
        for text in ["GET", "chicken", "*", "!#$%&'*+-.^_`|~", "0"] {
            assert_eq!(method(text).as_bytes(), text.as_bytes());
        }
        for text in [
            "", "GET ", " GET", "G ET", "GET\t", "G\r\n", "G@T", "PÜT", "\"GET\"", "(", ")", ",",
            "/", ":", ";", "<", "=", ">", "?", "[", "\\", "]", "{", "}", "\u{7f}",
        ] {
            assert_eq!(Method::new(text.as_bytes()), Err(NotAToken), "{text:?}");
        }
        assert_eq!(
            NotAToken.to_string(),
            "expected a token: one or more letters, digits or !#$%&'*+-.^_`|~"
        );
    }

    #[test]
    fn three_methods_are_safelisted_byte_for_byte() {
        for (text, safelisted) in [
            ("GET", true),
            ("HEAD", true),
            ("POST", true),
            ("get", false),
            ("PUT", false),
            ("DELETE", false),
            ("OPTIONS", false),
            ("POSTS", false),
        ] {
            assert_eq!(method(text).is_cors_safelisted(), safelisted, "{text}");
        }
    }

    #[test]
    fn three_methods_are_forbidden_in_any_letter_case() {
        for (text, forbidden) in [
            ("CONNECT", true),
            ("tRaCe", true),
            ("track", true),
            ("TRACEX", false),
            ("XTRACK", false),
            ("CONNECTED", false),
            ("GET", false),
        ] {
            assert_eq!(method(text).is_forbidden(), forbidden, "{text}");
        }
    }

    #[test]
    fn six_methods_are_normalized() {
        for (text, normalized) in [
            ("dElEtE", "DELETE"),
            ("get", "GET"),
            ("Head", "HEAD"),
            ("options", "OPTIONS"),
            ("pOsT", "POST"),
            ("put", "PUT"),
            ("patch", "patch"),
            ("PaTcH", "PaTcH"),
            ("query", "query"),
            ("connect", "connect"),
        ] {
            assert_eq!(method(text).normalize(&mut NoTrace), method(normalized));
        }
        let mut steps = Steps::default();
        assert_eq!(method("get").normalize(&mut steps), Method::GET);
        assert_eq!(
            steps.render(),
            "1. [api] fetch#concept-method-normalize: The method is `GET`.\n"
        );
    }

    #[test]
    fn constants_are_what_they_say() {
        for (constant, text) in [
            (Method::CONNECT, "CONNECT"),
            (Method::DELETE, "DELETE"),
            (Method::PATCH, "PATCH"),
            (Method::OPTIONS, "OPTIONS"),
            (Method::PUT, "PUT"),
            (Method::HEAD, "HEAD"),
            (Method::GET, "GET"),
            (Method::POST, "POST"),
        ] {
            assert_eq!(constant, method(text));
            assert_eq!(constant.as_ref(), text.as_bytes());
        }
        assert_eq!(format!("{:?}", Method::GET), "Method(`GET`)");
    }
}
