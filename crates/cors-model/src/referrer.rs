//! Referrers and their policies, from Referrer Policy.

use crate::modes::strings;
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
