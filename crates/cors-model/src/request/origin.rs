//! What a request says of where it comes from, and how redirects taint that.

use alloc::borrow::Cow;

use super::{RedirectTaint, Request};
use crate::trace::{Trace, cite, step};
use crate::url::Url;

impl Request {
    /// The redirect-taint of a request:
    /// <https://fetch.spec.whatwg.org/#concept-request-tainted-origin>
    pub fn redirect_taint(&self, trace: &mut impl Trace) -> RedirectTaint {
        // 1. The type says it: a request's origin is an origin.
        step!(
            trace,
            cite!("concept-request-tainted-origin", "1"),
            "The request has an origin."
        );
        // 2. No URL was looked at yet.
        let mut last_url: Option<&Url> = None;
        step!(
            trace,
            cite!("concept-request-tainted-origin", "2"),
            "There is no last URL."
        );
        // 3. Without redirects there is no taint.
        let mut taint = RedirectTaint::SameOrigin;
        step!(
            trace,
            cite!("concept-request-tainted-origin", "3"),
            "There is no taint so far."
        );
        for url in self.url_list() {
            // 4.1. The first URL was not redirected to.
            let Some(last) = last_url.replace(url) else {
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.1"),
                    "The first URL is {}.",
                    url.serialize(true)
                );
                continue;
            };
            // 4.2. From another site to yet another one.
            if !url.origin().is_same_site(last.origin()) && !self.origin.is_same_site(last.origin())
            {
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.2"),
                    "{} redirected to {}, each of another site than the page.",
                    last.serialize(true),
                    url.serialize(true)
                );
                return RedirectTaint::CrossSite;
            }
            // 4.3. From another origin to yet another one, on related sites.
            if !url.origin().is_same_origin(last.origin())
                && !self.origin.is_same_origin(last.origin())
            {
                taint = RedirectTaint::SameSite;
                step!(
                    trace,
                    cite!("concept-request-tainted-origin", "4.3"),
                    "{} redirected to {}, each of another origin than the page.",
                    last.serialize(true),
                    url.serialize(true)
                );
            }
            // 4.4. The next hop starts here.
            step!(
                trace,
                cite!("concept-request-tainted-origin", "4.4"),
                "The last URL is {}.",
                url.serialize(true)
            );
        }
        // 5. What the hops amount to.
        step!(
            trace,
            cite!("concept-request-tainted-origin", "5"),
            "The redirect-taint is {taint}."
        );
        taint
    }

    /// The request's origin as text, `null` where redirects have tainted it:
    /// [serializing a request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    pub fn serialize_origin(&self, trace: &mut impl Trace) -> Cow<'static, str> {
        if self.serializes_to_null(trace) {
            Cow::Borrowed("null")
        } else {
            self.origin.serialize()
        }
    }

    /// Whether bytes are what byte-serializing the request origin gives.
    pub(crate) fn origin_serializes_to(&self, bytes: &[u8], trace: &mut impl Trace) -> bool {
        let is_null = self.serializes_to_null(trace);
        record_bytes(trace);
        if is_null {
            bytes == b"null"
        } else {
            self.origin.serializes_to(bytes)
        }
    }

    /// Serializing a request origin, as far as to know whether that gives `null`:
    /// <https://fetch.spec.whatwg.org/#serializing-a-request-origin>
    fn serializes_to_null(&self, trace: &mut impl Trace) -> bool {
        // 1. The type says it: a request's origin is an origin.
        step!(
            trace,
            cite!("serializing-a-request-origin", "1"),
            "The request has an origin."
        );
        // 2. A server that redirected must not be able to pass as the page.
        let taint = self.redirect_taint(trace);
        if taint != RedirectTaint::SameOrigin {
            step!(
                trace,
                cite!("serializing-a-request-origin", "2"),
                "The redirect-taint is {taint}, so the origin is null."
            );
            return true;
        }
        // 3. Otherwise it is the page's.
        step!(
            trace,
            cite!("serializing-a-request-origin", "3"),
            "The origin is {}.",
            self.origin.serialize()
        );
        false
    }

    /// Byte-serializing a request origin:
    /// <https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin>
    pub fn byte_serialize_origin(&self, trace: &mut impl Trace) -> Cow<'static, [u8]> {
        let serialized = self.serialize_origin(trace);
        record_bytes(trace);
        match serialized {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }
}

fn record_bytes(trace: &mut impl Trace) {
    step!(
        trace,
        cite!("byte-serializing-a-request-origin", ""),
        "That text as bytes is what is sent and compared."
    );
}
