//! Requests.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::header::HeaderList;
use crate::method::Method;
use crate::origin::Origin;
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::trace::{Trace, cite, step};
use crate::url::Url;

pub use crate::modes::{
    CacheMode, CredentialsMode, RedirectMode, RedirectTaint, RequestMode, ResponseTainting,
};

/// A body: <https://fetch.spec.whatwg.org/#concept-body>
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// Whether the source is null: the body is a stream and can be sent only once.
    pub source_is_null: bool,
}

impl Body {
    /// The length in bytes, `None` when it is not known beforehand:
    /// <https://fetch.spec.whatwg.org/#concept-body-total-bytes>
    pub fn length(&self) -> Option<u64> {
        if self.source_is_null {
            None
        } else {
            u64::try_from(self.bytes.len()).ok()
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.source_is_null {
            "stream"
        } else {
            "bytes"
        };
        write!(f, "Body({} {kind})", self.bytes.len())
    }
}

/// A network partition key, what separates the state of different top-level sites:
/// <https://fetch.spec.whatwg.org/#network-partition-key>
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkPartitionKey {
    /// The top-level site, serialized. Every entry of the preflight cache shares it.
    pub top_level_site: Arc<str>,
    /// A second key, if the user agent has one.
    pub second_key: Option<String>,
}

/// The page that makes requests, as far as they depend on it.
///
/// See a request's [client](https://fetch.spec.whatwg.org/#concept-request-client).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The page's origin.
    pub origin: Origin,
    /// The page's URL, from which `Referer` is derived.
    pub base_url: Url,
    /// The page's referrer policy.
    pub referrer_policy: ReferrerPolicy,
    /// What separates the page's caches from those of pages elsewhere.
    pub network_partition_key: NetworkPartitionKey,
    /// The bytes of the bodies of keepalive requests that the page has in flight.
    pub inflight_keepalive_bytes: u64,
}

impl Client {
    /// A page at a URL, with that URL's origin, on a top level of its own.
    pub fn new(url: Url) -> Self {
        let origin = url.origin().clone();
        let top_level_site = Arc::from(&*origin.serialize());
        Self {
            origin,
            base_url: url,
            referrer_policy: ReferrerPolicy::EmptyString,
            network_partition_key: NetworkPartitionKey {
                top_level_site,
                second_key: None,
            },
            inflight_keepalive_bytes: 0,
        }
    }
}

/// A request: <https://fetch.spec.whatwg.org/#concept-request>
#[expect(clippy::struct_excessive_bools, reason = "the standard's flags")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The URLs before the current one, in order.
    earlier_urls: Vec<Url>,
    current_url: Url,
    /// The header list.
    pub header_list: HeaderList,
    /// The unsafe-request flag: script chose method and headers, so that they may need a preflight.
    pub unsafe_request: bool,
    /// The body.
    pub body: Option<Body>,
    /// The client; none for requests that no page makes.
    pub client: Option<Client>,
    /// The origin.
    pub origin: Origin,
    /// The referrer.
    pub referrer: Referrer,
    /// The referrer policy.
    pub referrer_policy: ReferrerPolicy,
    /// The mode.
    pub mode: RequestMode,
    /// The use-CORS-preflight flag: a preflight is made whatever method and headers are.
    pub use_cors_preflight: bool,
    /// The credentials mode.
    pub credentials_mode: CredentialsMode,
    /// The use-URL-credentials flag.
    pub use_url_credentials: bool,
    /// The cache mode.
    pub cache_mode: CacheMode,
    /// The redirect mode.
    pub redirect_mode: RedirectMode,
    /// Whether the request may outlive its page.
    pub keepalive: bool,
    /// How many redirects have been followed.
    pub redirect_count: u8,
    /// The response tainting, which only ever gets stricter.
    pub response_tainting: ResponseTainting,
    /// The timing allow failed flag.
    pub timing_allow_failed: bool,
}

