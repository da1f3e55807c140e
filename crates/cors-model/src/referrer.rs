//! Referrers and their policies, from Referrer Policy.

use alloc::string::String;

use crate::header::{HeaderList, isomorphic_decode, names};
use crate::request::{Request, strings};
use crate::url::Url;

strings! {
    /// A referrer policy: <https://w3c.github.io/webappsec-referrer-policy/#referrer-policy>
    ReferrerPolicy {
        EmptyString = "",
        NoReferrer = "no-referrer",
        NoReferrerWhenDowngrade = "no-referrer-when-downgrade",
        SameOrigin = "same-origin",
        Origin = "origin",
        StrictOrigin = "strict-origin",
        OriginWhenCrossOrigin = "origin-when-cross-origin",
        StrictOriginWhenCrossOrigin = "strict-origin-when-cross-origin",
        UnsafeUrl = "unsafe-url",
    }
}

/// A request's referrer: <https://fetch.spec.whatwg.org/#concept-request-referrer>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referrer {
    /// None.
    NoReferrer,
    /// The URL of the page.
    Client,
    /// A URL.
    Url(Url),
}

/// The longest referrer that is sent whole, in bytes.
const LONGEST: usize = 4096;

/// To determine a request's referrer:
/// <https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer>
pub(crate) fn determine_request_referrer(request: &Request) -> Referrer {
    determined(request).map_or(Referrer::NoReferrer, Referrer::Url)
}

fn determined(request: &Request) -> Option<Url> {
    let source = match &request.referrer {
        Referrer::NoReferrer => return None,
        Referrer::Client => request
            .client
            .as_ref()
            .filter(|client| client.origin.scheme().is_some())
            .map(|client| &client.base_url)?,
        Referrer::Url(url) => url,
    };
    let url = strip(source, false)?;
    let origin_only = || strip(source, true);
    let whole = || {
        if url.serialize(false).len() > LONGEST {
            origin_only()
        } else {
            Some(url.clone())
        }
    };
    let target = request.current_url();
    let same_origin = url.origin().is_same_origin(target.origin());
    let downgrade = url.is_potentially_trustworthy() && !target.is_potentially_trustworthy();
    match request.referrer_policy {
        ReferrerPolicy::NoReferrer => None,
        ReferrerPolicy::Origin => origin_only(),
        ReferrerPolicy::UnsafeUrl => whole(),
        ReferrerPolicy::StrictOrigin if downgrade => None,
        ReferrerPolicy::StrictOrigin => origin_only(),
        ReferrerPolicy::SameOrigin if same_origin => whole(),
        ReferrerPolicy::SameOrigin => None,
        ReferrerPolicy::OriginWhenCrossOrigin if same_origin => whole(),
        ReferrerPolicy::OriginWhenCrossOrigin => origin_only(),
        ReferrerPolicy::NoReferrerWhenDowngrade if downgrade => None,
        ReferrerPolicy::NoReferrerWhenDowngrade => whole(),
        ReferrerPolicy::EmptyString | ReferrerPolicy::StrictOriginWhenCrossOrigin => {
            if same_origin {
                whole()
            } else if downgrade {
                None
            } else {
                origin_only()
            }
        }
    }
}

/// To strip a URL for use as a referrer:
/// <https://w3c.github.io/webappsec-referrer-policy/#strip-url>
fn strip(url: &Url, origin_only: bool) -> Option<Url> {
    if url.is_local() {
        return None;
    }
    Some(url.with(|parts| {
        parts.username = String::new();
        parts.password = String::new();
        parts.fragment = None;
        if origin_only {
            parts.path = String::from("/");
            parts.query = None;
        }
    }))
}

/// To set a request's referrer policy on redirect:
/// <https://w3c.github.io/webappsec-referrer-policy/#set-requests-referrer-policy-on-redirect>
pub(crate) fn set_request_referrer_policy_on_redirect(request: &mut Request, headers: &HeaderList) {
    let Some(value) = headers.get(names::REFERRER_POLICY) else {
        return;
    };
    // The last policy that is known wins.
    let known = isomorphic_decode(&value)
        .split(',')
        .filter_map(|token| {
            ReferrerPolicy::from_string(&token.trim_matches(['\t', ' ']).to_ascii_lowercase())
        })
        .rfind(|policy| *policy != ReferrerPolicy::EmptyString);
    if let Some(policy) = known {
        request.referrer_policy = policy;
    }
}
