//! How engines depart from the standard, one field for each departure.
//!
//! A [`Dialect`] says nothing about how an engine is made: it is what was seen of it, in cases of
//! this project's library (`vectors/agent/`); each field names one that shows it. Which version was
//! looked at is in `vectors/agent/observed/`.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::header::names::{ACCEPT, ACMA, CONTENT_TYPE, LOCATION, ORIGIN, RANGE};
use crate::header::{
    HeaderList, HeaderName, HeaderValue, convert_header_names_to_sorted_lowercase_set,
    delta_seconds, names, parse_single_range_header_value,
};
use crate::method::Method;
use crate::origin::Origin;
use crate::request::{CacheMode, Request, RequestMode, ResponseTainting};
use crate::response::Response;
use crate::safelist::{cors_unsafe_request_header_names, is_cors_safelisted_request_header};
use crate::trace::{NoTrace, Trace};

/// How an engine departs from the standard. The default is the standard itself.
///
/// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "departures do not depend on each other"
)]
pub struct Dialect {
    /// What people call the engine. Without a name it is the standard, whatever the fields say: the
    /// one thing that has to be looked at on the way of the standard.
    pub name: &'static str,

    /// Headers of one name that script gives to `fetch()` one by one are combined before they are
    /// held against the safelist: `safelisted-headers/repeated-accept-judged-one-by-one`.
    pub combines_before_safelisting: bool,
    /// What once were client hints is safelisted: `safelisted-headers/other-dpr`.
    pub safelists_client_hints: bool,
    /// A `User-Agent` by script is dropped: `safelisted-headers/other-user-agent`.
    pub drops_user_agent: bool,
    /// Bytes beyond ASCII in `Accept` and `Content-Type` are unsafe: `safelisted-headers/byte-80`.
    pub high_bytes_unsafe: bool,
    /// Commas and empty parameters behind the essence of a `Content-Type` are unsafe:
    /// `content-type/comma-in-parameter`.
    pub content_type_parameters_checked: bool,
    /// There is no limit to all safelisted values together: `unsafe-names/total-1025`.
    pub no_total_limit: bool,
    /// A preflight names a header as often as script gave it an unsafe value:
    /// `unsafe-names/each-once`.
    pub repeats_names: bool,
    /// The largest number that a safelisted `Range` may state: `range/below-2-to-the-63`,
    /// `range/beyond-64-bits`.
    pub range_limit: Option<u64>,
    /// `Range` may have its unit in any case, a plus sign, and vertical tabs and form feeds at its
    /// end: `range/unit-upper-case`.
    pub lenient_range: bool,
    /// An upload listener forces a preflight only when there is a body: `xhr/upload-get`.
    pub upload_listener_needs_body: bool,
    /// A keepalive body that is too long is refused before the preflight:
    /// `preflight-trigger/keepalive-65537-preflighted`.
    pub keepalive_limit_first: bool,

    /// `*` in Access-Control-Allow-Headers covers Authorization:
    /// `preflight-response/authorization-wildcard`.
    pub wildcard_covers_authorization: bool,
    /// The same of a `*` in the preflight cache: `preflight-cache/header-wildcard-not-authorization`.
    pub kept_wildcard_covers_authorization: bool,
    /// A forced preflight has to list methods that are not safelisted, as any other:
    /// `preflight-response/listener-put-no-methods`.
    pub forced_preflight_needs_method: bool,
    /// Any entry for the URL serves a forced preflight whose method is safelisted:
    /// `preflight-cache/listener-method-not-listed`.
    pub any_entry_serves_forced: bool,
    /// How Access-Control-Max-Age is read: `max-age-syntax/invalid-4-after`.
    pub max_age: MaxAge,
    /// The greatest max-age that is accepted, in seconds. That of Chromium and of Firefox lies
    /// beyond what was tried, and is what they document.
    pub max_age_limit: u32,

