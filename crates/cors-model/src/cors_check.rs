//! The CORS check: whether a response is for the page that asked.

use crate::error::{CorsCheckFailure, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::HeaderValue;
use crate::header::names::{ACAC, ACAO};
use crate::request::Request;
use crate::response::Response;
use crate::trace::{Cite, Shown, ShownOr, Staged, Trace, cite, step};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The value that goes with `Access-Control-Allow-Credentials`, byte for byte.
const TRUE: &[u8] = b"true";

/// The CORS check: <https://fetch.spec.whatwg.org/#concept-cors-check>
pub fn cors_check<T: Trace>(
    request: &Request,
    response: &Response,
    trace: &mut Staged<'_, T>,
) -> Result<(), CorsCheckFailure> {
    let stage = trace.stage;
    // 1. What the server says about origins, repeated headers joined.
    let origin = response.header_list.get(ACAO);
    step!(
        trace,
        cite!("concept-cors-check", "1"),
        "Access-Control-Allow-Origin is {}.",
        ShownOr(origin.as_deref())
    );
    // 2. Saying nothing shares nothing. The word `null` says something.
    let Some(origin) = origin else {
        let at = cite!("concept-cors-check", "2");
        step!(
            trace,
            at,
            "The response does not say which origin it is for: failure."
        );
        return Err(origin_failure(
            at,
            stage,
            Reason::AllowOriginMissing,
            request,
            None,
        ));
    };
    // 3. Without credentials, any origin may be meant.
    if !request.includes_credentials() && *origin == *b"*" {
        step!(
            trace,
            cite!("concept-cors-check", "3"),
            "The response is for every origin, and the credentials mode is {}: success.",
            request.credentials_mode
        );
        return Ok(());
    }
    // 4. Otherwise the request's own is meant, byte for byte.
    let own = request.byte_serialize_origin(trace);
    if own != origin {
        let at = cite!("concept-cors-check", "4");
        step!(
            trace,
            at,
            "The origin is {}, not {}: failure.",
            Shown(&own),
            Shown(&origin)
        );
        let reason = Reason::AllowOriginMismatch;
        return Err(origin_failure(at, stage, reason, request, Some(&origin)));
    }
    // 5. Without credentials that is all.
    if !request.includes_credentials() {
        step!(
            trace,
            cite!("concept-cors-check", "5"),
            "The response is for {}, and the credentials mode is {}: success.",
            Shown(&own),
            request.credentials_mode
        );
        return Ok(());
    }
    // 6. What the server says about credentials.
    let credentials = response.header_list.get(ACAC);
    step!(
        trace,
        cite!("concept-cors-check", "6"),
        "Access-Control-Allow-Credentials is {}.",
        ShownOr(credentials.as_deref())
    );
    // 7. One word allows them.
    if credentials.as_deref() == Some(TRUE) {
        step!(
            trace,
            cite!("concept-cors-check", "7"),
            "Credentials are allowed: success."
        );
        return Ok(());
    }
    // 8. Anything else does not.
    let at = cite!("concept-cors-check", "8");
    step!(trace, at, "Credentials are not allowed: failure.");
    let remedy = Remedy::SetHeader {
        on: stage,
        name: ACAC,
        value: HeaderValue::from_static("true"),
    };
    let refusal = Refusal::new(at, stage, Reason::CredentialsNotAllowed)
        .comparing(
            "Access-Control-Allow-Credentials",
            credentials.as_deref(),
            Wanted::OneOf(Vec::from([TRUE.to_vec()])),
        )
        .remedied([remedy]);
    Err(CorsCheckFailure {
        refusal: Box::new(refusal),
    })
}

/// A failure of the origin, with the values that would do.
fn origin_failure(
    at: Cite,
    stage: Stage,
    reason: Reason,
    request: &Request,
    got: Option<&[u8]>,
) -> CorsCheckFailure {
    let own = request.byte_serialize_origin(&mut crate::trace::NoTrace);
    let every = (!request.includes_credentials()).then_some(Cow::Borrowed(&b"*"[..]));
    let values: Vec<_> = [own]
        .into_iter()
        .chain(every)
        .map(Cow::into_owned)
        .collect();
    let remedies = values.iter().filter_map(|value| {
        let value = HeaderValue::try_from(value.as_slice()).ok()?;
        Some(Remedy::SetHeader {
            on: stage,
            name: ACAO,
            value,
        })
    });
    let refusal = Refusal::new(at, stage, reason)
        .remedied(remedies)
        .comparing(
            "Access-Control-Allow-Origin",
            got,
            Wanted::OneOf(values.clone()),
        );
    CorsCheckFailure {
        refusal: Box::new(refusal),
    }
}
