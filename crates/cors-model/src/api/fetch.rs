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
use crate::trace::{Cite, Trace, cite, step};
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
    let throw = |at: Cite, reason: Reason, trace: &mut _| {
        Err(throw(ApiErrorName::TypeError, at, reason, trace))
    };
    // 1–4. OUT OF SCOPE: names for what follows, and signals.
    // 5.1–5.2. OUT OF SCOPE: the URL parser.
    // 5.3. Names and passwords in URLs are a thing of the past.
    if url.includes_credentials() {
        return throw(
            cite!("dom-request", "5.3"),
            Reason::UrlIncludesCredentials,
            trace,
        );
    }
    step!(
        trace,
        cite!("dom-request", "5.3"),
        "The URL includes no credentials."
    );
    // 5.4. A request for the URL.
    step!(
        trace,
        cite!("dom-request", "5.4"),
        "The request is for {}.",
        url.serialize(false)
    );
    let mut request = Request::new(client.origin.clone(), url);
    // 5.5. Scripts use CORS unless they say otherwise.
    let fallback_mode = RequestMode::Cors;
    step!(
        trace,
        cite!("dom-request", "5.5"),
        "The fallback mode is {fallback_mode}."
    );
    // 6. OUT OF SCOPE: requests as input.
    // 7. The page's origin.
    let origin = &client.origin;
    step!(
        trace,
        cite!("dom-request", "7"),
        "The origin is {}.",
        origin.serialize()
    );
    // 8–11. OUT OF SCOPE: windows.
    // 12. A request by this page, with method and headers that script chooses.
    request.unsafe_request = true;
    request.client = Some(client.clone());
    step!(
        trace,
        cite!("dom-request", "12"),
        "The unsafe-request flag is set."
    );
    // 13. OUT OF SCOPE: requests as input.
    if let Some(referrer) = init.referrer {
        // 14.1. Script wants another referrer than the page.
        step!(
            trace,
            cite!("dom-request", "14.1"),
            "Script gives a referrer."
        );
        request.referrer = match referrer {
            Referrer::NoReferrer => {
                // 14.2. Or none at all.
                step!(trace, cite!("dom-request", "14.2"), "There is no referrer.");
                Referrer::NoReferrer
            }
            // 14.3.1–14.3.2. OUT OF SCOPE: the URL parser.
            // 14.3.3. The page itself, or what is not the page's: then it is the page.
            Referrer::Client => {
                step!(
                    trace,
                    cite!("dom-request", "14.3.3"),
                    "The referrer is the page."
                );
                Referrer::Client
            }
            Referrer::Url(parsed_referrer) if !parsed_referrer.origin().is_same_origin(origin) => {
                step!(
                    trace,
                    cite!("dom-request", "14.3.3"),
                    "The referrer is the page."
                );
                Referrer::Client
            }
            // 14.3.4. Another URL of the page's own origin.
            Referrer::Url(parsed_referrer) => {
                step!(
                    trace,
                    cite!("dom-request", "14.3.4"),
                    "The referrer is {}.",
                    parsed_referrer.serialize(false)
                );
                Referrer::Url(parsed_referrer)
            }
        };
    }
    // 15. The referrer policy that script gives.
    if let Some(referrer_policy) = init.referrer_policy {
        request.referrer_policy = referrer_policy;
        step!(
            trace,
            cite!("dom-request", "15"),
            "The referrer policy is {referrer_policy}."
        );
    }
    // 16. The mode that script gives.
    let mode = init.mode.unwrap_or(fallback_mode);
    step!(trace, cite!("dom-request", "16"), "The mode is {mode}.");
    // 17. Scripts do not navigate.
    if mode == RequestMode::Navigate {
        return throw(cite!("dom-request", "17"), Reason::NavigateMode, trace);
    }
    step!(
        trace,
        cite!("dom-request", "17"),
        "The mode is one for scripts."
    );
    // 18. There is always one.
    request.mode = mode;
    step!(trace, cite!("dom-request", "18"), "The mode is set.");
    // 19. The credentials mode that script gives.
    if let Some(credentials) = init.credentials {
        request.credentials_mode = credentials;
        step!(
            trace,
            cite!("dom-request", "19"),
            "The credentials mode is {credentials}."
        );
    }
    // 20. The cache mode that script gives.
    if let Some(cache) = init.cache {
        request.cache_mode = cache;
        step!(
            trace,
            cite!("dom-request", "20"),
            "The cache mode is {cache}."
        );
    }
    // 21. What is cached of other origins is not for script to find out.
    if request.cache_mode == CacheMode::OnlyIfCached && request.mode != RequestMode::SameOrigin {
        return throw(cite!("dom-request", "21"), Reason::OnlyIfCachedMode, trace);
    }
    step!(
        trace,
        cite!("dom-request", "21"),
        "Cache mode and mode go together."
    );
    // 22. The redirect mode that script gives.
    if let Some(redirect) = init.redirect {
        request.redirect_mode = redirect;
        step!(
            trace,
            cite!("dom-request", "22"),
            "The redirect mode is {redirect}."
        );
    }
    // 23. OUT OF SCOPE: integrity metadata.
    // 24. Whether the request may outlive its page.
    if let Some(keepalive) = init.keepalive {
        request.keepalive = keepalive;
        step!(
            trace,
            cite!("dom-request", "24"),
            "Keepalive is {keepalive}."
        );
    }
    if let Some(method) = init.method {
        // 25.1. The method that script gives.
        step!(
            trace,
            cite!("dom-request", "25.1"),
            "Script gives the method {}.",
            crate::trace::Shown(&method)
        );
        // 25.2. It has to be one, and none of three.
        let at = cite!("dom-request", "25.2");
        let Ok(parsed) = Method::new(&method) else {
            return throw(at, Reason::MethodNotAToken { method }, trace);
        };
        if is_forbidden_method(&method) {
            return throw(at, Reason::ForbiddenMethod { method }, trace);
        }
        step!(trace, at, "It is a method, and not a forbidden one.");
        // 25.3. Six of them are the same in any letter case.
        let method = parsed.normalize(trace);
        step!(
            trace,
            cite!("dom-request", "25.3"),
            "The method is {method}."
        );
        // 25.4. That is the request's.
        request.method = method;
        step!(trace, cite!("dom-request", "25.4"), "The method is set.");
    }
    // 26–30. OUT OF SCOPE: signals, priorities, and the object around the request.
    // 31. Script may not set what is the user agent's.
    let mut headers = Headers::new(core::mem::take(&mut request.header_list), Guard::Request);
    step!(trace, cite!("dom-request", "31"), "The guard is `request`.");
    if mode == RequestMode::NoCors {
        // 32.1. Nor use a method that no form has.
        if !request.method.is_cors_safelisted() {
            let reason = Reason::MethodInNoCorsMode {
                method: request.method,
            };
            return throw(cite!("dom-request", "32.1"), reason, trace);
        }
        step!(
            trace,
            cite!("dom-request", "32.1"),
            "{} is safelisted.",
            request.method
        );
        // 32.2. Nor headers.
        headers.set_guard(Guard::RequestNoCors);
        step!(
            trace,
            cite!("dom-request", "32.2"),
            "The guard is `request-no-cors`."
        );
    }
    // 33.1–33.4. OUT OF SCOPE: requests and `Headers` objects as input.
    // 33.5. The headers that script gives.
    if let Some(pairs) = &init.headers {
        headers.fill(pairs, trace)?;
        step!(
            trace,
            cite!("dom-request", "33.5"),
            "{} of {} headers are taken.",
            headers.header_list().len(),
            pairs.len()
        );
    }
    // 34. OUT OF SCOPE: requests as input.
    // 35. Some methods have no body.
    if init.body.is_some() && [Method::GET, Method::HEAD].contains(&request.method) {
        let reason = Reason::BodyNotAllowed {
            method: request.method,
        };
        return throw(cite!("dom-request", "35"), reason, trace);
    }
    step!(
        trace,
        cite!("dom-request", "35"),
        "Method and body go together."
    );
    // 36. OUT OF SCOPE: a name for what follows.
    if let Some(body) = init.body {
        // 37.1. What script gives, as bytes.
        let (init_body, r#type) = extract(body, request.keepalive, trace)?;
        step!(
            trace,
            cite!("dom-request", "37.1"),
            "The body is extracted."
        );
        // 37.2. That is the body.
        step!(
            trace,
            cite!("dom-request", "37.2"),
            "The body is {init_body:?}."
        );
        // 37.3. And this its type.
        step!(
            trace,
            cite!("dom-request", "37.3"),
            "It has {} type.",
            if r#type.is_some() { "a" } else { "no" }
        );
        // 37.4. Which is said, unless script says another.
        if let Some(r#type) = r#type
            && !headers.header_list().contains(names::CONTENT_TYPE)
        {
            headers.append(names::CONTENT_TYPE.as_bytes(), r#type.as_bytes(), trace)?;
            step!(
                trace,
                cite!("dom-request", "37.4"),
                "Content-Type: {type} is appended."
            );
        }
        // 38. OUT OF SCOPE: requests as input.
        if init_body.source_is_null {
            // 39.1. Script has to know that it cannot read while it writes.
            if !init.duplex_half {
                return throw(
                    cite!("dom-request", "39.1"),
                    Reason::StreamWithoutDuplex,
                    trace,
                );
            }
            step!(trace, cite!("dom-request", "39.1"), "`duplex` is there.");
            // 39.2. No form can send a stream.
            if !matches!(mode, RequestMode::SameOrigin | RequestMode::Cors) {
                let reason = Reason::StreamInMode { mode };
                return throw(cite!("dom-request", "39.2"), reason, trace);
            }
            step!(
                trace,
                cite!("dom-request", "39.2"),
                "The mode {mode} allows streams."
            );
            // 39.3. So servers are asked first.
            request.use_cors_preflight = true;
            step!(
                trace,
                cite!("dom-request", "39.3"),
                "The use-CORS-preflight flag is set."
            );
        }
        // 40–41. OUT OF SCOPE: requests as input.
        // 42. The request has its body.
        request.body = Some(init_body);
        step!(trace, cite!("dom-request", "42"), "The body is set.");
    }
    request.header_list = headers.into_header_list();
    Ok(request)
}