    /// A `*` that was listed for a request with credentials is not kept:
    /// `preflight-cache/star-with-credentials`.
    pub star_with_credentials_not_kept: bool,
    /// What a preflight allows replaces what was kept for the URL: `preflight-cache/accumulates`.
    pub cache_replaces: bool,
    /// What is kept for requests whose origin serializes to `null`: `preflight-cache/opaque-again`,
    /// `redirect-preflight/second-time-from-cache`.
    pub cache_of_null: CacheOfNull,
    /// The cache modes that bypass the preflight cache: `preflight-cache/cache-mode-no-store`.
    pub cache_bypassed_by: &'static [CacheMode],
    /// What ends what is kept: `preflight-cache/cleared-by-refused-response`,
    /// `preflight-cache/not-cleared-by-simple-request`.
    pub cache_cleared: CacheCleared,
    /// What a preflight lists is kept even if it does not allow the request:
    /// `preflight-cache/refused-allows-nothing`, `preflight-cache/cleared-by-method-not-allowed`.
    pub caches_before_judging: bool,
    /// A kept `*` covers only what it was asked for: `preflight-cache/method-wildcard`.
    pub cache_wildcards_cover_nothing: bool,
    /// Entries serve only requests that include credentials just as theirs did:
    /// `preflight-cache/include-then-omit`.
    pub cache_keeps_credentials_apart: bool,
    /// A max-age of 0 changes nothing of what is kept: `preflight-cache/update-shortens`.
    pub cache_ignores_zero: bool,
    /// A forced preflight that lists no method is not kept: `preflight-cache/listener-no-methods`.
    pub cache_skips_forced: bool,

    /// A preflight after redirects has the page's origin: `redirect-preflight/put-to-third`.
    pub preflights_with_page_origin: bool,
    /// What needed a preflight before a redirect has one after it: `redirect-preflight/put-303`.
    pub preflights_after_redirect: bool,
    /// That preflight also names what the redirect has dropped:
    /// `redirect-credentials/authorization-put`.
    pub lists_dropped_names: bool,
    /// DELETE becomes GET on its way to another origin: `redirect-preflight/delete-301`.
    pub delete_becomes_get: bool,
    /// A request that was redirected from the page's own origin to another is redirected again only
    /// when that one allows credentials, whether there are any or not:
    /// `redirect-origin/own-to-cross-within`.
    pub second_redirect_needs_credentials: bool,
    /// A request that becomes GET keeps its `Origin`: `redirect-origin/post-to-get-own`.
    pub keeps_origin_header: bool,
    /// What an empty `Location` means: `redirects/empty-location`.
    pub empty_location: EmptyLocation,
    /// Without a `Location` no status is a redirect: `redirects/mode-error-without-location`.
    pub redirect_needs_location: bool,
    /// No redirect to a URL with user or password is followed: `redirect-credentials/url-within-own`.
    pub refuses_url_credentials: bool,
    /// Lines of `Location` that are equal count as one: `redirects/two-locations-same`.
    pub equal_locations_are_one: bool,
    /// When the referrer policy leaves the `Origin` of a request alone that is not of the mode
    /// `cors`: `origin-header/no-cors-post-no-referrer`, `redirect-origin/redirect-sets-policy`.
    pub origin_ignores_policy: IgnoresPolicy,
    /// A `no-cors` request says `null` once it has left the page's own origin:
    /// `redirect-origin/no-cors-post-own-to-cross`.
    pub taints_own_redirect: bool,

    /// Of several lines of a response header, empty ones do not count:
    /// `header-parsing/get-empty-values`.
    pub drops_empty_values: bool,
    /// A broken Access-Control-Expose-Headers with a `*` exposes everything:
    /// `exposed-headers/broken-with-wildcard`.
    pub exposes_broken_lists: bool,
}

/// How Access-Control-Max-Age is read.
///
/// In [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxAge {
    /// Digits, or else the default.
    Standard,
    /// Digits behind a sign, where less than zero is zero; what is beyond 64 bits or else not a
    /// number is the default.
    Signed {
        /// Whether vertical tabs and form feeds at its ends are ignored.
        trims: bool,
    },
    /// Digits; anything else, but nothing at all, is zero.
    Strict,
}

/// What is kept for requests whose origin serializes to `null`.
///
/// See [creating a cache entry](https://fetch.spec.whatwg.org/#concept-cache-create-entry).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOfNull {
    /// As for any other.
    Kept,
    /// It is kept for opaque origins, not for those that redirects have tainted.
    Opaque,
    /// Nothing.
    Nothing,
}

/// What ends what is kept for a URL.
///
/// See [clearing cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheCleared {
    /// The failure of a request that had needed a preflight.
    Standard,
    /// The failure of any request to another origin.
    ByAny,
    /// A preflight that fails.
    ByPreflight,
}

/// What an empty `Location` means.
///
/// See [location URL](https://fetch.spec.whatwg.org/#concept-response-location-url).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyLocation {
    /// The same URL.
    Standard,
    /// As much as none.
    None,
    /// A network error.
    Refused,
}

/// When the referrer policy is ignored.
///
/// See [determining the referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoresPolicy {
    /// Never.
    Never,
    /// After a redirect.
    Redirected,
    /// Always.
    Always,
}

