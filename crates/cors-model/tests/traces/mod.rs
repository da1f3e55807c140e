//! What traces and refusals look like.

#![expect(
    clippy::format_push_string,
    reason = "reads better than writing, which can fail"
)]

use cors_model::error::{Reason, Refusal, Remedy, Stage, Wanted};
use cors_model::fetch::UserAgent;
use cors_model::header::{HeaderName, HeaderValue};
use cors_model::method::Method;
use cors_model::network::TransportError;
use cors_model::request::{RedirectMode, Request, RequestMode};
use cors_model::trace::{Cite, Steps};

use crate::support::{Script, answer, header, request, run_traced};

const ORIGIN: (&str, &str) = ("Access-Control-Allow-Origin", "https://a.test");

fn trace(request: Request, network: &mut Script, render: fn(&Steps) -> String) -> String {
    let mut steps = Steps::default();
    let result = run_traced(&mut UserAgent::default(), network, request, 0, &mut steps);
    let mut text = render(&steps);
    match result {
        Ok(response) => text.push_str(&format!(
            "=> {} {}\n",
            response.response_type(),
            response.status()
        )),
        Err(error) => text.push_str(&format!("=> {error}\n")),
    }
    text
}

#[test]
fn a_preflight_that_allows() {
    let mut put = request("PUT", "https://b.test/r");
    let foo = header("X-Foo", b"1");
    put.header_list.append(foo.name, foo.value);
    let allowed = [
        ORIGIN,
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "x-foo"),
        ("Access-Control-Max-Age", "600"),
    ];
    let mut network = Script::new([answer(204, &allowed), answer(200, &[ORIGIN])]);
    insta::assert_snapshot!(trace(put, &mut network, Steps::render));
}

#[test]
fn a_preflight_that_refuses() {
    let put = request("PUT", "https://b.test/r");
    let refused = [ORIGIN, ("Access-Control-Allow-Methods", "put")];
    let mut network = Script::new([answer(204, &refused)]);
    insta::assert_snapshot!(trace(put, &mut network, Steps::render_decisions));
}

#[test]
fn a_redirect_that_taints() {
    let location = ("Location", "https://c.test/x");
    let mut network = Script::new([answer(302, &[ORIGIN, location]), answer(200, &[ORIGIN])]);
    let get = request("GET", "https://b.test/r");
    insta::assert_snapshot!(trace(get, &mut network, Steps::render_decisions));
}

