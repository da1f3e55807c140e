//! The CORS-preflight cache, which is apart from the HTTP cache.
//!
//! Each entry holds one method or one header name that a server has allowed, for one URL, one
//! origin and one network partition.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::header::{HeaderName, HeaderValue};
use crate::method::Method;
use crate::request::{NetworkPartitionKey, Request};
use crate::safelist::is_cors_non_wildcard_request_header_name;
use crate::trace::{NoTrace, Shown, Trace, anchor, step};
use crate::url::Url;

/// A moment, in milliseconds since any other.
///
/// What the max-age of a [cache entry](https://fetch.spec.whatwg.org/#concept-cache) is counted from.
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
    pub byte_serialized_origin: HeaderValue,
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

impl CacheEntry {
    /// Whether it is for the request's partition, origin and URL.
    fn is_about(&self, request: &Request) -> bool {
        self.url == *request.current_url()
            && self.key.as_ref() == request.determine_network_partition_key(&mut NoTrace)
            && request.origin_serializes_to(self.byte_serialized_origin.as_bytes(), &mut NoTrace)
    }

    /// Whether there is a cache entry match for this entry with a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match>
    pub fn matches(&self, request: &Request) -> bool {
        (self.credentials || !request.includes_credentials()) && self.is_about(request)
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

    /// The entries that fit, as a cache of their own.
    pub(crate) fn only(&self, fits: impl Fn(&CacheEntry) -> bool) -> Self {
        Self(self.0.iter().filter(|entry| fits(entry)).cloned().collect())
    }

    /// Makes room for this many more entries.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.0.reserve(count);
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
        anchor!("concept-cache-create-entry");
        let key = request.determine_network_partition_key(trace).cloned();
        // Entries that are stored together share it.
        let stored = self.0.last().map(|last| &last.byte_serialized_origin);
        let byte_serialized_origin = match stored {
            Some(stored) if request.origin_serializes_to(stored.as_bytes(), trace) => {
                stored.clone()
            }
            Some(_) => request.byte_serialize_origin(&mut NoTrace),
            None => request.byte_serialize_origin(trace),
        };
        let entry = CacheEntry {
            key,
            byte_serialized_origin,
            url: request.current_url().clone(),
            max_age,
            credentials: request.includes_credentials(),
            method,
            header_name,
            stored: now,
        };
        step!(trace, "1": "The entry is {entry}.");
        self.0.push(entry);
        step!(trace, "2": "Entries in the cache: {}.", self.0.len());
    }

    /// To clear cache entries, those of the request's partition, origin and URL:
    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub fn clear_entries(&mut self, request: &Request, trace: &mut impl Trace) {
        anchor!("concept-cache-clear");
        let before = self.0.len();
        self.0.retain(|entry| !entry.is_about(request));
        step!(trace, "": "Entries removed from the preflight cache: {}.", before - self.0.len());
    }

    /// Whether an entry of those that allow something matches a request.
    fn matching(
        &self,
        request: &Request,
        now: Timestamp,
        allows: impl Fn(&CacheEntry) -> bool,
        trace: &mut impl Trace,
    ) -> bool {
        anchor!("concept-cache-match");
        let mut allowing = self
            .0
            .iter()
            .filter(|entry| !entry.is_expired(now) && allows(entry));
        let Some(entry) = allowing.find(|entry| entry.matches(request)) else {
            return false;
        };
        step!(trace, "": "An entry of the preflight cache matches the request: {entry}.");
        true
    }

    /// Whether there is a method cache entry match for a method using a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match-method>
    pub fn method_match(
        &self,
        method: &[u8],
        request: &Request,
        now: Timestamp,
        trace: &mut impl Trace,
    ) -> bool {
        anchor!("concept-cache-match-method");
        let matches = self.matching(request, now, |entry| entry.allows_method(method), trace);
        step!(trace, "": "The preflight cache {} the method {}.", allows(matches), Shown(method));
        matches
    }

    /// Whether there is a header-name cache entry match for a header name using a request:
    /// <https://fetch.spec.whatwg.org/#concept-cache-match-header>
    pub fn header_name_match(
        &self,
        header_name: &HeaderName,
        request: &Request,
        now: Timestamp,
        trace: &mut impl Trace,
    ) -> bool {
        anchor!("concept-cache-match-header");
        let allows_name = |entry: &CacheEntry| entry.allows_header_name(header_name);
        let matches = self.matching(request, now, allows_name, trace);
        step!(trace, "": "The preflight cache {} the header {header_name}.", allows(matches));
        matches
    }

    /// The methods that entries allow, `*` among them, to look many up in.
    pub(crate) fn methods_for(&self, request: &Request, now: Timestamp) -> BTreeSet<Vec<u8>> {
        let methods = self
            .of(request, now)
            .filter_map(|entry| entry.method.as_ref());
        methods.map(|method| method.as_bytes().to_vec()).collect()
    }

