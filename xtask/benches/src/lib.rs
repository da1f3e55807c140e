//! What `cargo xtask bench` measures: parts of the model, and the same work done by libraries that
//! servers use.
//!
//! Each subject is made outside of the measurement and used up by what is measured, so that
//! nothing is cloned that a user of the library would not clone. Nothing goes over a network.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cors_model::api::Client;
use cors_model::api::fetch::{RequestInit, request};
use cors_model::cache::Timestamp;
use cors_model::cors_check::cors_check;
use cors_model::error::{CorsCheckFailure, NetworkError, Stage};
use cors_model::fetch::{UserAgent, block_on, fetch};
use cors_model::header::{
    ExtractFailure, HeaderList, HeaderName, HeaderValue, extract_header_list_values, names,
};
use cors_model::host::Host;
use cors_model::network::{HttpRequest, Network, RequestKind, TransportError};
use cors_model::request::{CredentialsMode, Request};
use cors_model::response::{FilteredResponse, Response};
use cors_model::safelist::cors_unsafe_request_header_names;
use cors_model::trace::{NoTrace, Staged, Steps, Trace};
use cors_model::url::{Url, UrlParts};
use headers::Header as _;
use tower::{Layer as _, Service as _};
use tower_http::cors::{AllowOrigin, Cors, CorsLayer};

/// The origin of the page, which the servers allow.
const PAGE: &str = "https://app.example";

/// Twenty header names as servers list them.
const NAMES: &str = "accept, authorization, cache-control, content-type, if-match, if-none-match, \
    origin, pragma, range, user-agent, x-api-key, x-client-version, x-correlation-id, \
    x-csrf-token, x-forwarded-for, x-http-method-override, x-request-id, x-requested-with, \
    x-token, x-trace-id";

fn url(host: &str, path: &str) -> Url {
    Url::new(UrlParts {
        scheme: "https".into(),
        host: Some(Host::Domain(host.into())),
        path: path.to_owned().into(),
        registrable_domain: Some(host.into()),
        ..UrlParts::default()
    })
}

fn list(pairs: &[(HeaderName, &'static str)]) -> HeaderList {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
        .collect()
}

/// A PUT request with one header of its own and with credentials, from a page to another origin.
fn page_request() -> Request {
    let client = Client::new(url("app.example", "/cart"));
    let init = RequestInit {
        method: Some(b"PUT".to_vec()),
        headers: Some(vec![(b"X-Token".to_vec(), b"0123456789abcdef".to_vec())]),
        credentials: Some(CredentialsMode::Include),
        ..RequestInit::default()
    };
    request(&client, url("api.example", "/items/1"), init, &mut NoTrace)
        .expect("a page may ask for that")
}

/// A server with an answer to one preflight and to one request.
#[derive(Debug)]
pub struct Prepared {
    preflight: Option<Response>,
    actual: Option<Response>,
}

impl Prepared {
    fn new() -> Self {
        let preflight = list(&[
            (names::ACAO, PAGE),
            (names::ACAC, "true"),
            (names::ACAM, "GET,PUT,DELETE"),
            (names::ACAH, "content-type,x-token"),
            (names::ACMA, "600"),
        ]);
        let actual = list(&[(names::ACAO, PAGE), (names::ACAC, "true")]);
        Self {
            preflight: Some(Response::new(200, preflight, None)),
            actual: Some(Response::new(200, actual, None)),
        }
    }

    /// Whether both answers have been given.
    pub const fn is_done(&self) -> bool {
        self.preflight.is_none() && self.actual.is_none()
    }
}

impl Network for Prepared {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        let answer = match request.kind {
            RequestKind::Preflight => &mut self.preflight,
            RequestKind::Actual => &mut self.actual,
        };
        answer.take().ok_or_else(|| TransportError {
            said: "the answer has been given".to_owned(),
        })
    }
}

/// What a fetch needs: a user agent that remembers nothing, a server, and a request.
#[derive(Debug)]
pub struct Fetch {
    agent: UserAgent,
    network: Prepared,
    request: Request,
}

/// A fetch that has been made. What it used is kept, so that putting it away is not measured.
#[derive(Debug)]
pub struct Fetched {
    /// What script gets.
    pub result: Result<FilteredResponse, NetworkError>,
    /// The user agent, which now remembers what the preflight allowed.
    pub agent: UserAgent,
    /// The server.
    pub network: Prepared,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            agent: UserAgent::default(),
            network: Prepared::new(),
            request: page_request(),
        }
    }
}