impl Request {
    /// A request for a URL with the standard's defaults: GET, `no-cors`, no headers, no client.
    pub fn new(origin: Origin, url: Url) -> Self {
        Self {
            method: Method::GET,
            earlier_urls: Vec::new(),
            current_url: url,
            header_list: HeaderList::new(),
            unsafe_request: false,
            body: None,
            client: None,
            origin,
            referrer: Referrer::Client,
            referrer_policy: ReferrerPolicy::EmptyString,
            mode: RequestMode::NoCors,
            use_cors_preflight: false,
            credentials_mode: CredentialsMode::SameOrigin,
            use_url_credentials: false,
            cache_mode: CacheMode::Default,
            redirect_mode: RedirectMode::Follow,
            keepalive: false,
            redirect_count: 0,
            response_tainting: ResponseTainting::Basic,
            timing_allow_failed: false,
        }
    }

    /// The current URL: <https://fetch.spec.whatwg.org/#concept-request-current-url>
    pub fn current_url(&self) -> &Url {
        &self.current_url
    }

    /// The URL list, which is never empty and ends with the current URL:
    /// <https://fetch.spec.whatwg.org/#concept-request-url-list>
    pub fn url_list(&self) -> impl Iterator<Item = &Url> {
        self.earlier_urls.iter().chain([&self.current_url])
    }

    /// Appends to the URL list.
    pub fn append_url(&mut self, url: Url) {
        let previous = core::mem::replace(&mut self.current_url, url);
        self.earlier_urls.push(previous);
    }

    /// A request with the standard's defaults, and this one's URL list and origin.
    pub(crate) fn new_with_same_urls(&self) -> Self {
        Self {
            earlier_urls: self.earlier_urls.clone(),
            ..Self::new(self.origin.clone(), self.current_url.clone())
        }
    }

    /// The same request as if it had not been redirected, for dialects.
    pub(crate) fn without_redirects(&self) -> Self {
        let mut request = self.clone();
        request.earlier_urls.clear();
        request
    }

    /// Whether credentials are wanted across origins too.
    pub(crate) fn includes_credentials(&self) -> bool {
        self.credentials_mode == CredentialsMode::Include
    }

