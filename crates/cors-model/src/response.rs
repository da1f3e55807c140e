//! Responses, and what script sees of them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::header::{HeaderList, HeaderName};
use crate::modes::strings;
use crate::request::RedirectTaint;
use crate::safelist::{is_cors_safelisted_response_header_name, is_forbidden_response_header_name};
use crate::url::Url;

strings! {
    /// A response's type: <https://fetch.spec.whatwg.org/#concept-response-type>
    ///
    /// Network errors, whose type is `error`, are [`NetworkError`](crate::error::NetworkError).
    ResponseType {
        Basic = "basic",
        Cors = "cors",
        Opaque = "opaque",
        OpaqueRedirect = "opaqueredirect",
    }
}

/// Whether a status is an ok status: <https://fetch.spec.whatwg.org/#ok-status>
pub const fn is_ok_status(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// Whether a status is a redirect status: <https://fetch.spec.whatwg.org/#redirect-status>
pub const fn is_redirect_status(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Whether a status is a null body status: <https://fetch.spec.whatwg.org/#null-body-status>
pub const fn is_null_body_status(status: u16) -> bool {
    matches!(status, 101 | 103 | 204 | 205 | 304)
}

/// Whether a status is a range status: <https://fetch.spec.whatwg.org/#range-status>
pub const fn is_range_status(status: u16) -> bool {
    matches!(status, 206 | 416)
}

/// A response that is neither filtered nor a network error:
/// <https://fetch.spec.whatwg.org/#concept-response>
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header list.
    pub header_list: HeaderList,
    /// The body, decoded; `None` where there is none.
    pub body: Option<Vec<u8>>,
    /// The URLs that led here; the algorithms fill it in.
    pub url_list: Vec<Url>,
    /// The names that the server exposes; the algorithms fill it in.
    pub cors_exposed_header_name_list: Vec<HeaderName>,
    /// Whether a range was asked for; the algorithms fill it in.
    pub range_requested: bool,
    /// Whether the request included credentials; the algorithms fill it in.
    pub request_includes_credentials: bool,
    /// Whether every hop allowed the page to see timings; the algorithms fill it in.
    pub timing_allow_passed: bool,
    /// How far redirects led away; the algorithms fill it in.
    pub redirect_taint: RedirectTaint,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("header_list", &self.header_list)
            .field("body_length", &self.body.as_ref().map(Vec::len))
            .field("url", &self.url().map(|url| url.serialize(false)))
            .finish_non_exhaustive()
    }
}

impl Response {
    /// A response as it comes from the network.
    pub fn new(status: u16, header_list: HeaderList, body: Option<Vec<u8>>) -> Self {
        Self {
            status,
            header_list,
            body,
            url_list: Vec::new(),
            cors_exposed_header_name_list: Vec::new(),
            range_requested: false,
            request_includes_credentials: true,
            timing_allow_passed: false,
            redirect_taint: RedirectTaint::SameOrigin,
        }
    }

    /// The last URL of the list: <https://fetch.spec.whatwg.org/#concept-response-url>
    pub fn url(&self) -> Option<&Url> {
        self.url_list.last()
    }
}

/// A filtered response, which shows script a part of its internal response:
/// <https://fetch.spec.whatwg.org/#concept-filtered-response>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilteredResponse {
    /// A basic filtered response, all but the forbidden headers:
    /// <https://fetch.spec.whatwg.org/#concept-filtered-response-basic>
    Basic(Response),
    /// A CORS filtered response, with the headers that are safelisted or exposed:
    /// <https://fetch.spec.whatwg.org/#concept-filtered-response-cors>
    Cors(Response),
    /// An opaque filtered response, nothing at all:
    /// <https://fetch.spec.whatwg.org/#concept-filtered-response-opaque>
    Opaque(Response),
    /// An opaque-redirect filtered response, nothing but its URL:
    /// <https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect>
    OpaqueRedirect(Response),
}

impl FilteredResponse {
    /// The type.
    pub const fn response_type(&self) -> ResponseType {
        match self {
            Self::Basic(_) => ResponseType::Basic,
            Self::Cors(_) => ResponseType::Cors,
            Self::Opaque(_) => ResponseType::Opaque,
            Self::OpaqueRedirect(_) => ResponseType::OpaqueRedirect,
        }
    }

    /// The internal response, which script never sees:
    /// <https://fetch.spec.whatwg.org/#concept-internal-response>
    pub const fn internal(&self) -> &Response {
        match self {
            Self::Basic(internal)
            | Self::Cors(internal)
            | Self::Opaque(internal)
            | Self::OpaqueRedirect(internal) => internal,
        }
    }

    pub(crate) const fn internal_mut(&mut self) -> &mut Response {
        match self {
            Self::Basic(internal)
            | Self::Cors(internal)
            | Self::Opaque(internal)
            | Self::OpaqueRedirect(internal) => internal,
        }
    }

    /// The internal response where script sees its status and body.
    const fn shown(&self) -> Option<&Response> {
        match self {
            Self::Basic(internal) | Self::Cors(internal) => Some(internal),
            Self::Opaque(_) | Self::OpaqueRedirect(_) => None,
        }
    }

    /// The status as script sees it; 0 when it is hidden.
    pub fn status(&self) -> u16 {
        self.shown().map_or(0, |internal| internal.status)
    }

