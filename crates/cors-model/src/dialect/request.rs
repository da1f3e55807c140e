//! What becomes of a request: its headers, what of them is unsafe, and what is sent.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Dialect, History, IgnoresPolicy};
use crate::api::xhr::in_utf8;
use crate::error::Reason;
use crate::fetch::{CONDITIONAL, KEEPALIVE_LIMIT};
use crate::header::names::{ACCEPT, CONTENT_TYPE, ORIGIN, RANGE};
use crate::header::{
    Header, HeaderList, HeaderName, HeaderValue, convert_header_names_to_sorted_lowercase_set,
    parse_single_range_header_value,
};
use crate::method::Method;
use crate::request::{Body, CacheMode, Request, RequestMode, ResponseTainting};
use crate::safelist::{cors_unsafe_request_header_names, is_cors_safelisted_request_header};
use crate::trace::{Cite, NoTrace, Trace};

impl Dialect {
    /// What becomes of a request before anything else is looked at.
    ///
    /// # Errors
    ///
    /// It is refused before anything is sent; where the standard refuses it later, and why.
    pub(crate) fn prepare(&self, request: &mut Request) -> Result<(), (Cite, Reason)> {
        if self.drops_user_agent {
            request
                .header_list
                .delete(&HeaderName::from_static("User-Agent"));
        }
        if self.conditional_is_no_cache
            && request.cache_mode == CacheMode::Default
            && CONDITIONAL
                .iter()
                .any(|name| request.header_list.contains(name))
        {
            request.cache_mode = CacheMode::NoCache;
        }
        if self.upload_listener_needs_body && request.body.is_none() {
            request.use_cors_preflight = false;
        }
        if self.combines_before_safelisting {
            request.header_list = request.header_list.combined();
        }
        if let Some(length) = request.body.as_ref().and_then(Body::length)
            && self.keepalive_limit_first
            && request.keepalive
            && length > KEEPALIVE_LIMIT
        {
            let at = Cite::new("concept-http-network-or-cache-fetch", "8.10.5");
            return Err((at, Reason::KeepaliveLimit { bytes: length }));
        }
        Ok(())
    }

    /// Whether a request to another origin is one that no form could send.
    pub(crate) fn needs_preflight(&self, request: &Request, trace: &mut impl Trace) -> bool {
        request.use_cors_preflight
            || (request.unsafe_request
                && (!request.method.is_cors_safelisted()
                    || !self.unsafe_names(&request.header_list, trace).is_empty()))
    }

    /// Whether a request has a preflight only since it needed one before it was redirected.
    pub(crate) fn forces_preflight(
        &self,
        request: &Request,
        history: &History,
        trace: &mut impl Trace,
    ) -> bool {
        history.preflighted && !self.needs_preflight(request, trace)
    }

    /// The cache mode of a preflight.
    pub(crate) const fn preflight_cache_mode(&self, request: &Request) -> CacheMode {
        if self.preflights_with_cache_mode {
            request.cache_mode
        } else {
            CacheMode::Default
        }
    }

    /// The names that a preflight asks about, those that a redirect has dropped among them.
    pub(crate) fn preflighted_names(
        &self,
        request: &Request,
        history: &History,
        trace: &mut impl Trace,
    ) -> Vec<HeaderName> {
        if history.dropped.is_empty() {
            return self.unsafe_names(&request.header_list, trace);
        }
        let mut header_list = request.header_list.clone();
        header_list.extend(history.dropped.iter().cloned());
        self.unsafe_names(&header_list, trace)
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
        if !self.repeats_names {
            return convert_header_names_to_sorted_lowercase_set(unsafe_names, &mut NoTrace);
        }
        let names = unsafe_names.into_iter();
        let mut repeated: Vec<HeaderName> = names.map(HeaderName::into_lowercase).collect();
        repeated.sort_unstable();
        repeated
    }

    /// Whether a header is safelisted.
    pub(super) fn safelists(&self, name: &HeaderName, value: &[u8]) -> bool {
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
            let are_empty = !parameters.is_empty() && parameters.iter().all(|byte| *byte == b';');
            if are_empty || parameters.contains(&b',') {
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

    /// The headers that no later one of the same name replaces.
    fn last_ones(&self, header_list: &HeaderList) -> HeaderList {
        let mut later = BTreeSet::new();
        let mut later_empty = BTreeSet::new();
        let mut kept: Vec<Header> = Vec::new();
        for header in header_list.iter().rev() {
            let Header { name, value } = header;
            let empty = value.as_bytes().is_empty();
            let replaced = later.contains(name)
                && (self.content_type_replaces && *name == CONTENT_TYPE
                    || self.empty_value_starts_anew && (empty || later_empty.contains(name)));
            later.insert(name);
            if empty {
                later_empty.insert(name);
            }
            if !replaced {
                kept.push(header.clone());
            }
        }
        let mut list = HeaderList::new();
        list.extend(kept.into_iter().rev());
        list
    }

    /// What is sent of the headers that the standard would send.
    pub(crate) fn sent(&self, request: &Request, history: &History, header_list: &mut HeaderList) {
        self.correct_origin(request, history, header_list);
        if self.content_type_replaces || self.empty_value_starts_anew {
            *header_list = self.last_ones(header_list);
        }
        let content_type = header_list.get(CONTENT_TYPE).map(Cow::into_owned);
        let Some(content_type) = content_type else {
            return;
        };
        if request.charset_rewritten_late
            && let Some(value) = in_utf8(&content_type)
        {
            header_list.set(CONTENT_TYPE, value);
        }
        if self.content_type_in_utf8 && !content_type.is_ascii() {
            let text: String = content_type.iter().copied().map(char::from).collect();
            let value = HeaderValue::from_algorithm(text.into_bytes());
            header_list.set(CONTENT_TYPE, value);
        }
    }

    /// The `Origin` that the dialect sends in place of what the standard has put there.
    fn correct_origin(&self, request: &Request, history: &History, header_list: &mut HeaderList) {
        let cors = request.response_tainting == ResponseTainting::Cors;
        let get = [Method::GET, Method::HEAD].contains(&request.method);
        let own = || request.byte_serialize_origin(&mut NoTrace);
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
pub(super) fn number(digits: &[u8]) -> Option<u64> {
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
