//! Response headers that script may read.

use crate::header::HeaderName;
use crate::header::names::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, EXPIRES, LAST_MODIFIED, PRAGMA,
    SET_COOKIE, SET_COOKIE2,
};

/// Whether a name is a forbidden response-header name, which script never sees:
/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
pub fn is_forbidden_response_header_name(name: &HeaderName) -> bool {
    [SET_COOKIE, SET_COOKIE2].contains(name)
}

/// Whether a name is a CORS-safelisted response-header name, given those that the response
/// exposes: <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
pub fn is_cors_safelisted_response_header_name(name: &HeaderName, list: &[HeaderName]) -> bool {
    const SAFELISTED: [HeaderName; 7] = [
        CACHE_CONTROL,
        CONTENT_LANGUAGE,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        EXPIRES,
        LAST_MODIFIED,
        PRAGMA,
    ];
    SAFELISTED.contains(name) || (list.contains(name) && !is_forbidden_response_header_name(name))
}