impl Fetch {
    /// Makes the preflight and then the request.
    fn make(self, trace: &mut impl Trace) -> Fetched {
        let Self {
            mut agent,
            mut network,
            request,
        } = self;
        let future = fetch(&mut agent, &mut network, trace, request, Timestamp(0));
        let result = block_on(future);
        Fetched {
            result,
            agent,
            network,
        }
    }
}

/// A whole preflighted fetch that leaves no trace.
pub fn fetch_without_trace(fetch: Fetch) -> Fetched {
    fetch.make(&mut NoTrace)
}

/// A whole preflighted fetch, with every step it takes.
pub fn fetch_with_trace(fetch: Fetch) -> (Fetched, Steps) {
    let mut steps = Steps::default();
    (fetch.make(&mut steps), steps)
}

/// A request and a response to judge.
#[derive(Debug)]
pub struct Check {
    request: Request,
    response: Response,
}

impl Default for Check {
    fn default() -> Self {
        let headers = list(&[(names::ACAO, PAGE), (names::ACAC, "true")]);
        Self {
            request: page_request(),
            response: Response::new(200, headers, None),
        }
    }
}

/// The CORS check of a response that passes.
///
/// # Errors
///
/// None: it passes.
pub fn check(check: &Check) -> Result<(), CorsCheckFailure> {
    let mut trace = NoTrace;
    let mut trace = Staged::new(Stage::Response, &mut trace);
    cors_check(&check.request, &check.response, &mut trace)
}

/// A header list with `Access-Control-Allow-Headers` and twenty names in it.
pub fn names_of_a_server() -> HeaderList {
    list(&[(names::ACAH, NAMES)])
}

/// Extracts the names.
///
/// # Errors
///
/// None: the list is well-formed.
pub fn extract(list: &HeaderList) -> Result<Option<Vec<&[u8]>>, ExtractFailure> {
    extract_header_list_values(&names::ACAH, list, &mut NoTrace)
}

/// The same line as the types of the `http` crate have it.
pub fn line_of_a_server() -> http::HeaderValue {
    http::HeaderValue::from_static(NAMES)
}

/// The `headers` crate reads the names.
///
/// # Errors
///
/// None: the list is well-formed.
pub fn headers_crate(line: &http::HeaderValue) -> Result<Vec<http::HeaderName>, headers::Error> {
    let names = headers::AccessControlAllowHeaders::decode(&mut std::iter::once(line))?;
    Ok(names.iter().collect())
}

