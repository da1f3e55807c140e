//! How the answer to a preflight is judged.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::{B, refused};
use crate::error::{NetworkError, Reason, Stage, Wanted};
use crate::request::{CredentialsMode, Request};
use crate::response::FilteredResponse;
use crate::support::{Script, answer, header, request, run};

const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";
const SHARED: [(&str, &str); 2] = [
    ("Access-Control-Allow-Origin", "https://a.test"),
    ("Access-Control-Allow-Credentials", "true"),
];

fn with(pairs: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    SHARED.iter().chain(pairs).copied().collect()
}

fn ask(
    request: &Request,
    pairs: &[(&'static str, &'static str)],
) -> Result<FilteredResponse, NetworkError> {
    run(
        &mut Script::new([answer(204, &with(pairs)), answer(200, &SHARED)]),
        request.clone(),
    )
}

fn fails_at(request: &Request, pairs: &[(&'static str, &'static str)]) -> &'static str {
    match ask(request, pairs) {
        Ok(response) => {
            assert_eq!(response.status(), 200);
            ""
        }
        Err(error) => {
            assert_eq!(error.refusal.at.anchor, "cors-preflight-fetch-0");
            assert_eq!(error.refusal.stage, Stage::Preflight);
            each_remedy_helps(request, pairs, &error);
            error.refusal.at.step
        }
    }
}

/// With a remedy the refusal is gone: the fetch succeeds, or another thing is refused.
fn each_remedy_helps(
    request: &Request,
    pairs: &[(&'static str, &'static str)],
    error: &NetworkError,
) {
    assert!(!error.refusal.remedies.is_empty());
    for remedy in &error.refusal.remedies {
        let mut better = answer(204, &with(pairs)).unwrap();
        remedy.apply(&mut better);
        let again = run(
            &mut Script::new([Ok(better), answer(200, &SHARED)]),
            request.clone(),
        );
        if let Err(again) = again {
            assert_ne!(again.refusal.reason, error.refusal.reason, "{remedy}");
        }
    }
}

fn with_header(method: &str, names: &[&str]) -> Request {
    let mut request = request(method, B);
    for name in names {
        let header = header(name, b"1");
        request.header_list.append(header.name, header.value);
    }
    request
}

fn including(mut request: Request) -> Request {
    request.credentials_mode = CredentialsMode::Include;
    request
}

#[test]
fn the_status_has_to_be_ok() {
    for status in [200, 201, 204, 206, 299] {
        let pairs = with(&[(METHODS, "PUT")]);
        let mut network = Script::new([answer(status, &pairs), answer(200, &SHARED)]);
        assert_eq!(
            run(&mut network, request("PUT", B)).unwrap().status(),
            200,
            "{status}"
        );
    }
    for status in [
        199, 300, 301, 302, 304, 307, 400, 401, 403, 404, 405, 500, 680,
    ] {
        let pairs = with(&[(METHODS, "PUT"), ("Location", "/x")]);
        let mut network = Script::new([answer(status, &pairs), answer(200, &SHARED)]);
        let error = run(&mut network, request("PUT", B)).unwrap_err();
        assert_eq!(error.refusal.reason, Reason::PreflightStatus { status });
        assert_eq!(error.refusal.at.step, "8");
        let compared = error.refusal.compared.unwrap();
        assert_eq!(
            (compared.what.to_string().as_str(), compared.wanted),
            ("status", Wanted::Between(200, 299))
        );
        assert_eq!(network.seen.len(), 1, "{status}");
        let mut better = answer(status, &pairs).unwrap();
        error.refusal.remedies[0].apply(&mut better);
        assert_eq!(better.status, 204);
    }
}

#[test]
fn the_cors_check_goes_by_the_request_itself() {
    let put = request("PUT", B);
    let judged = |request: Request, pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().copied().chain([(METHODS, "PUT")]).collect();
        run(
            &mut Script::new([answer(204, &pairs), answer(200, &SHARED)]),
            request,
        )
    };
    let any = [("Access-Control-Allow-Origin", "*")];
    assert!(judged(put.clone(), &any).is_ok());
    assert_eq!(
        refused(judged(including(put.clone()), &any)),
        "preflight concept-cors-check/4"
    );
    assert_eq!(
        refused(judged(including(put.clone()), &SHARED[..1])),
        "preflight concept-cors-check/8"
    );
    assert!(judged(including(put.clone()), &SHARED).is_ok());
    assert_eq!(
        refused(judged(put.clone(), &[])),
        "preflight concept-cors-check/2"
    );
    // A failed check comes before a bad status.
    let mut network = Script::new([answer(404, &[])]);
    assert_eq!(
        refused(run(&mut network, put)),
        "preflight concept-cors-check/2"
    );
}

