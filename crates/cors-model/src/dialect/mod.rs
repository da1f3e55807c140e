//! How engines depart from the standard, one field for each departure.
//!
//! A [`Dialect`] says nothing about how an engine is made: it is what was seen of it, in cases of
//! this project's library (`vectors/agent/`); each field names one that shows it. Which version was
//! looked at is in `vectors/agent/observed/`.

mod departures;
mod engine;
mod engines;
mod request;
mod response;
mod script;
#[cfg(test)]
mod tests;

pub use self::engine::Engine;
use crate::header::HeaderList;
use crate::request::CacheMode;

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

    /// Quotes in X-HTTP-Method and its kin hide no comma, so that a forbidden method behind one
    /// has the header dropped: `forbidden-headers/override-unclosed-quote`.
    pub overrides_split_at_commas: bool,
    /// A `no-cors` request keeps the type of its Blob, whatever that is: `no-cors/post-json-blob`.
    pub no_cors_keeps_blob_type: bool,
    /// What `XMLHttpRequest` makes of the charset that script has set: `xhr/rewrites-quoted-charset`.
    pub xhr_charset: XhrCharset,
    /// A conditional header by script turns the cache mode into `no-cache`, not `no-store`:
    /// `unsafe-names/conditional-by-script`.
    pub conditional_is_no_cache: bool,
    /// A preflight has the cache mode of its request: `unsafe-names/conditional-by-script`.
    pub preflights_with_cache_mode: bool,
    /// Of several `Content-Type` that script gives to `fetch()` the last is sent:
    /// `safelisted-headers/repeated-content-type-safe`.
    pub content_type_replaces: bool,
    /// An empty value that script gives to `fetch()` ends what it gave before:
    /// `header-parsing/get-request-headers`.
    pub empty_value_starts_anew: bool,
    /// A byte beyond ASCII in `Content-Type` is sent as UTF-8: `content-type/non-ascii-parameter`.
    pub content_type_in_utf8: bool,

    /// Headers of one name that script gives to `fetch()` one by one are combined before they are
    /// held against the safelist: `safelisted-headers/repeated-accept-judged-one-by-one`.
    pub combines_before_safelisting: bool,
    /// What once were client hints is safelisted: `safelisted-headers/other-dpr`.
    pub safelists_client_hints: bool,
    /// A `User-Agent` by script is dropped: `safelisted-headers/other-user-agent`.
    pub drops_user_agent: bool,
    /// Bytes beyond ASCII in `Accept` and `Content-Type` are unsafe: `safelisted-headers/byte-80`.
    pub high_bytes_unsafe: bool,
    /// Commas and empty parameters behind the essence of a `Content-Type` are unsafe, and not for
    /// `no-cors` requests to have: `content-type/comma-in-parameter`,
    /// `no-cors/joined-json-after-semicolon`.
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
    /// What several lines of `Location` mean: `redirects/two-locations-same`,
    /// `redirects/two-locations`.
    pub locations: Locations,
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

/// What `XMLHttpRequest` makes of the charset in a `Content-Type` that script has set.
///
/// In [`send()`](https://xhr.spec.whatwg.org/#dom-xmlhttprequest-send).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XhrCharset {
    /// One that is not UTF-8 becomes it, and the type is serialized anew; so it is judged and sent.
    Standard,
    /// Each becomes `UTF-8` where it stands, and nothing else changes: `xhr/keeps-quoted-utf-8`.
    InPlace,
    /// The type is judged as script has set it, and serialized anew when it is sent:
    /// `xhr/rewrites-to-long`.
    JudgedBefore,
    /// An empty one is left alone: `xhr/rewrites-empty-quoted-charset`.
    EmptyKept,
}

/// What several lines of `Location` mean.
///
/// See [location URL](https://fetch.spec.whatwg.org/#concept-response-location-url).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locations {
    /// No URL.
    Standard,
    /// Those that are equal count as one.
    EqualAreOne,
    /// All of them, with commas between them, are one URL.
    Joined,
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
        overrides_split_at_commas: false,
        no_cors_keeps_blob_type: false,
        xhr_charset: XhrCharset::Standard,
        conditional_is_no_cache: false,
        preflights_with_cache_mode: false,
        content_type_replaces: false,
        empty_value_starts_anew: false,
        content_type_in_utf8: false,
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
        preflights_with_page_origin: false,
        preflights_after_redirect: false,
        lists_dropped_names: false,
        delete_becomes_get: false,
        second_redirect_needs_credentials: false,
        keeps_origin_header: false,
        empty_location: EmptyLocation::Standard,
        redirect_needs_location: false,
        refuses_url_credentials: false,
        locations: Locations::Standard,
        origin_ignores_policy: IgnoresPolicy::Never,
        taints_own_redirect: false,
        drops_empty_values: false,
        exposes_broken_lists: false,
    };

    /// Whether it departs from the standard at all.
    #[inline]
    pub(crate) const fn departs(&self) -> bool {
        !self.name.is_empty()
    }
}
