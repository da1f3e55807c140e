//! What a request carries, and the page that makes it.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::origin::Origin;
use crate::referrer::ReferrerPolicy;
use crate::url::Url;

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
