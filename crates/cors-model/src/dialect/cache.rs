//! What is kept of a preflight's response, and which requests it serves.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{CacheCleared, CacheOfNull, Dialect};
use crate::cache::{CacheEntry, CorsPreflightCache, Timestamp};
use crate::error::Reason;
use crate::header::HeaderName;
use crate::header::names::WILDCARD;
use crate::method::Method;
use crate::origin::Origin;
use crate::request::Request;
use crate::trace::{NoTrace, Trace};

/// What has failed, so that what is kept for its URL may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// A request to another origin that needed no preflight.
    Simple,
    /// One that had needed a preflight.
    Preflighted,
    /// The preflight.
    Preflight,
}

impl Dialect {
    /// The request as its preflight sees it, where that is another one.
    ///
    /// In a box, so that the standard does not carry room for it through the exchange.
    pub(crate) fn untainted(&self, request: &Request) -> Option<Box<Request>> {
        self.preflights_with_page_origin
            .then(|| Box::new(request.without_redirects()))
    }

    /// Whether the preflight cache is not looked at.
    pub(crate) fn bypasses_cache(&self, request: &Request) -> bool {
        self.cache_bypassed_by.contains(&request.cache_mode)
    }

    /// The entries that may serve a request.
    pub(crate) fn entries_for<'a>(
        &self,
        cache: &'a CorsPreflightCache,
        request: &Request,
    ) -> Cow<'a, CorsPreflightCache> {
        if self.cache_keeps_credentials_apart {
            let credentials = request.includes_credentials();
            Cow::Owned(cache.only(|entry| entry.credentials == credentials))
        } else {
            Cow::Borrowed(cache)
        }
    }

    /// Whether any entry for the URL allows the method of a request whose preflight is forced.
    pub(crate) fn serves_forced(
        &self,
        cache: &CorsPreflightCache,
        request: &Request,
        now: Timestamp,
    ) -> bool {
        let serves = |entry: &CacheEntry| !entry.is_expired(now) && entry.matches(request);
        self.any_entry_serves_forced
            && request.method.is_cors_safelisted()
            && cache.entries().iter().any(serves)
    }

    /// Whether a kept `*` allows all headers of a request.
    pub(crate) fn serves_all_names(
        &self,
        cache: &CorsPreflightCache,
        request: &Request,
        now: Timestamp,
        trace: &mut impl Trace,
    ) -> bool {
        self.kept_wildcard_covers_authorization
            && cache.header_name_match(&WILDCARD, request, now, trace)
    }

    /// Whether what a preflight for this request allows is kept at all.
    fn keeps(&self, request: &Request, max_age: u32) -> bool {
        let is_null = || request.origin_serializes_to(b"null", &mut NoTrace);
        let kept_of_null = match self.cache_of_null {
            CacheOfNull::Kept => true,
            CacheOfNull::Opaque => matches!(request.origin, Origin::Opaque(_)) || !is_null(),
            CacheOfNull::Nothing => !is_null(),
        };
        kept_of_null && !(self.cache_ignores_zero && max_age == 0)
    }

    /// Makes room for what a preflight allows, and says whether it is kept.
    fn makes_room(&self, request: &Request, max_age: u32, cache: &mut CorsPreflightCache) -> bool {
        let keeps = self.keeps(request, max_age);
        if keeps && self.cache_replaces {
            cache.clear_entries(request, &mut NoTrace);
        }
        keeps
    }

    /// Drops the `*` that is not kept of a list.
    fn drop_wildcard(&self, request: &Request, list: &mut Vec<&[u8]>) {
        if self.star_with_credentials_not_kept && request.includes_credentials() {
            list.retain(|allowed| *allowed != WILDCARD.as_bytes());
        }
    }

    /// Keeps what a preflight's response lists before it is judged.
    pub(crate) fn keep_before_judging(
        &self,
        request: &Request,
        max_age: u32,
        lists: [&Vec<&[u8]>; 2],
        cache: &mut CorsPreflightCache,
        now: Timestamp,
    ) {
        if !self.caches_before_judging || !self.makes_room(request, max_age, cache) {
            return;
        }
        let [mut methods, mut header_names] = lists.map(Vec::clone);
        self.drop_wildcard(request, &mut methods);
        self.drop_wildcard(request, &mut header_names);
        for allowed in methods {
            let method = Some(Method::from_token(allowed));
            cache.create_entry(request, max_age, method, None, now, &mut NoTrace);
        }
        for allowed in header_names {
            let name = Some(HeaderName::from_token(allowed));
            cache.create_entry(request, max_age, None, name, now, &mut NoTrace);
        }
    }

    /// Changes the methods and header names that a response allows into those that are kept, and
    /// says whether any are.
    pub(crate) fn keep<'a>(
        &self,
        request: &'a Request,
        unsafe_names: &'a [HeaderName],
        max_age: u32,
        (methods, header_names): (&mut Vec<&'a [u8]>, &mut Vec<&'a [u8]>),
        cache: &mut CorsPreflightCache,
    ) -> bool {
        if self.caches_before_judging || !self.makes_room(request, max_age, cache) {
            return false;
        }
        self.drop_wildcard(request, methods);
        self.drop_wildcard(request, header_names);
        if self.cache_wildcards_cover_nothing {
            let is_wildcard = |allowed: &&[u8]| *allowed == WILDCARD.as_bytes();
            for allowed in methods.iter_mut().filter(|allowed| is_wildcard(allowed)) {
                *allowed = request.method.as_bytes();
            }
            if header_names.iter().any(is_wildcard) {
                header_names.retain(|allowed| !is_wildcard(allowed));
                header_names.extend(unsafe_names.iter().map(HeaderName::as_bytes));
            }
        }
        true
    }

    /// Whether a failure ends what is kept for the URL.
    pub(crate) fn clears_after(&self, failed: Failed) -> bool {
        match self.cache_cleared {
            CacheCleared::Standard => failed == Failed::Preflighted,
            CacheCleared::ByAny => failed != Failed::Preflight,
            CacheCleared::ByPreflight => failed == Failed::Preflight,
        }
    }

    /// Clears what is kept for a request, as its preflight saw it too.
    pub(crate) fn clear(
        &self,
        request: &Request,
        cache: &mut CorsPreflightCache,
        trace: &mut impl Trace,
    ) {
        if let Some(untainted) = self.untainted(request) {
            cache.clear_entries(&untainted, trace);
        }
        cache.clear_entries(request, trace);
    }

    /// Whether what a preflight's response listed stays, though the response refused the request.
    pub(crate) fn keeps_of_refused(&self, reason: &Reason) -> bool {
        self.caches_before_judging
            && matches!(
                reason,
                Reason::MethodNotAllowed { .. }
                    | Reason::HeaderNotAllowed { .. }
                    | Reason::NonWildcardHeaderNotAllowed { .. }
            )
    }
}