#[test]
fn every_reason_in_a_sentence() {
    let name = || HeaderName::from_static("x-foo");
    let scheme = || "data".to_owned();
    let reasons = [
        (
            Stage::Api,
            Reason::MethodNotAToken {
                method: b"G ET".to_vec(),
            },
        ),
        (
            Stage::Api,
            Reason::ForbiddenMethod {
                method: b"TRACE".to_vec(),
            },
        ),
        (Stage::Api, Reason::UrlIncludesCredentials),
        (
            Stage::Api,
            Reason::InvalidHeaderName {
                name: b"\xFF".to_vec(),
            },
        ),
        (
            Stage::Api,
            Reason::InvalidHeaderValue {
                value: b"\0".to_vec(),
            },
        ),
        (Stage::Api, Reason::ImmutableHeaders),
        (Stage::Api, Reason::NavigateMode),
        (Stage::Api, Reason::OnlyIfCachedMode),
        (
            Stage::Api,
            Reason::MethodInNoCorsMode {
                method: Method::PUT,
            },
        ),
        (
            Stage::Api,
            Reason::BodyNotAllowed {
                method: Method::GET,
            },
        ),
        (Stage::Api, Reason::StreamWithKeepalive),
        (Stage::Api, Reason::StreamWithoutDuplex),
        (
            Stage::Api,
            Reason::StreamInMode {
                mode: RequestMode::NoCors,
            },
        ),
        (Stage::Api, Reason::NotOpened),
        (Stage::Api, Reason::AlreadySent),
        (Stage::Fetch, Reason::BadPort { port: 25 }),
        (Stage::Fetch, Reason::SameOriginMode),
        (
            Stage::Fetch,
            Reason::RedirectModeInNoCorsMode {
                redirect_mode: RedirectMode::Manual,
            },
        ),
        (Stage::Fetch, Reason::SchemeNotHttp { scheme: scheme() }),
        (Stage::Fetch, Reason::NothingToFetch { scheme: scheme() }),
        (Stage::Fetch, Reason::KeepaliveLimit { bytes: 65537 }),
        (Stage::Fetch, Reason::NotCached),
        (Stage::Transport, Reason::StreamOverHttp1),
        (
            Stage::Transport,
            Reason::Transport(TransportError {
                said: "the connection was reset".to_owned(),
            }),
        ),
        (Stage::Response, Reason::ProxyAuthentication),
        (Stage::Preflight, Reason::PreflightStatus { status: 404 }),
        (Stage::Preflight, Reason::MalformedList { name: name() }),
        (
            Stage::Preflight,
            Reason::MethodNotAllowed {
                method: Method::PUT,
            },
        ),
        (Stage::Preflight, Reason::HeaderNotAllowed { name: name() }),
        (
            Stage::Preflight,
            Reason::NonWildcardHeaderNotAllowed { name: name() },
        ),
        (Stage::Response, Reason::AllowOriginMissing),
        (Stage::Response, Reason::AllowOriginMismatch),
        (Stage::Response, Reason::CredentialsNotAllowed),
        (Stage::Response, Reason::CrossOriginResourcePolicy),
        (Stage::Redirect, Reason::RedirectModeError { status: 302 }),
        (Stage::Redirect, Reason::LocationInvalid),
        (Stage::Redirect, Reason::LocationScheme { scheme: scheme() }),
        (Stage::Redirect, Reason::TooManyRedirects),
        (Stage::Redirect, Reason::LocationIncludesCredentials),
        (Stage::Redirect, Reason::StreamRedirected),
    ];
    let at = Cite::new("concept-main-fetch", "1");
    let mut text = String::new();
    for (stage, reason) in reasons {
        let refusal = Refusal {
            at,
            stage,
            reason,
            compared: None,
            remedies: Vec::new(),
        };
        text.push_str(&format!("{stage}: {refusal}\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_was_compared_and_what_helps() {
    let values = || vec![b"https://a.test".to_vec(), b"*".to_vec()];
    let wanted = [
        Wanted::OneOf(values()),
        Wanted::ListWith(values()),
        Wanted::Described("one URL"),
        Wanted::Between(200, 299),
    ];
    let mut text = String::new();
    for wanted in wanted {
        for got in [None, Some(b"x\xFF".to_vec())] {
            let compared = cors_model::error::Compared {
                what: cors_model::error::Part::Status,
                got,
                wanted: wanted.clone(),
            };
            text.push_str(&format!("{compared}\n"));
        }
    }
    let (on, name) = (Stage::Response, HeaderName::from_static("X-A"));
    let value = HeaderValue::from_static("1");
    for remedy in [
        Remedy::SetHeader {
            on,
            name: name.clone(),
            value: value.clone(),
        },
        Remedy::AddToList {
            on,
            name: name.clone(),
            value,
        },
        Remedy::RemoveHeader { on, name },
        Remedy::SetStatus { on, status: 204 },
    ] {
        text.push_str(&format!("{remedy}\n"));
    }
    for anchor in [
        "concept-cors-check",
        "xhr#dom-xmlhttprequest-send",
        "mimesniff#parse-a-mime-type",
    ] {
        let (with, without) = (Cite::new(anchor, "2[accept].1"), Cite::new(anchor, ""));
        text.push_str(&format!("{with} {without} {}\n", with.url()));
    }
    insta::assert_snapshot!(text);
}