    /// The body as script sees it.
    pub fn body(&self) -> Option<&[u8]> {
        self.shown()?.body.as_deref()
    }

    /// The header list as script sees it.
    pub fn header_list(&self) -> HeaderList {
        match self {
            Self::Basic(internal) => internal
                .header_list
                .only(|name| !is_forbidden_response_header_name(name)),
            Self::Cors(internal) => {
                let exposed = &internal.cors_exposed_header_name_list;
                internal
                    .header_list
                    .only(|name| is_cors_safelisted_response_header_name(name, exposed))
            }
            Self::Opaque(_) | Self::OpaqueRedirect(_) => HeaderList::new(),
        }
    }

    /// The combined value of a header as script sees it.
    pub fn header(&self, name: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.header_list().get(name).map(Cow::into_owned)
    }

    /// The names of the headers that script sees: each once, in lower case, in ascending order.
    pub fn header_names(&self) -> Vec<HeaderName> {
        self.header_list().names()
    }

    fn url_list(&self) -> &[Url] {
        match self {
            Self::Opaque(_) => &[],
            Self::Basic(internal) | Self::Cors(internal) | Self::OpaqueRedirect(internal) => {
                &internal.url_list
            }
        }
    }

    /// The URL as script sees it: without its fragment, and empty when it is hidden.
    pub fn url(&self) -> String {
        self.url_list()
            .last()
            .map(|url| url.serialize(true))
            .unwrap_or_default()
    }

    /// Whether script sees that redirects were followed.
    pub fn redirected(&self) -> bool {
        self.url_list().len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{headers, url};
    use alloc::{format, vec};

    #[test]
    fn statuses_have_kinds() {
        let of =
            |fits: fn(u16) -> bool| (0..1000).filter(|status| fits(*status)).collect::<Vec<_>>();
        assert_eq!(of(is_ok_status), (200..300).collect::<Vec<_>>());
        assert_eq!(of(is_redirect_status), [301, 302, 303, 307, 308]);
        assert_eq!(of(is_null_body_status), [101, 103, 204, 205, 304]);
        assert_eq!(of(is_range_status), [206, 416]);
    }

    fn response() -> Response {
        let pairs = [
            ("X-A", "1"),
            ("x-a", "2"),
            ("Set-Cookie", "c"),
            ("Content-Type", "t"),
            ("X-B", "3"),
        ];
        let mut response = Response::new(201, headers(&pairs), Some(vec![b'!']));
        response.url_list = vec![url("https://a.test/"), url("https://b.test/x#f")];
        response.cors_exposed_header_name_list = vec![
            HeaderName::from_static("x-A"),
            HeaderName::from_static("set-cookie"),
        ];
        response
    }

    fn names(response: &FilteredResponse) -> Vec<Vec<u8>> {
        response
            .header_names()
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect()
    }

    #[test]
    fn basic_responses_hide_cookies_only() {
        let response = FilteredResponse::Basic(response());
        assert_eq!(response.response_type(), ResponseType::Basic);
        assert_eq!((response.status(), response.body()), (201, Some(&b"!"[..])));
        assert_eq!(names(&response), [&b"content-type"[..], b"x-a", b"x-b"]);
        assert_eq!(response.header("x-a").as_deref(), Some(&b"1, 2"[..]));
        assert_eq!(
            (response.url().as_str(), response.redirected()),
            ("https://b.test/x", true)
        );
    }

    #[test]
    fn cors_responses_show_what_is_exposed() {
        let mut response = FilteredResponse::Cors(response());
        assert_eq!(response.response_type(), ResponseType::Cors);
        assert_eq!((response.status(), response.body()), (201, Some(&b"!"[..])));
        assert_eq!(names(&response), [&b"content-type"[..], b"x-a"]);
        assert_eq!(
            (response.header("X-B"), response.header("set-cookie")),
            (None, None)
        );
        assert_eq!(
            (response.url().as_str(), response.redirected()),
            ("https://b.test/x", true)
        );
        response.internal_mut().url_list.pop();
        assert_eq!(
            (response.url().as_str(), response.redirected()),
            ("https://a.test/", false)
        );
    }

    #[test]
    fn opaque_responses_show_nothing() {
        let opaque = FilteredResponse::Opaque(response());
        let redirect = FilteredResponse::OpaqueRedirect(response());
        for (response, kind) in [
            (&opaque, ResponseType::Opaque),
            (&redirect, ResponseType::OpaqueRedirect),
        ] {
            assert_eq!(response.response_type(), kind);
            assert_eq!((response.status(), response.body()), (0, None));
            assert!(response.header_list().is_empty() && response.header_names().is_empty());
            assert_eq!(response.header("content-type"), None);
            assert_eq!(response.internal().status, 201);
        }
        assert_eq!((opaque.url().as_str(), opaque.redirected()), ("", false));
        assert_eq!(redirect.url(), "https://b.test/x");
        assert_eq!(ResponseType::OpaqueRedirect.as_str(), "opaqueredirect");
    }

    #[test]
    fn debugging_shows_the_length_of_the_body() {
        let text = format!("{:?}", Response::new(204, HeaderList::new(), None));
        assert_eq!(
            text,
            "Response { status: 204, header_list: HeaderList([]), body_length: None, url: None, .. }"
        );
    }
}
