//! actix-cors on an actix-web app, called as a server would.

use std::convert::Infallible;
use std::rc::Rc;

use actix_cors::Cors;
use actix_web::dev::Service as _;
use actix_web::http::Method;
use actix_web::http::header::HeaderName;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::Full;

use super::application::Application;
use super::compare::run as compare;
use super::known::{Known, NINE, PREFLIGHT};
use super::library::{Library, Request};

/// actix-cors.
#[derive(Debug)]
pub struct ActixCors;

impl Library for ActixCors {
    const TARGET: &'static str = "differential_actix_cors";
    const KNOWN: &'static [Known] = KNOWN;

    fn bend(_: &mut Policy) {}

    fn service(policy: &Policy, application: Application) -> impl HttpService {
        let handler = move |request: HttpRequest| {
            let answer = answer(&application, &request);
            async move { answer }
        };
        let app = App::new()
            .wrap(cors(policy))
            .default_service(web::to(handler));
        let app = init_service(app)
            .now_or_never()
            .expect("nothing is waited for");
        let app = Rc::new(app);
        tower::service_fn(move |request: Request| {
            let app = Rc::clone(&app);
            async move {
                let (parts, _) = request.into_parts();
                let method = Method::from_bytes(parts.method.as_str().as_bytes());
                let mut asked = TestRequest::with_uri(&parts.uri.to_string())
                    .method(method.expect("it is one already"));
                for (name, value) in &parts.headers {
                    asked = asked.append_header((name.as_str(), value.as_bytes()));
                }
                let answer = match app.call(asked.to_request()).await {
                    Ok(answer) => told(answer.response().head()),
                    Err(error) => told(error.error_response().head()),
                };
                Ok::<_, Infallible>(answer)
            }
        })
    }
}

/// What the application answers, in the types of actix.
fn answer(application: &Application, request: &HttpRequest) -> HttpResponse {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        headers.append(
            http::HeaderName::from_bytes(name.as_str().as_bytes()).expect("it is one already"),
            HeaderValue::from_bytes(value.as_bytes()).expect("it is one already"),
        );
    }
    let method = request
        .method()
        .as_str()
        .parse()
        .expect("it is one already");
    let uri = request
        .uri()
        .to_string()
        .parse()
        .expect("it is one already");
    let answer = application.answer(method, uri, headers);
    let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16());
    let mut told = HttpResponse::build(status.expect("it is one already"));
    for (name, value) in answer.headers() {
        told.append_header((name.as_str(), value.as_bytes()));
    }
    told.body(answer.into_body())
}

/// An answer of actix in the types of the harness. Nothing looks at its body.
fn told(head: &actix_web::dev::ResponseHead) -> Response<Full<Bytes>> {
    let mut told = Response::builder().status(head.status.as_u16());
    for (name, value) in head.headers() {
        told = told.header(name.as_str(), value.as_bytes());
    }
    told.body(Full::default()).expect("it is an answer already")
}

/// The library, configured as its documentation says.
fn cors(policy: &Policy) -> Cors {
    let mut cors = Cors::default();
    match &policy.allow_origins {
        // `send_wildcard`, since nothing here depends on who asks.
        AnyOr::Any(_) => cors = cors.allow_any_origin().send_wildcard(),
        AnyOr::Listed(origins) => {
            for origin in origins.iter().filter(|origin| !origin.contains('*')) {
                cors = cors.allowed_origin(origin);
            }
            if policy.patterns().next().is_some() {
                let policy = policy.clone();
                let fits = move |origin: &[u8]| policy.allows_origin(origin);
                cors = cors.allowed_origin_fn(move |origin, _| fits(origin.as_bytes()));
            }
        }
    }
    if policy.allow_credentials {
        cors = cors.supports_credentials();
    }
    cors = match &policy.allow_methods {
        AnyOr::Any(_) => cors.allow_any_method(),
        AnyOr::Listed(methods) => cors
            // What is not listed is refused, so the methods that need no leave have to be.
            .allowed_methods([Method::GET, Method::HEAD, Method::POST])
            .allowed_methods(methods.iter().map(String::as_str)),
    };
    cors = match &policy.allow_headers {
        AnyOr::Any(_) => cors.allow_any_header(),
        AnyOr::Listed(names) => cors.allowed_headers(parsed(names)),
    };
    cors = match &policy.expose_headers {
        AnyOr::Any(_) => cors.expose_any_header(),
        AnyOr::Listed(names) => cors.expose_headers(parsed(names)),
    };
    let max_age = policy
        .max_age
        .map(|seconds| usize::try_from(seconds).unwrap_or(usize::MAX));
    cors.max_age(max_age)
}