    /// Whether the body is one that can be sent only once.
    pub(crate) fn has_stream_body(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.source_is_null)
    }

    /// The redirect-taint of a request:
    /// <https://fetch.spec.whatwg.org/#concept-request-tainted-origin>
    pub fn redirect_taint(&self, trace: &mut impl Trace) -> RedirectTaint {
        // 1. The type says it: a request's origin is an origin.
        step!(
            trace,
            cite!("concept-request-tainted-origin", "1"),
            "The request has an origin."
        );
        // 2. No URL was looked at yet.
        let mut last_url: Option<&Url> = None;
        step!(
            trace,
            cite!("concept-request-tainted-origin", "2"),
            "There is no last URL."
        );
        // 3. Without redirects there is no taint.
        let mut taint = RedirectTaint::SameOrigin;
        step!(
            trace,
            cite!("concept-request-tainted-origin", "3"),
            "There is no taint so far."
        );
        for url in self.url_list() {
            // 4.1. The first URL was not redirected to.
            let Some(last) = last_url.replace(url) else {
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.1"),
                    "The first URL is {}.",
                    url.serialize(true)
                );
                continue;
            };
            // 4.2. From another site to yet another one.
            if !url.origin().is_same_site(last.origin()) && !self.origin.is_same_site(last.origin())
            {
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.2"),
                    "{} redirected to {}, each of another site than the page.",
                    last.serialize(true),
                    url.serialize(true)
                );
                return RedirectTaint::CrossSite;
            }
            // 4.3. From another origin to yet another one, on related sites.
            if !url.origin().is_same_origin(last.origin())
                && !self.origin.is_same_origin(last.origin())
            {
                taint = RedirectTaint::SameSite;
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.3"),
                    "{} redirected to {}, each of another origin than the page.",
                    last.serialize(true),
                    url.serialize(true)
                );
            }
            // 4.4. The next hop starts here.
            step!(
                trace,
                cite!("concept-request-tainted-origin", "4.4"),
                "The last URL is {}.",
                url.serialize(true)
            );
        }
        // 5. What the hops amount to.
        step!(
            trace,
            cite!("concept-request-tainted-origin", "5"),
            "The redirect-taint is {taint}."
        );
        taint
    }

    /// The request's origin as text, `null` where redirects have tainted it:
    /// [serializing a request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    pub fn serialize_origin(&self, trace: &mut impl Trace) -> Cow<'static, str> {
        if self.serializes_to_null(trace) {
            Cow::Borrowed("null")
        } else {
            self.origin.serialize()
        }
    }

    /// Whether bytes are what byte-serializing the request origin gives.
    pub(crate) fn origin_serializes_to(&self, bytes: &[u8], trace: &mut impl Trace) -> bool {
        let is_null = self.serializes_to_null(trace);
        record_bytes(trace);
        if is_null {
            bytes == b"null"
        } else {
            self.origin.serializes_to(bytes)
        }
    }

    /// Serializing a request origin, as far as to know whether that gives `null`:
    /// <https://fetch.spec.whatwg.org/#serializing-a-request-origin>
    fn serializes_to_null(&self, trace: &mut impl Trace) -> bool {
        // 1. The type says it: a request's origin is an origin.
        step!(
            trace,
            cite!("serializing-a-request-origin", "1"),
            "The request has an origin."
        );
        // 2. A server that redirected must not be able to pass as the page.
        let taint = self.redirect_taint(trace);
        if taint != RedirectTaint::SameOrigin {
            step!(
                trace,
                cite!("serializing-a-request-origin", "2"),
                "The redirect-taint is {taint}, so the origin is null."
            );
            return true;
        }
        // 3. Otherwise it is the page's.
        step!(
            trace,
            cite!("serializing-a-request-origin", "3"),
            "The origin is {}.",
            self.origin.serialize()
        );
        false
    }

    /// Byte-serializing a request origin:
    /// <https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin>
    pub fn byte_serialize_origin(&self, trace: &mut impl Trace) -> Cow<'static, [u8]> {
        let serialized = self.serialize_origin(trace);
        record_bytes(trace);
        match serialized {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// To determine the network partition key of a request, null when it has no client:
    /// <https://fetch.spec.whatwg.org/#request-determine-the-network-partition-key>
    pub fn determine_network_partition_key(
        &self,
        trace: &mut impl Trace,
    ) -> Option<&NetworkPartitionKey> {
        // 1. OUT OF SCOPE: navigations, which have a reserved client.
        // 2. The page decides.
        if let Some(client) = &self.client {
            let key = &client.network_partition_key;
            step!(
                trace,
                cite!("request-determine-the-network-partition-key", "2"),
                "The network partition is that of {}.",
                key.top_level_site
            );
            return Some(key);
        }
        // 3. Without a page there is no partition.
        step!(
            trace,
            cite!("request-determine-the-network-partition-key", "3"),
            "The request has no client, so there is no network partition."
        );
        None
    }
}