#[test]
fn the_actual_response_is_checked_too() {
    let mut network = Script::new([answer(204, &with(&[(METHODS, "PUT")])), answer(200, &[])]);
    assert_eq!(
        refused(run(&mut network, request("PUT", B))),
        "response concept-cors-check/2"
    );
    assert_eq!(
        network.lines(),
        ["OPTIONS https://b.test/r", "PUT https://b.test/r"]
    );
}

#[test]
fn lists_that_cannot_be_read_allow_nothing() {
    let get = with_header("GET", &["x-foo"]);
    for bad in ["\"PUT\"", "PUT;q=1", "PUT DELETE", "(PUT)", "b@d"] {
        assert_eq!(
            fails_at(&get, &[(METHODS, bad), (HEADERS, "x-foo")]),
            "7.3",
            "{bad}"
        );
        assert_eq!(
            fails_at(&request("PUT", B), &[(METHODS, "PUT"), (HEADERS, bad)]),
            "7.3",
            "{bad}"
        );
        assert_eq!(
            fails_at(&request("PUT", B), &[(METHODS, "PUT"), (METHODS, bad)]),
            "7.3"
        );
    }
    let error = ask(&get, &[(METHODS, "a b"), (HEADERS, "c d")]).unwrap_err();
    let compared = error.refusal.compared.unwrap();
    assert_eq!(
        (compared.what.to_string().as_str(), compared.got.as_deref()),
        (METHODS, Some(&b"a b"[..]))
    );
    assert_eq!(
        compared.wanted,
        Wanted::Described("tokens, separated by commas")
    );
    let error = ask(&get, &[(HEADERS, "c d")]).unwrap_err();
    assert_eq!(error.refusal.compared.unwrap().what.to_string(), HEADERS);
}

#[test]
fn methods_are_compared_byte_for_byte() {
    for good in ["PUT", "GET, PUT", ",PUT,", "*", "GET, *"] {
        assert_eq!(
            fails_at(&request("PUT", B), &[(METHODS, good)]),
            "",
            "{good}"
        );
    }
    for bad in ["put", "Put", "PUTX", "POST", "", "P*", "**"] {
        assert_eq!(
            fails_at(&request("PUT", B), &[(METHODS, bad)]),
            "7.5",
            "{bad}"
        );
    }
    assert_eq!(fails_at(&request("PUT", B), &[]), "7.5");
    assert_eq!(fails_at(&request("PUT", B), &[("Allow", "PUT")]), "7.5");
    assert_eq!(fails_at(&request("patch", B), &[(METHODS, "PATCH")]), "7.5");
    assert_eq!(fails_at(&request("patch", B), &[(METHODS, "patch")]), "");
    let error = ask(&request("PUT", B), &[(METHODS, "put")]).unwrap_err();
    let compared = error.refusal.compared.unwrap();
    assert_eq!(
        (compared.what.to_string().as_str(), compared.got.as_deref()),
        (METHODS, Some(&b"put"[..]))
    );
    assert_eq!(
        compared.wanted,
        Wanted::ListWith([&b"PUT"[..], b"*"].map(<[u8]>::to_vec).into())
    );
}

#[test]
fn safelisted_methods_need_not_be_listed() {
    for method in ["GET", "HEAD", "POST"] {
        let request = with_header(method, &["x-foo"]);
        assert_eq!(fails_at(&request, &[(HEADERS, "x-foo")]), "", "{method}");
        assert_eq!(
            fails_at(&request, &[(HEADERS, "x-foo"), (METHODS, "PUT")]),
            "",
            "{method}"
        );
    }
}