/// Twenty request headers: eight that are safelisted, twelve that are not.
pub fn request_headers() -> HeaderList {
    let pairs = [
        ("Accept", "application/json"),
        ("Accept-Language", "en-GB,en;q=0.5"),
        ("Content-Language", "en"),
        ("Content-Type", "text/plain;charset=utf-8"),
        ("Range", "bytes=0-1023"),
        ("Accept", "text/html"),
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("Accept-Language", "de"),
        ("Authorization", "Bearer 0123456789abcdef"),
        ("Cache-Control", "no-cache"),
        ("If-Match", "\"abc\""),
        ("If-None-Match", "\"abc\""),
        ("Pragma", "no-cache"),
        ("X-Api-Key", "0123456789abcdef"),
        ("X-Client-Version", "1.2.3"),
        ("X-Correlation-Id", "0123456789abcdef"),
        ("X-CSRF-Token", "0123456789abcdef"),
        ("X-Request-Id", "0123456789abcdef"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("X-Token", "0123456789abcdef"),
    ];
    list(&pairs.map(|(name, value)| (HeaderName::from_static(name), value)))
}

/// The names in them that a preflight has to ask about.
pub fn unsafe_names(list: &HeaderList) -> Vec<HeaderName> {
    cors_unsafe_request_header_names(list, &mut NoTrace)
}

/// The application behind the layer.
pub type Application = fn(http::Request<()>) -> Ready<Result<http::Response<()>, Infallible>>;

/// A server with tower-http's layer, and the preflight of [`Fetch`] as it comes to it.
#[derive(Debug)]
pub struct TowerHttp {
    service: Cors<tower::util::ServiceFn<Application>>,
    request: http::Request<()>,
}

impl Default for TowerHttp {
    fn default() -> Self {
        let application: Application = |_| ready(Ok(http::Response::new(())));
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list([
                http::HeaderValue::from_static(PAGE),
                http::HeaderValue::from_static("https://admin.example"),
            ]))
            .allow_credentials(true)
            .allow_methods([http::Method::GET, http::Method::PUT, http::Method::DELETE])
            .allow_headers([
                http::header::CONTENT_TYPE,
                http::HeaderName::from_static("x-token"),
            ])
            .max_age(std::time::Duration::from_mins(10));
        let request = http::Request::builder()
            .method(http::Method::OPTIONS)
            .uri("/items/1")
            .header("host", "api.example")
            .header("accept", "*/*")
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "x-token")
            .header("referer", "https://app.example/")
            .header("origin", PAGE)
            .body(())
            .expect("these are the parts of a request");
        Self {
            service: layer.layer(tower::service_fn(application)),
            request,
        }
    }
}

/// What became of it: the answer, and the service, so that putting it away is not measured.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Option<http::Response<()>>,
    /// The service.
    pub service: Cors<tower::util::ServiceFn<Application>>,
}

/// The layer answers the preflight.
pub fn tower_http(
    TowerHttp {
        mut service,
        request,
    }: TowerHttp,
) -> Answered {
    let mut future = pin!(service.call(request));
    let answer = match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(Ok(answer)) => Some(answer),
        Poll::Pending => None,
    };
    Answered { answer, service }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fetch_is_preflighted_and_succeeds() {
        let fetched = fetch_without_trace(Fetch::default());
        assert_eq!(fetched.result.unwrap().status(), 200);
        assert!(fetched.network.is_done());
        // Three methods and two names are remembered.
        assert_eq!(fetched.agent.preflight_cache.entries().len(), 5);
    }

    #[test]
    fn the_trace_is_of_the_same_fetch() {
        let (fetched, steps) = fetch_with_trace(Fetch::default());
        let preflight = |step: &&cors_model::trace::Entry| step.stage == Stage::Preflight;
        assert!(steps.0.iter().filter(preflight).count() > 20);
        assert_eq!(fetched.result, fetch_without_trace(Fetch::default()).result);
    }

    #[test]
    fn the_check_passes() {
        assert_eq!(check(&Check::default()), Ok(()));
    }

    #[test]
    fn both_read_the_same_twenty_names() {
        let list = names_of_a_server();
        let ours = extract(&list).unwrap().unwrap();
        let theirs = headers_crate(&line_of_a_server()).unwrap();
        let theirs: Vec<&[u8]> = theirs.iter().map(|name| name.as_str().as_bytes()).collect();
        assert_eq!((ours.len(), ours), (20, theirs));
    }

    #[test]
    fn twelve_of_twenty_names_are_unsafe() {
        let list = request_headers();
        assert_eq!((list.len(), unsafe_names(&list).len()), (20, 12));
    }

    #[test]
    fn tower_http_answers_as_the_prepared_server_does() {
        let answer = tower_http(TowerHttp::default()).answer.unwrap();
        let prepared = Prepared::new().preflight.unwrap();
        assert_eq!(answer.status().as_u16(), prepared.status);
        for header in &prepared.header_list {
            let name = str::from_utf8(header.name.as_bytes()).unwrap();
            let value = answer.headers().get(name).map(http::HeaderValue::as_bytes);
            assert_eq!(value, Some(header.value.as_bytes()), "{name}");
        }
    }
}
