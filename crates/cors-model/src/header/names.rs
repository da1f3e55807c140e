//! The header names that the algorithms speak of. Those of the CORS protocol go by the acronyms
//! that the field uses.

use super::HeaderName;

macro_rules! names {
    ($($constant:ident = $name:literal;)+) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: HeaderName = HeaderName::from_static($name);
        )+
    };
}

// Sent with every CORS request.
names! {
    ORIGIN = "Origin";
}

// Sent with a preflight.
names! {
    ACRM = "Access-Control-Request-Method";
    ACRH = "Access-Control-Request-Headers";
}

// Answers to preflights and to actual requests.
names! {
    ACAO = "Access-Control-Allow-Origin";
    ACAC = "Access-Control-Allow-Credentials";
}

// Answers to preflights only.
names! {
    ACAM = "Access-Control-Allow-Methods";
    ACAH = "Access-Control-Allow-Headers";
    ACMA = "Access-Control-Max-Age";
}

// Answers to actual requests only.
names! {
    ACEH = "Access-Control-Expose-Headers";
}

// Other request headers.
names! {
    ACCEPT = "Accept";
    ACCEPT_ENCODING = "Accept-Encoding";
    ACCEPT_LANGUAGE = "Accept-Language";
    AUTHORIZATION = "Authorization";
    COOKIE = "Cookie";
    IF_MATCH = "If-Match";
    IF_MODIFIED_SINCE = "If-Modified-Since";
    IF_NONE_MATCH = "If-None-Match";
    IF_RANGE = "If-Range";
    IF_UNMODIFIED_SINCE = "If-Unmodified-Since";
    RANGE = "Range";
    REFERER = "Referer";
}

// Other headers of requests, responses or both.
names! {
    CACHE_CONTROL = "Cache-Control";
    CONTENT_ENCODING = "Content-Encoding";
    CONTENT_LANGUAGE = "Content-Language";
    CONTENT_LENGTH = "Content-Length";
    CONTENT_LOCATION = "Content-Location";
    CONTENT_TYPE = "Content-Type";
    CORP = "Cross-Origin-Resource-Policy";
    EXPIRES = "Expires";
    LAST_MODIFIED = "Last-Modified";
    LOCATION = "Location";
    PRAGMA = "Pragma";
    REFERRER_POLICY = "Referrer-Policy";
    SET_COOKIE = "Set-Cookie";
    SET_COOKIE2 = "Set-Cookie2";
    TAO = "Timing-Allow-Origin";
}

/// The word that covers all names in a list.
pub(crate) const WILDCARD: HeaderName = HeaderName::from_static("*");