#[test]
fn with_credentials_a_wildcard_is_an_ordinary_token() {
    let put = including(request("PUT", B));
    assert_eq!(fails_at(&put, &[(METHODS, "*")]), "7.5");
    assert_eq!(fails_at(&put, &[(METHODS, "*, PUT")]), "");
    assert_eq!(fails_at(&including(request("*", B)), &[(METHODS, "*")]), "");
    let foo = including(with_header("GET", &["x-foo"]));
    assert_eq!(fails_at(&foo, &[(HEADERS, "*")]), "7.7");
    assert_eq!(fails_at(&foo, &[(HEADERS, "*, x-foo")]), "");
    assert_eq!(
        fails_at(&including(with_header("GET", &["*"])), &[(HEADERS, "*")]),
        ""
    );
    let error = ask(&put, &[]).unwrap_err();
    assert_eq!(error.refusal.remedies.len(), 1);
}

#[test]
fn header_names_are_compared_in_any_letter_case() {
    let foo = with_header("GET", &["X-Foo"]);
    for good in ["x-foo", "X-FOO", "a, x-Foo", "*", "x-foo, X-Foo"] {
        assert_eq!(fails_at(&foo, &[(HEADERS, good)]), "", "{good}");
    }
    for bad in ["x-foo2", "foo", "", "x-*"] {
        assert_eq!(fails_at(&foo, &[(HEADERS, bad)]), "7.7", "{bad}");
    }
    assert_eq!(fails_at(&foo, &[]), "7.7");
    let two = with_header("GET", &["x-foo", "x-bar"]);
    assert_eq!(fails_at(&two, &[(HEADERS, "x-foo")]), "7.7");
    assert_eq!(
        fails_at(&two, &[(HEADERS, "x-foo"), (HEADERS, "X-Bar")]),
        ""
    );
    let error = ask(&two, &[(HEADERS, "x-foo")]).unwrap_err();
    assert_eq!(
        error.refusal.reason,
        Reason::HeaderNotAllowed {
            name: header("x-bar", b"").name
        }
    );
    assert_eq!(error.refusal.compared.unwrap().what.to_string(), HEADERS);
}

#[test]
fn authorization_has_to_be_named() {
    let request = with_header("GET", &["AUTHORIZATION"]);
    assert_eq!(fails_at(&request, &[(HEADERS, "*")]), "7.6");
    assert_eq!(fails_at(&request, &[]), "7.6");
    assert_eq!(fails_at(&request, &[(HEADERS, "*, authorization")]), "");
    assert_eq!(fails_at(&request, &[(HEADERS, "Authorization")]), "");
    let error = ask(&request, &[(HEADERS, "*")]).unwrap_err();
    assert_eq!(error.refusal.remedies.len(), 1);
}

#[test]
fn safelisted_headers_need_not_be_listed() {
    let mut post = with_header("POST", &["x-foo"]);
    let plain = header("Content-Type", b"text/plain");
    post.header_list.append(plain.name, plain.value);
    assert_eq!(fails_at(&post, &[(HEADERS, "x-foo")]), "");
    let mut long = with_header("POST", &["x-foo"]);
    let accept = header("Accept", &[b'a'; 129]);
    long.header_list.append(accept.name, accept.value);
    assert_eq!(fails_at(&long, &[(HEADERS, "x-foo")]), "7.7");
    assert_eq!(fails_at(&long, &[(HEADERS, "x-foo, accept")]), "");
}

#[test]
fn a_forced_preflight_needs_no_list() {
    let forced = |method: &str| {
        let mut request = request(method, B);
        request.use_cors_preflight = true;
        request
    };
    assert_eq!(fails_at(&forced("GET"), &[]), "");
    assert_eq!(fails_at(&forced("PUT"), &[]), "");
    assert_eq!(fails_at(&forced("PUT"), &[(METHODS, "")]), "7.5");
    assert_eq!(fails_at(&forced("GET"), &[(METHODS, "")]), "");
}

#[test]
fn a_bad_max_age_spoils_nothing() {
    for age in ["banana", "-1", "", "600"] {
        assert_eq!(
            fails_at(
                &request("PUT", B),
                &[(METHODS, "PUT"), ("Access-Control-Max-Age", age)]
            ),
            ""
        );
    }
}