fn parsed(names: &[String]) -> impl Iterator<Item = HeaderName> {
    names
        .iter()
        .map(|name| name.parse().expect("made-up names are tokens"))
}

/// Runs one input.
pub fn run(data: &[u8]) {
    compare::<ActixCors>(data);
}

/// Files are those of `src` in actix-cors 0.7.2.
const KNOWN: &[Known] = &[
    Known {
        name: "promises-credentials-to-others",
        rules: &["no-promise"],
        when: |seen| seen.policy.allow_credentials && !seen.is_allowed(),
        reason: "Benign: middleware.rs writes Access-Control-Allow-Credentials without a look at \
                 the origin; without Access-Control-Allow-Origin it gives nothing.",
    },
    Known {
        name: "any-method-is-one-of-nine",
        rules: PREFLIGHT,
        when: |seen| {
            let asked = seen.asked("access-control-request-method");
            matches!(seen.policy.allow_methods, AnyOr::Any(_))
                && seen.status() == 400
                && asked.iter().any(|method| !NINE.contains(method))
        },
        reason: "True: allow_any_method in builder.rs stands for nine methods; a preflight for any \
                 other is answered 400.",
    },
    Known {
        name: "some-methods-cannot-be-read",
        rules: &["method", "max-age", "header", "no-call"],
        when: |seen| {
            let asked = seen.asked("access-control-request-method");
            asked
                .iter()
                .any(|method| method.contains(['#', '$', '%', '&', '\'']))
        },
        reason: "True, and rare: is_request_preflight in middleware.rs asks for a method that the \
                 http crate can read, and 0.2, which actix uses, knows no method with one of \
                 `#$%&'`, though these are tokens. Such a preflight is handed to the application.",
    },
    Known {
        name: "an-empty-element-is-an-error",
        rules: PREFLIGHT,
        when: |seen| {
            matches!(seen.policy.allow_headers, AnyOr::Listed(_))
                && seen.status() == 400
                && seen.first_names().contains(&"")
        },
        reason: "Benign: validate_allowed_headers in inner.rs takes an empty element for a wrong \
                 name, where HTTP wants recipients to skip it; no browser sends one.",
    },
    Known {
        name: "repeats-the-first-line",
        rules: &["header"],
        when: |seen| seen.repeats_one_line_of_several(),
        reason: "Benign: handle_preflight in middleware.rs takes the first line of several; \
                 browsers send one.",
    },
    Known {
        name: "repeats-what-is-no-name",
        rules: &["headers-tokens", "headers-not-empty"],
        when: |seen| seen.repeats_names(),
        reason: "Benign: handle_preflight in middleware.rs repeats the line as it is, be it no \
                 list of names; no browser sends such a line.",
    },
    Known {
        name: "a-preflight-without-origin",
        rules: &["reached"],
        when: |seen| {
            seen.asked("origin").is_empty()
                && !seen.asked("access-control-request-method").is_empty()
        },
        reason: "Benign: is_request_preflight in middleware.rs asks for no Origin, so that OPTIONS \
                 with Access-Control-Request-Method alone is answered 400; no browser sends it.",
    },
    Known {
        name: "leaves-the-applications-own-header",
        rules: &["ours"],
        when: |seen| !seen.is_allowed(),
        reason: "True: augment_response_headers in middleware.rs takes nothing away, so that what \
                 the application wrote into Access-Control-Allow-Origin stays for who is not \
                 allowed.",
    },
];