/// What a fetch has been through, as far as a dialect cares.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// It needed a preflight before it was redirected.
    pub(crate) preflighted: bool,
    /// Unsafe headers that a redirect has dropped.
    pub(crate) dropped: HeaderList,
    /// A redirect has made it a GET.
    pub(crate) became_get: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl Dialect {
    /// The standard.
    pub const STANDARD: Self = Self {
        name: "",
        combines_before_safelisting: false,
        safelists_client_hints: false,
        drops_user_agent: false,
        high_bytes_unsafe: false,
        content_type_parameters_checked: false,
        no_total_limit: false,
        repeats_names: false,
        range_limit: None,
        lenient_range: false,
        upload_listener_needs_body: false,
        keepalive_limit_first: false,
        wildcard_covers_authorization: false,
        kept_wildcard_covers_authorization: false,
        forced_preflight_needs_method: false,
        any_entry_serves_forced: false,
        max_age: MaxAge::Standard,
        max_age_limit: 86_400,
        star_with_credentials_not_kept: false,
        cache_replaces: false,
        cache_of_null: CacheOfNull::Kept,
        cache_bypassed_by: &[],
        cache_cleared: CacheCleared::Standard,
        caches_before_judging: false,
        cache_wildcards_cover_nothing: false,
        cache_keeps_credentials_apart: false,
        cache_ignores_zero: false,
        cache_skips_forced: false,
        preflights_with_page_origin: false,
        preflights_after_redirect: false,
        lists_dropped_names: false,
        delete_becomes_get: false,
        second_redirect_needs_credentials: false,
        keeps_origin_header: false,
        empty_location: EmptyLocation::Standard,
        redirect_needs_location: false,
        refuses_url_credentials: false,
        equal_locations_are_one: false,
        origin_ignores_policy: IgnoresPolicy::Never,
        taints_own_redirect: false,
        drops_empty_values: false,
        exposes_broken_lists: false,
    };

    /// What all three engines do alike.
    const ENGINES: Self = Self {
        range_limit: Some(u64::MAX),
        keepalive_limit_first: true,
        wildcard_covers_authorization: true,
        forced_preflight_needs_method: true,
        any_entry_serves_forced: true,
        star_with_credentials_not_kept: true,
        ..Self::STANDARD
    };

    /// Chromium.
    pub const CHROMIUM: Self = Self {
        name: "Chromium",
        combines_before_safelisting: true,
        safelists_client_hints: true,
        drops_user_agent: true,
        range_limit: Some(i64::MAX.unsigned_abs() - 1),
        upload_listener_needs_body: true,
        max_age: MaxAge::Signed { trims: false },
        max_age_limit: 7_200,
        cache_replaces: true,
        cache_of_null: CacheOfNull::Nothing,
        cache_bypassed_by: &[CacheMode::NoStore, CacheMode::Reload, CacheMode::NoCache],
        cache_cleared: CacheCleared::ByPreflight,
        empty_location: EmptyLocation::None,
        redirect_needs_location: true,
        refuses_url_credentials: true,
        equal_locations_are_one: true,
        origin_ignores_policy: IgnoresPolicy::Always,
        taints_own_redirect: true,
        ..Self::ENGINES
    };

    /// Firefox.
    pub const FIREFOX: Self = Self {
        name: "Firefox",
        high_bytes_unsafe: true,
        content_type_parameters_checked: true,
        no_total_limit: true,
        repeats_names: true,
        max_age: MaxAge::Strict,
        cache_bypassed_by: &[CacheMode::NoStore, CacheMode::Reload],
        cache_cleared: CacheCleared::ByAny,
        cache_wildcards_cover_nothing: true,
        cache_keeps_credentials_apart: true,
        cache_ignores_zero: true,
        cache_skips_forced: true,
        preflights_with_page_origin: true,
        preflights_after_redirect: true,
        equal_locations_are_one: true,
        drops_empty_values: true,
        exposes_broken_lists: true,
        ..Self::ENGINES
    };

    /// WebKit, as GTK has it.
    pub const WEBKIT: Self = Self {
        name: "WebKit",
        combines_before_safelisting: true,
        lenient_range: true,
        kept_wildcard_covers_authorization: true,
        max_age: MaxAge::Signed { trims: true },
        max_age_limit: 600,
        cache_replaces: true,
        cache_of_null: CacheOfNull::Opaque,
        cache_cleared: CacheCleared::ByPreflight,
        caches_before_judging: true,
        preflights_after_redirect: true,
        lists_dropped_names: true,
        delete_becomes_get: true,
        second_redirect_needs_credentials: true,
        keeps_origin_header: true,
        empty_location: EmptyLocation::Refused,
        redirect_needs_location: true,
        origin_ignores_policy: IgnoresPolicy::Redirected,
        ..Self::ENGINES
    };

    /// Whether it departs from the standard at all.
    #[inline]
    pub(crate) const fn departs(&self) -> bool {
        !self.name.is_empty()
    }

    /// What becomes of a request before anything else is looked at.
    pub(crate) fn prepare(&self, request: &mut Request) {
        if self.drops_user_agent {
            request
                .header_list
                .delete(&HeaderName::from_static("User-Agent"));
        }
        if self.upload_listener_needs_body && request.body.is_none() {
            request.use_cors_preflight = false;
        }
        if self.combines_before_safelisting {
            let mut combined = HeaderList::new();
            for header in &request.header_list {
                combined.combine(header.name.clone(), &header.value);
            }
            request.header_list = combined;
        }
    }

    /// The bytes of a keepalive body that is refused before anything is sent.
    pub(crate) fn keepalive_excess(&self, request: &Request) -> Option<u64> {
        let length = request.body.as_ref()?.length()?;
        let refused = self.keepalive_limit_first && request.keepalive && length > 65_536;
        refused.then_some(length)
    }

    /// What becomes of a response before anything of it is looked at.
    pub(crate) fn received(&self, response: &mut Response) {
        if self.drops_empty_values {
            let mut kept = HeaderList::new();
            for header in &response.header_list {
                let name = &header.name;
                let says = |value: &HeaderValue| !value.as_bytes().is_empty();
                // Of these, emptiness is remembered.
                let tracked = *name == names::ACAO || *name == LOCATION;
                let others = || {
                    response
                        .header_list
                        .iter()
                        .any(|h| h.name == *name && says(&h.value))
                };
                if tracked || says(&header.value) || !(others() || kept.contains(name)) {
                    kept.append(name.clone(), header.value.clone());
                }
            }
            response.header_list = kept;
        }
        if self.equal_locations_are_one {
            let mut kept = HeaderList::new();
            for header in &response.header_list {
                let again = header.name == LOCATION
                    && kept.values(b"location").any(|value| *value == header.value);
                if !again {
                    kept.append(header.name.clone(), header.value.clone());
                }
            }
            response.header_list = kept;
        }
    }

    /// The CORS-unsafe request-header names, as the dialect sees them.
    pub(crate) fn unsafe_names(
        &self,
        headers: &HeaderList,
        trace: &mut impl Trace,
    ) -> Vec<HeaderName> {
        if !self.departs() {
            return cors_unsafe_request_header_names(headers, trace);
        }
        let mut unsafe_names = Vec::new();
        let mut total = 0;
        for header in headers {
            if self.safelists(&header.name, header.value.as_bytes()) {
                total += header.value.as_bytes().len();
            } else {
                unsafe_names.push(header.name.clone());
            }
        }
        if total > 1024 && !self.no_total_limit {
            unsafe_names = headers.iter().map(|header| header.name.clone()).collect();
        }
        let all = unsafe_names.clone();
        let names = convert_header_names_to_sorted_lowercase_set(unsafe_names, &mut NoTrace);
        if !self.repeats_names {
            return names;
        }
        let count = |name: &HeaderName| all.iter().filter(|one| *one == name).count();
        names
            .into_iter()
            .flat_map(|name| core::iter::repeat_n(name.clone(), count(&name)))
            .collect()
    }

    fn safelists(&self, name: &HeaderName, value: &[u8]) -> bool {
        const CLIENT_HINTS: [&[u8]; 8] = [
            b"device-memory",
            b"downlink",
            b"dpr",
            b"ect",
            b"rtt",
            b"save-data",
            b"viewport-width",
            b"width",
        ];
        let is_hint = || {
            CLIENT_HINTS
                .iter()
                .any(|hint| name.as_bytes().eq_ignore_ascii_case(hint))
        };
        if self.safelists_client_hints && value.len() <= 128 && is_hint() {
            return true;
        }
        if self.high_bytes_unsafe && (*name == ACCEPT || *name == CONTENT_TYPE) && !value.is_ascii()
        {
            return false;
        }
        if self.content_type_parameters_checked
            && *name == CONTENT_TYPE
            && let Some(semicolon) = value.iter().position(|&byte| byte == b';')
        {
            let parameters = value.get(semicolon + 1..).unwrap_or_default();
            if parameters.contains(&b',')
                || parameters.contains(&b';') && parameters.starts_with(b";")
            {
                return false;
            }
        }
        let mut value = Cow::Borrowed(value);
        if *name == RANGE {
            if self.lenient_range {
                value = Cow::Owned(strict_range(&value));
            }
            if let Some(limit) = self.range_limit
                && let Ok(range) = parse_single_range_header_value(&value, false, &mut NoTrace)
                && [range.start, range.end]
                    .into_iter()
                    .flatten()
                    .filter(|digits| !digits.is_empty())
                    .any(|digits| number(digits).is_none_or(|number| number > limit))
            {
                return false;
            }
        }
        is_cors_safelisted_request_header(name, &value, &mut NoTrace)
    }

    /// The max-age that a response states; `None` when it is to be read as the standard has it.
    pub(crate) fn max_age_of(&self, response: &Response, default: u32) -> Option<u32> {
        let value = response.header_list.get(ACMA);
        let value = value.as_deref().unwrap_or_default();
        match self.max_age {
            MaxAge::Standard => None,
            MaxAge::Strict => Some(if value.is_empty() {
                default
            } else if value.iter().all(u8::is_ascii_digit) {
                delta_seconds(value)
            } else {
                0
            }),
            MaxAge::Signed { trims } => {
                let mut value = value;
                if trims {
                    let blank = |byte: &u8| matches!(byte, b'\x0B' | b'\x0C');
                    while let Some((first, rest)) = value.split_first()
                        && blank(first)
                    {
                        value = rest;
                    }
                    while let Some((last, rest)) = value.split_last()
                        && blank(last)
                    {
                        value = rest;
                    }
                }
                let (negative, digits) = match value.split_first() {
                    Some((b'-', rest)) => (true, rest),
                    Some((b'+', rest)) => (false, rest),
                    _ => (false, value),
                };
                Some(match number(digits) {
                    None => default,
                    Some(_) if negative => 0,
                    Some(seconds) => u32::try_from(seconds).unwrap_or(u32::MAX),
                })
            }
        }
    }

    /// Whether what a preflight for this request allows is kept at all.
    pub(crate) fn keeps(&self, request: &Request, max_age: u32) -> bool {
        let is_null = || request.byte_serialize_origin(&mut NoTrace).as_ref() == b"null";
        match self.cache_of_null {
            CacheOfNull::Kept => {}
            CacheOfNull::Opaque => {
                if !matches!(request.origin, Origin::Opaque(_)) && is_null() {
                    return false;
                }
            }
            CacheOfNull::Nothing => {
                if is_null() {
                    return false;
                }
            }
        }
        !(self.cache_ignores_zero && max_age == 0)
    }

    /// The `Origin` that the dialect sends in place of what the standard has put there.
    pub(crate) fn correct_origin(
        &self,
        request: &Request,
        history: &History,
        header_list: &mut HeaderList,
    ) {
        let cors = request.response_tainting == ResponseTainting::Cors;
        let get = [Method::GET, Method::HEAD].contains(&request.method);
        let own = || {
            let value = request.byte_serialize_origin(&mut NoTrace).into_owned();
            HeaderValue::from_algorithm(value.into())
        };
        if self.keeps_origin_header && history.became_get && !header_list.contains(ORIGIN) {
            header_list.set(ORIGIN, own());
        }
        if cors || get || request.mode == RequestMode::Cors {
            return;
        }
        let redirected = request.redirect_count > 0;
        let ignores = match self.origin_ignores_policy {
            IgnoresPolicy::Never => false,
            IgnoresPolicy::Redirected => redirected,
            IgnoresPolicy::Always => true,
        };
        if ignores {
            header_list.set(ORIGIN, own());
        }
        let own_origin = request
            .origin
            .is_same_origin(request.current_url().origin());
        if self.taints_own_redirect && redirected && !own_origin {
            header_list.set(ORIGIN, HeaderValue::from_static("null"));
        }
    }
}

/// A number of at most 64 bits.
fn number(digits: &[u8]) -> Option<u64> {
    core::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|digits| digits.trim_start_matches('0'))
        .and_then(|digits| match digits {
            "" => Some(0),
            digits => digits.parse().ok(),
        })
        .filter(|_| !digits.is_empty())
}

/// A range as the standard would have it written.
fn strict_range(value: &[u8]) -> Vec<u8> {
    let mut strict = value.to_vec();
    if let Some(unit) = strict.get_mut(..5)
        && unit.eq_ignore_ascii_case(b"bytes")
    {
        unit.make_ascii_lowercase();
    }
    while matches!(strict.last(), Some(b'\x0B' | b'\x0C')) {
        strict.pop();
    }
    if strict.starts_with(b"bytes=+") {
        strict.remove(6);
    }
    strict
}
