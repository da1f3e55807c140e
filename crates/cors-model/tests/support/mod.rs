//! What tests need: URLs from text, a network that answers by a script, and a page.

extern crate std;

use std::collections::VecDeque;
use std::prelude::rust_2024::*;
use std::{format, vec};

use cors_model::cache::Timestamp;
use cors_model::error::NetworkError;
use cors_model::fetch::{UserAgent, block_on, fetch};
use cors_model::header::{Header, HeaderList, HeaderName, HeaderValue};
use cors_model::host::Host;
use cors_model::method::Method;
use cors_model::network::{HttpRequest, HttpVersion, Network, RequestKind, TransportError};
use cors_model::request::{Client, Request, RequestMode};
use cors_model::response::{FilteredResponse, Response};
use cors_model::trace::{NoTrace, Trace};
use cors_model::url::Url;

/// Parses a URL. The sites of tests are the last two labels of a domain.
pub(crate) fn parse(input: &str, base: Option<&Url>) -> Option<Url> {
    let url = match base {
        Some(base) => base.join(input).ok()?,
        None => Url::parse(input).ok()?,
    };
    let site = match url.host() {
        Some(Host::Domain(domain)) => {
            let mut labels = domain.rsplit('.').take(2).collect::<Vec<_>>();
            labels.reverse();
            Some(labels.join(".").into())
        }
        _ => None,
    };
    Some(url.with(|parts| parts.registrable_domain = site))
}

/// A URL that is known to be one.
pub(crate) fn url(text: &str) -> Url {
    parse(text, None).expect("a test writes URLs")
}

/// A header list from pairs, with the values as they are.
pub(crate) fn headers(pairs: &[(&str, &str)]) -> HeaderList {
    pairs
        .iter()
        .map(|(name, value)| header(name, value.as_bytes()))
        .collect()
}

/// A header from a name and bytes.
pub(crate) fn header(name: &str, value: &[u8]) -> Header {
    Header {
        name: HeaderName::try_from(name.as_bytes()).expect("a test writes header names"),
        value: HeaderValue::try_from(value).expect("a test writes header values"),
    }
}

/// The page that most tests are on: `https://a.test/page`.
pub(crate) fn page() -> Client {
    Client::new(url("https://a.test/page"))
}

/// A request that script on [`page`] makes: mode `cors`, unsafe-request flag set.
pub(crate) fn request(method: &str, to: &str) -> Request {
    let client = page();
    let mut request = Request::new(client.origin.clone(), url(to));
    request.method = Method::new(method.as_bytes()).expect("a test writes methods");
    request.mode = RequestMode::Cors;
    request.unsafe_request = true;
    request.client = Some(client);
    request
}

/// A request that the network has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kind: RequestKind,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) credentials: bool,
    pub(crate) new_connection: bool,
}

impl Seen {
    /// The combined value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(&value).into_owned())
    }

    /// Method and URL.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.url)
    }
}

/// A network that gives prepared answers, one after the other, and fails when there are none left.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) answers: VecDeque<Result<Response, &'static str>>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) version: HttpVersion,
    pub(crate) cookie: Option<&'static str>,
    pub(crate) authorization: Option<&'static str>,
}

/// An answer: a status and headers.
#[expect(
    clippy::unnecessary_wraps,
    reason = "answers and failures are in one list"
)]
pub(crate) fn answer(status: u16, pairs: &[(&str, &str)]) -> Result<Response, &'static str> {
    Ok(Response::new(status, headers(pairs), Some(vec![b'x'])))
}

impl Script {
    pub(crate) fn new(answers: impl IntoIterator<Item = Result<Response, &'static str>>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            seen: Vec::new(),
            version: HttpVersion::Http1,
            cookie: None,
            authorization: None,
        }
    }

    /// The methods and URLs that were seen.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen.iter().map(Seen::line).collect()
    }
}

impl Network for Script {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        self.seen.push(Seen {
            kind: request.kind,
            method: String::from_utf8_lossy(request.method.as_bytes()).into_owned(),
            url: request.url.serialize(true),
            headers: request.header_list.clone(),
            body: request.body.map(|body| body.bytes.clone()),
            credentials: request.includes_credentials,
            new_connection: request.force_new_connection,
        });
        let answer = self
            .answers
            .pop_front()
            .unwrap_or(Err("the script is over"));
        answer.map_err(|said| TransportError {
            said: said.to_owned(),
        })
    }

    fn parse_url(&self, input: &str, base: &Url) -> Option<Url> {
        parse(input, Some(base))
    }

    fn http_version(&mut self, _url: &Url) -> HttpVersion {
        self.version
    }

    fn cookie(&mut self, _url: &Url) -> Option<HeaderValue> {
        self.cookie.map(HeaderValue::from_static)
    }

    fn authorization_entry(&mut self, _url: &Url) -> Option<HeaderValue> {
        self.authorization.map(HeaderValue::from_static)
    }
}

/// Fetches with a trace at a moment.
pub(crate) fn run_traced(
    agent: &mut UserAgent,
    network: &mut Script,
    request: Request,
    seconds: u64,
    trace: &mut impl Trace,
) -> Result<FilteredResponse, NetworkError> {
    block_on(fetch(
        agent,
        network,
        trace,
        request,
        Timestamp(seconds * 1000),
    ))
}

/// Fetches with a new user agent.
pub(crate) fn run(
    network: &mut Script,
    request: Request,
) -> Result<FilteredResponse, NetworkError> {
    run_traced(&mut UserAgent::default(), network, request, 0, &mut NoTrace)
}
