//! Tests of dialects. Each states what the three engines are recorded to do in a case of the
//! library (`vectors/agent/observed/`), next to what the standard says; the case is named.

mod allowed;
mod cache;
mod max_age;
mod origins;
mod ranges;
mod redirects;
mod requests;
mod responses;
mod script;

extern crate std;

use core::cell::Cell;
use core::fmt::Write as _;
use std::prelude::rust_2024::*;
use std::{format, vec};

use super::Dialect;
use crate::api::body::BodyInit;
use crate::api::fetch::RequestInit;
use crate::api::xhr::{Xhr, XhrBody};
use crate::cache::Timestamp;
use crate::fetch::{UserAgent, block_on, fetch};
use crate::header::HeaderValue;
use crate::network::{HttpRequest, Network, RequestKind, TransportError};
use crate::request::{Client, CredentialsMode, Request};
use crate::response::Response;
use crate::support::{headers, page, parse, url};
use crate::trace::NoTrace;
use crate::url::Url;

/// The other origin.
const B: &str = "https://b.test/r";

/// What allows everything to requests without credentials.
const ANY: [(&str, &str); 3] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "*"),
    ("Access-Control-Allow-Headers", "*, authorization"),
];

/// What allows everything that is listed to requests of the page with credentials.
const OWN: [(&str, &str); 2] = [
    ("Access-Control-Allow-Origin", "https://a.test"),
    ("Access-Control-Allow-Credentials", "true"),
];

const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";
const ORIGIN: &str = "Access-Control-Allow-Origin";
const LONG: (&str, &str) = ("Access-Control-Max-Age", "60");

type Pairs<'p> = &'p [(&'p str, &'p str)];

/// An answer with all that is allowed, and more.
fn any(status: u16, more: Pairs<'_>) -> Response {
    with(status, &ANY, more)
}

/// An answer with headers, and more.
fn with(status: u16, pairs: Pairs<'_>, more: Pairs<'_>) -> Response {
    let pairs: Vec<_> = pairs.iter().chain(more).copied().collect();
    Response::new(status, headers(&pairs), Some(vec![b'x']))
}

/// A page in a browser: what it fetches, and a log of what was sent and what came of it.
///
/// A preflight is logged as `?PUT[x-a]`, a request as `PUT`; both with `@` and the URL when that is
/// not [`B`], and with the values of the headers that are shown. `=` comes before the result.
struct Page<'s> {
    dialect: Dialect,
    agent: UserAgent,
    seconds: u64,
    log: Log<'s>,
}

struct Log<'s> {
    server: &'s dyn Fn(&HttpRequest<'_>) -> Response,
    shown: &'s [&'s str],
    text: String,
}

impl Page<'_> {
    /// `fetch()`.
    fn fetch(&mut self, to: &str, init: RequestInit) -> &mut Self {
        let made = self.dialect.request(&page(), url(to), init, &mut NoTrace);
        self.made(made.expect("the page may ask for that"))
    }

    /// `fetch()` of [`B`] with a method and headers.
    fn ask(&mut self, method: &str, pairs: Pairs<'_>) -> &mut Self {
        self.fetch(B, asking(method, pairs))
    }

    /// An `XMLHttpRequest` to [`B`].
    fn send(
        &mut self,
        method: &str,
        pairs: Pairs<'_>,
        body: Option<XhrBody>,
        listener: bool,
    ) -> &mut Self {
        let mut xhr = Xhr::of(self.dialect, page());
        xhr.open(method.as_bytes(), url(B), None, None, &mut NoTrace)
            .unwrap();
        for (name, value) in pairs {
            xhr.set_request_header(name.as_bytes(), value.as_bytes(), &mut NoTrace)
                .unwrap();
        }
        if listener {
            xhr.add_upload_listener();
        }
        let request = xhr.send(body, &mut NoTrace).unwrap();
        self.made(request)
    }

    /// A request that an API has made.
    fn made(&mut self, request: Request) -> &mut Self {
        let now = Timestamp(self.seconds * 1000);
        let mut trace = NoTrace;
        let future = fetch(&mut self.agent, &mut self.log, &mut trace, request, now);
        let result = match block_on(future) {
            Ok(response) => response.status().to_string(),
            Err(_) => "!".to_owned(),
        };
        write!(self.log.text, "={result} ").unwrap();
        self
    }

    fn after(&mut self, seconds: u64) -> &mut Self {
        self.seconds += seconds;
        self
    }
}

