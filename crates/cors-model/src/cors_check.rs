//! The CORS check: whether a response is for the page that asked.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::error::{CorsCheckFailure, Part, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::HeaderValue;
use crate::header::names::{ACAC, ACAO};
use crate::request::Request;
use crate::response::Response;
use crate::trace::{Cite, NoTrace, Shown, ShownOr, Staged, Trace, anchor, cite, step};

/// The value that goes with `Access-Control-Allow-Credentials`, byte for byte.
const TRUE: &[u8] = b"true";

/// The CORS check: <https://fetch.spec.whatwg.org/#concept-cors-check>
pub fn cors_check<T: Trace>(
    request: &Request,
    response: &Response,
    trace: &mut Staged<'_, T>,
) -> Result<(), CorsCheckFailure> {
    anchor!("concept-cors-check");
    let stage = trace.stage;
    let origin = response.header_list.get(ACAO);
    step!(trace, "1": "Access-Control-Allow-Origin is {}.", ShownOr(origin.as_deref()));
    let Some(origin) = origin else {
        let at = cite!("2");
        step!(trace, at: "The response does not say which origin it is for: failure.");
        return Err(origin_failure(
            at,
            stage,
            Reason::AllowOriginMissing,
            request,
            None,
        ));
    };
    if !request.includes_credentials() && *origin == *b"*" {
        step!(trace, "3":
            "The response is for every origin, and the request has no credentials (mode {}), so the \
             CORS check passes.",
            request.credentials_mode);
        return Ok(());
    }
    if !request.origin_serializes_to(&origin, trace) {
        let own = request.byte_serialize_origin(&mut NoTrace);
        let at = cite!("4");
        step!(trace, at: "The origin is {own}, not {}: failure.", Shown(&origin));
        let reason = Reason::AllowOriginMismatch;
        return Err(origin_failure(at, stage, reason, request, Some(&origin)));
    }
    if !request.includes_credentials() {
        step!(trace, "5":
            "The response is for {}, and the request has no credentials (mode {}), so the CORS check \
             passes.",
            Shown(&origin), request.credentials_mode);
        return Ok(());
    }
    let credentials = response.header_list.get(ACAC);
    step!(trace, "6": "Access-Control-Allow-Credentials is {}.", ShownOr(credentials.as_deref()));
    if credentials.as_deref() == Some(TRUE) {
        step!(trace, "7":
            "The response is for the request's origin and allows credentials, so the CORS check passes.");
        return Ok(());
    }
    let at = cite!("8");
    step!(trace, at: "Credentials are not allowed: failure.");
    let remedy = Remedy::SetHeader {
        on: stage,
        name: ACAC,
        value: HeaderValue::from_static("true"),
    };
    let refusal = Refusal::new(at, stage, Reason::CredentialsNotAllowed)
        .comparing(
            Part::Header(ACAC),
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
    let own = request.byte_serialize_origin(&mut NoTrace);
    let every = (!request.includes_credentials()).then(|| HeaderValue::from_static("*"));
    let values = [own].into_iter().chain(every);
    let wanted = values.clone().map(|value| value.as_bytes().to_vec());
    let refusal = Refusal::new(at, stage, reason)
        .comparing(Part::Header(ACAO), got, Wanted::OneOf(wanted.collect()))
        .remedied(values.map(|value| Remedy::SetHeader {
            on: stage,
            name: ACAO,
            value,
        }));
    CorsCheckFailure {
        refusal: Box::new(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{OpaqueOrigin, Origin};
    use crate::request::CredentialsMode;
    use crate::support::{headers, request as prepared, url};
    use crate::trace::Steps;
    use alloc::string::ToString as _;

    fn check(request: &Request, pairs: &[(&str, &str)]) -> Result<(), CorsCheckFailure> {
        let response = Response::new(200, headers(pairs), None);
        cors_check(
            request,
            &response,
            &mut Staged::new(Stage::Response, &mut NoTrace),
        )
    }

    fn request(credentials_mode: CredentialsMode) -> Request {
        let mut request = prepared("GET", "https://b.test/");
        request.credentials_mode = credentials_mode;
        request
    }

    /// The step at which the check fails, or an empty text.
    fn step_of(result: Result<(), CorsCheckFailure>) -> &'static str {
        match result {
            Ok(()) => "",
            Err(failure) => {
                assert_eq!(failure.refusal.at.anchor, "concept-cors-check");
                failure.refusal.at.step
            }
        }
    }

    const ORIGIN: &str = "Access-Control-Allow-Origin";
    const CREDENTIALS: &str = "access-CONTROL-allow-credentials";

    #[test]
    fn origins_are_compared_byte_for_byte() {
        for mode in [CredentialsMode::Omit, CredentialsMode::SameOrigin] {
            let fails_at = |values: &[&str]| {
                let pairs: Vec<_> = values.iter().map(|value| (ORIGIN, *value)).collect();
                step_of(check(&request(mode), &pairs))
            };
            assert_eq!(fails_at(&["https://a.test"]), "");
            assert_eq!(fails_at(&["*"]), "");
            assert_eq!(fails_at(&[]), "2");
            for bad in [
                "",
                "https://a.test/",
                "https://a.test:443",
                "http://a.test",
                "HTTPS://a.test",
                "https://A.TEST",
                "https://a.test.",
                "//a.test",
                "a.test",
                "null",
                "**",
                "*,",
                "\"*\"",
                "*.test",
                "*\u{b}",
                "https://a.test,https://c.test",
                "https://a.test https://c.test",
                "https://c.test",
            ] {
                assert_eq!(fails_at(&[bad]), "4", "{bad}");
            }
            for bad in [
                ["https://a.test"; 2],
                ["*"; 2],
                ["*", "https://a.test"],
                ["", "*"],
            ] {
                assert_eq!(fails_at(&bad), "4", "{bad:?}");
            }
        }
    }

    #[test]
    fn null_is_for_opaque_and_tainted_origins() {
        let mut opaque = request(CredentialsMode::Omit);
        opaque.origin = Origin::Opaque(OpaqueOrigin::new(1));
        let mut tainted = request(CredentialsMode::Omit);
        tainted.append_url(url("https://c.test/"));
        for request in [opaque, tainted] {
            assert_eq!(check(&request, &[(ORIGIN, "null")]), Ok(()));
            assert_eq!(check(&request, &[(ORIGIN, "*")]), Ok(()));
            for bad in ["NULL", "Null", "\"null\"", "none", "https://a.test", ""] {
                assert_eq!(step_of(check(&request, &[(ORIGIN, bad)])), "4", "{bad}");
            }
        }
    }

    #[test]
    fn credentials_are_allowed_by_one_word() {
        let request = request(CredentialsMode::Include);
        let origin = (ORIGIN, "https://a.test");
        assert_eq!(check(&request, &[origin, (CREDENTIALS, "true")]), Ok(()));
        assert_eq!(step_of(check(&request, &[origin])), "8");
        for bad in [
            "",
            "True",
            "TRUE",
            "\"true\"",
            "1",
            "yes",
            "false",
            "true,",
            "true\u{b}",
            "true true",
            "?1",
        ] {
            assert_eq!(
                step_of(check(&request, &[origin, (CREDENTIALS, bad)])),
                "8",
                "{bad}"
            );
        }
        for bad in [["true", "true"], ["true", ""], ["true", "false"]] {
            let pairs = [origin, (CREDENTIALS, bad[0]), (CREDENTIALS, bad[1])];
            assert_eq!(step_of(check(&request, &pairs)), "8", "{bad:?}");
        }
        assert_eq!(
            step_of(check(&request, &[(ORIGIN, "*"), (CREDENTIALS, "true")])),
            "4"
        );
        assert_eq!(step_of(check(&request, &[(CREDENTIALS, "true")])), "2");
    }

    #[test]
    fn without_credentials_the_word_does_not_matter() {
        let request = request(CredentialsMode::SameOrigin);
        let pairs = [
            (ORIGIN, "https://a.test"),
            (CREDENTIALS, "garbage"),
            (CREDENTIALS, "false"),
        ];
        assert_eq!(check(&request, &pairs), Ok(()));
    }

    #[test]
    fn each_remedy_satisfies() {
        let start = [(ORIGIN, "https://c.test"), (ORIGIN, "https://d.test")];
        for (mode, count) in [(CredentialsMode::Omit, 2), (CredentialsMode::Include, 1)] {
            let failure = check(&request(mode), &start).unwrap_err();
            assert_eq!(failure.refusal.stage, Stage::Response);
            assert_eq!(failure.refusal.remedies.len(), count);
            for remedy in &failure.refusal.remedies {
                let mut response = Response::new(200, headers(&start), None);
                remedy.apply(&mut response);
                let again = cors_check(
                    &request(mode),
                    &response,
                    &mut Staged::new(Stage::Response, &mut NoTrace),
                );
                let Err(again) = again else { continue };
                // With credentials there is a second thing to allow.
                assert_eq!(again.refusal.at.step, "8");
                for remedy in &again.refusal.remedies {
                    remedy.apply(&mut response);
                    assert_eq!(response.header_list.get(ACAC).as_deref(), Some(TRUE));
                }
            }
        }
    }

    #[test]
    fn failures_say_what_was_compared() {
        let failure = check(
            &request(CredentialsMode::Omit),
            &[(ORIGIN, "https://c.test")],
        );
        let compared = failure.unwrap_err().refusal.compared.unwrap();
        assert_eq!(compared.what.to_string(), ORIGIN);
        assert_eq!(compared.got.as_deref(), Some(&b"https://c.test"[..]));
        let wanted = Wanted::OneOf(alloc::vec![b"https://a.test".to_vec(), b"*".to_vec()]);
        assert_eq!(compared.wanted, wanted);
        let failure = check(
            &request(CredentialsMode::Include),
            &[(ORIGIN, "https://a.test")],
        );
        let compared = failure.unwrap_err().refusal.compared.unwrap();
        assert_eq!(
            (compared.what.to_string().as_str(), compared.got),
            ("Access-Control-Allow-Credentials", None)
        );
        assert_eq!(compared.wanted, Wanted::OneOf(alloc::vec![TRUE.to_vec()]));
    }

    #[test]
    fn the_stage_is_that_of_the_trace() {
        let mut steps = Steps::default();
        let response = Response::new(200, headers(&[]), None);
        let request = request(CredentialsMode::Omit);
        let mut trace = Staged::new(Stage::Preflight, &mut steps);
        let failure = cors_check(&request, &response, &mut trace).unwrap_err();
        assert_eq!(failure.refusal.stage, Stage::Preflight);
        assert_eq!(
            steps.render(),
            "1. [preflight] fetch#concept-cors-check/1: Access-Control-Allow-Origin is missing.\n\
             2. [preflight] fetch#concept-cors-check/2: The response does not say which origin it is \
             for: failure.\n"
        );
    }
}
