//! `fetch()` and `Request`: from what script gives to the request that is fetched.

use alloc::vec::Vec;

use super::body::{BodyInit, extract};
use super::headers::{Guard, Headers};
use super::{ApiError, ApiErrorName, Client, throw};
use crate::error::Reason;
use crate::header::names;
use crate::method::{Method, is_forbidden_method};
use crate::referrer::{Referrer, ReferrerPolicy};
use crate::request::{CacheMode, CredentialsMode, RedirectMode, Request, RequestMode};
use crate::trace::{Cite, Trace, anchor, cite, step};
use crate::url::Url;

/// What script gives with a URL, the standard's `RequestInit`; `None` where it says nothing.
///
/// Read by [the `Request` constructor](https://fetch.spec.whatwg.org/#dom-request).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestInit {
    /// The method.
    pub method: Option<Vec<u8>>,
    /// The headers, pairs of names and values.
    pub headers: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    /// The body.
    pub body: Option<BodyInit>,
    /// The referrer, parsed.
    pub referrer: Option<Referrer>,
    /// The referrer policy.
    pub referrer_policy: Option<ReferrerPolicy>,
    /// The mode.
    pub mode: Option<RequestMode>,
    /// The credentials mode.
    pub credentials: Option<CredentialsMode>,
    /// The cache mode.
    pub cache: Option<CacheMode>,
    /// The redirect mode.
    pub redirect: Option<RedirectMode>,
    /// Whether the request may outlive its page.
    pub keepalive: Option<bool>,
    /// Whether `duplex` is `"half"`, the only value that it has.
    pub duplex_half: bool,
}