    /// The header names that entries allow, `*` among them, to look many up in.
    pub(crate) fn names_for(&self, request: &Request, now: Timestamp) -> BTreeSet<HeaderName> {
        let names = self.of(request, now);
        names
            .filter_map(|entry| entry.header_name.clone())
            .collect()
    }

    fn of(&self, request: &Request, now: Timestamp) -> impl Iterator<Item = &CacheEntry> {
        let entries = self.0.iter();
        entries.filter(move |entry| !entry.is_expired(now) && entry.matches(request))
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
        let mut count = 0;
        for entry in &mut self.0 {
            if !entry.is_expired(now) && allows(entry) && entry.matches(request) {
                entry.max_age = max_age;
                count += 1;
            }
        }
        count
    }
}

/// What is said of a cache that has, or has not, a matching entry.
const fn allows(matches: bool) -> &'static str {
    if matches { "allows" } else { "does not allow" }
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
            self.byte_serialized_origin.as_bytes().escape_ascii(),
            if self.credentials {
                "with or without"
            } else {
                "without"
            },
            self.max_age
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::CredentialsMode;
    use crate::support::{request, url};
    use alloc::string::ToString as _;

    const B: &str = "https://b.test/r";

    fn entry(
        request: &Request,
        method: Option<Method>,
        header_name: Option<HeaderName>,
    ) -> CacheEntry {
        let mut cache = CorsPreflightCache::new();
        cache.create_entry(
            request,
            7,
            method,
            header_name,
            Timestamp(1000),
            &mut NoTrace,
        );
        cache.entries()[0].clone()
    }

    fn including() -> Request {
        let mut including = request("PUT", B);
        including.credentials_mode = CredentialsMode::Include;
        including
    }

    #[test]
    fn entries_match_requests_of_their_partition_origin_and_url() {
        let own = entry(&request("PUT", B), Some(Method::PUT), None);
        assert!(own.matches(&request("GET", B)));
        assert!(!own.matches(&including()));
        let with_credentials = entry(&including(), Some(Method::PUT), None);
        assert!(
            with_credentials.matches(&including()) && with_credentials.matches(&request("PUT", B))
        );
        assert!(!own.matches(&request("PUT", "https://b.test/s")));
        let mut other = request("PUT", B);
        other.origin = url("https://c.test").origin().clone();
        assert!(!own.matches(&other));
        let mut nobody = request("PUT", B);
        nobody.client = None;
        assert!(!own.matches(&nobody));
    }

    #[test]
    fn entries_end_after_their_max_age() {
        let entry = entry(&request("PUT", B), Some(Method::PUT), None);
        assert_eq!((entry.max_age, entry.stored), (7, Timestamp(1000)));
        assert!(!entry.is_expired(Timestamp(7999)) && entry.is_expired(Timestamp(8000)));
        assert_eq!(Timestamp(u64::MAX).after_seconds(1), Timestamp(u64::MAX));
        assert_eq!(
            Timestamp(5).after_seconds(u32::MAX),
            Timestamp(4_294_967_295_005)
        );
    }

    #[test]
    fn entries_say_what_they_allow() {
        let name = HeaderName::from_static("x-a");
        let said = |request: &Request, method, name| entry(request, method, name).to_string();
        let about = "at https://b.test/r for https://a.test";
        assert_eq!(
            said(&request("PUT", B), Some(Method::PUT), None),
            alloc::format!("the method `PUT` {about}, without credentials, for 7 seconds")
        );
        assert_eq!(
            said(&including(), None, Some(name)),
            alloc::format!("the header `x-a` {about}, with or without credentials, for 7 seconds")
        );
        assert_eq!(
            said(&including(), None, None),
            alloc::format!("nothing {about}, with or without credentials, for 7 seconds")
        );
    }

    #[test]
    fn matches_are_for_a_method_or_for_a_name() {
        let put = request("PUT", B);
        let mut cache = CorsPreflightCache::new();
        let name = HeaderName::from_static("put");
        cache.create_entry(
            &put,
            7,
            None,
            Some(name.clone()),
            Timestamp(0),
            &mut NoTrace,
        );
        assert!(!cache.method_match(b"PUT", &put, Timestamp(0), &mut NoTrace));
        assert!(cache.header_name_match(
            &HeaderName::from_static("PUT"),
            &put,
            Timestamp(0),
            &mut NoTrace
        ));
        assert!(!cache.header_name_match(&name, &put, Timestamp(7000), &mut NoTrace));
        assert_eq!(
            cache.set_max_age_of_header_name(&name, &put, 9, Timestamp(1)),
            1
        );
        assert_eq!(
            cache.set_max_age_of_header_name(&name, &including(), 5, Timestamp(1)),
            0
        );
        assert_eq!(
            cache.set_max_age_of_method(b"PUT", &put, 5, Timestamp(1)),
            0
        );
        assert_eq!(cache.entries()[0].max_age, 9);
        cache.clear_entries(&request("GET", "https://b.test/s"), &mut NoTrace);
        assert_eq!(cache.entries().len(), 1);
        cache.clear_entries(&including(), &mut NoTrace);
        assert!(cache.entries().is_empty());
    }
}
