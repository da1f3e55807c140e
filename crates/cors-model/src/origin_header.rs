//! The request header `Origin`.

use crate::header::{HeaderList, HeaderValue, names};
use crate::method::Method;
use crate::referrer::ReferrerPolicy;
use crate::request::{Request, RequestMode, ResponseTainting};
use crate::trace::{Trace, anchor, step};

/// To append a request `Origin` header, to the header list that goes on the wire:
/// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
pub fn append_request_origin_header(
    request: &Request,
    header_list: &mut HeaderList,
    trace: &mut impl Trace,
) {
    anchor!("append-a-request-origin-header");
    step!(trace, "1": "The request has an origin.");
    let mut serialized_origin = request.byte_serialize_origin(trace);
    step!(trace, "2": "The origin is {}.", serialized_origin);
    if request.response_tainting == ResponseTainting::Cors
        || matches!(
            request.mode,
            RequestMode::WebSocket | RequestMode::WebTransport
        )
    {
        step!(trace, "3":
            "It is a CORS request, so Origin: {} goes along.", serialized_origin);
        header_list.append(names::ORIGIN, serialized_origin);
    } else if ![Method::GET, Method::HEAD].contains(&request.method) {
        if request.mode != RequestMode::Cors {
            let target = request.current_url();
            let null = HeaderValue::from_static("null");
            match request.referrer_policy {
                ReferrerPolicy::NoReferrer => {
                    serialized_origin = null;
                    step!(trace, "4.1[no-referrer]": "The referrer policy makes the origin null.");
                }
                ReferrerPolicy::NoReferrerWhenDowngrade
                | ReferrerPolicy::StrictOrigin
                | ReferrerPolicy::StrictOriginWhenCrossOrigin => {
                    if request.origin.scheme() == Some("https") && target.scheme() != "https" {
                        serialized_origin = null;
                    }
                    step!(trace, "4.1[no-referrer-when-downgrade]":
                        "The referrer policy makes the origin {}.", serialized_origin);
                }
                ReferrerPolicy::SameOrigin => {
                    if !request.origin.is_same_origin(target.origin()) {
                        serialized_origin = null;
                    }
                    step!(trace, "4.1[same-origin]":
                        "The referrer policy makes the origin {}.", serialized_origin);
                }
                ReferrerPolicy::EmptyString
                | ReferrerPolicy::Origin
                | ReferrerPolicy::OriginWhenCrossOrigin
                | ReferrerPolicy::UnsafeUrl => {
                    step!(trace, "4.1[otherwise]":
                        "The referrer policy leaves the origin as it is.");
                }
            }
        }
        step!(trace, "4.2":
            "The method is {}, so Origin: {} goes along.",
            request.method, serialized_origin);
        header_list.append(names::ORIGIN, serialized_origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{request as prepared, url};
    use crate::trace::NoTrace;

    fn header(request: &Request) -> Option<alloc::vec::Vec<u8>> {
        let mut list = HeaderList::new();
        append_request_origin_header(request, &mut list, &mut NoTrace);
        list.get(names::ORIGIN).map(alloc::borrow::Cow::into_owned)
    }

    const OWN: Option<&[u8]> = Some(b"https://a.test");
    const NULL: Option<&[u8]> = Some(b"null");

    #[test]
    fn cors_requests_always_carry_it() {
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let mut request = prepared(method, "https://b.test/");
            request.response_tainting = ResponseTainting::Cors;
            request.referrer_policy = ReferrerPolicy::NoReferrer;
            assert_eq!(header(&request).as_deref(), OWN, "{method}");
            request.append_url(url("https://c.test/"));
            assert_eq!(header(&request).as_deref(), NULL, "{method}");
        }
        for mode in [RequestMode::WebSocket, RequestMode::WebTransport] {
            let mut request = prepared("GET", "https://b.test/");
            request.mode = mode;
            assert_eq!(header(&request).as_deref(), OWN);
        }
    }

    #[test]
    fn other_requests_carry_it_when_they_may_change_something() {
        for (method, expected) in [("GET", None), ("HEAD", None), ("POST", OWN), ("PUT", OWN)] {
            for mode in [
                RequestMode::Cors,
                RequestMode::NoCors,
                RequestMode::SameOrigin,
            ] {
                let mut request = prepared(method, "https://a.test/");
                request.mode = mode;
                assert_eq!(header(&request).as_deref(), expected, "{method} {mode}");
            }
        }
    }

    #[test]
    fn the_referrer_policy_may_hide_the_page() {
        use ReferrerPolicy as P;
        let with = |policy: P, to: &str, mode: RequestMode| {
            let mut request = prepared("POST", to);
            request.mode = mode;
            request.referrer_policy = policy;
            header(&request)
        };
        for (policy, same, other, insecure) in [
            (P::NoReferrer, NULL, NULL, NULL),
            (P::NoReferrerWhenDowngrade, OWN, OWN, NULL),
            (P::StrictOrigin, OWN, OWN, NULL),
            (P::StrictOriginWhenCrossOrigin, OWN, OWN, NULL),
            (P::SameOrigin, OWN, NULL, NULL),
            (P::Origin, OWN, OWN, OWN),
            (P::OriginWhenCrossOrigin, OWN, OWN, OWN),
            (P::UnsafeUrl, OWN, OWN, OWN),
            (P::EmptyString, OWN, OWN, OWN),
        ] {
            let no_cors = |to: &str| with(policy, to, RequestMode::NoCors);
            assert_eq!(no_cors("https://a.test/").as_deref(), same, "{policy}");
            assert_eq!(no_cors("https://b.test/").as_deref(), other, "{policy}");
            assert_eq!(no_cors("http://b.test/").as_deref(), insecure, "{policy}");
            let cors = with(policy, "http://b.test/", RequestMode::Cors);
            assert_eq!(cors.as_deref(), OWN, "{policy}");
        }
        let mut request = prepared("POST", "http://b.test/");
        request.mode = RequestMode::NoCors;
        request.referrer_policy = P::StrictOrigin;
        request.origin = url("http://a.test").origin().clone();
        assert_eq!(header(&request).as_deref(), Some(&b"http://a.test"[..]));
    }
}
