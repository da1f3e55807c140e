//! salvo-cors on a salvo service.

use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};
use http::{HeaderValue, Method};
use salvo_core::conn::SocketAddr;
use salvo_core::http::ResBody;
use salvo_core::http::uri::Scheme;
use salvo_core::hyper::service::Service as _;
use salvo_core::{ConnCtrl, Depot, FlowCtrl, Handler, Router, Service, async_trait};
use salvo_cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, Cors};

use super::application::Application;
use super::compare::run as compare;
use super::known::{Known, is_upload_of_no_method, trimmed};
use super::library::{Library, Request, listed};

/// salvo.
#[derive(Debug)]
pub struct Salvo;

impl Library for Salvo {
    const TARGET: &'static str = "differential_salvo";
    const KNOWN: &'static [Known] = KNOWN;

    fn bend(policy: &mut Policy) {
        // It refuses a star with credentials, and has nothing that repeats what is there.
        if policy.allow_credentials {
            listed(&mut policy.expose_headers, &["x-request-id"]);
        }
    }

    fn service(policy: &Policy, application: Application) -> impl HttpService {
        let router = Router::with_path("{**rest}").goal(Goal(application));
        let service = Service::new(router).hoop(cors(policy).into_handler());
        let handler = service.hyper_handler(
            SocketAddr::Unknown,
            SocketAddr::Unknown,
            Scheme::HTTP,
            None,
            ConnCtrl::new(),
            None,
        );
        tower::service_fn(move |request: Request| {
            let (parts, _) = request.into_parts();
            handler.call(http::Request::from_parts(parts, String::new()))
        })
    }
}

/// The application as what a path leads to.
struct Goal(Application);

#[async_trait]
impl Handler for Goal {
    async fn handle(
        &self,
        request: &mut salvo_core::Request,
        _: &mut Depot,
        response: &mut salvo_core::Response,
        _: &mut FlowCtrl,
    ) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let answer = self.0.answer(method, uri, request.headers().clone());
        let (parts, body) = answer.into_parts();
        response.status_code(parts.status);
        response.set_headers(parts.headers);
        response.body(ResBody::Once(body));
    }
}

/// The library, configured as its documentation says.
fn cors(policy: &Policy) -> Cors {
    let credentials = policy.allow_credentials;
    let cors = Cors::new().allow_credentials(credentials);
    let cors = match &policy.allow_origins {
        AnyOr::Any(_) => cors.allow_origin(Any),
        AnyOr::Listed(_) if policy.patterns().next().is_some() => {
            let policy = policy.clone();
            let echoed = move |origin: &&HeaderValue| policy.allows_origin(origin.as_bytes());
            cors.allow_origin(AllowOrigin::dynamic(move |origin, _, _| {
                origin.filter(&echoed).cloned()
            }))
        }
        AnyOr::Listed(origins) => match &origins[..] {
            [one] => cors.allow_origin(one),
            _ => cors.allow_origin(&origins.to_vec()),
        },
    };
    // With credentials stars are refused, and the request is mirrored.
    let cors = match &policy.allow_methods {
        AnyOr::Any(_) if credentials => cors.allow_methods(AllowMethods::mirror_request()),
        AnyOr::Any(_) => cors.allow_methods(Any),
        AnyOr::Listed(methods) => {
            cors.allow_methods(AllowMethods::list(methods.iter().map(|method| {
                Method::from_bytes(method.as_bytes()).expect("made-up methods are tokens")
            })))
        }
    };
    let cors = match &policy.allow_headers {
        AnyOr::Any(_) if credentials => cors.allow_headers(AllowHeaders::mirror_request()),
        AnyOr::Any(_) => cors.allow_headers(Any),
        AnyOr::Listed(names) => cors.allow_headers(names),
    };
    let cors = match &policy.expose_headers {
        AnyOr::Any(_) => cors.expose_headers(Any),
        AnyOr::Listed(names) => cors.expose_headers(names),
    };
    match policy.max_age {
        Some(seconds) => cors.max_age(u64::from(seconds)),
        None => cors,
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    compare::<Salvo>(data);
}

/// Files are those of `src` in salvo-cors 1.1.0.
const KNOWN: &[Known] = &[
    Known {
        name: "promises-credentials-to-others",
        rules: &["no-promise"],
        when: |seen| seen.policy.allow_credentials && !seen.is_allowed(),
        reason: "Benign: lib.rs writes Access-Control-Allow-Credentials without a look at the \
                 origin; without Access-Control-Allow-Origin it gives nothing.",
    },
    Known {
        name: "preflights-reach-the-application",
        rules: &["no-call"],
        when: |seen| seen.is_preflight(),
        reason: "True: by default, CallNext::Before, lib.rs calls what comes next before it looks \
                 whether it is a preflight, so that a handler that takes OPTIONS runs for \
                 preflights too, those of foreign origins included; then the status becomes 204, \
                 and the handler's headers and content stay.",
    },
    Known {
        name: "any-is-a-bare-star",
        rules: &["shared", "header"],
        when: |seen| seen.is_authorization_by_star(),
        reason: "True: `Any` in allow_headers.rs is a star, which covers everything but \
                 Authorization, and nothing can be listed beside it.",
    },
    Known {
        name: "a-star-that-is-asked-for-costs-the-credentials",
        rules: &["shared", "credentials"],
        when: |seen| {
            let star = |name| {
                let lines = seen.got(name);
                lines
                    .iter()
                    .any(|line| line.split(',').any(|name| trimmed(name) == "*"))
            };
            seen.policy.allow_credentials
                && (star("access-control-allow-methods") || star("access-control-allow-headers"))
        },
        reason: "True, and rare: with mirror_request, which is the way to allow anything with \
                 credentials, a method or header whose name is a star is repeated, and \
                 enforce_credentials_safety in lib.rs takes it for the wildcard and withholds \
                 Access-Control-Allow-Credentials. With credentials browsers take it for the name.",
    },
    Known {
        name: "repeats-the-first-line",
        rules: &["header"],
        when: |seen| seen.repeats_one_line_of_several(),
        reason: "Benign: mirror_request in allow_headers.rs takes the first line of several; \
                 browsers send one.",
    },
    Known {
        name: "repeats-what-is-no-name",
        rules: &["headers-tokens", "headers-not-empty"],
        when: |seen| seen.repeats_names(),
        reason: "Benign: mirror_request in allow_headers.rs repeats the line as it is, be it no \
                 list of names; no browser sends such a line.",
    },
    Known {
        name: "repeats-what-is-no-method",
        rules: &["methods-tokens", "methods-not-empty"],
        when: |seen| seen.repeats_method(),
        reason: "Benign: mirror_request in allow_methods.rs repeats the line as it is, be it no \
                 method; no browser sends such a line.",
    },
    Known {
        name: "leaves-the-applications-own-header",
        rules: &["ours"],
        when: |seen| !seen.is_allowed(),
        reason: "True: lib.rs adds lines and takes none away, so that what the application wrote \
                 into Access-Control-Allow-Origin stays for who is not allowed.",
    },
    Known {
        name: "no-method-is-any-method-for-uploads",
        rules: &["refused"],
        when: is_upload_of_no_method,
        reason: "True: an empty list is no line at all in allow_methods.rs. Every preflight \
                 succeeds, and for a page that listens to its upload a browser takes the missing \
                 line for a permission of the method that it asked for: \
                 https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    },
];
