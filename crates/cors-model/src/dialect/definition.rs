//! The type of a dialect, and what its fields can be.

use alloc::vec::Vec;

use crate::header::HeaderList;
use crate::request::CacheMode;

/// Defines the dialect by its fields, each with what it is in the standard.
macro_rules! dialect {
    ($($(#[$about:meta])* $field:ident: $kind:ty = $standard:expr;)+) => {
        /// How an engine departs from the standard. The default is the standard itself.
        ///
        /// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Dialect {
            /// What people call the engine. Without a name it is the standard, whatever the fields
            /// say: the one thing that has to be looked at on the way of the standard.
            pub name: &'static str,
            $($(#[$about])* pub $field: $kind,)+
        }

        impl Dialect {
            /// The standard.
            pub const STANDARD: Self = Self { name: "", $($field: $standard,)+ };

            /// The fields in which the dialect departs from the standard, by name, each with the
            /// dialect that it would be without.
            ///
            /// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
            pub fn departures(&self) -> Vec<(&'static str, Self)> {
                let standard = Self::STANDARD;
                let mut departures = Vec::new();
                $(if self.$field != standard.$field {
                    departures.push((
                        stringify!($field),
                        Self { $field: standard.$field, ..*self },
                    ));
                })+
                departures
            }
        }
    };
}

dialect! {
    /// Quotes in X-HTTP-Method and its kin hide no comma, so that a forbidden method behind one
    /// has the header dropped: `forbidden-headers/override-unclosed-quote`.
    overrides_split_at_commas: bool = false;
    /// A `no-cors` request keeps the type of its Blob, whatever that is: `no-cors/post-json-blob`.
    no_cors_keeps_blob_type: bool = false;
    /// What `XMLHttpRequest` makes of the charset that script has set: `xhr/rewrites-quoted-charset`.
    xhr_charset: XhrCharset = XhrCharset::Standard;
    /// A conditional header by script turns the cache mode into `no-cache`, not `no-store`:
    /// `unsafe-names/conditional-by-script`.
    conditional_is_no_cache: bool = false;
    /// A preflight has the cache mode of its request: `unsafe-names/conditional-by-script`.
    preflights_with_cache_mode: bool = false;
    /// Of several `Content-Type` that script gives to `fetch()` the last is sent:
    /// `safelisted-headers/repeated-content-type-safe`.
    content_type_replaces: bool = false;
    /// An empty value that script gives to `fetch()` ends what it gave before:
    /// `header-parsing/get-request-headers`.
    empty_value_starts_anew: bool = false;
    /// A byte beyond ASCII in `Content-Type` is sent as UTF-8: `content-type/non-ascii-parameter`.
    content_type_in_utf8: bool = false;

    /// Headers of one name that script gives to `fetch()` one by one are combined before they are
    /// held against the safelist: `safelisted-headers/repeated-accept-judged-one-by-one`.
    combines_before_safelisting: bool = false;
    /// What once were client hints is safelisted: `safelisted-headers/other-dpr`.
    safelists_client_hints: bool = false;
    /// A `User-Agent` by script is dropped: `safelisted-headers/other-user-agent`.
    drops_user_agent: bool = false;
    /// Bytes beyond ASCII in `Accept` and `Content-Type` are unsafe: `safelisted-headers/byte-80`.
    high_bytes_unsafe: bool = false;
    /// Commas, and nothing but empty parameters, behind the essence of a `Content-Type` are unsafe, and not for
    /// `no-cors` requests to have: `content-type/comma-in-parameter`,
    /// `no-cors/joined-json-after-semicolon`.
    content_type_parameters_checked: bool = false;
    /// There is no limit to all safelisted values together: `unsafe-names/total-1025`.
    no_total_limit: bool = false;
    /// A preflight names a header as often as script gave it an unsafe value:
    /// `unsafe-names/each-once`.
    repeats_names: bool = false;
    /// The largest number that a safelisted `Range` may state: `range/below-2-to-the-63`,
    /// `range/beyond-64-bits`.
    range_limit: Option<u64> = None;
    /// `Range` may have its unit in any case, a plus sign, and vertical tabs and form feeds at its
    /// end: `range/unit-upper-case`.
    lenient_range: bool = false;
    /// An upload listener forces a preflight only when there is a body: `xhr/upload-get`.
    upload_listener_needs_body: bool = false;
    /// A keepalive body that is too long is refused before the preflight:
    /// `preflight-trigger/keepalive-65537-preflighted`.
    keepalive_limit_first: bool = false;

    /// `*` in Access-Control-Allow-Headers covers Authorization:
    /// `preflight-response/authorization-wildcard`.
    wildcard_covers_authorization: bool = false;
    /// The same of a `*` in the preflight cache: `preflight-cache/header-wildcard-not-authorization`.
    kept_wildcard_covers_authorization: bool = false;
    /// A forced preflight has to list methods that are not safelisted, as any other:
    /// `preflight-response/listener-put-no-methods`.
    forced_preflight_needs_method: bool = false;
    /// Any entry for the URL serves a forced preflight whose method is safelisted:
    /// `preflight-cache/listener-method-not-listed`.
    any_entry_serves_forced: bool = false;
    /// How Access-Control-Max-Age is read: `max-age-syntax/invalid-4-after`.
    max_age: MaxAge = MaxAge::Standard;
    /// The greatest max-age that is accepted, in seconds. That of Chromium and of Firefox lies
    /// beyond what was tried, and is what they document.
    max_age_limit: u32 = 86_400;

    /// A `*` that was listed for a request with credentials is not kept:
    /// `preflight-cache/star-with-credentials`.
    star_with_credentials_not_kept: bool = false;
    /// What a preflight allows replaces what was kept for the URL: `preflight-cache/accumulates`.
    cache_replaces: bool = false;
    /// What is kept for requests whose origin serializes to `null`: `preflight-cache/opaque-again`,
    /// `redirect-preflight/second-time-from-cache`.
    cache_of_null: CacheOfNull = CacheOfNull::Kept;
    /// The cache modes that bypass the preflight cache: `preflight-cache/cache-mode-no-store`.
    cache_bypassed_by: &'static [CacheMode] = &[];
    /// What ends what is kept: `preflight-cache/cleared-by-refused-response`,
    /// `preflight-cache/not-cleared-by-simple-request`.
    cache_cleared: CacheCleared = CacheCleared::Standard;
    /// What a preflight lists is kept even if it does not allow the request:
    /// `preflight-cache/refused-allows-nothing`, `preflight-cache/cleared-by-method-not-allowed`.
    caches_before_judging: bool = false;
    /// A kept `*` covers only what it was asked for: `preflight-cache/method-wildcard`.
    cache_wildcards_cover_nothing: bool = false;
    /// Entries serve only requests that include credentials just as theirs did:
    /// `preflight-cache/include-then-omit`.
    cache_keeps_credentials_apart: bool = false;
    /// A max-age of 0 changes nothing of what is kept: `preflight-cache/update-shortens`.
    cache_ignores_zero: bool = false;

    /// A preflight after redirects has the page's origin: `redirect-preflight/put-to-third`.
    preflights_with_page_origin: bool = false;
    /// What needed a preflight before a redirect has one after it: `redirect-preflight/put-303`.
    preflights_after_redirect: bool = false;
    /// That preflight also names what the redirect has dropped:
    /// `redirect-credentials/authorization-put`.
    lists_dropped_names: bool = false;
    /// DELETE becomes GET on its way to another origin: `redirect-preflight/delete-301`.
    delete_becomes_get: bool = false;
    /// A request that was redirected from the page's own origin to another is redirected again only
    /// when that one allows credentials, whether there are any or not:
    /// `redirect-origin/own-to-cross-within`.
    second_redirect_needs_credentials: bool = false;
    /// A request that becomes GET keeps its `Origin`: `redirect-origin/post-to-get-own`.
    keeps_origin_header: bool = false;
    /// What an empty `Location` means: `redirects/empty-location`.
    empty_location: EmptyLocation = EmptyLocation::Standard;
    /// Without a `Location` no status is a redirect: `redirects/mode-error-without-location`.
    redirect_needs_location: bool = false;
    /// No redirect to a URL with user or password is followed: `redirect-credentials/url-within-own`.
    refuses_url_credentials: bool = false;
    /// What several lines of `Location` mean: `redirects/two-locations-same`,
    /// `redirects/two-locations`.
    locations: Locations = Locations::Standard;
    /// When the referrer policy leaves the `Origin` of a request alone that is not of the mode
    /// `cors`: `origin-header/no-cors-post-no-referrer`, `redirect-origin/redirect-sets-policy`.
    origin_ignores_policy: IgnoresPolicy = IgnoresPolicy::Never;
    /// A `no-cors` request says `null` once it has left the page's own origin:
    /// `redirect-origin/no-cors-post-own-to-cross`.
    taints_own_redirect: bool = false;

    /// Of several lines of a response header, empty ones do not count:
    /// `header-parsing/get-empty-values`.
    drops_empty_values: bool = false;
    /// A broken Access-Control-Expose-Headers that begins with `*` exposes everything to a request
    /// without credentials:
    /// `exposed-headers/broken-with-wildcard`.
    exposes_broken_lists: bool = false;
}

impl Dialect {
    /// Whether it departs from the standard at all.
    #[inline]
    pub(crate) const fn departs(&self) -> bool {
        !self.name.is_empty()
    }
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
