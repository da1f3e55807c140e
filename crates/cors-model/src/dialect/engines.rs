//! The engines.

use super::{
    CacheCleared, CacheOfNull, Dialect, EmptyLocation, IgnoresPolicy, Locations, MaxAge, XhrCharset,
};
use crate::request::CacheMode;

impl Dialect {
    /// What all three engines do alike.
    const ENGINES: Self = Self {
        range_limit: Some(u64::MAX),
        keepalive_limit_first: true,
        wildcard_covers_authorization: true,
        forced_preflight_needs_method: true,
        any_entry_serves_forced: true,
        ..Self::STANDARD
    };

    /// Chromium.
    pub const CHROMIUM: Self = Self {
        name: "Chromium",
        xhr_charset: XhrCharset::InPlace,
        conditional_is_no_cache: true,
        preflights_with_cache_mode: true,
        combines_before_safelisting: true,
        safelists_client_hints: true,
        drops_user_agent: true,
        range_limit: Some(9_223_372_036_854_775_806),
        upload_listener_needs_body: true,
        max_age: MaxAge::Signed { trims: false },
        max_age_limit: 7_200,
        star_with_credentials_not_kept: true,
        cache_replaces: true,
        cache_of_null: CacheOfNull::Nothing,
        cache_bypassed_by: &[CacheMode::NoStore, CacheMode::Reload, CacheMode::NoCache],
        cache_cleared: CacheCleared::ByPreflight,
        empty_location: EmptyLocation::None,
        redirect_needs_location: true,
        refuses_url_credentials: true,
        locations: Locations::EqualAreOne,
        origin_ignores_policy: IgnoresPolicy::Always,
        taints_own_redirect: true,
        ..Self::ENGINES
    };

    /// Firefox.
    pub const FIREFOX: Self = Self {
        name: "Firefox",
        overrides_split_at_commas: true,
        xhr_charset: XhrCharset::JudgedBefore,
        content_type_replaces: true,
        empty_value_starts_anew: true,
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
        preflights_with_page_origin: true,
        preflights_after_redirect: true,
        locations: Locations::EqualAreOne,
        drops_empty_values: true,
        exposes_broken_lists: true,
        ..Self::ENGINES
    };

    /// WebKit, as GTK has it.
    pub const WEBKIT: Self = Self {
        name: "WebKit",
        overrides_split_at_commas: true,
        no_cors_keeps_blob_type: true,
        xhr_charset: XhrCharset::EmptyKept,
        content_type_in_utf8: true,
        combines_before_safelisting: true,
        lenient_range: true,
        kept_wildcard_covers_authorization: true,
        max_age: MaxAge::Signed { trims: true },
        max_age_limit: 600,
        star_with_credentials_not_kept: true,
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
        locations: Locations::Joined,
        redirect_needs_location: true,
        origin_ignores_policy: IgnoresPolicy::Redirected,
        ..Self::ENGINES
    };
}
