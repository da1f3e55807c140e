//! The CORS-preflight cache, which is apart from the HTTP cache.
//!
//! Each entry holds one method or one header name that a server has allowed, for one URL, one
//! origin and one network partition.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::header::HeaderName;
use crate::method::Method;
use crate::request::{NetworkPartitionKey, Request};
use crate::safelist::is_cors_non_wildcard_request_header_name;
use crate::trace::{NoTrace, Trace, cite, step};
use crate::url::Url;

/// A moment, in milliseconds since any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment this many seconds later.
    #[must_use]
    pub const fn after_seconds(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds as u64 * 1000))
    }
}

/// A cache entry: <https://fetch.spec.whatwg.org/#cache-entry>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheEntry {
    /// The network partition key.
    pub key: Option<NetworkPartitionKey>,
    /// The byte-serialized origin.
    pub byte_serialized_origin: Cow<'static, [u8]>,
    /// The URL.
    pub url: Url,
    /// The max-age, in seconds.
    pub max_age: u32,
    /// Whether the request that it stems from included credentials.
    pub credentials: bool,
    /// A method, `*` among them.
    pub method: Option<Method>,
    /// A header name, `*` among them.
    pub header_name: Option<HeaderName>,
    /// When the entry was stored.
    pub stored: Timestamp,
}

/// What entries are compared with: the parts of a request that they are for.
struct Subject<'a> {
    key: Option<&'a NetworkPartitionKey>,
    byte_serialized_origin: Cow<'static, [u8]>,
    url: &'a Url,
    includes_credentials: bool,
}

impl<'a> Subject<'a> {
    fn of(request: &'a Request) -> Self {
        Self {
            key: request.determine_network_partition_key(&mut NoTrace),
            byte_serialized_origin: request.byte_serialize_origin(&mut NoTrace),
            url: request.current_url(),
            includes_credentials: request.includes_credentials(),
        }
    }
}

impl CacheEntry {
    fn is_about(&self, subject: &Subject<'_>) -> bool {
        self.url == *subject.url
            && self.key.as_ref() == subject.key
            && self.byte_serialized_origin == subject.byte_serialized_origin
    }

    fn matches_subject(&self, subject: &Subject<'_>) -> bool {
        self.is_about(subject) && (self.credentials || !subject.includes_credentials)
    }

    /// Whether there is a cache entry match for this entry with a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match>
    pub fn matches(&self, request: &Request) -> bool {
        self.matches_subject(&Subject::of(request))
    }

    /// Whether its max-age is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.stored.after_seconds(self.max_age)
    }

    fn allows_method(&self, method: &[u8]) -> bool {
        self.method
            .as_ref()
            .is_some_and(|own| [method, b"*"].contains(&own.as_bytes()))
    }

    fn allows_header_name(&self, header_name: &HeaderName) -> bool {
        self.header_name.as_ref().is_some_and(|own| {
            own == header_name
                || (own.as_bytes() == b"*"
                    && !is_cors_non_wildcard_request_header_name(header_name))
        })
    }
}

/// A CORS-preflight cache: <https://fetch.spec.whatwg.org/#concept-cache>
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorsPreflightCache(Vec<CacheEntry>);

impl CorsPreflightCache {
    /// A cache without entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The entries in the order in which they were stored, expired ones among them.
    pub fn entries(&self) -> &[CacheEntry] {
        &self.0
    }

    /// Removes the entries whose max-age is over.
    pub fn remove_expired(&mut self, now: Timestamp) {
        self.0.retain(|entry| !entry.is_expired(now));
    }

    /// To create a new cache entry:
    /// <https://fetch.spec.whatwg.org/#concept-cache-create-entry>
    pub fn create_entry(
        &mut self,
        request: &Request,
        max_age: u32,
        method: Option<Method>,
        header_name: Option<HeaderName>,
        now: Timestamp,
        trace: &mut impl Trace,
    ) {
        // 1. What was allowed, and for whom.
        let entry = CacheEntry {
            key: request.determine_network_partition_key(trace).cloned(),
            byte_serialized_origin: request.byte_serialize_origin(trace),
            url: request.current_url().clone(),
            max_age,
            credentials: request.includes_credentials(),
            method,
            header_name,
            stored: now,
        };
        step!(
            trace,
            cite!("concept-cache-create-entry", "1"),
            "The entry is {entry}."
        );
        // 2. The cache keeps it.
        self.0.push(entry);
        step!(
            trace,
            cite!("concept-cache-create-entry", "2"),
            "Entries in the cache: {}.",
            self.0.len()
        );
    }

    /// To clear cache entries, those of the request's partition, origin and URL:
    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub fn clear_entries(&mut self, request: &Request, trace: &mut impl Trace) {
        let subject = Subject::of(request);
        let before = self.0.len();
        self.0.retain(|entry| !entry.is_about(&subject));
        step!(
            trace,
            cite!("concept-cache-clear", ""),
            "Entries removed from the preflight cache: {}.",
            before - self.0.len()
        );
    }

    fn matching(
        &self,
        request: &Request,
        now: Timestamp,
        allows: impl Fn(&CacheEntry) -> bool,
    ) -> bool {
        let subject = Subject::of(request);
        self.0
            .iter()
            .any(|entry| !entry.is_expired(now) && allows(entry) && entry.matches_subject(&subject))
    }

    /// Whether there is a method cache entry match for a method using a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match-method>
    pub fn method_match(&self, method: &[u8], request: &Request, now: Timestamp) -> bool {
        self.matching(request, now, |entry| entry.allows_method(method))
    }

    /// Whether there is a header-name cache entry match for a header name using a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match-header>
    pub fn header_name_match(
        &self,
        header_name: &HeaderName,
        request: &Request,
        now: Timestamp,
    ) -> bool {
        self.matching(request, now, |entry| entry.allows_header_name(header_name))
    }

    /// Gives the method entries that match another max-age, and says how many there are.
    pub(crate) fn set_max_age_of_method(
        &mut self,
        method: &[u8],
        request: &Request,
        max_age: u32,
        now: Timestamp,
    ) -> usize {
        self.set_max_age(request, max_age, now, |entry| entry.allows_method(method))
    }

    /// Gives the header-name entries that match another max-age, and says how many there are.
    pub(crate) fn set_max_age_of_header_name(
        &mut self,
        header_name: &HeaderName,
        request: &Request,
        max_age: u32,
        now: Timestamp,
    ) -> usize {
        self.set_max_age(request, max_age, now, |entry| {
            entry.allows_header_name(header_name)
        })
    }

    /// The time since an entry was stored goes on: the standard sets the max-age and nothing else.
    fn set_max_age(
        &mut self,
        request: &Request,
        max_age: u32,
        now: Timestamp,
        allows: impl Fn(&CacheEntry) -> bool,
    ) -> usize {
        if self.0.is_empty() {
            return 0;
        }
        let subject = Subject::of(request);
        let mut count = 0;
        for entry in &mut self.0 {
            if !entry.is_expired(now) && allows(entry) && entry.matches_subject(&subject) {
                entry.max_age = max_age;
                count += 1;
            }
        }
        count
    }
}

impl fmt::Display for CacheEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.method, &self.header_name) {
            (Some(method), _) => write!(f, "the method {method}")?,
            (None, Some(header_name)) => write!(f, "the header {header_name}")?,
            (None, None) => f.write_str("nothing")?,
        }
        write!(
            f,
            " at {} for {}, {} credentials, for {} seconds",
            self.url.serialize(false),
            self.byte_serialized_origin.escape_ascii(),
            if self.credentials {
                "with or without"
            } else {
                "without"
            },
            self.max_age
        )
    }
}
