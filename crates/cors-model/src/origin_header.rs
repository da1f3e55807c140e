//! The request header `Origin`.

use alloc::borrow::Cow;

use crate::header::{HeaderList, HeaderValue, names};
use crate::method::Method;
use crate::referrer::ReferrerPolicy;
use crate::request::{Request, RequestMode, ResponseTainting};
use crate::trace::{Shown, Trace, cite, step};

/// To append a request `Origin` header, to the header list that goes on the wire:
/// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
pub fn append_request_origin_header(
    request: &Request,
    header_list: &mut HeaderList,
    trace: &mut impl Trace,
) {
    // 1. The type says it: a request's origin is an origin.
    step!(
        trace,
        cite!("append-a-request-origin-header", "1"),
        "The request has an origin."
    );
    // 2. The origin, or `null` after redirects that taint it.
    let mut serialized_origin = request.byte_serialize_origin(trace);
    step!(
        trace,
        cite!("append-a-request-origin-header", "2"),
        "The origin is {}.",
        Shown(&serialized_origin)
    );
    if request.response_tainting == ResponseTainting::Cors
        || matches!(
            request.mode,
            RequestMode::WebSocket | RequestMode::WebTransport
        )
    {
        // 3. CORS requests always carry it.
        step!(
            trace,
            cite!("append-a-request-origin-header", "3"),
            "It is a CORS request, so Origin: {} goes along.",
            Shown(&serialized_origin)
        );
        append(serialized_origin, header_list);
    } else if ![Method::GET, Method::HEAD].contains(&request.method) {
        if request.mode != RequestMode::Cors {
            let target = request.current_url();
            let null = Cow::Borrowed(&b"null"[..]);
            match request.referrer_policy {
                // 4.1[no-referrer]. The page does not want to be known.
                ReferrerPolicy::NoReferrer => {
                    serialized_origin = null;
                    step!(
                        trace,
                        cite!("append-a-request-origin-header", "4.1[no-referrer]"),
                        "The referrer policy makes the origin null."
                    );
                }
                // 4.1[no-referrer-when-downgrade]. Nor to those who listen on the way.
                ReferrerPolicy::NoReferrerWhenDowngrade
                | ReferrerPolicy::StrictOrigin
                | ReferrerPolicy::StrictOriginWhenCrossOrigin => {
                    if request.origin.scheme() == Some("https") && target.scheme() != "https" {
                        serialized_origin = null;
                    }
                    step!(
                        trace,
                        cite!(
                            "append-a-request-origin-header",
                            "4.1[no-referrer-when-downgrade]"
                        ),
                        "The referrer policy makes the origin {}.",
                        Shown(&serialized_origin)
                    );
                }
                // 4.1[same-origin]. Nor to other origins.
                ReferrerPolicy::SameOrigin => {
                    if !request.origin.is_same_origin(target.origin()) {
                        serialized_origin = null;
                    }
                    step!(
                        trace,
                        cite!("append-a-request-origin-header", "4.1[same-origin]"),
                        "The referrer policy makes the origin {}.",
                        Shown(&serialized_origin)
                    );
                }
                // 4.1[otherwise]. The page does not mind.
                ReferrerPolicy::EmptyString
                | ReferrerPolicy::Origin
                | ReferrerPolicy::OriginWhenCrossOrigin
                | ReferrerPolicy::UnsafeUrl => {
                    step!(
                        trace,
                        cite!("append-a-request-origin-header", "4.1[otherwise]"),
                        "The referrer policy leaves the origin as it is."
                    );
                }
            }
        }
        // 4.2. Requests that may change something carry it too.
        step!(
            trace,
            cite!("append-a-request-origin-header", "4.2"),
            "The method is {}, so Origin: {} goes along.",
            request.method,
            Shown(&serialized_origin)
        );
        append(serialized_origin, header_list);
    }
}

fn append(serialized_origin: Cow<'static, [u8]>, header_list: &mut HeaderList) {
    header_list.append(
        names::ORIGIN,
        HeaderValue::from_algorithm(serialized_origin),
    );
}