impl Network for Log<'_> {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        let value = |name: &str| {
            let value = request.header_list.get(name)?;
            Some(String::from_utf8_lossy(&value).into_owned())
        };
        let what = match request.kind {
            RequestKind::Preflight => {
                let method = value("Access-Control-Request-Method").unwrap();
                let names = value("Access-Control-Request-Headers");
                format!(
                    "?{method}{}",
                    names.map_or_else(String::new, |names| format!("[{names}]"))
                )
            }
            RequestKind::Actual => String::from_utf8_lossy(request.method.as_bytes()).into_owned(),
        };
        let at = request.url.serialize(true);
        let at = if at == B {
            String::new()
        } else {
            format!("@{}", &at[8..])
        };
        let shown: Vec<_> = self.shown.iter().filter_map(|name| value(name)).collect();
        let shown = if shown.is_empty() {
            String::new()
        } else {
            format!("({})", shown.join("|"))
        };
        write!(self.text, "{what}{at}{shown} ").unwrap();
        Ok((self.server)(&request))
    }

    fn parse_url(&self, input: &str, base: &Url) -> Option<Url> {
        parse(input, Some(base))
    }

    fn authorization_entry(&mut self, _url: &Url) -> Option<HeaderValue> {
        None
    }
}

/// Lets a page do the same in the standard, Chromium, Firefox and WebKit, and holds the logs
/// against what is recorded of each.
#[track_caller]
fn each(
    case: &str,
    shown: &[&str],
    server: &dyn Fn(&HttpRequest<'_>) -> Response,
    does: impl Fn(&mut Page<'_>),
    expected: [&str; 4],
) {
    let all = [
        Dialect::STANDARD,
        Dialect::CHROMIUM,
        Dialect::FIREFOX,
        Dialect::WEBKIT,
    ];
    let logs = all.map(|dialect| {
        let text = String::new();
        let mut page = Page {
            dialect,
            agent: UserAgent::new(dialect),
            seconds: 0,
            log: Log {
                server,
                shown,
                text,
            },
        };
        does(&mut page);
        page.log.text.trim_end().to_owned()
    });
    assert_eq!(logs, expected, "{case}");
}

/// What [`each`] expects when all do the same.
const fn all(text: &str) -> [&str; 4] {
    [text; 4]
}

/// Lets a page do something, with a server that allows everything.
#[track_caller]
fn open(case: &str, shown: &[&str], does: impl Fn(&mut Page<'_>), expected: [&str; 4]) {
    each(case, shown, &|_| any(200, &[]), does, expected);
}

/// The arguments of `fetch()`.
fn asking(method: &str, pairs: Pairs<'_>) -> RequestInit {
    let bytes = |text: &str| text.as_bytes().to_vec();
    RequestInit {
        method: Some(bytes(method)),
        headers: Some(
            pairs
                .iter()
                .map(|(name, value)| (bytes(name), bytes(value)))
                .collect(),
        ),
        ..RequestInit::default()
    }
}

/// The same with credentials.
fn with_credentials(method: &str, pairs: Pairs<'_>) -> RequestInit {
    RequestInit {
        credentials: Some(CredentialsMode::Include),
        ..asking(method, pairs)
    }
}

/// A body of text.
fn text() -> XhrBody {
    BodyInit::Text("x".to_owned()).into()
}

/// A page whose origin is opaque.
fn opaque() -> Client {
    let mut client = page();
    client.origin = crate::origin::Origin::Opaque(crate::origin::OpaqueOrigin::new(1));
    client
}

/// A server whose preflights say the same each time.
fn says(pairs: &[(&'static str, &'static str)]) -> impl Fn(&HttpRequest<'_>) -> Response + use<> {
    let pairs = pairs.to_vec();
    move |request| {
        let preflight = request.kind == RequestKind::Preflight;
        with(200, if preflight { &pairs } else { &OWN }, &[])
    }
}

/// A server whose preflights say one thing after the other, the last of them for good.
fn says_each(
    lists: Vec<Vec<(&'static str, &'static str)>>,
) -> impl Fn(&HttpRequest<'_>) -> Response + use<> {
    let next = Cell::new(0);
    move |request| {
        if request.kind == RequestKind::Actual {
            return with(200, &OWN, &[]);
        }
        let pairs = &lists[next.get().min(lists.len() - 1)];
        next.set(next.get() + 1);
        with(200, &[(ORIGIN, "https://a.test")], pairs)
    }
}

/// Each dialect gets a server of its own, as those that count cannot be shared.
#[track_caller]
fn anew<S: Fn(&HttpRequest<'_>) -> Response>(
    case: &str,
    server: impl Fn() -> S,
    does: impl Fn(&mut Page<'_>),
    expected: [&str; 4],
) {
    let current = Cell::new(None);
    let servers = [server(), server(), server(), server()];
    let count = Cell::new(0);
    let pick = |request: &HttpRequest<'_>| {
        let index: usize = current.get().unwrap_or(0);
        servers[index](request)
    };
    each(
        case,
        &[],
        &pick,
        |page| {
            current.set(Some(count.get()));
            count.set(count.get() + 1);
            does(page);
        },
        expected,
    );
}