/// The request that `new Request(url, init)` makes, and with it `fetch(url, init)`:
/// <https://fetch.spec.whatwg.org/#dom-request>
///
/// # Errors
///
/// The exception that the constructor throws; `fetch()` rejects its promise with it.
pub fn request(
    client: &Client,
    url: Url,
    init: RequestInit,
    trace: &mut impl Trace,
) -> Result<Request, ApiError> {
    anchor!("dom-request");
    let throw = |at: Cite, reason: Reason, trace: &mut _| {
        Err(throw(ApiErrorName::TypeError, at, reason, trace))
    };
    step!("1–4": "OUT OF SCOPE: names for what follows, and signals.");
    step!("5.1–5.2": "OUT OF SCOPE: the URL parser.");
    if url.includes_credentials() {
        return throw(cite!("5.3"), Reason::UrlIncludesCredentials, trace);
    }
    step!(trace, "5.3": "The URL includes no credentials.");
    step!(trace, "5.4": "The request is for {}.", url.serialize(false));
    let mut request = Request::new(client.origin.clone(), url);
    let fallback_mode = RequestMode::Cors;
    step!(trace, "5.5": "The fallback mode is {fallback_mode}.");
    step!("6": "OUT OF SCOPE: requests as input.");
    let origin = &client.origin;
    step!(trace, "7": "The origin is {}.", origin.serialize());
    step!("8–11": "OUT OF SCOPE: windows.");
    request.unsafe_request = true;
    request.client = Some(client.clone());
    step!(trace, "12": "The unsafe-request flag is set.");
    step!("13": "OUT OF SCOPE: requests as input.");
    if let Some(referrer) = init.referrer {
        step!(trace, "14.1": "Script gives a referrer.");
        request.referrer = match referrer {
            Referrer::NoReferrer => {
                step!(trace, "14.2": "There is no referrer.");
                Referrer::NoReferrer
            }
            Referrer::Client => {
                step!("14.3.1–14.3.2": "OUT OF SCOPE: the URL parser.");
                step!(trace, "14.3.3": "The referrer is the page.");
                Referrer::Client
            }
            Referrer::Url(parsed_referrer) if !parsed_referrer.origin().is_same_origin(origin) => {
                step!(trace, "14.3.3": "The referrer is of another origin, so it is the page.");
                Referrer::Client
            }
            Referrer::Url(parsed_referrer) => {
                step!(trace, "14.3.4": "The referrer is {}.", parsed_referrer.serialize(false));
                Referrer::Url(parsed_referrer)
            }
        };
    }
    if let Some(referrer_policy) = init.referrer_policy {
        request.referrer_policy = referrer_policy;
        step!(trace, "15": "The referrer policy is {referrer_policy}.");
    }
    let mode = init.mode.unwrap_or(fallback_mode);
    step!(trace, "16": "The mode is {mode}.");
    if mode == RequestMode::Navigate {
        return throw(cite!("17"), Reason::NavigateMode, trace);
    }
    step!(trace, "17": "The mode is one for scripts.");
    request.mode = mode;
    step!(trace, "18": "The mode is set.");
    if let Some(credentials) = init.credentials {
        request.credentials_mode = credentials;
        step!(trace, "19": "The credentials mode is {credentials}.");
    }
    if let Some(cache) = init.cache {
        request.cache_mode = cache;
        step!(trace, "20": "The cache mode is {cache}.");
    }
    if request.cache_mode == CacheMode::OnlyIfCached && request.mode != RequestMode::SameOrigin {
        return throw(cite!("21"), Reason::OnlyIfCachedMode, trace);
    }
    step!(trace, "21": "Cache mode and mode go together.");
    if let Some(redirect) = init.redirect {
        request.redirect_mode = redirect;
        step!(trace, "22": "The redirect mode is {redirect}.");
    }
    step!("23": "OUT OF SCOPE: integrity metadata.");
    if let Some(keepalive) = init.keepalive {
        request.keepalive = keepalive;
        step!(trace, "24": "Keepalive is {keepalive}.");
    }
    if let Some(method) = init.method {
        step!(trace, "25.1": "Script gives the method {}.", crate::trace::Shown(&method));
        let at = cite!("25.2");
        let Ok(parsed) = Method::new(&method) else {
            return throw(at, Reason::MethodNotAToken { method }, trace);
        };
        if is_forbidden_method(&method) {
            return throw(at, Reason::ForbiddenMethod { method }, trace);
        }
        step!(trace, at: "It is a method, and not a forbidden one.");
        let method = parsed.normalize(trace);
        step!(trace, "25.3": "The method is {method}.");
        request.method = method;
        step!(trace, "25.4": "The method is set.");
    }
    step!("26–30": "OUT OF SCOPE: signals, priorities, and the object around the request.");
    let mut headers = Headers::new(core::mem::take(&mut request.header_list), Guard::Request);
    step!(trace, "31": "The guard is `request`.");
    if mode == RequestMode::NoCors {
        if !request.method.is_cors_safelisted() {
            let reason = Reason::MethodInNoCorsMode {
                method: request.method,
            };
            return throw(cite!("32.1"), reason, trace);
        }
        step!(trace, "32.1": "{} is safelisted.", request.method);
        headers.set_guard(Guard::RequestNoCors);
        step!(trace, "32.2": "The guard is `request-no-cors`.");
    }
    step!("33.1–33.4": "OUT OF SCOPE: requests and `Headers` objects as input.");
    if let Some(pairs) = &init.headers {
        headers.fill(pairs, trace)?;
        step!(trace, "33.5":
            "{} of {} headers are taken.", headers.header_list().len(), pairs.len());
    }
    step!("34": "OUT OF SCOPE: requests as input.");
    if init.body.is_some() && [Method::GET, Method::HEAD].contains(&request.method) {
        let reason = Reason::BodyNotAllowed {
            method: request.method,
        };
        return throw(cite!("35"), reason, trace);
    }
    step!(trace, "35": "Method and body go together.");
    step!("36": "OUT OF SCOPE: a name for what follows.");
    if let Some(body) = init.body {
        let (init_body, r#type) = extract(body, request.keepalive, trace)?;
        step!(trace, "37.1": "The body is extracted.");
        step!(trace, "37.2": "The body is {init_body:?}.");
        step!(trace, "37.3": "It has {} type.", if r#type.is_some() { "a" } else { "no" });
        if let Some(r#type) = r#type
            && !headers.header_list().contains(names::CONTENT_TYPE)
        {
            headers.append(names::CONTENT_TYPE.as_bytes(), r#type.as_bytes(), trace)?;
            step!(trace, "37.4": "Content-Type: {type} is appended.");
        }
        step!("38": "OUT OF SCOPE: requests as input.");
        if init_body.source_is_null {
            if !init.duplex_half {
                return throw(cite!("39.1"), Reason::StreamWithoutDuplex, trace);
            }
            step!(trace, "39.1": "`duplex` is there.");
            if !matches!(mode, RequestMode::SameOrigin | RequestMode::Cors) {
                let reason = Reason::StreamInMode { mode };
                return throw(cite!("39.2"), reason, trace);
            }
            step!(trace, "39.2": "The mode {mode} allows streams.");
            request.use_cors_preflight = true;
            step!(trace, "39.3": "The use-CORS-preflight flag is set.");
        }
        step!("40–41": "OUT OF SCOPE: requests as input.");
        request.body = Some(init_body);
        step!(trace, "42": "The body is set.");
    }
    request.header_list = headers.into_header_list();
    Ok(request)
}
