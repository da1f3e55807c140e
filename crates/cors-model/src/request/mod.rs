//! Requests.

mod client;
mod origin;

use alloc::vec::Vec;

use crate::header::HeaderList;
use crate::method::Method;
use crate::origin::Origin;
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::trace::{Trace, anchor, step};
use crate::url::Url;

pub use client::{Body, Client, NetworkPartitionKey};

pub use crate::modes::{
    CacheMode, CredentialsMode, RedirectMode, RedirectTaint, RequestMode, ResponseTainting,
};

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
    /// The charset of its `Content-Type` is to be UTF-8 when it is sent, for dialects.
    pub(crate) charset_rewritten_late: bool,
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
            charset_rewritten_late: false,
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

    /// To determine the network partition key of a request, null when it has no client:
    /// <https://fetch.spec.whatwg.org/#request-determine-the-network-partition-key>
    pub fn determine_network_partition_key(
        &self,
        trace: &mut impl Trace,
    ) -> Option<&NetworkPartitionKey> {
        anchor!("request-determine-the-network-partition-key");
        step!("1": "OUT OF SCOPE: navigations, which have a reserved client.");
        if let Some(client) = &self.client {
            let key = &client.network_partition_key;
            step!(trace, "2": "The network partition is that of {}.", key.top_level_site);
            return Some(key);
        }
        step!(trace, "3": "The request has no client, so there is no network partition.");
        None
    }
}

#[cfg(test)]
mod tests;