fn record_bytes(trace: &mut impl Trace) {
    step!(
        trace,
        cite!("byte-serializing-a-request-origin", ""),
        "That text as bytes is what is sent and compared."
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{page, request as prepared, url};
    use crate::trace::NoTrace;
    use alloc::format;
    use alloc::vec;

    fn redirected(urls: &[&str]) -> Request {
        let mut request = prepared("GET", urls[0]);
        for next in &urls[1..] {
            request.append_url(url(next));
        }
        request
    }

    fn taint(urls: &[&str]) -> RedirectTaint {
        redirected(urls).redirect_taint(&mut NoTrace)
    }

    const A: &str = "https://a.test/";
    const A2: &str = "https://two.a.test/";
    const B: &str = "https://b.test/";
    const B2: &str = "https://two.b.test/";
    const C: &str = "https://c.test/";

    #[test]
    fn redirects_taint_from_the_second_origin_on() {
        use RedirectTaint::{CrossSite, SameOrigin, SameSite};
        for (urls, expected) in [
            (&[A][..], SameOrigin),
            (&[B], SameOrigin),
            (&[A, B], SameOrigin),
            (&[A, B, B], SameOrigin),
            (&[A, A, A], SameOrigin),
            (&[A, B, C], CrossSite),
            (&[A, B, A], CrossSite),
            (&[B, C], CrossSite),
            (&[B, A], CrossSite),
            (&[B, B2], SameSite),
            (&[A2, B], SameSite),
            (&[A2, A], SameSite),
            (&[A2, A, B], SameSite),
            (&[B, B2, C], CrossSite),
        ] {
            assert_eq!(taint(urls), expected, "{urls:?}");
            let origin = redirected(urls).serialize_origin(&mut NoTrace);
            let clean = expected == SameOrigin;
            assert_eq!(
                origin,
                if clean { "https://a.test" } else { "null" },
                "{urls:?}"
            );
        }
        let bytes = redirected(&[B]).byte_serialize_origin(&mut NoTrace);
        assert_eq!(*bytes, *b"https://a.test");
        let bytes = redirected(&[B, C]).byte_serialize_origin(&mut NoTrace);
        assert_eq!(*bytes, *b"null");
    }

    #[test]
    fn the_url_list_ends_with_the_current_url() {
        let request = redirected(&[A, B]);
        assert_eq!(*request.current_url(), url(B));
        assert_eq!(
            request.url_list().cloned().collect::<Vec<_>>(),
            [url(A), url(B)]
        );
        let other = request.new_with_same_urls();
        assert_eq!(
            other.url_list().cloned().collect::<Vec<_>>(),
            [url(A), url(B)]
        );
        assert_eq!((other.method, other.origin), (Method::GET, request.origin));
    }

    #[test]
    fn requests_start_with_the_defaults_of_the_standard() {
        let request = Request::new(page().origin, url(B));
        assert_eq!(request.method, Method::GET);
        assert_eq!(request.mode, RequestMode::NoCors);
        assert_eq!(request.credentials_mode, CredentialsMode::SameOrigin);
        assert_eq!(request.cache_mode, CacheMode::Default);
        assert_eq!(request.redirect_mode, RedirectMode::Follow);
        assert_eq!(request.response_tainting, ResponseTainting::Basic);
        assert_eq!(request.referrer, Referrer::Client);
        assert_eq!(request.referrer_policy, ReferrerPolicy::EmptyString);
        assert!(!request.unsafe_request && !request.use_cors_preflight && !request.keepalive);
        assert!(!request.use_url_credentials && !request.timing_allow_failed);
        assert!(request.header_list.is_empty() && request.body.is_none());
        assert_eq!((request.redirect_count, request.client), (0, None));
    }

    #[test]
    fn bodies_know_their_length_unless_they_are_streams() {
        let mut request = prepared("POST", B);
        assert!(!request.has_stream_body());
        let mut body = Body {
            bytes: vec![1, 2, 3],
            source_is_null: false,
        };
        assert_eq!(
            (body.length(), format!("{body:?}")),
            (Some(3), "Body(3 bytes)".into())
        );
        request.body = Some(body.clone());
        assert!(!request.has_stream_body());
        body.source_is_null = true;
        assert_eq!(
            (body.length(), format!("{body:?}")),
            (None, "Body(3 stream)".into())
        );
        request.body = Some(body);
        assert!(request.has_stream_body());
    }

    #[test]
    fn the_partition_is_that_of_the_client() {
        let mut request = prepared("GET", B);
        let key = NetworkPartitionKey {
            top_level_site: "https://a.test".into(),
            second_key: None,
        };
        assert_eq!(
            request.determine_network_partition_key(&mut NoTrace),
            Some(&key)
        );
        request.client = None;
        assert_eq!(request.determine_network_partition_key(&mut NoTrace), None);
    }

    #[test]
    fn strings_are_those_of_the_standard() {
        for mode in [
            RequestMode::SameOrigin,
            RequestMode::Cors,
            RequestMode::NoCors,
            RequestMode::Navigate,
            RequestMode::WebSocket,
            RequestMode::WebTransport,
        ] {
            assert_eq!(RequestMode::from_string(mode.as_str()), Some(mode));
        }
        assert_eq!(RequestMode::WebSocket.as_str(), "websocket");
        assert_eq!(
            CacheMode::from_string("only-if-cached"),
            Some(CacheMode::OnlyIfCached)
        );
        assert_eq!(CredentialsMode::from_string("Include"), None);
        assert_eq!(
            format!("{} {}", RedirectMode::Error, RedirectTaint::CrossSite),
            "error cross-site"
        );
        assert_eq!(ResponseTainting::Opaque.as_str(), "opaque");
        assert_eq!(
            ReferrerPolicy::from_string(""),
            Some(ReferrerPolicy::EmptyString)
        );
    }
}
