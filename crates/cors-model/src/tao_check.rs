//! The TAO check: whether the page may see when things happened.

use alloc::string::String;

use crate::header::names::TAO;
use crate::request::{Request, RequestMode, ResponseTainting};
use crate::response::Response;
use crate::trace::{Trace, anchor, step};

/// The failure of a TAO check, which hides timings and refuses nothing.
///
/// See [TAO check](https://fetch.spec.whatwg.org/#concept-tao-check).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaoCheckFailure;

/// The TAO check: <https://fetch.spec.whatwg.org/#concept-tao-check>
pub fn tao_check(
    request: &Request,
    response: &Response,
    trace: &mut impl Trace,
) -> Result<(), TaoCheckFailure> {
    anchor!("concept-tao-check");
    step!(trace, "1": "The request has an origin.");
    if request.timing_allow_failed {
        step!(trace, "2": "An earlier hop failed: failure.");
        return Err(TaoCheckFailure);
    }
    let values = response
        .header_list
        .get_decode_and_split(TAO)
        .unwrap_or_default();
    step!(trace, "3": "Values of Timing-Allow-Origin: {}.", values.len());
    let any = |wanted: &str| values.iter().any(|value: &String| value == wanted);
    if any("*") {
        step!(trace, "4": "`*` is among them: success.");
        return Ok(());
    }
    if !values.is_empty() && any(&request.serialize_origin(trace)) {
        step!(trace, "5": "The request's origin is: success.");
        return Ok(());
    }
    if request.mode == RequestMode::Navigate
        && !request
            .current_url()
            .origin()
            .is_same_origin(&request.origin)
    {
        step!(trace, "6": "A navigation elsewhere: failure.");
        return Err(TaoCheckFailure);
    }
    if request.response_tainting == ResponseTainting::Basic {
        step!(trace, "7": "The response is the page's own: success.");
        return Ok(());
    }
    step!(trace, "8": "The request's origin is not among them: failure.");
    Err(TaoCheckFailure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{headers, request as prepared, url};
    use crate::trace::NoTrace;

    fn check(request: &Request, value: &str) -> bool {
        let response = Response::new(200, headers(&[("Timing-Allow-Origin", value)]), None);
        tao_check(request, &response, &mut NoTrace).is_ok()
    }

    #[test]
    fn timings_are_for_the_origins_that_are_listed() {
        let mut request = prepared("GET", "https://b.test/");
        request.response_tainting = ResponseTainting::Cors;
        for good in [
            "*",
            "https://a.test",
            "x, https://a.test",
            "*, https://x",
            "x,*",
        ] {
            assert!(check(&request, good), "{good}");
        }
        for bad in [
            "",
            "https://a.test/",
            "HTTPS://A.TEST",
            "*.test",
            "https://a.test https://b.test",
            "\"https://a.test\"",
            "null",
        ] {
            assert!(!check(&request, bad), "{bad}");
        }
        request.append_url(url("https://c.test/"));
        assert!(check(&request, "null") && !check(&request, "https://a.test"));
    }

    #[test]
    fn one_failure_is_enough() {
        let mut request = prepared("GET", "https://a.test/");
        request.timing_allow_failed = true;
        assert!(!check(&request, "*"));
    }

    #[test]
    fn basic_responses_need_no_permission() {
        let mut request = prepared("GET", "https://a.test/");
        let none = Response::new(200, headers(&[]), None);
        assert_eq!(tao_check(&request, &none, &mut NoTrace), Ok(()));
        request.response_tainting = ResponseTainting::Opaque;
        assert_eq!(
            tao_check(&request, &none, &mut NoTrace),
            Err(TaoCheckFailure)
        );
        let mut navigation = prepared("GET", "https://b.test/");
        navigation.mode = RequestMode::Navigate;
        assert_eq!(
            tao_check(&navigation, &none, &mut NoTrace),
            Err(TaoCheckFailure)
        );
        assert!(check(&navigation, "*"));
        let mut navigation = prepared("GET", "https://a.test/");
        navigation.mode = RequestMode::Navigate;
        assert_eq!(tao_check(&navigation, &none, &mut NoTrace), Ok(()));
    }
}
