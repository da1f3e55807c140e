//! What a request says of where it comes from, and how redirects taint that.

use alloc::borrow::Cow;

use super::{RedirectTaint, Request};
use crate::header::HeaderValue;
use crate::trace::{Trace, anchor, step};
use crate::url::Url;

impl Request {
    /// The redirect-taint of a request:
    /// <https://fetch.spec.whatwg.org/#concept-request-tainted-origin>
    pub fn redirect_taint(&self, trace: &mut impl Trace) -> RedirectTaint {
        anchor!("concept-request-tainted-origin");
        step!(trace, "1": "The request has an origin.");
        let mut last_url: Option<&Url> = None;
        step!(trace, "2": "There is no last URL.");
        let mut taint = RedirectTaint::SameOrigin;
        step!(trace, "3": "There is no taint so far.");
        for url in self.url_list() {
            let Some(last) = last_url.replace(url) else {
                step!(trace, "4.1": "The first URL is {}.", url.serialize(true));
                continue;
            };
            if !url.origin().is_same_site(last.origin()) && !self.origin.is_same_site(last.origin())
            {
                step!(trace, "4.2":
                    "{} redirected to {}, each of another site than the page.",
                    last.serialize(true), url.serialize(true));
                return RedirectTaint::CrossSite;
            }
            if !url.origin().is_same_origin(last.origin())
                && !self.origin.is_same_origin(last.origin())
            {
                taint = RedirectTaint::SameSite;
                step!(trace, "4.3":
                    "{} redirected to {}, each of another origin than the page.",
                    last.serialize(true), url.serialize(true));
            }
            step!(trace, "4.4": "The last URL is {}.", url.serialize(true));
        }
        step!(trace, "5": "The redirect-taint is {taint}.");
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
        anchor!("serializing-a-request-origin");
        step!(trace, "1": "The request has an origin.");
        let taint = self.redirect_taint(trace);
        if taint != RedirectTaint::SameOrigin {
            step!(trace, "2": "The redirect-taint is {taint}, so the origin is null.");
            return true;
        }
        step!(trace, "3": "The origin is {}.", self.origin.serialize());
        false
    }

    /// Byte-serializing a request origin, to a value that headers can have:
    /// <https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin>
    pub fn byte_serialize_origin(&self, trace: &mut impl Trace) -> HeaderValue {
        let is_null = self.serializes_to_null(trace);
        record_bytes(trace);
        if is_null {
            HeaderValue::from_static("null")
        } else {
            HeaderValue::from_algorithm(self.origin.byte_serialize())
        }
    }
}

fn record_bytes(trace: &mut impl Trace) {
    anchor!("byte-serializing-a-request-origin");
    step!(trace, "": "That text as bytes is what is sent and compared.");
}
