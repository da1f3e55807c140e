//! The departures of a dialect one by one, so that what one of them changes can be found out.

use alloc::vec::Vec;

use super::Dialect;

/// Calls with all fields; a field that is left out does not compile.
macro_rules! each_field {
    ($dialect:expr, $($field:ident)*) => {{
        let own: Dialect = $dialect;
        let Dialect { name: _, $($field: _),* } = own;
        let standard = Dialect::STANDARD;
        [$((
            stringify!($field),
            own.$field != standard.$field,
            Dialect { $field: standard.$field, ..own },
        )),*]
    }};
}

impl Dialect {
    /// The fields in which the dialect departs from the standard, by name, each with the dialect
    /// that it would be without.
    ///
    /// What it departs from is what it is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
    pub fn departures(&self) -> Vec<(&'static str, Self)> {
        let fields = each_field!(
            *self,
            overrides_split_at_commas
            no_cors_keeps_blob_type
            xhr_charset
            conditional_is_no_cache
            preflights_with_cache_mode
            content_type_replaces
            empty_value_starts_anew
            content_type_in_utf8
            combines_before_safelisting
            safelists_client_hints
            drops_user_agent
            high_bytes_unsafe
            content_type_parameters_checked
            no_total_limit
            repeats_names
            range_limit
            lenient_range
            upload_listener_needs_body
            keepalive_limit_first
            wildcard_covers_authorization
            kept_wildcard_covers_authorization
            forced_preflight_needs_method
            any_entry_serves_forced
            max_age
            max_age_limit
            star_with_credentials_not_kept
            cache_replaces
            cache_of_null
            cache_bypassed_by
            cache_cleared
            caches_before_judging
            cache_wildcards_cover_nothing
            cache_keeps_credentials_apart
            cache_ignores_zero
            preflights_with_page_origin
            preflights_after_redirect
            lists_dropped_names
            delete_becomes_get
            second_redirect_needs_credentials
            keeps_origin_header
            empty_location
            redirect_needs_location
            refuses_url_credentials
            locations
            origin_ignores_policy
            taints_own_redirect
            drops_empty_values
            exposes_broken_lists
        );
        fields
            .into_iter()
            .filter(|(_, departs, _)| *departs)
            .map(|(field, _, without)| (field, without))
            .collect()
    }
}
